"""Results of Label Studio to answers: right ones come through whole, all others are rejected."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.schema import Flaw
from annotation.schemes import built_in, load
from annotation.schemes.answers import Rejected, parse, results_of, value_features
from annotation.schemes.scheme import Choice, Number, Scheme, Text
from tests.annotation.test_scheme_properties import answers, data_of

TEXT = "Für 👩🏽‍⚖️ „Schön“ e\u0301 said\r\nthe mayor.\n\nשלום عليكم 東京"
DATA = {"article_text": TEXT, "source_text": TEXT, "translation_text": TEXT[::-1], "target": "?"}
ANY_TEXT = st.text(max_size=8) | st.text(st.characters(categories=["Cs"]), min_size=1, max_size=2)
HUGE = st.integers(300, 4_000).map(lambda digits: 10**digits)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | HUGE | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=8,
)
SCHEMES = [load(name, Path()) for name in built_in()]
TAGS = ["evidence", "evidence-name", "evidence-typed", "stance", "score", "error", "omission", "comment"]
NAMES = st.sampled_from(TAGS)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.id)
@given(draw=st.data())
def test_what_the_page_can_say_comes_back_as_said(scheme: Scheme, draw: st.DataObject) -> None:
    values, spans = draw.draw(answers(scheme))
    results = results_of(scheme, values, spans, data_of(scheme))
    assert parse(scheme, results, data_of(scheme)) == (values, spans)
    assert set(values) == set(value_features(scheme))


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
                    st.sampled_from(["start", "end", "text", "labels", "choices", "number"]) | ANY_TEXT,
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
        assert flaw.detail.encode()
        return
    for question in scheme.questions:
        value = values.get(question.name)
        if isinstance(question, Choice):
            known = [option.value for option in question.options]
            assert value in (known if question.required else [*known, None])
        elif isinstance(question, Number):
            assert question.min <= float(value or 0) <= question.max
        elif isinstance(question, Text):
            assert value is None or value == str(value).strip() != ""
    for span in spans:
        assert DATA[f"{span.side}_text"][span.start : span.end] == span.text


@pytest.mark.parametrize(
    "number", [-1, 101, True, "50", None, float("nan"), float("inf"), pytest.param(10**400, id="huge")]
)
def test_a_score_out_of_bounds_is_rejected(number: object) -> None:
    scheme = load("translation-esa", Path())
    result = [{"from_name": "score", "to_name": "translation", "type": "number", "value": {"number": number}}]
    with pytest.raises(Rejected):
        parse(scheme, result, DATA)


def test_a_number_that_can_t_be_printed_is_rejected() -> None:
    result = [{"from_name": "score", "to_name": "translation", "type": "number", "value": {"number": 10**5_000}}]
    with pytest.raises(Rejected, match="an endless int"):
        parse(load("translation-esa", Path()), result, DATA)


def region(number: str, row: str = "actor", **place: Any) -> dict[str, Any]:
    value = {"start": 0, "end": 3, "text": "Für", "labels": [f"{row}-favor"]} | place
    return {"id": number, "from_name": "evidence", "to_name": "article", "type": "labels", "value": value}


def named(number: str, tag: str, **value: Any) -> dict[str, Any]:
    return {"id": number, "from_name": f"evidence-{tag}", "to_name": "article", "value": {"start": 0, "end": 3} | value}


STANCE = {"from_name": "stance", "to_name": "article", "type": "choices", "value": {"choices": ["balanced"]}}


@pytest.mark.parametrize(
    ("results", "name"),
    [
        ([named("r", "name", choices=["Ada"])], "Ada"),
        ([named("r", "typed", text=[" Bo \n"])], "Bo"),
        ([named("r", "name", choices=["Ada"]), named("r", "typed", text=["Ada Moor"])], "Ada Moor"),
        ([named("r", "typed", text=["  "])], None),
        ([named("other", "name", choices=["Ada"])], None),
    ],
    ids=["chosen", "typed", "what was typed is more exact", "blanks are no name", "a mark that is gone"],
)
def test_a_name_belongs_to_its_mark(results: list[Any], name: str | None) -> None:
    scheme = load("stance", Path())
    _, (span,) = parse(scheme, [*results, region("r"), STANCE], DATA)
    assert (span.holder, span.holder_name) == ("actor", name)


def test_a_mark_that_became_the_outlet_s_has_no_name() -> None:
    scheme = load("stance", Path())
    _, (span,) = parse(scheme, [region("r", "author"), named("r", "name", choices=["Ada"]), STANCE], DATA)
    assert span.holder_name is None


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (["one", "two"], Flaw.BAD_VALUE),
        ("one", Flaw.BAD_VALUE),
        ([7], Flaw.BAD_VALUE),
        (["half \ud83d"], Flaw.BAD_VALUE),
        (None, Flaw.BAD_VALUE),
    ],
)
def test_a_text_that_is_no_text_is_rejected(told: Any, reason: Flaw) -> None:
    scheme = load("translation-mqm", Path())
    with pytest.raises(Rejected) as caught:
        parse(scheme, [{"from_name": "comment", "to_name": "translation", "value": {"text": told}}], DATA)
    assert caught.value.reason is reason
    with pytest.raises(Rejected):
        parse(load("stance", Path()), [region("r"), named("r", "typed", text=told), STANCE], DATA)


def test_an_answer_without_anything_is_one_where_nothing_is_required() -> None:
    assert parse(load("translation-mqm", Path()), [], DATA) == ({"comment": None}, [])


def test_two_names_from_one_list_are_rejected() -> None:
    twice = [named("r", "name", choices=["Ada"]), named("r", "name", choices=["Bo"])]
    with pytest.raises(Rejected) as caught:
        parse(load("stance", Path()), [region("r"), *twice, STANCE], DATA)
    assert caught.value.reason is Flaw.REPEATED_ANSWER
