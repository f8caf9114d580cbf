"""How much sentences resemble each other, and how far that stands out: cosines and ratio margins.

Not covered: which sentence belongs to which; see `alignment`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from corpus.pairs.vectors import Rows, Scale

Floats = NDArray[np.float64]
NEIGHBOURS = 4  # Artetxe and Schwenk, "Margin-based Parallel Corpus Mining" (2019), section 3.1
MOST_MARGIN = 2.5  # beyond, a margin says no more: only near-zero cosines reach it
VARIANCE = 6.8  # of characters per character, Gale and Church 1993, section 4.1
LEAST_FIT = 1e-12
DIGITS = 6  # sums may differ in the sixteenth digit from machine to machine; what is compared must not
CHUNK = 1024  # rows a product: bounds the memory of a search over long texts


@dataclass(frozen=True)
class Side:
    """The sentences of one text: a row each, and lengths in code points."""

    rows: Rows
    lengths: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.lengths)

    def part(self, start: int, stop: int) -> "Side":
        """Return the sentences from `start` up to `stop`."""
        return Side(self.rows[start:stop], self.lengths[start:stop])

    def spans(self, size: int) -> "Side":
        """Return each `size` neighbouring sentences as one: rows summed by the root of their lengths.

        As good here as encoding the joined text, measured on hand-aligned texts, and free.
        """
        if size == 1:
            return self
        count = max(len(self) - size + 1, 0)
        weighted = self.rows * np.sqrt(self.lengths)[:, None]
        rows = sum((weighted[at : at + count] for at in range(size)), np.zeros((count, self.rows.shape[1])))
        lengths = sum((self.lengths[at : at + count] for at in range(size)), np.zeros(count, np.int64))
        return Side(unit(rows), lengths)


def side(rows: Rows, texts: Sequence[str]) -> Side:
    """Put rows and the texts they were made of together."""
    return Side(rows, np.array([max(len(text), 1) for text in texts], np.int64))


def unit(rows: Floats) -> Rows:
    """Return rows of length 1; zeros stay zeros."""
    norms = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
    return np.asarray(rows / np.where(norms > 0, norms, 1), np.float32)


def cosines(left: Rows, right: Rows) -> Floats:
    """Return the cosine of each two rows, rounded to where every machine agrees."""
    product = left.astype(np.float64) @ right.T.astype(np.float64)
    return np.asarray(np.round(product, DIGITS), np.float64)


def neighbourhood(found: Floats, scale: Scale) -> Floats:
    """Return the mean cosine of each row's nearest neighbours among the columns.

    Where there are fewer than `NEIGHBOURS`, unrelated ones stand for the rest, so that
    a margin says something in the smallest text too.
    """
    count = min(NEIGHBOURS, found.shape[1])
    near = np.sort(np.partition(found, found.shape[1] - count, axis=1)[:, found.shape[1] - count :], axis=1)
    return np.asarray((near.sum(axis=1) + (NEIGHBOURS - count) * scale.unrelated) / NEIGHBOURS, np.float64)


def margins(found: Floats, left: Floats, right: Floats, scale: Scale) -> Floats:
    """Return cosines divided by the mean of both sides' neighbourhoods: the ratio margin."""
    around = (left[:, None] + right[None, :]) / 2 + scale.smoothing
    ratio = np.minimum(found / np.maximum(around, 1e-6), MOST_MARGIN)
    return np.asarray(np.round(ratio, DIGITS), np.float64)


def mutual_best(left: Rows, right: Rows, scale: Scale) -> list[tuple[int, int, float]]:
    """Return `(left, right, margin)` of rows that are each other's best by margin, in left order.

    Ties go to the smaller index. Memory: `CHUNK` rows times the other side.
    """
    if not len(left) or not len(right):
        return []
    ours, theirs = (_all_neighbourhoods(one, two, scale) for one, two in ((left, right), (right, left)))
    forth, scores = _best(left, right, ours, theirs, scale)
    back, _ = _best(right, left, theirs, ours, scale)
    return [(at, int(to), float(scores[at])) for at, to in enumerate(forth) if back[to] == at]


def _all_neighbourhoods(left: Rows, right: Rows, scale: Scale) -> Floats:
    parts = [neighbourhood(cosines(left[at : at + CHUNK], right), scale) for at in range(0, len(left), CHUNK)]
    return np.concatenate(parts)


def _best(left: Rows, right: Rows, ours: Floats, theirs: Floats, scale: Scale) -> tuple[NDArray[np.int64], Floats]:
    best: NDArray[np.int64] = np.zeros(len(left), np.int64)
    scores: Floats = np.zeros(len(left), np.float64)
    for at in range(0, len(left), CHUNK):
        found = margins(cosines(left[at : at + CHUNK], right), ours[at : at + CHUNK], theirs, scale)
        best[at : at + CHUNK] = found.argmax(axis=1)
        scores[at : at + CHUNK] = found.max(axis=1)
    return best, scores


def fits(left: NDArray[np.int64], right: NDArray[np.int64], ratio: float) -> Floats:
    """Return the log-probability that lengths of a translation differ as much (Gale and Church 1993).

    `ratio`: code points right for one left, since scripts differ in how many they need.
    """
    one, two = (left * ratio)[:, None], right[None, :]
    deviation = np.abs(two - one) / np.sqrt(VARIANCE * np.maximum(one + two, 1) / 2)
    return np.asarray(np.interp(deviation, *_misfit()), np.float64)


@cache
def _misfit() -> tuple[Floats, Floats]:
    # numpy has no erfc: its logarithm on a grid, exact to five digits between the points.
    grid: Floats = np.linspace(0.0, 8.0, 8_001, dtype=np.float64)
    return grid, np.array([math.log(max(math.erfc(at / math.sqrt(2)), LEAST_FIT)) for at in grid])
