"""MACE: each rater either knows the answer or gives one by habit, whatever the unit."""

from typing import NamedTuple

import numpy as np

from annotation.measures.aggregation import em
from annotation.measures.aggregation.result import Aggregate, hard
from annotation.measures.figure import signature
from annotation.measures.table import Numbers, Table

SEED = 20_130_609
RESTARTS, TRIAL = 10, 50  # and the rounds of each before the best one goes on
NEAR = 1e-6  # in nats an answer: two ends that are closer are one
# The priors of the paper's own program: Beta on knowing, Dirichlet on the habits.
KNOWING, HABIT = 0.5, 10.0


class Habits(NamedTuple):
    """By rater: `knows` and `guesses`, how often each happens, and `habit`, what they guess (raters x values)."""

    knows: Numbers
    guesses: Numbers
    habit: Numbers


def mace(table: Table, rounds: int = em.ROUNDS, restarts: int = RESTARTS) -> Aggregate:
    """Return the most probable category of each unit, and each rater's competence.

    Competence is the expected share of answers that were given by knowing. Variational EM with
    restarts, of which the likeliest is taken to its end; the first starts with equal raters, the
    others with drawn ones, always the same. After Hovy, Berg-Kirkpatrick, Vaswani and Hovy, "Learning
    Whom to Trust with MACE", NAACL 2013.
    """
    counted = em.votes(table)
    told = signature("mace", mode="variational", restarts=restarts, tolerance=em.TOLERANCE, rounds=rounds, seed=SEED)
    size = len(table.units)
    if not len(counted.units):
        return Aggregate("mace", np.full(size, -1), counted.spread(counted.shares, size), {}, True, 0, told)
    fit = _fit(counted, rounds, restarts)
    soft = counted.spread(fit.posterior, size)
    quality = _competence(fit.state, counted.expected(fit.posterior))
    raters = {name: float(value) for name, value in zip(counted.raters, quality, strict=True)}
    return Aggregate("mace", hard(soft), soft, raters, fit.converged, fit.rounds, told)


def _fit(counted: em.Votes, rounds: int, restarts: int) -> em.Fit:
    trial = min(rounds, TRIAL)
    tried = [em.em(counted, start, _chances, _learn, trial) for start in _starts(counted, restarts)]
    best = max(one.log_likelihood for one in tried) - NEAR * counted.answers
    first = next(one for one in tried if one.log_likelihood >= best)
    if first.converged or rounds == trial:
        return first
    end = em.em(counted, first.state, _chances, _learn, rounds - trial)
    return end._replace(rounds=trial + end.rounds)


def _starts(counted: em.Votes, restarts: int) -> list[Habits]:
    """Return where to begin: habits are even at first, so that no category is before another."""
    draw = np.random.default_rng(SEED)
    even = np.full((len(counted.raters), counted.categories), 1 / counted.categories)
    knows: list[Numbers] = [np.full(len(counted.raters), 0.5)]
    knows += [draw.uniform(0.05, 0.95, len(counted.raters)) for _ in range(restarts - 1)]
    return [Habits(one, 1 - one, even) for one in knows]


def _chances(state: Habits) -> tuple[Numbers, Numbers]:
    width = state.habit.shape[1]
    guessed = (state.guesses[:, None] * state.habit)[:, :, None]
    known = state.knows[:, None, None] * np.eye(width)
    return np.log(guessed + known), np.full(width, -np.log(width))


def _knowing(state: Habits, expected: Numbers) -> Numbers:
    """Return how many of each rater's answers of each value came from knowing: raters x values."""
    right = np.diagonal(expected, axis1=1, axis2=2)
    known = state.knows[:, None]
    return right * known / (known + state.guesses[:, None] * state.habit)


def _learn(state: Habits, expected: Numbers, _: Numbers) -> Habits:
    from scipy.special import digamma

    known = _knowing(state, expected)
    guessed = np.maximum(expected.sum(axis=2) - known, 0)
    right, other = known.sum(axis=1) + KNOWING, guessed.sum(axis=1) + KNOWING
    total = digamma(right + other)
    habit = guessed + HABIT
    return Habits(
        np.exp(digamma(right) - total),
        np.exp(digamma(other) - total),
        np.exp(digamma(habit) - digamma(habit.sum(axis=1, keepdims=True))),
    )


def _competence(state: Habits, expected: Numbers) -> Numbers:
    answers = expected.sum(axis=(1, 2))
    found: Numbers = (_knowing(state, expected).sum(axis=1) + KNOWING) / (answers + 2 * KNOWING)
    return found
