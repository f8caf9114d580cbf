"""Monotone dynamic programming over beads: the best way through two texts that tell in one order.

Not covered: other orders (`runs`), texts too long for one table (`alignment` cuts them).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.pairs.similarity import CHUNK, Floats, Side, cosines, fits, margins, neighbourhood
from corpus.pairs.vectors import Scale

# Gale and Church 1993, table 5; it has no 1-3 and 3-1, which hand-aligned texts show a little less often than 2-2.
PRIORS = {(1, 1): 0.89, (1, 2): 0.0445, (2, 1): 0.0445, (2, 2): 0.011, (1, 3): 0.008, (3, 1): 0.008}
STEPS = [(1, 0), (0, 1), *PRIORS]
WIDEST = 3
FURTHER = 0.75  # worth of each two further sentences in a bead: below 1, or beads swallow what belongs to none
NEVER = -1e9
Free = NDArray[np.bool_]
Near = dict[int, Floats]  # for spans of each size: the mean cosine of the nearest sentences of the other text


@dataclass(frozen=True)
class Bead:
    """Sentences of both texts that translate each other; `score` is their cosine in 0..1."""

    left: range
    right: range
    score: float
    margin: float


def bead(left: Side, right: Side, ours: range, theirs: range, margin: float) -> Bead:
    """Return the bead of some sentences of both texts, with its score."""
    spans = [one.part(at.start, at.stop).spans(len(at)).rows for one, at in ((left, ours), (right, theirs))]
    score = float(cosines(*spans)[0, 0])
    return Bead(ours, theirs, round(min(max(score, 0.0), 1.0), 4), round(margin, 4))


def near(one: Side, other: Side, scale: Scale) -> Near:
    """Return the neighbourhoods of all spans of a text in the other."""
    found = {}
    for size in range(1, WIDEST + 1):
        rows = one.spans(size).rows
        parts = [neighbourhood(cosines(rows[at : at + CHUNK], other.rows), scale) for at in range(0, len(rows), CHUNK)]
        found[size] = np.concatenate([np.zeros(0), *parts])
    return found


def best_beads(
    sides: tuple[Side, Side], free: tuple[Free, Free], near: tuple[Near, Near], ratio: float, scale: Scale
) -> Iterator[tuple[range, range, float]]:
    """Yield `(left, right, margin)` of the beads worth most together, from the last to the first.

    `free` says which sentences may be in a bead. The others and what is worth nothing are left out.
    """
    spans = [{size: one.spans(size) for size in range(1, WIDEST + 1)} for one in sides]
    known, worth = {}, {}
    for a, b in PRIORS:
        left, right = spans[0][a], spans[1][b]
        known[a, b] = margins(cosines(left.rows, right.rows), near[0][a][: len(left)], near[1][b][: len(right)], scale)
        gain = scale.weight * (1 + FURTHER * (a + b - 2) / 2) * (known[a, b] - scale.level)
        gain += fits(left.lengths, right.lengths, ratio) + math.log(PRIORS[a, b])
        gain[~_all_free(free[0], a), :] = NEVER
        gain[:, ~_all_free(free[1], b)] = NEVER
        worth[a, b] = np.round(gain, 4)
    for i, j, (a, b) in _path(worth, len(sides[0]), len(sides[1])):
        yield range(i, i + a), range(j, j + b), float(known[a, b][i, j])


def _all_free(free: Free, size: int) -> Free:
    count = max(len(free) - size + 1, 0)
    found = np.ones(count, bool)
    for at in range(size):
        found &= free[at : at + count]
    return found


def _path(worth: dict[tuple[int, int], Floats], n: int, m: int) -> Iterator[tuple[int, int, tuple[int, int]]]:
    """Yield where each bead of the best path begins, and its kind, from the end.

    All that a cell stands on lies on diagonals before its own, so each diagonal is one array.
    """
    best = np.full((n + 1, m + 1), NEVER)
    best[0, 0] = 0.0
    steps = np.zeros((n + 1, m + 1), np.int8)
    for diagonal in range(1, n + m + 1):
        i = np.arange(max(0, diagonal - m), min(n, diagonal) + 1)
        j = diagonal - i
        ways = np.stack([_arriving(step, i, j, best, worth) for step in STEPS])
        steps[i, j] = ways.argmax(axis=0)
        best[i, j] = np.round(ways.max(axis=0), 4)
    i_, j_ = n, m
    while i_ or j_:
        a, b = STEPS[steps[i_, j_]]
        i_, j_ = i_ - a, j_ - b
        if a and b:
            yield i_, j_, (a, b)


def _arriving(
    step: tuple[int, int],
    i: NDArray[np.int64],
    j: NDArray[np.int64],
    best: Floats,
    worth: dict[tuple[int, int], Floats],
) -> Floats:
    """Return what arriving by one step is worth in each cell; leaving a sentence out costs nothing."""
    a, b = step
    found = np.full(len(i), 2 * NEVER)
    inside = (i >= a) & (j >= b)
    one, two = i[inside] - a, j[inside] - b
    found[inside] = best[one, two] + (worth[step][one, two] if a and b else 0.0)
    return found
