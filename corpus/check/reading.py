"""Rows of a dataset that anybody may have edited: with their places, as the contract types them, or not at all.

A batch is cast to the contract's types where Arrow can do that without loss (`large_string`, `int32`,
another order of columns). Rows that lack a value the contract wants are handed out apart.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel

from corpus.check.findings import Unreadable
from corpus.dataset import CONFIGS, parts
from corpus.errors import WirecopyError
from corpus.features import arrow_schema

BATCH_ROWS = {"documents": 500, "raw": 16}
OTHER_BATCH = 8_000


class Row(NamedTuple):
    """One row and its place: `row` counts from 1 in `file`."""

    file: str
    row: int
    values: dict[str, Any]


@dataclass(frozen=True)
class Batch:
    """Some rows of one file; `first` is the number of the first, from 1."""

    file: str
    first: int
    config: str
    data: Any

    @cached_property
    def lacking(self) -> list[tuple[int, str]]:
        """Return the rows (from 0 in the batch) that lack a wanted value, and its column."""
        found: dict[int, str] = {}
        for name in self.data.schema.names:
            for at in _lacking(self.data.column(name), CONFIGS[self.config].model_fields[name].annotation):
                found.setdefault(at, name)
        return sorted(found.items())

    def rows(self) -> Iterator[Row]:
        """Yield the rows that are complete."""
        lacking = {at for at, _ in self.lacking}
        for at, values in enumerate(self.data.to_pylist()):
            if at not in lacking:
                yield Row(self.file, self.first + at, values)


def batches(folder: Path, config: str, columns: Sequence[str] = (), *, only: Sequence[int] = ()) -> Iterator[Batch]:
    """Yield one config's rows, some or all columns; `only` names parts by their place.

    Raises Unreadable where a file is missing, is no Parquet, or has other columns.
    """
    schema = arrow_schema(CONFIGS[config])
    names = list(columns) or schema.names
    for place, path in enumerate(parts(folder, config)):
        if only and place not in only:
            continue
        file, first = path.relative_to(folder).as_posix(), 1
        with reading(file), path.open("rb") as raw:
            for data in _opened(raw, config, names):
                yield Batch(file, first, config, _cast(data, schema, names, file))
                first += data.num_rows


def rows(folder: Path, config: str, columns: Sequence[str] = (), *, only: Sequence[int] = ()) -> Iterator[Row]:
    """Yield the complete rows of one config."""
    for batch in batches(folder, config, columns, only=only):
        yield from batch.rows()


@contextmanager
def told(folder: Path) -> Iterator[None]:
    """Turn Unreadable into an error for people."""
    try:
        yield
    except Unreadable as error:
        raise WirecopyError(f"{folder}: {error.finding.told()}", hint="wirecopy corpus check tells all") from None


@contextmanager
def reading(file: str) -> Iterator[None]:
    """Turn what Arrow says of a broken file into Unreadable."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        cause = (str(error) or type(error).__name__).splitlines()[0]
        raise Unreadable(file, f"can't be read: {cause}") from None


def _opened(raw: Any, config: str, names: Sequence[str]) -> Iterator[Any]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(raw) as file:
        missing = [name for name in names if name not in file.schema_arrow.names]
        if missing:
            raise ValueError(f"no column '{missing[0]}'")
        yield from file.iter_batches(batch_size=BATCH_ROWS.get(config, OTHER_BATCH), columns=list(names))


def _cast(data: Any, schema: Any, names: Sequence[str], file: str) -> Any:
    import pyarrow as pa

    columns = []
    for name in names:
        column, kind = data.column(name), schema.field(name).type
        if column.type != kind:
            try:
                column = column.cast(kind)
            except pa.ArrowException:
                raise Unreadable(file, f"column '{name}' is {column.type}, not {kind}") from None
        column.validate(full=True)  # strings that are no UTF-8
        columns.append(column)
    return pa.RecordBatch.from_arrays(columns, names=list(names))


def _lacking(column: Any, annotation: Any) -> Iterator[int]:
    """Yield the places of rows where a value, or one inside of it, is missing that the model wants."""
    import numpy as np

    kind, optional = _unwrapped(annotation)
    if column.null_count and not optional:
        yield from np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False)).tolist()
    if get_origin(kind) is list:
        inside = list(_lacking(column.flatten(), get_args(kind)[0]))
        if inside:
            yield from column.value_parent_indices().take(np.array(inside)).to_pylist()
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            yield from _lacking(_child(column, name), field.annotation)


def _child(column: Any, name: str) -> Any:
    import pyarrow.compute as pc

    return pc.struct_field(column, name)


def _unwrapped(annotation: Any) -> tuple[Any, bool]:
    if get_origin(annotation) in (Union, UnionType):
        inner = [one for one in get_args(annotation) if one is not NoneType]
        return inner[0], len(inner) < len(get_args(annotation))
    return annotation, False
