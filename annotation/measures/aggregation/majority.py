"""The answer that most raters gave."""

import numpy as np

from annotation.measures.aggregation.result import Aggregate, check_choices, hard
from annotation.measures.figure import signature
from annotation.measures.table import Codes, Numbers, Table


def majority(table: Table) -> Aggregate:
    """Return for each unit the category with the most votes; a tie stays a tie.

    A rater's quality is the share of their answers that equal the majority, counted over units that
    have one. Their own vote is in that majority, so it flatters whoever answers with few others.
    """
    check_choices(table)
    soft = shares(table)
    labels = hard(soft)
    told = signature("majority", ties="kept")
    return Aggregate("majority", labels, soft, _quality(table, labels), True, 1, told)


def shares(table: Table) -> Numbers:
    """Return the share of each category among the answers to each unit; 0 where there is none."""
    size = (len(table.units), len(table.categories))
    cells = table.unit * size[1] + table.value.astype(np.int64)
    votes = np.bincount(cells, minlength=size[0] * size[1]).reshape(size).astype(np.float64)
    found: Numbers = votes / np.maximum(votes.sum(axis=1, keepdims=True), 1)
    return found


def _quality(table: Table, labels: Codes) -> dict[str, float]:
    given = table.of_units(labels >= 0)
    answers = np.bincount(given.rater, minlength=len(table.raters))
    right = np.bincount(given.rater, weights=given.value == labels[given.unit], minlength=len(table.raters))
    return {name: float(right[at] / answers[at]) for at, name in enumerate(table.raters) if answers[at]}
