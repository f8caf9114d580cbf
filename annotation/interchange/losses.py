"""What a format can't carry: one rule for each thing, that takes it away and says so.

Ratings without what the rules name come back whole from a file: the tests hold each format to that.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from annotation.interchange.rows import Collector, Ratings, Record, article_data, halves, name_of, pair_data
from annotation.schema import Annotation, Origin, Span, Status, Task
from annotation.schemes.answers import Rejected
from annotation.schemes.scheme import Scheme
from annotation.units import BLANK
from corpus.language import UNKNOWN

if TYPE_CHECKING:
    from annotation.interchange.formats import Format


class Dropped(Exception):
    """An answer that a format can't carry at all."""


AGAIN = "more than one answer to a unit"
Losing = Callable[[Record, Scheme, "Format"], Iterable[str]]


@dataclass(frozen=True)
class Rule:
    """One thing that a format may lose; `take` takes it out of a record and yields an example of each."""

    name: str
    take: Losing


@dataclass
class Loss:
    """One thing that is left out, how often, and the first example."""

    what: str
    count: int
    example: str

    def __str__(self) -> str:
        return f"{self.what}: {self.count}, first {self.example}"


def fit(ratings: Ratings, form: "Format") -> tuple[Ratings, list[Loss]]:
    """Return what of some ratings a format carries, and what it does not."""
    found: dict[str, Loss] = {}

    def lose(what: str, example: str) -> None:
        one = found.setdefault(what, Loss(what, 0, example))
        one.count += 1

    campaign = ratings.tasks[0].campaign if ratings.tasks else ""
    kept = Collector(ratings.scheme, campaign)
    taken: set[object] = set()
    newest = _newest(ratings) if form.once else None
    for task, one in ratings.grouped() if form.grouped else ratings.pairs():
        if why := _gone(one, newest):
            lose(why, _where(task, one))
            continue
        try:
            record = _fitted(record_of(task, one), ratings.scheme, form, lose)
            place = (record.rater, record.origin, *record.doc_ids, *record.segment_ids, record.target_id)
            if form.once and place in taken:
                lose(AGAIN, _where(task, one))
            else:
                kept.add(record)
                taken.add(place)
        except Dropped:
            continue
        except Rejected as flaw:
            lose("answers that can't stand beside the others", f"{_where(task, one)}: {flaw.detail}")
    answered = {one.key for one in ratings.annotations}
    for task in ratings.tasks:
        if task.key not in answered:
            lose("units without an answer", _unit(task))
    return kept.ratings(), list(found.values())


def _newest(ratings: Ratings) -> set[str]:
    """Return the ids of the newest answer of each rater to each unit."""
    found: dict[tuple[str, str, Origin], Annotation] = {}
    for one in ratings.annotations:
        key = (one.key, one.annotator, one.origin)
        if not (one.deleted or one.stale) and (key not in found or found[key].updated <= one.updated):
            found[key] = one
    return {one.annotation_id for one in found.values()}


def _gone(one: Annotation, newest: set[str] | None) -> str | None:
    if one.deleted or one.stale:
        return "deleted answers" if one.deleted else "answers to an earlier text"
    return AGAIN if newest is not None and one.annotation_id not in newest else None


def _fitted(record: Record, scheme: Scheme, form: "Format", lose: Callable[[str, str], None]) -> Record:
    where = " ".join([record.rater, *record.doc_ids[-1:], *record.segment_ids])
    for rule in form.loses:
        told: list[str] = []
        try:
            told.extend(rule.take(record, scheme, form))
        except Dropped as gone:
            lose(rule.name, f"{where}: {gone}")
            raise
        for example in told:
            lose(rule.name, f"{where}: {example}")
    return record


def record_of(task: Task, one: Annotation) -> Record:
    """Return an answer and its unit as a record."""
    return Record(
        rater=one.annotator,
        doc_ids=task.doc_ids,
        data=task.data,
        languages=task.languages,
        values=dict(one.values),
        spans=list(one.spans),
        segment_ids=task.segment_ids,
        target_id=task.target_id,
        paragraph=task.paragraph,
        start=task.start,
        stratum=task.stratum,
        control=task.control,
        prefill=task.prefill,
        status=one.status,
        origin=one.origin,
        lead_time=one.lead_time,
        created=one.created,
        updated=one.updated,
    )


def _where(task: Task, one: Annotation) -> str:
    return f"{name_of(one)} {_unit(task)}"


def _unit(task: Task) -> str:
    return " ".join([*task.doc_ids[-1:], *task.segment_ids, task.target_id or ""]).strip()


def _drop(name: str, wrong: Callable[[Record], bool]) -> Rule:
    def take(record: Record, _scheme: Scheme, _form: "Format") -> Iterable[str]:
        if wrong(record):
            raise Dropped("the whole answer")
        return ()

    return Rule(name, take)


def marks_lost(name: str, wrong: Callable[[Span, Record, "Format"], bool]) -> Rule:
    """Return the rule that takes marks away."""

    def take(record: Record, _scheme: Scheme, form: "Format") -> Iterable[str]:
        lost = [span for span in record.spans if wrong(span, record, form)]
        record.spans = [span for span in record.spans if span not in lost] if lost else record.spans
        return [_mark(span) for span in lost]

    return Rule(name, take)


def _blanked(name: str, field: str) -> Rule:
    """Return the rule that takes a field of the marks away."""

    def take(record: Record, _scheme: Scheme, _form: "Format") -> Iterable[str]:
        told = [str(value) for span in record.spans if (value := getattr(span, field)) is not None]
        if told:
            record.spans = [span.model_copy(update={field: None}) for span in record.spans]
        return [repr(one) for one in told]

    return Rule(name, take)


def cleared(name: str, **fields: object) -> Rule:
    """Return the rule that sets fields of a record back."""

    def take(record: Record, _scheme: Scheme, _form: "Format") -> Iterable[str]:
        told = [f"{key} {getattr(record, key)!r}" for key, value in fields.items() if getattr(record, key) != value]
        for key, value in fields.items():
            setattr(record, key, value)
        return told[:1]

    return Rule(name, take)


def only_values(*carried: str) -> Rule:
    """Return the rule that takes away the answers to all questions but these."""

    def take(record: Record, _scheme: Scheme, _form: "Format") -> Iterable[str]:
        lost = {name: one for name, one in record.values.items() if one is not None and name not in carried}
        record.values |= dict.fromkeys(lost)
        return [f"{name} {one!r}" for name, one in lost.items()]

    return Rule("answers to other questions", take)


def unplaceable(*carried: str) -> tuple[Rule, ...]:
    """Return the rules of a format that counts otherwise than we do, and of the questions that it carries."""

    def lost(span: Span, record: Record, form: "Format") -> bool:
        text = str(record.data[f"{span.side}_text"])
        return not is_missing(span) and form.offsets.write(text, span.start, span.end) is None

    return (only_values(*carried), marks_lost("marks that begin or end where nothing is counted", lost))


def _mark(span: Span) -> str:
    return f"{span.side} [{span.start}:{span.end}] {span.text!r}"


def is_missing(span: Span) -> bool:
    """Tell whether a mark says that something is missing, and not what: empty, where the source begins."""
    return span.side == "source" and span.start == span.end == 0


def _overlapping(record: Record, _scheme: Scheme, _form: "Format") -> Iterable[str]:
    kept: list[Span] = []
    lost: list[Span] = []
    for span in record.spans:
        inside = any(a.side == span.side and a.start < span.end and span.start < a.end for a in kept)
        (lost if inside else kept).append(span)
    record.spans = kept
    return [_mark(span) for span in lost]


def _context(record: Record, scheme: Scheme, _form: "Format") -> Iterable[str]:
    data = record.data
    if len(scheme.sides) == 1:
        bare = article_data(scheme, str(data["article_text"]), data.get("target"))
        bare |= {name: BLANK for name in ("article_before_text", "article_after_text") if name in data}
    else:
        texts = [str(data[f"{side}_text"]) for side in scheme.sides]
        bare = pair_data(scheme, texts, [str(data.get(f"{side}_language")) for side in scheme.sides])
    lost = [name for name, value in data.items() if bare.get(name) != value]
    record.data = bare
    return [f"{lost[0]} {str(data[lost[0]])[:40]!r}"] if lost else []


def _languages(record: Record, scheme: Scheme, _form: "Format") -> Iterable[str]:
    lost = [one for one in record.languages if one != UNKNOWN]
    record.languages = [UNKNOWN] * len(record.languages)
    _speak(record, scheme)
    return ["-".join(lost)] if lost else []


def _speak(record: Record, scheme: Scheme) -> None:
    """Write the languages of a record into its data too."""
    if len(scheme.sides) > 1:
        told = {f"{side}_language": one for side, one in zip(scheme.sides, record.languages, strict=True)}
        record.data = {**record.data, **told}


def _halves(record: Record) -> bool:
    spans = [text for span in record.spans for text in (span.text, span.comment, span.holder_name) if text]
    texts = [record.rater, *record.doc_ids, *record.segment_ids, record.target_id or "", record.stratum or ""]
    return halves([*texts, *spans, *record.values.values(), *record.data.values()])


_ALL = (
    _drop("half characters", _halves),
    _drop("control items", lambda record: record.control is not None),
    _drop("answers of models", lambda record: record.origin in (Origin.MODEL, Origin.MIXED)),
    _drop("skips", lambda record: record.status is Status.SKIPPED),
    marks_lost("marks", lambda _span, _record, _form: True),
    marks_lost("missing text", lambda span, _record, _form: is_missing(span)),
    marks_lost("empty marks", lambda span, _record, _form: span.start == span.end and not is_missing(span)),
    marks_lost("marks in the source", lambda span, _record, _form: span.side == "source" and not is_missing(span)),
    Rule("overlapping marks", _overlapping),
    _blanked("remarks on marks", "comment"),
    _blanked("names of holders", "holder_name"),
    Rule("context", _context),
    Rule("languages", _languages),
    cleared("strata", stratum=None),
    cleared("predictions shown", prefill=None),
    cleared("places in a document", paragraph=None, start=0),
    cleared("times", created="", updated=""),
    cleared("lead times", lead_time=None),
)
RULES = {rule.name: rule for rule in _ALL}
