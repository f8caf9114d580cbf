"""What the tests of pulls share: a campaign on the server, answers, and the rows that came home."""

from pathlib import Path
from typing import Any

from annotation.campaign import Campaign, Queue
from annotation.studio.client import Studio
from annotation.studio.project import find
from annotation.studio.push import push
from corpus.output import Output
from corpus.parquet import read_dicts
from tests.campaigns import campaign

OUT = Output()
TEXT = "The mayor, {n}, wants a toll. 🚗 „Schön“, she said."


def pushed(studio: Studio, folder: Path, documents: int = 1) -> tuple[Campaign, list[int]]:
    one = campaign(folder, documents, text=TEXT)
    push(studio, one, out=OUT)
    project = find(studio, Queue(one))
    assert project
    return one, [held.id for held in studio.tasks(project.id)]


def span(start: int, end: int, text: str, **changed: Any) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": text, "labels": ["actor-favor"]}
    tag = {"type": "labels", "from_name": "evidence", "to_name": "article", "id": "a"}
    return tag | {"value": value} | changed


def choice(value: str = "discusses", **changed: Any) -> dict[str, Any]:
    tag = {"type": "choices", "from_name": "stance", "to_name": "article", "id": "b"}
    return tag | {"value": {"choices": [value]}} | changed


def annotations(one: Campaign) -> list[dict[str, Any]]:
    return list(read_dicts(one.folder / "annotations.parquet"))


def quarantine(one: Campaign) -> list[dict[str, Any]]:
    return list(read_dicts(one.folder / "quarantine.parquet"))
