"""Pull from a real server: every annotation is a row or in quarantine, with the reason."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from annotation.answers import chunks
from annotation.answers.tables import pull_file
from annotation.campaign import Campaign, Queue
from annotation.studio import pull as pull_module
from annotation.studio.client import Studio
from annotation.studio.project import find
from annotation.studio.pull import pull
from annotation.studio.push import push
from annotation.tasks import to_server
from tests.annotation.pulls import OUT, TEXT, annotations, choice, pushed, quarantine, span
from tests.campaigns import rebuilt, write_articles


def test_an_answer_becomes_a_row_with_its_exact_text(studio: Studio, tmp_path: Path) -> None:
    one, (task,) = pushed(studio, tmp_path / "row")
    at = TEXT.format(n=0).index("Schön")
    studio.annotate(task, [span(at, at + 5, "Schön"), choice("favor")], skipped=False, lead_time=12.5)
    assert pull(studio, one, out=OUT).annotations == 1
    (row,) = annotations(one)
    assert row["doc_ids"] == ["doc-0"] and row["target_id"] == "toll"
    assert row["values"] == {"stance": "favor", "confidence": None}
    assert row["spans"] == [
        {
            "question": "evidence",
            "side": "article",
            "start": at,
            "end": at + 5,
            "text": "Schön",
            "label": "favor",
            "holder": "actor",
            "holder_name": None,
            "severity": None,
            "comment": None,
        }
    ]
    assert (row["status"], row["origin"], row["stale"], row["lead_time"]) == ("submitted", "human", False, 12.5)
    assert row["annotator"].startswith("rater-")


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        ([span(0, 4, "The"), choice()], "text-mismatch"),
        ([span(0, 3, "Die"), choice()], "text-mismatch"),
        ([span(5, 5, ""), choice()], "bad-span"),
        ([span(40, 4_000, "x"), choice()], "bad-span"),
        ([span(-3, 3, "The"), choice()], "bad-span"),
        ([span(0, 3, "The", from_name="nobody"), choice()], "unknown-tag"),
        ([span(0, 3, "The", to_name="elsewhere"), choice()], "unknown-tag"),
        (
            [span(0, 3, "The", value={"start": 0, "end": 3, "text": "The", "labels": ["neutral"]}), choice()],
            "unknown-choice",
        ),
        ([choice("neutral")], "unknown-choice"),
        ([choice(), choice("favor")], "repeated-answer"),
        ([choice() | {"value": {"choices": ["favor", "against"]}}], "bad-value"),
        ([choice() | {"value": {"choices": [{"a": 1}]}}], "unknown-choice"),
        ([span(0, 3, "The")], "missing-answer"),
    ],
)
def test_what_breaks_the_scheme_goes_to_quarantine(
    result: list[Any], reason: str, studio: Studio, tmp_path: Path
) -> None:
    one, (task,) = pushed(studio, tmp_path / "bad")
    studio.annotate(task, result, skipped=False, lead_time=1)
    pulled = pull(studio, one, out=OUT)
    assert (pulled.annotations, pulled.quarantined) == (0, 1)
    (row,) = quarantine(one)
    assert row["reason"] == reason
    assert json.loads(row["raw"])["result"] == result, "the raw answer stays, whole"


def test_a_skip_is_a_row_without_answers(studio: Studio, tmp_path: Path) -> None:
    one, (task,) = pushed(studio, tmp_path / "skip")
    studio.annotate(task, [], skipped=True, lead_time=1)
    pull(studio, one, out=OUT)
    (row,) = annotations(one)
    assert row["status"] == "skipped" and set(row["values"].values()) == {None} and row["spans"] == []


def test_the_second_pull_changes_no_byte(studio: Studio, tmp_path: Path) -> None:
    one, tasks = pushed(studio, tmp_path / "again", 4)
    for task in tasks:
        studio.annotate(task, [choice()], skipped=False, lead_time=1)
    pull(studio, one, out=OUT)
    before = {path.relative_to(one.folder): path.read_bytes() for path in one.folder.rglob("*") if path.is_file()}
    pull(studio, one, out=OUT)
    after = {path.relative_to(one.folder): path.read_bytes() for path in one.folder.rglob("*") if path.is_file()}
    assert before == after


def test_a_pull_brings_only_what_changed(studio: Studio, tmp_path: Path) -> None:
    one, tasks = pushed(studio, tmp_path / "new", 3)
    studio.annotate(tasks[0], [choice()], skipped=False, lead_time=1)
    pull(studio, one, out=OUT)
    studio.annotate(tasks[1], [choice("favor")], skipped=False, lead_time=1)
    assert pull(studio, one, out=OUT).annotations == 2
    chunks = [json.loads(path.read_text()) for path in sorted((one.folder / "pull").glob("*.json"))]
    assert [[task["id"] for task in chunk["tasks"]] for chunk in chunks] == [[tasks[0]], [tasks[1]]]


def test_a_pull_that_dies_between_chunks_loses_nothing(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, tasks = pushed(studio, tmp_path / "dies", 9)
    for task in reversed(tasks):
        studio.annotate(task, [choice()], skipped=False, lead_time=1)
    monkeypatch.setattr(pull_module, "EXPORT_IDS", 2)
    appended = chunks.append

    def dies_at_the_third(folder: Path, chunk: chunks.Chunk) -> None:
        if len(list(folder.glob("*.json"))) == 2:
            raise KeyboardInterrupt
        appended(folder, chunk)

    monkeypatch.setattr(chunks, "append", dies_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        pull(studio, one, out=OUT)
    monkeypatch.setattr(chunks, "append", appended)
    assert pull(studio, one, out=OUT).annotations == 9


def test_a_changed_article_makes_its_answers_stale_not_wrong(studio: Studio, tmp_path: Path) -> None:
    one, (task,) = pushed(studio, tmp_path / "stale")
    studio.annotate(task, [span(0, 3, "The"), choice("favor")], skipped=False, lead_time=1)
    assert pull(studio, one, out=OUT).labels == 1
    write_articles(one.workspace.root, [{"id": "doc-0", "text": "An edited text.", "language": "en"}])
    rebuilt(one.workspace.root)
    push(studio, one, out=OUT)
    pulled = pull(studio, one, out=OUT)
    assert (pulled.annotations, pulled.stale, pulled.labels) == (1, 1, 0)
    (row,) = annotations(one)
    assert row["stale"] and row["spans"][0]["text"] == "The", "the answer keeps the text it was made on"


def test_an_answer_deleted_on_the_server_is_a_row_that_says_so(studio: Studio, tmp_path: Path) -> None:
    one, (task,) = pushed(studio, tmp_path / "gone")
    made = studio.annotate(task, [choice("favor")], skipped=False, lead_time=1)
    pull(studio, one, out=OUT)
    studio._sdk.annotations.delete(made)
    pulled = pull(studio, one, out=OUT)
    assert (pulled.annotations, pulled.deleted, pulled.quarantined, pulled.labels) == (1, 1, 0, 0)
    (row,) = annotations(one)
    assert row["deleted"] and row["values"]["stance"] == "favor", "what was answered stays, whole"


def test_a_text_edited_on_the_server_is_noticed(studio: Studio, tmp_path: Path) -> None:
    one, (task,) = pushed(studio, tmp_path / "edited")
    data = next(iter(studio.tasks(find(studio, Queue(one)).id))).raw["data"]  # type: ignore[union-attr]
    studio._sdk.tasks.update(str(task), data=data | {"article_text": "Another text."})
    studio.annotate(task, [span(0, 7, "Another"), choice()], skipped=False, lead_time=1)
    pull(studio, one, out=OUT)
    assert quarantine(one)[0]["reason"] == "task-edited"


def test_a_task_of_somebody_else_is_quarantined_not_lost(studio: Studio, tmp_path: Path) -> None:
    one, _ = pushed(studio, tmp_path / "foreign")
    project = find(studio, Queue(one))
    assert project
    studio.import_tasks(
        project.id, [{"data": {"article_text": "By hand.", "target": "?", "key": "", "payload": "", "actors": []}}]
    )
    foreign = max(held.id for held in studio.tasks(project.id))
    studio.annotate(foreign, [choice()], skipped=False, lead_time=1)
    assert pull(studio, one, out=OUT).quarantined == 1
    assert quarantine(one)[0]["reason"] == "no-key"


def test_an_export_file_adds_nothing_to_what_the_server_told(studio: Studio, tmp_path: Path) -> None:
    one, tasks = pushed(studio, tmp_path / "file", 2)
    studio.annotate(tasks[0], [span(0, 3, "The"), choice()], skipped=False, lead_time=1)
    pull(studio, one, out=OUT)
    before = annotations(one)
    exported = studio.export(find(studio, Queue(one)).id, tasks)  # type: ignore[union-attr]
    (tmp_path / "export.json").write_text(json.dumps(exported))
    for _ in range(2):
        assert pull_file(one, tmp_path / "export.json").annotations == 1
        assert annotations(one) == before, "the same people, the same rows"


def export_of(one: Campaign, path: Path, *answers: dict[str, Any]) -> Path:
    task = to_server(one.tasks()[0]) | {"id": 1, "annotations": list(answers)}
    path.write_text(json.dumps([task]))
    return path


def given(value: str, **changed: Any) -> dict[str, Any]:
    return {"id": 1, "completed_by": 1, "result": [choice(value)], "updated_at": "2026-01-02"} | changed


def test_an_open_draft_and_its_author_end_at_the_door(studio: Studio, tmp_path: Path) -> None:
    one, (task,) = pushed(studio, tmp_path / "draft")
    made = studio.annotate(task, [choice()], skipped=False, lead_time=1)
    drafts = f"api/tasks/{task}/annotations/{made}/drafts"
    studio._sdk._client_wrapper.httpx_client.request(drafts, method="POST", json={"result": [choice("favor")]})
    pull(studio, one, out=OUT)
    for path in one.folder.rglob("*"):
        assert not path.is_file() or b"admin@" not in path.read_bytes(), path


def test_answers_in_a_project_that_was_left_behind_still_count(studio: Studio, tmp_path: Path) -> None:
    one, (task,) = pushed(studio, tmp_path / "left")
    push(studio, one, out=OUT, recreate=True)
    studio.annotate(task, [choice("favor")], skipped=False, lead_time=1)
    assert pull(studio, one, out=OUT).labels == 1


def test_two_pulls_at_once_bring_what_one_brings(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, tasks = pushed(studio, tmp_path / "twice", 12)
    for task in tasks:
        studio.annotate(task, [choice()], skipped=False, lead_time=1)
    monkeypatch.setattr(pull_module, "EXPORT_IDS", 2)
    project = find(studio, Queue(one))
    assert project
    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(lambda _: pull_module.fetch(studio, one, project, out=OUT), range(2)))
    assert pull(studio, one, out=OUT).annotations == 12


def test_a_first_pull_that_was_cut_misses_no_change_made_meanwhile(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, tasks = pushed(studio, tmp_path / "cut", 6)
    made = [studio.annotate(task, [choice("favor")], skipped=False, lead_time=1) for task in tasks]
    monkeypatch.setattr(pull_module, "EXPORT_IDS", 2)
    monkeypatch.setattr(pull_module, "OVERLAP", timedelta(0))
    appended = chunks.append

    def dies(folder: Path, chunk: chunks.Chunk) -> Path:
        appended(folder, chunk)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(chunks, "append", dies)
        pull(studio, one, out=OUT)
    studio._sdk.annotations.update(made[0], result=[choice("against")])
    pull(studio, one, out=OUT)
    pull(studio, one, out=OUT)
    assert sorted(row["values"]["stance"] for row in annotations(one)) == ["against", *["favor"] * 5]
    assert len([chunk for chunk in chunks.heads(one.folder / "pull")]) <= 5


def test_a_project_whose_ids_have_wide_gaps_is_listed(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, tasks = pushed(studio, tmp_path / "gaps", 9)
    for task in tasks[1:-1]:
        studio._sdk.tasks.delete(str(task))
    for task in (tasks[0], tasks[-1]):
        studio.annotate(task, [choice()], skipped=False, lead_time=1)
    monkeypatch.setattr(pull_module, "EXPORT_IDS", 2)
    assert pull(studio, one, out=OUT).annotations == 2
    (chunk,) = chunks.heads(one.folder / "pull")
    assert chunk.since is None and sorted(chunk.seen) == [tasks[0], tasks[-1]]


def test_rows_come_in_the_order_of_units_and_those_of_lost_units_last(studio: Studio, tmp_path: Path) -> None:
    one, tasks = pushed(studio, tmp_path / "order", 4)
    for task in reversed(tasks):
        studio.annotate(task, [choice()], skipped=False, lead_time=1)
    pull(studio, one, out=OUT)
    assert [row["doc_ids"] for row in annotations(one)] == [task.doc_ids for task in one.units()]
    write_articles(one.workspace.root, [{"id": f"doc-{n}", "text": TEXT.format(n=n), "language": "en"} for n in (1, 3)])
    rebuilt(one.workspace.root)
    pull(studio, one, out=OUT)
    found = [(row["doc_ids"][0], row["stale"]) for row in annotations(one)]
    assert sorted(found[:2]) == [("doc-1", False), ("doc-3", False)]
    assert found[2:] == [("doc-0", True), ("doc-2", True)]
