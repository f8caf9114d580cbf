"""`export verify` on labels of every kind: models of raters, ties, numbers, paragraphs, both directions, decisions."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from annotation import adjudication
from annotation.annotators import Pseudonyms
from annotation.answers import chunks
from annotation.campaign import Campaign
from annotation.campaign import load as load_campaigns
from annotation.schema import Annotation
from annotation.simulate import answer
from annotation.tasks import to_server
from corpus.config import load
from corpus.output import Output
from corpus.parquet import read_dicts
from export.release import build
from export.verify import verify
from tests.export.mutations import ANSWERED, row
from tests.export.samples import answer_all, answered
from tests.export.test_verify import told

KINDS = {
    "dawid-skene": ("stance", '[campaigns.stance]\nscheme = "stance"\naggregation = "dawid-skene"\n'),
    "mace": ("stance", '[campaigns.stance]\nscheme = "stance"\nunit = "paragraph"\naggregation = "mace"\n'),
    "paragraphs": ("stance", '[campaigns.stance]\nscheme = "stance-simple"\nunit = "paragraph"\n'),
    "mqm": ("mqm", '[campaigns.mqm]\nscheme = "translation-mqm"\nsource_language = "de"\n'),
    "fluency": ("fluency", '[campaigns.fluency]\nscheme = "fluency"\nunit = "document"\n'),
}


@pytest.fixture
def campaign(tmp_path: Path) -> Callable[[str], Campaign]:
    """A sample workspace with one campaign, whose units have two answers that often differ."""

    def make(settings: str) -> Campaign:
        answered(tmp_path / "w")
        config = tmp_path / "w" / "wirecopy.toml"
        before, _, rest = config.read_text().partition("[campaigns.")
        config.write_text(f"{before}{settings}\n[splits]{rest.partition('[splits]')[2]}")
        (one,) = load_campaigns(load(tmp_path / "w"))
        answer_all(one, {1: 0.5, 2: 0.5})
        return one

    return make


def verified(one: Campaign) -> tuple[Path, list[str]]:
    folder = Path(build(one.workspace, out=Output()).folder)
    return folder, told(verify(folder, quick=True))


@pytest.mark.parametrize("kind", KINDS)
def test_a_release_is_clean_whatever_made_its_labels(campaign: Callable[[str], Campaign], kind: str) -> None:
    name, settings = KINDS[kind]
    folder, lines = verified(campaign(settings))
    assert lines == [] and list((folder / name).glob("*.parquet"))


def test_a_decision_stands_beside_the_votes_and_is_checked_too(campaign: Callable[[str], Campaign]) -> None:
    one = campaign('[campaigns.stance]\nscheme = "stance"\n')
    decide(one)
    folder, lines = verified(one)
    rows = [each for path in (folder / "stance").glob("*") for each in read_dicts(path)]
    assert lines == [] and any(each["adjudicated"] for each in rows)

    def forgotten(label: dict[str, Any], _rng: random.Random) -> None:
        label["adjudicated"] = False

    places = row("stance", forgotten, when="adjudicated")(folder, random.Random(0))
    lines = told(verify(folder, quick=True))
    assert any(line.startswith(f"label-adjudication: {place}") for place in places for line in lines), lines


def test_an_answer_that_is_not_there_is_missed_in_its_unit(campaign: Callable[[str], Campaign]) -> None:
    folder, _ = verified(campaign('[campaigns.stance]\nscheme = "stance"\n'))

    def skipped(one: dict[str, Any], _rng: random.Random) -> None:
        one["status"] = "skipped"

    row("stance_annotations", skipped, *ANSWERED)(folder, random.Random(0))
    found = verify(folder, quick=True)
    assert "label-counts" in found.broken


def decide(one: Campaign) -> None:
    """Let an adjudicator decide what the two annotators disagree on."""
    found = [Annotation.model_validate(each) for each in read_dicts(one.folder / "annotations.parquet")]
    units = list(one.units())
    split = adjudication.disagreeing(one.scheme, one.settings.adjudication, found, units)
    assert split
    asked = replace(one, scheme=adjudication.adjudication_scheme(one.scheme))
    sent = []
    for number, task in enumerate(adjudication.tasks(one.scheme, split, found, units)):
        result = answer(asked.scheme, task, lambda _task, _question: None, 0.0, random.Random(number))
        given = {"id": number, "unique_id": f"d{number}", "completed_by": 9, "result": result}
        sent.append(to_server(task) | {"id": number, "annotations": [given]})
    path = one.workspace.root / "decisions.json"
    path.write_text(json.dumps(sent))
    chunks.append_export(one.folder / "adjudication" / "pull", path, one.name, Pseudonyms(one.workspace.state))
