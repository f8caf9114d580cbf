"""JSON Lines: one object a line, columns by the field mapping."""

import json
from collections.abc import Iterator
from pathlib import Path

from corpus.config import Fields
from corpus.readers.article import Article, Origin, from_row
from corpus.schema import Reason, Reject


def read(path: Path, origin: Origin, fields: Fields) -> Iterator[Article | Reject]:
    """Read each line as one article; blank lines are no inputs."""
    lines = 0
    with path.open("rb") as file:
        for lines, raw in enumerate(file, 1):
            if raw.strip():
                yield _row(raw.removeprefix(b"\xef\xbb\xbf"), origin, fields, lines)
    if not lines:
        yield origin.reject(Reason.EMPTY, "0 bytes")


def _row(raw: bytes, origin: Origin, fields: Fields, line: int) -> Article | Reject:
    try:
        row = json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        return origin.reject(Reason.BROKEN_UTF8, f"byte {error.start}: {error.reason}", line=line)
    except (ValueError, RecursionError) as error:
        return origin.reject(Reason.BAD_ROW, f"not JSON: {error}", line=line)
    if not isinstance(row, dict):
        return origin.reject(Reason.BAD_ROW, f"a JSON {type(row).__name__}, not an object", line=line)
    return from_row(row, origin, fields, line=line)
