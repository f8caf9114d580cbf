"""Label Studio's JSON: what is read is checked as a pull checks it."""

import json
from pathlib import Path
from typing import Any

import pytest

from annotation.interchange import read, write
from annotation.schema import Flaw
from tests.annotation.test_interchange import esa, of


@pytest.fixture
def tasks(tmp_path: Path) -> list[dict[str, Any]]:
    record = esa(("translation", 4, 5), ("source", 2, 3))
    record.spans[0] = record.spans[0].model_copy(update={"comment": "Line 1\nline 2 🚗"})
    write(of(record, esa(rater="bo@example.org")), tmp_path / "some.json", "label-studio")
    return list(json.loads((tmp_path / "some.json").read_text()))


def back(folder: Path, tasks: Any) -> Any:
    (folder / "changed.json").write_text(json.dumps(tasks))
    return read(folder / "changed.json", "label-studio")


def test_an_import_file_names_raters_by_mails_and_keeps_remarks(tasks: list[dict[str, Any]], tmp_path: Path) -> None:
    (task,) = tasks
    assert [one["completed_by"] for one in task["annotations"]] == [
        {"email": "Ada@imported.invalid"},
        {"email": "bo@example.org"},
    ]
    notes = [result.get("meta") for result in task["annotations"][0]["result"] if result["type"] == "labels"]
    assert notes == [None, {"text": ["Line 1\nline 2 🚗"]}]
    given = back(tmp_path, tasks)
    assert [one.annotator for one in given.annotations] == ["Ada", "bo@example.org"] and given.issues == []
    assert given.annotations[0].spans[1].comment == "Line 1\nline 2 🚗"


def test_an_end_that_is_off_by_one_is_no_row(tasks: list[dict[str, Any]], tmp_path: Path) -> None:
    value = tasks[0]["annotations"][0]["result"][0]["value"]
    for end in (value["end"] - 1, value["end"] + 1):
        value["end"] = end
        given = back(tmp_path, tasks)
        assert [one.flaw for one in given.rejects] in ([Flaw.TEXT_MISMATCH], [Flaw.BAD_SPAN])
        assert [one.annotator for one in given.annotations] == ["bo@example.org"]
        value["end"] = 5


def test_foreign_and_edited_tasks_are_told(tasks: list[dict[str, Any]], tmp_path: Path) -> None:
    (task,) = tasks
    edited = task | {"data": task["data"] | {"source_text": "Other."}}
    other = task | {"meta": task["meta"] | {"scheme_hash": "0"}}
    given = back(tmp_path, [{"data": {"text": "x"}, "annotations": []}, edited, other, "none", task])
    assert [(one.line, one.flaw) for one in given.rejects] == [
        *((1, Flaw.NO_KEY), (2, Flaw.TASK_EDITED), (3, Flaw.OTHER_QUESTIONS), (4, Flaw.BAD_VALUE))
    ]
    assert len(given.annotations) == 2


@pytest.mark.parametrize("note", [3, [3], {"a": 1}, ["\ud83d"]])
def test_a_note_that_is_no_text_is_rejected(note: Any, tasks: list[dict[str, Any]], tmp_path: Path) -> None:
    tasks[0]["annotations"][0]["result"][0]["meta"] = {"text": note}
    assert [one.flaw for one in back(tmp_path, tasks).rejects] == [Flaw.BAD_VALUE]


def test_lines_of_a_note_are_one_remark(tasks: list[dict[str, Any]], tmp_path: Path) -> None:
    tasks[0]["annotations"][0]["result"][0]["meta"] = {"text": ["one", "two"], "other": 1}
    assert back(tmp_path, tasks).annotations[0].spans[0].comment == "one\ntwo"
