"""Adjudication: who disagrees in what, answers side by side without names, decisions that hold for their text."""

from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from annotation.adjudication import (
    ANSWERS,
    CONFIDENCE,
    PANELS,
    REASON,
    Disagreement,
    adjudication_scheme,
    decisions,
    disagreeing,
    proposals,
    tasks,
)
from annotation.prefill import to_server
from annotation.schema import Annotation, Control, Origin, Status
from annotation.schemes.answers import parse
from annotation.schemes.interface import labelling_page
from annotation.schemes.scheme import Choice, Scheme, Text
from annotation.units import BLANK
from corpus.config import Adjudication
from corpus.files import digest
from tests.annotation.units import ESA, STANCE, answered, article, mark, pair

UNIT, PAIR = article(0), pair(0)
GAP = Adjudication(gap=25, spans=0.5)
EVIDENCE: Any = {"question": "evidence"}


def stance(rater: str, value: str | None, *spans: Any, **changed: Any) -> Annotation:
    return answered(UNIT, rater, {"stance": value}, *spans, **changed)


def score(rater: str, value: float, *spans: Any) -> Annotation:
    return answered(PAIR, rater, {"score": value}, *spans)


def reasons(scheme: Scheme, *rows: Annotation, settings: Adjudication = GAP) -> list[str]:
    found = disagreeing(scheme, settings, rows, [UNIT, PAIR])
    return found[0].reasons if found else []


def test_choices_that_differ() -> None:
    assert reasons(STANCE, stance("a", "favor"), stance("b", "against")) == ["stance: against, favor"]
    assert reasons(STANCE, stance("a", "favor"), stance("b", "favor")) == []


def test_numbers_further_apart_than_the_gap() -> None:
    assert reasons(ESA, score("a", 50), score("b", 75)) == []
    assert reasons(ESA, score("a", 50), score("b", 75.5)) == ["score: 50 to 75.5"]


def test_spans_with_little_in_common() -> None:
    one, other = mark(PAIR, 0, 9), mark(PAIR, 6, 15)
    assert reasons(ESA, score("a", 50, one), score("b", 50, other)) == ["error: F1 0.33"]
    assert reasons(ESA, score("a", 50, one), score("b", 50, other), settings=Adjudication(spans=0.3)) == []
    assert reasons(ESA, score("a", 50, one), score("b", 50)) == ["error: F1 0.00"]


def test_the_same_words_under_another_label_disagree() -> None:
    one, other = (mark(UNIT, 0, 9, label=label, **EVIDENCE) for label in ("favor", "against"))
    rows = [stance("a", "favor", one), stance("b", "favor", other)]
    assert reasons(STANCE, *rows) == ["evidence: F1 0.00"]


@pytest.mark.parametrize(
    "other",
    [
        stance("a", "against"),
        stance("b", None),
        stance("b", None, status=Status.SKIPPED),
        stance("b", "against", stale=True),
        stance("b", "against", deleted=True),
        stance("b", "against", control=Control.REPEAT),
        stance("b", "against", origin=Origin.MODEL),
        answered(UNIT, "b", {"stance": "favor", CONFIDENCE: "low"}),
    ],
    ids=["the same person", "no answer", "skip", "stale", "deleted", "control", "model", "unsure"],
)
def test_what_is_no_disagreement(other: Annotation) -> None:
    first = answered(UNIT, "a", {"stance": "favor", CONFIDENCE: "high"}, updated="2025")
    assert disagreeing(STANCE, GAP, [first, other], [UNIT]) == []


def test_units_come_in_their_order_and_only_present_ones() -> None:
    units = [article(at) for at in range(3)]
    rows = [answered(unit, rater, {"stance": rater}) for unit in units for rater in ("favor", "against")]
    assert [one.key for one in disagreeing(STANCE, GAP, rows, units[:0:-1])] == [units[2].key, units[1].key]


def test_the_scheme_of_the_decision_asks_all_and_how_sure_and_why() -> None:
    asked = adjudication_scheme(ESA)
    assert asked.questions[: len(ESA.questions)] == ESA.questions
    sure, why = asked.questions[len(ESA.questions) :]
    assert (
        isinstance(sure, Choice) and [one.value for one in sure.options] == ["high", "medium", "low"] and sure.required
    )
    assert isinstance(why, Text) and not why.required and (sure.name, why.name) == (CONFIDENCE, REASON)


def test_a_scheme_that_asks_how_sure_asks_it_once_and_wants_an_answer() -> None:
    (own,) = [one for one in STANCE.questions if one.name == CONFIDENCE]
    (asked,) = [one for one in adjudication_scheme(STANCE).questions if one.name == CONFIDENCE]
    assert isinstance(own, Choice) and isinstance(asked, Choice) and asked.required
    assert asked.options == own.options
    assert adjudication_scheme(adjudication_scheme(ESA)) == adjudication_scheme(ESA)


def made(*rows: Annotation) -> Any:
    (task,) = tasks(STANCE, [Disagreement(UNIT.key, [])], rows, [UNIT])
    return task


def test_the_task_shows_the_answers_as_plain_text_without_names() -> None:
    named = mark(UNIT, 4, 9, holder="actor", holder_name="Ann <b>", **EVIDENCE)
    task = made(stance("rater-ann", "favor", named), stance("rater-bob", "against"))
    panels = [task.data[f"answer_{name}_text"] for name in PANELS]
    assert len(panels) == 5 and panels[2:] == [BLANK] * 3
    text = "\n".join(panels)
    assert "rater" not in text and "Ann <b>, favor: “mayor”" in text
    assert "in favour" in text and "against" in text and ": none" in text
    assert task.data["article_text"] == UNIT.data["article_text"], "spans can still be marked"
    assert (task.of, task.key, task.payload) == (
        UNIT.key,
        digest("adjudicate", UNIT.key),
        digest("adjudicate", UNIT.payload),
    )
    assert task.text_hash == digest(task.data) and task.control is None


def test_the_page_shows_a_panel_for_each_letter() -> None:
    page = labelling_page(adjudication_scheme(STANCE), panels=PANELS)
    values = {one.get("value") for one in fromstring(page).iter("Text")}
    assert {f"$answer_{name}_text" for name in PANELS} <= values


def test_letters_are_random_by_unit_and_the_same_each_time() -> None:
    units = [article(at) for at in range(40)]
    rows = [answered(unit, rater, {"stance": rater}) for unit in units for rater in ("favor", "against")]
    asked = [Disagreement(unit.key, []) for unit in units]
    found = tasks(STANCE, asked, rows, units)
    first = ["in favour" in task.data["answer_a_text"] for task in found]
    assert 8 < sum(first) < 32 and found == tasks(STANCE, asked, rows[::-1], units)


def test_more_answers_than_panels() -> None:
    task = made(*(stance(f"r{at}", "favor" if at % 2 else "against") for at in range(8)))
    panels = [task.data[f"answer_{name}_text"] for name in PANELS]
    assert BLANK not in panels and ["more answers" in panel for panel in panels] == [*[False] * 4, True]
    assert panels[-1].endswith("\n\n(3 more answers, not shown here)")
    assert "more answers" not in str(made(*(stance(f"r{at}", "favor") for at in range(5))).data)


def test_a_later_answer_makes_no_new_payload() -> None:
    one, other = (made(stance("a", "favor"), stance("b", "against"), *more) for more in ([], [stance("c", "favor")]))
    assert one.payload == other.payload and one.data != other.data


def test_all_spans_can_be_adopted_once_and_values_that_all_share() -> None:
    same, own = mark(PAIR, 0, 3), mark(PAIR, 4, 9)
    rows = [score("a", 50, same, own), score("b", 50, same)]
    (task,) = tasks(ESA, [Disagreement(PAIR.key, [])], rows, [PAIR])
    found = proposals(ESA, [task], rows)[task.key]
    assert (found.spans, found.values, found.model) == ([same, own], {"score": 50.0}, ANSWERS)
    (sent,) = to_server(adjudication_scheme(ESA), found, task)
    assert parse(ESA, sent["result"], task.data) == ({"score": 50.0}, [same, own])
    other = proposals(ESA, [task], [*rows, score("c", 51)])[task.key]
    assert other.values == {}


def decided(value: str, **changed: Any) -> Annotation:
    task = made(stance("a", "favor"), stance("b", "against"))
    said = {"stance": value, CONFIDENCE: "sure", REASON: "It says so."}
    return answered(task, "judge", said, mark(UNIT, 0, 3, **EVIDENCE), **changed)


def test_a_decision_says_what_and_who_and_when_and_why() -> None:
    rows = [decided("favor", updated="2026-02-02"), decided("against", updated="2026-02-01")]
    one = decisions(STANCE, rows, [UNIT])[UNIT.key]
    assert (one.key, one.payload, one.values["stance"], one.who, one.when) == (
        *(UNIT.key, UNIT.payload, "favor", "judge", "2026-02-02"),
    )
    assert (one.confidence, one.reason, one.origin) == ("sure", "It says so.", "human")
    assert one.spans == [mark(UNIT, 0, 3, **EVIDENCE)] and REASON not in one.values


@pytest.mark.parametrize("changed", [{"deleted": True}, {"status": Status.SKIPPED}, {"key": "other"}])
def test_what_is_no_decision(changed: dict[str, Any]) -> None:
    assert decisions(STANCE, [decided("favor", **changed)], [UNIT]) == {}


def test_a_decision_holds_for_its_text_only() -> None:
    edited = UNIT.model_copy(update={"payload": "new"})
    assert decisions(STANCE, [decided("favor")], [edited]) == {}


def clashing(kind: str) -> Scheme:
    """A scheme that asks for something else under the names of the decision's own questions."""
    looks: Any = {
        "number": {"min": 0, "max": 100},
        "text": {},
        "spans": {"side": "article", "labels": [{"value": "word", "text": "Word"}]},
    }
    names = [name for name in ("confidence", "reason") if (kind, name) != ("text", "reason")]
    asked = [{"type": kind, "name": name, "title": name, **looks[kind]} for name in names]
    given = STANCE.model_dump(by_alias=True)
    questions = [one for one in given["questions"] if one["name"] not in names] + asked
    return Scheme.model_validate(given | {"questions": questions, "checks": []})


@pytest.mark.parametrize("kind", ["number", "text", "spans"])
def test_a_scheme_that_asks_for_something_else_under_these_names(kind: str) -> None:
    scheme = clashing(kind)
    asked = adjudication_scheme(scheme)
    added = asked.questions[len(scheme.questions) :]
    names = {"text": ["decision_confidence", "reason"]}.get(kind, ["decision_confidence", "decision_reason"])
    assert [one.name for one in added] == names and asked.questions[: len(scheme.questions)] == scheme.questions
    assert adjudication_scheme(asked) == asked and fromstring(labelling_page(asked, panels=PANELS))
    values: dict[str, dict[str, Any]] = {
        "number": {"confidence": 70.0, "reason": 3.0},
        "text": {"confidence": "so so"},
        "spans": {},
    }
    own = values[kind]
    task = made(stance("a", "favor"), stance("b", "against"))
    said = answered(task, "judge", {"stance": "favor", **own, names[0]: "high", names[1]: "It says so."})
    one = decisions(scheme, [said], [UNIT])[UNIT.key]
    assert (one.confidence, one.reason) == ("high", "It says so.")
    assert one.values == {"stance": "favor", **own}
