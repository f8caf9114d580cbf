"""How alike two raters order and space the units: Pearson, Kendall's tau, pairwise accuracy.

With more than two raters each figure is the mean over their pairs, and its signature says so. Pairs with fewer
than three units in common, or without a difference in one rater's answers, are left out.
"""

from typing import Any, NamedTuple

import numpy as np

from annotation.measures.agreement import NEAR, counted, raters
from annotation.measures.bootstrap import SEED, Sums, figure, ratio, spread
from annotation.measures.figure import Figure
from annotation.measures.table import Codes, Numbers, Table, partners

LEAST = 3  # units that two raters must share
CELLS = 65_536  # of a table of two raters' answers; beyond, scipy sorts the units
WORK = 50_000_000  # cells over all rounds
UNDEFINED = "no two raters share three units and differ on them"


class Pairs(NamedTuple):
    """Two answers each to one unit: `pair` is the code of the two raters, of which there are `size`."""

    unit: Codes
    pair: Codes
    left: Numbers
    right: Numbers
    size: int
    counted: Numbers


def pearson(table: Table, *, rounds: int = 0, seed: int = SEED) -> Figure:
    """Return Pearson's product-moment correlation (Pearson 1895) of two raters, or the mean over pairs."""
    return figure(pearson_sums(table), rounds=rounds, seed=seed, raters=raters(table))


def kendall(table: Table, variant: str = "b", *, rounds: int = 0, seed: int = SEED) -> Figure:
    """Return Kendall's tau-b (Kendall 1945) or tau-c (Stuart 1953) of two raters, or the mean over pairs."""
    return figure(kendall_sums(table, variant), rounds=rounds, seed=seed, raters=raters(table))


def pairwise_accuracy(table: Table) -> Figure:
    """Return the share of pairs of units that two raters order alike, a tie of both included; it has no interval.

    That is acc_eq of Deutsch, Foster and Freitag, "Ties Matter" (2023): unlike tau it neither rewards nor punishes
    ties as such. For an interval, units would be drawn again, and one drawn twice ties with itself for both
    raters: that lifts every round, the more so the fewer units two raters share.
    """
    return figure(kendall_sums(table, "accuracy"), raters=raters(table))


def pearson_sums(table: Table) -> Sums:
    """Return Pearson's correlation as sums over units."""
    found = _pairs(table)
    left, right = (_centred(side, found) for side in (found.left, found.right))
    powers = (np.ones(len(left)), left, right, left * left, right * right, left * right)
    unit, column = np.tile(found.unit, 6), np.concatenate([found.pair * 6 + at for at in range(6)])
    columns = spread(unit, column, np.concatenate(powers), (len(table.units), max(found.size, 1) * 6))

    def value(sums: Numbers) -> Numbers:
        size, x, y, xx, yy, xy = np.moveaxis(sums[:, 2:].reshape(len(sums), -1, 6), 2, 0)
        ours, theirs = (size * two - one**2 for one, two in ((x, xx), (y, yy)))
        known = (size >= LEAST) & (ours > NEAR * size * xx) & (theirs > NEAR * size * yy)
        below = np.where(known, np.sqrt(np.abs(ours)) * np.sqrt(np.abs(theirs)), 0)
        return np.clip(ratio(size * xy - x * y, below), -1, 1)

    return Sums("pearson", (found.counted, columns), value, UNDEFINED, told=_told(found))


def kendall_sums(table: Table, variant: str = "b") -> Sums:
    """Return Kendall's tau (`b`, `c`) or pairwise accuracy (`accuracy`, of which no rounds are made) as sums."""
    found = _pairs(table)
    x, y = (np.unique(side, return_inverse=True)[1] for side in (found.left, found.right))
    width, height = (int(side.max(initial=0)) + 1 for side in (x, y))
    cells, cell = np.unique((found.pair * width + x) * height + y, return_inverse=True)
    columns = spread(found.unit, cell, None, (len(table.units), max(len(cells), 1)))
    parts = [_part(cells, pair, width, height) for pair in range(found.size)]

    def value(sums: Numbers) -> Numbers:
        found = [_of_pair(sums[:, 2 + at], x, y, variant) for at, x, y in parts]
        return np.stack(found, axis=1) if found else np.full((len(sums), 1), np.nan)

    sizes = [(int(x.max()) + 1) * (int(y.max()) + 1) for _, x, y in parts]
    most = 0 if max(sizes, default=0) > CELLS else WORK // max(sum(sizes), 1)
    measure = "pairwise_accuracy" if variant == "accuracy" else f"kendall_tau_{variant}"
    # Fewer than a hundred rounds say nothing about the ends of an interval.
    most = 0 if most < 100 or variant == "accuracy" else most
    return Sums(measure, (found.counted, columns), value, UNDEFINED, told=_told(found), most=most)


def _pairs(table: Table) -> Pairs:
    left, right = partners(table.unit, table.rater)
    both = table.rater[left] * len(table.raters) + table.rater[right]
    _, pair, shared = np.unique(both, return_inverse=True, return_counts=True)
    enough = shared[pair] >= LEAST
    left, right = left[enough], right[enough]
    both, pair = np.unique(both[enough], return_inverse=True)
    value = table.value.astype(np.float64)
    return Pairs(table.unit[left], pair, value[left], value[right], len(both), counted(table))


def _told(found: Pairs) -> dict[str, object]:
    return {"pairs": f"mean of {found.size}"} if found.size > 1 else {}


def _centred(side: Numbers, found: Pairs) -> Numbers:
    """Return the answers of one side around the mean of their pair; equal ones become exactly 0."""
    _, first = np.unique(found.pair, return_index=True)
    side = side - side[first][found.pair]
    count = np.bincount(found.pair, minlength=found.size)
    middle: Numbers = np.bincount(found.pair, side, found.size) / np.maximum(count, 1)
    return side - middle[found.pair]


def _part(cells: Codes, pair: int, width: int, height: int) -> tuple[Codes, Codes, Codes]:
    """Return which cells are those of a pair of raters, and the ranks of their two values."""
    begin, end = np.searchsorted(cells, [pair * width * height, (pair + 1) * width * height])
    inside = cells[begin:end] - pair * width * height
    ranks = [np.unique(one, return_inverse=True)[1] for one in (inside // height, inside % height)]
    return np.arange(begin, end), ranks[0], ranks[1]


def _of_pair(counts: Numbers, x: Codes, y: Codes, variant: str) -> Numbers:
    """Return the figure of two raters in each round; `counts` is rounds x cells."""
    width, height = int(x.max()) + 1, int(y.max()) + 1
    if width * height > CELLS:
        return np.array([_figure(_sorted(one, x, y), variant) for one in counts])
    step = max(4_000_000 // (width * height), 1)
    found: list[Numbers] = []
    for begin in range(0, len(counts), step):
        table = np.zeros((len(counts[begin : begin + step]), width, height))
        table[:, x, y] = counts[begin : begin + step]
        found.append(_figure(_crossed(table), variant))
    return np.concatenate(found)


class Ordered(NamedTuple):
    """How many units there are, and pairs of units: ordered alike or otherwise, tied left, right or on both sides.

    `fewest` is the number of distinct values of the side with fewer of them.
    """

    size: Any
    alike: Any
    otherwise: Any
    left: Any
    right: Any
    both: Any
    fewest: Any


def _crossed(table: Numbers) -> Ordered:
    """Return how units are ordered in tables of how often two values meet: rounds x left x right."""
    above = np.zeros_like(table)
    above[:, :-1] = np.cumsum(table[:, ::-1], axis=1)[:, ::-1][:, 1:]  # all with a higher left value
    higher, lower = np.zeros_like(table), np.zeros_like(table)
    higher[:, :, :-1] = np.cumsum(above[:, :, ::-1], axis=2)[:, :, ::-1][:, :, 1:]
    lower[:, :, 1:] = np.cumsum(above, axis=2)[:, :, :-1]
    alike, otherwise = (table * higher).sum(axis=(1, 2)), (table * lower).sum(axis=(1, 2))
    rows, columns = table.sum(axis=2), table.sum(axis=1)
    ties = [(one * (one - 1)).sum(axis=1) / 2 for one in (rows, columns, table.reshape(len(table), -1))]
    fewest = np.minimum((rows > 0).sum(axis=1), (columns > 0).sum(axis=1))
    return Ordered(rows.sum(axis=1), alike, otherwise, ties[0], ties[1], ties[2], fewest)


def _sorted(counts: Numbers, x: Codes, y: Codes) -> Ordered:
    """Return the same for one round with many distinct values, from scipy's tau-c."""
    from scipy.stats import kendalltau

    times = counts.astype(np.int64)
    left, right = np.repeat(x, times), np.repeat(y, times)
    size = np.float64(len(left))
    ties = []
    for side in (left, right, left * (int(y.max()) + 1) + right):
        same = np.unique(side, return_counts=True)[1].astype(np.float64)
        ties.append((same * (same - 1)).sum() / 2)
    fewest = np.float64(min(len(np.unique(left)), len(np.unique(right))))
    if fewest < 2:
        return Ordered(size, 0.0, 0.0, ties[0], ties[1], ties[2], fewest)
    tau = kendalltau(left, right, variant="c", method="asymptotic").statistic
    gap = np.rint(tau * size**2 * (fewest - 1) / fewest / 2)  # ordered alike less ordered otherwise
    ordered = size * (size - 1) / 2 - ties[0] - ties[1] + ties[2]
    return Ordered(size, (ordered + gap) / 2, (ordered - gap) / 2, ties[0], ties[1], ties[2], fewest)


def _figure(found: Ordered, variant: str) -> Numbers:
    pairs, gap = found.size * (found.size - 1) / 2, found.alike - found.otherwise
    if variant == "accuracy":
        return ratio(found.alike + found.both, np.where(found.size >= LEAST, pairs, 0.0))
    known = (found.size >= LEAST) & (found.fewest > 1)
    if variant == "c":
        below = found.size**2 * (found.fewest - 1) / np.maximum(found.fewest, 1) / 2
    else:
        below = np.sqrt(np.abs(pairs - found.left)) * np.sqrt(np.abs(pairs - found.right))
    return ratio(gap, np.where(known, below, 0.0))
