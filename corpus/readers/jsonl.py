"""JSON Lines: one object a line, columns by the field mapping; a large file is cut at line ends."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, BinaryIO

from corpus.readers.article import Article, Origin, from_row
from corpus.readers.inputs import Input
from corpus.readers.stream import LARGEST, settled, too_large
from corpus.schema import Reason, Reject

MARK = b"\xef\xbb\xbf"
BLOCK = 1 << 20


def read(file: BinaryIO, one: Input) -> Iterator[Article | Reject]:
    """Read each line as one article; blank lines are no inputs."""
    found = False
    start, end = one.part or (0, None)
    if start:
        file.seek(start)
    at, line = start, one.first_line
    while (end is None or at < end) and (raw := file.readline(LARGEST + 1)):
        row, size = (raw, len(raw)) if len(raw) <= LARGEST else (None, _skip(file, raw))
        if row is not None and at == 0:
            row = row.removeprefix(MARK)
        if row is None:
            found = True
            flaw = too_large(LARGEST, "a line of ")
            yield one.origin.reject(flaw.reason, flaw.detail, line=line)
        elif row.strip():
            found = True
            yield _row(row, one, line)
        at, line = at + size, line + 1
    if not found and one.part is None:
        settled(file)
        yield one.origin.reject(Reason.EMPTY, "no rows")


def cut(one: Input, size: int) -> list[Input]:
    """Cut a file into parts of about `size` bytes at line ends; hash each part in the same pass.

    Parts of blank lines are no inputs. A file without a row stays whole.
    """
    with one.open() as file:
        if not file.seekable():
            return [one]
        parts = [part for part in _parts(file, size) if not part.blank]
    if len(parts) < 2:
        return [replace(one, identity=parts[0].sha.hexdigest())] if parts and not parts[0].start else [one]
    return [
        replace(one, identity=part.sha.hexdigest(), size=part.end - part.start,
                part=(part.start, part.end), first_line=part.line)
        for part in parts
    ]  # fmt: skip


@dataclass
class _Part:
    start: int
    line: int
    end: int = 0
    blank: bool = True
    sha: Any = field(default_factory=hashlib.sha256)


def _parts(file: BinaryIO, size: int) -> Iterator[_Part]:
    at, line = 0, 1
    part = _Part(at, line)
    while block := file.read(BLOCK):
        while block:
            end = block.find(b"\n", max(part.start + size - at - 1, 0)) + 1
            taken, block = (block[:end], block[end:]) if end else (block, b"")
            part.sha.update(taken)
            part.blank = part.blank and not (taken.removeprefix(MARK) if at == 0 else taken).strip()
            at, line = at + len(taken), line + taken.count(b"\n")
            part.end = at
            if end:
                yield part
                part = _Part(at, line)
    if part.end:
        yield part


def _skip(file: BinaryIO, raw: bytes) -> int:
    size = len(raw)
    while not raw.endswith(b"\n") and (raw := file.readline(BLOCK)):
        size += len(raw)
    return size


def _row(raw: bytes, one: Input, line: int) -> Article | Reject:
    origin: Origin = one.origin
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
    return from_row(row, origin, one.fields, line=line)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # Python keeps the last of two equal keys; which one is the article nobody can tell.
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise ValueError(f"the key '{twice}' twice")
    return found
