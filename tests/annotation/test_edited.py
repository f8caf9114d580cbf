"""An article that is edited in mid-campaign: no mark ever stands on words that its annotator did not mean."""

from pathlib import Path
from typing import Any

import pytest

from annotation.campaign import Campaign
from annotation.campaign import load as load_campaigns
from annotation.schema import Span, Task
from annotation.studio.client import Studio
from annotation.studio.plan import plan
from annotation.studio.pull import pull
from annotation.studio.push import push
from annotation.studio.status import status
from corpus.config import load
from corpus.dataset import rows
from corpus.output import Output
from corpus.parquet import read_dicts
from corpus.schema import Document
from export.release import build
from tests.annotation.test_push_queues import configured, with_people
from tests.annotation.test_status import give, member, queue_of, words
from tests.campaigns import rebuilt, write_articles

OUT = Output(json=True)
PEOPLE = ("anna", "ben")
PLACES = ("Elmsund", "Oakhaven", "Birchby", "Cedarfleet", "Maplewick")  # lines that many articles share are no text
FIRST = "The mayor of {} wants a toll for cars. 🚗 „Schön“, said a driver who pays it."
SECOND = "The mayor said so again on Monday, and {} wants a toll for cars and lorries."
BEFORE = {f"doc-{n}": f"{FIRST}\n{SECOND}".format(place, place) for n, place in enumerate(PLACES)}
# The same words stand elsewhere, stand twice, are other ones of the same length, or are gone.
AFTER = BEFORE | {
    "doc-0": f"🚗 An editor has put a line of words in front.\n{BEFORE['doc-0']}",
    "doc-1": BEFORE["doc-1"].replace("mayor", "baker").replace("toll", "loan"),
    "doc-2": f"{FIRST.format(PLACES[2])} {BEFORE['doc-2']}",
    "doc-3": "Short.",
}
EDITED = {name for name in BEFORE if AFTER[name] != BEFORE[name]}


def write(folder: Path, texts: dict[str, str]) -> Campaign:
    write_articles(folder, [{"id": name, "text": text, "language": "en"} for name, text in texts.items()])
    rebuilt(folder)
    return load_campaigns(load(folder))[0]


def answer_all(studio: Studio, one: Campaign, seen: dict[str, Task]) -> None:
    """Let everybody mark each text that they have not answered yet; note what was shown, by payload."""
    for name in PEOPLE:
        who = member(studio, one, name)
        for held, task in queue_of(studio, one, name):
            seen[task.payload] = task
            if not held.answers:
                text = task.data["article_text"]
                found = [pair for pair in (("mayor", "toll"), ("toll", "cars")) if all(word in text for word in pair)]
                marks = [words(task, first, last, "favor") for first, last in found]
                give(who, one, (held, task), {"stance": "favor"}, marks)


def spans_of(row: dict[str, Any]) -> list[Span]:
    return [Span.model_validate(span) for span in row["spans"]]


def misplaced(text: str, row: dict[str, Any]) -> list[Span]:
    """Return the marks of a row that select other words of this text."""
    return [span for span in spans_of(row) if text[span.start : span.end] != span.text]


def asked(document: Document, row: dict[str, Any]) -> str:
    """Return the present text that a row's offsets would be read against."""
    if row["paragraph"] is None:
        return document.text
    lines = document.paragraphs[row["paragraph"] : row["paragraph"] + 1]
    return "".join(document.text[line.start : line.end] for line in lines)


def released(one: Campaign, config: str) -> list[dict[str, Any]]:
    folder = Path(build(one.workspace, out=OUT).folder) / config
    return [row for path in sorted(folder.glob("*.parquet")) for row in read_dicts(path)]


@pytest.mark.parametrize("unit", ["document", "paragraph"])
def test_no_mark_moves_to_other_words(unit: str, studio: Studio, tmp_path: Path) -> None:
    folder = tmp_path / unit
    with_people(folder, 0, PEOPLE)
    path = folder / "wirecopy.toml"
    path.write_text(path.read_text().replace('scheme = "stance"', f'scheme = "stance"\nunit = "{unit}"'))
    configured(folder, PEOPLE)
    one = write(folder, BEFORE)
    push(studio, one, out=OUT)
    seen: dict[str, Task] = {}
    answer_all(studio, one, seen)
    old = {(task.key, task.payload) for task in one.tasks()}
    assert set(seen) == {payload for _, payload in old} and pull(studio, one, out=OUT).stale == 0

    one = write(folder, AFTER)
    present = {task.payload: task for task in one.tasks()}
    marks = {(task.key, task.payload) for task in one.tasks()}
    changed = [plan_of for plan_of in plan(studio, one, one.tasks()) if plan_of.changed]
    assert {why for found in changed for why in found.changed_why} == {"text"}
    push(studio, one, out=OUT)
    checked(one, seen, present)
    waiting = {name: [task for held, task in queue_of(studio, one, name) if not held.answers] for name in PEOPLE}
    for tasks in waiting.values():
        assert {(task.key, task.payload) for task in tasks} == marks - old, "each new text, to who had the old one"
        assert {task.doc_ids[0] for task in tasks} == EDITED
        assert all(task.data["article_text"] in AFTER[task.doc_ids[0]] for task in tasks)
    found = status(studio, one)
    assert found.answers == 2 * len(marks & old) and found.answers < found.asked

    answer_all(studio, one, seen)
    checked(one, seen, present, studio)
    assert status(studio, one).complete == len(present)


def checked(one: Campaign, seen: dict[str, Task], present: dict[str, Task], studio: Studio | None = None) -> None:
    """Hold every mark of every table against the text it was made on, and against the present one."""
    if studio:
        pull(studio, one, out=OUT)
    labels = released(one, one.name)  # the release makes the tables anew
    documents = {document.doc_id: document for document in rows(one.workspace.corpus, "documents", Document)}
    answers = list(read_dicts(one.folder / "annotations.parquet"))
    assert {row["payload"] for row in answers} >= set(seen) - set(present) and not read_quarantine(one)
    assert sum(len(row["spans"]) for row in answers) > 10
    moved = 0
    for row in answers:
        assert misplaced(seen[row["payload"]].data["article_text"], row) == [], "the words that were shown"
        unit = present.get(row["payload"])
        # A paragraph that others were put before is another unit, with the same words.
        assert row["stale"] == (unit is None or unit.key != row["key"])
        wrong = misplaced(asked(documents[row["doc_ids"][0]], row), row)
        moved += bool(wrong)
        assert row["stale"] or not wrong, "on the present text, only what is told to be stale would be misplaced"
    assert moved > 0, "the edits did move words, so that this could fail"
    for row in released(one, f"{one.name}_annotations"):
        assert not row["stale"] and misplaced(asked(documents[row["doc_ids"][0]], row), row) == []
    live = {row["key"] for row in answers if not row["stale"]}
    for table in (labels, list(read_dicts(one.folder / "labels.parquet"))):
        assert {row["key"] for row in table} == live
        assert all(row["article_text"] == asked(documents[row["doc_ids"][0]], row) for row in table)


def read_quarantine(one: Campaign) -> list[dict[str, Any]]:
    return list(read_dicts(one.folder / "quarantine.parquet"))
