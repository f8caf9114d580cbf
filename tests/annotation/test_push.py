"""Push against a real server: never a double, never a hole, whatever happens on the way."""

import os
import random
import signal
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from annotation.campaign import Campaign, Queue
from annotation.studio import sending as push_module
from annotation.studio.client import Studio
from annotation.studio.plan import plan
from annotation.studio.project import find
from annotation.studio.pull import pull
from annotation.studio.push import push
from corpus.errors import WirecopyError
from corpus.output import Output
from tests.campaigns import campaign, rebuilt, write_articles
from tests.proxy import DROP_AFTER, DROP_BEFORE, Fault, proxy

TASKS = 1_000
Local = tuple[object, Path]
OUT = Output()


def keys_on(studio: Studio, one: Campaign) -> Counter[str]:
    project = find(studio, Queue(one))
    assert project is not None
    return Counter(held.key for held in studio.tasks(project.id))


def each_once(one: Campaign) -> Counter[str]:
    return Counter(task.key for task in one.tasks())


def test_the_second_push_sends_no_request_that_writes(studio: Studio, local_server: Local, tmp_path: Path) -> None:
    one = campaign(tmp_path / "twice", 30)
    with proxy(studio.url) as between:
        through = Studio(between.url, _token(local_server))
        assert push(through, one, out=OUT).sent == 30
        assert between.writes
        between.requests.clear()
        again = push(through, one, out=OUT)
        assert (again.sent, again.written, between.writes) == (0, False, [])


def test_killed_at_20_random_moments_of_the_push(
    studio: Studio, local_server: Local, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_module, "BATCH", 250)
    draw = random.Random(20251122)
    token = _token(local_server)
    undisturbed = campaign(tmp_path / "clock", TASKS)
    began = time.monotonic()
    push(studio, undisturbed, out=OUT)
    longest = time.monotonic() - began
    killed = 0
    for trial in range(20):
        one = campaign(tmp_path / f"kill-{trial}", TASKS)
        child = os.fork()
        if child == 0:
            try:
                push(Studio(studio.url, token), one, out=OUT)
            finally:
                os._exit(0)
        time.sleep(draw.uniform(0, 0.8 * longest))
        os.kill(child, signal.SIGKILL)
        killed += os.WIFSIGNALED(os.waitpid(child, 0)[1])
        push(Studio(studio.url, token), one, out=OUT)
        assert keys_on(studio, one) == each_once(one)
        assert len(studio.projects(Queue(one).title)) == 1
    assert killed >= 10, "most of the kills must hit a push that runs"


@pytest.mark.parametrize("fault", [DROP_AFTER, DROP_BEFORE, 500, 502, 409, 429])
def test_faults_at_20_random_requests(
    fault: Fault, studio: Studio, local_server: Local, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_module, "BATCH", 20)
    monkeypatch.setattr(push_module, "SETTLE_SECONDS", (0.0, 0.2))
    one = campaign(tmp_path / f"fault-{fault}", TASKS if fault == DROP_AFTER else 400)
    batches = len(one.tasks()) // 20
    draw = random.Random(str(fault))
    hit = set(draw.sample(range(batches), 20 if fault == DROP_AFTER else 10))
    seen = 0

    def at_random(method: str, path: str) -> Fault:
        nonlocal seen
        if method != "POST" or "/import" not in path:
            return None
        seen += 1
        return fault if seen - 1 in hit else None

    with proxy(studio.url) as between:
        between.fault = at_random
        push(Studio(between.url, _token(local_server)), one, out=OUT)
    assert seen >= batches
    assert keys_on(studio, one) == each_once(one)


@pytest.mark.parametrize("fault", [DROP_AFTER, DROP_BEFORE, 500])
def test_a_fault_while_the_project_is_made_makes_no_second_one(
    fault: Fault, studio: Studio, local_server: Local, tmp_path: Path
) -> None:
    one = campaign(tmp_path / f"project-{fault}", 3)
    with proxy(studio.url) as between:
        between.fault = lambda method, path: fault if (method, path) == ("POST", "/api/projects/") else None
        through = Studio(between.url, _token(local_server))
        if fault == DROP_AFTER:
            push(through, one, out=OUT)
        else:
            with pytest.raises(WirecopyError, match="made no project"):
                push(through, one, out=OUT)
    push(studio, one, out=OUT)
    assert len(studio.projects(Queue(one).title)) == 1
    assert keys_on(studio, one) == each_once(one)


def test_long_texts_make_small_batches(
    studio: Studio, local_server: Local, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = campaign(tmp_path / "long", 7)
    longest = max(sum(map(len, task.data.values())) for task in one.tasks())
    monkeypatch.setattr(push_module, "BATCH_CHARACTERS", 2 * longest)
    with proxy(studio.url) as between:
        push(Studio(between.url, _token(local_server)), one, out=OUT)
        assert sum("/import" in path for _, path in between.writes) == 4
    assert keys_on(studio, one) == each_once(one)


def test_a_double_made_by_others_is_taken_out_and_its_answers_stay(studio: Studio, tmp_path: Path) -> None:
    one = campaign(tmp_path / "double", 5)
    push(studio, one, out=OUT)
    project = find(studio, Queue(one))
    assert project
    held = list(studio.tasks(project.id))
    studio.import_tasks(project.id, [{"data": held[0].raw["data"], "meta": held[0].raw["meta"]}])
    copy = max(one.id for one in studio.tasks(project.id))
    studio.annotate(copy, [], skipped=True, lead_time=1)
    assert len(plan(studio, one, one.tasks())[0].doubles) == 1
    assert push(studio, one, out=OUT).deleted == 1
    left = {held.id for held in studio.tasks(project.id)}
    assert copy in left and held[0].id not in left


def test_doubles_that_people_answered_stay_and_make_no_work(studio: Studio, tmp_path: Path) -> None:
    one = campaign(tmp_path / "answered", 1)
    project = push(studio, one, out=OUT).project
    (held,) = studio.tasks(project)
    studio.import_tasks(project, [{"data": held.raw["data"], "meta": held.raw["meta"]}])
    for task in list(studio.tasks(project)):
        studio.annotate(task.id, [], skipped=True, lead_time=1)
    again = push(studio, one, out=OUT)
    assert (again.sent, again.deleted, again.written) == (0, 0, False)
    assert len(list(studio.tasks(project))) == 2


def test_a_changed_text_becomes_a_new_task_and_the_old_answer_stays(studio: Studio, tmp_path: Path) -> None:
    one = campaign(tmp_path / "changed", 3)
    push(studio, one, out=OUT)
    project = find(studio, Queue(one))
    assert project
    old = {held.raw["meta"]["doc_ids"][0]: held.id for held in studio.tasks(project.id)}
    studio.annotate(old["doc-1"], [], skipped=True, lead_time=1)
    write_articles(
        one.workspace.root,
        [
            {"id": "doc-0", "text": "The mayor, 0, wants a toll for cars. 🚗 „Schön“, she said.", "language": "en"},
            {"id": "doc-1", "text": "Another text altogether.", "language": "en"},
            {"id": "doc-2", "text": "The mayor, 2, wants a toll for cars. 🚗 „Schön“, she said.", "language": "en"},
        ],
    )
    rebuilt(one.workspace.root)
    (found,) = plan(studio, one, one.tasks())
    assert [task.doc_ids for task in found.changed] == [["doc-1"]]
    assert found.changed_why == {"text": (1, 1)}, "one task, and one answer that becomes stale"
    assert (len(found.new), len(found.unchanged), len(found.outdated), len(found.gone)) == (0, 2, 1, 0)
    push(studio, one, out=OUT)
    assert push(studio, one, out=OUT, prune=True).deleted == 0, "an answered task is never deleted"
    texts = [held.raw["data"]["article_text"] for held in studio.tasks(project.id)]
    assert len(texts) == 4 and "Another text altogether." in texts


def test_questions_that_change_under_answers_are_refused_with_the_way_out(studio: Studio, tmp_path: Path) -> None:
    one = campaign(tmp_path / "questions", 2)
    project = push(studio, one, out=OUT).project
    answer = {"type": "choices", "from_name": "stance", "to_name": "article", "value": {"choices": ["balanced"]}}
    for held in list(studio.tasks(project)):
        studio.annotate(held.id, [answer], skipped=False, lead_time=1)
    asked = [
        question.model_copy(update={"name": "tone"}) if question.name == "stance" else question
        for question in one.scheme.questions
    ]
    renamed = replace(one, scheme=one.scheme.model_copy(update={"questions": asked}))
    assert plan(studio, renamed, renamed.tasks())[0].changed_why == {"questions": (2, 2)}
    with pytest.raises(WirecopyError, match="has answers that new questions") as caught:
        push(studio, renamed, out=OUT)
    assert "--recreate" in caught.value.hint
    assert push(studio, renamed, out=OUT, recreate=True).project != project
    pulled = pull(studio, one, out=OUT)
    assert (pulled.annotations, pulled.quarantined) == (2, 0), "the answers in the project left behind are not lost"


def test_a_task_that_is_answered_while_a_prune_runs_stays(studio: Studio, tmp_path: Path) -> None:
    one = campaign(tmp_path / "late", 1)
    project = push(studio, one, out=OUT).project
    (held,) = studio.tasks(project)
    studio.annotate(held.id, [], skipped=True, lead_time=1)
    assert not studio.delete_idle_task(held.id)
    assert [one.id for one in studio.tasks(project)] == [held.id]


def test_a_server_with_shorter_pages_is_read_to_the_end(studio: Studio, local_server: Local, tmp_path: Path) -> None:
    one = campaign(tmp_path / "pages", 7)
    push(studio, one, out=OUT)
    with proxy(studio.url) as between:
        between.readdress = lambda path: path.replace("page_size=1000", "page_size=3")
        again = push(Studio(between.url, _token(local_server)), one, out=OUT)
        assert (again.sent, between.writes) == (0, [])


def test_a_guideline_that_the_server_rewrites_is_sent_once(studio: Studio, tmp_path: Path) -> None:
    one = campaign(tmp_path / "guide", 1)
    guideline = "A line\\\nand another.\n\n---\n\n5. Five\n\n![x](y.png)"
    one = replace(one, scheme=one.scheme.model_copy(update={"guideline": guideline}))
    push(studio, one, out=OUT)
    assert not push(studio, one, out=OUT).written


def test_prune_deletes_only_what_nobody_answered(studio: Studio, tmp_path: Path) -> None:
    one = campaign(tmp_path / "prune", 4)
    push(studio, one, out=OUT)
    write_articles(one.workspace.root, [{"id": "doc-0", "text": "A new text of the first.", "language": "en"}])
    rebuilt(one.workspace.root)
    assert push(studio, one, out=OUT).deleted == 0
    assert push(studio, one, out=OUT, prune=True).deleted == 4
    assert keys_on(studio, one) == each_once(one)


def test_a_project_deleted_on_the_server_is_noticed_and_can_be_made_anew(studio: Studio, tmp_path: Path) -> None:
    one = campaign(tmp_path / "deleted", 3)
    project = push(studio, one, out=OUT).project
    studio._sdk.projects.delete(project)
    with pytest.raises(WirecopyError, match="is gone") as caught:
        push(studio, one, out=OUT)
    assert "--recreate" in caught.value.hint
    assert push(studio, one, out=OUT, recreate=True).sent == 3
    assert keys_on(studio, one) == each_once(one)


def test_a_title_used_twice_is_refused_until_one_is_chosen(studio: Studio, tmp_path: Path) -> None:
    one = campaign(tmp_path / "title", 2)
    ids = [studio.create_project({"title": Queue(one).title}) for _ in range(2)]
    with pytest.raises(WirecopyError, match="did not make") as caught:
        push(studio, one, out=OUT)
    assert any(f"project = {number}" in caught.value.hint for number in ids)
    chosen = replace(one, settings=one.settings.model_copy(update={"project": ids[1]}))
    assert push(studio, chosen, out=OUT).project == ids[1]


def test_two_workspaces_of_one_name_do_not_share_a_project(studio: Studio, tmp_path: Path) -> None:
    one = campaign(tmp_path / "mine", 2)
    push(studio, one, out=OUT)
    other = replace(one, workspace=replace(one.workspace, root=tmp_path / "theirs"))
    with pytest.raises(WirecopyError, match="this workspace did not make"):
        find(studio, Queue(other))


def test_text_that_a_server_cannot_store_is_refused_before_anything_is_sent(studio: Studio, tmp_path: Path) -> None:
    one = campaign(tmp_path / "nul", 2)
    tasks = [
        task.model_copy(update={"data": task.data | {"article_text": bad}})
        for task, bad in zip(one.tasks(), ("a\0b", "a\ud800b"), strict=True)
    ]
    with pytest.raises(WirecopyError) as caught:
        plan(studio, one, tasks)
    assert "NUL at 1" in caught.value.message and "U+D800 at 1" in caught.value.message


def _token(local_server: Local) -> str:
    from annotation.studio.server import token

    return token(local_server[1])
