"""What changes on the server between two pulls is told exactly, and nothing seen is lost."""

import json
import re
from pathlib import Path
from random import Random

import pytest

from annotation.answers import chunks
from annotation.answers.tables import pull_file
from annotation.campaign import Campaign, Queue
from annotation.studio import pull as pull_module
from annotation.studio.client import Studio
from annotation.studio.project import find
from annotation.studio.pull import pull
from corpus.errors import WirecopyError
from tests.annotation.pulls import OUT, annotations, choice, pushed


def states_in(one: Campaign) -> set[tuple[str, str]]:
    """Every state of every annotation that the raw chunks hold."""
    found = set()
    for path in chunks.files(one.folder / "pull"):
        for answer in (answer for task in chunks.read(path).tasks for answer in task.annotations):
            found.add((str(answer.unique_id), json.dumps(answer.result, sort_keys=True)))
    return found


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


@pytest.mark.parametrize("seed", [1, 2])
def test_what_happened_on_the_server_between_two_pulls_is_told_exactly(
    seed: int, studio: Studio, tmp_path: Path
) -> None:
    one, tasks = pushed(studio, tmp_path / f"half{seed}", 16)
    draw = Random(seed)
    made = {
        task: [studio.annotate(task, [choice("favor")], skipped=False, lead_time=1) for _ in "ab"] for task in tasks
    }
    pull(studio, one, out=OUT)
    before, seen, first = annotations(one), states_in(one), snapshot(one.folder / "pull")
    tasks_seen = [task for path in chunks.files(one.folder / "pull") for task in chunks.read(path).tasks]
    names = {answer.id: answer.unique_id for task in tasks_seen for answer in task.annotations}
    expected = {row["annotation_id"]: (False, 1, "favor") for row in before}
    for task in draw.sample(tasks, 4):
        studio._sdk.tasks.delete(str(task))
        expected |= {str(names[number]): (True, 1, "favor") for number in made.pop(task)}
    left = [number for numbers in made.values() for number in numbers]
    for number in draw.sample(left, len(left) // 2):
        if draw.random() < 0.5:
            studio._sdk.annotations.update(number, result=[choice("against")])
            expected[str(names[number])] = (False, 2, "against")
        else:
            studio._sdk.annotations.delete(number)
            expected[str(names[number])] = (True, 1, "favor")
    pulled = pull(studio, one, out=OUT, full=True)
    found = {
        row["annotation_id"]: (row["deleted"], row["revisions"], row["values"]["stance"]) for row in annotations(one)
    }
    assert found == expected
    assert pulled.deleted == sum(deleted for deleted, _, _ in expected.values()) > 8
    assert seen <= states_in(one), "nothing that was seen is gone"
    assert first.items() <= snapshot(one.folder / "pull").items(), "no chunk is written twice"
    after = snapshot(one.folder)
    assert pull(studio, one, out=OUT, full=True) == pulled
    assert snapshot(one.folder) == after, "the third pull writes nothing"


def test_a_deleted_task_is_noticed_by_the_daily_listing_of_all(studio: Studio, tmp_path: Path) -> None:
    one, tasks = pushed(studio, tmp_path / "daily", 2)
    for task in tasks:
        studio.annotate(task, [choice()], skipped=False, lead_time=1)
    pull(studio, one, out=OUT)
    studio._sdk.tasks.delete(str(tasks[0]))
    assert pull(studio, one, out=OUT).deleted == 0
    note = one.state / "pull.json"
    note.write_text(re.sub(r'"full": "\d{4}', '"full": "2020', note.read_text()))
    assert pull(studio, one, out=OUT).deleted == 1
    assert chunks.read(chunks.files(one.folder / "pull")[-1]).gone == [tasks[0]]


def test_a_project_deleted_on_the_server_leaves_its_answers_as_deleted_rows(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, (task,) = pushed(studio, tmp_path / "lost")
    studio.annotate(task, [choice("favor")], skipped=False, lead_time=1)
    pull(studio, one, out=OUT)
    studio._sdk.projects.delete(find(studio, Queue(one)).id)  # type: ignore[union-attr]
    with monkeypatch.context() as patch, pytest.raises(WirecopyError, match="is gone from"):
        patch.setattr(pull_module, "identity", lambda _studio: "another server")
        pull(studio, one, out=OUT)
    assert [row["deleted"] for row in annotations(one)] == [False], "another server can't tell"
    for _ in range(2):
        with pytest.raises(WirecopyError, match="is gone from"):
            pull(studio, one, out=OUT)
        assert [row["deleted"] for row in annotations(one)] == [True]
    assert len(chunks.files(one.folder / "pull")) == 2


def test_an_answer_that_the_server_deleted_does_not_come_back_with_an_old_export(
    studio: Studio, tmp_path: Path
) -> None:
    one, (task,) = pushed(studio, tmp_path / "back")
    made = studio.annotate(task, [choice()], skipped=False, lead_time=1)
    pull(studio, one, out=OUT)
    exported = studio.export(find(studio, Queue(one)).id, [task])  # type: ignore[union-attr]
    (tmp_path / "export.json").write_text(json.dumps(exported))
    studio._sdk.annotations.delete(made)
    assert pull(studio, one, out=OUT).deleted == 1
    assert pull_file(one, tmp_path / "export.json").deleted == 1
