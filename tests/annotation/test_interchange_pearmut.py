"""Pearmut: inclusive ends in UTF-16 units, line breaks not counted; the place after the last one is "missing"."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from annotation.interchange import FORMATS, read, write
from annotation.interchange.offsets import Offsets
from annotation.interchange.rows import Collector, Ratings
from annotation.schema import Control, Flaw, Status
from tests.annotation.ratings import scheme_of

TEXT = "Ein\n🚗 Auto."


def mark(start: int, end: int, severity: str = "minor") -> dict[str, Any]:
    return {"start_i": start, "end_i": end, "severity": severity, "category": None}


def answer(*spans: dict[str, Any], score: object = 87) -> dict[str, Any]:
    return {"score": score, "error_spans": list(spans), "textfield": None}


def line(*answers: dict[str, Any], item_i: object = 13, last: str = "submit") -> dict[str, Any]:
    items = [
        {"item_id": f"doc_#_{at}", "src": "A 🚗 car.", "tgt": dict.fromkeys(one, TEXT)}
        for at, one in enumerate(answers)
    ]
    actions = [{"time": 1771315361.894, "action": "load"}, {"time": 1771315367.041, "action": last}]
    return {"annotation": list(answers), "actions": actions, "item": items, "user_id": "a-b-1", "item_i": item_i}


def given(folder: Path, *lines: dict[str, Any]) -> Ratings:
    (folder / "some.jsonl").write_text("".join(json.dumps(one) + "\n" for one in lines))
    return read(folder / "some.jsonl", "pearmut")


def test_a_document_of_two_systems_to_rows_and_back(tmp_path: Path) -> None:
    lines = [
        line({"A": answer(mark(3, 4), mark(11, 11, "major")), "B": answer(mark(2, 5))}, {"A": answer(), "B": answer()}),
        line({"A": answer(score=None)}, item_i="welcome_0", last="submit_skip"),
    ]
    found = given(tmp_path, *lines)
    assert found.issues == [] and len(found.annotations) == 5
    first, second = found.annotations[:2]
    assert [(one.side, one.start, one.end, one.text) for one in first.spans] == [
        ("translation", 4, 5, "🚗"),
        ("source", 0, 0, ""),
    ]
    assert second.spans[0].text == "n\n🚗 " and second.doc_ids == ["source/13", "B/13"]
    assert first.segment_ids == ["doc_#_0"] and first.created == "2026-02-17T08:02:41.894000+00:00"
    last = found.annotations[-1]
    assert last.status is Status.SKIPPED and last.control is Control.TUTORIAL
    write(found, tmp_path / "again.jsonl", "pearmut")
    assert [json.loads(one) for one in (tmp_path / "again.jsonl").read_text().splitlines()] == lines


@pytest.mark.parametrize(
    "offsets",
    [
        Offsets("utf-16", "exclusive", uncounted="\n"),
        Offsets("code points", "inclusive", uncounted="\n"),
        Offsets("utf-16", "inclusive"),
    ],
)
def test_any_other_way_to_count_is_off_by_one(offsets: Offsets, tmp_path: Path) -> None:
    given(tmp_path, line({"A": answer(mark(3, 4), mark(11, 11))}))
    wrong = dataclasses.replace(FORMATS["pearmut"], offsets=offsets)
    into = Collector(scheme_of("pearmut"))
    wrong.read(tmp_path / "some.jsonl", into, wrong)
    assert into.issues or [one.text for one in into.ratings().annotations[0].spans] != ["🚗", ""]


def test_broken_answers_are_told_and_the_others_stay(tmp_path: Path) -> None:
    found = given(
        tmp_path,
        line({"A": answer(mark(3, 12)), "B": answer()}),
        line({"A": answer(mark(3, 4), score=None)}),
        line({"A": answer(score=101)}),
        line({"A": answer({"start_i": 1})}),
        line({"A": answer(mark(1, 2) | {"category": "Weird"})}),
        line({"A": "none"}),
        {"annotation": {"A": answer()}, "user_id": "eve", "item_i": 0},
        line({"A": answer()}) | {"item": []},
    )
    assert [(one.line, one.flaw) for one in found.rejects] == [
        *((1, Flaw.BAD_SPAN), (2, Flaw.MISSING_ANSWER), (3, Flaw.BAD_VALUE), (4, Flaw.BAD_VALUE)),
        *((5, Flaw.UNKNOWN_CHOICE), (6, Flaw.BAD_VALUE), (7, Flaw.BAD_VALUE), (8, Flaw.BAD_VALUE)),
    ]
    assert found.rejects[0].cause.startswith("item 0, A: the mark 3 to 12") and len(found.annotations) == 1


def test_what_has_no_place_is_told_once(tmp_path: Path) -> None:
    one = line({"A": answer() | {"textfield": "well"}})
    one["item"][0]["validation"] = {}
    one["actions"].insert(1, {"time": 1.0, "action": "score"})
    found = given(tmp_path, one, one | {"comment": "?"})
    assert sorted({issue.cause for issue in found.issues}) == [
        "the field 'actions: score' has no place in our rows: left out",
        "the field 'comment' has no place in our rows: left out",
        "the field 'item.validation' has no place in our rows: left out",
        "the scheme has no question 'comment': left out",
    ]
    assert len(found.annotations) == 2 and found.rejects == []
