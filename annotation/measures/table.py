"""Answers to one question in long form, as arrays: what agreement and aggregation are counted on."""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Table:
    """One entry of `unit`, `rater` and `value` for each answer; a rater has one answer a unit at most.

    `unit` and `rater` are codes into `units` and `raters`, which may hold some without an answer.
    `value` is a code into `categories`, in their order, or a number (float64) where there are none.
    """

    unit: Codes
    rater: Codes
    value: Codes | Numbers
    units: Sequence[str]
    raters: Sequence[str]
    categories: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.unit)

    def only(self, keep: Mask) -> "Table":
        """Return the answers that a mask over answers keeps; the codes stay."""
        return replace(self, unit=self.unit[keep], rater=self.rater[keep], value=self.value[keep])

    def of_units(self, keep: Mask) -> "Table":
        """Return the answers to the units that a mask over units keeps; the codes stay."""
        return self.only(keep[self.unit])


def long(rows: Iterable[tuple[str, str, Any]], categories: Sequence[str] | None = None) -> Table:
    """Return the table of `(unit, rater, value)` rows; None values are missing answers.

    Values are names in `categories` (in the order given), or numbers where `categories` is empty.
    None takes the names that occur, sorted.
    """
    found = [row for row in rows if row[2] is not None]
    if categories is None:
        categories = sorted({value for _, _, value in found})
    units, unit = coded([row[0] for row in found])
    raters, rater = coded([row[1] for row in found])
    if categories:
        places = {name: at for at, name in enumerate(categories)}
        value: Codes | Numbers = np.array([places[row[2]] for row in found], dtype=np.int64)
    else:
        value = np.array([row[2] for row in found], dtype=np.float64)
    return Table(unit, rater, value, units, raters, tuple(categories))


def coded(names: Iterable[Any]) -> tuple[list[Any], Codes]:
    """Return the distinct names in the order in which they come, and the code of each."""
    places: dict[Hashable, int] = {}
    codes = [places.setdefault(name, len(places)) for name in names]
    return list(places), np.array(codes, dtype=np.int64)


def partners(unit: Codes, rater: Codes) -> tuple[Codes, Codes]:
    """Return every two answers to one unit, as the places of the answers; the left one has the lower rater."""
    order = np.lexsort((rater, unit))
    by_unit = unit[order]
    left, right = [order[:0]], [order[:0]]
    for apart in range(1, len(unit)):
        same = by_unit[apart:] == by_unit[:-apart]
        if not same.any():
            break
        left.append(order[:-apart][same])
        right.append(order[apart:][same])
    return np.concatenate(left), np.concatenate(right)
