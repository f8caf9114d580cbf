"""The shards of a finished release, written anew one by one: what is done to the rows of one moves no other.

Row groups stay as they are cut, so that the same rows give the same bytes again.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.features import Features, schema_of
from corpus.parquet import BATCH_ROWS, writing

if TYPE_CHECKING:
    import pyarrow as pa

Change = Callable[["pa.RecordBatch"], "pa.RecordBatch"]
OWN_GROUP = 1  # bytes: whatever comes is a row group of its own


def shards(folder: Path, config: str) -> list[Path]:
    """Return the files of one config, in the order of their names."""
    return sorted((folder / config).glob("*.parquet"))


def batches(path: Path, columns: Sequence[str] | None = None) -> "Iterator[pa.RecordBatch]":
    """Yield the rows of one file, a few thousand at a time."""
    import pyarrow.parquet as pq

    with path.open("rb") as raw, pq.ParquetFile(raw) as file:
        yield from file.iter_batches(batch_size=BATCH_ROWS, columns=columns)


def rewrite(source: Path, target: Path, columns: Features, change: Change) -> int:
    """Write the rows of one file, changed, to another; return by how many bytes of Arrow they grew."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    target.parent.mkdir(parents=True, exist_ok=True)
    grown, schema = 0, schema_of(columns)  # that of the file names the items of lists otherwise
    with (
        source.open("rb") as raw,
        pq.ParquetFile(raw) as file,
        writing(target, schema, group_bytes=OWN_GROUP) as put,
    ):
        for at in range(file.num_row_groups):
            found = []
            for batch in file.iter_batches(batch_size=BATCH_ROWS, row_groups=[at]):
                found.append(change(batch))
                grown += found[-1].nbytes - batch.nbytes
            for whole in pa.Table.from_batches(found, schema).combine_chunks().to_batches():
                put(whole)
    return grown


def share(source: Path, target: Path) -> None:
    """Let a file stand in another folder too, without a copy where the disk can."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)


def replaced(batch: "pa.RecordBatch", path: str, make: "Callable[[Any], pa.Array]") -> "pa.RecordBatch":
    """Return rows with another column, or another field of one: `spans.text`, `left.text`.

    `make` gets what the column or field stands in, the batch or the flat array of structs, and returns its values.
    """
    import pyarrow as pa

    name, *inside = path.split(".")
    at = batch.schema.get_field_index(name)
    if not inside:
        return batch.set_column(at, batch.schema.field(at), make(batch))
    # A copy: its offsets begin at 0.
    return batch.set_column(at, batch.schema.field(at), _inside(pa.concat_arrays([batch.column(at)]), inside[0], make))


def _inside(column: Any, name: str, make: "Callable[[Any], pa.Array]") -> "pa.Array":
    import pyarrow as pa

    missing = column.is_null() if column.null_count else None
    if pa.types.is_list(column.type):
        values = _inside(column.values, name, make)
        return pa.ListArray.from_arrays(column.offsets, values, type=column.type, mask=missing)
    fields = list(column.type)
    arrays = [make(column) if one.name == name else column.field(one.name) for one in fields]
    return pa.StructArray.from_arrays(arrays, fields=fields, mask=missing)
