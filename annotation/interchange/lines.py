"""Lines of a file, numbered; what is no line of its format is told with its number."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from annotation.interchange.rows import Collector, halves
from annotation.schema import Flaw
from annotation.schemes.answers import Rejected
from corpus.errors import WirecopyError

HEAD_CHARACTERS = 1 << 16
LONGEST_NUMBER = 18  # digits: what 64 bits hold


def text_of(path: Path) -> str:
    """Return a whole file; a mark before UTF-8 is no part of it."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise WirecopyError(f"{path}: can't be read: {error.strerror}", hint="check the path") from None
    except UnicodeDecodeError as error:
        raise WirecopyError(f"{path}: not UTF-8: byte {error.start}", hint=f"save {path} as UTF-8") from None


def head_of(path: Path) -> str:
    """Return the beginning of a file.

    Raises WirecopyError where there is nothing in it, or no UTF-8.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = file.read(HEAD_CHARACTERS)
    except OSError as error:
        raise WirecopyError(f"{path}: can't be read: {error.strerror}", hint="check the path") from None
    except UnicodeDecodeError:
        return text_of(path)  # which tells the place in the file
    if not head.strip():
        raise WirecopyError(f"{path} is empty", hint="check that it is complete")
    return head


def numbered(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a file with their numbers; only a line feed ends one, since texts hold other separators."""
    text, start, number = text_of(path), 0, 1
    while (end := text.find("\n", start)) >= 0:
        yield number, text[start:end]
        start, number = end + 1, number + 1
    yield number, text[start:]


def table(
    path: Path, needed: tuple[str, ...], into: Collector, renamed: Mapping[str, str] | None = None
) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a table with tabs and without quotes, by column; some columns have two names.

    Raises WirecopyError where a column is missing.
    """
    lines = ((at, line.removesuffix("\r").split("\t")) for at, line in numbered(path))
    header = [(renamed or {}).get(name, name) for name in next(lines)[1]]
    hint = f"it is a table with tabs and the columns {', '.join(needed)}"
    if absent := [name for name in needed if name not in header]:
        raise WirecopyError(f"{path} has no column '{absent[0]}'", hint=hint)
    if doubled := [name for name in header if name and header.count(name) > 1]:
        raise WirecopyError(f"{path}:1: the column '{doubled[0]}' stands there twice", hint=hint)
    for number, cells in lines:
        if cells == [""]:
            continue
        if len(cells) > len(header) or len(cells) < max(header.index(name) for name in needed) + 1:
            into.tell(number, f"{len(cells)} columns, not {len(header)}", Flaw.BAD_VALUE)
        else:
            yield number, dict(zip(header, cells, strict=False))


def columns_of(head: str) -> set[str]:
    """Return the columns that the first line of a table names."""
    return {*head.partition("\n")[0].removesuffix("\r").split("\t")}


def objects(path: Path, into: Collector) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the objects of a file with a JSON object on each line."""
    for number, line in numbered(path):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            into.tell(number, f"no JSON: {error}", Flaw.BAD_VALUE)
            continue
        if not isinstance(value, dict):
            into.tell(number, "no JSON object", Flaw.BAD_VALUE)
        elif "\\u" in line and halves([json.dumps(value, ensure_ascii=False)]):
            into.tell(number, "it holds half a character", Flaw.BAD_VALUE)
        else:
            yield number, value


def first_object(head: str) -> dict[str, Any]:
    """Return the first object of a file of JSON lines; an empty one where there is none."""
    try:
        value = json.JSONDecoder().raw_decode(head.lstrip())[0]
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def field(value: Mapping[str, Any], name: str, kind: type | tuple[type, ...], where: str = "") -> Any:
    """Return a field that must be there, of a kind; a truth value is no number.

    Raises Rejected.
    """
    found = value.get(name)
    if not isinstance(found, kind) or isinstance(found, bool):
        told = "missing" if name not in value else f"{str(ascii(found))[:60]}"
        raise Rejected(Flaw.BAD_VALUE, f"{where}{name} is {told}")
    return found


def optional(value: Mapping[str, Any], name: str, kind: type | tuple[type, ...], where: str = "") -> Any:
    """Return a field of a kind, or None where it is absent or null.

    Raises Rejected.
    """
    return None if value.get(name) is None else field(value, name, kind, where)


def whole(told: str) -> int | None:
    """Return the number that a text writes; None where it is none, or would come back as another text."""
    if len(told) > LONGEST_NUMBER or not (told.isascii() and told.isdecimal()):
        return None
    return int(told) if str(int(told)) == told else None


def dumps(value: object) -> str:
    """Return one line of JSON."""
    return json.dumps(value, ensure_ascii=False)
