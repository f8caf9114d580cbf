"""Where annotators disagree: the units, a task that shows their answers side by side, the decision.

The answers stand under letters in an order of its own for each unit, so that nobody is known by
theirs. Not covered: the project on the server.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from annotation.answers.newest import counted
from annotation.measures.spans import mean_f1
from annotation.prefill import Prediction
from annotation.schema import Annotation, Origin, Span, Status, Task
from annotation.schemes.scheme import Choice, Number, Option, Scheme, Spans, Text
from annotation.units import BLANK
from corpus.config import Adjudication
from corpus.files import digest
from corpus.schema import Row

CONFIDENCE, REASON = "confidence", "reason"
PANELS = tuple("abcde")
ANSWERS = "answers"  # the name of what can be adopted, where predictions have that of their model


class Disagreement(NamedTuple):
    """A unit, by its key, and why it needs a decision, one reason for each question."""

    key: str
    reasons: list[str]


class Decision(Row):
    """What an adjudicator decided for the unit `key` in the text of `payload`."""

    key: str
    payload: str
    values: dict[str, Any]
    spans: list[Span]
    confidence: str | None
    reason: str | None
    who: str
    origin: Origin
    when: str


def answers_of(annotations: Iterable[Annotation]) -> dict[str, list[Annotation]]:
    """Return by unit what people, or simulated ones, answer at present; of one annotator the newest."""
    found: dict[str, list[Annotation]] = defaultdict(list)
    for one in sorted(counted(annotations), key=lambda one: one.annotator):
        if one.origin in (Origin.HUMAN, Origin.SIMULATED):
            found[one.key].append(one)
    return dict(found)


def disagreeing(
    scheme: Scheme, settings: Adjudication, annotations: Iterable[Annotation], units: Iterable[Task]
) -> list[Disagreement]:
    """Return the units whose answers differ further than the settings allow, in the order of units."""
    answers = answers_of(annotations)
    found = []
    for unit in units:
        given = answers.get(unit.key, [])
        if len(given) > 1 and (reasons := _reasons(scheme, settings, given)):
            found.append(Disagreement(unit.key, reasons))
    return found


def adjudication_scheme(scheme: Scheme) -> Scheme:
    """Return the scheme of the decision: all questions, how sure it is and why.

    A scheme that asks annotators how sure they are asks the same here, and wants an answer.
    """
    sure, why = _names(scheme)
    own = [one.model_copy(update={"required": True}) if one.name == sure else one for one in scheme.questions]
    names = {question.name for question in own}
    levels = [Option(value=level, text=level) for level in ("high", "medium", "low")]
    asked: list[Choice | Text] = [
        Choice(type="choice", name=sure, title="How sure is the decision?", options=levels),
        Text(type="text", name=why, title="Why?", required=False),
    ]
    added = [question for question in asked if question.name not in names]
    fields = {name: value for name, value in scheme if name in Scheme.model_fields}
    return Scheme(**fields | {"questions": [*own, *added]})


def adjudication_key(key: str) -> str:
    """Return the key of the task that decides a unit."""
    return digest("adjudicate", key)


def adjudication_payload(payload: str) -> str:
    """Return the payload of a decision; it moves with the unit, not with the answers."""
    return digest("adjudicate", payload)


def tasks(
    scheme: Scheme, disagreements: Iterable[Disagreement], annotations: Iterable[Annotation], units: Iterable[Task]
) -> list[Task]:
    """Return a task for each unit that needs a decision, with the answers to it under letters.

    `scheme` is the campaign's own.
    """
    asked, known, answers = adjudication_scheme(scheme), {unit.key: unit for unit in units}, answers_of(annotations)
    return [_task(scheme, asked, known[one.key], answers[one.key]) for one in disagreements]


def proposals(scheme: Scheme, tasks: Iterable[Task], annotations: Iterable[Annotation]) -> dict[str, Prediction]:
    """Return what an adjudicator can adopt, by the key of the adjudication's task."""
    answers = answers_of(annotations)
    return {task.key: _proposal(scheme, task, answers.get(task.of or "", [])) for task in tasks}


def _proposal(scheme: Scheme, task: Task, given: Sequence[Annotation]) -> Prediction:
    """Return each distinct span once, and the values that all share."""
    spans: list[Span] = []
    for span in sorted((span for one in given for span in one.spans), key=_place):
        if span not in spans:
            spans.append(span)
    names = [question.name for question in scheme.questions if not isinstance(question, Spans)]
    told = {name: [one.values.get(name) for one in given] for name in names}
    values = {name: said[0] for name, said in told.items() if said and said[0] is not None and set(said) == {said[0]}}
    return Prediction(key=task.key, payload=task.payload, model=ANSWERS, values=values, spans=spans)


def decisions(scheme: Scheme, annotations: Iterable[Annotation], units: Iterable[Task]) -> dict[str, Decision]:
    """Return the newest decision for each unit whose present text it was made for.

    `scheme` is the campaign's own, `annotations` are those of its adjudication.
    """
    known = {(adjudication_key(unit.key), adjudication_payload(unit.payload)): unit for unit in units}
    own = {question.name for question in scheme.questions}
    sure, why = _names(scheme)
    found: dict[str, Decision] = {}
    for one in sorted(annotations, key=lambda one: one.updated):
        unit = known.get((one.key, one.payload))
        if unit and one.status is Status.SUBMITTED and not one.deleted:
            found[unit.key] = Decision(
                key=unit.key,
                payload=unit.payload,
                values={name: value for name, value in one.values.items() if name in own},
                spans=one.spans,
                confidence=one.values.get(sure),
                reason=one.values.get(why),
                who=one.annotator,
                origin=one.origin,
                when=one.updated,
            )
    return found


def _names(scheme: Scheme) -> tuple[str, str]:
    """Return which questions of a decision ask how sure it is and why."""
    return _free(scheme, CONFIDENCE, Choice), _free(scheme, REASON, Text)


def _free(scheme: Scheme, name: str, kind: type[Choice] | type[Text]) -> str:
    # Where the scheme asks for something else under this name, the decision asks under another one.
    while any(one.name == name and not isinstance(one, kind) for one in scheme.questions):
        name = f"decision_{name}"
    return name


def _reasons(scheme: Scheme, settings: Adjudication, given: Sequence[Annotation]) -> list[str]:
    reasons = []
    for question in scheme.questions:
        values = [value for one in given if (value := one.values.get(question.name)) is not None]
        if isinstance(question, Choice) and question.name != CONFIDENCE and len(set(values)) > 1:
            reasons.append(f"{question.name}: {', '.join(sorted(set(values)))}")
        elif isinstance(question, Number) and values and max(values) - min(values) > settings.gap:
            reasons.append(f"{question.name}: {min(values):g} to {max(values):g}")
        elif isinstance(question, Spans):
            marks = [[span for span in one.spans if span.question == question.name] for one in given]
            # Labels count: the same words in favour and against are no agreement.
            f1 = mean_f1(marks, labelled=True)
            if f1 is not None and f1 < settings.spans:
                reasons.append(f"{question.name}: F1 {f1:.2f}")
    return reasons


def _task(scheme: Scheme, asked: Scheme, unit: Task, given: Sequence[Annotation]) -> Task:
    order = random.Random(digest("letters", unit.key)).sample(list(given), len(given))
    panels = [_panel(scheme, one) for one in order[: len(PANELS)]]
    panels += [BLANK] * (len(PANELS) - len(panels))
    if (more := len(order) - len(PANELS)) > 0:
        panels[-1] += f"\n\n({more} more answers, not shown here)"
    data = unit.data | {f"answer_{name}_text": text for name, text in zip(PANELS, panels, strict=True)}
    return unit.model_copy(
        update={
            "key": adjudication_key(unit.key),
            "of": unit.key,
            "payload": adjudication_payload(unit.payload),
            "data": data,
            "text_hash": digest(data),
            "scheme_hash": asked.hash,
            "prefill": None,
        }
    )


def _panel(scheme: Scheme, answer: Annotation) -> str:
    lines = []
    for question in scheme.questions:
        if isinstance(question, Spans):
            spans = sorted((span for span in answer.spans if span.question == question.name), key=_place)
            lines += [f"{question.title}: none"] if not spans else [question.title, *map(_line, spans)]
        else:
            lines.append(f"{question.title}: {_shown(question, answer.values.get(question.name))}")
    return "\n".join(lines)


def _shown(question: Choice | Number | Text, value: Any) -> str:
    if value is None:
        return "no answer"
    if isinstance(question, Choice):
        return next((option.text for option in question.options if option.value == value), str(value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _line(span: Span) -> str:
    marks = (span.holder_name or span.holder, span.severity, span.label)
    return f"- {', '.join(mark for mark in marks if mark)}: “{' '.join(span.text.split())}”"


def _place(span: Span) -> tuple[str, int, int, str]:
    return span.side, span.start, span.end, span.label
