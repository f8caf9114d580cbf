"""What annotators made of the predictions they were shown, and whether the showing swayed them.

Spans are matched one to one: equal ones first, then by most shared characters, the same label before
another. The bias compares answers to prefilled units with answers to units left blank on purpose.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from statistics import fmean

from annotation.answers.newest import counted
from annotation.prefill import Prediction, Shown
from annotation.schema import Annotation, Span
from annotation.schemes.scheme import Choice, Number, Scheme, Spans
from corpus.schema import Row

RESAMPLES = 2_000
Measure = Callable[[Annotation], float | None]


class Audited(Row):
    """What one annotator, or all (None), made of the predictions shown.

    Predicted spans are `kept + moved + relabelled + removed`, given ones
    `kept + moved + relabelled + added`; `unchanged` counts answers that are the prediction itself.
    """

    annotator: str | None
    answers: int = 0
    unchanged: int = 0
    kept: int = 0
    moved: int = 0
    relabelled: int = 0
    removed: int = 0
    added: int = 0
    values_kept: int = 0
    values_changed: int = 0


class Bias(Row):
    """A mean over prefilled answers, over blank ones, and their difference with a 95 % interval.

    The interval is a bootstrap over units; None where a side has no answer.
    """

    measure: str
    prefilled: float | None
    blank: float | None
    difference: float | None
    low: float | None
    high: float | None
    prefilled_answers: int
    blank_answers: int


def audit(annotations: Iterable[Annotation], shown: Shown) -> list[Audited]:
    """Return one row for each annotator who was shown predictions, and a last one for all."""
    counts: dict[str, list[Audited]] = defaultdict(list)
    for one in counted(annotations):
        prediction = shown.get((one.key, one.payload))
        if one.prefilled_by and prediction:
            counts[one.annotator].append(compare(one, prediction))
    rows = [_sum(name, found) for name, found in sorted(counts.items())]
    return [*rows, _sum(None, rows)] if rows else []


def bias(scheme: Scheme, annotations: Iterable[Annotation], shown: Shown) -> list[Bias]:
    """Return how answers differ between the prefilled and the blank share, by question.

    Only units with a prediction are compared: what a model leaves out may be harder.
    """
    given = [one for one in counted(annotations) if (one.key, one.payload) in shown]
    return [_difference(name, measure, given) for name, measure in _measures(scheme)]


def compare(answer: Annotation, prediction: Prediction) -> Audited:
    """Return what one answer made of its prediction."""
    pairs = _matched(prediction.spans, answer.spans)
    kinds = [_kind(old, new) for old, new in pairs]
    values = {name: value for name, value in prediction.values.items() if value is not None}
    same = sum(answer.values.get(name) == value for name, value in values.items())
    count = {kind: kinds.count(kind) for kind in ("kept", "moved", "relabelled")}
    removed, added = len(prediction.spans) - len(pairs), len(answer.spans) - len(pairs)
    untouched = same == len(values) and len(prediction.spans) == len(answer.spans) == count["kept"]
    return Audited(
        annotator=answer.annotator,
        answers=1,
        unchanged=int(untouched),
        **count,
        removed=removed,
        added=added,
        values_kept=same,
        values_changed=len(values) - same,
    )


def _matched(predicted: Sequence[Span], given: Sequence[Span]) -> list[tuple[Span, Span]]:
    def rank(pair: tuple[int, int]) -> tuple[bool, bool, int, int, int]:
        old, new = predicted[pair[0]], given[pair[1]]
        return old != new, _mark(old) != _mark(new), -_overlap(old, new), *pair

    near = [(i, j) for i, old in enumerate(predicted) for j, new in enumerate(given) if _overlap(old, new) > 0]
    taken: list[tuple[int, int]] = []
    for i, j in sorted(near, key=rank):
        if all(i != one and j != other for one, other in taken):
            taken.append((i, j))
    return [(predicted[i], given[j]) for i, j in taken]


def _kind(old: Span, new: Span) -> str:
    if old == new:
        return "kept"
    return "moved" if _mark(old) == _mark(new) else "relabelled"


def _mark(span: Span) -> tuple[str | None, ...]:
    return span.label, span.holder, span.holder_name, span.severity


def _overlap(one: Span, other: Span) -> int:
    return min(one.end, other.end) - max(one.start, other.start) if one.question == other.question else 0


def _sum(name: str | None, rows: Sequence[Audited]) -> Audited:
    counted = [column for column in Audited.model_fields if column != "annotator"]
    return Audited(annotator=name, **{column: sum(getattr(row, column) for row in rows) for column in counted})


def _measures(scheme: Scheme) -> Iterator[tuple[str, Measure]]:
    for question in scheme.questions:
        if isinstance(question, Number):
            yield f"{question.name} (mean)", _value(question.name)
        elif isinstance(question, Choice):
            for option in question.options:
                yield f"{question.name} = {option.value} (share)", _share(question.name, option.value)
        elif isinstance(question, Spans):
            yield f"{question.name} (spans a unit)", _count(question.name)


def _value(name: str) -> Measure:
    return lambda one: one.values.get(name)


def _share(name: str, value: str) -> Measure:
    return lambda one: None if one.values.get(name) is None else float(one.values[name] == value)


def _count(name: str) -> Measure:
    return lambda one: float(sum(span.question == name for span in one.spans))


def _difference(name: str, measure: Measure, given: Iterable[Annotation]) -> Bias:
    sides: tuple[dict[str, list[float]], dict[str, list[float]]] = (defaultdict(list), defaultdict(list))
    for one in given:
        value = measure(one)
        if value is not None:
            sides[0 if one.prefilled_by else 1][one.key].append(value)
    means = [fmean([value for unit in side.values() for value in unit]) if side else None for side in sides]
    known = means[0] is not None and means[1] is not None
    low, high = _interval(*sides) if known else (None, None)
    return Bias(
        measure=name,
        prefilled=means[0],
        blank=means[1],
        difference=means[0] - means[1] if means[0] is not None and means[1] is not None else None,
        low=low,
        high=high,
        prefilled_answers=sum(map(len, sides[0].values())),
        blank_answers=sum(map(len, sides[1].values())),
    )


def _interval(
    prefilled: Mapping[str, list[float]], blank: Mapping[str, list[float]]
) -> tuple[float | None, float | None]:
    """Return the bootstrap interval of the difference of means; answers to one unit go together."""
    import numpy as np

    from annotation.measures.bootstrap import interval, ratio

    keys = sorted({*prefilled, *blank})
    columns = np.array(
        [[f(side.get(key, [])) for side in (prefilled, blank) for f in (_total, _number)] for key in keys]
    )
    return interval(
        columns, lambda sums: ratio(sums[:, 0], sums[:, 1]) - ratio(sums[:, 2], sums[:, 3]), rounds=RESAMPLES
    )


def _total(values: Sequence[float]) -> float:
    return float(sum(values))


def _number(values: Sequence[float]) -> float:
    return float(len(values))
