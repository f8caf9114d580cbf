"""Ratings of translations: ids of systems and documents, and marks with severity and category."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from annotation.interchange.losses import Rule
from annotation.interchange.rows import Record, pair_data
from annotation.schema import Flaw, Span, Task
from annotation.schemes.answers import Rejected
from annotation.schemes.scheme import Scheme, Spans, Unit, alias_of, value_of

if TYPE_CHECKING:
    from annotation.interchange.formats import Format

SOURCE = "source"
FIELDS = set(Span.model_fields)
SCORE, OTHER = "score", "other"
MOST = 100


class Marks:
    """The questions of a scheme that are marked with a severity, by side."""

    def __init__(self, scheme: Scheme, renamed: Counter[tuple[str, str]] | None = None) -> None:
        self._renamed = Counter() if renamed is None else renamed
        found = [one for one in scheme.questions if isinstance(one, Spans) and one.row == "severity"]
        self._questions = {question.side: question for question in reversed(found)}

    def span(self, side: str, category: str | None, severity: str, place: tuple[int, int, str], **more: Any) -> Span:
        """Return a mark; without a category it is the only label of its question.

        A category that the scheme does not have is its `other`, with the name in the remark. Raises Rejected
        where there is no such label either, or no such severity.
        """
        question = self._questions.get(side)
        label = level = None
        if question:
            only = question.labels[0].value if len(question.labels) == 1 else None
            label = _known(question.labels, category) or value_of(question.labels, OTHER) if category else only
            level = _known(question.rows, severity)
        if not question or not label or not level:
            raise Rejected(Flaw.UNKNOWN_CHOICE, f"the scheme has no place for {category}, {severity} on the {side}")
        if category and _known(question.labels, category) is None:
            more["comment"] = f"{category}: {more['comment']}" if more.get("comment") else category
        if category and (name := alias_of(question.labels, label)).lower() != category.lower():
            self._renamed[category, name] += 1
        start, end, text = place
        where = {"question": question.name, "side": side, "start": start, "end": end, "text": text}
        told: dict[str, Any] = {"holder": None, "holder_name": None, "comment": None, **where, **more}
        return Span.model_construct(_fields_set=FIELDS, **told, label=label, severity=level)

    def category(self, span: Span) -> str | None:
        """Return the category of a mark as others name it; None where there is only one."""
        labels = self._questions[span.side].labels
        return alias_of(labels, span.label) if len(labels) > 1 else None

    def severity(self, span: Span) -> str:
        """Return the severity of a mark as others name it, in small letters where that is their name."""
        return alias_of(self._questions[span.side].rows, span.severity or "")


def _known(options: Sequence[Any], name: str) -> str | None:
    return value_of(options, name) or value_of(options, name.lower())


def misfit(scheme: Scheme, carried: Sequence[str]) -> str | None:
    """Return why a scheme does not fit a format of rated translations that carries some questions."""
    if scheme.unit is not Unit.PAIR:
        return "it does not show a translation with its source"
    marked = [one for one in scheme.questions if isinstance(one, Spans)]
    sides = [one.side for one in marked]
    if "translation" not in sides or len(set(sides)) < len(sides) or any(one.row != "severity" for one in marked):
        return "it wants one question for errors with a severity on each side"
    return unplaced(scheme, carried)


def unplaced(scheme: Scheme, carried: Sequence[str]) -> str | None:
    """Return which question must be answered and has no place in a format."""
    lost = [one.name for one in scheme.questions if getattr(one, "required", False) and one.name not in carried]
    return f"the file has no place for its question '{lost[0]}'" if lost else None


def scored(scheme: Scheme) -> str | None:
    """Return why a scheme does not fit a format whose ratings have a score from 0 to 100."""
    asked = [one for one in scheme.questions if one.type == "number" and one.name == SCORE]
    bounds = [(one.min, one.max) for one in asked]
    return None if bounds == [(0, MOST)] else f"it asks for no number '{SCORE}' from 0 to {MOST}"


def pair_record(
    scheme: Scheme,
    rater: str,
    place: tuple[str, str, str],
    texts: tuple[str, str],
    languages: Sequence[str],
    **more: Any,
) -> Record:
    """Return a record of `place`, which is `(system, doc, segment)`."""
    system, doc, segment = place
    return Record(
        rater=rater,
        doc_ids=[f"{SOURCE}/{doc}", f"{system.replace('/', '_')}/{doc}"],
        segment_ids=[segment],
        data=pair_data(scheme, texts, languages),
        languages=list(languages),
        **more,
    )


def place_of(task: Task | Record) -> tuple[str, str, str]:
    """Return system, document and segment of a unit."""
    system, _, doc = task.doc_ids[-1].partition("/")
    return system, doc, " ".join(task.segment_ids)


def texts_of(task: Task) -> tuple[str, str]:
    """Return source and translation."""
    return str(task.data["source_text"]), str(task.data["translation_text"])


def _documents(record: Record, _scheme: Scheme, _form: "Format") -> Iterable[str]:
    system, doc, _ = place_of(record)
    whole = [f"{SOURCE}/{doc}", f"{system}/{doc}"]
    lost = [one for one in record.doc_ids if one not in whole]
    record.doc_ids = whole
    return lost[:1]


def _segments(record: Record, _scheme: Scheme, _form: "Format") -> Iterable[str]:
    lost = len(record.segment_ids) != 1
    record.segment_ids = [" ".join(record.segment_ids)]
    return [repr(record.segment_ids[0])] if lost else []


NAMES = (Rule("names of source documents", _documents), Rule("ids of several segments", _segments))
