"""Label Studio's results to answers: the only place that reads a region.

Everything is checked against the scheme and the text that was shown; what fails raises `Rejected`.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from annotation.schema import Flaw, Span
from annotation.schemes.interface import marks_of
from annotation.schemes.scheme import Choice, Number, Scheme, Spans


class Rejected(Exception):
    """An annotation that breaks the scheme: a reason and its detail."""

    def __init__(self, reason: Flaw, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def parse(
    scheme: Scheme, results: Sequence[Any], data: Mapping[str, Any]
) -> tuple[dict[str, str | float | None], list[Span]]:
    """Return `(values, spans)` of one annotation; spans in reading order.

    `data` is the task's data: `data["<side>_text"]` is what the spans are offsets into.
    """
    values: dict[str, str | float | None] = {
        question.name: None for question in scheme.questions if not isinstance(question, Spans)
    }
    questions = {question.name: question for question in scheme.questions if question.name in values}
    marked = {question.name: question for question in scheme.questions if isinstance(question, Spans)}
    spans = []
    for result in results:
        name = str(result.get("from_name")) if isinstance(result, Mapping) else "none"
        if name in marked:
            spans.append(_span(marked[name], result, data))
        elif name in questions:
            if values[name] is not None:
                raise Rejected(Flaw.REPEATED_ANSWER, f"'{name}' is answered twice")
            values[name] = _value(questions[name], result)
        else:
            raise Rejected(Flaw.UNKNOWN_TAG, f"the scheme has no tag '{name}'")
    for name, question in questions.items():
        if values[name] is None and getattr(question, "required", False):
            raise Rejected(Flaw.MISSING_ANSWER, f"'{name}' has no answer")
    return values, sorted(spans, key=lambda span: (span.side, span.start, span.end, span.label))


def _value(question: Any, result: Mapping[str, Any]) -> str | float:
    if isinstance(question, Choice):
        return _choice(question, _field(result, "choices"))
    number = _field(result, "number")
    if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
        raise Rejected(Flaw.BAD_VALUE, f"'{question.name}' is {number!r}, not a number")
    if not question.min <= number <= question.max:
        raise Rejected(Flaw.BAD_VALUE, f"'{question.name}' is {number:g}, not in {question.min:g} to {question.max:g}")
    return float(number)


def _choice(question: Choice, chosen: Any) -> str:
    known = [option.value for option in question.options]
    if not isinstance(chosen, list) or len(chosen) != 1:
        raise Rejected(Flaw.BAD_VALUE, f"'{question.name}' wants one choice, not {chosen!r}")
    if chosen[0] not in known:
        raise Rejected(Flaw.UNKNOWN_CHOICE, f"'{question.name}' has no choice {chosen[0]!r}")
    return str(chosen[0])


def _span(question: Spans, result: Mapping[str, Any], data: Mapping[str, Any]) -> Span:
    labels = _field(result, "labels")
    if not isinstance(labels, list) or len(labels) != 1:
        raise Rejected(Flaw.BAD_VALUE, f"'{question.name}' wants one label, not {labels!r}")
    marks = marks_of(question)
    if labels[0] not in list(marks):
        raise Rejected(Flaw.UNKNOWN_CHOICE, f"'{question.name}' has no label {labels[0]!r}")
    row, label = marks[labels[0]]
    if result.get("to_name") != question.side:
        raise Rejected(Flaw.UNKNOWN_TAG, f"'{question.name}' marks '{question.side}', not {result.get('to_name')!r}")
    start, end = _field(result, "start"), _field(result, "end")
    shown = data.get(f"{question.side}_text")
    if not _is_int(start) or not _is_int(end) or not isinstance(shown, str) or not 0 <= start < end <= len(shown):
        raise Rejected(Flaw.BAD_SPAN, f"'{question.name}' [{start}:{end}] does not lie in the text")
    marked = shown[start:end]
    told = _field(result, "text")
    # Label Studio writes a line break inside a marked passage as a backslash and an n.
    if told not in (marked, marked.replace("\n", "\\n")):
        raise Rejected(Flaw.TEXT_MISMATCH, f"'{question.name}' [{start}:{end}] is {marked!r}, the region says {told!r}")
    place = {question.row: row.value} if question.row and row else {}
    return Span(
        question=question.name, side=question.side, start=start, end=end, text=marked, label=label.value, **place
    )


def _field(result: Mapping[str, Any], name: str) -> Any:
    value = result.get("value")
    if not isinstance(value, Mapping):
        raise Rejected(Flaw.BAD_VALUE, f"'{result.get('from_name')}' has no value")
    return value.get(name)


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def value_features(scheme: Scheme) -> Any:
    """Return the Features of `values`: a text for each choice, a float for each number."""
    from datasets import Value

    kinds = {Choice: "string", Number: "float64"}
    return {q.name: Value(kinds[type(q)]) for q in scheme.questions if type(q) in kinds}
