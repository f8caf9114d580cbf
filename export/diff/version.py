"""The semantic version that a difference calls for.

major  documents left or changed their split, a config, a column or a class went or was renamed: figures of the
       two releases can't be compared, or code that reads one can't read the other
minor  rows, columns, classes or configs came, rows of the same documents went, or texts changed: there is more, or
       other, to read
patch  the same rows with other labels or values, or another card
same   nothing

Below 1.0.0 nothing is promised yet: there, major changes raise the second number as minor ones do.
SOURCE: Semantic Versioning 2.0.0, with the columns and rows of a dataset in the place of a public interface.
"""

from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple

from export.diff.change import ConfigChange
from export.schema import Table
from export.versions import VERSION, order


class Level(IntEnum):
    """How much a version number has to go up."""

    SAME = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


class Proposal(NamedTuple):
    """The lowest version that says enough, why, and whether the new release has it."""

    level: Level
    version: str
    why: list[str]
    enough: bool


def propose(
    old: str, new: str, changes: Sequence[ConfigChange], gone: Sequence[str], come: Sequence[str], *, facts: bool
) -> Proposal:
    """Return what the changes of configs call for; `gone` and `come` name whole configs."""
    reasons = [(Level.MAJOR, f"the config {name} is gone") for name in gone]
    reasons += [(Level.MINOR, f"the config {name} is new") for name in come]
    reasons += [reason for one in changes for reason in _reasons(one)]
    if facts:
        reasons.append((Level.PATCH, "the card or the facts changed"))
    level = max((level for level, _ in reasons), default=Level.SAME)
    version = _raised(old, level)
    return Proposal(level, version, [why for at, why in reasons if at == level], order(new) >= order(version))


def _reasons(one: ConfigChange) -> Iterator[tuple[Level, str]]:
    documents = one.name == Table.DOCUMENTS
    rows = "documents" if documents else f"rows of {one.name}"
    if one.moved:
        yield Level.MAJOR, f"{one.moved} {rows} changed their split"
    if one.removed:
        yield Level.MAJOR if documents else Level.MINOR, f"{one.removed} {rows} are gone"
    for name in one.columns_removed:
        yield Level.MAJOR, f"the column {one.name}.{name} is gone, or of another type"
    for name, classes in one.classes_removed.items():
        told = ", ".join(classes)
        yield Level.MAJOR, f"{one.name}.{name}: {f'without {told}' if told else 'classes have other numbers'}"
    if one.added:
        yield Level.MINOR, f"{one.added} {rows} are new"
    yield from ((Level.MINOR, f"the column {one.name}.{name} is new") for name in one.columns_added)
    if one.text:
        yield Level.MINOR, f"{one.text} {rows} have another text"
    if one.relabelled:
        yield Level.PATCH, f"{one.relabelled} {rows} have another label"
    if one.values:
        yield Level.PATCH, f"{one.values} {rows} have other values"


def _raised(version: str, level: Level) -> str:
    found = VERSION.fullmatch(version)
    if found is None or level is Level.SAME:
        return version
    major, minor, patch = (int(found[at]) for at in (1, 2, 3))
    if level is Level.MAJOR and major:
        return f"{major + 1}.0.0"
    return f"{major}.{minor}.{patch + 1}" if level is Level.PATCH else f"{major}.{minor + 1}.0"
