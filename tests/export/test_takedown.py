"""A source taken down: nothing of it is left in any release here, the rest is as it was, and it does not come back."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.config import Workspace, load
from corpus.errors import WirecopyError
from export.manifest import edited
from export.rehydrate import rehydrate
from export.release import build
from export.schema import CHANGES, LEAKAGE, SPLITS
from export.splits.ledger import entries as entries_of
from export.splits.ledger import save
from export.standoff import standoff
from export.takedown import take_down, takedown_workspace
from export.takedown.record import FILE, add, entries
from export.takedown.rows import taken_down, told
from tests.export.test_build import end
from tests.export.test_release import labelled
from tests.export.test_standoff import SOURCES, contents, manifest, table, unpacked
from tests.twins import OUT, made, workspace

DAY = "2026-01-31"


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    return workspace(tmp_path)


def inodes(folder: Path) -> dict[str, int]:
    return {path.relative_to(folder).as_posix(): path.stat().st_ino for path in folder.rglob("*") if path.is_file()}


def documents(space: Workspace) -> dict[str, dict[str, Any]]:
    return {row["doc_id"]: row for row in table(space.release, "documents")}


def holding(folder: Path, words: list[str]) -> Iterator[str]:
    """Yield each file that has one of these in any of its bytes, unpacked ones too."""
    for name, data in contents(folder).items():
        whole = b"".join(unpacked(name, data))
        yield from (f"{name}: {word}" for word in words if re.search(rb"(?<![\w-])" + re.escape(word.encode()), whole))


@pytest.mark.parametrize("source", ["wire-desk", "row-0", "articles/wire-desk", "pages", "pages/harbour-talks.html"])
def test_no_byte_of_it_is_left_in_any_release(space: Workspace, source: str) -> None:
    standoff(space.release, space.config, out=OUT)
    known = documents(space)
    mine = [doc for doc, row in known.items() if source in (doc, row["outlet"]) or row["source"].startswith(source)]
    texts = [row["text"] for row in table(space.release, "segments") if row["doc_id"] in mine]
    theirs = {row["text"] for row in table(space.release, "segments") if row["doc_id"] not in mine}
    before = contents(space.release)
    done = take_down(space, source, day=DAY, out=OUT)
    assert {one.documents for one in done} == {len(mine)} and len(done) == 2 and mine
    words = [*mine, *({*texts} - theirs), *({known[doc]["outlet"] for doc in mine if source == known[doc]["outlet"]})]
    for one in done:
        folder = Path(one.folder)
        assert list(holding(folder, words)) == []
        assert edited(folder, manifest(folder)) == []
    assert contents(space.release) != before


def test_a_move_does_not_name_it_either(space: Workspace) -> None:
    families = [row["family_id"] for row in documents(space).values()]
    mine = [doc for doc, row in documents(space).items() if families.count(row["family_id"]) > 1]
    lines = entries_of(space.ledger)
    (earlier, *_) = mine
    place = next(one.split for one in lines if one.doc_id == earlier)
    together = [one._replace(split="test") if one.split == place else one for one in lines]
    save(space.ledger, [one._replace(split="train") if one.doc_id == earlier else one for one in together])
    config = space.root / "wirecopy.toml"
    config.write_text(config.read_text().replace('version = "1.0.0"', 'version = "2.0.0"'))
    later = load(space.root)
    build(later, out=OUT)
    standoff(later.release, later.config, out=OUT)
    (move,) = json.loads((later.release / LEAKAGE).read_text())["moves"]
    assert move["doc_id"] == earlier and move["because"] in move["reason"]
    for one in take_down(later, move["because"], day=DAY, out=OUT):
        assert list(holding(Path(one.folder), [move["because"]])) == []
        assert edited(Path(one.folder), manifest(Path(one.folder))) == []
    (left,) = json.loads((later.release / LEAKAGE).read_text())["moves"]
    assert left == move | {"because": "", "reason": "belongs together with a document that is no longer here"}
    config.write_text(config.read_text().replace('version = "2.0.0"', 'version = "3.0.0"'))
    again = load(space.root)
    build(again, out=OUT)
    assert list(holding(again.release, [move["because"]])) == []


def test_what_is_left_is_as_it_was(space: Workspace) -> None:
    names = manifest(space.release).rows()
    before = {name: table(space.release, name) for name in names}
    take_down(space, "wire-desk", day=DAY, out=OUT)
    for name in names:
        kept = [row for row in before[name] if "wire-desk" not in json.dumps([row.get(part) for part in named(row)])]
        now = table(space.release, name)
        assert [without_family(row) for row in now] == [without_family(row) for row in kept]
        assert sum(manifest(space.release).rows()[name].values()) == len(now) < len(before[name])


def named(row: dict[str, Any]) -> set[str]:
    return {"doc_id", "doc_ids", "left", "right"} & row.keys()


def without_family(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "family_id"}


def test_only_shards_that_name_it_are_written(space: Workspace) -> None:
    split = {row["doc_id"]: row["split"] for row in pq.read_table(space.release / SPLITS).to_pylist()}
    lonely = next(doc for doc, where in split.items() if where == "validation")
    before, inode = contents(space.release), inodes(space.release)
    (done,) = take_down(space, lonely, day=DAY, out=OUT)
    now, kept = contents(space.release), inodes(space.release)
    shards = {name for name in before if name.count("/") and name.endswith(".parquet")}
    assert {name for name in shards if kept.get(name) != inode[name]} == {
        name for name in shards if "/validation-" in name
    }
    assert all(now[name] == before[name] for name in shards if "/validation-" not in name)
    assert done.kept == len([name for name in shards if "/validation-" not in name])
    assert all("validation" not in counts for counts in manifest(space.release).rows().values())


def test_a_family_gets_the_name_of_one_that_is_left(space: Workspace) -> None:
    families = {doc: row["family_id"] for doc, row in documents(space).items()}
    head = next(one for doc, one in families.items() if one != doc)
    rest = sorted(doc for doc, one in families.items() if one == head != doc)
    take_down(space, head, day=DAY, out=OUT)
    now = {doc: row["family_id"] for doc, row in documents(space).items()}
    assert {now[doc] for doc in rest} == {rest[0]}
    assert all(now[doc] == families[doc] for doc in now if doc not in rest)


def test_it_is_told_without_its_name(space: Workspace) -> None:
    take_down(space, "web-desk", day=DAY, out=OUT)
    facts = manifest(space.release).facts
    (one,) = facts.takedowns
    assert one.documents == 1 and one.date == DAY and one.rows["documents"] == 1 and "web-desk" not in one.source
    assert [one.outlet for one in facts.outlets].count("web-desk") == 0
    assert "- taken down: one source, 1 document and" in (space.release / CHANGES).read_text().split("\n## ")[1]
    assert sum(facts.splits.documents.values()) == len(documents(space))
    told = json.loads((space.release / LEAKAGE).read_text())
    assert sum(told["documents"].values()) == len(documents(space))


def test_run_twice_it_changes_nothing(space: Workspace) -> None:
    take_down(space, "web-desk", day=DAY, out=OUT)
    before = contents(space.root)
    assert take_down(space, "web-desk", day="2027-01-01", out=OUT) == []
    assert contents(space.root) == before


def test_killed_after_the_record_it_goes_on(space: Workspace) -> None:
    add(space, "web-desk", DAY)
    (done,) = take_down(space, "web-desk", day="2027-01-01", out=OUT)
    assert done.documents == 1 and manifest(space.release).facts.takedowns[0].date == DAY


def test_killed_between_two_renames_it_goes_on_and_no_release_is_lost(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = space.root / "wirecopy.toml"
    config.write_text(config.read_text().replace('version = "1.0.0"', 'version = "2.0.0"'))
    later, move = load(space.root), Path.replace
    build(later, out=OUT)

    def cut(path: Path, to: Path) -> Path:
        move(path, to)
        return end() if to.name == ".1.0.0.old" else to

    monkeypatch.setattr(Path, "replace", cut)
    with pytest.raises(OSError, match="ended here"):
        take_down(later, "wire-desk", day=DAY, out=OUT)
    monkeypatch.undo()
    done = take_down(later, "wire-desk", day=DAY, out=OUT)
    assert [Path(one.folder).name for one in done] == ["1.0.0", "2.0.0"]
    assert sorted(path.name for path in space.release.parent.iterdir()) == ["1.0.0", "2.0.0"]
    assert list(holding(space.release.parent, ["wire-desk"])) == []


def test_what_it_does_not_reach_is_told(space: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    takedown_workspace(workspace=space.root, source="wire-desk", out=OUT)
    told = capsys.readouterr().err
    assert f"only {space.release.parent} was cleared" in told
    assert "raise [release] version, wirecopy export build, then publish" in told


def test_a_build_does_not_bring_it_back(space: Workspace) -> None:
    take_down(space, "wire-desk", day=DAY, out=OUT)
    config = space.root / "wirecopy.toml"
    config.write_text(config.read_text().replace('version = "1.0.0"', 'version = "2.0.0"'))
    later = load(space.root)
    build(later, out=OUT)
    assert list(holding(later.release, ["wire-desk"])) == []
    assert {row["doc_id"]: row for row in table(later.release, "documents")} == documents(space)
    assert manifest(later.release).facts.takedowns[0].documents == 2


def test_the_stand_off_twin_leads_to_the_release_that_is_left(space: Workspace, tmp_path: Path) -> None:
    twin = Path(standoff(space.release, space.config, out=OUT).folder)
    take_down(space, "wire-desk", day=DAY, out=OUT)
    assert not standoff(space.release, space.config, out=OUT).written
    sources = [str(space.root / name) for name in SOURCES]
    done = rehydrate(twin, sources, out=OUT, output=tmp_path / "back")
    assert done.whole and contents(tmp_path / "back") == contents(space.release)


def test_a_name_that_fits_nothing_is_an_error_and_no_record(space: Workspace) -> None:
    for source in ("wire-des", "articles/wire", "http", "row", "harbour-tunnel-01"):
        with pytest.raises(WirecopyError, match=f"no document is of '{source}'") as error:
            take_down(space, source, day=DAY, out=OUT)
        assert "outlets here: city-post, " in error.value.hint
    assert not (space.root / FILE).exists() and not taken_down(space)


def test_all_of_it_is_never_taken_down_and_a_name_that_is_no_unicode_is_told(tmp_path: Path) -> None:
    space = labelled(tmp_path / "w", 3).workspace
    build(space, out=OUT)
    for source, words in (("articles.jsonl", "every document is of"), ("\udcff", "no Unicode")):
        with pytest.raises(WirecopyError, match=words):
            take_down(space, source, day=DAY, out=OUT)
    assert not (space.root / FILE).exists() and sum(manifest(space.release).rows()["documents"].values()) == 3


def test_entries_in_one_line_are_added_to(space: Workspace) -> None:
    (space.root / FILE).write_text(f'takedown = [{{ source = "pages", date = "{DAY}" }}]\n')
    add(space, "wire-desk", DAY)
    assert [one.source for one in entries(space)] == ["pages", "wire-desk"]


def test_nothing_comes_back_when_the_record_is_lost(space: Workspace) -> None:
    take_down(space, "wire-desk", day=DAY, out=OUT)
    kept = (space.root / FILE).read_bytes()
    (space.root / FILE).unlink()
    with pytest.raises(WirecopyError, match=rf"takedowns\.toml lacks a source that was taken down .* on {DAY}"):
        build(space, out=OUT)
    (space.root / FILE).symlink_to("nowhere")
    with pytest.raises(WirecopyError, match=r"takedowns\.toml: can't be read"):
        build(space, out=OUT)
    (space.root / "nowhere").write_bytes(kept)
    build(space, out=OUT)
    assert list(holding(space.release, ["wire-desk"])) == []


@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1), min_size=1, max_size=4, unique=True))
def test_any_name_is_read_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    space = Workspace(tmp_path_factory.mktemp("w"), load(made()).config)
    (space.root / FILE).write_text("# A note of ours.\n")
    for name in [*names, *names]:
        add(space, name, DAY)
    assert [one.source for one in entries(space)] == names
    assert (space.root / FILE).read_text().startswith("# A note of ours.\n")


def test_a_release_says_what_was_taken_down_of_the_corpus(space: Workspace) -> None:
    add(space, "wire-desk", DAY)
    gone = taken_down(space)
    assert {doc.partition("/")[0] for doc in gone.ids} == {"wire-desk"}
    assert [(one.documents, one.rows) for one in told(space)] == [(len(gone.ids), {})]
