"""The ways to aggregate side by side, on one's own data."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from annotation.measures.aggregation import METHODS, aggregate
from annotation.measures.aggregation.result import Aggregate
from annotation.measures.figure import extended
from annotation.measures.table import Mask, Table


class Compared(NamedTuple):
    """One method: units with a `label` and with a tie, and what it makes of the majority.

    `agreement` is the share of equal labels among the units that both label, `changed` how many units
    get another label, or one instead of a tie, or the other way round; `sureness` is the mean
    probability of the most probable category. They are None where there is no unit to tell of.
    """

    method: str
    labels: int
    ties: int
    agreement: float | None
    changed: int
    sureness: float | None
    converged: bool
    rounds: int
    quality: dict[str, float]
    signature: str


class Rated(NamedTuple):
    """A rater's answers, and their quality by method; None where nothing can be said."""

    rater: str
    answers: int
    quality: dict[str, float | None]


def compare(table: Table, *, origin: str | None = None) -> list[Compared]:
    """Return one row for each method, the majority first; signatures tell an `origin` that is not people's alone."""
    found = {method: aggregate(table, method) for method in METHODS}
    answered = np.bincount(table.unit, minlength=len(table.units)) > 0
    return [_compared(one, found["majority"], answered, origin) for one in found.values()]


def rated(table: Table, rows: Sequence[Compared]) -> list[Rated]:
    """Return what each method makes of each rater with an answer, sorted by name."""
    counts = np.bincount(table.rater, minlength=len(table.raters)).tolist()
    given = sorted((name, count) for name, count in zip(table.raters, counts, strict=True) if count)
    return [Rated(name, count, {row.method: row.quality.get(name) for row in rows}) for name, count in given]


def _compared(one: Aggregate, majority: Aggregate, answered: Mask, origin: str | None) -> Compared:
    labelled = one.labels >= 0
    both = labelled & (majority.labels >= 0)
    same = one.labels == majority.labels
    units = int(answered.sum())
    return Compared(
        method=one.method,
        labels=int(labelled.sum()),
        ties=units - int(labelled.sum()),
        agreement=float(same[both].mean()) if both.any() else None,
        changed=int((~same).sum()),
        sureness=float(one.soft[answered].max(axis=1).mean()) if units else None,
        converged=one.converged,
        rounds=one.rounds,
        quality=one.quality,
        signature=extended(one.signature, origin=origin),
    )
