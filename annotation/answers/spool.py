"""Every annotation of a campaign in its newest state, in a database on disk that lives as long as a rebuild.

Memory does not grow with the campaign: chunks come one at a time, rows leave in the order of the units.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from annotation.answers import chunks
from annotation.answers.chunks import Answered, Chunk
from annotation.answers.collect import Seen, states
from annotation.campaign import Campaign
from annotation.schema import Annotation, Task
from corpus.parquet import BATCH_ROWS

if TYPE_CHECKING:
    import pyarrow as pa

TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA temp_store = FILE;
CREATE TABLE unit (key TEXT PRIMARY KEY, place INTEGER, payload TEXT) WITHOUT ROWID;
CREATE TABLE answer (
    identity TEXT PRIMARY KEY, updated TEXT, states TEXT, told INTEGER, task TEXT, good INTEGER, row TEXT,
    unit TEXT, payload TEXT, spot TEXT, annotator TEXT, control INTEGER, outdated INTEGER, contrary INTEGER
);
CREATE TABLE standing (source TEXT, task INTEGER, identity TEXT, PRIMARY KEY (source, task, identity)) WITHOUT ROWID;
CREATE INDEX standing_identity ON standing (identity);
BEGIN;
"""
PUT = f"INSERT OR REPLACE INTO answer VALUES ({', '.join('?' * 14)})"
# What a server never told of can't be gone from it: a file may hold a part of the answers.
DELETED = "(a.told AND NOT EXISTS (SELECT 1 FROM standing s WHERE s.identity = a.identity))"
STALE = "ifnull(a.outdated, u.payload IS NOT a.payload)"
ROWS = f"""
SELECT a.row, a.states, a.task, {DELETED}, {STALE} FROM answer a LEFT JOIN unit u ON u.key = a.unit
WHERE a.good AND {{}} ORDER BY u.place IS NULL, u.place, a.spot, a.control, a.annotator, a.identity
"""
ALL, LIVE = "1", f"NOT a.control AND NOT {DELETED} AND NOT {STALE}"
CONTRARY = f"a.contrary AND {LIVE}"


class Closed(Exception):
    """Units are no longer wanted."""


class Spool:
    """The units and annotations of one campaign; what it holds is gone when it is closed."""

    def __init__(self, campaign: Campaign) -> None:
        self._campaign = campaign
        self._read: dict[Path, None] = {}
        self._closed = False
        self.size = 0
        self.made_of = ""
        # Without a name, SQLite makes a file that goes away with the process, however that ends.
        self._base = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._base.executescript(TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        self._base.close()

    def close(self) -> None:
        """End the passing of units, which may go on in another thread."""
        self._closed = True

    def units(self, tasks: Iterable[Task]) -> Iterator[Task]:
        """Pass the units through and keep their order and payloads."""
        for self.size, task in enumerate(tasks, 1):
            if self._closed:
                raise Closed
            self._base.execute("INSERT OR REPLACE INTO unit VALUES (?, ?, ?)", (task.key, self.size, task.payload))
            yield task

    @property
    def read(self) -> list[Path]:
        """The chunks that were taken in, in their order."""
        return list(self._read)

    @property
    def chunks(self) -> int:
        """How many chunks were taken in."""
        return len(self._read)

    def catch_up(self, newest: Chunk | None = None, at: Path | None = None) -> None:
        """Take in the chunks that were not read yet, in their order; `newest`, just written `at`, is not read again."""
        for path in chunks.files(self._campaign.folder / "pull"):
            if path not in self._read:
                self._read[path] = None
                self._take(newest if newest and path == at else chunks.read(path))

    def rows(self, which: str = ALL) -> Iterator[Annotation]:
        """Yield rows in the order of the units, those of units that are gone last."""
        for row, values, _ in self._select(which):
            one = Annotation.model_validate_json(row)
            changed = {name: value for name, value in values.items() if value != getattr(one, name)}
            yield one.model_copy(update=changed) if changed else one

    def batches(self, schema: "pa.Schema") -> "Iterator[pa.RecordBatch]":
        """Yield all rows as they go to a table of this schema."""
        found = self._base.execute(ROWS.format(ALL))
        while rows := found.fetchmany(BATCH_ROWS):
            yield _batch(rows, schema)

    def contrary(self) -> Iterator[tuple[str, Annotation]]:
        """Yield the live annotations that contradict themselves, each with its project and task."""
        rows = self._select(CONTRARY)
        return ((task, Annotation.model_construct(**json.loads(row) | values)) for row, values, task in rows)

    def quarantined(self) -> Iterator[dict[str, Any]]:
        """Yield what breaks the contract, in a stable order."""
        found = self._base.execute("SELECT row FROM answer WHERE NOT good ORDER BY identity")
        return (json.loads(row) for (row,) in found)

    def _select(self, which: str) -> Iterator[tuple[str, dict[str, Any], str]]:
        for row, seen, task, deleted, stale in self._base.execute(ROWS.format(which)):
            yield row, {"deleted": bool(deleted), "stale": bool(stale), "revisions": len(seen.split())}, task

    def _take(self, chunk: Chunk) -> None:
        for number in chunk.gone:
            self._base.execute("DELETE FROM standing WHERE source = ? AND task = ?", (chunk.source, number))
        for task in chunk.tasks:
            if chunk.server:  # it tells by silence too
                self._base.execute("DELETE FROM standing WHERE source = ? AND task = ?", (chunk.source, task.id))
            for seen in states(self._campaign, chunk, task):
                self._put(chunk, task, seen)

    def _put(self, chunk: Chunk, task: Answered, seen: Seen) -> None:
        if chunk.server:
            place = (chunk.source, task.id, seen.identity)
            self._base.execute("INSERT OR REPLACE INTO standing VALUES (?, ?, ?)", place)
        find = "SELECT updated, states, told FROM answer WHERE identity = ?"
        updated, earlier, told = self._base.execute(find, (seen.identity,)).fetchone() or ("", "", False)
        known = " ".join(sorted({*earlier.split(), seen.state}))
        if seen.updated < updated:
            change = "UPDATE answer SET states = ?, told = ? WHERE identity = ?"
            self._base.execute(change, (known, told or chunk.server, seen.identity))
            return
        row = seen.row
        kept = (seen.identity, seen.updated, known, told or chunk.server, f"{chunk.source.split('@')[0]}/{task.id}")
        if isinstance(row, Annotation):
            spot = json.dumps([row.doc_ids, row.segment_ids, row.target_id])
            place_of = (row.of or row.key, row.payload, spot, row.annotator, row.control is not None)
            rest = (*place_of, seen.outdated, bool(row.contradictions))
        else:
            rest = (row.key, "", "", row.annotator, False, None, False)
        self._base.execute(PUT, (*kept, isinstance(row, Annotation), seen.told, *rest))


def _batch(rows: Sequence[tuple[str, str, str, bool, bool]], schema: "pa.Schema") -> "pa.RecordBatch":
    # Arrow reads the JSON itself: a row is never a dict here, which is half of the time of a table.
    import pyarrow as pa
    from pyarrow import json as arrow_json

    told, seen, _, deleted, stale = zip(*rows, strict=True)
    lines = "\n".join(told).encode()
    table = arrow_json.read_json(
        BytesIO(lines),
        arrow_json.ReadOptions(use_threads=False, block_size=len(lines) + 1),
        arrow_json.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error"),
    )
    found = {"deleted": map(bool, deleted), "stale": map(bool, stale), "revisions": (len(one.split()) for one in seen)}
    columns = [
        pa.array(list(found[one.name]), one.type) if one.name in found else table[one.name].combine_chunks()
        for one in schema
    ]
    return pa.record_batch(columns, schema=schema)
