"""What a reader hands on: an article as its source gives it, not yet a document."""

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from corpus.config import Fields
from corpus.files import digest, sha256
from corpus.language import code
from corpus.schema import Reason, Reject

LONGEST_DETAIL = 300
LONGEST_TEXT = 64 << 20  # characters


@dataclass(frozen=True)
class Article:
    """One article: its identity, its decoded text and what the source says of it.

    `html` is the raw page where the text is an extraction; `raw_sha256` is then the hash of the page.
    """

    doc_id: str
    source: str
    text: str
    raw_sha256: str
    encoding: str | None = None
    outlet: str | None = None
    url: str | None = None
    published: str | None = None
    title: str | None = None
    language: str | None = None
    html: bytes | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """What the place of a file tells: its name, the id it gives, its outlet."""

    name: str
    stem: str
    outlet: str | None

    def reject(self, reason: Reason, detail: str, *, line: int | None = None) -> Reject:
        """Make the reject of this file, or of one of its rows."""
        # What a broken file says of itself may hold all that a row can't.
        told = detail.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
        short = told if len(told) <= LONGEST_DETAIL else f"{told[:LONGEST_DETAIL]}..."
        return Reject(source=self.at(line), reason=reason, detail=short)

    def inside(self, name: str, stem: str, outlet: str | None) -> "Origin":
        """Return the origin of a member of this file; the outlet of the file goes first."""
        return Origin(f"{self.name}/{name}", f"{self.stem}/{stem}", self.outlet or outlet)

    def at(self, line: int | None) -> str:
        """Name the file, or one of its rows."""
        return self.name if line is None else f"{self.name}:{line}"


def from_row(
    row: Mapping[str, Any], origin: Origin, fields: Fields, *, line: int, encoding: str | None = None
) -> Article | Reject:
    """Make an article of one row; a row without an id gets one from its text."""
    body = row.get(fields.text)
    if not isinstance(body, str) or not body.strip():
        return origin.reject(Reason.NO_TEXT, f"column '{fields.text}': {_no_text(row, fields)}", line=line)
    if len(body) > LONGEST_TEXT:
        return origin.reject(Reason.TOO_LARGE, f"a text of {len(body)} characters", line=line)
    if flaw := flaw_of(body, cleaned=True):
        return origin.reject(*flaw, line=line)
    named: dict[str, Any] = {}
    for name, column in fields:
        if name != "text":
            value = row.get(column)
            if flaw := _unfit(value):
                return origin.reject(flaw[0], f"column '{column}': {flaw[1]}", line=line)
            named[name] = _told(value)
    doc_id = named.pop("id") or f"{origin.stem}-{digest(body, length=12)}"
    named["outlet"] = named["outlet"] or origin.outlet
    named["language"] = code(named["language"])
    return Article(doc_id, origin.at(line), body, sha256(body.encode()), encoding, **named)


def header_flaw(names: Sequence[str], fields: Fields) -> tuple[Reason, str] | None:
    """Tell why the columns of a table can't be mapped: no text, or a name that stands twice."""
    if fields.text not in names:
        return Reason.NO_SUCH_COLUMN, f"'{fields.text}' is none of: {', '.join(names)}"
    twice = [column for _, column in fields if names.count(column) > 1]
    return (Reason.BAD_ROW, f"the header has '{twice[0]}' twice") if twice else None


def stem_of(path: str) -> str:
    """Return a path without its suffix, which for `.warc.gz` and `.tar.gz` is both."""
    folder, slash, name = path.rpartition("/")
    stem = name.removesuffix(suffix_of(name))
    for double in (".warc", ".tar"):
        if name.lower().endswith(f"{double}.gz") and len(stem) > len(double):
            stem = stem[: -len(double)]
    return folder + slash + stem


def suffix_of(path: str) -> str:
    """Return the last suffix of a path as it is written; a name that begins with its only dot has none."""
    name = path.rpartition("/")[2]
    dot = name.rfind(".")
    return name[dot:] if 0 < dot < len(name) - 1 else ""


def printable(name: str) -> str:
    """Return a file name, which may be any bytes, as Unicode without NUL."""
    if name.isascii() and "\0" not in name:
        return name
    return os.fsencode(name).decode("utf-8", "backslashreplace").replace("\0", "\\x00")


def flaw_of(text: str, *, cleaned: bool = False) -> tuple[Reason, str] | None:
    """Tell why a text can't be stored everywhere: unpaired surrogates and NUL.

    Arrow has no surrogates, PostgreSQL has no NUL; both lose whole batches. Where the text is `cleaned`
    later, a NUL goes there, by a logged edit.
    """
    try:
        text.encode()  # ten times quicker than a search
    except UnicodeEncodeError as error:
        return Reason.UNPAIRED_SURROGATE, f"U+{ord(text[error.start]):04X} at {error.start}"
    if "\0" in text and not cleaned:
        return Reason.CONTROL_CHARACTER, f"NUL at {text.index(chr(0))}"
    return None


def _no_text(row: Mapping[str, Any], fields: Fields) -> str:
    if fields.text not in row:
        return f"no such column among: {', '.join(row)}; [sources.fields] says which is which"
    body = row[fields.text]
    if body is None or isinstance(body, str):
        return "empty"
    return f"a value of type {type(body).__name__}, not a text"


def _unfit(value: Any) -> tuple[Reason, str] | None:
    if isinstance(value, dict | list | tuple | bytes):
        return Reason.BAD_ROW, f"a value of type {type(value).__name__}, not a text or number"
    return flaw_of(value) if isinstance(value, str) else None


def _told(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):  # NaN is how tables say nothing
        return None
    told = str(value.isoformat() if hasattr(value, "isoformat") else value).strip()
    return told if told and told != "NaT" else None
