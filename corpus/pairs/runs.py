"""Anchors and the runs they make: stretches that go forward in both texts.

Two texts may tell the same in another order; inside a run the order is the same.
Not covered: what stands between anchors; see `alignment`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpus.pairs.vectors import Scale

NEAR = 4  # sentences: the widest gap inside a run that stands beside the main one
Anchor = tuple[int, int, float]  # left, right, margin


@dataclass(frozen=True)
class Run:
    """Anchors that rise on both sides."""

    anchors: tuple[Anchor, ...]


def runs(anchors: Sequence[Anchor], scale: Scale) -> list[Run]:
    """Return the heaviest run, then what stands in another order: near anchors together, or one strong one."""
    good = [one for one in anchors if one[2] >= scale.good]
    main = _heaviest(good)
    if not main:
        return []
    used = {one[0] for one in main}
    found = [Run(tuple(main))]
    rest = [one for one in good if one[0] not in used]
    while rest:
        run = _heaviest(rest, NEAR)
        rest = [one for one in rest if one not in run]
        if len(run) > 1 or run[0][2] >= scale.strong:
            found.append(Run(tuple(run)))
    return found


def _heaviest(anchors: Sequence[Anchor], gap: int | None = None) -> list[Anchor]:
    """Return the chain of anchors, each after the one before on both sides, with the most margin above 1."""
    if not anchors:
        return []
    left, right, margin = (np.array(column) for column in zip(*sorted(anchors), strict=True))
    weights = np.round(margin - 1, 6)
    totals, before = weights.copy(), np.full(len(weights), -1)
    for at in range(1, len(weights)):
        fits = right[:at] < right[at]
        if gap is not None:
            fits &= (right[at] - right[:at] <= gap) & (left[at] - left[:at] <= gap)
        if fits.any():
            best = int(np.where(fits, totals[:at], -np.inf).argmax())
            totals[at] = round(totals[best] + weights[at], 6)
            before[at] = best
    chain, at = [], int(totals.argmax())
    while at >= 0:
        chain.append((int(left[at]), int(right[at]), float(margin[at])))
        at = int(before[at])
    return chain[::-1]
