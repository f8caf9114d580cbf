"""CSV with a header, in any encoding; comma, semicolon or tab."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from corpus.config import Fields
from corpus.encoding import Undecodable, decode
from corpus.readers.article import Article, Origin, from_row, header_flaw
from corpus.schema import Reason, Reject

LONGEST_FIELD = 1 << 30
DELIMITERS = ",;\t"


def read(path: Path, origin: Origin, fields: Fields) -> Iterator[Article | Reject]:
    """Read each row as one article; lines are counted as an editor counts them."""
    try:
        text, encoding = decode(path.read_bytes())
    except Undecodable as flaw:
        yield origin.reject(flaw.reason, flaw.detail)
        return
    body = text.lstrip("\r\n")
    if not body.strip():
        yield origin.reject(Reason.EMPTY, "no header")
        return
    above = text[: len(text) - len(body)].count("\n")
    yield from _rows(body, above, origin, fields, encoding)


def _rows(text: str, above: int, origin: Origin, fields: Fields, encoding: str) -> Iterator[Article | Reject]:
    rows = _reader(text, fields)
    line = 0
    try:
        if flaw := header_flaw(list(rows.fieldnames or []), fields):
            yield origin.reject(*flaw)
            return
        for row in rows:
            line = above + rows.line_num
            if None in row:
                yield origin.reject(Reason.BAD_ROW, "more fields than the header", line=line)
            else:
                yield from_row(row, origin, fields, line=line, encoding=encoding)
    except csv.Error as error:
        line = above + rows.line_num or 1
        yield origin.reject(Reason.BAD_ROW, f"{error}; the rest of the file is not read", line=line)
    if not line:
        yield origin.reject(Reason.EMPTY, "a header, but no rows")


def _reader(text: str, fields: Fields) -> "csv.DictReader[str]":
    csv.field_size_limit(LONGEST_FIELD)
    head = io.StringIO(text, newline="").readline()

    def fit(delimiter: str) -> tuple[bool, int]:
        names = next(csv.reader([head], delimiter=delimiter), [])
        return fields.text in names, len(names)

    return csv.DictReader(io.StringIO(text, newline=""), delimiter=max(DELIMITERS, key=fit), strict=True)
