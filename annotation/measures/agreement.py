"""How far annotators agree: alpha, kappa, AC1 and the plain share of pairs.

All take a `Table` with any number of raters and missing answers, and return a `Figure`: None with a reason
where the measure is undefined. Numbers and spans have measures of their own in `correlation` and `spans`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from annotation.measures.bootstrap import SAME, SEED, Sums, beside, figure, ratio, spread
from annotation.measures.figure import Figure
from annotation.measures.table import Codes, Numbers, Table, partners

LEVELS = ("nominal", "ordinal", "interval", "ratio")
MANY = 2_048  # distinct values from which on each round would take seconds
NEAR = 1e-12  # of a sum of squares is rounding


def alpha(table: Table, level: str = "nominal", *, rounds: int = 0, seed: int = SEED) -> Figure:
    """Return Krippendorff's alpha; units with one answer are left out.

    `level` is nominal, ordinal, interval or ratio. Choices are ranked in the order of their categories. Undefined
    where all answers are the same. Source: Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011).
    """
    return figure(alpha_sums(table, level), rounds=rounds, seed=seed, raters=raters(table))


def fleiss(table: Table, *, rounds: int = 0, seed: int = SEED) -> Figure:
    """Return Fleiss' kappa (Fleiss 1971), for unequal numbers of answers as Gwet generalises it.

    The agreement of a unit is that of its pairs of answers, and each unit with an answer, also a single one, has
    the same share in the chance (Gwet, "Handbook of Inter-Rater Reliability", 4th ed. 2014, 2.4).
    """
    return figure(fleiss_sums(table), rounds=rounds, seed=seed, raters=raters(table))


def ac1(table: Table, *, rounds: int = 0, seed: int = SEED) -> Figure:
    """Return Gwet's AC1 with missing answers as in the paper and in irrCAC.

    The chance depends on the number of categories of the scale, so the table's are counted, also those that nobody
    chose. Where all answers are the same it is 1 by definition; undefined with one category. Source: Gwet,
    "Computing inter-rater reliability and its variance in the presence of high agreement" (2008).
    """
    return figure(ac1_sums(table), rounds=rounds, seed=seed, raters=raters(table))


def cohen(table: Table, *, rounds: int = 0, seed: int = SEED) -> Figure:
    """Return Cohen's kappa (1960) of two raters, on the units that both answered.

    For more raters the figure is another one, the mean over their pairs (Light, "Measures of response agreement",
    1971), and the signature says so; pairs without a kappa are left out.
    """
    return figure(cohen_sums(table), rounds=rounds, seed=seed, raters=raters(table))


def pair_agreement(table: Table, *, rounds: int = 0, seed: int = SEED) -> Figure:
    """Return the share of pairs of answers to one unit that are the same, the mean over units."""
    return figure(pair_sums(table), rounds=rounds, seed=seed, raters=raters(table))


def alpha_sums(table: Table, level: str = "nominal") -> Sums:
    """Return alpha as sums over units."""
    return {"nominal": _nominal, "ordinal": _ordinal, "interval": _interval, "ratio": _ratio}[level](table)


def fleiss_sums(table: Table) -> Sums:
    """Return Fleiss' kappa as sums over units."""

    def value(sums: Numbers) -> Numbers:
        observed, share = _observed(sums)
        expected = (share**2).sum(axis=1)
        return ratio(observed - expected, 1 - expected)

    columns, size = _shares(table)
    return Sums("fleiss_kappa", columns, value, told={"categories": size})


def ac1_sums(table: Table) -> Sums:
    """Return AC1 as sums over units."""
    columns, size = _shares(table)

    def value(sums: Numbers) -> Numbers:
        observed, share = _observed(sums)
        expected = (share * (1 - share)).sum(axis=1) / (size - 1) if size > 1 else np.ones(len(sums))
        return ratio(observed - expected, 1 - expected)

    return Sums("gwet_ac1", columns, value, "the scale has one category", told={"categories": size})


def pair_sums(table: Table) -> Sums:
    """Return the share of pairs that are the same as sums over units."""
    columns, _ = _shares(table)
    return Sums("pair_agreement", columns[:3], lambda sums: ratio(sums[:, 2], sums[:, 0]))


def cohen_sums(table: Table) -> Sums:
    """Return Cohen's kappa, or its mean over pairs of raters, as sums over units."""
    codes, names = _coded(table)
    left, right = partners(table.unit, table.rater)
    found, pair = np.unique(table.rater[left] * len(table.raters) + table.rater[right], return_inverse=True)
    unit, size, width = table.unit[left], len(names), 2 + 2 * len(names)
    one, other = codes[left], codes[right]
    shape = (len(table.units), max(len(found), 1) * width)
    same = spread(unit, pair * width + 1, (one == other).astype(np.float64), shape)
    parts = [(unit, pair * width), (unit, pair * width + 2 + one), (unit, pair * width + 2 + size + other)]
    columns = sum((spread(*part, None, shape) for part in parts), start=same)

    def value(sums: Numbers) -> Numbers:
        each = sums[:, 2:].reshape(len(sums), -1, width)
        units = each[..., 0]
        chance = ratio((each[..., 2 : 2 + size] * each[..., 2 + size :]).sum(axis=2), units**2)
        return ratio(ratio(each[..., 1], units) - chance, 1 - chance)

    told = {"pairs": f"mean of {len(found)}"} if len(found) > 1 else {}
    return Sums("cohen_kappa", (counted(table), columns), value, SAME, told=told)


def raters(table: Table) -> int:
    """Return how many raters gave an answer."""
    return int(np.count_nonzero(np.bincount(table.rater)))


def _nominal(table: Table) -> Sums:
    codes, names = _coded(table)
    counts = spread(table.unit, codes, None, (len(table.units), len(names)))
    given = np.bincount(table.unit, minlength=len(table.units)).astype(np.float64)
    paired = given > 1
    apart = np.divide(given**2 - _squares(counts), given - 1, out=np.zeros(len(given)), where=paired)

    def value(sums: Numbers) -> Numbers:
        total = sums[:, 1]
        return 1 - ratio(sums[:, 2] * (total - 1), total**2 - (sums[:, 3:] ** 2).sum(axis=1))

    kept = counts if paired.all() else _times(counts, paired)
    return Sums("alpha", (paired, given * paired, apart, kept), value, told={"level": "nominal"})


def _interval(table: Table) -> Sums:
    size, given = len(table.units), np.bincount(table.unit, minlength=len(table.units)).astype(np.float64)
    paired = given > 1
    number, counted = table.value.astype(np.float64), paired[table.unit]
    if counted.any():
        # Around their mean, so that large values lose no digits; equal ones are all 0.
        number = number - number[counted].mean() if np.ptp(number[counted]) else np.where(counted, 0.0, number)
    middle = ratio(np.bincount(table.unit, number, size), given)
    apart = np.bincount(table.unit, (number - middle[table.unit]) ** 2, size)
    apart = np.divide(2 * given * apart, given - 1, out=np.zeros(size), where=paired)
    first, second = (np.bincount(table.unit, number**power, size) * paired for power in (1, 2))

    def value(sums: Numbers) -> Numbers:
        total, plain, squared = sums[:, 1], sums[:, 3], sums[:, 4]
        expected = total * squared - plain**2
        expected[expected <= NEAR * total * squared] = 0
        return 1 - ratio(sums[:, 2] * (total - 1), 2 * expected)

    return Sums("alpha", (paired, given * paired, apart, first, second), value, told={"level": "interval"})


def _ordinal(table: Table) -> Sums:
    def distances(counts: Numbers, low: Codes, high: Codes, values: Numbers) -> tuple[Numbers, Numbers]:
        # The ordinal distance is that of the middle ranks, so that alpha is the interval one of ranks.
        total = counts.sum(axis=1, keepdims=True)
        rank = np.cumsum(counts, axis=1) - counts / 2 - total / 2
        expected = 2 * (total[:, 0] * (counts * rank**2).sum(axis=1) - (counts * rank).sum(axis=1) ** 2)
        return (rank[:, low] - rank[:, high]) ** 2, expected

    return _by_coincidence(table, "ordinal", distances)


def _ratio(table: Table) -> Sums:
    def distances(counts: Numbers, low: Codes, high: Codes, values: Numbers) -> tuple[Numbers, Numbers]:
        expected = np.zeros(len(counts))
        for at, one in enumerate(values):
            expected += counts[:, at] * (counts @ _quotient(values, one))
        return np.broadcast_to(_quotient(values[low], values[high]), (len(counts), len(low))), expected

    if len(table) and table.value.min() < 0:
        empty = _by_coincidence(table.only(np.zeros(len(table), dtype=np.bool_)), "ratio", distances)
        return Sums(
            "alpha", empty.parts, empty.value, empty="the ratio level needs values of 0 or more", told=empty.told
        )
    return _by_coincidence(table, "ratio", distances)


def _quotient(one: Any, other: Any) -> Numbers:
    total = np.asarray(one + other, dtype=np.float64)
    found: Numbers = np.divide(one - other, total, out=np.zeros(total.shape), where=total != 0)
    return found**2


Distances = Callable[[Numbers, Codes, Codes, Numbers], tuple[Numbers, Numbers]]


def _by_coincidence(table: Table, level: str, distances: Distances) -> Sums:
    """Return alpha from how often each two values coincide; `distances` gives those of all pairs of values."""
    values, codes = np.unique(table.value, return_inverse=True)
    size, given = len(table.units), np.bincount(table.unit, minlength=len(table.units)).astype(np.float64)
    paired = given > 1
    left, right = partners(table.unit, table.rater)
    low, high = np.minimum(codes[left], codes[right]), np.maximum(codes[left], codes[right])
    apart = low != high
    unit = table.unit[left][apart]
    kinds, kind = np.unique(low[apart] * len(values) + high[apart], return_inverse=True)
    share = 2 / (given[unit] - 1)
    mine = paired[table.unit]
    counts = spread(table.unit[mine], codes[mine], None, (size, max(len(values), 1)))
    together = spread(unit, kind, share, (size, max(len(kinds), 1)))
    width = 2 + counts.shape[1]
    ends = kinds // max(len(values), 1), kinds % max(len(values), 1)

    def value(sums: Numbers) -> Numbers:
        apart, expected = distances(sums[:, 2:width], *ends, values.astype(np.float64))
        observed = (sums[:, width : width + len(kinds)] * apart).sum(axis=1)
        expected = np.where((sums[:, 2:width] > 0).sum(axis=1) > 1, expected, 0)
        return 1 - ratio(observed * (sums[:, 1] - 1), expected)

    parts = (paired, given * paired, counts, together)
    return Sums("alpha", parts, value, told={"level": level}, most=1_000_000 if len(values) <= MANY else 0)


def _shares(table: Table) -> tuple[tuple[Any, ...], int]:
    """Return what Fleiss' kappa and AC1 sum up, and how many categories there are.

    The columns: whether a unit has two answers, how many, their agreement, whether it has one, the shares.
    """
    codes, names = _coded(table)
    counts = spread(table.unit, codes, None, (len(table.units), len(names)))
    given = np.bincount(table.unit, minlength=len(table.units)).astype(np.float64)
    paired = given > 1
    same = np.divide(_squares(counts) - given, given * (given - 1), out=np.zeros(len(given)), where=paired)
    part = ratio(np.ones(len(given)), given)
    part[given == 0] = 0
    return (paired, given * paired, same, given > 0, _times(counts, part)), len(names)


def _observed(sums: Numbers) -> tuple[Numbers, Numbers]:
    """Return the observed agreement and the share of each category."""
    return ratio(sums[:, 2], sums[:, 0]), ratio(sums[:, 4:], np.broadcast_to(sums[:, 3:4], sums[:, 4:].shape))


def _coded(table: Table) -> tuple[Codes, Any]:
    """Return the answers as codes, and what the codes stand for: numbers are names of their own here."""
    if table.categories:
        return table.value.astype(np.int64, copy=False), table.categories
    names, codes = np.unique(table.value, return_inverse=True)
    return codes, names if len(names) else [None]


def _times(counts: Any, factor: Any) -> Any:
    """Return each row times its factor."""
    return counts * factor[:, None] if isinstance(counts, np.ndarray) else counts.multiply(factor[:, None]).tocsr()


def _squares(counts: Any) -> Numbers:
    """Return the sum of squares of each row."""
    if isinstance(counts, np.ndarray):
        return np.asarray(np.einsum("uk,uk->u", counts, counts), dtype=np.float64)
    return np.asarray(counts.multiply(counts).sum(axis=1), dtype=np.float64).ravel()


def counted(table: Table) -> Numbers:
    """Return for each unit whether it has two answers, and how many."""
    given = np.bincount(table.unit, minlength=len(table.units)).astype(np.float64)
    found: Numbers = beside(given > 1, given * (given > 1))
    return found
