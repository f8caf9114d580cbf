"""`export verify` where a release may be: a folder, a clone, a revision on the Hub; with text and without."""

import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from corpus.config import load
from corpus.errors import WirecopyError
from corpus.output import Output
from export.rehydrate import rehydrate
from export.standoff import standoff
from export.verify import verify, verify_release
from export.verify.contract import NEED_TEXT, ORDER
from export.verify.loading import loads
from export.verify.reading import Release
from tests.export.mutations import SIGNED, rewritten, signed
from tests.export.samples import released
from tests.export.test_verify import told
from tests.hub import Hub
from tests.hub.child import REPO
from tests.hub.publishing import send
from tests.releases import release as publishable

TEXTLESS = (
    "label",
    "share",
    "vote",
    "score",
    "mean",
    "annotators",
    "split",
    "answer-gone",
    "label-gone",
    "rows",
    "units",
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a release of the sample and its stand-off twin."""
    folder = tmp_path_factory.mktemp("placed") / "w"
    standoff(released(folder), load(folder).config, out=Output())
    return folder


@pytest.fixture
def copy(workspace: Path, tmp_path: Path) -> Path:
    """A copy of the release that a test may damage."""
    return Path(shutil.copytree(load(workspace).release, tmp_path / "release"))


@pytest.fixture
def twin(workspace: Path, tmp_path: Path) -> Path:
    """A copy of its stand-off twin."""
    folder = load(workspace).release
    return Path(shutil.copytree(folder.with_name(f"{folder.name}-standoff"), tmp_path / "twin"))


def test_a_clone_has_files_of_git(copy: Path) -> None:
    (copy / ".git").mkdir()
    (copy / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (copy / ".gitattributes").write_text("*.parquet filter=lfs\n")
    assert told(verify(copy, quick=True)) == []
    (copy / "notes.txt").write_text("more")
    assert told(verify(copy, quick=True)) == ["files: notes.txt: is not in the manifest"]


def linked(path: Path, beside: Path) -> None:
    path.rename(beside)
    path.symlink_to(beside)


def fifo(path: Path, _beside: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


STRANGE: dict[str, Callable[[Path, Path], None]] = {
    "stance": linked,
    "stance/train-00000-of-00001.parquet": linked,
    "manifest.json": fifo,
    "documents/train-00000-of-00001.parquet": fifo,
    "more": lambda path, beside: path.symlink_to(beside, target_is_directory=True),
}


@pytest.mark.parametrize("name", STRANGE)
def test_what_is_no_file_is_named_and_not_read(copy: Path, tmp_path: Path, name: str) -> None:
    STRANGE[name](copy / name, tmp_path / "beside")
    found = verify(copy)
    assert told(found) == [f"files: {name}: is a link or a device, not a file: nothing is read"]
    assert all(one.unmade for one in found.results if one.name != "files")


def test_a_broken_file_is_the_one_that_is_named(copy: Path) -> None:
    shard = copy / "documents" / "train-00000-of-00001.parquet"
    table = pq.read_table(shard)
    pq.write_table(table.append_column("text", table["text"]), shard)
    (copy / "README.md").write_text("---\n- 1\n---\n")
    (copy / "croissant.json").write_text("[1]")
    lines = [line for line in told(verify(copy, quick=True)) if line.startswith("readable")]
    places = ["README.md", "croissant.json", "documents/train-00000-of-00001.parquet"]
    assert sorted(line.split(": ")[1] for line in lines) == places


def test_a_stand_off_release_is_clean(twin: Path) -> None:
    found = verify(twin)
    assert told(found) == []
    skipped = {one.name for one in found.results if one.skipped == "no text"}
    assert skipped >= {"text-sha256", "segment-text", "span-text"} and "label-votes" not in skipped


def test_a_stand_off_release_has_no_text(twin: Path) -> None:
    def written(rows: list[dict[str, Any]]) -> None:
        rows[0]["text"] = "A sentence of an article."

    rewritten(twin / "segments" / "train-00000-of-00001.parquet", written)
    signed(twin)
    due = "kind: segments/train-00000-of-00001.parquet row 1: has text in a stand-off release"
    assert due in told(verify(twin, quick=True))


def test_a_partial_release_says_what_it_lacks(twin: Path, workspace: Path, tmp_path: Path) -> None:
    articles = Path(shutil.copytree(workspace / "articles", tmp_path / "articles"))
    shutil.rmtree(articles / "lone")
    folder = Path(rehydrate(twin, [str(articles)], output=tmp_path / "partial", out=Output()).folder)
    assert told(verify(folder, quick=True)) == []
    signed(folder, lambda facts: facts.update(incomplete=0))
    due = "kind: manifest.json: 0 articles without text in the facts, 1 in the rows"
    assert due in told(verify(folder, quick=True))
    (folder / "rehydration.json").unlink()
    signed(folder)
    assert "names: rehydration.json: is missing" in told(verify(folder, quick=True))


@pytest.mark.parametrize("name", TEXTLESS)
def test_damage_is_found_without_text_too(twin: Path, name: str) -> None:
    places = SIGNED[name](twin, random.Random(name))
    lines = told(verify(twin, quick=True))
    assert any(place in line for place in places for line in lines), lines


def test_a_release_must_have_the_text_that_a_stand_off_one_lacks(twin: Path) -> None:
    signed(twin, lambda facts: facts.update(kind="release"))
    found = verify(twin, quick=True)
    assert "values" in found.broken and any("no value in 'text'" in line for line in told(found))


def test_what_load_dataset_reads_is_compared_with_the_manifest(copy: Path) -> None:
    assert list(loads(Release(copy))) == []
    rows = {"train": 1, "validation": 1, "test": 1}
    signed(copy, lambda facts: facts["configs"][0].update(rows=rows))
    (finding,) = loads(Release(copy))
    assert "config 'documents' is not loaded: NonMatchingSplitsSizesError" in finding.what
    card = copy / "README.md"
    card.write_text(card.read_text().replace("path: segments/", "path: nowhere/"))
    assert any("config 'segments' is not loaded" in one.what for one in loads(Release(copy)))


def test_without_a_manifest_nothing_can_be_told(copy: Path) -> None:
    (copy / "manifest.json").write_text("{}")
    found = verify(copy, quick=True)
    assert told(found) == ["readable: manifest.json: [format] Field required"]
    with pytest.raises(WirecopyError, match="checks that can't be made"):
        found.settle()


def test_what_no_check_knows_ends_it_with_a_finding(copy: Path) -> None:
    path = copy / "manifest.json"
    told_of = json.loads(path.read_text())
    told_of["facts"]["campaigns"][0]["targets"] = [
        one | {"text": "words of no language"} for one in told_of["facts"]["campaigns"][0]["targets"]
    ]
    path.write_text(json.dumps(told_of))
    found = verify(copy, quick=True)
    (line,) = [line for line in told(found) if line.startswith("readable: ")]
    assert line.startswith("readable: stance: label-values to span-text can't be told of it: AttributeError")
    ended = {one.name: one.unmade for one in found.results if one.unmade}
    assert "label-votes" in ended and "answer" not in ended


@pytest.mark.parametrize("place", ["family_id", "text_sha256"])
def test_copies_and_translations_are_of_one_family(copy: Path, place: str) -> None:
    path = copy / "documents" / "train-00000-of-00001.parquet"

    def own(rows: list[dict[str, Any]]) -> None:
        for one in rows:
            one["family_id"] = one["doc_id"]
            one["text_sha256"] = rows[0]["text_sha256"] if place == "text_sha256" else one["text_sha256"]

    rewritten(path, own)
    signed(copy)
    lines = told(verify(copy, quick=True))
    due = {"family_id": "pair-family: pairs/train-", "text_sha256": "family: documents/train-"}
    assert any(line.startswith(due[place]) for line in lines), lines


def test_all_segments_of_a_language_that_no_text_has(copy: Path) -> None:
    def other(rows: list[dict[str, Any]]) -> None:
        for one in rows:
            one["language"] = "zz"

    rewritten(copy / "segments" / "train-00000-of-00001.parquet", other)
    signed(copy)
    found = verify(copy, quick=True)
    assert found.broken == ["segment-language"]


def test_the_release_of_a_workspace(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    verify_release(place=None, workspace=workspace, quick=True, out=Output(json=True))
    shown = json.loads(capsys.readouterr().out)
    assert shown["clean"] and {one["name"] for one in shown["checks"]} >= {"files", "label-votes", "span-text"}


def last_line(workspace: Path, capsys: pytest.CaptureFixture[str], place: Path | None) -> str:
    verify_release(place=str(place) if place else None, workspace=workspace, quick=True, out=Output())
    shown = capsys.readouterr().out
    assert any(line.split()[:4] == ["loads", "not", "made", "(--quick)"] for line in shown.splitlines())
    return shown.splitlines()[-1]


def test_the_last_line_says_what_is_proved(workspace: Path, twin: Path, capsys: pytest.CaptureFixture[str]) -> None:
    count = len(ORDER)  # `readable` is made too, `loads` is not
    due = f"proved: 12 articles, {count} checks, nothing wrong"
    assert last_line(workspace, capsys, None) == due
    due = f"proved: 12 articles, {count - len(NEED_TEXT)} checks, nothing wrong"
    assert last_line(workspace, capsys, twin) == f"{due}; what needs text was not checked: rehydrate, then verify"


def broken(workspace: Path, place: Path) -> str:
    with pytest.raises(WirecopyError) as caught:
        verify_release(place=str(place), workspace=workspace, quick=True, out=Output(json=True))
    return f"{caught.value.message}; {caught.value.hint}"


def test_the_way_out_is_one_that_works(copy: Path, workspace: Path, tmp_path: Path) -> None:
    (copy / "README.md").write_text("another card")
    assert broken(workspace, copy).endswith("; fetch it again")
    own = Path(shutil.copytree(workspace, tmp_path / "own"))
    release = load(own).release
    twin = release.with_name(f"{release.name}-standoff")
    for folder, command in ((release, "build"), (twin, "standoff")):
        (folder / "README.md").write_text("another card")
        assert broken(own, folder).endswith(f"; move {folder} away, then: wirecopy export {command}")


def test_what_is_no_release_is_told_once(workspace: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    release = load(workspace).release
    held = f"{release.name}, {release.name}-standoff"
    assert f"is no release; it holds {held}: name one" in broken(workspace, release.parent)
    assert "is no release: it has no manifest.json" in broken(workspace, tmp_path)
    monkeypatch.chdir(workspace)
    assert f"name the folder: {Path('build', 'release', release.name)}" in broken(workspace, Path(release.name))


def test_a_revision_on_the_hub(hub: Hub, tmp_path: Path, workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    send(publishable(tmp_path))
    verify_release(place=f"{REPO}@v0.1.0", workspace=workspace, quick=False, out=Output())
    assert f"{REPO}@v0.1.0" not in capsys.readouterr().err
    with pytest.raises(WirecopyError):
        verify_release(place=f"{REPO}@v9.9.9", workspace=workspace, quick=True, out=Output())
