"""The semantic version that a difference calls for.

major  documents left or changed their split, a config, a column or a class went or was renamed: figures of the
       two releases can't be compared, or code that reads one can't read the other
minor  rows, columns, classes or configs came, rows of the same documents went, or texts changed: there is more, or
       other, to read
patch  the same rows with other labels or values, or another card
same   nothing

Below 1.0.0 nothing is promised yet: there, major changes raise the second number as minor ones do. A draft (2.0.0-rc.1)
has its number raised already, and the next draft of a version says as much as the version.
SOURCE: Semantic Versioning 2.0.0, with the columns and rows of a dataset in the place of a public interface.
"""

import re
from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import NamedTuple

from export.card.markdown import counted
from export.diff.change import ConfigChange
from export.schema import Table
from export.versions import order


class Level(IntEnum):
    """How much a version number has to go up."""

    SAME = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3


class Proposal(NamedTuple):
    """The lowest version that says enough, why (by level, the highest first), and whether the new release has it."""

    level: Level
    version: str
    why: dict[str, list[str]]
    enough: bool

    @property
    def told(self) -> str:
        """The level and the version in words."""
        below = " while below 1.0" if self.level is Level.MAJOR and self.version.startswith("0.") else ""
        return f"{self.level.name.lower()}: {self.version} is enough{below}" if self.level else "nothing changed"


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
    why = {one.name.lower(): [told for at, told in reasons if at is one] for one in sorted(Level, reverse=True)}
    whole = re.split("[-+]", new)[0]
    enough = order(whole) >= order(version) and (not level or order(new) > order(old))
    return Proposal(level, version, {one: told for one, told in why.items() if told}, enough)


def _reasons(one: ConfigChange) -> Iterator[tuple[Level, str]]:
    def rows(count: int) -> str:
        return counted(count, "document") if documents else f"{counted(count, 'row')} of {one.name}"

    documents = one.name == Table.DOCUMENTS
    if one.moved:
        yield Level.MAJOR, f"{rows(one.moved)} in another split"
    if one.removed:
        yield Level.MAJOR if documents else Level.MINOR, f"{rows(one.removed)} removed"
    for name in one.columns_removed:
        yield Level.MAJOR, f"the column {one.name}.{name} is gone, or of another type"
    for name, classes in one.classes_removed.items():
        told = ", ".join(classes)
        yield Level.MAJOR, f"{one.name}.{name}: {f'without {told}' if told else 'classes have other numbers'}"
    if one.added:
        yield Level.MINOR, f"{rows(one.added)} added"
    yield from ((Level.MINOR, f"the column {one.name}.{name} is new") for name in one.columns_added)
    if one.text:
        yield Level.MINOR, f"{rows(one.text)} with another text"
    if one.relabelled:
        yield Level.PATCH, f"{rows(one.relabelled)} with another label"
    if one.values:
        yield Level.PATCH, f"{rows(one.values)} with other values"


def _raised(version: str, level: Level) -> str:
    """Raise one of the three numbers; a draft whose numbers after that are 0 has raised it already."""
    if level is Level.SAME:
        return version
    *numbers, is_whole, _draft = order(version)
    at = 2 if level is Level.PATCH else 0 if level is Level.MAJOR and numbers[0] else 1
    if is_whole or any(numbers[at + 1 :]):
        numbers = [*numbers[:at], numbers[at] + 1, 0, 0][:3]
    return ".".join(map(str, numbers))
