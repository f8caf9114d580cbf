"""What a model of the raters makes of a campaign's choices, before its labels are written row by row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from annotation.measures.aggregation import Aggregate, aggregate
from annotation.measures.table import Table
from annotation.schema import Annotation, Status
from annotation.schemes.scheme import Choice, Scheme

# Machines differ in the last digits of a logarithm; the files are to be the same.
DIGITS = 9


@dataclass(frozen=True)
class Posteriors:
    """The aggregates of a campaign's choices by question, and the row of each unit in them."""

    method: str
    places: Mapping[str, int]
    aggregates: Mapping[str, Aggregate]

    def label(self, key: str, question: str) -> int | None:
        """Return the label of a unit, None on a tie and where nobody has answered."""
        found = int(self.aggregates[question].labels[self.places[key]]) if key in self.places else -1
        return found if found >= 0 else None

    def soft(self, key: str, question: str, names: list[str]) -> dict[str, float]:
        """Return the probability of each category of a unit; 0 where nobody has answered."""
        if key not in self.places:
            return dict.fromkeys(names, 0.0)
        row = self.aggregates[question].soft[self.places[key]].tolist()
        return {name: round(value, DIGITS) for name, value in zip(names, row, strict=True)}


def posteriors(scheme: Scheme, method: str, answers: Iterable[tuple[str, list[Annotation]]]) -> Posteriors:
    """Fit each choice of a scheme on the answers that count, by unit; only codes are kept of them."""
    choices = [question for question in scheme.questions if isinstance(question, Choice)]
    names = {one.name: tuple(option.value for option in one.options) for one in choices}
    codes = {name: {value: at for at, value in enumerate(values)} for name, values in names.items()}
    rows: dict[str, list[tuple[int, int, int]]] = {name: [] for name in names}
    units: dict[str, int] = {}
    raters: dict[str, int] = {}
    for key, given in answers:
        for one in given:
            if one.status is Status.SUBMITTED:
                place = (units.setdefault(key, len(units)), raters.setdefault(one.annotator, len(raters)))
                for name, found in rows.items():
                    if (value := one.values.get(name)) is not None:
                        found.append((*place, codes[name][value]))
    tables = {name: _table(found, list(units), list(raters), names[name]) for name, found in rows.items()}
    return Posteriors(method, units, {name: aggregate(table, method) for name, table in tables.items()})


def _table(rows: list[tuple[int, int, int]], units: list[str], raters: list[str], categories: tuple[str, ...]) -> Table:
    unit, rater, value = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return Table(unit, rater, value, units, raters, categories)
