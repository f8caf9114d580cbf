"""Simulated answers: what any scheme can ask, right at the given rate, always labelled as simulated."""

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.controls.make import Bench
from annotation.controls.verdict import Finding, verdicts_of
from annotation.schema import Control, Origin, Task
from annotation.schemes import built_in, load
from annotation.schemes.answers import parse
from annotation.schemes.scheme import Choice, Scheme, Spans, Text
from annotation.simulate import answer, attentive
from annotation.units import task_of
from corpus.config import Controls
from tests.annotation.units import ESA, STANCE, answered, article, mark, pair

TEXT = "Für 👩🏽‍⚖️ „Schön“ said\r\nthe mayor.\n\nשלום 東京"
DATA: dict[str, Any] = {"article_text": TEXT, "source_text": TEXT, "translation_text": TEXT[::-1], "target": "?"}
SCHEMES = [load(name, Path()) for name in built_in()]


def unknown(task_of: Task, _question: str) -> None:
    return None


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.id)
@given(seed=st.integers(), actors=st.sampled_from([[], [{"value": "Ann"}, {"value": "Bob", "alias": "bob"}]]))
def test_every_scheme_is_answered_whole_and_each_region_says_simulated(scheme: Scheme, seed: int, actors: Any) -> None:
    data = DATA | {"actors": actors}
    task = task_of("test", scheme, data=data, doc_ids=["a"], languages=["de"])
    result = answer(scheme, task, unknown, 0.5, random.Random(seed))
    values, spans = parse(scheme, result, data)
    assert {one["origin"] for one in result} == {Origin.SIMULATED}
    for question in scheme.questions:
        if isinstance(question, Text) and not question.required:
            assert values[question.name] == (None if len(result) > 1 or spans else "simulated")
        elif not isinstance(question, Spans):
            assert values[question.name] is not None
    named = {question.name: question.named for question in scheme.questions if isinstance(question, Spans)}
    for span in spans:
        assert bool(span.holder_name) == (span.holder in named[span.question])
        assert not actors or span.holder_name in (None, "Ann", "bob")


def test_the_truth_is_answered_where_nothing_goes_wrong() -> None:
    unit = pair(0)
    known = {"score": 0.0, "error": [mark(unit, 0, 3)], "omission": []}
    values, spans = parse(ESA, answer(ESA, unit, lambda _, name: known[name], 0, random.Random(1)), unit.data)
    assert spans == known["error"] and values["score"] is not None and values["score"] < 30  # type: ignore[operator]


def test_the_error_rate_is_the_share_of_wrong_choices() -> None:
    units = [article(at) for at in range(300)]
    options = next(one for one in STANCE.questions if isinstance(one, Choice) and one.name == "stance").options
    truth = {one.key: options[at % len(options)].value for at, one in enumerate(units)}
    wrong = sum(
        parse(STANCE, answer(STANCE, one, _truth(truth), 0.2, random.Random(one.key)), one.data)[0]["stance"]
        != truth[one.key]
        for one in units
    )
    assert 0.12 < wrong / len(units) < 0.28


def _truth(stances: dict[str, str]) -> Any:
    return lambda task, question: {"stance": stances[task.key], "evidence": []}.get(question)


def test_a_copy_has_the_same_truth_as_its_unit() -> None:
    unit = article(0)
    copy = unit.model_copy(update={"key": "copy", "of": unit.key, "control": Control.REPEAT})
    first, second = (answer(STANCE, one, unknown, 0, random.Random(at)) for at, one in enumerate((unit, copy)))
    assert first == second


@pytest.mark.parametrize(("sees", "expected"), [(True, Finding.PASS), (False, Finding.FAIL)])
def test_who_is_attentive_sees_the_errors_of_controls(sees: bool, expected: Finding) -> None:
    units = [pair(at) for at in range(80)]
    bench = Bench(ESA, Controls(injected=0.3), units, {})
    blank: Any = {"error": [], "omission": [], "score": 80.0}
    truth = attentive(lambda _, name: blank[name], bench) if sees else lambda _, name: blank[name]
    rows = []
    for task in bench.queue("a", units):
        result = answer(ESA, task, truth, 0.1, random.Random(task.key))
        values, spans = parse(ESA, result, task.data)
        rows.append(answered(task, "a", values, *spans))
    assert [one.verdict for one in verdicts_of(bench, rows)] == [expected]
