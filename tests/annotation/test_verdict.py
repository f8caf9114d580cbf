"""Verdicts: what controls show of an annotator, and who fails."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.controls.figures import Answers, Figures, figures, lower
from annotation.controls.make import Bench
from annotation.controls.verdict import Finding, tutorial_passed, verdict, verdicts_of
from annotation.prefill import Prediction
from annotation.schema import Annotation, Control, Known, Status, Task
from benchmarks.controls import KINDS, WORKS, stances, tally, translations
from corpus.config import Controls
from tests.annotation.units import ESA, STANCE, answered, article, mark, pair

PAIRS = [pair(at) for at in range(80)]
ARTICLES = [article(at) for at in range(60)]
GOLD = {unit.key: Known(key=unit.key, values={"stance": "favor"}) for unit in ARTICLES[:20]}
BENCH = Bench(ESA, Controls(injected=0.2, repeats=0.2), PAIRS, {})
DESK = Bench(STANCE, Controls(repeats=0.1, gold="gold.jsonl", gold_share=0.2, tutorial=4), ARTICLES, GOLD)


def control(kind: Control, unit: Task, bench: Bench = BENCH) -> Task:
    made = bench.control(kind, unit)
    assert made
    return made


def seen(at: int, before: float, now: float, *, rater: str = "a", marked: bool = True) -> list[Annotation]:
    """An original and its copy with an error, both scored."""
    copy, error = control(Control.INJECTED, PAIRS[at]), BENCH.injection(PAIRS[at])
    assert error
    spans = [mark(copy, error.start, error.end - 1)] if marked else []
    return [answered(PAIRS[at], rater, {"score": before}), answered(copy, rater, {"score": now}, *spans)]


def counted(bench: Bench, rows: list[Annotation], rater: str = "a", shown: Any = None) -> Figures:
    return figures(Answers(bench, rows, shown or {}), rater)


def test_who_marks_the_errors_and_scores_them_lower_passes() -> None:
    rows = [row for at in range(6) for row in seen(at, 90 - at, 40 + at)]
    found = counted(BENCH, rows)
    assert (found.injected, found.hits, found.drop) == (6, 6, 45)
    assert found.p is not None and found.p < 0.01
    assert verdict(BENCH, found).verdict is Finding.PASS


def test_who_marks_nothing_and_scores_the_same_fails_with_the_figures_in_the_reason() -> None:
    rows = [row for at in range(6) for row in seen(at, 80 + at, 80 + at, marked=False)]
    told = verdict(BENCH, counted(BENCH, rows))
    assert told.verdict is Finding.FAIL
    assert told.reasons == ["does not see injected errors: 0 of 6 marked, scores 0 lower (p 0.53)"]


def test_a_mark_beside_the_error_is_no_hit() -> None:
    copy, error = control(Control.INJECTED, PAIRS[0]), BENCH.injection(PAIRS[0])
    assert error
    beside = [mark(copy, 0, error.start), mark(copy, error.end, len(error.text))]
    assert counted(BENCH, [answered(copy, "a", {}, *beside)]).hits == 0
    assert counted(BENCH, [answered(copy, "a", {}, mark(copy, 0, error.start + 1))]).hits == 1


def test_few_controls_give_no_verdict() -> None:
    rows = [row for at in range(4) for row in seen(at, 80, 80, marked=False)]
    told = verdict(BENCH, counted(BENCH, rows))
    assert (told.verdict, told.reasons, told.figures.p) == (Finding.TOO_FEW, [], None)


def test_without_an_own_original_that_of_others_counts() -> None:
    _, copy = seen(0, 0, 50)
    others = [answered(PAIRS[0], "b", {"score": 90.0}), answered(PAIRS[0], "c", {"score": 70.0})]
    assert counted(BENCH, [copy, *others]).drop == 30


def test_answers_to_old_texts_and_deleted_or_skipped_ones_do_not_count() -> None:
    _, copy = seen(0, 0, 50)
    for changed in ({"payload": "old"}, {"deleted": True}, {"status": Status.SKIPPED}):
        assert counted(BENCH, [copy.model_copy(update=changed)]).injected == 0


def test_the_test_is_the_published_one() -> None:
    # Two samples of five that do not overlap: 1 of the 252 orders.
    assert lower([(90.0, 40.0), (91.0, 41.0), (92.0, 42.0), (93.0, 43.0), (94.0, 44.0)]) == pytest.approx(1 / 252)
    assert lower([(100.0, 100.0)] * 5) == 1


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=5, max_size=12))
def test_lower_copies_never_raise_the_p(scores: list[tuple[int, int]]) -> None:
    assert lower([(before, now - 5) for before, now in scores]) <= lower([(one, two) for one, two in scores]) + 1e-9


def repeated(first: str, second: str, *, count: int = 10, rater: str = "a") -> list[Annotation]:
    pairs = [(unit, control(Control.REPEAT, unit, DESK)) for unit in ARTICLES[20 : 20 + count]]
    return [
        row
        for unit, copy in pairs
        for row in (answered(unit, rater, {"stance": first}), answered(copy, rater, {"stance": second}))
    ]


def golden(value: str, *, count: int = 10, rater: str = "a", kind: Control = Control.GOLD) -> list[Annotation]:
    copies = [control(kind, unit, DESK) for unit in ARTICLES[:count]]
    return [answered(copy, rater, {"stance": value}) for copy in copies]


def test_agreement_with_oneself() -> None:
    found = counted(DESK, [*repeated("favor", "favor", count=7), *repeated("favor", "against", count=10)[14:]])
    assert (found.repeats, found.choices, found.same) == (10, 10, 7)


def test_scores_and_spans_of_repeats() -> None:
    unit, copy = PAIRS[0], control(Control.REPEAT, PAIRS[0])
    rows = [
        answered(unit, "a", {"score": 80.0}, mark(unit, 0, 6)),
        answered(copy, "a", {"score": 70.0}, mark(copy, 3, 9)),
    ]
    found = counted(BENCH, rows)
    assert (found.gap, found.span_f1) == (10, 0.5) and found.consistency == 0


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([*repeated("favor", "favor"), *golden("favor")], Finding.PASS),
        ([*repeated("favor", "against"), *golden("favor", count=2)], Finding.FAIL),
        ([*repeated("favor", "favor"), *golden("against")], Finding.FAIL),
        ([*repeated("favor", "favor")], Finding.TOO_FEW),
        ([*repeated("favor", "favor", count=2), *golden("favor", count=2)], Finding.TOO_FEW),
    ],
    ids=["steady and right", "unsteady", "wrong", "no gold yet", "few"],
)
def test_verdicts_on_choices(rows: list[Annotation], expected: Finding) -> None:
    assert [one.verdict for one in verdicts_of(DESK, rows)] == [expected]


def test_one_answer_to_all_stands_out_only_against_others_with_the_same_units() -> None:
    kinds = ["favor", "against", "balanced", "discusses"]
    same = [answered(unit, "a", {"stance": "favor"}) for unit in ARTICLES]
    varied = [answered(unit, "b", {"stance": kinds[at % 4]}) for at, unit in enumerate(ARTICLES)]
    told = {one.annotator: one for one in verdicts_of(DESK, [*same, *varied])}
    assert told["a"].reasons == ["gives one answer to nearly all: stance = favor in 60 of 60"]
    assert told["b"].reasons == []
    alike = [answered(unit, "b", {"stance": "favor"}) for unit in ARTICLES]
    assert not any(one.reasons for one in verdicts_of(DESK, [*same, *alike])), "perhaps all are in favour"
    assert not any(one.reasons for one in verdicts_of(DESK, same)), "nobody to compare with"


def test_who_leaves_all_predictions_as_they_are_stands_out_against_others() -> None:
    shown = {
        (unit.key, unit.payload): Prediction(
            key=unit.key, payload=unit.payload, model="m", values={"stance": "favor"}, spans=[]
        )
        for unit in ARTICLES
    }
    units = [unit.model_copy(update={"prefill": "m"}) for unit in ARTICLES]
    copies = [answered(unit, "a", {"stance": "favor"}) for unit in units]
    edits = [answered(unit, "b", {"stance": "against" if at % 2 else "favor"}) for at, unit in enumerate(units)]
    told = {one.annotator: one for one in verdicts_of(DESK, [*copies, *edits], shown)}
    assert told["a"].figures.unchanged == 60 and told["a"].figures.unchanged_others == 0.5
    assert "leaves predictions as they are: 60 of 60" in told["a"].reasons and told["b"].reasons == []


@pytest.mark.parametrize(("right", "expected"), [(4, True), (3, True), (2, False)])
def test_the_tutorial_gate(right: int, expected: bool) -> None:
    rows = golden("favor", count=4, kind=Control.TUTORIAL)
    rows = [*rows[:right], *(one.model_copy(update={"values": {"stance": "against"}}) for one in rows[right:])]
    assert tutorial_passed(DESK, "a", rows) is expected
    assert tutorial_passed(DESK, "a", rows[1:]) is None and tutorial_passed(DESK, "b", rows) is None
    assert tutorial_passed(BENCH, "a", rows) is True, "no tutorial"


def test_a_skipped_tutorial_item_is_a_wrong_one() -> None:
    rows = golden("favor", count=4, kind=Control.TUTORIAL)
    skipped = [one.model_copy(update={"status": Status.SKIPPED, "values": {}}) for one in rows[:2]]
    assert tutorial_passed(DESK, "a", [*skipped, *rows[2:]]) is False


@pytest.mark.parametrize(("score", "at", "right"), [(75.0, 0, True), (74.0, 0, False), (100.0, 20, False)])
def test_a_gold_item_wants_a_score_nearby_and_an_overlap(score: float, at: int, right: bool) -> None:
    unit = PAIRS[0]
    known = Known(key=unit.key, values={"score": 100.0}, spans=[mark(unit, 0, 6)])
    bench = Bench(ESA, Controls(gold="gold.jsonl", gold_share=0.1), PAIRS, {unit.key: known})
    copy = control(Control.GOLD, unit, bench)
    found = counted(bench, [answered(copy, "a", {"score": score}, mark(copy, at, at + 4))])
    assert (found.gold, found.right, found.gold_hits) == (1, int(right), int(at == 0))


@pytest.mark.parametrize(("make", "hits"), [(translations, 0.8), (stances, 0.9)])
def test_bad_annotators_are_caught_and_good_ones_are_not_accused(make: Any, hits: float) -> None:
    """20 campaigns of `benchmarks/controls.py`, which has the figures of 100."""
    counts = tally(make, 20, 100)
    failed = {kind: counts[kind, Finding.FAIL] for kind in (WORKS, *KINDS)}
    total = {kind: sum(counts[kind, finding] for finding in Finding) for kind in failed}
    assert total[WORKS] == 80 and failed[WORKS] <= 2
    assert counts[WORKS, Finding.PASS] >= 0.6 * total[WORKS]
    for kind in KINDS:
        assert failed[kind] >= hits * total[kind], kind
        assert counts[kind, Finding.PASS] <= 1
