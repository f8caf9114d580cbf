"""`takedowns.toml`: which sources were taken down, kept under version control, so that none comes back."""

import json
import re
from pathlib import Path

from pydantic import Field

from corpus.config import DAY, Section, Workspace, parse_toml
from corpus.errors import WirecopyError
from corpus.files import write_text

FILE = "takedowns.toml"
HEAD = """\
# Sources that were taken down: `wirecopy export build` leaves them out of every release.
# `wirecopy export takedown SOURCE` adds to this file; keep it under version control.
"""


class Entry(Section):
    """One source: an outlet, a document's id, or where the path or address of documents begins."""

    source: str = Field(min_length=1)
    date: str = Field(pattern=DAY)


class Takedowns(Section):
    """The whole `takedowns.toml`."""

    takedown: list[Entry] = Field(default=[])


def place(workspace: Workspace) -> Path:
    """Return where the file lies, beside `wirecopy.toml`."""
    return workspace.root / FILE


def entries(workspace: Workspace) -> list[Entry]:
    """Return what was taken down, the oldest first; nothing where there is no file."""
    path = place(workspace)
    return parse_toml(path, Takedowns).takedown if path.exists() else []


def add(workspace: Workspace, source: str, day: str) -> Entry:
    """Add a source to the file, where it is not in it yet; return its entry."""
    known = entries(workspace)
    if found := next((one for one in known if one.source == source), None):
        return found
    path, entry = place(workspace), Entry(source=source, date=day)
    before = path.read_text(encoding="utf-8-sig").rstrip() + "\n" if path.exists() else HEAD
    write_text(path, f"{before}\n[[takedown]]\nsource = {_quoted(source)}\ndate = {_quoted(entry.date)}\n")
    return entry


def _quoted(text: str) -> str:
    """Return a TOML string."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise WirecopyError("that name is no Unicode", hint="name the source by a part of its path") from None
    # TOML escapes as JSON does, and one character more.
    return re.sub("\x7f", r"\\u007f", json.dumps(text, ensure_ascii=False))
