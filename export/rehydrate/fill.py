"""The rows of each table of a stand-off release, with their text."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from annotation.schemes.scheme import SIDES, Unit
from corpus.machine_translation import evidence
from corpus.schema import Role
from export.rehydrate.copies import ABSENT, Places
from export.rehydrate.matching import UNKNOWN
from export.rehydrate.texts import Texts
from export.schema import Table
from export.shards import replaced
from export.standoff import QUOTES

if TYPE_CHECKING:
    import pyarrow as pa

SPANS = ("spans", "consensus_spans", "adjudicated_spans")


def filled(batch: "pa.RecordBatch", *, table: Table, unit: str, texts: Texts) -> "pa.RecordBatch":
    """Return the rows of a table with all of their text that is known; `unit` is what its campaign asks about."""
    if table is Table.DOCUMENTS:
        return _documents(batch, texts)
    if table is Table.SEGMENTS:
        found = texts.documents(batch.column("doc_id"))
        pieces = map(cut, found, _numbers(batch.column("start")), _numbers(batch.column("end")))
        return replaced(batch, "text", lambda _: _strings(pieces))
    if table is Table.PAIRS:
        for side in ("left", "right"):
            batch = replaced(batch, f"{side}.text", lambda parent: _strings(map(whole, _joined(parent, texts))))
        return batch
    return _answers(batch, Unit(unit), texts)


def cut(text: str, start: int, end: int) -> str | None:
    """Return a passage, None where not all of it is known."""
    piece = text[start:end]
    return None if len(piece) != end - start else whole(piece)


def whole(text: str) -> str | None:
    """Return a text, None where not all of it is known."""
    return None if UNKNOWN in text else text


def _answers(batch: "pa.RecordBatch", unit: Unit, texts: Texts) -> "pa.RecordBatch":
    """Put the texts of the units back, and those of the marks, which are passages of them."""
    sides = _sides(batch, unit, texts)
    for side, found in sides.items():
        if f"{side}_text" in batch.schema.names:
            batch = replaced(batch, f"{side}_text", lambda _, found=found: _strings(map(_unit, found)))  # type: ignore[misc]
    for name in SPANS:
        if name in batch.schema.names:
            rows = _rows(batch.column(name))
            batch = replaced(batch, f"{name}.text", lambda parent, rows=rows: _marks(parent, rows, sides))  # type: ignore[misc]
    return batch


def _unit(text: str) -> str | None:
    return whole(text) or None  # a unit is never empty


def _marks(parent: "pa.StructArray", rows: Iterable[int], sides: dict[str, list[str]]) -> "pa.Array":
    places = zip(rows, *(parent.field(name).to_pylist() for name in ("side", "start", "end")), strict=True)
    return _strings(cut(sides[side][row], start, end) for row, side, start, end in places)


def _sides(batch: "pa.RecordBatch", unit: Unit, texts: Texts) -> dict[str, list[str]]:
    """Return the texts that the units of some rows show, by side."""
    first, *other = SIDES[unit]
    documents = batch.column("doc_ids")
    if unit is Unit.DOCUMENT:
        return {first: texts.documents(documents.flatten())}
    if unit is Unit.PARAGRAPH:
        return {first: texts.paragraphs(documents.flatten(), batch.column("paragraph"))}
    found = {first: list[str](), other[0]: list[str]()}
    segments = batch.column("segment_ids")
    known = iter(texts.sentences(segments.flatten()))
    for (source, _), ids in zip(documents.to_pylist(), segments.to_pylist(), strict=True):
        sentences = [(one.rpartition("#")[0] == source, next(known)) for one in ids]
        for side, mine in ((first, True), (other[0], False)):
            found[side].append(" ".join(text for ours, text in sentences if ours is mine))
    return found


def _joined(parent: "pa.StructArray", texts: Texts) -> Iterable[str]:
    """Yield the text of each side of a pair: its sentences, with a space between them."""
    lists = parent.field("segment_ids")
    known = iter(texts.sentences(lists.flatten()))
    for count in np.diff(np.asarray(lists.offsets)).tolist():
        yield " ".join(next(known) for _ in range(count))


def _documents(batch: "pa.RecordBatch", texts: Texts) -> "pa.RecordBatch":
    """Put back what a document's own copy tells: text, title, what edits changed, what evidence quotes."""
    places = texts.places(batch.column("doc_id"))
    found = texts.of(places)
    own = texts.copies(places)
    lines = batch.column("paragraphs").to_pylist()
    titles = map(_title, texts.values("title", own), found, lines)
    columns: dict[str, Callable[[Any], Any]] = {
        "text": lambda _: _strings(
            text if at != ABSENT else None for text, at in zip(found, own.tolist(), strict=True)
        ),
        "title": lambda _: _strings(titles),
    }
    for name, make in columns.items():
        batch = replaced(batch, name, make)
    return _evidence(_edits(batch, texts, own), found, lines, own)


def _title(given: str | None, text: str, lines: Sequence[dict[str, Any]]) -> str | None:
    """Return what the source says, else the first line that is a title."""
    inside = (cut(text, one["start"], one["end"]) for one in lines if one["role"] == Role.TITLE)
    return given or next(inside, None)


def _edits(batch: "pa.RecordBatch", texts: Texts, own: Places) -> "pa.RecordBatch":
    """Put back what edits took out and put in, where one's own copy has the same ones."""
    column = batch.column("edits")
    if not len(column.flatten()):
        return batch
    place = ("rule", "raw_start", "raw_end")
    edits: list[dict[str, Any]] = []
    for here, there in zip(column.to_pylist(), texts.values("edits", own), strict=True):
        same = there is not None and [[one[name] for name in place] for one in here] == [
            [one[name] for name in place] for one in there
        ]
        edits += there if same else here
    for name in ("original", "replacement"):
        batch = replaced(batch, f"edits.{name}", lambda _, name=name: _strings(one[name] for one in edits))  # type: ignore[misc]
    return batch


def _evidence(
    batch: "pa.RecordBatch", found: list[str], lines: Sequence[Sequence[dict[str, Any]]], own: Places
) -> "pa.RecordBatch":
    """Put back what evidence quotes, by looking for it again."""
    shown = batch.column("mt_evidence").to_pylist()
    told: list[str | None] = []
    for text, rows, mine, at, language in zip(
        found, lines, shown, own.tolist(), batch.column("language").to_pylist(), strict=True
    ):
        quoted: dict[tuple[str, int, int], str] = {}
        if at != ABSENT and any(one["rule"] in QUOTES for one in mine):
            spans, roles = [(one["start"], one["end"]) for one in rows], [Role(one["role"]) for one in rows]
            quoted = {(one.rule, one.start, one.end): one.detail for one in evidence(text, spans, roles, language)}
        told += [one["detail"] or quoted.get((one["rule"], one["start"], one["end"])) for one in mine]
    return replaced(batch, "mt_evidence.detail", lambda _: _strings(told)) if told else batch


def _rows(lists: "pa.ListArray") -> list[int]:
    counts = np.diff(np.asarray(lists.offsets))
    rows: list[int] = np.repeat(np.arange(len(counts)), counts).tolist()
    return rows


def _numbers(column: "pa.Array") -> list[int]:
    found: list[int] = column.to_pylist()
    return found


def _strings(values: Iterable[str | None]) -> "pa.Array":
    import pyarrow as pa

    return pa.array(list(values), pa.string())
