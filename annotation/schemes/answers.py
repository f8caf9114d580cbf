"""Label Studio's results to answers: the only place that reads a region.

Everything is checked against the scheme and the text that was shown; what fails raises `Rejected`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from annotation.schema import Flaw, Span
from annotation.schemes.interface import CHOSEN, TYPED, marks_of
from annotation.schemes.scheme import Choice, Number, Question, Scheme, Spans, Text, side_of
from corpus.features import Features, value

Values = dict[str, str | float | None]
LONGEST_SHOWN = 200


class Rejected(Exception):
    """An annotation that breaks the scheme: a reason and its detail."""

    def __init__(self, reason: Flaw, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def parse(scheme: Scheme, results: Sequence[Any], data: Mapping[str, Any]) -> tuple[Values, list[Span]]:
    """Return `(values, spans)` of one annotation; spans in reading order.

    `data` is the task's data: `data["<side>_text"]` is what the spans are offsets into.
    """
    values: Values = {question.name: None for question in scheme.questions if not isinstance(question, Spans)}
    questions = {question.name: question for question in scheme.questions}
    tags = {f"{one.name}{end}": one for one in scheme.questions if getattr(one, "named", ()) for end in (CHOSEN, TYPED)}
    found: list[tuple[str, Span]] = []
    names: dict[tuple[str, str], str] = {}
    for result in results:
        tag = _id(result.get("from_name")) if isinstance(result, Mapping) else "none"
        if tag in tags:
            names |= _name(tag, result, names)
        elif tag not in questions:
            raise Rejected(Flaw.UNKNOWN_TAG, f"the scheme has no tag {_shown(tag)}")
        elif isinstance(question := questions[tag], Spans):
            found.append((_id(result.get("id")), _span(question, result, data)))
        elif values[tag] is not None:
            raise Rejected(Flaw.REPEATED_ANSWER, f"'{tag}' is answered twice")
        else:
            values[tag] = _value(question, result)
    for name in values:
        if values[name] is None and getattr(questions[name], "required", False):
            raise Rejected(Flaw.MISSING_ANSWER, f"'{name}' has no answer")
    spans = [_named(scheme, span, region, names) for region, span in found]
    return values, sorted(spans, key=lambda span: (span.side, span.start, span.end, span.label))


def results_of(
    scheme: Scheme, values: Mapping[str, Any], spans: Sequence[Span], data: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """Return an answer as Label Studio's results: what `parse` reads back as the same answer.

    Nothing is checked here: `parse` tells whether the answer fits the scheme. A name among the actors
    of `data` is a chosen one, any other one a typed one.
    """
    results: list[dict[str, Any]] = []
    actors = {one.get("alias", one["value"]) for one in (data or {}).get("actors", [])}
    for at, span in enumerate(spans):
        row = span.holder or span.severity
        place = {"start": span.start, "end": span.end, "text": span.text}
        region = {"id": f"r{at}", "to_name": span.side}
        marked = place | {"labels": [f"{row}-{span.label}" if row else span.label]}
        note = {"meta": {"text": [span.comment]}} if span.comment else {}
        results.append(region | {"type": "labels", "from_name": span.question, "value": marked} | note)
        if span.holder_name in actors:
            told = {"type": "choices", "from_name": f"{span.question}{CHOSEN}"}
            results.append(region | told | {"value": place | {"choices": [span.holder_name]}})
        elif span.holder_name:
            told = {"type": "textarea", "from_name": f"{span.question}{TYPED}"}
            results.append(region | told | {"value": place | {"text": [span.holder_name]}})
    given = [question for question in scheme.questions if values.get(question.name) is not None]
    for at, question in enumerate(given, start=len(spans)):
        kind, field, value = _told(question, values[question.name])
        tag = {"type": kind, "from_name": question.name, "to_name": side_of(scheme, question)}
        results.append({"id": f"r{at}"} | tag | {"value": {field: value}})
    return results


def _told(question: Question, value: Any) -> tuple[str, str, Any]:
    if isinstance(question, Choice):
        return "choices", "choices", [value]
    return ("number", "number", value) if isinstance(question, Number) else ("textarea", "text", [value])


def _name(tag: str, result: Mapping[str, Any], names: Mapping[tuple[str, str], str]) -> dict[tuple[str, str], str]:
    """Return the name that a region is given, by tag and region."""
    told = _field(result, "choices" if tag.endswith(CHOSEN) else "text")
    place = (tag, _id(result.get("id")))
    if place in names:
        raise Rejected(Flaw.REPEATED_ANSWER, f"'{tag}' names a mark twice")
    name = _words(tag, told)
    return {place: name} if name else {}


def _named(scheme: Scheme, span: Span, region: str, names: Mapping[tuple[str, str], str]) -> Span:
    # What was typed is more exact than what was chosen. A name that was given before the mark became
    # that of another row is no longer shown, so it does not count.
    name = names.get((f"{span.question}{TYPED}", region)) or names.get((f"{span.question}{CHOSEN}", region))
    if not name or not scheme.is_named(span.question, span.holder):
        return span
    return span.model_copy(update={"holder_name": name})


def _value(question: Choice | Number | Text, result: Mapping[str, Any]) -> str | float | None:
    if isinstance(question, Choice):
        return _choice(question, _field(result, "choices"))
    if isinstance(question, Text):
        return _words(question.name, _field(result, "text"))
    number = _field(result, "number")
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise Rejected(Flaw.BAD_VALUE, f"'{question.name}' is {_shown(number)}, not a number")
    # An endless number, or one that is none, is not within bounds either.
    if not question.min <= number <= question.max:
        bounds = f"{question.min:g} to {question.max:g}"
        raise Rejected(Flaw.BAD_VALUE, f"'{question.name}' is {_shown(number)}, not in {bounds}")
    return float(number)


def _choice(question: Choice, chosen: Any) -> str:
    known = [option.value for option in question.options]
    if not isinstance(chosen, list) or len(chosen) != 1:
        raise Rejected(Flaw.BAD_VALUE, f"'{question.name}' wants one choice, not {_shown(chosen)}")
    if chosen[0] not in known:
        raise Rejected(Flaw.UNKNOWN_CHOICE, f"'{question.name}' has no choice {_shown(chosen[0])}")
    return str(chosen[0])


def _words(name: str, told: Any) -> str | None:
    """Return the words of a box without the blanks around them; None where there are none."""
    if not isinstance(told, list) or len(told) != 1 or not isinstance(told[0], str):
        raise Rejected(Flaw.BAD_VALUE, f"'{name}' wants one text, not {_shown(told)}")
    try:
        told[0].encode()
    except UnicodeEncodeError:
        raise Rejected(Flaw.BAD_VALUE, f"'{name}' holds half a character: {_shown(told[0])}") from None
    return told[0].strip() or None


def _span(question: Spans, result: Mapping[str, Any], data: Mapping[str, Any]) -> Span:
    labels = _field(result, "labels")
    if not isinstance(labels, list) or len(labels) != 1:
        raise Rejected(Flaw.BAD_VALUE, f"'{question.name}' wants one label, not {_shown(labels)}")
    marks = marks_of(question)
    if labels[0] not in list(marks):
        raise Rejected(Flaw.UNKNOWN_CHOICE, f"'{question.name}' has no label {_shown(labels[0])}")
    row, label = marks[labels[0]]
    if result.get("to_name") != question.side:
        raise Rejected(
            Flaw.UNKNOWN_TAG, f"'{question.name}' marks '{question.side}', not {_shown(result.get('to_name'))}"
        )
    start, end = _field(result, "start"), _field(result, "end")
    shown = data.get(f"{question.side}_text")
    if not _is_int(start) or not _is_int(end) or not isinstance(shown, str) or not 0 <= start < end <= len(shown):
        raise Rejected(Flaw.BAD_SPAN, f"'{question.name}' [{_shown(start)}:{_shown(end)}] does not lie in the text")
    marked = shown[start:end]
    told = _field(result, "text")
    # Label Studio writes a line break inside a marked passage as a backslash and an n.
    if told not in (marked, marked.replace("\n", "\\n")):
        is_and_told = f"{_shown(marked)}, the region says {_shown(told)}"
        raise Rejected(Flaw.TEXT_MISMATCH, f"'{question.name}' [{start}:{end}] is {is_and_told}")
    place = {question.row: row.value} if question.row and row else {}
    return Span(
        question=question.name,
        side=question.side,
        start=start,
        end=end,
        text=marked,
        label=label.value,
        comment=_note(question.name, result.get("meta")),
        **place,
    )


def _note(name: str, meta: Any) -> str | None:
    """Return the note that Label Studio's page keeps with a region; its lines may be told one by one."""
    told = meta.get("text") if isinstance(meta, Mapping) else None
    told = [told] if isinstance(told, str) else told or []
    if not isinstance(told, list) or not all(isinstance(line, str) for line in told):
        raise Rejected(Flaw.BAD_VALUE, f"the note at a mark of '{name}' is {_shown(told)}")
    note = "\n".join(told)
    try:
        note.encode()
    except UnicodeEncodeError:
        raise Rejected(Flaw.BAD_VALUE, f"'{name}' holds half a character: {_shown(note)}") from None
    return note or None


def _field(result: Mapping[str, Any], name: str) -> Any:
    value = result.get("value")
    if not isinstance(value, Mapping):
        raise Rejected(Flaw.BAD_VALUE, f"{_shown(result.get('from_name'))} has no value")
    return value.get(name)


def _id(value: Any) -> str:
    return value if isinstance(value, str) else _shown(value)


def _shown(value: Any) -> str:
    """Return a value for a message, whatever it is: half a character is escaped, what is long is cut."""
    try:
        shown = repr(value)
    except (ValueError, RecursionError):  # Python prints no number of more than 4,300 digits
        return f"an endless {type(value).__name__}"
    return shown if len(shown) <= LONGEST_SHOWN else shown[:LONGEST_SHOWN] + "..."


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def value_features(scheme: Scheme) -> Features:
    """Return the Features of `values`: a text for each choice and text, a float for each number."""
    kinds = {Choice: str, Text: str, Number: float}
    return {q.name: value(kinds[type(q)]) for q in scheme.questions if type(q) in kinds}
