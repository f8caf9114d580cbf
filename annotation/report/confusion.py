"""Which answers are taken for which: what two annotators say of the same unit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotation.measures.figure import signature
from annotation.measures.table import Table
from annotation.report.content import NONE, Cell, Part, Section, Shaded, counted, percent, sheet
from annotation.report.material import Material
from annotation.schemes.scheme import Choice

Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Confusion:
    """`pairs[a, b]` counts the pairs of answers to one unit of which one is `a` and the other `b`."""

    question: str
    options: tuple[str, ...]
    pairs: Counts
    units: int
    answers: int

    @property
    def shares(self) -> NDArray[np.float64]:
        """Where one annotator says `a`, how often another one says `b` (NaN where nobody says `a`)."""
        both = self.pairs + np.diag(self.pairs.diagonal())
        total = both.sum(axis=1, keepdims=True).astype(np.float64)
        total[total == 0] = np.nan
        return np.asarray(both / total)


def confusion(question: str, table: Table) -> Confusion:
    """Count the pairs of answers to each unit; each two annotators of a unit are one pair."""
    size = len(table.categories)
    votes = counts_of(table)
    total = votes.sum(axis=1)
    votes = votes[total > 1]
    both = votes.T @ votes
    same = (votes * (votes - 1) // 2).sum(axis=0)
    pairs = both - np.diag(both.diagonal()) + np.diag(same)
    return Confusion(question, tuple(table.categories[:size]), pairs, len(votes), int(votes.sum()))


def counts_of(table: Table) -> Counts:
    """Return how often each category was given to each unit: units x categories."""
    size = len(table.categories)
    codes = table.unit * size + np.asarray(table.value, dtype=np.int64)
    counts = np.bincount(codes, minlength=len(table.units) * size)
    return counts.reshape(len(table.units), size).astype(np.int64)


def section(material: Material) -> Section:
    """Return the chapter on confusions."""
    lead = (
        "Each row takes the units that one annotator gave that answer, and says what another one answered. "
        "On the diagonal they agree; a dark cell elsewhere is a pair of answers that the guideline may not keep apart. "
        "The small numbers count the pairs of answers."
    )
    title = "Which answers are mixed up"
    if not material.choices:
        why = "This scheme has no question with fixed answers, so there is nothing to mix up."
        return Section("confusion", title, lead, empty=why)
    answers = material.answers
    found = [confusion(one.name, answers.table(one.name)) for one in material.choices] if answers else []
    parts = [_table(one, found) for one, found in zip(material.choices, found, strict=False) if found.units]
    if not parts:
        why = f"No unit has two answers yet: {material.fill} brings more."
        return Section("confusion", title, lead, empty=why)
    return Section("confusion", title, lead, tuple(parts))


def _table(question: Choice, found: Confusion) -> Part:
    names = {option.value: option.text for option in question.options}
    options = [names[one] for one in found.options]
    told = f"{counted(found.units, 'unit')} with two answers or more, {counted(int(found.pairs.sum()), 'pair')}"
    return sheet(
        f"{question.title}: {told}",
        ("one says", *options),
        [(name, *_row(found.shares[at], found.pairs[at])) for at, name in enumerate(options)],
        numbers=range(1, len(options) + 1),
        signature=signature("confusion", question=question.name, pairs="of annotators", items="all"),
    )


def _row(shares: Sequence[float], pairs: Sequence[int]) -> list[Cell]:
    return [
        Shaded(percent(share), float(share), f"{count:,}") if count else NONE
        for share, count in zip(shares, pairs, strict=True)
    ]
