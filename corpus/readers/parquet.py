"""Parquet: one row an article, columns by the field mapping; other columns are not read."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.config import Fields
from corpus.parquet import BATCH_ROWS
from corpus.readers.article import Article, Origin, from_row, header_flaw
from corpus.schema import Reason, Reject

if TYPE_CHECKING:
    import pyarrow as pa


def read(path: Path, origin: Origin, fields: Fields) -> Iterator[Article | Reject]:
    """Read each row as one article."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    line = 0
    try:
        # The open file, not its name: Arrow takes only names that are Unicode.
        with path.open("rb") as raw, pq.ParquetFile(raw) as file:
            known = file.schema_arrow.names
            if flaw := header_flaw(known, fields):
                yield origin.reject(*flaw)
                return
            wanted = [column for _, column in fields if column in known]
            for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=wanted):
                for row in _dicts(batch):
                    line += 1
                    yield _row(row, origin, fields, line)
    except (pa.ArrowException, OSError) as error:
        cause = str(error).splitlines()[0] if str(error) else type(error).__name__
        yield origin.reject(Reason.UNREADABLE, f"no readable Parquet after row {line}: {cause}")
        return
    if not line:
        yield origin.reject(Reason.EMPTY, "0 rows")


def _row(row: dict[str, Any] | Exception, origin: Origin, fields: Fields, line: int) -> Article | Reject:
    if isinstance(row, Exception):
        return origin.reject(Reason.BAD_ROW, f"a value that can't be read: {row}", line=line)
    return from_row(row, origin, fields, line=line)


def _dicts(batch: "pa.RecordBatch") -> Iterator[dict[str, Any] | Exception]:
    # One value without a Python equal (a year 100,000, broken UTF-8) must not cost the others.
    try:
        yield from batch.to_pylist()
    except (ValueError, OverflowError):
        for at in range(batch.num_rows):
            yield _dict(batch.slice(at, 1))


def _dict(batch: "pa.RecordBatch") -> dict[str, Any] | Exception:
    try:
        row: dict[str, Any] = batch.to_pylist()[0]
    except (ValueError, OverflowError) as error:
        return error
    return row
