"""How a release is built: the same bytes from raw answers anywhere, nothing half done, no label of an older answer."""

import json
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import pyarrow.parquet as pq
import pytest

from annotation.answers.tables import made, pull_file
from annotation.answers.tables import rebuild as made_anew
from annotation.campaign import Campaign
from annotation.campaign import load as load_campaigns
from annotation.tasks import to_server
from corpus.config import Workspace, load
from corpus.errors import WirecopyError
from corpus.files import sha256_file
from corpus.output import Output
from corpus.parquet import read_dicts, write
from export.facts import gather
from export.release import build
from export.schema import Facts
from export.tables import write as write_tables
from export.takedown import take_down
from export.takedown.record import add as record
from export.versions import earlier
from tests.campaigns import rebuilt, write_articles
from tests.export.test_privacy import annotated, everything
from tests.export.test_release import answer, contents, labelled, same, written

OUT = Output()


def of(folder: Path) -> Campaign:
    return load_campaigns(load(folder))[0]


def test_splits_of_the_release_are_those_of_the_ledger(tmp_path: Path) -> None:
    space = labelled(tmp_path / "w").workspace
    build(space, out=OUT)
    told = {row["doc_id"]: row["split"] for row in read_dicts(space.release / "splits.parquet")}
    assert list(told) == sorted(told) and len(told) == 12
    assert told == {row["doc_id"]: row["split"] for row in read_dicts(space.ledger)}
    for path in (space.release / "documents").glob("*.parquet"):
        assert all(told[row["doc_id"]] == path.name.split("-")[0] for row in read_dicts(path))
    manifest = json.loads((space.release / "manifest.json").read_text())
    assert manifest["files"]["splits.parquet"]["rows"] == 12 and "leakage.json" in manifest["files"]


@pytest.mark.parametrize("workers", [1, 4])
def test_raw_answers_give_the_same_bytes_elsewhere_with_any_number_of_workers(
    tmp_path: Path, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("annotation.answers.labels.GROUP_BYTES", 1)
    monkeypatch.setattr("export.release.write", partial(write_tables, range_bytes=1))
    one = labelled(tmp_path / "w").workspace
    build(one, workers=1, out=OUT)
    assert len([*one.release.glob("stance/train-*")]) > 4
    other = tmp_path / "another place" / "w"
    other.mkdir(parents=True)
    for name in ("wirecopy.toml", "articles.jsonl"):
        shutil.copy(one.root / name, other)
    shutil.copytree(one.annotation / "stance" / "pull", other / "build" / "annotation" / "stance" / "pull")
    shutil.copytree(one.state, other / ".wirecopy")
    build(rebuilt(other), workers=workers, out=OUT)
    assert contents(load(other).release) == contents(one.release)


def test_answers_that_come_while_it_is_built_are_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = labelled(tmp_path / "w", 3)

    def late(*told: Any, **more: Any) -> Facts:
        pulled(one)
        return gather(*told, **more)

    monkeypatch.setattr("export.release.gather", late)
    with pytest.raises(WirecopyError, match="inputs changed while the release was built"):
        build(one.workspace, out=OUT)
    assert not one.workspace.release.exists() and not one.workspace.ledger.exists()
    monkeypatch.undo()
    done = build(one.workspace, out=OUT)
    assert done.written and sum(done.rows["stance_annotations"].values()) == 10


def pulled(one: Campaign) -> None:
    """Pull one more answer."""
    task = to_server(one.tasks()[0]) | {"id": 0, "annotations": [answer("77", 9, "against")]}
    pull_file(one, written(one.workspace.root / "late.json", [task]))


@pytest.mark.parametrize("step", ["seal", "ledger", "away", "swap"])
def test_wherever_it_ends_the_next_build_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    one = labelled(tmp_path / "w")
    build(one.workspace, out=OUT)
    new = [{"id": f"new-{at}", "text": f"Something else entirely, number {at}.", "language": "en"} for at in range(9)]
    write_articles(one.workspace.root, [*(row for at in range(12) for row in same(at)), *new])
    rebuilt(one.workspace.root)
    before = one.workspace.ledger.read_bytes()
    shutil.copytree(tmp_path / "w", tmp_path / "other")
    other = load(tmp_path / "other")
    build(other, out=OUT)
    place = {"ledger": one.workspace.ledger, "away": one.workspace.release.with_name(".0.1.0.old")}
    if step == "seal":
        monkeypatch.setattr("export.release.seal", lambda *_: end())
    else:
        move, at = Path.replace, place.get(step, one.workspace.release)
        monkeypatch.setattr(Path, "replace", lambda path, to: end() if to == at else move(path, to))
    with pytest.raises(OSError, match="ended here"):
        build(one.workspace, out=OUT)
    assert (one.workspace.ledger.read_bytes() == before) == (step in ("seal", "ledger"))
    monkeypatch.undo()
    assert build(one.workspace, out=OUT).written and contents(one.workspace.release) == contents(other.release)
    assert one.workspace.ledger.read_bytes() == other.ledger.read_bytes()
    assert not build(one.workspace, out=OUT).written and not build(other, out=OUT).written
    assert not [*one.workspace.release.parent.glob(".*"), *one.workspace.root.glob(".splits*")]


def end() -> NoReturn:
    raise OSError("ended here")


def test_a_build_that_fails_leaves_ledger_and_release_as_they_were(tmp_path: Path) -> None:
    space = annotated(tmp_path / "w").workspace
    build(space, out=OUT)
    before = contents(space.release), space.ledger.read_bytes()
    new = [{"id": f"new-{at}", "text": f"Something else entirely, number {at}.", "language": "en"} for at in range(3)]
    write_articles(space.root, [*(row for at in range(6) for row in same(at)), *new])
    config = space.root / "wirecopy.toml"
    config.write_text(config.read_text().replace("[annotators.q", "[annotators.mayor-ostrander]\n[annotators.q"))
    rebuilt(space.root)
    one = of(space.root)
    holder_typed(one, 0, "Mayor-Ostrander")
    with pytest.raises(WirecopyError, match=r"annotations\.parquet: row \d+: the name of an account"):
        build(one.workspace, out=OUT)
    assert (contents(space.release), space.ledger.read_bytes()) == before
    assert not [*space.release.parent.glob(".*"), *space.root.glob(".splits*")]


def holder_typed(one: Campaign, at: int, name: str) -> str:
    """Let an annotator mark a passage in a task and type whose view it is; return the task's document."""
    task = to_server(one.tasks()[at])
    answered = answer(f"9{at}", 7, "favor")
    mark = {"start": 0, "end": 3, "text": task["data"]["article_text"][:3]}
    region = {"id": "r", "to_name": "article", "value": mark | {"labels": ["actor-favor"]}}
    typed = {"id": "r", "to_name": "article", "type": "textarea", "from_name": "evidence-typed"}
    answered["result"] += [
        region | {"type": "labels", "from_name": "evidence"}, typed | {"value": mark | {"text": [name]}}
    ]  # fmt: skip
    path = written(one.workspace.root / "more.json", [task | {"id": at, "annotations": [answered]}])
    assert pull_file(one, path).quarantined == 0
    return one.tasks()[at].doc_ids[0]


def test_what_was_typed_about_a_source_that_was_taken_down_stops_no_build(tmp_path: Path) -> None:
    space = annotated(tmp_path / "w").workspace
    one = of(space.root)
    doc = holder_typed(one, 0, "Quirinius")
    with pytest.raises(WirecopyError, match="the name of an account"):
        build(space, out=OUT)
    record(space, doc, "2026-01-01")
    assert build(space, out=OUT).written and "quirinius" not in everything(space.release)
    other = holder_typed(one, 3, "Quirinius")
    rows = read_dicts(one.folder / "annotations.parquet")
    (at,) = [at for at, row in enumerate(rows, 1) if row["doc_ids"] == [other] and "Quirinius" in str(row["spans"])]
    with pytest.raises(WirecopyError, match=rf"annotations\.parquet: row {at}: the name of an account"):
        build(space, out=OUT)


def test_a_label_edited_by_hand_is_made_anew(tmp_path: Path) -> None:
    one = labelled(tmp_path / "w")
    path = one.folder / "labels.parquet"
    right = sha256_file(path)
    rows, schema = list(read_dicts(path)), pq.read_schema(path)
    described = json.loads(schema.metadata[b"huggingface"])["info"]["features"]
    write(path, [row | {"stance": 3} for row in rows], described)
    build(one.workspace, out=OUT)
    assert sha256_file(path) == right
    assert all(row["stance"] == 1 for path in one.workspace.release.glob("stance/*") for row in read_dicts(path))


def test_tables_are_made_anew_when_anything_they_follow_from_is_another(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    one = labelled(folder, 3)
    stamp = (one.folder / "tables.json").read_bytes()
    assert made(of(folder)) == made_anew(of(folder)) and (one.folder / "tables.json").read_bytes() == stamp
    config = folder / "wirecopy.toml"
    config.write_text(config.read_text() + '[release]\nversion = "9.0.0"\n')
    assert made(of(folder)).stale == 0 and (one.folder / "tables.json").read_bytes() == stamp
    write_articles(folder, [{"id": "doc-0", "text": "Edited.", "language": "en"}, *same(1), *same(2)])
    rebuilt(folder)
    assert made(of(folder)).stale == 3
    config.write_text(config.read_text().replace("Cars should pay a toll.", "Cars must pay."))
    assert made(of(folder)).stale == 9
    config.write_text(config.read_text().replace("Cars must pay.", "Cars should pay a toll."))
    task = to_server(of(folder).tasks()[1]) | {"id": 7, "annotations": [answer("77", 9, "against")]}
    pull_file(one, (folder / "more.json", (folder / "more.json").write_text(json.dumps([task])))[0])
    assert made(of(folder)).annotations == 10
    (one.folder / "annotations.parquet").unlink()
    assert made(of(folder)).annotations == 10 and (one.folder / "annotations.parquet").is_file()


def test_what_was_taken_down_is_in_no_later_release(tmp_path: Path) -> None:
    space = labelled(tmp_path / "w").workspace
    build(space, out=OUT)
    record(space, "doc-3", "2026-01-01")
    assert build(space, out=OUT).written and not build(space, out=OUT).written
    told = everything(space.release)
    assert "the mayor, 3," not in told and "'doc-3'" not in told and '"doc-3"' not in told and "the mayor, 4," in told
    facts = json.loads((space.release / "manifest.json").read_text())["facts"]
    assert sum(facts["splits"]["documents"].values()) == 11 and facts["takedowns"][0]["documents"] == 1
    assert {one["name"]: one["left_out"] for one in facts["configs"]}["stance"] == {
        "of sources that were taken down": 1
    }


def test_the_record_of_a_takedown_outlives_every_build(tmp_path: Path) -> None:
    space = labelled(tmp_path / "w").workspace
    build(space, out=OUT)
    take_down(space, "doc-3", day="2026-01-01", out=OUT)
    line = "- taken down: one source, 1 document and "
    assert told(space).count(line) == 1
    assert build(space, out=OUT).written and told(space).count(line) == 1
    release = space.config.release.model_copy(update={"version": "0.2.0"})
    later = replace(space, config=space.config.model_copy(update={"release": release}))
    record(space, "doc-4", "2026-01-02")
    build(later, out=OUT)
    new, old = told(later).split("\n## ")[1:]
    assert new.startswith("0.2.0\n\nSince 0.1.0:") and (new.count(line), f"{old}".count(line)) == (1, 1)
    shutil.rmtree(space.release)
    with (space.root / "takedowns.toml").open("a") as file:
        file.write("# again\n")
    assert build(later, out=OUT).written and told(later).count(line) == 2


def told(space: Workspace) -> str:
    return (space.release / "CHANGELOG.md").read_text()


def test_a_changelog_tells_what_is_other_than_in_the_version_before(tmp_path: Path) -> None:
    space = labelled(tmp_path / "w").workspace
    build(space, out=OUT)
    release = space.config.release.model_copy(update={"version": "0.2.0", "description": "More."})
    later = replace(space, config=space.config.model_copy(update={"release": release}))
    build(later, out=OUT)
    assert "Since 0.1.0" in (later.release / "CHANGELOG.md").read_text()
    assert earlier(later.release) == space.release and earlier(space.release) is None


def test_answers_that_lost_a_chunk_are_not_released(tmp_path: Path) -> None:
    one = labelled(tmp_path / "w")
    (one.folder / "pull" / "000001.json").rename(one.folder / "pull" / "000002.json")
    with pytest.raises(WirecopyError, match="chunk 1 of the answers is missing"):
        build(one.workspace, out=OUT)


def test_a_lost_ledger_is_told_while_a_release_stands(tmp_path: Path) -> None:
    space = labelled(tmp_path / "w").workspace
    build(space, out=OUT)
    space.ledger.unlink()
    with pytest.raises(WirecopyError, match=r"splits.parquet: '.*' is missing; .* has it in") as told:
        build(space, out=OUT)
    assert "restore it from version control" in told.value.hint
