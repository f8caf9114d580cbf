"""What comes out of every way to aggregate."""

from dataclasses import dataclass

import numpy as np

from annotation.measures.table import Codes, Numbers, Table

TIE = 1e-9  # two probabilities that are closer than this are equal


@dataclass(frozen=True, eq=False)
class Aggregate:
    """One answer a unit, and how good each rater seems to be.

    `labels` has a code into the table's categories for each unit, -1 on a tie and where nobody has
    answered. `soft` (units x categories) has the shares of the votes or the probabilities of the
    categories; a row sums to 1, or to 0 where nobody has answered. `quality` is between 0 and 1,
    and has no entry for a rater of whom nothing can be said; what it means depends on the method.
    """

    method: str
    labels: Codes
    soft: Numbers
    quality: dict[str, float]
    converged: bool
    rounds: int
    signature: str


def hard(soft: Numbers) -> Codes:
    """Return the most probable category of each unit, -1 where two are equal or all are 0."""
    if not soft.size:
        return np.full(len(soft), -1, dtype=np.int64)
    best = soft.max(axis=1, keepdims=True)
    alone = (soft >= best - TIE).sum(axis=1) == 1
    return np.where(alone & (best[:, 0] > 0), soft.argmax(axis=1), -1)


def check_choices(table: Table) -> None:
    """Raise ValueError for a table of numbers: only choices can be aggregated."""
    if len(table) and not table.categories:
        raise ValueError("a table of numbers has no categories to aggregate")
