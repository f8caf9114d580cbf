"""Pearmut's log: a JSON object for each document that somebody rated, with texts, scores and marks.

The output files of github.com/zouharvi/pearmut. Its page gives each UTF-16 unit of a translation a place,
but none to a line break; ends are inclusive. The place after the last one says that text is missing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from annotation.interchange import lines
from annotation.interchange.formats import Format, without
from annotation.interchange.losses import Rule, is_missing, unplaceable
from annotation.interchange.offsets import Offsets
from annotation.interchange.pairs import NAMES, SCORE, Marks, misfit, pair_record, place_of, texts_of
from annotation.interchange.rows import Collector, Ratings, Record, name_of, pair_of, rater_of
from annotation.interchange.times import canonical, iso, seconds
from annotation.schema import Annotation, Control, Flaw, Span, Status, Task
from annotation.schemes.answers import Rejected
from annotation.schemes.scheme import Scheme
from corpus.files import write_text

COMMENT, SKIP, SUBMIT = "comment", "submit_skip", "submit"
ITEM, ANSWER = {"item_id", "src", "tgt"}, {"score", "error_spans", "textfield"}
LINE = {"annotation", "actions", "item", "user_id", "item_i"}


def read(path: Path, into: Collector, form: Format) -> None:
    """Read a log; each translation of each item is an answer of its own."""
    lost: set[str] = set()
    for number, line in lines.objects(path, into):
        lost |= line.keys() - LINE
        try:
            for record in _records(number, line, into, form, lost):
                _keep(number, record, into)
        except Rejected as flaw:
            into.tell(number, flaw.detail, flaw.reason)
    for name in sorted(lost):
        into.tell(1, f"the field '{name}' has no place in our rows: left out")


def _keep(number: int, record: Record | Rejected, into: Collector) -> None:
    try:
        if isinstance(record, Rejected):
            raise record
        into.add(record)
    except Rejected as flaw:
        into.tell(number, flaw.detail, flaw.reason)


def _records(
    number: int, line: Mapping[str, Any], into: Collector, form: Format, lost: set[str]
) -> Iterator[Record | Rejected]:
    items, answers = lines.field(line, "item", list), lines.field(line, "annotation", list)
    if len(items) != len(answers) or not all(isinstance(one, Mapping) for one in items):
        raise Rejected(Flaw.BAD_VALUE, f"{len(items)} items, {len(answers)} answers")
    marks, actions = (
        Marks(into.scheme, into.renamed),
        [one for one in lines.optional(line, "actions", list) or [] if isinstance(one, Mapping)],
    )
    lost |= {f"actions: {told}" for one in actions if (told := one.get("action")) not in ("load", SUBMIT, SKIP)}
    for at, (item, given) in enumerate(zip(items, answers, strict=True)):
        lost |= {f"item.{name}" for name in item.keys() - ITEM}
        if given is not None and not isinstance(given, Mapping):
            yield Rejected(Flaw.BAD_VALUE, f"item {at}: the answer is {ascii(given)[:40]}")
            continue
        for system, answer in (given or {}).items():
            try:
                record = _record(line, item, at, system, into)
                _answer(record, number, answer, actions, marks, into, form)
                lost |= {f"annotation.{name}" for name in answer.keys() - ANSWER}
                yield record
            except Rejected as flaw:
                yield Rejected(flaw.reason, f"item {at}, {system}: {flaw.detail}")


def _record(line: Mapping[str, Any], item: Mapping[str, Any], at: int, system: str, into: Collector) -> Record:
    doc = str(lines.field(line, "item_i", (int, str)))
    texts = (str(item.get("src") or ""), lines.field(lines.field(item, "tgt", Mapping), system, str))
    rater, origin = rater_of(lines.field(line, "user_id", str))
    segment = str(item.get("item_id", at))
    languages = pair_of(into.languages)
    return pair_record(into.scheme, rater, (system, doc, segment), texts, languages, origin=origin)


def _answer(
    record: Record, number: int, answer: Any, actions: Sequence[Any], marks: Marks, into: Collector, form: Format
) -> None:
    """Write what was answered into a record."""
    if not isinstance(answer, Mapping):
        raise Rejected(Flaw.BAD_VALUE, f"the answer is {ascii(answer)[:40]}")
    record.control = control_of(place_of(record)[1])
    times = [_time(one) for one in actions if one.get("time") is not None]
    record.created, record.updated = (times[0], times[-1]) if times else ("", "")
    asked = {question.name for question in into.scheme.questions}
    spans, score = lines.optional(answer, "error_spans", list) or [], answer.get("score")
    if (actions and actions[-1].get("action") == SKIP) or (score is None and not spans and SCORE in asked):
        record.status = Status.SKIPPED
        return
    told = {SCORE: score, COMMENT: answer.get("textfield")}
    record.values = {name: one for name, one in told.items() if name in asked and one is not None}
    for name in sorted(name for name, one in told.items() if name not in asked and one not in (None, "")):
        into.tell(number, f"the scheme has no question '{name}': left out")
    record.spans = [_span(one, record, number, marks, into, form) for one in spans]


def _time(action: Mapping[str, Any]) -> str:
    at = lines.field(action, "time", (int, float))
    try:
        return iso(at)
    except (ValueError, OverflowError):
        raise Rejected(Flaw.BAD_VALUE, f"the time of an action is {ascii(at)[:40]}") from None


def _span(one: Any, record: Record, number: int, marks: Marks, into: Collector, form: Format) -> Span:
    if not isinstance(one, Mapping):
        raise Rejected(Flaw.BAD_VALUE, f"a mark is {ascii(one)[:40]}")
    text, severity = str(record.data["translation_text"]), lines.field(one, "severity", str)
    category = lines.optional(one, "category", str)
    first, last = lines.field(one, "start_i", int), lines.field(one, "end_i", int)
    if first == last == form.offsets.size(text):
        return marks.span("source", category, severity, (0, 0, ""))
    start, end, wide = form.offsets.read(text, first, last)
    if wide:
        into.tell(number, "a mark cuts a character in two: it is widened to the whole one")
    return marks.span("translation", category, severity, (start, end, text[start:end]))


def control_of(doc: str) -> Control | None:
    """Return what a document checks: welcome items teach, random ones have a known answer."""
    if doc.startswith("welcome_"):
        return Control.TUTORIAL
    return Control.GOLD if doc.startswith(("random_", "goodbye_")) else None


@dataclass
class _Line:
    """A line in the making: the answers of one rater to the items of one document, in order."""

    key: tuple[object, ...]
    task: Task
    one: Annotation
    items: list[dict[str, Any]] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)

    def fits(self, key: tuple[object, ...], item: Mapping[str, Any], system: str) -> bool:
        """Tell whether an answer may stand behind the last one."""
        last = self.items[-1]
        if key != self.key:
            return False
        if last["item_id"] == item["item_id"]:
            return system not in last["tgt"] and last["src"] == item["src"]
        return all(one["item_id"] != item["item_id"] for one in self.items)


def write(ratings: Ratings, path: Path, form: Format) -> None:
    """Write a log; answers to one document that stand together are one line."""
    marks, made = Marks(ratings.scheme), list[_Line]()
    for task, one in ratings.pairs():
        system, doc, segment = place_of(task)
        source, translation = texts_of(task)
        item = {"item_id": segment, "src": source, "tgt": {system: translation}}
        key = (name_of(one), doc, one.created, one.updated, one.status)
        answer = _told(one, translation, marks, form)
        if not made or not made[-1].fits(key, item, system):
            made.append(_Line(key, task, one, [item], [{system: answer}]))
        elif made[-1].items[-1]["item_id"] == segment:
            made[-1].items[-1]["tgt"][system] = translation
            made[-1].answers[-1][system] = answer
        else:
            made[-1].items.append(item)
            made[-1].answers.append({system: answer})
    write_text(path, "".join(lines.dumps(_line(one)) + "\n" for one in made))


def _line(made: _Line) -> dict[str, Any]:
    doc = place_of(made.task)[1]
    end = SKIP if made.one.status is Status.SKIPPED else SUBMIT
    actions = [
        {"time": at, "action": action}
        for action, told in (("load", made.one.created), (end, made.one.updated))
        if (at := seconds(told)) is not None
    ]
    if not actions and end == SKIP:
        actions = [{"action": SKIP}]
    number = doc if (told := lines.whole(doc)) is None else told
    head = {"annotation": made.answers, "actions": actions, "item": made.items}
    return head | {"user_id": name_of(made.one), "item_i": number}


def _told(one: Annotation, text: str, marks: Marks, form: Format) -> dict[str, Any]:
    score = one.values.get(SCORE)
    whole = int(score) if score is not None and score == int(score) else score
    spans = [_mark(span, text, marks, form) for span in one.spans]
    return {"score": whole, "error_spans": spans, "textfield": one.values.get(COMMENT)}


def _mark(span: Span, text: str, marks: Marks, form: Format) -> dict[str, Any]:
    size = form.offsets.size(text)
    placed = None if is_missing(span) else form.offsets.write(text, span.start, span.end)
    start, end = placed or (size, size)
    told = {"severity": marks.severity(span), "category": marks.category(span)}
    return {"start_i": start, "end_i": end} | told


def _told_controls(record: Record, _scheme: Scheme, _form: Format) -> Sequence[str]:
    told = control_of(place_of(record)[1])
    if told is record.control:
        return []
    lost, record.control = record.control, told
    return [str(lost)]


def _timed(record: Record, _scheme: Scheme, _form: Format) -> Sequence[str]:
    before = (record.created, record.updated)
    after = (canonical(before[0]), canonical(before[1]))
    record.created, record.updated = after if all(after) else ("", "")
    return [] if (record.created, record.updated) == before else [str(before)]


FORMAT = Format(
    name="pearmut",
    suffix=".jsonl",
    offsets=Offsets("utf-16", "inclusive", uncounted="\n"),
    schemes=("translation-esa", "translation-mqm", "translation-mqm-core"),
    misfit=lambda scheme: misfit(scheme, (SCORE, COMMENT)),
    loses=(
        *without("marks", "missing text", "overlapping marks", "times", "skips", "control items"),
        *NAMES,
        *unplaceable(SCORE, COMMENT),
        Rule("control items that no document's name tells", _told_controls),
        Rule("exact times", _timed),
    ),
    knows=lambda _path, head: {"annotation", "user_id", "item_i"} <= lines.first_object(head).keys(),
    read=read,
    write=write,
)
