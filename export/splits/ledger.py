"""The split ledger: `splits.parquet` under version control, never rewritten, only added to."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from corpus.config import SPLIT_NAMES
from corpus.errors import WirecopyError
from corpus.features import schema_of, value
from corpus.parquet import read_columns, write_batches
from export.schema import SPLITS

HINT = "restore it from version control: without it, documents would move between splits"
NEW = "new"
TOGETHER, BY = "belongs together with ", " by "  # a document, and the kinds of links
GONE = f"{TOGETHER}a document that is no longer here"
AWAY = f"{HINT}; to begin anew, move the older releases out of that folder"
BATCH = 10_000  # lines
LAST_STEP = 1_000_000  # nobody builds more releases of one dataset


COLUMNS = {"doc_id": value(str), "split": value(str), "step": value(int), "reason": value(str)}


class Entry(NamedTuple):
    """One line: from `step` on, a document is in `split`. The last line of a document counts.

    `reason` is `new`, or names the document for which this one had to leave its split.
    """

    doc_id: str
    split: str
    step: int = 1
    reason: str = NEW


@dataclass(frozen=True)
class Move:
    """A document that left its split, and why: it belongs together with one in a later split."""

    doc_id: str
    before: str
    after: str
    reason: str

    @property
    def because(self) -> str:
        """Return the id of the document that the reason names; empty where it names none."""
        return self.reason.partition(TOGETHER)[2].rpartition(BY)[0]


def entries(path: Path) -> list[Entry]:
    """Return the lines of a ledger, in their order; none where there is no file yet.

    Raises WirecopyError where it is damaged: no Parquet file, an unknown split, two lines of a document in one
    step, steps out of order, a document that is new twice or moves to an earlier split.
    """
    if not os.path.lexists(path):  # a link that leads nowhere is a ledger that was lost
        return []
    table = read_columns(path, COLUMNS, hint=HINT)
    for name, column in zip(COLUMNS, table.columns, strict=True):
        if column.type != schema_of(COLUMNS).field(name).type or column.null_count:
            raise WirecopyError(f"{path}: column '{name}' has other values than a ledger", hint=HINT)
    lines = [Entry(*row) for row in zip(*(column.to_pylist() for column in table.columns), strict=True)]
    last: dict[str, Entry] = {}
    highest = 1
    for number, line in enumerate(lines, 1):
        if wrong := _wrong(line, last.get(line.doc_id), highest):
            raise WirecopyError(f"{path}: row {number}: '{line.doc_id}' {wrong}", hint=HINT)
        last[line.doc_id], highest = line, line.step
    return lines


def splits(lines: Iterable[Entry]) -> dict[str, str]:
    """Return the split of each document."""
    return {one.doc_id: one.split for one in lines}


def uphold(path: Path, known: Mapping[str, str], releases: Path) -> None:
    """Raise WirecopyError where a ledger has forgotten, or taken back, what a release in the folder says."""
    for shown in sorted(releases.glob(f"[!.]*/{SPLITS}")):
        told = read_columns(shown, ("doc_id", "split"), hint=f"wirecopy export verify {shown.parent}")
        for doc, split in zip(*(told[name].to_pylist() for name in ("doc_id", "split")), strict=True):
            now = known.get(doc)
            if now is None or SPLIT_NAMES.index(now) < SPLIT_NAMES.index(split):
                here = f"in {now}" if now else "missing"
                raise WirecopyError(f"{path}: '{doc}' is {here}; {shown.parent} has it in {split}", hint=AWAY)


def moves(lines: Iterable[Entry]) -> list[Move]:
    """Return every move that a ledger tells of, in its order."""
    last: dict[str, str] = {}
    found = []
    for one in lines:
        if one.doc_id in last:
            found.append(Move(one.doc_id, last[one.doc_id], one.split, one.reason))
        last[one.doc_id] = one.split
    return found


def add(path: Path, lines: list[Entry], assigned: Mapping[str, tuple[str, str]]) -> None:
    """Add `{document: (split, reason)}` as the next step; without any, the file stays as it is."""
    if assigned or not path.exists():
        step = max((one.step for one in lines), default=0) + 1
        new = [Entry(doc, split, step, why) for doc, (split, why) in sorted(assigned.items())]
        save(path, [*lines, *new])


def save(path: Path, lines: Iterable[Entry]) -> None:
    """Write the lines of a ledger."""
    import pyarrow as pa

    columns = list(zip(*lines, strict=True)) or [()] * len(COLUMNS)
    schema = schema_of(COLUMNS)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    write_batches(path, pa.table(arrays, schema=schema).to_batches(max_chunksize=BATCH), schema)


def _wrong(line: Entry, before: Entry | None, highest: int) -> str:
    """Tell what is wrong with a line, given the last one of its document and the step of the line above."""
    if line.split not in SPLIT_NAMES:
        return f"is in the split '{line.split}', not in one of {', '.join(SPLIT_NAMES)}"
    if not 1 <= line.step <= LAST_STEP:
        return f"has step {line.step}"
    if line.step < highest:
        return f"has step {line.step} after step {highest}"
    if before is None:
        return "" if line.reason == NEW else "moves, but was in no split before"
    if before.step == line.step:
        return f"has two lines in step {line.step}"
    if SPLIT_NAMES.index(line.split) <= SPLIT_NAMES.index(before.split):
        return f"moves from {before.split} to {line.split}: no document goes to an earlier split"
    return ""
