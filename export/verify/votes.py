"""What the answers to a unit make of its label: counts, shares, majority, mean, agreement, consensus.

Worked out anew from the released answers, apart from the code that made the labels. What a model of the raters
makes of them (`q_soft`, and `q` from it) can't be told from one unit: there it must be the answer most likely.
"""

import re
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from math import fsum, isclose
from typing import Any

from annotation.answers.labels import ADJUDICATION, MAJORITY
from annotation.measures.aggregation.consensus import consensus
from annotation.schema import Origin, Status
from annotation.schemes.scheme import Choice, Number, Scheme
from corpus.check.findings import short

Row = Mapping[str, Any]
SPANS = ("spans", "consensus_spans", "adjudicated_spans")
FREE = {"holder", "holder_name", "severity", "comment"}  # what a mark may lack
NEAR = 1e-9
TIME = r"^(\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)?$"  # ISO 8601, where it is known


def counted(given: Sequence[Row]) -> tuple[list[Row], int]:
    """Return the newest answer of each annotator that is no skip, and how many are skips."""
    newest = {str(one["annotator"]): one for one in sorted(given, key=lambda one: str(one["updated"]))}
    answers = [one for one in newest.values() if one["status"] == Status.SUBMITTED]
    return answers, len(newest) - len(answers)


def whole(scheme: Scheme, row: Row, *, textless: bool) -> Iterator[str]:
    """No list, share or mark of a label or an answer lacks a value, and each mark has a side and a length."""
    free = {*FREE, *(["text"] if textless else [])}
    # An answer may leave questions open.
    for name in [name for name, value in row.items() if name != "values" and _hollow(value, free)]:
        yield f"no value in a part of '{name}'"
        return
    for span in (span for name in SPANS for span in row.get(name) or []):
        start, end, side = span["start"], span["end"], span["side"]
        if side not in scheme.sides or not 0 <= start < end:
            yield f"a span is {side}[{start}:{end}]"


def votes(scheme: Scheme, label: Row, answers: Sequence[Row]) -> Iterator[str]:
    """Shares, agreement and values of each question are those of the released answers."""
    for question in scheme.questions:
        name = question.name
        given = [value for one in answers if (value := (one["values"] or {}).get(name)) is not None]
        if isinstance(question, Choice):
            yield from _shares(name, [option.value for option in question.options], label, given)
        elif isinstance(question, Number) and sorted(label[f"{name}_values"] or []) != sorted(given):
            yield f"{name}_values are {short(label[f'{name}_values'])}, the answers {short(sorted(given))}"


def chosen(scheme: Scheme, label: Row, answers: Sequence[Row]) -> Iterator[str]:
    """The label of each question is the majority, the mean, or what its model finds most likely; a tie has none."""
    for question in scheme.questions:
        name = question.name
        if isinstance(question, Choice):
            names = [option.value for option in question.options]
            yield from _choice(name, names, label)
        elif isinstance(question, Number) and not label["adjudicated"]:
            given = [value for one in answers if (value := (one["values"] or {}).get(name)) is not None]
            due = fsum(given) / len(given) if given else None
            if not _near(label[name], due):
                yield f"{name} is {label[name]}, the mean of the answers {due}"


def counts(label: Row, answers: Sequence[Row], skips: int) -> Iterator[str]:
    """`annotators`, `skips` and `origin` are those of the released answers."""
    if (label["annotators"], label["skips"]) != (len(answers), skips):
        told = f"{label['annotators']} annotators and {label['skips']} skips"
        yield f"{told}, where {len(answers)} answers and {skips} skips are released"
    origins = {one["origin"] for one in answers}
    due = origins.pop() if len(origins) == 1 else Origin.MIXED
    if not label["adjudicated"] and label["origin"] != due:
        yield f"origin {short(label['origin'])}, its answers are {short(str(due))}"


def decided(label: Row, aggregation: str) -> Iterator[str]:
    """A label is by its campaign's aggregation, or says by whom and when it was adjudicated."""
    told = [label[name] for name in ("adjudicated_by", "adjudicated_at", "adjudication_confidence")]
    if label["adjudicated"] != (label["method"] == ADJUDICATION):
        yield f"adjudicated is {label['adjudicated']}, the method {short(label['method'])}"
    elif not label["adjudicated"] and label["method"] != aggregation:
        yield f"the method is {short(label['method'])}, that of its campaign {short(aggregation)}"
    elif label["adjudicated"] and (None in told[:2] or not re.search(TIME, label["adjudicated_at"])):
        yield f"adjudicated, but by {short(told[0])} at {short(told[1])}"
    elif not label["adjudicated"] and (any(told) or label["adjudication_reason"] or label["adjudicated_spans"]):
        yield "has parts of an adjudication, and is not adjudicated"


def marks(scheme: Scheme, label: Row, answers: Sequence[Row], *, textless: bool) -> Iterator[str]:
    """`consensus_spans` are what more than half of the released answers mark."""
    given = [one["spans"] or [] for one in answers]
    texts = {side: label[f"{side}_text"] or "" for side in scheme.sides}
    textless = textless and None in (label[f"{side}_text"] for side in scheme.sides)
    due = consensus(given, texts) if any(given) else []
    found = label["consensus_spans"] or []
    if list(map(_mark(textless), found)) != list(map(_mark(textless), due)):
        yield f"consensus_spans are {_places(found)}, the answers agree on {_places(due)}"


def covers(label: Row, spans: Sequence[Row], *, textless: bool) -> Iterator[str]:
    """Each span of a label and of its answers covers its text."""
    for span in spans:
        start, end, side = span["start"], span["end"], span["side"]
        if textless and None in (label[f"{side}_text"], span["text"]):
            continue
        if (found := (label[f"{side}_text"] or "")[start:end]) != span["text"]:
            yield f"{side}[{start}:{end}] is {short(found)}, the span says {short(span['text'])}"


def _shares(name: str, names: list[str], label: Row, given: list[Any]) -> Iterator[str]:
    tally, total = Counter(given), len(given)
    told = label[f"{name}_distribution"] or {}
    for option in names:
        due = tally[option] / total if total else 0.0
        if not _near(told.get(option), due):
            yield f"{name}_distribution has {option} {told.get(option)}, the answers {due:g}"
            break
    agreeing = sum(count * (count - 1) for count in tally.values())
    due_agreement = agreeing / (total * (total - 1)) if total > 1 else None
    if not _near(label[f"{name}_agreement"], due_agreement):
        yield f"{name}_agreement is {label[f'{name}_agreement']}, that of the answers {due_agreement}"


def _choice(name: str, names: list[str], label: Row) -> Iterator[str]:
    soft, code = label[f"{name}_soft"] or {}, label[name]
    if code is not None and not 0 <= code < len(names):
        yield f"{name} is {code}, of {len(names)} classes"
        return
    total = fsum(value or 0.0 for value in soft.values())
    if not (isclose(total, 1, abs_tol=1e-6) or total == 0) or any(not 0 <= (one or 0) <= 1 for one in soft.values()):
        yield f"{name}_soft adds up to {total:g}"
    if label["method"] == MAJORITY and soft != label[f"{name}_distribution"]:
        yield f"{name}_soft differs from {name}_distribution under a majority"
    if label["adjudicated"]:
        return
    most = max(soft.values(), default=0.0) or 0.0
    leaders = [option for option in names if most > 0 and _near(soft.get(option), most)]
    found = None if code is None else names[code]
    if len(leaders) == 1 and found != leaders[0]:
        yield f"{name} is {found or 'no label'}, the most likely answer {leaders[0]}"
    elif len(leaders) != 1 and found is not None and (label["method"] == MAJORITY or found not in leaders):
        yield f"{name} is {found}, where the answers tie or none is there"


def _mark(textless: bool) -> Any:
    left_out = {"comment", *(["text"] if textless else [])}
    return lambda span: {name: value for name, value in span.items() if name not in left_out}


def _places(spans: Sequence[Row]) -> str:
    return short([f"{one['side']}[{one['start']}:{one['end']}] {one['label']}" for one in spans])


def _hollow(value: Any, free: Container[str]) -> bool:
    if isinstance(value, list):
        return any(one is None or _hollow(one, free) for one in value)
    if isinstance(value, dict):
        return any(_hollow(one, free) if one is not None else name not in free for name, one in value.items())
    return False


def _near(left: float | None, right: float | None) -> bool:
    if left is None or right is None:
        return left is right
    return isclose(left, right, abs_tol=NEAR)
