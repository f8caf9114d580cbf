"""Expectation-maximisation over votes: what Dawid-Skene and MACE have in common.

Both ask how probable each answer of each rater is, given the true category of the unit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np

from annotation.measures.aggregation.majority import shares
from annotation.measures.aggregation.result import check_choices
from annotation.measures.table import Codes, Numbers, Table

ROUNDS = 1_000
# In nats an answer: the likelihood of a million answers is a larger number than that of a hundred.
TOLERANCE = 1e-10
# Sums depend on their order in the last digits, and a start that is a tie would be tipped by them.
DIGITS = 12
State = TypeVar("State")


@dataclass(frozen=True, eq=False)
class Votes:
    """How often each rater gave each value to each unit, as sparse counts: units x (rater, value).

    Only units and raters with an answer are in it: `units` are their codes in the table, `raters`
    their names, sorted. Repeated answers of one rater to a unit count as often as they come.
    """

    by_unit: Any
    by_cell: Any
    units: Codes
    raters: list[str]
    answers: int
    categories: int
    shares: Numbers

    def likely(self, chances: Numbers) -> Numbers:
        """Return the sum over each unit's answers of `chances` (raters x values x categories)."""
        return np.asarray(self.by_unit @ chances.reshape(-1, self.categories))

    def expected(self, posterior: Numbers) -> Numbers:
        """Return how often raters gave values to units of each category: raters x values x categories."""
        found = np.asarray(self.by_cell @ posterior)
        return found.reshape(len(self.raters), self.categories, self.categories)

    def spread(self, posterior: Numbers, size: int) -> Numbers:
        """Return a posterior over all `size` units of the table, 0 where nobody has answered."""
        soft = np.zeros((size, self.categories))
        soft[self.units] = posterior
        return soft


class Fit(NamedTuple):
    """Where the algorithm ended: the parameters, and the probability of each category by unit."""

    state: Any
    posterior: Numbers
    log_likelihood: float
    rounds: int
    converged: bool


def votes(table: Table) -> Votes:
    """Count the answers of a table of choices; ValueError for one of numbers."""
    from scipy.sparse import csr_array

    check_choices(table)
    units, unit = np.unique(table.unit, return_inverse=True)
    raters = sorted({table.raters[code] for code in np.unique(table.rater)})
    places = {name: at for at, name in enumerate(raters)}
    rank = np.array([places.get(name, -1) for name in table.raters], dtype=np.int64)
    width = len(table.categories)
    cell = rank[table.rater] * width + table.value.astype(np.int64)
    counts = csr_array((np.ones(len(table)), (unit, cell)), shape=(len(units), len(raters) * width))
    counts.sum_duplicates()
    return Votes(counts, counts.T.tocsr(), units, raters, len(table), width, shares(table)[units])


def em(
    votes: Votes,
    state: State,
    chances: Callable[[State], tuple[Numbers, Numbers]],
    learn: Callable[[State, Numbers, Numbers], State],
    rounds: int = ROUNDS,
) -> Fit:
    """Repeat expectation and maximisation until the log-likelihood stands still, or `rounds` are over.

    `chances` gives of a state the log-probability of each answer (raters x values x categories) and
    of each category; `learn` gives the next state from the last one, expected counts and posterior.
    """
    last = -np.inf
    for done in range(1, rounds + 1):
        posterior, found = _expectation(votes, *chances(state))
        if abs(found - last) <= TOLERANCE * votes.answers:
            return Fit(state, posterior, found, done, True)
        state, last = learn(state, votes.expected(posterior), posterior), found
    return Fit(state, posterior, found, rounds, False)


def _expectation(votes: Votes, answers: Numbers, priors: Numbers) -> tuple[Numbers, float]:
    joint = votes.likely(answers) + priors
    top = joint.max(axis=1, keepdims=True, initial=-np.inf)
    odds = np.exp(joint - top)
    total = odds.sum(axis=1, keepdims=True)
    return np.round(odds / total, DIGITS), float(np.sum(np.log(total) + top))
