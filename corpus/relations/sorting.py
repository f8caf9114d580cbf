"""Sorting whole numbers, several times as fast as numpy's stable sorts."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]


def stable_order(numbers: Places) -> Places:
    """Return the stable order of numbers that are not negative; where there is room, by sorting them with their places.

    numpy sorts numbers by vectors, but pairs of number and place, as a stable argsort needs, one by one.
    """
    bits = len(numbers).bit_length()
    if numbers.max(initial=0) >> (63 - bits):
        return np.argsort(numbers, kind="stable")
    return np.sort(numbers << bits | np.arange(len(numbers))) & ((1 << bits) - 1)


def inside(groups: NDArray[Any]) -> Places:
    """Return the place of each row in its group, given the group of each, in order."""
    counts = np.bincount(groups)
    return np.arange(len(groups)) - np.repeat(np.cumsum(counts) - counts, counts)
