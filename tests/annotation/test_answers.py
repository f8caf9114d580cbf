"""Results of Label Studio to answers: right ones come through whole, all others are rejected."""

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.schemes import built_in, load
from annotation.schemes.answers import Rejected, parse, value_features
from annotation.schemes.scheme import Choice, Number, Scheme
from annotation.simulate import answer
from annotation.units import _task

TEXT = "Für 👩🏽‍⚖️ „Schön“ e\u0301 said\r\nthe mayor.\n\nשלום عليكم 東京"
DATA = {"article_text": TEXT, "source_text": TEXT, "translation_text": TEXT[::-1], "target": "?"}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
SCHEMES = [load(name, Path()) for name in built_in()]
NAMES = st.sampled_from(["evidence", "stance", "score", "error", "omission"])


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.id)
@given(seed=st.integers())
def test_what_the_page_can_say_comes_back_as_said(scheme: Scheme, seed: int) -> None:
    task = _task("test", scheme, data=DATA, doc_ids=["a", "b"], languages=["de"])
    result = answer(scheme, task, lambda _task, _question: None, 0.5, random.Random(seed))
    values, spans = parse(scheme, result, DATA)
    assert set(values) == set(value_features(scheme))
    told = [
        (one["from_name"], one["value"]["labels"], one["value"]["start"], one["value"]["end"], one["value"]["text"])
        for one in result
        if "start" in one["value"]
    ]
    found = [(s.question, [f"{s.holder or s.severity}-{s.label}"], s.start, s.end, s.text) for s in spans]
    assert sorted(found) == sorted(told)
    for span in spans:
        assert DATA[f"{span.side}_text"][span.start : span.end] == span.text


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.id)
@given(
    results=st.lists(
        JSON
        | st.fixed_dictionaries({"from_name": NAMES | JSON, "to_name": JSON, "value": JSON})
        | st.fixed_dictionaries(
            {
                "from_name": NAMES,
                "to_name": st.sampled_from(["article", "source", "translation"]),
                "value": st.dictionaries(
                    st.sampled_from(["start", "end", "text", "labels", "choices", "number"]),
                    JSON | st.lists(st.sampled_from(["actor-favor", "minor-error", "major-omission"]), max_size=2),
                ),
            }
        ),
        max_size=4,
    )
)
def test_any_other_result_is_rejected_never_a_crash(scheme: Scheme, results: list[Any]) -> None:
    try:
        values, spans = parse(scheme, results, DATA)
    except Rejected as flaw:
        assert flaw.detail
        return
    for question in scheme.questions:
        if isinstance(question, Choice):
            assert values[question.name] in [option.value for option in question.options]
        elif isinstance(question, Number):
            assert question.min <= float(values[question.name] or 0) <= question.max
    for span in spans:
        assert DATA[f"{span.side}_text"][span.start : span.end] == span.text


@pytest.mark.parametrize("number", [-1, 101, True, "50", None, float("nan"), float("inf")])
def test_a_score_out_of_bounds_is_rejected(number: object) -> None:
    scheme = load("translation-esa", Path())
    result = [{"from_name": "score", "to_name": "translation", "type": "number", "value": {"number": number}}]
    with pytest.raises(Rejected):
        parse(scheme, result, DATA)
