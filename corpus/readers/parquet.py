"""Parquet: one row an article, columns by the field mapping; other columns are not read."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO

from corpus.encoding import Refused
from corpus.readers.article import Article, from_row, header_flaw
from corpus.readers.inputs import Input
from corpus.readers.stream import seekable
from corpus.schema import Reason, Reject

if TYPE_CHECKING:
    import pyarrow as pa

BATCH_ROWS = 256
BUFFER = 1 << 20


def read(file: BinaryIO, one: Input) -> Iterator[Article | Reject]:
    """Read each row as one article, a few rows at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    line = first = one.first_line - 1
    try:
        # The open file, not its name: Arrow takes only names that are Unicode.
        with seekable(file) as raw, pq.ParquetFile(raw, buffer_size=BUFFER) as table:
            known = table.schema_arrow.names
            if flaw := header_flaw(known, one.fields):
                raise Refused(*flaw)
            wanted = [column for _, column in one.fields if column in known]
            groups = list(range(*(one.part or (0, table.num_row_groups))))
            for batch in table.iter_batches(BATCH_ROWS, groups, wanted):
                for row in _dicts(batch):
                    line += 1
                    yield _row(row, one, line)
    except (pa.ArrowException, OSError, ValueError) as error:
        cause = str(error).splitlines()[0] if str(error) else type(error).__name__
        yield one.origin.reject(Reason.UNREADABLE, f"no readable Parquet after row {line}: {cause}")
        return
    if line == first and one.part is None:
        yield one.origin.reject(Reason.EMPTY, "0 rows")


def cut(one: Input, size: int) -> list[Input]:
    """Cut a file into parts of whole row groups with about `size` bytes of values each.

    A file that can't be cut, for whatever reason, stays whole: its reader says why.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with one.open() as file:
            if not file.seekable():
                return [one]
            with pq.ParquetFile(file) as table:
                if header_flaw(table.schema_arrow.names, one.fields):
                    return [one]
                groups = [table.metadata.row_group(at) for at in range(table.num_row_groups)]
                sizes = [(group.num_rows, group.total_byte_size) for group in groups]
    except (pa.ArrowException, OSError, ValueError):
        return [one]
    parts = list(_parts(sizes, size))
    if len(parts) < 2:
        return [one]
    each = one.size // len(parts)
    return [
        replace(one, identity=f"{one.identity}:{start}-{end}", size=each, part=(start, end), first_line=line)
        for start, end, line in parts
    ]


def _parts(groups: list[tuple[int, int]], size: int) -> Iterator[tuple[int, int, int]]:
    start, rows, line, held = 0, 0, 1, 0
    for at, (count, weight) in enumerate(groups, 1):
        rows, held = rows + count, held + weight
        if held >= size or at == len(groups):
            if rows:
                yield start, at, line
            start, rows, line, held = at, 0, line + rows, 0


def _row(row: dict[str, Any] | Exception, one: Input, line: int) -> Article | Reject:
    if isinstance(row, Exception):
        return one.origin.reject(Reason.BAD_ROW, f"a value that can't be read: {row}", line=line)
    return from_row(row, one.origin, one.fields, line=line)


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
