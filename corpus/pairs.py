"""Translation pairs by position and length: the weakest pairing that works everywhere.

Documents of different languages in one event; beads 1-1, 1-2, 2-1 and skips by the length
model of Gale and Church, "A Program for Aligning Sentences in Bilingual Corpora" (1993).
Not covered: what the sentences say. Order that differs and texts that only resemble each
other in length give wrong pairs; `score` says how far the lengths agree, nothing more.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np

from corpus.files import digest
from corpus.schema import Document, Pair, Role, Segment, Side

METHOD = "position-length"
VARIANCE = 6.8  # of characters per character, Gale and Church 1993, section 4.1
# Costs are -log of the paper's bead frequencies (table 5).
PRIORS = {(1, 1): 0.89, (1, 0): 0.00495, (0, 1): 0.00495, (2, 1): 0.0445, (1, 2): 0.0445}
BEADS = sorted(PRIORS)
LEAST_FIT = 1e-12
BAND = 400  # sentences: time and memory grow with the length of a text, not with its square
LEAST_MATCHED = 0.75  # share of both texts that lies in pairs, for two documents to count as a pair
MOST_UNEQUAL = 3  # times as many sentences: beyond, beads of 2-1 can't reach that share
LEAST_SCORE = 0.5  # mean score of such pairs


def pairs(documents: Iterable[Document], segments: Iterable[Segment]) -> Iterator[Pair]:
    """Pair the documents of each event, two languages at a time, each with its best match only."""
    sentences: dict[str, list[Segment]] = defaultdict(list)
    for segment in segments:
        if segment.role in (Role.LEAD, Role.BODY, Role.HEADING):
            sentences[segment.doc_id].append(segment)
    events: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        if document.event_id is not None:
            events[document.event_id].append(document)
    for _, members in sorted(events.items()):
        yield from _mutually_best(sorted(members, key=lambda one: one.doc_id), sentences)


def _mutually_best(members: list[Document], sentences: dict[str, list[Segment]]) -> Iterator[Pair]:
    """Yield the pairs of documents that are each other's best match in the other's language."""
    found: dict[tuple[str, str], tuple[Document, Document, list[Pair]]] = {}
    for left, right in combinations(members, 2):
        if left.language != right.language:
            beads = _document_pairs(sentences[left.doc_id], sentences[right.doc_id])
            if beads:
                found[left.doc_id, right.doc_id] = (left, right, beads)
    best: dict[tuple[str, str], float] = defaultdict(float)
    for left, right, beads in found.values():
        for one, other in ((left, right), (right, left)):
            best[one.doc_id, other.language] = max(best[one.doc_id, other.language], _mean(beads))
    for left, right, beads in found.values():
        if _mean(beads) == best[left.doc_id, right.language] == best[right.doc_id, left.language]:
            yield from beads


def align(left: Sequence[int], right: Sequence[int]) -> list[tuple[range, range, float]]:
    """Align two texts by the lengths of their sentences (code points), in order.

    Returns beads `(left range, right range, score)`, where score in 0..1 is the probability
    that lengths of a translation differ by as much; skipped sentences are in no bead.
    Beads stay within `BAND` sentences of the straight line from start to end.
    """
    steps = _best_steps(left, right)
    beads = []
    i, j = len(left), len(right)
    while (i, j) != (0, 0):
        low, choices = steps[i + j]
        a, b = BEADS[int(choices[i - low])]
        if a and b:
            beads.append((range(i - a, i), range(j - b, j), _fit(left[i - a : i], right[j - b : j])))
        i, j = i - a, j - b
    return beads[::-1]


def _best_steps(left: Sequence[int], right: Sequence[int]) -> list[tuple[int, Any]]:
    """Return for each anti-diagonal i + j its first i, and the bead that ends best at each i.

    All that a cell stands on lies on the three diagonals before, so each diagonal is one array.
    """
    n, m = len(left), len(right)
    sums = [np.concatenate(([0], np.cumsum(side, dtype=np.int64))) for side in (left, right)]
    costs = np.full((3, n + 3), np.inf)  # of diagonal d in row d % 3, of i in column i + 2
    costs[0, 2] = 0.0
    steps: list[tuple[int, Any]] = [(0, np.zeros(1, dtype=np.int8))]
    for at in range(1, n + m + 1):
        middle = at * n // (n + m)
        low, high = max(0, at - m, middle - BAND), min(n, at, middle + BAND)
        ways = np.stack([_ways(bead, at, low, high, sums, costs) for bead in BEADS])
        if at >= 3:
            start, gone = steps[at - 3]
            costs[at % 3, start + 2 : start + 2 + len(gone)] = np.inf
        costs[at % 3, low + 2 : high + 3] = ways.min(axis=0)
        steps.append((low, ways.argmin(axis=0).astype(np.int8)))
    return steps


def _ways(bead: tuple[int, int], at: int, low: int, high: int, sums: Sequence[Any], costs: Any) -> Any:
    """Return the cost of ending with `bead` in each cell of a diagonal; infinite where it does not fit."""
    a, b = bead
    cost = costs[(at - a - b) % 3, low - a + 2 : high - a + 3] - math.log(PRIORS[bead])
    if not (a and b):
        return cost
    i = np.arange(low, high + 1)
    one = sums[0][i] - sums[0][np.maximum(i - a, 0)]
    two = sums[1][at - i] - sums[1][np.maximum(at - i - b, 0)]
    deviation = np.abs(two - one) / np.sqrt(VARIANCE * np.maximum(one + two, 1) / 2)
    return cost + np.interp(deviation, *_misfit())


@cache
def _misfit() -> tuple[Any, Any]:
    # numpy has no erfc: its logarithm on a grid, exact to five digits between the points.
    grid = np.linspace(0.0, 8.0, 8_001)
    return grid, np.array([-math.log(max(math.erfc(at / math.sqrt(2)), LEAST_FIT)) for at in grid])


def _fit(left: Sequence[int], right: Sequence[int]) -> float:
    one, two = sum(left), sum(right)
    delta = (two - one) / math.sqrt(VARIANCE * max(one + two, 1) / 2)
    return max(math.erfc(abs(delta) / math.sqrt(2)), LEAST_FIT)


def _document_pairs(left: list[Segment], right: list[Segment]) -> list[Pair]:
    if max(len(left), len(right)) > MOST_UNEQUAL * min(len(left), len(right)):
        return []
    beads = align([len(one.text) for one in left], [len(one.text) for one in right])
    if not beads:
        return []
    found = [
        _pair([left[at] for at in ours], [right[at] for at in theirs], score, rank)
        for rank, (ours, theirs, score) in enumerate(beads)
    ]
    matched = sum(len(bead[0]) + len(bead[1]) for bead in beads) / (len(left) + len(right))
    return found if matched >= LEAST_MATCHED and _mean(found) >= LEAST_SCORE else []


def _mean(found: Sequence[Pair]) -> float:
    return sum(pair.score for pair in found) / len(found)


def _pair(left: list[Segment], right: list[Segment], score: float, rank: int) -> Pair:
    sides = [
        Side(
            doc=side[0].doc_id,
            segment_ids=[one.segment_id for one in side],
            text=" ".join(one.text for one in side),
            language=side[0].language,
        )
        for side in (left, right)
    ]
    return Pair(
        pair_id=digest(sides[0].segment_ids, sides[1].segment_ids),
        left=sides[0],
        right=sides[1],
        score=round(score, 4),
        method=METHOD,
        rank=rank,
    )
