"""How far annotators agree: Krippendorff's alpha, and characters that two answers mark alike.

Alpha takes any number of raters and missing values (Krippendorff, "Computing Krippendorff's
Alpha-Reliability", 2011). Not covered yet: ordinal and ratio metrics, intervals, agreement on spans
beyond F1.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import combinations
from math import fsum
from statistics import fmean
from typing import Any, NamedTuple

from annotation.schema import Span

Metric = Callable[[Sequence[Any]], float]
Marked = set[tuple[str, str, int]]


class Alpha(NamedTuple):
    """Alpha over so many units with two values or more, or None and the reason why it is undefined."""

    value: float | None
    units: int
    values: int
    reason: str | None = None


def nominal(values: Sequence[Any]) -> float:
    """Return how many ordered pairs of the values differ."""
    return len(values) ** 2 - sum(count * count for count in Counter(values).values())


def interval(values: Sequence[float]) -> float:
    """Return the sum of squared differences over all ordered pairs of the values."""
    # Around their mean, so that large values lose no digits.
    middle = fmean(values)
    return 2 * len(values) * fsum((value - middle) ** 2 for value in values)


def alpha(table: Iterable[Iterable[Any]], metric: Metric = nominal) -> Alpha:
    """Return Krippendorff's alpha of a table: a row for each unit, its values, None where one is missing.

    `metric` sums the distances over all ordered pairs of a list.
    """
    rows = [[value for value in row if value is not None] for row in table]
    paired = [row for row in rows if len(row) > 1]
    pooled = [value for row in paired for value in row]
    if not paired:
        return Alpha(None, 0, 0, "no unit has two answers")
    expected = metric(pooled) / (len(pooled) - 1)
    if not expected:
        return Alpha(None, len(paired), len(pooled), "all answers are the same")
    observed = fsum(metric(row) / (len(row) - 1) for row in paired)
    return Alpha(1 - observed / expected, len(paired), len(pooled))


def marked(spans: Iterable[Span], *, labelled: bool = False) -> Marked:
    """Return the characters that spans mark, by question; `labelled` tells labels apart."""
    return {(span.question, span.label if labelled else "", at) for span in spans for at in range(span.start, span.end)}


def character_f1(one: Iterable[Span], other: Iterable[Span], *, labelled: bool = False) -> float:
    """Return F1 of the characters that two answers mark; two answers without a mark agree."""
    return f1(marked(one, labelled=labelled), marked(other, labelled=labelled))


def mean_f1(answers: Sequence[Iterable[Span]], *, labelled: bool = False) -> float | None:
    """Return the mean character F1 over all pairs of answers, None for fewer than two."""
    sets = [marked(spans, labelled=labelled) for spans in answers]
    return fmean([f1(one, other) for one, other in combinations(sets, 2)]) if len(sets) > 1 else None


def f1(one: Marked, other: Marked) -> float:
    """Return F1 of two sets; two empty ones agree."""
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 1.0
