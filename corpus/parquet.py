"""Parquet in and out, with the settings that the Hub's viewer and Xet like.

zstd-3, page index, content-defined chunking; row groups of at most 50,000 rows or 64 MB.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from corpus.errors import WirecopyError
from corpus.features import Features, schema_of
from corpus.files import checked, replacing

if TYPE_CHECKING:
    import pyarrow as pa

R = TypeVar("R", bound=BaseModel)
GROUP_ROWS, GROUP_BYTES, BATCH_ROWS = 50_000, 64 << 20, 2_000
SETTINGS: dict[str, Any] = {
    "compression": "zstd",
    "compression_level": 3,
    "write_page_index": True,
    "use_content_defined_chunking": True,
}
REPEATED = {"outlet", "language", "encoding", "role", "rule", "doc_id", "family_id", "event_id", "kind", "method"}


def write(
    path: Path, rows: Iterable[BaseModel | Mapping[str, Any]], features: Features, *, group_bytes: int | None = None
) -> int:
    """Write rows to `path`, atomically, in row groups of `group_bytes` at most; return how many.

    The schema comes from `features`, so that `datasets` finds class labels again.
    """
    import pyarrow as pa

    schema = schema_of(features)
    chunks = _chunks(rows, group_bytes or GROUP_BYTES)
    batches = (pa.RecordBatch.from_pylist(chunk, schema=schema) for chunk in chunks)
    return write_batches(path, batches, schema, group_bytes=group_bytes)


def write_batches(
    path: Path, batches: "Iterable[pa.RecordBatch]", schema: "pa.Schema", *, group_bytes: int | None = None
) -> int:
    """Write batches of rows to `path`, atomically; return how many rows."""
    with replacing(path) as beside, writing(beside, schema, group_bytes) as put:
        return sum(map(put, batches))


@contextmanager
def writing(
    path: Path, schema: "pa.Schema", group_bytes: int | None = None
) -> Iterator[Callable[["pa.RecordBatch"], int]]:
    """Open `path` for batches of rows; yield the function that takes one and returns its rows.

    Batches are gathered to row groups. Not atomic: the caller names a file that nobody reads yet.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    # Dictionaries pay where values repeat; on texts, hashes and offsets they are tried in vain.
    repeated = [path for field in schema for path in _leaves(field.name, field.type) if path.split(".")[-1] in REPEATED]
    pending: list[pa.RecordBatch] = []
    held = {"rows": 0, "bytes": 0}
    # The open file, not its name: Arrow takes only names that are Unicode.
    with path.open("wb") as file, pq.ParquetWriter(file, schema, use_dictionary=repeated, **SETTINGS) as writer:

        def put(batch: "pa.RecordBatch") -> int:
            rows, size = batch.num_rows, batch.nbytes
            full = held["rows"] + rows > GROUP_ROWS or held["bytes"] + size > (group_bytes or GROUP_BYTES)
            if pending and full:
                flush()
            pending.append(batch)
            held.update(rows=held["rows"] + rows, bytes=held["bytes"] + size)
            return int(batch.num_rows)

        def flush() -> None:
            if pending:
                # In one piece: where batches end would move the borders of pages now and then.
                table = pa.Table.from_batches(pending, schema).combine_chunks()
                writer.write_table(table, row_group_size=max(table.num_rows, 1))
                pending.clear()
                held.update(rows=0, bytes=0)

        yield put
        flush()


REMAKE = "delete it and run `wirecopy run`: it will be made again"


def read(path: Path, model: type[R], *, hint: str = REMAKE) -> Iterator[R]:
    """Read the rows of one file, in its order; an unreadable or foreign file is an error.

    `hint` is for files that can't be made again.
    """
    for line, row in enumerate(read_dicts(path, hint=hint), 1):
        yield checked(row, model, where=f"{path}: row {line}", hint=hint)


def read_dicts(path: Path, *, hint: str = REMAKE) -> Iterator[dict[str, Any]]:
    """Read the rows of one file as plain dicts."""
    import pyarrow.parquet as pq

    with _readable(path, hint), path.open("rb") as raw, pq.ParquetFile(raw) as file:
        for batch in file.iter_batches(batch_size=BATCH_ROWS):
            yield from batch.to_pylist()


def read_columns(path: Path, columns: Iterable[str], *, hint: str = REMAKE) -> "pa.Table":
    """Read some columns of one file, whole."""
    import pyarrow.parquet as pq

    with _readable(path, hint), path.open("rb") as raw, pq.ParquetFile(raw) as file:
        wanted = list(columns)
        if absent := [name for name in wanted if name not in file.schema_arrow.names]:
            raise ValueError(f"it has no column '{absent[0]}'")
        return file.read(wanted)


def read_batches(
    path: Path, columns: Iterable[str], *, rows: int = BATCH_ROWS, hint: str = REMAKE
) -> "Iterator[pa.RecordBatch]":
    """Read some columns of one file, at most `rows` rows at a time; `side.doc` is a field of a struct."""
    import pyarrow.parquet as pq

    with _readable(path, hint), path.open("rb") as raw, pq.ParquetFile(raw) as file:
        wanted = list(columns)
        if absent := [name for name in wanted if name.split(".")[0] not in file.schema_arrow.names]:
            raise ValueError(f"it has no column '{absent[0]}'")
        yield from file.iter_batches(batch_size=rows, columns=wanted)


@contextmanager
def _readable(path: Path, hint: str) -> Iterator[None]:
    import pyarrow as pa

    try:
        yield
    except FileNotFoundError:
        raise WirecopyError(f"{path} is missing", hint="wirecopy run") from None
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        cause = (str(error) or type(error).__name__).splitlines()[0]
        raise WirecopyError(f"{path} is no readable Parquet file: {cause}", hint=hint) from None


def _leaves(path: str, kind: Any) -> Iterator[str]:
    """Yield the names that Parquet gives to the columns of a field."""
    import pyarrow as pa

    if pa.types.is_list(kind):
        yield from _leaves(f"{path}.list.element", kind.value_type)
    elif pa.types.is_struct(kind):
        for field in kind:
            yield from _leaves(f"{path}.{field.name}", field.type)
    else:
        yield path


def _chunks(rows: Iterable[BaseModel | Mapping[str, Any]], most: int) -> Iterator[list[Mapping[str, Any]]]:
    # Few long texts fill a batch as well as many short ones: Arrow's strings end at 2 GB.
    chunk: list[Mapping[str, Any]] = []
    size = 0
    for row in map(_plain, rows):
        chunk.append(row)
        size += sum(len(value) for value in row.values() if isinstance(value, str))
        if len(chunk) == BATCH_ROWS or size > most:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _plain(row: BaseModel | Mapping[str, Any]) -> Mapping[str, Any]:
    return row.model_dump() if isinstance(row, BaseModel) else row
