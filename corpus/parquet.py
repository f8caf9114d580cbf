"""Parquet in and out, with the settings that the Hub's viewer and Xet like.

zstd-3, page index, content-defined chunking; row groups of at most 50,000 rows or 64 MB.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from corpus.errors import WirecopyError
from corpus.files import checked, replacing

if TYPE_CHECKING:
    import pyarrow as pa
    from datasets import Features

R = TypeVar("R", bound=BaseModel)
GROUP_ROWS, GROUP_BYTES, BATCH_ROWS = 50_000, 64 << 20, 2_000
SETTINGS: dict[str, Any] = {
    "compression": "zstd",
    "compression_level": 3,
    "write_page_index": True,
    "use_content_defined_chunking": True,
}


def write(path: Path, rows: Iterable[BaseModel | Mapping[str, Any]], features: "Features") -> int:
    """Write rows to `path`, atomically; return how many.

    The schema comes from `features`, so that `datasets` finds class labels again.
    """
    import pyarrow.parquet as pq

    schema = features.arrow_schema
    with (
        replacing(path) as beside,
        beside.open("wb") as file,  # Arrow takes only names that are Unicode
        pq.ParquetWriter(file, schema, **SETTINGS) as writer,
    ):
        count = 0
        for table in _row_groups(rows, schema):
            writer.write_table(table, row_group_size=table.num_rows)
            count += int(table.num_rows)
    return count


REMAKE = "delete it and run `wirecopy run`: it will be made again"


def read(path: Path, model: type[R], *, hint: str = REMAKE) -> Iterator[R]:
    """Read the rows of one file, in its order; an unreadable or foreign file is an error.

    `hint` is for files that can't be made again.
    """
    for line, row in enumerate(read_dicts(path, hint=hint), 1):
        yield checked(row, model, where=f"{path}: row {line}", hint=hint)


def read_dicts(path: Path, *, hint: str = REMAKE) -> Iterator[dict[str, Any]]:
    """Read the rows of one file as plain dicts."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with path.open("rb") as raw, pq.ParquetFile(raw) as file:
            for batch in file.iter_batches(batch_size=BATCH_ROWS):
                yield from batch.to_pylist()
    except FileNotFoundError:
        raise WirecopyError(f"{path} is missing", hint="wirecopy run") from None
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        cause = (str(error) or type(error).__name__).splitlines()[0]
        raise WirecopyError(f"{path} is no readable Parquet file: {cause}", hint=hint) from None


def _row_groups(rows: Iterable[BaseModel | Mapping[str, Any]], schema: "pa.Schema") -> Iterator["pa.Table"]:
    import pyarrow as pa

    pending: list[pa.RecordBatch] = []
    count = size = 0
    for chunk in _chunks(rows):
        batch = pa.RecordBatch.from_pylist(chunk, schema=schema)
        if pending and (count + batch.num_rows > GROUP_ROWS or size + batch.nbytes > GROUP_BYTES):
            yield pa.Table.from_batches(pending, schema)
            pending, count, size = [], 0, 0
        pending.append(batch)
        count, size = count + batch.num_rows, size + batch.nbytes
    if pending:
        yield pa.Table.from_batches(pending, schema)


def _chunks(rows: Iterable[BaseModel | Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    # Few long texts fill a batch as well as many short ones: Arrow's strings end at 2 GB.
    chunk: list[Mapping[str, Any]] = []
    size = 0
    for row in map(_plain, rows):
        chunk.append(row)
        size += sum(len(value) for value in row.values() if isinstance(value, str))
        if len(chunk) == BATCH_ROWS or size > GROUP_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _plain(row: BaseModel | Mapping[str, Any]) -> Mapping[str, Any]:
    return row.model_dump() if isinstance(row, BaseModel) else row
