"""Figures that are made from sums over units, and their intervals by drawing units again.

The percentile bootstrap of Efron and Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13:
as many units as there are, drawn with replacement, all answers to a unit together. Units that add the
same to every sum are drawn as one kind, by the multinomial distribution, which is the same and much faster.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from annotation.measures.figure import Figure, signature
from annotation.measures.table import Codes, Numbers

SEED = 20_240_101
ROUNDS = 1_000
COVERED = 0.95
FEWEST = 10  # units that an interval is told for, at least
LOST = 0.1  # of the rounds, which may be undefined
WEIGHTS = 4_000_000  # held at a time
WIDE = 48  # columns from which on most cells are zero
ALONE = "no unit has two answers"
SAME = "all answers are the same"

Value = Callable[[Numbers], Numbers]


@dataclass(frozen=True, eq=False)
class Sums:
    """A measure as a function of sums over units.

    `parts` are columns side by side (vectors, matrices, or sparse ones of scipy) with a row for each unit, and say
    what it adds: first whether it counts, then how many answers, then what `value` needs. `value` takes sums
    (rounds x k) and returns the measure of each round, NaN where it is undefined, for the reason `undefined`;
    without a unit that counts the reason is `empty`. A measure that is a mean over pairs of raters returns that of
    each pair (rounds x pairs). More than `most` rounds are not worth their time.
    """

    measure: str
    parts: tuple[Any, ...]
    value: Value
    undefined: str = SAME
    empty: str = ALONE
    told: Mapping[str, object] = field(default_factory=dict)
    most: int = 1_000_000

    @cached_property
    def columns(self) -> Any:
        """The parts as one matrix, units x k."""
        return self.parts[0] if len(self.parts) == 1 else beside(*self.parts)

    def like(self, each: Numbers) -> Value:
        """Return what measures rounds; of a mean over pairs, those that have a value in `each`, the figure's own.

        A pair that shares too few units has none there, and one in rounds that draw these units twice.
        """
        if each.ndim == 1:
            return self.value
        known = np.isfinite(each[0])
        return lambda sums: mean(self.value(sums)[:, known])

    def total(self, units: Codes | None) -> Numbers:
        """Return the sums over all units or some, as 1 x k."""
        if units is not None:
            return np.asarray(self.columns[units].sum(axis=0), dtype=np.float64).reshape(1, -1)
        return np.concatenate([_summed(part) for part in self.parts]).reshape(1, -1)


def figure(sums: Sums, units: Codes | None = None, *, rounds: int = 0, seed: int = SEED, **told: object) -> Figure:
    """Return the figure of all units or of some, by their rows, with an interval where `rounds` are asked for.

    There is none for fewer than ten units, nor where over a tenth of the rounds are undefined; the signature names
    the rounds that were made. `told` goes into the signature.
    """
    total = sums.total(units)
    counted, answers = int(total[0, 0]), int(total[0, 1])
    each = sums.value(total)
    value = float((each if each.ndim == 1 else mean(each))[0]) if counted else np.nan
    known = bool(np.isfinite(value))
    rounds = min(rounds, sums.most) if known and counted >= FEWEST else 0
    low = high = None
    if rounds:
        columns = sums.columns if units is None else sums.columns[units]
        low, high = interval(columns, sums.like(each), rounds=rounds, seed=seed)
    drawn = {"rounds": rounds, "seed": seed} if rounds else {}
    return Figure(
        name=sums.measure,
        value=value if known else None,
        units=counted,
        answers=answers,
        signature=signature(sums.measure, **{**sums.told, **told, **drawn}),
        low=low,
        high=high,
        reason=None if known else sums.undefined if counted else sums.empty,
    )


def interval(
    columns: Any, value: Value, *, rounds: int = ROUNDS, seed: int = SEED
) -> tuple[float | None, float | None]:
    """Return the 95 % percentile interval of `value` over units drawn again, (None, None) where it has none."""
    found = values(columns, value, rounds=rounds, seed=seed)
    found = found[np.isfinite(found)]
    if not len(found) or len(found) < (1 - LOST) * rounds:
        return None, None
    edge = (1 - COVERED) / 2
    low, high = np.quantile(found, [edge, 1 - edge])
    return float(low), float(high)


def values(columns: Any, value: Value, *, rounds: int, seed: int) -> Numbers:
    """Return the measure in each round, NaN where it is undefined."""
    kinds, times = pooled(columns)
    if not len(times):
        return np.full(rounds, np.nan)
    drawn = resampled(times, rounds=rounds, seed=seed, columns=kinds.shape[1])
    return np.concatenate([value(np.asarray(one @ kinds)) for one in drawn])


def resampled(times: Codes, *, rounds: int, seed: int, columns: int = 1) -> Iterator[Numbers]:
    """Yield how often each kind of unit is drawn, some rounds at a time; `times` says how many units it has.

    So few rounds that neither what they draw nor sums of so many `columns` take much memory.
    """
    draw, units, kinds = np.random.default_rng(seed), int(times.sum()), len(times)
    step = max(WEIGHTS // max(kinds, columns), 1)
    for begin in range(0, rounds, step):
        size = min(step, rounds - begin)
        if kinds < units:
            yield draw.multinomial(units, times / units, size=size).astype(np.float64)
        else:
            drawn = (np.bincount(draw.integers(0, units, units), minlength=units) for _ in range(size))
            yield np.array(list(drawn), dtype=np.float64)


def pooled(columns: Any) -> tuple[Any, Codes]:
    """Return the distinct rows and how many units have each; units that add nothing are left out."""
    if not isinstance(columns, np.ndarray):
        rows = columns[np.flatnonzero(np.diff(columns.indptr))]
        return rows, np.ones(rows.shape[0], dtype=np.int64)
    rows = columns[columns.any(axis=1)]
    odd = np.random.default_rng(SEED).integers(0, 2**63, columns.shape[1], dtype=np.uint64) * 2 + 1
    marks = (np.ascontiguousarray(rows, dtype=np.float64).view(np.uint64) * odd).sum(axis=1)
    _, first, place, times = np.unique(marks, return_index=True, return_inverse=True, return_counts=True)
    # To draw from many kinds costs more than to draw units; and two kinds might share a mark.
    if 8 * len(times) > len(rows) or not np.array_equal(rows[first][place], rows):
        return rows, np.ones(len(rows), dtype=np.int64)
    return rows[first], times


def spread(row: Codes, column: Codes, amount: Numbers | None, shape: tuple[int, int]) -> Any:
    """Return a matrix with the sums of `amount` (None: 1 each) in its cells: sparse where it is wide."""
    if shape[1] <= WIDE:
        flat = np.bincount(row * shape[1] + column, weights=amount, minlength=shape[0] * shape[1])
        return flat.reshape(shape).astype(np.float64, copy=False)
    from scipy.sparse import coo_array

    amount = np.ones(len(row)) if amount is None else amount
    return coo_array((amount, (row, column)), shape=shape).tocsr()


def beside(*parts: Any) -> Any:
    """Return columns beside each other; one vector is one column."""
    shaped = [one[:, None] if one.ndim == 1 else one for one in parts]
    if all(isinstance(one, np.ndarray) for one in shaped):
        return np.hstack(shaped).astype(np.float64, copy=False)
    from scipy.sparse import csr_array, hstack

    return hstack([csr_array(one) for one in shaped], format="csr")


def mean(values: Numbers) -> Numbers:
    """Return the mean of each row over what is defined in it, NaN where nothing is."""
    known = np.isfinite(values)
    return ratio(np.where(known, values, 0).sum(axis=1), known.sum(axis=1).astype(np.float64))


def _summed(part: Any) -> Numbers:
    if isinstance(part, np.ndarray) and part.ndim == 2:
        return np.asarray(np.einsum("uk->k", part), dtype=np.float64)  # along rows: much faster than a sum over them
    return np.atleast_1d(np.asarray(part.sum(axis=0), dtype=np.float64))


def ratio(above: Any, below: Any) -> Numbers:
    """Return quotients, NaN where the divisor is 0."""
    found: Numbers = np.divide(above, below, out=np.full(np.shape(above), np.nan), where=below != 0)
    return found
