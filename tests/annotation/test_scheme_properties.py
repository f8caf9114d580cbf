"""Any scheme and any answer: page, parser and file say the same, and the checks find what they name."""

import json
import tomllib
from collections import Counter
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.schema import Span
from annotation.schemes.answers import Rejected, parse, results_of, value_features
from annotation.schemes.checks import contradictions, paths_of
from annotation.schemes.interface import key_of, labelling_page, mark_name, rows_of
from annotation.schemes.keys import NAME_KEYS, TAKEN
from annotation.schemes.scheme import SIDES, Choice, Number, Scheme, Spans, Text, side_of
from corpus.toml import check

# XML has no control characters and no half characters; a data set has neither.
WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=12).filter(str.strip)
NAMES = st.sampled_from(
    ["a", "b_", "c9", "none", "name", "typed", "value", "choices", "text", "number", "labels", "sort"]
)
COLORS = st.sampled_from(["#1e8e5a", "#dc4a2a"])
FREE = sorted({f"{m}{key}" for m in ("", "shift+", "alt+") for key in "abdefhilmnopqrstvwxyz0"} - TAKEN)
TEXT = "Für 👩🏽‍⚖️ „Schön“ e\u0301 said\r\nthe mayor.\n\nשלום عليكم 東京 <b>&amp;</b>"


@st.composite
def options(draw: Any, least: int) -> list[dict[str, Any]]:
    values = draw(st.lists(NAMES, min_size=least, max_size=4, unique=True))
    return [{"value": value, "text": draw(WORDS)} | draw(looks()) for value in values]


def looks() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={"color": COLORS, "hint": WORDS})


@st.composite
def spans_question(draw: Any, name: str, side: str) -> dict[str, Any]:
    labels = draw(options(1))
    question: dict[str, Any] = {"type": "spans", "name": name, "title": draw(WORDS), "side": side, "labels": labels}
    if kind := draw(st.sampled_from([None, "holder", "severity"])):
        question |= {"row": kind, "rows": draw(options(1))}
        if kind == "holder":
            rows = [row["value"] for row in question["rows"]]
            question["named"] = draw(st.lists(st.sampled_from(rows), unique=True, max_size=2))
    return question


@st.composite
def schemes(draw: Any) -> Scheme:
    unit = draw(st.sampled_from(sorted(SIDES)))
    questions: list[dict[str, Any]] = []
    for at, name in enumerate(draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))):
        kind = "choice" if at == 0 else draw(st.sampled_from(["spans", "choice", "number", "text"]))
        question = {"type": kind, "name": name, "title": draw(WORDS)}
        if kind == "spans":
            question = draw(spans_question(name, draw(st.sampled_from(SIDES[unit]))))
        elif kind == "choice":
            question |= {"options": draw(options(2)), "required": draw(st.booleans())}
        elif kind == "number":
            low, size = draw(st.integers(-9, 9)), draw(st.integers(1, 100))
            question |= {"min": low, "max": low + size, "required": draw(st.booleans())}
        else:
            question |= {"lines": draw(st.integers(1, 5)), "required": draw(st.booleans())}
        questions.append(question)
    keyed(draw, questions)
    head = {"id": "any", "version": "1", "unit": unit, "title": draw(WORDS), "guideline": draw(WORDS)}
    return check(head | {"questions": questions, "checks": draw(checks(questions))}, Scheme, where="test")


def keyed(draw: Any, questions: list[dict[str, Any]]) -> None:
    """Give keys to some questions: spans with a word for each row, choices with one for each option."""
    first = draw(st.integers(0, len(FREE) - 1))
    free = FREE[first:] + FREE[:first]
    for question in questions:
        if question["type"] == "choice" and draw(st.booleans()):
            for option in question["options"]:
                option["key"] = free.pop()
        elif question["type"] == "spans" and len(question.get("rows", [1])) <= 3 and draw(st.booleans()):
            letters = "cgjk"[: len(question["labels"])]
            if not any(other.get("keys") for other in questions):
                rows = len(question.get("rows", [1]))
                question["keys"] = [f"{start}{letters}" for start in ("", "shift+", "shift+alt+")[:rows]]


@st.composite
def checks(draw: Any, questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = []
    for question in questions:
        name = question["name"]
        if question["type"] == "choice":
            values = [option["value"] for option in question["options"]]
            rules.append({"with": {name: draw(st.lists(st.sampled_from(values), min_size=1, unique=True))}})
            rules.append({"blank": [name]})
        elif question["type"] == "number":
            bound = draw(st.integers(question["min"], question["max"]))
            rules += [{"below": {name: bound}}, {"above": {name: bound}}]
        elif question["type"] == "spans":
            rules += [{"spans": [name]}, {"without": [name]}]
            rules += [{"unnamed": name}] if question.get("named") else []
    chosen = draw(st.lists(st.sampled_from(rules), max_size=3)) if rules else []
    return [{"id": f"rule-{at}", "text": "Told."} | rule for at, rule in enumerate(chosen)]


@st.composite
def answers(draw: Any, scheme: Scheme) -> tuple[dict[str, Any], list[Span]]:
    values: dict[str, Any] = {}
    spans: list[Span] = []
    for question in scheme.questions:
        if isinstance(question, Spans):
            spans += draw(st.lists(span_of(scheme, question), max_size=3))
        elif not question.required and draw(st.booleans()):
            values[question.name] = None
        elif isinstance(question, Choice):
            values[question.name] = draw(st.sampled_from([option.value for option in question.options]))
        elif isinstance(question, Number):
            values[question.name] = draw(st.floats(question.min, question.max))
        elif isinstance(question, Text):
            values[question.name] = draw(WORDS).strip()
    return values, sorted(spans, key=lambda span: (span.side, span.start, span.end, span.label))


@st.composite
def span_of(draw: Any, scheme: Scheme, question: Spans) -> Span:
    start = draw(st.integers(0, len(TEXT) - 1))
    end = draw(st.integers(start + 1, len(TEXT)))
    row = draw(st.sampled_from(rows_of(question)))
    told: dict[str, Any] = {question.row: row.value} if question.row and row else {}
    if scheme.is_named(question.name, row.value if row else None):
        told["holder_name"] = draw(st.none() | WORDS.map(str.strip) | st.sampled_from(["Ada", "Bo"]))
    told["comment"] = draw(st.none() | WORDS)
    label = draw(st.sampled_from(question.labels)).value
    place = {"question": question.name, "side": question.side, "start": start, "end": end, "text": TEXT[start:end]}
    return Span(**place, label=label, **told)


def data_of(scheme: Scheme) -> dict[str, Any]:
    return {f"{side}_text": TEXT for side in scheme.sides} | {"actors": [{"value": "Ada"}]}


ANY = settings(suppress_health_check=[HealthCheck.too_slow], max_examples=50)


@ANY
@given(scheme=schemes())
def test_the_page_has_every_label_and_choice_once(scheme: Scheme) -> None:
    page = fromstring(labelling_page(scheme, panels=("a",)))
    labels = Counter((tag.get("alias"), tag.get("value"), tag.get("hotkey")) for tag in page.iter("Label"))
    wanted = [
        (mark_name(row, label), f"{row.text} {label.text}" if row else label.text, key_of(question, at, place))
        for question in scheme.questions
        if isinstance(question, Spans)
        for at, row in enumerate(rows_of(question))
        for place, label in enumerate(question.labels)
    ]
    assert labels == Counter(wanted)
    choices = [(tag.get("alias"), tag.get("value"), tag.get("hotkey")) for tag in page.iter("Choice")]
    assert choices == [
        (option.value, option.text, option.key)
        for question in scheme.questions
        if isinstance(question, Choice)
        for option in question.options
    ]
    names = [name for tag in page.iter() if (name := tag.get("name"))]
    assert len(names) == len(set(names))
    texts = {tag.get("name") for tag in page.iter("Text")}
    assert all(tag.get("toName") in texts for tag in page.iter() if tag.get("toName"))
    to_names = {tag.get("name"): tag.get("toName") for tag in page.iter() if tag.get("toName")}
    assert all(to_names[question.name] == side_of(scheme, question) for question in scheme.questions)


@ANY
@given(scheme=schemes(), draw=st.data())
def test_an_answer_to_results_and_back_is_itself(scheme: Scheme, draw: st.DataObject) -> None:
    values, spans = draw.draw(answers(scheme))
    results = json.loads(json.dumps(results_of(scheme, values, spans, data_of(scheme))))
    assert parse(scheme, results, data_of(scheme)) == (values, spans)
    assert set(values) == set(value_features(scheme))
    regions = [result["id"] for result in results if result["type"] == "labels"]
    assert len(regions) == len(set(regions)) == len(spans)


@ANY
@given(scheme=schemes(), draw=st.data())
def test_the_checks_find_what_they_name_and_nothing_else(scheme: Scheme, draw: st.DataObject) -> None:
    values, spans = draw.draw(answers(scheme))
    found = contradictions(scheme, values, spans)
    assert found == [rule.id for rule in scheme.checks if broken(scheme, rule.model_dump(by_alias=True), values, spans)]


def broken(scheme: Scheme, rule: dict[str, Any], values: dict[str, Any], spans: list[Span]) -> bool:
    """What a check means, said once more: each test rule has one condition."""
    marked = [span.question for span in spans]
    if rule["with"]:
        ((name, wanted),) = rule["with"].items()
        return values[name] in wanted
    if rule["below"] or rule["above"]:
        ((name, bound),) = (rule["below"] or rule["above"]).items()
        number = values[name]
        return number is not None and bool(number < bound if rule["below"] else number > bound)
    if rule["unnamed"]:
        return any(s.holder_name is None and scheme.is_named(s.question, s.holder) for s in spans)
    if rule["blank"]:
        return values[rule["blank"][0]] is None
    return rule["spans"][0] in marked if rule["spans"] else rule["without"][0] not in marked


@ANY
@given(scheme=schemes())
def test_a_scheme_to_a_file_and_back_is_itself(scheme: Scheme) -> None:
    told = scheme.model_dump(by_alias=True, exclude_none=True, mode="json")
    file = "".join(f"{name} = {toml(value)}\n" for name, value in told.items())
    again = check(tomllib.loads(file), Scheme, where="test")
    assert again == scheme and again.hash == scheme.hash
    other = check(told | {"checks": []}, Scheme, where="test")
    assert other.hash == scheme.hash and other.guideline_hash == scheme.guideline_hash


def toml(value: Any) -> str:
    """A value as TOML writes it on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {toml(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(one) for one in value) + "]"
    return json.dumps(value, ensure_ascii=False)


@ANY
@given(scheme=schemes(), draw=st.data())
def test_a_result_with_one_thing_wrong_is_rejected(scheme: Scheme, draw: st.DataObject) -> None:
    values, spans = draw.draw(answers(scheme))
    results = results_of(scheme, values, spans, data_of(scheme))
    if not results:
        return
    wrong = draw.draw(st.sampled_from(range(len(results))))
    harm: dict[str, Any] = draw.draw(st.sampled_from([{"from_name": "nobody-name"}, {"value": None}, {"value": {}}]))
    with pytest.raises(Rejected):
        parse(scheme, [*results[:wrong], results[wrong] | harm, *results[wrong + 1 :]], data_of(scheme))


def test_the_paths_of_a_span_are_those_that_a_check_may_name() -> None:
    span = Span(question="error", side="article", start=0, end=1, text="F", label="sense", severity="minor")
    assert paths_of(span) == ("error", "error/minor", "error/minor/sense")
    assert set(NAME_KEYS).isdisjoint(TAKEN)
