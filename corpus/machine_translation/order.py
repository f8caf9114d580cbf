"""Blocks of sentences that stand elsewhere than in their translation."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import groupby, pairwise

from corpus.schema import Evidence

SHORTEST_BLOCK = 2  # sentences: a single one is rather an error of the alignment


def shuffled(order: Sequence[int], spans: Sequence[tuple[int, int]]) -> list[Evidence]:
    """Return the blocks of a document that are out of order against its translation.

    `order[i]` is the place, on the other side, of the i-th matched sentence of this document, and `spans[i]`
    where that sentence stands here. The longest increasing subsequence is what kept its order. It can't tell
    which of the two sides moved.
    """
    kept = _longest_increasing(order)
    moved = [at for at in range(len(order)) if at not in kept]
    blocks = [[at for at, _ in group] for _, group in groupby(_numbered(moved, order), key=lambda pair: pair[1])]
    return [
        Evidence(
            rule="order-shuffled",
            start=spans[block[0]][0],
            end=spans[block[-1]][1],
            detail=f"{len(block)} sentences stand in another place than in the translation.",
        )
        for block in blocks
        if len(block) >= SHORTEST_BLOCK
    ]


def _numbered(moved: Sequence[int], order: Sequence[int]) -> list[tuple[int, int]]:
    """Give each moved sentence the number of its block: neighbours here that follow each other there too."""
    number = 0
    numbers = [0] * min(1, len(moved))
    for left, right in pairwise(moved):
        number += not (right == left + 1 and order[left] <= order[right])
        numbers.append(number)
    return list(zip(moved, numbers, strict=True))


def _longest_increasing(order: Sequence[int]) -> set[int]:
    """Return the indices of a longest subsequence that never falls (patience sorting)."""
    tails: list[int] = []
    last: list[int] = []
    before = [-1] * len(order)
    for at, value in enumerate(order):
        place = bisect_right(tails, value)
        before[at] = last[place - 1] if place else -1
        tails[place:] = [value, *tails[place + 1 :]]
        last[place:] = [at, *last[place + 1 :]]
    kept, at = set(), last[-1] if last else -1
    while at >= 0:
        kept.add(at)
        at = before[at]
    return kept
