"""What a report is made of: sections of sentences, tables, charts and texts, without any markup.

Every text here may come from articles, annotators or servers: `page` alone turns it into HTML.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from corpus.output import plain

LONGEST_CELL, LONGEST_HEAD, LONGEST_NAME, MOST_ROWS = 600, 120, 60, 100
NONE = "–"


class Shaded(NamedTuple):
    """A cell on a ground as dark as `share` (0..1), with its number in words below it."""

    text: str
    share: float
    below: str = ""


Cell = str | Shaded


@dataclass(frozen=True)
class Sheet:
    """A table; columns in `numbers` are set to the right. `more` says how many rows were left out."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: frozenset[int] = frozenset()
    signature: str = ""
    more: str = ""
    kind: str = "sheet"


@dataclass(frozen=True)
class Chart:
    """A drawing, what it shows in one sentence, and its numbers as a table."""

    title: str
    alt: str
    svg: str
    sheet: Sheet
    kind: str = "chart"


@dataclass(frozen=True)
class Note:
    """A paragraph; a heading of its own where it has a `title`."""

    text: str
    title: str = ""
    kind: str = "note"


class Piece(NamedTuple):
    """A stretch of text that `raters` of the annotators marked; a `cut` one stands for what is left out."""

    text: str
    raters: int = 0
    cut: bool = False


@dataclass(frozen=True)
class Passage:
    """A text of a unit, with what was marked in it."""

    side: str
    language: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Case:
    """A unit with its texts and what each annotator said of it."""

    title: str
    facts: str
    passages: tuple[Passage, ...]
    sheet: Sheet
    kind: str = "case"


Part = Sheet | Chart | Note | Case


@dataclass(frozen=True)
class Section:
    """A chapter; `empty` says why there is nothing in it, and what fills it."""

    id: str
    title: str
    lead: str
    parts: tuple[Part, ...] = ()
    empty: str = ""


def sheet(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    numbers: Sequence[int] = (),
    signature: str = "",
    most: int = MOST_ROWS,
) -> Sheet:
    """Return a table of at most `most` rows; `numbers` are the columns set to the right."""
    kept = tuple(tuple(_cell(one) for one in row) for row in rows[:most])
    more = f"and {len(rows) - most:,} more rows" if len(rows) > most else ""
    heads = tuple(safe(one, LONGEST_HEAD) for one in columns)
    return Sheet(title, heads, kept, frozenset(numbers), signature, more)


def without_empty(table: Sheet) -> Sheet:
    """Return a table without the columns that say nothing in any row; the first one stays."""
    kept = [at for at in range(len(table.columns)) if at == 0 or any(row[at] not in ("", NONE) for row in table.rows)]
    rows = tuple(tuple(row[at] for at in kept) for row in table.rows)
    numbers = frozenset(new for new, old in enumerate(kept) if old in table.numbers)
    return replace(table, columns=tuple(table.columns[at] for at in kept), rows=rows, numbers=numbers)


def safe(text: object, most: int = LONGEST_CELL) -> str:
    """Return a text of at most `most` characters in which nothing is invisible or turns its neighbours round."""
    told = str(text)
    shown = plain(told[:most])
    return f"{shown}… ({len(told):,} characters)" if len(told) > most else shown


def name(text: object) -> str:
    """Return a name on one line, cut where it is very long."""
    told = " ".join(str(text).split())
    return plain(told if len(told) <= LONGEST_NAME else told[: LONGEST_NAME - 1] + "…")


def decimals(value: float | None, digits: int = 2) -> str:
    """Return a number with its digits; a dash where there is none, and never a negative zero."""
    if value is None or value != value:
        return NONE
    return f"{round(value, digits) + 0.0:,.{digits}f}"


def percent(value: float | None) -> str:
    """Return a share in whole per cent."""
    return NONE if value is None or value != value else f"{100 * value + 0.0:.0f} %"


def interval(low: float | None, high: float | None, digits: int = 2) -> str:
    """Return an interval, or a dash."""
    return NONE if low is None or high is None else f"{decimals(low, digits)} to {decimals(high, digits)}"


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: `1 answer`, `2,000 answers`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _cell(value: Cell) -> Cell:
    return value if isinstance(value, Shaded) else safe(value)
