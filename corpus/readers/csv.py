"""CSV with a header, in any encoding; comma, semicolon or tab. Unicode streams, whatever its size.

Not covered: a legacy encoding in a file of more than 64 MB.
"""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import BinaryIO, TextIO

from corpus.encoding import Refused, decode, unicode_of
from corpus.readers.article import Article, from_row, header_flaw
from corpus.readers.inputs import Input
from corpus.readers.stream import LARGEST, seekable, settled, too_large, whole
from corpus.schema import Reason, Reject

AT_ONCE = 4 << 20  # bytes: a smaller file is decoded in one go
DELIMITERS = ",;\t"


def read(file: BinaryIO, one: Input) -> Iterator[Article | Reject]:
    """Read each row as one article; lines are counted as an editor counts them."""
    csv.field_size_limit(LARGEST)
    with _text(file) as (text, encoding):
        lines = _Lines(text)
        head = next((line for line in lines if line.strip()), "")
        if not head:
            raise Refused(Reason.EMPTY, "no header")
        above = lines.count - 1
        rows = csv.DictReader(chain([head], lines), delimiter=_delimiter(head, one.fields.text), strict=True)
        yield from _rows(rows, lines, above, one, encoding)


def _rows(
    rows: "csv.DictReader[str]", lines: "_Lines", above: int, one: Input, encoding: str
) -> Iterator[Article | Reject]:
    origin = one.origin
    line = 0
    try:
        if flaw := header_flaw(list(rows.fieldnames or []), one.fields):
            raise Refused(*flaw)
        for row in rows:
            lines.taken = 0
            line = above + rows.line_num
            if None in row:
                yield origin.reject(Reason.BAD_ROW, "more fields than the header", line=line)
            else:
                yield from_row(row, origin, one.fields, line=line, encoding=encoding)
    except csv.Error as error:
        line = above + rows.line_num or 1
        yield origin.reject(Reason.BAD_ROW, f"{error}; the rest of the file is not read", line=line)
    if not line:
        yield origin.reject(Reason.EMPTY, "a header, but no rows")


class _Lines:
    """The lines of a text with their ends; raises `Refused` where a row is too long."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self.count = self.taken = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._text.readline(LARGEST + 1)
        if not line:
            raise StopIteration
        self.count += 1
        self.taken += len(line)
        if self.taken > LARGEST:
            raise too_large(LARGEST, f"line {self.count}: a row of ")
        return line


@contextmanager
def _text(file: BinaryIO) -> Iterator[tuple[TextIO, str]]:
    head = file.read(AT_ONCE)
    if len(head) < AT_ONCE:
        settled(file)
        text, encoding = decode(head)
        yield io.StringIO(text, newline=""), encoding
        return
    with seekable(file, read=head) as again:
        found = unicode_of(again)
        settled(again)
        again.seek(0)
        if found:
            yield io.TextIOWrapper(again, found, newline=""), found
        else:
            text, encoding = decode(whole(again))
            yield io.StringIO(text, newline=""), encoding


def _delimiter(head: str, wanted: str) -> str:
    def fit(delimiter: str) -> tuple[bool, int]:
        names = next(csv.reader([head], delimiter=delimiter), [])
        return wanted in names, len(names)

    return max(DELIMITERS, key=fit)
