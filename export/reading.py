"""Columns of the finished tables of a release."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.parquet import read_columns

if TYPE_CHECKING:
    import pyarrow as pa


def columns_of(folder: Path, columns: Sequence[str]) -> "Iterator[pa.Table]":
    """Yield some columns of a config, shard by shard; a release without rows of it has no shard."""
    for path in sorted(folder.glob("*.parquet")):
        yield read_columns(path, columns)


def ends(columns: "Iterable[pa.ChunkedArray]") -> list[str]:
    """Return the first and the last day of the dates in some columns; nothing where there is no date."""
    import pyarrow.compute as pc

    found = [pc.min_max(one).as_py() for one in columns]
    low = [one["min"] for one in found if one["min"]]
    high = [one["max"] for one in found if one["max"]]
    return [min(low)[:10], max(high)[:10]] if low else []
