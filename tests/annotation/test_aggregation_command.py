"""The comparison of aggregations on one's own data, as the command prints it, and labels made by a model."""

import json
from pathlib import Path
from typing import Any

import pytest

from annotation.answers import pulled
from annotation.answers.tables import rebuild
from annotation.campaign import load
from annotation.commands.aggregate import aggregate
from annotation.measures.aggregation import METHODS
from annotation.schema import Annotation, Origin
from annotation.schemes.answers import value_features
from corpus.config import load as load_workspace
from corpus.errors import WirecopyError
from corpus.features import features
from corpus.output import Output
from corpus.parquet import read_dicts, write
from tests.campaigns import campaign
from tests.export.test_release import labelled

MORE = '[campaigns.quality]\nscheme = "translation-esa"\n[campaigns.empty]\nscheme = "stance"\n'


def told(folder: Path, capsys: pytest.CaptureFixture[str], only: str | None = None) -> list[dict[str, Any]]:
    capsys.readouterr()
    aggregate(campaign=only, workspace=folder, out=Output(json=True))
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return rows


def test_methods_and_raters_side_by_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labelled(tmp_path / "w", 6)
    stance = next(one for one in told(tmp_path / "w", capsys) if one["question"] == "stance")
    assert (stance["campaign"], stance["labels"]) == ("stance", "majority")
    assert [row["method"] for row in stance["methods"]] == list(METHODS)
    majority = stance["methods"][0]
    assert (majority["labels"], majority["ties"], majority["changed"]) == (6, 0, 0)
    assert majority["sureness"] == pytest.approx(2 / 3) and majority["signature"].startswith("majority|")
    assert [row["answers"] for row in stance["raters"]] == [6, 6, 6]
    assert sorted(row["quality"]["majority"] for row in stance["raters"]) == [0, 1, 1]


def test_simulated_answers_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = labelled(tmp_path / "w", 6)
    rows = [row.model_copy(update={"origin": Origin.SIMULATED}) for row in pulled.annotations(one)]
    for origin, given in (
        ("simulated", rows),
        ("human", [row.model_copy(update={"origin": Origin.HUMAN}) for row in rows]),
    ):
        write(one.folder / "annotations.parquet", given, features(Annotation, values=value_features(one.scheme)))
        signatures = [row["signature"] for found in told(tmp_path / "w", capsys) for row in found["methods"]]
        assert signatures and all(
            ("|origin:simulated|version:" in line) == (origin == "simulated") for line in signatures
        )
        aggregate(campaign=None, workspace=tmp_path / "w", out=Output())
        assert ("stance: answers are simulated (18)" in capsys.readouterr().err) == (origin == "simulated")


def test_people_get_tables_and_signatures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    labelled(tmp_path / "w", 6)
    capsys.readouterr()
    aggregate(campaign="stance", workspace=tmp_path / "w", out=Output())
    shown, notes = capsys.readouterr()
    assert "stance, stance (labels are made by majority)" in shown
    assert all(f"{method}|" in shown for method in METHODS)
    assert "trust majority or mace more" in notes, "six answers are no base for a table of error rates"


def test_campaigns_without_answers_or_choices_are_told_and_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labelled(tmp_path / "w", 3)
    with (tmp_path / "w" / "wirecopy.toml").open("a") as config:
        config.write(MORE)
    capsys.readouterr()
    aggregate(campaign=None, workspace=tmp_path / "w", out=Output())
    notes = capsys.readouterr().err
    assert "quality asks for no choice" in notes and "left out: campaign 'empty' has no annotations yet" in notes
    assert {one["campaign"] for one in told(tmp_path / "w", capsys)} == {"stance"}
    with pytest.raises(WirecopyError, match="'empty' has no annotations yet"):
        aggregate(campaign="empty", workspace=tmp_path / "w", out=Output())


def test_before_the_first_answer_there_is_nothing_to_compare(tmp_path: Path) -> None:
    campaign(tmp_path / "w", 2)
    with pytest.raises(WirecopyError) as error:
        aggregate(campaign=None, workspace=tmp_path / "w", out=Output())
    assert error.value.hint == "wirecopy annotation pull"


@pytest.mark.parametrize("method", ["dawid-skene", "mace"])
def test_labels_are_made_as_the_campaign_says(tmp_path: Path, method: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = labelled(tmp_path / "w", 6).folder / "labels.parquet"
    with (tmp_path / "w" / "wirecopy.toml").open("a") as config:
        config.write(f'aggregation = "{method}"\n')
    (one,) = load(load_workspace(tmp_path / "w"))
    assert rebuild(one).labels == 6
    first = path.read_bytes()
    rows = list(read_dicts(path))
    assert {row["method"] for row in rows} == {method} and all(row["stance"] is not None for row in rows)
    assert all(row["stance_distribution"]["favor"] == pytest.approx(2 / 3) for row in rows)
    assert all(row["stance_soft"]["favor"] > 0.6 for row in rows), "two of three always agree"
    rebuild(one)
    assert path.read_bytes() == first
    assert {row["labels"] for row in told(tmp_path / "w", capsys)} == {method}
