"""What became of predictions, and whether they sway: every span counts once."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.measures.audit import audit, bias, compare
from annotation.prefill import Prediction, Shown
from annotation.schema import Annotation, Control, Span, Status, Task
from tests.annotation.units import ESA, answered, mark, pair

UNITS = [pair(at).model_copy(update={"prefill": "m"}) for at in range(60)]
UNIT = UNITS[0]
PLACES = st.tuples(st.integers(0, 20), st.integers(1, 8), st.sampled_from(["minor", "major"]))


def span(start: int, end: int, **more: Any) -> Span:
    return mark(UNIT, start, end, **more)


def predicted(*spans: Span, unit: Task = UNIT, **values: Any) -> Prediction:
    return Prediction(key=unit.key, payload=unit.payload, model="m", values=values, spans=list(spans))


def shown(*made: Prediction) -> Shown:
    return {(one.key, one.payload): one for one in made}


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (span(0, 5), span(0, 5), "kept"),
        (span(0, 5), span(2, 9), "moved"),
        (span(0, 5), span(0, 5, severity="major"), "relabelled"),
        (span(0, 5), span(4, 9, severity="major"), "relabelled"),
    ],
)
def test_a_prediction_that_is_still_there(old: Span, new: Span, kind: str) -> None:
    found = compare(answered(UNIT, "a", {}, new), predicted(old))
    counts = {name: getattr(found, name) for name in ("kept", "moved", "relabelled", "removed", "added")}
    assert counts == dict.fromkeys(counts, 0) | {kind: 1}
    assert found.unchanged == (kind == "kept")


def test_spans_that_do_not_touch_are_removed_and_added() -> None:
    found = compare(answered(UNIT, "a", {}, span(5, 9)), predicted(span(0, 5)))
    assert (found.removed, found.added, found.moved) == (1, 1, 0)


def test_spans_of_another_text_are_others() -> None:
    found = compare(answered(UNIT, "a", {}, mark(UNIT, 0, 5, question="omission")), predicted(span(0, 5)))
    assert (found.removed, found.added) == (1, 1)


def test_the_best_match_counts_the_equal_one_first() -> None:
    found = compare(answered(UNIT, "a", {}, span(0, 9), span(0, 5)), predicted(span(0, 5), span(5, 9)))
    assert (found.kept, found.moved, found.removed, found.added) == (1, 1, 0, 0)


@given(old=st.lists(PLACES, max_size=6), new=st.lists(PLACES, max_size=6))
def test_counts_add_up(old: list[tuple[int, int, str]], new: list[tuple[int, int, str]]) -> None:
    before, after = ([span(at, at + length, severity=kind) for at, length, kind in one] for one in (old, new))
    found = compare(answered(UNIT, "a", {}, *after), predicted(*before))
    still = found.kept + found.moved + found.relabelled
    assert still + found.removed == len(before) and still + found.added == len(after)
    assert bool(found.unchanged) == (sorted(map(repr, before)) == sorted(map(repr, after)))


def test_values_are_kept_or_changed() -> None:
    found = compare(answered(UNIT, "a", {"score": 70.0, "more": "x"}), predicted(score=70, more="y", none=None))
    assert (found.values_kept, found.values_changed, found.unchanged) == (1, 1, 0)


def test_a_row_for_each_annotator_and_one_for_all() -> None:
    rows = [answered(UNIT, "b", {}, span(0, 5)), answered(UNIT, "a", {}), answered(UNITS[1], "a", {})]
    *each, total = audit(rows, shown(predicted(span(0, 5))))
    assert [(one.annotator, one.answers, one.kept, one.removed) for one in each] == [("a", 1, 0, 1), ("b", 1, 1, 0)]
    assert (total.annotator, total.answers, total.kept, total.removed) == (None, 2, 1, 1)


@pytest.mark.parametrize(
    "changed",
    [
        {"prefilled_by": None},
        {"stale": True},
        {"deleted": True},
        {"control": Control.REPEAT},
        {"status": Status.SKIPPED},
        {"payload": "another text"},
    ],
)
def test_what_was_not_shown_or_does_not_count_is_not_audited(changed: dict[str, Any]) -> None:
    assert audit([answered(UNIT, "a", {}, **changed)], shown(predicted(span(0, 5)))) == []


def campaign(sway: float) -> Iterator[Annotation]:
    """Two answers a unit, one prefilled: its score is `sway` higher, and it has a mark."""
    for at, unit in enumerate(UNITS):
        score = float(50 + at % 7)
        yield answered(unit, "a", {"score": score + sway}, mark(unit, 0, 5))
        yield answered(unit.model_copy(update={"prefill": None}), "b", {"score": score})


ALL = shown(*(predicted(unit=unit) for unit in UNITS))


def test_the_bias_is_the_difference_with_an_interval() -> None:
    found = {one.measure: one for one in bias(ESA, campaign(10), ALL)}
    score = found["score (mean)"]
    assert score.difference == pytest.approx(10) and (score.prefilled_answers, score.blank_answers) == (60, 60)
    assert score.low is not None and score.high is not None and 8 < score.low <= 10 <= score.high < 12
    assert found["error (spans a unit)"].difference == 1
    assert bias(ESA, campaign(10), ALL) == list(found.values()), "the same again"


def test_no_bias_has_zero_in_its_interval() -> None:
    score = next(one for one in bias(ESA, campaign(0), ALL) if one.measure == "score (mean)")
    assert score.low is not None and score.high is not None and score.low <= 0 <= score.high


def test_a_share_without_answers_has_no_difference() -> None:
    rows = [one for one in campaign(10) if one.prefilled_by]
    score = next(one for one in bias(ESA, rows, ALL) if one.measure == "score (mean)")
    assert (score.blank, score.difference, score.low, score.blank_answers) == (None, None, None, 0)


def test_units_without_a_prediction_are_not_compared() -> None:
    few = shown(*(predicted(unit=unit) for unit in UNITS[:10]))
    score = next(one for one in bias(ESA, campaign(10), few) if one.measure == "score (mean)")
    assert (score.prefilled_answers, score.blank_answers) == (10, 10)
