"""How each rater differs from the others: severity, and what agreement is without them."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from annotation.measures.bootstrap import SEED, Sums, figure, ratio
from annotation.measures.figure import Figure
from annotation.measures.table import Codes, Numbers, Table


class Rater(NamedTuple):
    """One rater's answers to a question.

    `severity` is their mean distance from the others, None for a choice; `without` is the main measure of the
    question (alpha, for marks character F1) over the answers of all others.
    """

    question: str
    rater: str
    answers: int
    severity: Figure | None
    without: Figure


def severities(
    table: Table, *, rounds: int = 0, seed: int = SEED, question: str | None = None, origin: str | None = None
) -> dict[int, Figure]:
    """Return by rater the mean signed distance from the mean of the other raters on the same units.

    Of scores, one below 0 is a strict rater; of counts of marks, one above 0. Units that nobody else answered are
    left out. The bootstrap draws from the rater's units; `question` and `origin` go into the signature.
    """
    given = np.bincount(table.unit, minlength=len(table.units)).astype(np.float64)
    others = given[table.unit] - 1
    number = table.value.astype(np.float64)
    total = np.bincount(table.unit, number, len(table.units))[table.unit]
    apart = number - ratio(total - number, others)
    order = np.argsort(table.rater, kind="stable")
    ends = np.cumsum(np.bincount(table.rater, minlength=len(table.raters)))
    parts = np.split(order, ends[:-1])
    return {
        rater: figure(
            _distance(apart[mine][others[mine] > 0]),
            rounds=rounds,
            seed=seed,
            question=question,
            origin=origin,
            rater=name,
        )
        for rater, (mine, name) in enumerate(zip(parts, table.raters, strict=True))
        if len(mine)
    }


def alone(
    question: str,
    names: Sequence[str],
    rater: Codes,
    without: Callable[[int], Sums],
    severe: Mapping[int, Figure],
    *,
    origin: str | None = None,
) -> list[Rater]:
    """Return each rater who answered the question, with the agreement of all others."""
    count = np.bincount(rater, minlength=len(names))
    found = []
    for at in np.flatnonzero(count).tolist():
        left = figure(without(at), question=question, origin=origin, items="all", without=names[at])
        found.append(Rater(question, names[at], int(count[at]), severe.get(at), left))
    return found


def _distance(apart: Numbers) -> Sums:
    one = np.ones(len(apart))
    return Sums(
        "severity",
        (one, one, apart),
        lambda sums: ratio(sums[:, 2], sums[:, 0]),
        empty="nobody else answered these units",
    )
