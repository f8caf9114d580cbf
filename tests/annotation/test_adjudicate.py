"""Adjudication on a real server: what disagrees is sent once, and a decision is the label until its text changes."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from annotation.adjudication import adjudication_key
from annotation.answers import pulled
from annotation.campaign import Campaign, Queue
from annotation.campaign import load as load_campaigns
from annotation.commands.campaign import pull as pull_command
from annotation.schema import Span, Task
from annotation.schemes.answers import parse
from annotation.schemes.scheme import Choice
from annotation.studio import server
from annotation.studio.accounts import enter
from annotation.studio.adjudicate import adjudicate, adjudication_of
from annotation.studio.client import Held, Studio
from annotation.studio.project import find
from annotation.studio.push import push
from annotation.studio.status import status
from corpus.errors import WirecopyError
from corpus.output import Output
from corpus.parquet import read_dicts
from export.release import build
from tests.annotation.test_push_queues import PEOPLE, with_people
from tests.annotation.test_status import give, member, queue_of, words
from tests.campaigns import rebuilt, write_articles

OUT = Output(json=True)
Local = tuple[server.Server, Path]
TEXT = "Article {n}. The mayor wants a toll for cars. 🚗 „Schön“, said a driver who pays it."
# What Anna, Ben and Carla say of each article, and what they mark.
CHOICES = {
    "doc-0": ("favor", "favor", "against"),
    "doc-1": ("favor", "favor", "favor"),
    "doc-2": ("favor", "favor", "favor"),
    "doc-3": ("against", "against", "against"),
    "doc-4": ("favor", "against", "balanced"),
}
MARKS = {
    "doc-1": (("mayor", "cars"), ("said", "it"), ("mayor", "cars")),  # one marks other words
    "doc-2": (("mayor", "cars"), ("mayor", "for cars"), ("The mayor", "cars")),  # a word more or less
}
DISPUTED = {"doc-0": "stance", "doc-1": "evidence", "doc-4": "stance"}


@dataclass
class Desk:
    """A campaign of three annotators, all of whose answers were pulled; `env` names the server."""

    one: Campaign
    env: dict[str, str]
    people: dict[str, Studio]
    made: dict[tuple[str, str], int]

    def pull(self) -> None:
        """Pull as the command does."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.env.items():
                patch.setenv(name, value)
            pull_command(campaign=None, source=None, full=False, workspace=self.one.workspace.root, out=OUT)

    def label(self, document: str) -> dict[str, Any]:
        """Return the label of an article, with the name of its choice."""
        (row,) = (row for row in read_dicts(self.one.folder / "labels.parquet") if row["doc_ids"] == [document])
        return named(self.one, row)


@pytest.fixture(scope="module")
def calm(studio: Studio, local_server: Local, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A desk whose articles and answers stay as they are."""
    return desk_in(tmp_path_factory.mktemp("calm") / "desk", studio, local_server)


@pytest.fixture
def desk(studio: Studio, local_server: Local, tmp_path: Path) -> Desk:
    """A desk of one's own."""
    return desk_in(tmp_path / "desk", studio, local_server)


def desk_in(folder: Path, studio: Studio, local_server: Local) -> Desk:
    with_people(folder, 0)
    path = folder / "wirecopy.toml"
    path.write_text(path.read_text().replace("overlap = 2", "overlap = 3"))
    write_articles(folder, [article(f"doc-{n}") for n in range(5)])
    (one,) = load_campaigns(rebuilt(folder))
    push(studio, one, out=OUT)
    people = {name: member(studio, one, name) for name in PEOPLE}
    made = {
        (name, place[1].doc_ids[0]): said(people[name], one, place, at)
        for at, name in enumerate(PEOPLE)
        for place in queue_of(studio, one, name)
    }
    assert len(made) == 15
    running, state = local_server
    env = {"LABEL_STUDIO_URL": running.url, "LABEL_STUDIO_API_KEY": server.token(state)}
    found = Desk(one, env, people, made)
    found.pull()
    return found


def article(document: str, text: str = TEXT) -> dict[str, str]:
    return {"id": document, "text": text.format(n=document), "language": "en"}


def said(who: Studio, one: Campaign, place: tuple[Held, Task], at: int) -> int:
    document = place[1].doc_ids[0]
    marks = [words(place[1], *MARKS[document][at], "favor")] if document in MARKS else []
    return give(who, one, place, {"stance": CHOICES[document][at]}, marks)


def named(one: Campaign, row: dict[str, Any]) -> dict[str, Any]:
    asked = next(one for one in one.scheme.questions if one.name == "stance")
    assert isinstance(asked, Choice)
    names = [option.value for option in asked.options]
    return row | {"stance": None if row["stance"] is None else names[row["stance"]]}


def settled(studio: Studio, one: Campaign) -> dict[str, tuple[Held, Task]]:
    """Return the tasks of the adjudication by article."""
    found = queue_of(studio, adjudication_of(one), "")
    assert len({task.doc_ids[0] for _, task in found}) == len(found), "each unit once"
    return {task.doc_ids[0]: (held, task) for held, task in found}


def decide(
    studio: Studio, desk: Desk, document: str, values: dict[str, str], spans: tuple[Span, ...] = ()
) -> tuple[Studio, int]:
    """Let somebody who is no annotator of the campaign decide on an article."""
    token = enter(studio, "chief@adjudicate.invalid", "not a secret of anybody")
    assert token
    chief = Studio(studio.url, token)
    return chief, give(chief, adjudication_of(desk.one), settled(studio, desk.one)[document], values, spans)


def test_exactly_what_disagrees_is_sent_once_with_answers_to_adopt(studio: Studio, calm: Desk) -> None:
    one = calm.one
    units = {task.doc_ids[0]: task for task in one.tasks()}
    assert adjudicate(studio, one, out=OUT).sent == len(DISPUTED)
    sent = settled(studio, one)
    assert set(sent) == set(DISPUTED)
    for document, (held, task) in sent.items():
        assert (task.key, task.of) == (adjudication_key(units[document].key), units[document].key)
        assert task.data["article_text"] == units[document].data["article_text"]
        (offered,) = studio.read("GET", f"api/tasks/{held.id}/")["predictions"]
        adopted = adoptable(one, task, offered["result"])
        everybody = [row for row in pulled.annotations(one) if row.doc_ids == [document]]
        assert {place(span) for span in adopted} == {place(span) for row in everybody for span in row.spans}
    assert not any(name in json.dumps(held.raw) for name in PEOPLE for held, _ in sent.values())
    again = adjudicate(studio, one, out=OUT)
    assert (again.sent, again.unchanged, again.written) == (0, len(DISPUTED), False)


def adoptable(one: Campaign, task: Task, result: list[Any]) -> list[Span]:
    """Return the spans that a page offers; what is offered must be an answer, save that questions are open."""
    required = [question for question in one.scheme.questions if not getattr(question, "required", False)]
    scheme = one.scheme.model_copy(update={"questions": required})
    _, spans = parse(scheme, [region for region in result if region["from_name"] == "evidence"], task.data)
    return spans


def place(span: Span) -> tuple[int, int, str]:
    return span.start, span.end, span.label


def test_a_decision_is_the_label_everywhere_and_stays(studio: Studio, desk: Desk) -> None:
    one = desk.one
    adjudicate(studio, one, out=OUT)
    assert desk.label("doc-0")["stance"] == "favor" and desk.label("doc-4")["stance"] is None
    before = status(studio, one)
    mark = words(settled(studio, one)["doc-4"][1], "wants", "cars", "favor")
    sure = {"confidence": "sure", "reason": "It quotes one side only."}
    decide(studio, desk, "doc-4", {"stance": "strongly_favor"} | sure, (mark,))
    decide(studio, desk, "doc-0", {"stance": "against", "confidence": "unsure"})
    desk.pull()

    row = desk.label("doc-4")
    assert (row["stance"], row["method"], row["adjudicated"]) == ("strongly_favor", "adjudication", True)
    assert (row["adjudication_reason"], row["adjudication_confidence"]) == (sure["reason"], "sure")
    assert row["adjudicated_by"].startswith("rater-") and row["adjudicated_at"] > "2020"
    assert row["adjudicated_by"] not in {answer.annotator for answer in pulled.annotations(one)}
    assert row["annotators"] == 3 and row["stance_distribution"]["balanced"] == pytest.approx(1 / 3)
    assert desk.label("doc-0")["stance"] == "against", "the majority is overridden"
    assert desk.label("doc-1")["adjudicated"] is False, "nobody has decided there"
    after = status(studio, one)
    assert (after.answers, after.complete, after.agreement) == (before.answers, before.complete, before.agreement)
    assert [rater.annotator for rater in after.raters] == list(PEOPLE), "an adjudicator is no rater"
    assert released(one) == {document: desk.label(document) for document in CHOICES}

    later(studio, desk)
    desk.pull()
    assert (desk.label("doc-4")["stance"], desk.label("doc-4")["annotators"]) == ("strongly_favor", 2)
    assert (desk.label("doc-0")["stance"], desk.label("doc-0")["annotators"]) == ("against", 0)
    assert desk.label("doc-0")["adjudicated"] is True
    assert desk.label("doc-3")["stance"] == "against", "the majority of what was not decided"
    assert released(one)["doc-4"] == desk.label("doc-4")
    again = adjudicate(studio, one, out=OUT)
    assert again.sent == 1 and set(settled(studio, one)) == {*DISPUTED, "doc-3"}, "only what disagrees by now"


def released(one: Campaign) -> dict[str, dict[str, Any]]:
    """Build the release; return its labels by article."""
    folder = Path(build(one.workspace, comments=True, out=OUT).folder)
    rows = [row for path in sorted((folder / one.name).glob("*.parquet")) for row in read_dicts(path)]
    return {row["doc_ids"][0]: named(one, row) for row in rows}


def later(studio: Studio, desk: Desk) -> None:
    """Let answers change, all to the same, and go, after they were decided on; one more unit comes to disagree."""
    for name, choice in (("ben", "favor"), ("carla", "favor")):
        changed = [{"type": "choices", "from_name": "stance", "to_name": "article", "value": {"choices": [choice]}}]
        desk.people[name]._sdk.annotations.update(desk.made[name, "doc-4"], result=changed)
    desk.people["anna"]._sdk.annotations.delete(desk.made["anna", "doc-4"])
    for name in PEOPLE:
        desk.people[name]._sdk.annotations.delete(desk.made[name, "doc-0"])
    other = [{"type": "choices", "from_name": "stance", "to_name": "article", "value": {"choices": ["balanced"]}}]
    desk.people["ben"]._sdk.annotations.update(desk.made["ben", "doc-3"], result=other)


def test_a_decision_can_be_changed_and_taken_back(studio: Studio, calm: Desk) -> None:
    adjudicate(studio, calm.one, out=OUT)
    chief, made = decide(studio, calm, "doc-4", {"stance": "favor", "confidence": "sure"})
    calm.pull()
    assert calm.label("doc-4")["stance"] == "favor"
    changed = [
        {"type": "choices", "from_name": name, "to_name": "article", "value": {"choices": [choice]}}
        for name, choice in (("stance", "against"), ("confidence", "unsure"))
    ]
    chief._sdk.annotations.update(made, result=changed)
    calm.pull()
    row = calm.label("doc-4")
    assert (row["stance"], row["adjudication_confidence"]) == ("against", "unsure")
    chief._sdk.annotations.delete(made)
    calm.pull()
    assert (calm.label("doc-4")["stance"], calm.label("doc-4")["adjudicated"]) == (None, False)


def test_a_decision_ends_with_the_text_and_not_with_its_project(studio: Studio, desk: Desk) -> None:
    one = desk.one
    adjudicate(studio, one, out=OUT)
    for document in ("doc-0", "doc-4"):
        decide(studio, desk, document, {"stance": "against", "confidence": "sure"})
    desk.pull()
    assert desk.label("doc-0")["adjudicated"] and desk.label("doc-4")["adjudicated"]
    edited = [article(f"doc-{n}", TEXT + (" Edited." if n == 4 else "")) for n in range(5)]
    write_articles(one.workspace.root, edited)
    rebuilt(one.workspace.root)
    push(studio, one, out=OUT)
    desk.pull()
    rows = {row["doc_ids"][0]: row["adjudicated"] for row in read_dicts(one.folder / "labels.parquet")}
    assert rows == {"doc-0": True, "doc-1": False, "doc-2": False, "doc-3": False}, "nobody has answered the new text"
    assert "doc-4" not in released(one)
    (held, _task) = settled(studio, one)["doc-4"]
    again = adjudicate(studio, one, out=OUT)
    assert (again.sent, again.unchanged) == (0, 2)
    assert held.id in {there.id for there, _ in queue_of(studio, adjudication_of(one), "")}, "its answer stays"

    project = find(studio, Queue(adjudication_of(one)))
    assert project
    studio._sdk.projects.delete(project.id)
    desk.pull()
    assert desk.label("doc-0")["stance"] == "against", "what was decided stays, though its project is gone"
    assert adjudicate(studio, one, out=OUT).project != project.id
    desk.pull()
    assert desk.label("doc-0")["stance"] == "against"


def test_without_pulled_answers_there_is_nothing_to_settle(studio: Studio, tmp_path: Path) -> None:
    one = with_people(tmp_path / "early", 2)
    push(studio, one, out=OUT)
    with pytest.raises(WirecopyError, match="no answers of 'stance' were pulled yet") as caught:
        adjudicate(studio, one, out=OUT)
    assert caught.value.hint == "wirecopy annotation pull"
    assert studio.projects(Queue(adjudication_of(one)).title) == []
