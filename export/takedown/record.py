"""`takedowns.toml`: which sources were taken down, kept under version control, so that none comes back."""

import os
import tomllib
from pathlib import Path

from pydantic import Field, ValidationError

from corpus.config import Day, Section, Workspace
from corpus.errors import WirecopyError
from corpus.files import sha256, write_text
from corpus.toml import parse_toml, quoted
from export.schema import MANIFEST, Manifest

FILE = "takedowns.toml"
HEAD = """\
# Sources that were taken down: `wirecopy export build` leaves them out of every release.
# `wirecopy export takedown SOURCE` adds to this file; keep it under version control.
"""


class Entry(Section):
    """One source: an outlet, a document's id, or where the path or address of documents begins."""

    source: str = Field(min_length=1)
    date: Day


class Takedowns(Section):
    """The whole `takedowns.toml`."""

    takedown: list[Entry] = Field(default=[])


def place(workspace: Workspace) -> Path:
    """Return where the file lies, beside `wirecopy.toml`."""
    return workspace.root / FILE


def entries(workspace: Workspace) -> list[Entry]:
    """Return what was taken down, the oldest first; nothing where there is no file."""
    path = place(workspace)
    # A link that leads nowhere is an error: without its lines, all of them would come back.
    return parse_toml(path, Takedowns).takedown if os.path.lexists(path) else []


def add(workspace: Workspace, source: str, day: str) -> Entry:
    """Add a source to the file, where it is not in it yet; return its entry."""
    known = entries(workspace)
    if found := next((one for one in known if one.source == source), None):
        return found
    path, entry = place(workspace), Entry(source=source, date=day)
    before = path.read_text(encoding="utf-8-sig").rstrip() + "\n" if path.exists() else HEAD
    text = before + _lines(entry)
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:  # `takedown = [...]` takes no more entries
        text = HEAD + "".join(map(_lines, [*known, entry]))
    write_text(path, text)
    return entry


def check_kept(workspace: Workspace) -> None:
    """Raise WirecopyError where `takedowns.toml` lacks a source that was taken down from a release here."""
    known = {sha256(one.source.encode()) for one in entries(workspace)}
    for path in sorted(workspace.release.parent.glob(f"[!.]*/{MANIFEST}")):
        try:
            told = Manifest.model_validate_json(path.read_bytes()).facts.takedowns
        except (OSError, ValidationError):
            continue  # what another wirecopy wrote says other things
        if lost := [one.date for one in told if one.source not in known]:
            raise WirecopyError(
                f"{place(workspace)} lacks a source that was taken down from {path.parent} on {lost[0]}",
                hint=f"restore it from version control; if that source may come back, move {path.parent} away",
            )


def _lines(entry: Entry) -> str:
    return f"\n[[takedown]]\nsource = {quoted(entry.source)}\ndate = {quoted(entry.date)}\n"
