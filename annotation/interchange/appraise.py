"""Appraise's ratings: a CSV without a head, and beside it the batches with the texts.

The columns are those of `ExportSystemScoresToCSV` (github.com/AppraiseDev/Appraise): who, system, item,
kind of item, two languages, score, document, whether it is a whole document, marks, start and end in
seconds. Ends are inclusive, in UTF-16 units of the text without the blanks around it; what is missing
is marked "missing". The CSV holds no text: `ratings.csv` wants the batches in `ratings.json`.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from annotation.interchange.formats import Format, without
from annotation.interchange.lines import dumps, field, optional, text_of
from annotation.interchange.losses import Rule, is_missing, unplaceable
from annotation.interchange.offsets import Offsets
from annotation.interchange.pairs import NAMES, SCORE, Marks, misfit, pair_record, place_of, scored, texts_of
from annotation.interchange.rows import Collector, Ratings, Record, name_of, rater_of
from annotation.interchange.times import canonical, iso, seconds
from annotation.schema import Annotation, Control, Flaw, Span, Task
from annotation.schemes.answers import Rejected
from annotation.schemes.scheme import Scheme
from corpus.errors import WirecopyError
from corpus.files import read_json, write_text

COLUMNS = ("user", "system", "item", "type", "source", "target", "score", "document", "whole", "marks", "start", "end")
KINDS = ("TGT", "CHK", "BAD", "REF")
MISSING = "missing"
BESIDE = ".json"  # where the texts lie
Texts = dict[tuple[str, ...], tuple[str, str]]


def read(path: Path, into: Collector, form: Format) -> None:
    """Read a file; items that only check raters become control items."""
    texts = _texts(path)
    marks = Marks(into.scheme, into.renamed)
    for number, cells in _cells(path):
        try:
            if len(cells) < len(COLUMNS):
                raise Rejected(Flaw.BAD_VALUE, f"{len(cells)} columns, not {len(COLUMNS)}")
            into.add(_record(dict(zip(COLUMNS, cells, strict=False)), number, texts, marks, into, form))
        except Rejected as flaw:
            into.tell(number, flaw.detail, flaw.reason)


def _cells(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of the CSV, each with the line where it ends."""
    rows = csv.reader(io.StringIO(text_of(path), newline=""))
    try:
        yield from ((rows.line_num, cells) for cells in rows)
    except csv.Error as error:
        raise WirecopyError(f"{path}:{rows.line_num}: no CSV: {error}", hint="check that line") from None


def _record(row: Mapping[str, str], number: int, texts: Texts, marks: Marks, into: Collector, form: Format) -> Record:
    if row["type"] not in KINDS or row["whole"] != "False":
        raise Rejected(Flaw.BAD_VALUE, f"a score of type {row['type']!r}, whole document: {row['whole']}")
    if row["type"] == "CHK":
        into.tell(number, "the type CHK has no place in our rows: read as TGT")
    place = (row["system"], row["document"], row["item"])
    found = texts.get((*place, row["type"])) or texts.get(place)
    if not found:
        raise Rejected(Flaw.NO_KEY, f"the batches have no text of item {row['item']} of {row['system']}")
    rater, origin = rater_of(row["user"])
    record = pair_record(into.scheme, rater, place, found, [row["source"], row["target"]], origin=origin)
    record.control = control_of(row["type"], row["document"], row["system"])
    record.values = {SCORE: _number(row, "score")}
    record.created, record.updated = _time(row, "start"), _time(row, "end")
    record.lead_time = _lead(record)
    record.spans = [_span(one, found, number, marks, into, form) for one in _marked(row["marks"])]
    return record


def _marked(told: str) -> list[Any]:
    try:
        value = json.loads(told)
    except (ValueError, RecursionError) as error:
        raise Rejected(Flaw.BAD_VALUE, f"its marks are no JSON: {error}") from None
    if isinstance(value, Mapping):  # a tutorial keeps its marks one step deeper
        value = value.get("payload")
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise Rejected(Flaw.BAD_VALUE, "its marks are no list")
    return value


def _span(
    one: Mapping[str, Any], texts: tuple[str, str], number: int, marks: Marks, into: Collector, form: Format
) -> Span:
    severity, kind = field(one, "severity", str), one.get("error_type")
    category = "/".join(map(str, kind)) if isinstance(kind, list) else optional(one, "error_type", str)
    if one.get("start_i") == MISSING:
        return marks.span("source", category, severity, (0, 0, ""))
    start, end, wide = form.offsets.read(texts[1], field(one, "start_i", int), field(one, "end_i", int))
    if wide:
        into.tell(number, "a mark cuts a character in two: it is widened to the whole one")
    if "\n" in texts[1]:
        into.tell(number, "a mark in a text with line breaks: they are counted, as WMT24's Appraise did")
    return marks.span("translation", category, severity, (start, end, texts[1][start:end]))


def control_of(kind: str, document: str, system: str) -> Control | None:
    """Return what an item checks; WMT marks duplicates and fillings in the name of the document."""
    if kind == "BAD" or document.endswith("#bad"):
        return Control.INJECTED
    if kind == "REF":
        return Control.GOLD
    if "tutorial" in system or "-tutorial" in document:
        return Control.TUTORIAL
    return Control.REPEAT if document.endswith(("#dup", "#incomplete")) else None


def _kind(control: Control | None) -> str:
    return {Control.INJECTED: "BAD", Control.GOLD: "REF"}.get(control, "TGT") if control else "TGT"


def _number(row: Mapping[str, str], name: str) -> float:
    try:
        return float(row[name])
    except ValueError:
        raise Rejected(Flaw.BAD_VALUE, f"{name} is {row[name][:40]!r}") from None


def _time(row: Mapping[str, str], name: str) -> str:
    try:
        return iso(_number(row, name)) if row[name] else ""
    except (ValueError, OverflowError):
        raise Rejected(Flaw.BAD_VALUE, f"{name} is {row[name][:40]!r}") from None


def _lead(record: Record) -> float | None:
    start, end = seconds(record.created), seconds(record.updated)
    return None if start is None or end is None else round(end - start, 6)


def _texts(path: Path) -> Texts:
    """Return source and translation by system, document, item and kind, and also without the kind."""
    beside = path.with_suffix(BESIDE)
    if not beside.is_file():
        hint = f"put Appraise's batches, the JSON that the campaign was made from, into {beside}"
        raise WirecopyError(f"{path} holds no texts, and {beside.name} is missing", hint=hint)
    found: Texts = {}
    try:
        for item in (item for batch in read_json(beside) for item in batch["items"]):
            texts = (str(item["sourceText"]), str(item["targetText"]))
            for system in str(item["targetID"]).split("+"):
                place = (system, str(item["documentID"]), str(item["itemID"]))
                found.setdefault(place, texts)
                found[(*place, str(item["itemType"]))] = texts
    except (KeyError, TypeError) as error:
        raise WirecopyError(f"{beside}: no batches of Appraise: {error}", hint="name the CSV beside them") from None
    return found


def write(ratings: Ratings, path: Path, form: Format) -> None:
    """Write the ratings, and the batches with their texts beside them."""
    items = [_item(at, task) for at, task in enumerate(ratings.tasks)]
    batch = {"items": items, "task": {"batchNo": 1, "randomSeed": 1, "requiredAnnotations": 1}}
    write_text(path.with_suffix(BESIDE), json.dumps([batch], ensure_ascii=False, indent=2) + "\n")
    told = io.StringIO(newline="")
    table, marks = csv.writer(told, lineterminator="\n"), Marks(ratings.scheme)
    for task, one in ratings.pairs():
        table.writerow(_row(task, one, marks, form))
    write_text(path, told.getvalue())


def _row(task: Task, one: Annotation, marks: Marks, form: Format) -> list[object]:
    system, doc, segment = place_of(task)
    spans = [_told(span, texts_of(task)[1], marks, form) for span in one.spans]
    times = ["" if (at := seconds(told)) is None else at for told in (one.created, one.updated)]
    head = [name_of(one), system, segment, _kind(task.control), *task.languages]
    return [*head, int(one.values[SCORE]), doc, False, dumps(spans), *times]


def _told(span: Span, text: str, marks: Marks, form: Format) -> dict[str, Any]:
    category = marks.category(span)
    placed = None if is_missing(span) else form.offsets.write(text, span.start, span.end)
    start, end = placed or (MISSING, MISSING)
    kind = category.split("/", 1) if category else None
    return {"start_i": start, "end_i": end, "severity": marks.severity(span), "error_type": kind}


def _item(at: int, task: Task) -> dict[str, Any]:
    system, doc, segment = place_of(task)
    source, translation = texts_of(task)
    names = {"sourceID": doc, "targetID": system, "itemID": segment, "documentID": doc, "_item": at}
    texts = {"sourceText": source, "targetText": translation}
    return names | texts | {"itemType": _kind(task.control), "isCompleteDocument": False}


def _told_controls(record: Record, _scheme: Scheme, _form: Format) -> Sequence[str]:
    system, doc, _ = place_of(record)
    told = control_of(_kind(record.control), doc, system)
    if told is record.control:
        return []
    lost, record.control = record.control, told
    return [str(lost)]


def _timed(record: Record, _scheme: Scheme, _form: Format) -> Iterable[str]:
    before = (record.created, record.updated, record.lead_time)
    record.created, record.updated = canonical(record.created), canonical(record.updated)
    record.lead_time = _lead(record)
    after = (record.created, record.updated, record.lead_time)
    return [] if after == before else [f"{before} becomes {after}"]


def _rounded(record: Record, _scheme: Scheme, _form: Format) -> Iterable[str]:
    score = record.values.get(SCORE)
    if score is None or score == int(score):
        return []
    record.values[SCORE] = float(round(score))
    return [f"{score} becomes {record.values[SCORE]:g}"]


FORMAT = Format(
    name="appraise",
    suffix=".csv",
    offsets=Offsets("utf-16", "inclusive", trimmed=True),
    schemes=("translation-esa",),
    misfit=lambda scheme: misfit(scheme, (SCORE,)) or scored(scheme),
    loses=(
        *without("marks", "missing text", "overlapping marks", "languages", "times", "lead times", "control items"),
        *NAMES,
        *unplaceable(SCORE),
        Rule("control items that no document's name tells", _told_controls),
        Rule("exact times", _timed),
        Rule("scores that are no whole number", _rounded),
    ),
    knows=lambda path, head: path.suffix == ".csv" and _is_row(head),
    read=read,
    write=write,
)


def _is_row(head: str) -> bool:
    try:
        row = next(csv.reader(io.StringIO(head, newline="")), [])
    except csv.Error:
        return False
    return len(row) >= len(COLUMNS) and row[3] in KINDS and row[8] in ("True", "False")
