"""What a reader hands on: an article as its source gives it, not yet a document."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from corpus.config import Fields
from corpus.files import digest, sha256
from corpus.schema import Reason, Reject


@dataclass(frozen=True)
class Article:
    """One article: its identity, its decoded text and what the source says of it."""

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


@dataclass(frozen=True)
class Origin:
    """What the place of a file tells: its name, the id it gives, its outlet."""

    name: str
    stem: str
    outlet: str | None

    def reject(self, reason: Reason, detail: str, *, line: int | None = None) -> Reject:
        """Make the reject of this file, or of one of its rows."""
        return Reject(source=self.at(line), reason=reason, detail=detail)

    def at(self, line: int | None) -> str:
        """Name the file, or one of its rows."""
        return self.name if line is None else f"{self.name}:{line}"


def from_row(row: Mapping[str, Any], origin: Origin, fields: Fields, *, line: int) -> Article | Reject:
    """Make an article of one row; a row without an id column gets one from its text."""
    body = row.get(fields.text)
    if not isinstance(body, str) or not body.strip():
        found = "no such column" if fields.text not in row else "empty" if not body else "not a text"
        return origin.reject(Reason.NO_TEXT, f"column '{fields.text}': {found}", line=line)
    if flaw := flaw_of(body):
        return origin.reject(*flaw, line=line)
    named = {name: _told(row.get(column)) for name, column in fields if name not in ("id", "text")}
    for name, value in named.items():
        if value and (flaw := flaw_of(value)):
            return origin.reject(flaw[0], f"column '{name}': {flaw[1]}", line=line)
    doc_id = _told(row.get(fields.id)) or f"{origin.stem}-{digest(body, length=12)}"
    if flaw := flaw_of(doc_id):
        return origin.reject(flaw[0], f"column '{fields.id}': {flaw[1]}", line=line)
    named["outlet"] = named["outlet"] or origin.outlet
    return Article(doc_id, origin.at(line), body, sha256(body.encode()), **named)


def flaw_of(text: str) -> tuple[Reason, str] | None:
    """Tell why a text can't be stored everywhere: unpaired surrogates and NUL.

    Arrow has no surrogates, PostgreSQL has no NUL; both lose whole batches.
    """
    if hit := re.search("[\ud800-\udfff]", text):
        return Reason.UNPAIRED_SURROGATE, f"U+{ord(hit[0]):04X} at {hit.start()}"
    if "\0" in text:
        return Reason.CONTROL_CHARACTER, f"NUL at {text.index(chr(0))}"
    return None


def _told(value: Any) -> str | None:
    if value is None or value != value:  # NaN is how tables say nothing
        return None
    return str(value.isoformat() if hasattr(value, "isoformat") else value).strip() or None
