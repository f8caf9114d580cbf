"""JSON Lines: one object a line, columns by the field mapping."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus.config import Fields
from corpus.readers.article import Article, Origin, from_row
from corpus.schema import Reason, Reject

MARK = b"\xef\xbb\xbf"


def read(path: Path, origin: Origin, fields: Fields) -> Iterator[Article | Reject]:
    """Read each line as one article; blank lines are no inputs."""
    found = False
    with path.open("rb") as file:
        for line, raw in enumerate(file, 1):
            row = raw.removeprefix(MARK) if line == 1 else raw
            if row.strip():
                found = True
                yield _row(row, origin, fields, line)
    if not found:
        yield origin.reject(Reason.EMPTY, "no rows")


def _row(raw: bytes, origin: Origin, fields: Fields, line: int) -> Article | Reject:
    try:
        row = json.loads(raw.decode("utf-8"), object_pairs_hook=_object)
    except UnicodeDecodeError as error:
        return origin.reject(Reason.BROKEN_UTF8, f"byte {error.start}: {error.reason}", line=line)
    except RecursionError:
        return origin.reject(Reason.BAD_ROW, "nested too deeply", line=line)
    except ValueError as error:
        return origin.reject(Reason.BAD_ROW, f"not JSON: {error}", line=line)
    if not isinstance(row, dict):
        return origin.reject(Reason.BAD_ROW, f"a JSON {type(row).__name__}, not an object", line=line)
    return from_row(row, origin, fields, line=line)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Python keeps the last of two equal keys; which one is the article nobody can tell.
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key '{twice}' twice")
    return found
