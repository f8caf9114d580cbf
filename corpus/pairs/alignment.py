"""Sentences of two texts that translate each other: runs, and monotone dynamic programming inside them.

A bead takes one to three sentences a side (1-1, 1-2, 2-1, 2-2, 1-3, 3-1). Its worth is the margin of its
vectors, how well the lengths fit, and how frequent its kind is (Gale and Church 1993, table 5).
Not covered: beads of sentences that are no neighbours; sentences moved alone without a good margin.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from corpus.pairs.programming import Bead, Free, bead, best_beads, near
from corpus.pairs.runs import Anchor, Run, runs
from corpus.pairs.similarity import Side, mutual_best, side
from corpus.pairs.vectors import Scale, Vectors

CELLS = 400_000  # sentences times sentences of one piece: bounds memory to 100 MB, however long the texts
Box = tuple[int, int, int, int]  # left start, left stop, right start, right stop


def align(left: Sequence[str], right: Sequence[str], vectors: Vectors) -> list[Bead]:
    """Align two texts, given as sentences, in whatever order: beads by left position, no sentence twice.

    A sentence without a counterpart is in no bead.
    """
    rows = vectors.encode([*left, *right])
    return beads(side(rows[: len(left)], left), side(rows[len(left) :], right), vectors.scale)


def beads(left: Side, right: Side, scale: Scale) -> list[Bead]:
    """Align two texts, given as rows and lengths: the main run first, then each other one in what is left."""
    if not len(left) or not len(right):
        return []
    anchors = mutual_best(left.rows, right.rows, scale)
    found_runs = runs(anchors, scale) or [Run(())]
    free = np.ones(len(left), bool), np.ones(len(right), bool)
    for run in found_runs:
        _take(free, run.anchors, False)
    found: list[Bead] = []
    for number, run in enumerate(found_runs):
        _take(free, run.anchors, True)
        box = (0, len(left), 0, len(right)) if number == 0 else _around(run, free)
        for one in _inside(box, run.anchors, left, right, free, scale):
            free[0][one.left], free[1][one.right] = False, False
            found.append(one)
        _take(free, run.anchors, False)
    found += _alone(anchors, left, right, free, scale)
    return sorted(found, key=lambda one: one.left.start)


def _take(free: tuple[Free, Free], anchors: Sequence[Anchor], value: bool) -> None:
    for one, two, _ in anchors:
        free[0][one] = free[1][two] = value


def _around(run: Run, free: tuple[Free, Free]) -> Box:
    """Return the box of a run, as wide as the free sentences around it."""
    (top, start, _), (bottom, stop, _) = run.anchors[0], run.anchors[-1]
    return (*_widened(free[0], top, bottom + 1), *_widened(free[1], start, stop + 1))


def _widened(free: Free, start: int, stop: int) -> tuple[int, int]:
    while start > 0 and free[start - 1]:
        start -= 1
    while stop < len(free) and free[stop]:
        stop += 1
    return start, stop


def _alone(anchors: Sequence[Anchor], left: Side, right: Side, free: tuple[Free, Free], scale: Scale) -> Iterator[Bead]:
    """Yield the good anchors that no run took."""
    for one, two, margin in anchors:
        if margin >= scale.good and free[0][one] and free[1][two]:
            yield bead(left, right, range(one, one + 1), range(two, two + 1), margin)


def _inside(
    box: Box, anchors: Sequence[Anchor], left: Side, right: Side, free: tuple[Free, Free], scale: Scale
) -> Iterator[Bead]:
    """Yield the beads of one run, piece by piece."""
    around = near(left, right, scale), near(right, left, scale)
    ratio = float(right.lengths.sum() / left.lengths.sum())
    for a, b, c, d in pieces(box, anchors):
        part = left.part(a, b), right.part(c, d)
        close = (
            {size: rows[a:b] for size, rows in around[0].items()},
            {size: rows[c:d] for size, rows in around[1].items()},
        )
        for ours, theirs, margin in best_beads(part, (free[0][a:b], free[1][c:d]), close, ratio, scale):
            yield bead(
                left, right, range(ours.start + a, ours.stop + a), range(theirs.start + c, theirs.stop + c), margin
            )


def pieces(box: Box, anchors: Sequence[Anchor]) -> Iterator[Box]:
    """Cut a box that is too large at anchors whose neighbours are anchors too, at worst on the straight line."""
    a, b, c, d = box
    if (b - a) * (d - c) <= CELLS:
        yield box
        return
    inside = [(one, two) for one, two, _ in anchors if a < one < b and c < two < d]
    known = set(inside)
    certain = [(one, two) for one, two in inside if {(one - 1, two - 1), (one + 1, two + 1)} <= known]
    middle = (a + b) // 2, (c + d) // 2
    one, two = min(certain or inside or [middle], key=lambda at: (abs(at[0] - middle[0]), at))
    yield from pieces((a, one, c, two), anchors)
    yield from pieces((one, b, two, d), anchors)
