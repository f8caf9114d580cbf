"""Dawid and Skene: each rater has their own rates of taking one category for another."""

from typing import NamedTuple

import numpy as np

from annotation.measures.aggregation import em
from annotation.measures.aggregation.result import Aggregate, hard
from annotation.measures.figure import signature
from annotation.measures.table import Numbers, Table

LEAST = 1e-30  # a rate of 0 has a logarithm too


class Rates(NamedTuple):
    """How frequent each true category is, and rates by rater: true category x category given."""

    priors: Numbers
    errors: Numbers


class Fitted(NamedTuple):
    """A fitted model; `raters` are the rows of `rates.errors`, `posterior` has a row for each answered unit."""

    rates: Rates
    raters: list[str]
    fit: em.Fit
    votes: em.Votes


def dawid_skene(table: Table, rounds: int = em.ROUNDS) -> Aggregate:
    """Return the most probable category of each unit, and each rater's expected accuracy.

    That accuracy is how often the rater is right on units as frequent as the estimated priors say,
    of the categories that the rater has met.
    """
    rates, raters, fit, counted = fitted(table, rounds)
    soft = counted.spread(fit.posterior, len(table.units))
    met = rates.errors.sum(axis=2) @ rates.priors
    right = np.einsum("t,rtt->r", rates.priors, rates.errors) / met
    quality = {name: min(float(value), 1.0) for name, value in zip(raters, right, strict=True)}
    told = signature("dawid-skene", start="majority", tolerance=em.TOLERANCE, rounds=rounds)
    return Aggregate("dawid-skene", hard(soft), soft, quality, fit.converged, fit.rounds, told)


def fitted(table: Table, rounds: int = em.ROUNDS) -> Fitted:
    """Fit the model by expectation-maximisation from the shares of the votes.

    After Dawid and Skene, "Maximum Likelihood Estimation of Observer Error-Rates Using the EM
    Algorithm", Applied Statistics 28(1), 1979. Repeated answers of a rater to a unit are
    independent ones, as there. A rater who has met no unit of a category has no rates for it, and
    their answers speak against it.
    """
    counted = em.votes(table)
    if not len(counted.units):
        none = Rates(np.zeros(counted.categories), np.zeros((0, counted.categories, counted.categories)))
        return Fitted(none, [], em.Fit(none, counted.shares, 0.0, 0, True), counted)
    start = _learn(None, counted.expected(counted.shares), counted.shares)
    fit = em.em(counted, start, _chances, _learn, rounds)
    rates = _learn(None, counted.expected(fit.posterior), fit.posterior)
    return Fitted(rates, counted.raters, fit, counted)


def _learn(_: Rates | None, expected: Numbers, posterior: Numbers) -> Rates:
    counts = expected.transpose(0, 2, 1)
    met = counts.sum(axis=2, keepdims=True)
    return Rates(posterior.mean(axis=0), np.divide(counts, met, out=np.zeros_like(counts), where=met > 0))


def _chances(rates: Rates) -> tuple[Numbers, Numbers]:
    answers = np.log(np.maximum(rates.errors, LEAST)).transpose(0, 2, 1)
    return answers, np.log(np.maximum(rates.priors, LEAST))
