"""Parquet: one row an article, columns by the field mapping."""

from collections.abc import Iterator
from pathlib import Path

from corpus.config import Fields
from corpus.errors import WirecopyError
from corpus.parquet import read_dicts
from corpus.readers.article import Article, Origin, from_row
from corpus.schema import Reason, Reject


def read(path: Path, origin: Origin, fields: Fields) -> Iterator[Article | Reject]:
    """Read each row as one article."""
    line = 0
    try:
        for line, row in enumerate(read_dicts(path), 1):
            if line == 1 and fields.text not in row:
                yield origin.reject(Reason.NO_SUCH_COLUMN, f"'{fields.text}' is none of: {', '.join(row)}")
                return
            yield from_row(row, origin, fields, line=line)
    except WirecopyError:
        yield origin.reject(Reason.UNREADABLE, f"no readable Parquet after row {line}")
        return
    if not line:
        yield origin.reject(Reason.EMPTY, "0 rows")
