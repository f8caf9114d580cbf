"""Ratings of another file as our rows: the same units, keys and checks as a campaign of our own."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotation.schema import Annotation, Control, Flaw, Origin, Span, Status, Task
from annotation.schemes.answers import Rejected, parse, results_of, value_features
from annotation.schemes.checks import contradictions
from annotation.schemes.scheme import Scheme, Spans
from annotation.units import BLANK, task_of
from corpus.files import digest
from corpus.language import UNKNOWN

IMPORTED = "imported"
SIMULATED = "@simulated.invalid"  # so a rater's name tells it in a file that has no column for it
Place = tuple[tuple[str, ...], tuple[str, ...], str | None, int | None, Control | None]


@dataclass(frozen=True)
class Issue:
    """What a file says that a row can't, by line; with a `flaw` the line is no row at all."""

    line: int
    cause: str
    flaw: Flaw | None = None


@dataclass
class Record:
    """One answer with its unit, before it is checked."""

    rater: str
    doc_ids: Sequence[str]
    data: Mapping[str, Any]
    languages: Sequence[str]
    values: dict[str, Any] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    segment_ids: Sequence[str] = ()
    target_id: str | None = None
    paragraph: int | None = None
    start: int = 0
    stratum: str | None = None
    control: Control | None = None
    prefill: str | None = None
    status: Status = Status.SUBMITTED
    origin: Origin = Origin.HUMAN
    lead_time: float | None = None
    created: str = ""
    updated: str = ""


@dataclass
class Ratings:
    """The units and answers of a file, in its order, and what it says that no row can."""

    scheme: Scheme
    tasks: list[Task]
    annotations: list[Annotation]
    issues: list[Issue] = field(default_factory=list)

    def pairs(self) -> Iterator[tuple[Task, Annotation]]:
        """Yield each answer with its unit."""
        units = {task.key: task for task in self.tasks}
        return ((units[one.key], one) for one in self.annotations)

    def grouped(self) -> Iterator[tuple[Task, Annotation]]:
        """Yield each answer with its unit, in the order of units."""
        place = {task.key: at for at, task in enumerate(self.tasks)}
        ordered = sorted(self.annotations, key=lambda one: place[one.key])
        return ((self.tasks[place[one.key]], one) for one in ordered)

    @property
    def rejects(self) -> list[Issue]:
        """What became no row."""
        return [one for one in self.issues if one.flaw]


class Collector:
    """Makes rows of records; a record that can't be one raises Rejected and leaves nothing behind."""

    def __init__(self, scheme: Scheme, campaign: str = IMPORTED, languages: Sequence[str] = ()) -> None:
        self.scheme, self.campaign, self.languages = scheme, campaign, list(languages)
        self.issues: list[Issue] = []
        self.renamed: Counter[tuple[str, str]] = Counter()
        self._tasks: dict[Place, Task] = {}
        self._annotations: list[Annotation] = []
        self._given: Counter[str] = Counter()
        self._names = list(value_features(scheme))

    def add(self, record: Record) -> None:
        """Check a record and keep it."""
        place = (
            *(tuple(record.doc_ids), tuple(record.segment_ids)),
            *(record.target_id, record.paragraph, record.control),
        )
        task = self._tasks.get(place) or self._task(record)
        if task.data != record.data:
            raise Rejected(Flaw.TEXT_MISMATCH, f"{_named(record)} has another text than in a line before")
        row = self._row(record, task)
        _whole(record, task)
        self._tasks[place] = task
        self._annotations.append(row)

    def tell(self, line: int, cause: str, flaw: Flaw | None = None) -> None:
        """Note what is wrong with a line."""
        self.issues.append(Issue(line, cause, flaw))

    def ratings(self) -> Ratings:
        """Return all that was kept."""
        for (theirs, ours), times in sorted(self.renamed.items()):
            self.tell(1, f"the category '{theirs}' is '{ours}' here: {times} times")
        issues = sorted(self.issues, key=lambda one: one.line)
        return Ratings(self.scheme, list(self._tasks.values()), self._annotations, issues)

    def _task(self, record: Record) -> Task:
        languages = list(record.languages)
        task = task_of(
            self.campaign,
            self.scheme,
            data=dict(record.data),
            doc_ids=list(record.doc_ids),
            languages=languages,
            segment_ids=record.segment_ids,
            target_id=record.target_id,
            paragraph=record.paragraph,
            start=record.start,
        )
        more: dict[str, Any] = {"stratum": record.stratum, "prefill": record.prefill}
        if record.control:
            more |= {"control": record.control, "of": task.key, "key": digest(task.key, record.control)}
        return task.model_copy(update=more)

    def _row(self, record: Record, task: Task) -> Annotation:
        skipped = record.status is Status.SKIPPED
        values = dict.fromkeys(self._names) if skipped else self._values(record)
        spans = [] if skipped else [self._span(span, record) for span in record.spans]
        identity = digest(task.key, record.rater, record.origin)
        self._given[identity] += 1
        # Not validated a second time: all of it is checked by now, and a large file has many answers.
        return Annotation.model_construct(
            _fields_set=ALL,
            annotation_id=digest(identity, self._given[identity]),
            **{name: getattr(task, name) for name in SHARED},
            stale=False,
            deleted=False,
            revisions=1,
            prefilled_by=task.prefill,
            annotator=record.rater,
            origin=record.origin,
            status=record.status,
            values=values,
            spans=spans,
            contradictions=[] if skipped else contradictions(self.scheme, values, spans),
            lead_time=record.lead_time,
            created=record.created,
            updated=record.updated,
        )

    def _values(self, record: Record) -> dict[str, Any]:
        values, _ = parse(self.scheme, results_of(self.scheme, record.values, [], record.data), record.data)
        return values

    def _span(self, span: Span, record: Record) -> Span:
        text = str(record.data.get(f"{span.side}_text", ""))
        if not 0 <= span.start <= span.end <= len(text) or text[span.start : span.end] != span.text:
            told = f"the mark {span.start} to {span.end} of the {span.side} is {text[span.start : span.end]!r}"
            raise Rejected(Flaw.TEXT_MISMATCH, f"{told}, not {span.text!r}")
        return span


ALL = set(Annotation.model_fields)
SHARED = (
    *("key", "payload", "campaign", "doc_ids", "segment_ids", "target_id", "scheme_hash", "guideline_version"),
    *("paragraph", "stratum", "control", "of"),
)


def _named(record: Record) -> str:
    return " ".join([*record.doc_ids[-1:], *record.segment_ids, record.target_id or ""]).strip()


def _whole(record: Record, task: Task) -> None:
    texts = [record.rater, record.created, record.updated, record.stratum or "", repr(task.data)]
    texts += [*record.doc_ids, *record.segment_ids, *record.languages, record.target_id or ""]
    texts += [text for span in record.spans for text in (span.comment, span.holder_name) if text]
    if halves(texts) or halves(list(task.data.values())):
        raise Rejected(Flaw.BAD_VALUE, f"{_named(record)!a} holds half a character")


def halves(texts: Sequence[Any]) -> bool:
    """Tell whether one of some texts holds half a character, which no Parquet file can."""
    try:
        "".join(text for text in texts if isinstance(text, str)).encode()
    except UnicodeEncodeError:
        return True
    return False


def pair_data(scheme: Scheme, texts: Sequence[str], languages: Sequence[str]) -> dict[str, Any]:
    """Return the data of a task with a source and its translation, as the scheme's page needs it."""
    data: dict[str, Any] = {}
    for side, text, language in zip(scheme.sides, texts, languages, strict=True):
        data |= {f"{side}_language": language, f"{side}_before_text": BLANK}
        data |= {f"{side}_text": text, f"{side}_after_text": BLANK}
    return data


def article_data(scheme: Scheme, text: str, target: str | None) -> dict[str, Any]:
    """Return the data of a task with one text, as the scheme's page needs it."""
    data: dict[str, Any] = {"target": target} if target is not None else {}
    if any(isinstance(question, Spans) and question.named for question in scheme.questions):
        data["actors"] = []
    return data | {"title": BLANK, "article_text": text}


def rater_of(name: str) -> tuple[str, Origin]:
    """Return a rater of a file and who that is: the names of simulated ones end so."""
    bare = name.removesuffix(SIMULATED)
    return (bare, Origin.SIMULATED) if bare != name else (name, Origin.HUMAN)


def name_of(one: Annotation) -> str:
    """Return a rater as a file names them."""
    return one.annotator + (SIMULATED if one.origin is Origin.SIMULATED else "")


def pair_of(languages: Sequence[str]) -> list[str]:
    """Return the two languages of a pair, unknown ones as such."""
    known = [*languages, UNKNOWN, UNKNOWN]
    return known[:2]
