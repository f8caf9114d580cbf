"""How far everybody is: the counts are exact, controls are nobody's units, and the end is that of the pace."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from annotation.answers import pulled
from annotation.campaign import Campaign, Queue
from annotation.measures.agreement import alpha
from annotation.measures.progress import Progress, progress
from annotation.measures.table import long
from annotation.schema import Annotation, Control, Span, Task
from annotation.schema import Status as Submission
from annotation.schemes.answers import results_of
from annotation.studio.accounts import enter, login_of
from annotation.studio.client import Held, Studio
from annotation.studio.project import find, labelling_link
from annotation.studio.pull import pull
from annotation.studio.push import push
from annotation.studio.status import status
from annotation.tasks import from_server
from corpus.output import Output
from tests.annotation.test_push_queues import PEOPLE, configured, with_people
from tests.annotation.units import answered, article
from tests.campaigns import campaign, rebuilt, write_articles

OUT = Output()
NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
PASSWORD = "not a secret of anybody"
SECONDS = 36.0


def member(studio: Studio, one: Campaign, name: str) -> Studio:
    """Enter as an annotator of the campaign, with a token of their own."""
    token = enter(studio, login_of(one.workspace.config, name), PASSWORD)
    assert token
    return Studio(studio.url, token)


def queue_of(studio: Studio, one: Campaign, name: str) -> list[tuple[Held, Task]]:
    """Return the tasks of an annotator's queue, as the server holds them."""
    project = find(studio, Queue(one, name))
    assert project
    return [(held, task) for held in studio.tasks(project.id) if (task := from_server(held.raw))]


def give(
    who: Studio, one: Campaign, place: tuple[Held, Task], values: Mapping[str, Any], spans: Sequence[Span] = ()
) -> int:
    """Answer a task, as its page would."""
    held, task = place
    result = results_of(one.scheme, values, spans, task.data)
    return who.annotate(held.id, result, skipped=False, lead_time=SECONDS)


def words(task: Task, first: str, last: str, label: str, *, holder: str = "author") -> Span:
    """Mark a passage of an article by its first and its last words."""
    text = task.data["article_text"]
    start, end = text.index(first), text.index(last) + len(last)
    place = {"question": "evidence", "side": "article", "start": start, "end": end, "text": text[start:end]}
    return Span.model_validate(place | {"label": label, "holder": holder})


# Progress is arithmetic: no server is needed.


def row(at: int = 0, *, who: str = "a", when: datetime = NOW, **changed: Any) -> Annotation:
    moment = when.isoformat().replace("+00:00", "Z")
    return answered(article(at), who).model_copy(update={"created": moment, "updated": moment} | changed)


def test_the_pace_is_that_of_the_median_answer() -> None:
    assert Progress(seconds=[30, 36, 3_000]).per_hour == 100
    assert Progress().per_hour is None and Progress(seconds=[0, 0]).per_hour is None


def test_skips_are_a_share_of_all_that_was_done() -> None:
    assert Progress(submitted=3, skipped=1).skip_rate == 0.25
    assert Progress(skipped=2).skip_rate == 1 and Progress().skip_rate is None


def test_the_end_follows_the_pace_of_the_last_week() -> None:
    daily = [NOW - timedelta(days=day) for day in range(5)]
    assert Progress(when=daily).end(10, NOW) == NOW + timedelta(days=8), "five in four days"
    long_ago = [NOW - timedelta(days=day) for day in range(8, 60)]
    assert Progress(when=[*daily, *long_ago]).end(10, NOW) == NOW + timedelta(days=8)
    assert Progress(when=long_ago).end(10, NOW) is None, "who has stopped has no end"
    assert Progress(when=daily).end(0, NOW) is None


def test_one_busy_hour_is_taken_for_a_day() -> None:
    busy = [NOW - timedelta(minutes=minute) for minute in range(20)]
    assert Progress(when=busy).end(40, NOW) == NOW + timedelta(days=2)


def test_progress_leaves_out_what_no_longer_counts() -> None:
    found = progress(
        [
            row(0, lead_time=10.0),
            row(1, lead_time=None, contradictions=["evidence-but-unrelated", "actor-without-name"]),
            row(2, lead_time=99.0, status=Submission.SKIPPED),
            row(3, lead_time=99.0, stale=True),
            row(4, lead_time=99.0, deleted=True),
            row(5, who="b", lead_time=20.0, control=Control.GOLD),
        ]
    )
    assert list(found) == ["a", "b"]
    one = found["a"]
    assert (one.submitted, one.skipped, one.contradictions, one.seconds) == (2, 1, 1, [10.0])
    assert one.when == [NOW, NOW, NOW] and found["b"].submitted == 1


# On the server.


def test_the_status_is_what_annotators_did(studio: Studio, tmp_path: Path) -> None:
    left = "[annotators.zoe]\nactive = false\n"  # and never began: no row is for them
    one = with_people(tmp_path / "known", 18, more=f"[campaigns.stance.controls]\nrepeats = 0.5\n{left}")
    pushed = push(studio, one, out=OUT)
    before = status(studio, one)
    assert (before.units, before.complete, before.answers, before.asked, before.pulled) == (18, 0, 0, 36, 0)
    queues = {name: queue_of(studio, one, name) for name in PEOPLE}
    assert sum(task.control is Control.REPEAT for places in queues.values() for _, task in places) >= 3
    assert [(rater.done, rater.open) for rater in before.raters] == [(0, len(queues[name])) for name in PEOPLE]

    given, contrary = answer_as_planned(studio, one, queues)
    figures = status(studio, one)
    told: dict[str, dict[str, str]] = {}  # by unit, what each said of it; repeats are not among them
    for name, answers in given.items():
        for task, stance in answers:
            if task.control is None:
                told.setdefault(task.key, {})[name] = stance
    assert figures.answers == sum(map(len, told.values()))
    assert figures.complete == sum(len(said) == 2 for said in told.values()) > 0
    assert (figures.units, figures.asked, figures.skipped, figures.old) == (18, 36, 2, 0)
    done = {"anna": len(queues["anna"]), "ben": 7, "carla": 2}
    assert {rater.annotator: rater.done for rater in figures.raters} == done
    assert {rater.annotator: rater.open for rater in figures.raters} == {
        name: len(places) - done[name] for name, places in queues.items()
    }
    assert (figures.pulled, figures.contradictions, figures.agreement["stance"]) == (0, 0, None), "nothing was pulled"

    pull(studio, one, out=OUT)
    figures = status(studio, one)
    assert (figures.pulled, figures.contradictions) == (sum(done.values()), contrary)
    expected = alpha(long((key, name, stance) for key, said in told.items() for name, stance in said.items()))
    assert expected.value is not None and expected.value < 1
    assert figures.agreement == {"stance": pytest.approx(expected.value), "confidence": None}
    by_name = {rater.annotator: rater for rater in figures.raters}
    assert by_name["anna"].agreement == pytest.approx(expected.value), "she did everything that two people did"
    assert [by_name[name].contradictions for name in PEOPLE] == [0, contrary, 0]
    assert [by_name[name].skip_rate for name in PEOPLE] == [0, 0, 1]
    assert [by_name[name].per_hour for name in PEOPLE] == [pytest.approx(3600 / SECONDS)] * 2 + [None]
    assert (
        by_name["anna"].end is None
        and by_name["ben"].end
        and figures.end == max(rater.end for rater in figures.raters if rater.end)
    )
    assert {name: rater.link for name, rater in by_name.items()} == {
        name: labelling_link(studio, project) for name, project in pushed.projects.items()
    }


def answer_as_planned(
    studio: Studio, one: Campaign, queues: Mapping[str, list[tuple[Held, Task]]]
) -> tuple[dict[str, list[tuple[Task, str]]], int]:
    """Anna answers all, Ben seven, of which three otherwise and two against his marks; Carla skips two."""
    given: dict[str, list[tuple[Task, str]]] = {"anna": [], "ben": []}
    people = {name: member(studio, one, name) for name in PEOPLE}
    for at, place in enumerate(queues["anna"]):
        stance = "against" if at % 2 else "favor"
        give(people["anna"], one, place, {"stance": stance})
        given["anna"].append((place[1], stance))
    said = {task.key: stance for task, stance in given["anna"]}
    for at, place in enumerate(queues["ben"][:7]):
        stance = "unrelated" if at < 3 else said.get(place[1].key, "favor")
        spans = [words(place[1], "wants", "toll", "favor")] if at < 2 else []
        give(people["ben"], one, place, {"stance": stance}, spans)
        given["ben"].append((place[1], stance))
    for held, _task in queues["carla"][:2]:
        people["carla"].annotate(held.id, [], skipped=True, lead_time=5)
    return given, 2


def test_a_unit_is_not_complete_while_somebody_who_is_to_do_it_sits_in_the_tutorial(
    studio: Studio, tmp_path: Path
) -> None:
    folder = tmp_path / "tutorial"
    one = with_people(folder, 9)
    (unit, *_) = one.tasks()
    (folder / "gold.jsonl").write_text(json.dumps({"key": unit.key, "values": {"stance": "favor"}}) + "\n")
    one = configured(folder, PEOPLE, more='[campaigns.stance.controls]\ngold = "gold.jsonl"\ntutorial = 1\n')
    push(studio, one, out=OUT)
    start = status(studio, one)
    assert (start.complete, start.answers, start.asked) == (0, 0, 18), "the tutorial is not asked of units"
    anna = member(studio, one, "anna")
    give(anna, one, queue_of(studio, one, "anna")[0], {"stance": "favor"})
    pull(studio, one, out=OUT)
    push(studio, one, out=OUT)
    mine = [place for place in queue_of(studio, one, "anna") if place[1].control is None]
    assert len(mine) == 6
    for place in mine:
        give(anna, one, place, {"stance": "favor"})
    found = status(studio, one)
    assert (found.complete, found.answers, found.asked) == (0, 6, 18)
    assert [rater.done for rater in found.raters] == [7, 0, 0]
    assert [rater.open for rater in found.raters[1:]] == [1, 1] and all(rater.waiting for rater in found.raters[1:])
    assert sum(rater.done + (rater.open or 0) + rater.waiting for rater in found.raters) == 18 + len(PEOPLE)


def test_deleted_and_outdated_answers_leave_the_count(studio: Studio, tmp_path: Path) -> None:
    one = with_people(tmp_path / "leaving", 3, ("anna", "ben"))
    push(studio, one, out=OUT)
    anna, ben = member(studio, one, "anna"), member(studio, one, "ben")
    made = [give(anna, one, place, {"stance": "favor"}) for place in queue_of(studio, one, "anna")]
    for place in queue_of(studio, one, "ben"):
        give(ben, one, place, {"stance": "favor"})
    assert status(studio, one).complete == 3
    studio._sdk.annotations.delete(made[0])
    pull(studio, one, out=OUT)
    found = status(studio, one)
    assert (found.complete, found.answers, found.pulled) == (2, 5, 5)
    write_articles(one.workspace.root, [{"id": "doc-0", "text": "Only this is left, and new.", "language": "en"}])
    rebuilt(one.workspace.root)
    push(studio, one, out=OUT)
    pull(studio, one, out=OUT)
    found = status(studio, one)
    assert (found.units, found.complete, found.answers, found.asked, found.pulled) == (1, 0, 0, 2, 0)
    assert found.old == 6 and [(rater.done, rater.open) for rater in found.raters] == [(0, 1), (0, 1)]


def test_a_shared_queue_tells_who_answered_under_pseudonyms(studio: Studio, tmp_path: Path) -> None:
    one = campaign(tmp_path / "shared", 2)
    none = status(studio, one)
    assert (none.units, none.answers, none.asked, none.link, none.raters) == (2, 0, 4, None, [])
    project = push(studio, one, out=OUT).project
    for held in list(studio.tasks(project)):
        studio.annotate(held.id, results_of(one.scheme, {"stance": "favor"}, ()), skipped=False, lead_time=SECONDS)
    pull(studio, one, out=OUT)
    found = status(studio, one)
    assert (found.complete, found.answers, found.asked, found.own_queues) == (0, 2, 4, False)
    (rater,) = found.raters
    assert (rater.annotator[:6], rater.done, rater.open) == ("rater-", 2, None)
    assert {one.annotator for one in pulled.annotations(one)} == {rater.annotator}


def test_a_campaign_without_a_unit_has_a_status(studio: Studio, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    campaign(folder, 1)
    path = folder / "wirecopy.toml"
    path.write_text(path.read_text().replace('"stance"', '"translation-esa"'))
    one = configured(folder, ("anna", "ben"))
    assert one.tasks() == [], "one article is no pair"
    found = status(studio, one)
    assert (found.units, found.asked, found.raters) == (0, 0, [])
