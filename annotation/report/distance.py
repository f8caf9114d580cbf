"""How far each answer is from those of others to the same unit: what disagreement and drift are counted on."""

import numpy as np

from annotation.measures.table import Numbers, Table
from annotation.report.confusion import counts_of
from annotation.schemes.scheme import Choice, Number


def distances(question: Choice | Number, table: Table) -> Numbers:
    """Return the mean distance of each answer to the other answers to its unit, in 0..1; NaN where it is alone.

    A choice is 0 or 1 apart, numbers are apart by their difference over the range of the question.
    """
    if isinstance(question, Choice):
        return _of_choices(table)
    return _of_numbers(table) / (question.max - question.min)


def _of_choices(table: Table) -> Numbers:
    counts = counts_of(table)
    total = counts.sum(axis=1)[table.unit]
    same = counts[table.unit, np.asarray(table.value, dtype=np.int64)]
    return _over(total - same, total - 1)


def _of_numbers(table: Table) -> Numbers:
    """Sum |x - y| over the others of a unit by the sums of what is below and above, each unit sorted."""
    order = np.lexsort((table.value, table.unit))
    unit, value = table.unit[order], np.asarray(table.value, dtype=np.float64)[order]
    size = np.bincount(unit, minlength=len(table.units))
    first = np.concatenate(([0], np.cumsum(size)[:-1]))[unit]
    rank = np.arange(len(unit)) - first
    sums = np.concatenate(([0.0], np.cumsum(value)))
    below = sums[np.arange(len(unit))] - sums[first]
    above = sums[first + size[unit]] - sums[np.arange(len(unit)) + 1]
    apart = value * rank - below + above - value * (size[unit] - 1 - rank)
    found = np.empty(len(unit))
    found[order] = _over(apart, size[unit] - 1)
    return found


def _over(numerator: Numbers, denominator: Numbers) -> Numbers:
    return np.where(denominator > 0, numerator / np.maximum(denominator, 1), np.nan)
