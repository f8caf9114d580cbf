"""Queues on a real server: each annotator's own project, and work that moves only while it is open."""

import json
import threading
from collections import Counter
from pathlib import Path

import pytest

from annotation.campaign import Campaign, Queue
from annotation.campaign import load as load_campaigns
from annotation.schema import Control
from annotation.studio.client import Studio
from annotation.studio.plan import plan
from annotation.studio.project import find
from annotation.studio.pull import pull
from annotation.studio.push import push
from annotation.studio.status import status
from annotation.tasks import from_server
from corpus.config import load
from corpus.errors import WirecopyError
from corpus.output import Output
from tests.campaigns import campaign, rebuilt, write_articles

OUT = Output()
PEOPLE = ("anna", "ben", "carla")


def with_people(folder: Path, documents: int, people: tuple[str, ...] = PEOPLE, *, more: str = "") -> Campaign:
    """Make a campaign whose annotators have queues of their own; `more` stands in its own table."""
    campaign(folder, documents)
    return configured(folder, people, more=more)


def configured(folder: Path, people: tuple[str, ...], *, more: str = "") -> Campaign:
    """Name other annotators in the workspace of a campaign."""
    path = folder / "wirecopy.toml"
    base = path.read_text().split("\n# people\n")[0]
    tables = "".join(f"[annotators.{name}]\n" for name in people)
    path.write_text(f"{base}\n# people\n{more}\n{tables}")
    return load_campaigns(load(folder))[0]


def on_server(studio: Studio, one: Campaign, *people: str) -> dict[str, list[str]]:
    """Return the keys in each queue, in the order in which they are shown."""
    found = {}
    for name in people or PEOPLE:
        project = find(studio, Queue(one, name))
        found[name] = [held.key for held in studio.tasks(project.id)] if project else []
    return found


def skip(studio: Studio, one: Campaign, name: str, count: int) -> set[str]:
    """Answer the first tasks of a queue; return their keys."""
    project = find(studio, Queue(one, name))
    assert project
    held = list(studio.tasks(project.id))[:count]
    for task in held:
        studio.annotate(task.id, [], skipped=True, lead_time=3)
    return {task.key for task in held}


def draft(studio: Studio, task: int) -> None:
    """Begin a task, as somebody who has its page open."""
    answer = {"type": "choices", "from_name": "stance", "to_name": "article", "value": {"choices": ["favor"]}}
    transport = studio._sdk._client_wrapper.httpx_client
    made = transport.request(f"api/tasks/{task}/drafts", method="POST", json={"result": [answer], "lead_time": 1})
    assert made.status_code == 201, made.text


def times(found: dict[str, list[str]]) -> Counter[str]:
    return Counter(key for keys in found.values() for key in keys)


def test_each_unit_stands_in_exactly_as_many_queues_as_its_overlap(studio: Studio, tmp_path: Path) -> None:
    one = with_people(tmp_path / "queues", 31)
    pushed = push(studio, one, out=OUT)
    assert sorted(pushed.projects) == sorted(PEOPLE) and pushed.sent == 62
    found = on_server(studio, one)
    assert times(found) == {task.key: 2 for task in one.tasks()}
    assert max(map(len, found.values())) - min(map(len, found.values())) <= 1
    assert all(len(set(keys)) == len(keys) for keys in found.values())
    again = push(studio, one, out=OUT)
    assert (again.sent, again.moved, again.written) == (0, 0, False)


def test_who_leaves_hands_on_what_is_open_and_keeps_what_was_answered(studio: Studio, tmp_path: Path) -> None:
    one = with_people(tmp_path / "leaves", 20)
    push(studio, one, out=OUT)
    answered = skip(studio, one, "anna", 4)
    before = on_server(studio, one)
    left = configured(tmp_path / "leaves", ("ben", "carla"))
    pushed = push(studio, left, out=OUT)
    assert pushed.moved == len(before["anna"]) - 4
    after = on_server(studio, left, *PEOPLE)
    assert set(after["anna"]) == answered
    assert set(before["ben"]) <= set(after["ben"]) and set(before["carla"]) <= set(after["carla"])
    assert times(after) == {task.key: 2 for task in one.tasks()}
    assert not push(studio, left, out=OUT).written
    assert pull(studio, left, out=OUT).annotations == 4, "what was answered by who left is not lost"


def test_a_newcomer_takes_open_work_and_the_second_push_moves_nothing(studio: Studio, tmp_path: Path) -> None:
    one = with_people(tmp_path / "joins", 30)
    push(studio, one, out=OUT)
    answered = {name: skip(studio, one, name, 3) for name in PEOPLE}
    joined = configured(tmp_path / "joins", (*PEOPLE, "dora"))
    pushed = push(studio, joined, out=OUT)
    after = on_server(studio, joined, *PEOPLE, "dora")
    assert 10 <= len(after["dora"]) == pushed.moved <= 15
    assert all(answered[name] <= set(after[name]) for name in PEOPLE)
    assert times(after) == {task.key: 2 for task in one.tasks()}
    again = push(studio, joined, out=OUT)
    assert (again.sent, again.moved, again.written) == (0, 0, False)


def test_a_task_that_its_annotator_has_just_begun_does_not_move(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = with_people(tmp_path / "begun", 12)
    push(studio, one, out=OUT)
    left = configured(tmp_path / "begun", ("ben", "carla"))
    delete, begun = Studio.delete_idle_task, set[int]()

    def answered_meanwhile(self: Studio, task_id: int) -> bool:
        if not begun:
            begun.add(task_id)
            self.annotate(task_id, [], skipped=True, lead_time=1)
        return delete(self, task_id)

    monkeypatch.setattr(Studio, "delete_idle_task", answered_meanwhile)
    push(studio, left, out=OUT)
    assert times(on_server(studio, left)) == {task.key: 2 for task in one.tasks()}


def test_a_draft_holds_its_task_where_it_is(studio: Studio, tmp_path: Path) -> None:
    one = with_people(tmp_path / "draft", 12)
    pushed = push(studio, one, out=OUT)
    begun = next(iter(studio.tasks(pushed.projects["anna"])))
    draft(studio, begun.id)
    assert studio.begun(pushed.projects["anna"]) == {begun.id}
    left = configured(tmp_path / "draft", ("ben", "carla"))
    push(studio, left, out=OUT)
    after = on_server(studio, left, *PEOPLE)
    assert after["anna"] == [begun.key]
    assert times(after) == {task.key: 2 for task in one.tasks()}
    assert not push(studio, left, out=OUT).written


def test_a_prune_leaves_a_draft(studio: Studio, tmp_path: Path) -> None:
    one = campaign(tmp_path / "pruned", 2)
    project = push(studio, one, out=OUT).project
    kept = next(iter(studio.tasks(project)))
    draft(studio, kept.id)
    write_articles(one.workspace.root, [{"id": "doc-9", "text": "Another story.", "language": "en"}])
    rebuilt(one.workspace.root)
    assert push(studio, one, out=OUT, prune=True).deleted == 1
    assert kept.id in {held.id for held in studio.tasks(project)}


def test_an_opened_gate_stays_open_where_nothing_was_pulled(studio: Studio, tmp_path: Path) -> None:
    folder = tmp_path / "gate"
    one = with_people(folder, 20)
    push(studio, one, out=OUT)
    before = on_server(studio, one)
    gold = [{"key": task.key, "values": {"stance": "favor"}} for task in one.tasks()[:3]]
    (folder / "gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in gold))
    one = configured(folder, PEOPLE, more='[campaigns.stance.controls]\ngold = "gold.jsonl"\ntutorial = 2\n')
    assert push(studio, one, out=OUT).moved == 0
    after = on_server(studio, one)
    assert all(set(before[name]) < set(after[name]) for name in PEOPLE)


def test_a_campaign_ends_with_who_is_left(studio: Studio, tmp_path: Path) -> None:
    one = with_people(tmp_path / "end", 4, ("anna", "ben"))
    push(studio, one, out=OUT)
    path = tmp_path / "end" / "wirecopy.toml"
    path.write_text(path.read_text().replace("[annotators.ben]", "[annotators.ben]\nactive = false"))
    left = load_campaigns(load(tmp_path / "end"))[0]
    assert push(studio, left, out=OUT).moved == 4
    told = status(studio, left)
    assert (told.asked, told.complete) == (8, 0), "four units still want a second annotator"


def test_strata_have_an_overlap_of_their_own(studio: Studio, tmp_path: Path) -> None:
    strata = """[[campaigns.stance.strata]]
name = "pilot"
first = 4
overlap = 3
[[campaigns.stance.strata]]
name = "core"
share = 0.3
overlap = 1
"""
    one = with_people(tmp_path / "strata", 30, more=strata)
    push(studio, one, out=OUT)
    found = on_server(studio, one)
    assert Counter(times(found).values())[3] == 4 and Counter(times(found).values())[1] >= 3
    pilot = {key for key, count in times(found).items() if count == 3}
    assert all(set(keys[:4]) == pilot for keys in found.values()), "the pilot comes first in every queue"


def test_two_people_who_push_at_once_make_neither_doubles_nor_holes(studio: Studio, tmp_path: Path) -> None:
    one = with_people(tmp_path / "mine", 60)
    told = 'id = "0123456789abcdef"\n' + (tmp_path / "mine" / "wirecopy.toml").read_text()
    for clone in ("mine", "theirs"):
        (tmp_path / clone).mkdir(exist_ok=True)
        (tmp_path / clone / "wirecopy.toml").write_text(told)
        (tmp_path / clone / "articles.jsonl").write_bytes((tmp_path / "mine" / "articles.jsonl").read_bytes())
    clones = [load_campaigns(rebuilt(tmp_path / clone))[0] for clone in ("mine", "theirs")]
    errors: list[BaseException] = []

    def run(clone: Campaign) -> None:
        try:
            push(studio, clone, out=OUT)
        except WirecopyError as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(clone,)) for clone in clones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for known in clones:
        push(studio, known, out=OUT)
    assert on_server(studio, clones[0]) == on_server(studio, clones[1])
    assert times(on_server(studio, clones[0])) == {task.key: 2 for task in one.tasks()}
    titles = [Queue(clones[0], name).title for name in PEOPLE]
    assert [len(studio.projects(title)) for title in titles] == [1, 1, 1]
    assert not push(studio, clones[0], out=OUT).written and not push(studio, clones[1], out=OUT).written
    assert all("did not confirm" in str(error) or "lost" in str(error) for error in errors)


def test_a_text_edited_by_hand_on_the_server_is_sent_anew(studio: Studio, tmp_path: Path) -> None:
    one = campaign(tmp_path / "edited", 3)
    project = push(studio, one, out=OUT).project
    victim = next(iter(studio.tasks(project)))
    studio._sdk.tasks.update(str(victim.id), data=victim.raw["data"] | {"article_text": "Something else."})
    (found,) = plan(studio, one, one.tasks())
    assert found.changed_why == {"hand on the server": (1, 0)} and [held.id for held in found.edited] == [victim.id]
    assert push(studio, one, out=OUT, prune=True).deleted == 1
    assert Counter(held.key for held in studio.tasks(project)) == {task.key: 1 for task in one.tasks()}
    assert not push(studio, one, out=OUT).written


def test_settings_edited_by_hand_are_told_and_set_right(studio: Studio, tmp_path: Path) -> None:
    one = campaign(tmp_path / "settings", 1)
    project = push(studio, one, out=OUT).project
    studio.update_project(project, {"maximum_annotations": 7, "title": "Somebody's idea"})
    (found,) = plan(studio, one, one.tasks())
    assert found.drift == ["maximum_annotations", "title"]
    push(studio, one, out=OUT)
    known = studio.project(project)
    assert known and (known["maximum_annotations"], known["title"]) == (2, Queue(one).title)


def test_answered_tasks_are_deleted_only_when_asked_and_their_answers_saved(studio: Studio, tmp_path: Path) -> None:
    one = campaign(tmp_path / "saved", 3)
    project = push(studio, one, out=OUT).project
    for held in list(studio.tasks(project))[:2]:
        studio.annotate(held.id, [], skipped=True, lead_time=1)
    write_articles(one.workspace.root, [{"id": "doc-9", "text": "Another story.", "language": "en"}])
    rebuilt(one.workspace.root)
    assert push(studio, one, out=OUT, prune=True).deleted == 1
    assert push(studio, one, out=OUT, prune=True, prune_answered=True).deleted == 2
    assert Counter(held.key for held in studio.tasks(project)) == {task.key: 1 for task in one.tasks()}
    pulled = pull(studio, one, out=OUT, full=True)
    assert (pulled.annotations, pulled.deleted) == (2, 2)


def test_controls_stand_in_each_queue_and_wait_behind_the_tutorial(studio: Studio, tmp_path: Path) -> None:
    folder = tmp_path / "controls"
    one = with_people(folder, 40)
    units = one.tasks()
    gold = [{"key": task.key, "values": {"stance": "favor"}} for task in units[:5]]
    (folder / "gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in gold))
    more = '[campaigns.stance.controls]\nrepeats = 0.2\ngold = "gold.jsonl"\ngold_share = 0.1\ntutorial = 2\n'
    one = configured(folder, PEOPLE, more=more)
    pushed = push(studio, one, out=OUT)
    assert pushed.sent == 6 and pushed.waiting > 80
    project = pushed.projects["anna"]
    answer = {"type": "choices", "from_name": "stance", "to_name": "article", "value": {"choices": ["favor"]}}
    for held in list(studio.tasks(project)):
        studio.annotate(held.id, [answer], skipped=False, lead_time=4)
    pull(studio, one, out=OUT)
    told = {rater.annotator: rater for rater in status(studio, one).raters}
    assert told["anna"].waiting > 20, "the owner of the server answered: nobody but anna opens her queue"


def test_strata_and_controls_without_annotators_are_refused(tmp_path: Path, studio: Studio) -> None:
    one = with_people(tmp_path / "alone", 2, (), more="[campaigns.stance.controls]\nrepeats = 0.2\n")
    with pytest.raises(WirecopyError, match="needs annotators with queues of their own"):
        push(studio, one, out=OUT)


def test_a_language_that_too_few_read_is_refused(tmp_path: Path, studio: Studio) -> None:
    one = with_people(tmp_path / "readers", 2, ("anna",))
    with pytest.raises(WirecopyError, match="2 units of campaign 'stance' in en want 2 annotators; 1 read them"):
        push(studio, one, out=OUT)


def test_repeats_are_marked_for_us_and_not_on_the_page(studio: Studio, tmp_path: Path) -> None:
    one = with_people(tmp_path / "repeats", 60, more="[campaigns.stance.controls]\nrepeats = 0.2\n")
    pushed = push(studio, one, out=OUT)
    tasks = [task for held in studio.tasks(pushed.projects["ben"]) if (task := from_server(held.raw))]
    repeats = [task for task in tasks if task.control is Control.REPEAT]
    assert 2 <= len(repeats) <= 20
    at = {task.key: place for place, task in enumerate(tasks)}
    assert all(at[task.key] > at[str(task.of)] for task in repeats)
    assert not push(studio, one, out=OUT).written
