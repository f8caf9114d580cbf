"""Light rows: verdicts, audits and progress say the same of them as of whole ones."""

import random
from pathlib import Path

import pytest

from annotation.answers import pulled
from annotation.campaign import Campaign
from annotation.controls import answered
from annotation.controls.make import Bench
from annotation.controls.verdict import verdicts_of
from annotation.measures.audit import audit, bias
from annotation.measures.progress import progress
from annotation.prefill import Prediction, Shown
from annotation.schema import Annotation, Control, Known, Span, Status, Task
from annotation.schemes.answers import value_features
from corpus.config import Controls
from corpus.errors import WirecopyError
from corpus.features import features, listed, value
from corpus.parquet import write
from tests.annotation import units
from tests.annotation.reports import workspace
from tests.annotation.units import answered as answer

UNITS = [units.pair(at).model_copy(update={"prefill": "m" if at % 3 == 0 else None}) for at in range(90)]
GOLD = {unit.key: Known(key=unit.key, values={"score": 80.0}, spans=[units.mark(unit, 0, 9)]) for unit in UNITS[:30]}
SETTINGS = Controls(repeats=0.2, injected=0.2, gold="gold.jsonl", gold_share=0.1, tutorial=4)
BENCH = Bench(units.ESA, SETTINGS, UNITS, GOLD)
SHOWN: Shown = {
    (unit.key, unit.payload): Prediction(
        key=unit.key, payload=unit.payload, model="m", values={"score": 70.0}, spans=[units.mark(unit, 0, 9)]
    )
    for unit in UNITS[::2]
}


def rows() -> list[Annotation]:
    """Answers of four annotators: to units and controls of every kind, prefilled, blank, old, deleted and skipped."""
    draw, found = random.Random(7), []
    for at, unit in enumerate(UNITS):
        kinds = [None, *(kind for kind in Control if draw.random() < 0.4)]
        tasks = [unit if kind is None else BENCH.control(kind, unit) for kind in kinds]
        for rater in "abcd":
            found += [_row(task, rater, draw, at) for task in tasks if task is not None]
    return found


def _row(task: Task, rater: str, draw: random.Random, at: int) -> Annotation:
    score = {"a": 70.0, "b": 100.0, "c": float(draw.randrange(101)), "d": 60.0 + at % 9}[rater]
    start = 0 if rater == "a" else draw.randrange(20)
    marks = [units.mark(task, start, start + 9)] if draw.random() < 0.8 else []
    changed = {"deleted": True, "stale": True, "status": Status.SKIPPED}
    rare = draw.choice([{name: told} for name, told in changed.items()]) if draw.random() < 0.1 else {}
    day = f"2026-01-{1 + at % 28:02}T10:00:00Z"
    return answer(task, rater, {"score": score}, *marks, created=day, updated=day, lead_time=9.0 + at, **rare)


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    one = workspace(tmp_path / "work")["scores"]
    columns = features(Annotation, values=value_features(one.scheme))
    write(one.folder / "annotations.parquet", (row.model_dump() for row in rows()), columns)
    return one


@pytest.mark.parametrize("shown", [SHOWN, {}], ids=["with predictions", "without"])
def test_verdicts_are_the_same_as_of_whole_rows(shown: Shown, campaign: Campaign) -> None:
    whole, light = list(pulled.annotations(campaign)), list(answered(campaign, shown))
    assert {one.control for one in whole} == {None, *Control}
    told = verdicts_of(BENCH, whole, shown)
    assert verdicts_of(BENCH, light, shown) == told and len(told) == 4
    figures = told[0].figures
    counted = (figures.injected, figures.repeats, figures.gold, figures.span_f1, figures.hits, figures.gold_hits)
    assert all(counted), "every kind of control says something"
    assert bool(figures.prefilled) == bool(shown)
    assert audit(light, shown) == audit(whole, shown) and bool(audit(light, shown)) == bool(shown)
    assert bias(campaign.scheme, light, shown) == bias(campaign.scheme, whole, shown)
    assert progress(light) == progress(whole)


def test_what_is_compared_with_nothing_is_absent_not_empty(campaign: Campaign) -> None:
    light = list(answered(campaign, {}))
    copied = {one.of for one in light}
    for one in light:
        assert hasattr(one, "spans") == (one.control is not None or one.key in copied)
    alone = next(one for one in light if one.key not in copied and one.control is None)
    with pytest.raises(AttributeError):
        _ = alone.spans
    with pytest.raises(AttributeError):
        _ = alone.doc_ids


def test_nothing_is_read_before_the_first_pull(tmp_path: Path) -> None:
    assert list(answered(workspace(tmp_path / "new")["scores"], {})) == []


def test_answers_to_an_older_scheme_are_read(campaign: Campaign) -> None:
    columns = features(Annotation, values={"fluency": value(float)})
    old = answer(UNITS[0], "a").model_dump() | {"values": {"fluency": 3.0}}
    write(campaign.folder / "annotations.parquet", [old], columns)
    assert [one.values for one in answered(campaign, {})] == [{"fluency": 3.0}]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"status": "half"}, "'half' is not a valid Status"),
        ({"control": "trap"}, "'trap' is not a valid Control"),
        ({"values": None}, "no answers by question"),
        ({"annotator": None}, "a row has no 'annotator'"),
        ({"spans": [dict.fromkeys(Span.model_fields)], "control": "gold"}, "a mark has no 'question'"),
    ],
)
def test_a_damaged_file_is_an_error(changed: dict[str, object], told: str, campaign: Campaign) -> None:
    columns = features(Annotation, values=value_features(campaign.scheme))
    write(campaign.folder / "annotations.parquet", [rows()[0].model_dump() | changed], columns)
    with pytest.raises(WirecopyError, match=told) as caught:
        list(answered(campaign, {}))
    assert caught.value.hint == "wirecopy annotation pull" and "annotations.parquet" in str(caught.value)


def test_values_that_are_no_answers_are_an_error(campaign: Campaign) -> None:
    columns = features(Annotation, values=listed(value(str)))
    write(campaign.folder / "annotations.parquet", [rows()[0].model_dump() | {"values": ["a"]}], columns)
    with pytest.raises(WirecopyError, match="no answers by question"):
        list(answered(campaign, {}))
