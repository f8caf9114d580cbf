"""CSV with a header, in any encoding; comma, semicolon or tab."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from corpus.config import Fields
from corpus.readers.article import Article, Origin, from_row
from corpus.readers.text import Undecodable, decode
from corpus.schema import Reason, Reject

LONGEST_FIELD = 1 << 30


def read(path: Path, origin: Origin, fields: Fields) -> Iterator[Article | Reject]:
    """Read each row as one article; lines are counted as an editor counts them."""
    try:
        text, _ = decode(path.read_bytes())
    except Undecodable as flaw:
        yield origin.reject(flaw.reason, flaw.detail)
        return
    if not text.strip():
        yield origin.reject(Reason.EMPTY, "no header")
        return
    csv.field_size_limit(LONGEST_FIELD)
    head = text.splitlines()[0]
    delimiter = max(",;\t", key=head.count)
    rows = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    if fields.text not in (rows.fieldnames or []):
        known = ", ".join(rows.fieldnames or [])
        yield origin.reject(Reason.NO_SUCH_COLUMN, f"'{fields.text}' is none of: {known}")
        return
    try:
        for row in rows:
            if None in row:
                yield origin.reject(Reason.BAD_ROW, "more fields than the header", line=rows.line_num)
            else:
                yield from_row(row, origin, fields, line=rows.line_num)
    except csv.Error as error:
        yield origin.reject(Reason.BAD_ROW, f"{error}; the rest of the file is not read", line=rows.line_num)
