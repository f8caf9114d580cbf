"""Translation pairs by position and length: the weakest pairing that works everywhere.

Documents of different languages in one event; beads 1-1, 1-2, 2-1 and skips by the length
model of Gale and Church, "A Program for Aligning Sentences in Bilingual Corpora" (1993).
Not covered: what the sentences say. Order that differs and texts that only resemble each
other in length give wrong pairs; `score` says how far the lengths agree, nothing more.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from corpus.files import digest
from corpus.schema import Document, Pair, Role, Segment, Side

METHOD = "position-length"
VARIANCE = 6.8  # of characters per character, Gale and Church 1993, section 4.1
# Costs are -log of the paper's bead frequencies (table 5).
PRIORS = {(1, 1): 0.89, (1, 0): 0.00495, (0, 1): 0.00495, (2, 1): 0.0445, (1, 2): 0.0445}
LEAST_MATCHED = 0.75  # share of both texts that lies in pairs, for two documents to count as a pair
LEAST_SCORE = 0.5  # mean score of such pairs


def pairs(documents: Iterable[Document], segments: Iterable[Segment]) -> Iterator[Pair]:
    """Pair the documents of each event, two languages at a time."""
    sentences: dict[str, list[Segment]] = defaultdict(list)
    for segment in segments:
        if segment.role in (Role.LEAD, Role.BODY, Role.HEADING):
            sentences[segment.doc_id].append(segment)
    events: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        if document.event_id is not None:
            events[document.event_id].append(document)
    for _, members in sorted(events.items()):
        for left, right in combinations(sorted(members, key=lambda one: one.doc_id), 2):
            if left.language != right.language:
                yield from _document_pairs(sentences[left.doc_id], sentences[right.doc_id])


def align(left: Sequence[int], right: Sequence[int]) -> list[tuple[range, range, float]]:
    """Align two texts by the lengths of their sentences (code points), in order.

    Returns beads `(left range, right range, score)`, where score in 0..1 is the probability
    that lengths of a translation differ by as much; skipped sentences are in no bead.
    """
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    for i in range(len(left) + 1):
        for j in range(len(right) + 1):
            ways = [
                (best[i - a, j - b][0] - math.log(prior * _fit(left[i - a : i], right[j - b : j])), (a, b))
                for (a, b), prior in PRIORS.items()
                if i >= a and j >= b
            ]
            if ways:
                best[i, j] = min(ways)
    beads = []
    i, j = len(left), len(right)
    while (i, j) != (0, 0):
        a, b = best[i, j][1]
        if a and b:
            beads.append((range(i - a, i), range(j - b, j), _fit(left[i - a : i], right[j - b : j])))
        i, j = i - a, j - b
    return beads[::-1]


def _fit(left: Sequence[int], right: Sequence[int]) -> float:
    if not left or not right:
        return 1.0
    one, two = sum(left), sum(right)
    delta = (two - one) / math.sqrt(VARIANCE * (one + two) / 2)
    return max(math.erfc(abs(delta) / math.sqrt(2)), 1e-12)


def _document_pairs(left: list[Segment], right: list[Segment]) -> list[Pair]:
    beads = align([len(one.text) for one in left], [len(one.text) for one in right])
    if not beads:
        return []
    found = [
        _pair([left[at] for at in ours], [right[at] for at in theirs], score, rank)
        for rank, (ours, theirs, score) in enumerate(beads)
    ]
    matched = sum(len(bead[0]) + len(bead[1]) for bead in beads) / (len(left) + len(right))
    mean = sum(pair.score for pair in found) / len(found)
    return found if matched >= LEAST_MATCHED and mean >= LEAST_SCORE else []


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
