"""A release, made without a server from answers in an export file: what is in it, and what is not."""

import json
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import polars
import pytest
import yaml
from datasets import ClassLabel, load_dataset

from annotation.answers.tables import pull_file
from annotation.campaign import Campaign
from annotation.tasks import to_server
from corpus.config import Workspace, load
from corpus.errors import WirecopyError
from corpus.files import sha256_file
from corpus.output import Output
from corpus.parquet import read_dicts
from export.manifest import read
from export.release import Released, build
from tests.campaigns import campaign, rebuilt, write_articles
from tests.twins import workspace

OUT = Output()
ANSWERS = ("favor", "favor", "against")


def labelled(folder: Path, documents: int = 12, answers: Sequence[str] = ANSWERS) -> Campaign:
    """A stance campaign whose every task has these answers, one an annotator."""
    one = campaign(folder, documents)
    tasks = [to_server(task) | {"id": number, "annotations": []} for number, task in enumerate(one.tasks())]
    for task in tasks:
        for rater, value in enumerate(answers):
            task["annotations"].append(answer(f"{task['id']}-{rater}", rater, value))
    pull_file(one, written(folder / "export.json", tasks))
    return one


def answer(identity: str, rater: int, value: str) -> dict[str, Any]:
    choice = {"type": "choices", "from_name": "stance", "to_name": "article", "value": {"choices": [value]}}
    return {"id": int(identity.replace("-", "0")), "unique_id": identity, "completed_by": rater, "result": [choice]}


def written(path: Path, value: object) -> Path:
    path.write_text(json.dumps(value))
    return path


def released(space: Workspace) -> tuple[Released, Path]:
    one = build(space, out=OUT)
    return one, Path(one.folder)


def rows_of(folder: Path, config: str) -> dict[str, int]:
    """Rows by split. `load_dataset`, polars and duckdb must agree, on the labels of each question too."""
    found = {}
    for split, rows in load_dataset(str(folder), config).items():
        found[split] = len(rows)
        files = str(folder / config / f"{split}-*.parquet")
        frame = polars.read_parquet(files)
        assert frame.height == len(rows)
        with duckdb.connect() as database:
            assert database.execute(f"SELECT count(*) FROM '{files}'").fetchall() == [(len(rows),)]
            for name in [name for name, feature in rows.features.items() if isinstance(feature, ClassLabel)]:
                labels = Counter(rows[name])
                assert Counter(frame[name].to_list()) == labels
                told = database.execute(f"SELECT \"{name}\", count(*) FROM '{files}' GROUP BY ALL").fetchall()
                assert dict(told) == labels
    return found


def test_datasets_polars_and_duckdb_read_the_same_labels(tmp_path: Path) -> None:
    release = workspace(tmp_path).release
    rows = {config: rows_of(release, config) for config in read(release, hint="").rows()}
    assert rows == read(release, hint="").rows() and sum(rows["stance"].values()) == 10


def test_labels_and_raw_answers_by_split(tmp_path: Path) -> None:
    one = labelled(tmp_path / "w")
    release, folder = released(one.workspace)
    assert sum(release.rows["stance"].values()) == 12
    assert sum(release.rows["stance_annotations"].values()) == 36
    for rows in load_dataset(str(folder), "stance").values():
        assert {rows.features["stance"].int2str(label) for label in rows["stance"]} == {"favor"}
    assert (release.left_out, release.moves) == ({}, 0)


def test_the_manifest_has_every_file_and_its_hash(tmp_path: Path) -> None:
    _, folder = released(labelled(tmp_path / "w").workspace)
    manifest = json.loads((folder / "manifest.json").read_text())
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(manifest["files"]) == files - {"manifest.json"}
    for name, facts in manifest["files"].items():
        assert sha256_file(folder / name) == facts["sha256"]


def test_the_second_build_writes_nothing_and_another_place_gives_the_same_bytes(tmp_path: Path) -> None:
    one = labelled(tmp_path / "w")
    _, folder = released(one.workspace)
    before = contents(folder)
    assert not released(one.workspace)[0].written
    shutil.copytree(tmp_path / "w", tmp_path / "elsewhere")
    shutil.rmtree(tmp_path / "elsewhere" / "build" / "release")
    _, other = released(replace(one.workspace, root=tmp_path / "elsewhere"))
    assert contents(other) == before


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_article_that_changed_takes_its_old_answers_out(tmp_path: Path) -> None:
    one = labelled(tmp_path / "w", 3)
    write_articles(tmp_path / "w", [{"id": "doc-0", "text": "Edited.", "language": "en"}, *same(1), *same(2)])
    release, folder = released(rebuilt(tmp_path / "w"))
    assert sum(release.rows["stance"].values()) == 2
    assert release.left_out == {"of units that are gone or were changed": 3}
    texts = {row["text"] for split in release.rows["documents"] for row in table(folder, "documents", split)}
    for split in release.rows["stance"]:
        for row in table(folder, "stance", split):
            assert row["article_text"] in texts
    assert one.workspace.ledger.is_file()


def same(number: int) -> list[dict[str, str]]:
    text = f"The mayor, {number}, wants a toll for cars. 🚗 „Schön“, she said."
    return [{"id": f"doc-{number}", "text": text, "language": "en"}]


def table(folder: Path, config: str, split: str) -> list[dict[str, Any]]:
    return [row for path in (folder / config).glob(f"{split}-*.parquet") for row in read_dicts(path)]


def test_an_outlet_is_no_markup_in_the_card(tmp_path: Path) -> None:
    one = labelled(tmp_path / "w", 1)
    hostile = "![x](https://evil.example/t.png)\r\r# Free | money <script>"
    write_articles(tmp_path / "w", [same(0)[0] | {"outlet": hostile}])
    _, folder = released(rebuilt(tmp_path / "w"))
    text = (folder / "README.md").read_text()
    assert one.name in text and "![x](" not in text and "\n# Free" not in text and "<script>" not in text


def test_the_card_is_yaml_that_says_what_there_is(tmp_path: Path) -> None:
    _, folder = released(labelled(tmp_path / "w").workspace)
    facts = yaml.safe_load((folder / "README.md").read_text().split("---\n")[1])
    assert facts["language"] == ["en"] and "annotations_creators" not in facts
    assert {one["config_name"] for one in facts["configs"]} == {"documents", "segments", "stance", "stance_annotations"}


def test_what_people_wrote_into_a_release_is_not_lost(tmp_path: Path) -> None:
    one = labelled(tmp_path / "w")
    _, folder = released(one.workspace)
    with (folder / "README.md").open("a") as card:
        card.write("A note by hand.\n")
    with pytest.raises(WirecopyError, match=r"changed by hand: README\.md") as told:
        build(one.workspace, out=OUT)
    assert told.value.hint.startswith("text for the card belongs into [release]")
    (folder / "splits.parquet").write_bytes(b"")
    with pytest.raises(WirecopyError, match=r"not as it was written .*: README\.md, splits\.parquet") as told:
        build(one.workspace, out=OUT)
    assert told.value.hint == f"move {folder} away, then: wirecopy export build"
    (folder / "manifest.json").unlink()
    with pytest.raises(WirecopyError, match="holds other files"):
        build(one.workspace, out=OUT)


def test_whoever_builds_is_told_what_the_rows_do_not_show(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    space = labelled(tmp_path / "w", 3).workspace
    build(space, out=OUT)
    assert capsys.readouterr().err.splitlines()[-1] == (
        "nobody told creators, motivation, uses: the card says so; [release] of wirecopy.toml"
    )
    config = space.root / "wirecopy.toml"
    known = '[release]\nversion = "0.0.9"\ncreators = ["A"]\nmotivation = "B"\nuses = "C"\n'
    config.write_text(config.read_text() + known)
    build(load(space.root), out=OUT)
    assert capsys.readouterr().err.startswith("0.0.9 is lower than 0.1.0, which is here too")
    config.write_text(config.read_text().replace("0.0.9", "0.1.0"))
    write_articles(space.root, [*same(0), *same(1)])
    rebuilt(space.root)
    build(load(space.root), out=OUT)
    note = "replaced 0.1.0: documents -1, segments -2, stance -1"
    assert capsys.readouterr().err.startswith(note)
    assert not build(load(space.root), out=OUT).written and capsys.readouterr().err == ""


def test_a_campaign_without_labels_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    space = labelled(tmp_path / "w", 2).workspace
    config = space.root / "wirecopy.toml"
    config.write_text(config.read_text() + '[campaigns.later]\nscheme = "stance-simple"\n')
    assert "later" not in build(load(space.root), out=OUT).rows
    assert "left out, without labels: later; wirecopy annotation pull\n" in capsys.readouterr().err


def test_a_link_to_another_disk_stays(tmp_path: Path) -> None:
    space = labelled(tmp_path / "w", 2).workspace
    build(space, out=OUT)
    disk = tmp_path / "disk" / "release"
    shutil.move(space.release, disk)
    space.release.symlink_to(disk)
    for description in ("Other words.", "Better words."):
        release = space.config.release.model_copy(update={"description": description})
        assert build(replace(space, config=space.config.model_copy(update={"release": release})), out=OUT).written
        assert space.release.is_symlink() and description in (disk / "README.md").read_text()
        assert not [*disk.parent.glob(".*"), *space.release.parent.glob(".*")]


def test_a_split_without_documents_is_told_where_it_has_a_share(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    space = labelled(tmp_path / "w", 1).workspace
    build(space, out=OUT).show(OUT)
    assert "no document is in validation or test: too few are left" in capsys.readouterr().err
    config = space.root / "wirecopy.toml"
    config.write_text(config.read_text() + "[splits]\ntrain = 0.9\nvalidation = 0.0\ntest = 0.1\n")
    build(load(space.root), out=OUT).show(OUT)
    assert "no document is in test: too few are left" in capsys.readouterr().err


def test_without_labels_there_is_no_release(tmp_path: Path) -> None:
    one = campaign(tmp_path / "w", 2)
    with pytest.raises(WirecopyError, match="no labels in"):
        build(one.workspace, out=OUT)
    assert not one.workspace.release.exists() and not one.workspace.ledger.exists()


def test_a_tie_has_no_label_and_a_whole_distribution(tmp_path: Path) -> None:
    _, folder = released(labelled(tmp_path / "w", 5, ("favor", "against")).workspace)
    for rows in load_dataset(str(folder), "stance").values():
        assert set(rows["stance"]) == {None}
        assert all(row["favor"] == row["against"] == 0.5 for row in rows["stance_distribution"])
