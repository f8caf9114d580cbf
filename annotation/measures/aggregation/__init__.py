"""One answer out of several: by majority, or by a model of how far each rater can be trusted.

Only choices are aggregated here; spans have their own way, in `consensus`.
"""

from collections.abc import Callable

from annotation.measures.aggregation.dawid_skene import dawid_skene
from annotation.measures.aggregation.mace import mace
from annotation.measures.aggregation.majority import majority
from annotation.measures.aggregation.result import Aggregate
from annotation.measures.table import Table

METHODS: dict[str, Callable[[Table], Aggregate]] = {
    "majority": majority,
    "dawid-skene": dawid_skene,
    "mace": mace,
}


def aggregate(table: Table, method: str) -> Aggregate:
    """Return one answer for each unit of a table of choices, by one of `METHODS`.

    Raises ValueError where the table holds numbers, KeyError for an unknown method.
    """
    return METHODS[method](table)


__all__ = ["METHODS", "Aggregate", "aggregate"]
