"""`export diff`: what was changed between two releases comes out, row by row, and which version that calls for."""

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.config import load
from corpus.errors import WirecopyError
from corpus.output import EXIT_DONE, EXIT_PARTIAL, Output
from export.diff import Difference, changelog, diff, diff_releases, entry
from export.diff.change import ConfigChange, came_back
from export.diff.hashed import hash_column
from export.diff.version import Level, Proposal, propose
from export.manifest import read
from export.standoff import standoff
from tests.export.mutations import Change, dropped, listed, rewritten, signed, text
from tests.export.samples import released


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of the sample with three simulated annotators."""
    return released(tmp_path_factory.mktemp("compared") / "w")


@pytest.fixture
def newer(release: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(release, tmp_path / "newer"))


def changed(found: Difference, config: str) -> dict[str, Any]:
    one = next(each for each in found.changes if each.name == config)
    counts = {name: getattr(one, name) for name in ("added", "removed", "relabelled", "text", "values", "moved")}
    return {name: count for name, count in counts.items() if count}


def called(found: Difference) -> Proposal:
    assert found.proposal
    return found.proposal


def edited(folder: Path, config: str, change: Change) -> None:
    """Change the first row of the train split."""
    path = next(iter(sorted((folder / config).glob("train-*.parquet"))))
    rewritten(path, lambda rows: change(rows[0], random.Random(0)))
    signed(folder)


def test_a_release_does_not_differ_from_itself(release: Path, newer: Path) -> None:
    signed(newer)
    found = diff(release, newer)
    assert all(one.same for one in found.changes) and not found.facts
    assert (called(found).level, called(found).version) == (Level.SAME, "0.1.0")


def test_relabelled_rows_come_out_as_a_matrix(release: Path, newer: Path) -> None:
    before: list[Any] = []

    def relabel(one: dict[str, Any], _rng: random.Random) -> None:
        before.append(one["stance"])
        one["stance"] = (one["stance"] or 0) + 1

    edited(newer, "stance", relabel)
    found = diff(release, newer)
    assert changed(found, "stance") == {"relabelled": 1}
    one = next(each for each in found.changes if each.name == "stance")
    names = next(each for each in read(newer, hint="").facts.configs if each.name == "stance").features["stance"][
        "names"
    ]
    old = "no label" if before[0] is None else names[before[0]]
    assert one.matrix == {"stance": {old: {names[(before[0] or 0) + 1]: 1}}}
    assert one.relabelled_rows[0]["old"] == old
    assert (called(found).level, called(found).version) == (Level.PATCH, "0.1.1")


def test_a_label_that_is_lost_is_no_label(release: Path, newer: Path) -> None:
    def lose(rows: list[dict[str, Any]]) -> None:
        for one in rows:
            one["stance"] = None

    for path in (newer / "stance").glob("*.parquet"):
        rewritten(path, lose)
    signed(newer)
    one = next(each for each in diff(release, newer).changes if each.name == "stance")
    assert one.matrix["stance"] and {new for row in one.matrix["stance"].values() for new in row} == {"no label"}


def test_a_text_that_changed_is_told_and_is_a_minor_version(release: Path, newer: Path) -> None:
    def mend(one: dict[str, Any], rng: random.Random) -> None:
        text("text")(one, rng)
        text("text_sha256")(one, rng)

    edited(newer, "documents", mend)
    found = diff(release, newer)
    assert changed(found, "documents") == {"text": 1}
    assert called(found).level is Level.MINOR and called(found).version == "0.2.0"


def test_a_value_deep_in_a_list_is_told(release: Path, newer: Path) -> None:
    edited(newer, "documents", lambda one, _rng: one["paragraphs"][-1].update(rule="other"))
    assert changed(diff(release, newer), "documents") == {"values": 1}


@pytest.mark.parametrize(
    ("config", "how", "counts", "level"),
    [
        ("stance_annotations", dropped, {"removed": 1}, Level.MINOR),
        ("documents", dropped, {"removed": 1}, Level.MAJOR),
        ("segments", dropped, {"removed": 1}, Level.MINOR),
    ],
)
def test_rows_that_are_gone(
    release: Path, newer: Path, config: str, how: Any, counts: dict[str, int], level: Level
) -> None:
    listed(config, how)(newer, random.Random(1))
    found = diff(release, newer)
    assert changed(found, config) == counts and called(found).level is level
    back = diff(newer, release)
    assert changed(back, config) == {"added": 1} and called(back).level is Level.MINOR


def test_a_document_that_gave_way_is_told_and_one_that_came_back_is_an_error(
    release: Path, newer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = between(newer, "train", "test")
    assert diff_releases(old=str(release), new=str(newer), out=Output(json=True)) == EXIT_PARTIAL
    told = json.loads(capsys.readouterr().out)
    (documents,) = [one for one in told["changes"] if one["name"] == "documents"]
    assert documents["moves"] == [{"doc_id": moved, "before": "train", "after": "test"}]
    assert documents["ways"] == [{"before": "train", "after": "test", "rows": 1}]
    assert told["proposal"]["level"] == "major" and "1 document in another split" in told["proposal"]["why"]["major"]
    with pytest.raises(WirecopyError, match=rf"^1 document came back from a later split: {moved} \(test to train\)$"):
        diff_releases(old=str(newer), new=str(release), out=Output())


def test_what_came_back_is_told_however_many_moved(
    release: Path, newer: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("export.diff.change.LISTED", 2)
    for _ in range(3):
        between(newer, "train", "test")
    back = [between(newer, "validation", "train")]
    found = diff(release, newer)
    assert [one.doc_id for one in found.moves if came_back(one)] == back and len(found.moves) == 2
    assert "4 in another split (3 train to test, 1 validation to train)" in entry(found)
    with pytest.raises(WirecopyError, match=f"^1 document came back from a later split: {back[0]} "):
        diff_releases(old=str(release), new=str(newer), out=Output())
    with pytest.raises(
        WirecopyError, match=r"^3 documents came back from a later split: (\S+ \(test to train\)(, )?){2}"
    ):
        diff_releases(old=str(newer), new=str(release), out=Output())
    capsys.readouterr()
    shutil.rmtree(newer)
    shutil.copytree(release, newer)
    for _ in range(3):
        between(newer, "train", "test")
    assert diff_releases(old=str(release), new=str(newer), out=Output()) == EXIT_PARTIAL
    assert "\n3 documents in another split: " in capsys.readouterr().err


def test_an_id_prints_no_line_of_its_own(release: Path, newer: Path) -> None:
    def rename(one: dict[str, Any], _rng: random.Random) -> None:
        one["doc_id"] = "evil\nerror: \x1b[2Jfake"

    older = Path(shutil.copytree(release, newer.with_name("older")))
    edited(newer, "documents", rename)
    edited(older, "documents", rename)
    between(newer, "train", "test")
    with pytest.raises(WirecopyError) as told:
        diff_releases(old=str(newer), new=str(older), out=Output())
    assert r"evil\nerror: \x1b[2Jfake (test to train)" in told.value.message


def test_no_name_of_a_class_drives_the_terminal(release: Path, newer: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def rename(facts: dict[str, Any]) -> None:
        one = next(one for one in facts["configs"] if one["name"] == "stance")
        one["features"]["stance"]["names"][:] = [
            f"\x1b[2J{name}\nerror: fake" for name in one["features"]["stance"]["names"]
        ]

    signed(newer, rename)
    diff_releases(old=str(release), new=str(newer), out=Output())
    diff_releases(old=str(newer), new=str(release), out=Output())
    told = capsys.readouterr()
    assert "\x1b" not in told.out + told.err and "\\x1b[2J" in told.out
    assert not [line for line in (told.out + told.err).splitlines() if line.startswith("error")]


def between(folder: Path, source: str, target: str) -> str:
    """Move the first document of a split to another; return its id."""
    left, right = (next((folder / "documents").glob(f"{name}-*")) for name in (source, target))
    kept: list[dict[str, Any]] = []
    rewritten(left, lambda rows: kept.append(rows.pop(0)))
    rewritten(right, lambda rows: rows.append(kept[0]))
    signed(folder)
    return str(kept[0]["doc_id"])


def test_two_equal_releases_end_well(release: Path, newer: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert diff_releases(old=str(release), new=str(newer), out=Output()) == EXIT_DONE
    assert "nothing changed" in capsys.readouterr().out


def test_another_licence_is_a_patch(release: Path, newer: Path) -> None:
    def change(facts: dict[str, Any]) -> None:
        facts["people"].update(license="cc-by-4.0")
        facts["splits"].update(undated=7)

    signed(newer, change)
    found = diff(release, newer)
    assert found.facts == ["license", "splits"] and called(found).level is Level.PATCH
    assert "- on the card: license, figures of splits\n" in entry(found)


def test_a_twin_is_told_as_one_and_no_version_follows(
    release: Path, newer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twin = standoff(newer, load(release.parents[2]).config, out=Output()).folder
    assert diff_releases(old=str(release), new=twin, out=Output()) == EXIT_DONE
    told = capsys.readouterr()
    assert told.out.startswith("the first has its text, the second no text: as versions they can't be compared\n")
    assert "calls for" not in told.err and "enough" not in told.out
    assert diff_releases(old=twin, new=str(release), out=Output(json=True)) == EXIT_DONE
    assert json.loads(capsys.readouterr().out)["proposal"] is None


def test_every_reason_and_the_number_are_told(release: Path, newer: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for config in ("documents", "segments", "stance"):
        listed(config, dropped)(newer, random.Random(1))
    diff_releases(old=str(release), new=str(newer), out=Output())
    told = capsys.readouterr()
    assert "0.1.0 -> 0.1.0: major: 0.2.0 is enough while below 1.0\n- major: 1 document removed\n" in told.out
    assert "- minor: 1 row of segments removed; 1 row of stance removed\n" in told.out
    assert "0.1.0 says too little: this calls for 0.2.0" in told.err


def test_the_changelog_has_every_version_once(release: Path, newer: Path) -> None:
    first = (release / "CHANGELOG.md").read_text()
    assert first.startswith("# Changelog\n\n## 0.1.0\n\nThe first release:\n")
    edited(newer, "stance", lambda one, _rng: one.update(stance=(one["stance"] or 0) + 1))
    facts = read(newer, hint="").facts.model_copy(update={"version": "0.1.1"})
    (newer / "manifest.json").unlink()
    whole = changelog(release, newer, facts)
    assert [line for line in whole.splitlines() if line.startswith("## ")] == ["## 0.1.1", "## 0.1.0"]
    assert "- `stance`: 1 relabelled\n" in whole and "| --- |" in whole
    assert whole.endswith(first.removeprefix("# Changelog\n"))


def test_what_is_no_release_is_an_error(release: Path, tmp_path: Path) -> None:
    with pytest.raises(WirecopyError, match=r"is no release: it has no manifest\.json"):
        diff_releases(old=str(release), new=str(tmp_path), out=Output())
    with pytest.raises(WirecopyError, match="is no folder and no dataset"):
        diff_releases(old=str(release), new="nowhere", out=Output())


def test_versions_go_up_as_far_as_the_change_asks() -> None:
    gone = ConfigChange("documents", 3, 2, removed=1)
    column = ConfigChange("stance", 3, 3, columns_removed=["target"])
    come = ConfigChange("segments", 3, 4, added=1)
    label = ConfigChange("stance", 3, 3, relabelled=1)
    for changes, due in [
        ([gone, come], "3.0.0"),
        ([column], "3.0.0"),
        ([come, label], "2.5.0"),
        ([label], "2.4.8"),
        ([], "2.4.7"),
    ]:
        assert propose("2.4.7", "2.4.7", changes, [], [], facts=False).version == due
    assert not propose("2.4.7", "2.4.8", [come], [], [], facts=False).enough
    assert propose("2.4.7", "2.10.0", [come], [], [], facts=False).enough
    assert propose("0.4.7", "0.5.0", [gone], [], [], facts=False).enough


@pytest.mark.parametrize(
    ("old", "new", "change", "version", "enough"),
    [
        ("1.0.0-rc.1", "1.0.0", "added", "1.0.0", True),
        ("1.0.0-rc.1", "1.0.0-rc.2", "removed", "1.0.0", True),
        ("1.0.0-rc.2", "1.0.0-rc.1", "removed", "1.0.0", False),
        ("0.2.0-rc.1", "0.2.0", "removed", "0.2.0", True),
        ("1.2.1-rc.1", "1.2.1", "added", "1.3.0", False),
        ("1.0.0", "2.0.0-rc.1", "removed", "2.0.0", True),
        ("1.0.0", "1.1.0-rc.1", "removed", "2.0.0", False),
        ("1.0.0", "1.0.0+build", "values", "1.0.1", False),
        ("1.0.0+a", "1.0.1", "values", "1.0.1", True),
    ],
)
def test_a_draft_says_as_much_as_its_version(old: str, new: str, change: str, version: str, enough: bool) -> None:
    changed_rows = ConfigChange("documents", 3, 3)
    setattr(changed_rows, change, 1)
    found = propose(old, new, [changed_rows], [], [], facts=False)
    assert (found.version, found.enough) == (version, enough)


@pytest.mark.parametrize(
    ("config", "one", "more"), [("documents", "document", "documents"), ("stance", "row of stance", "rows of stance")]
)
def test_reasons_count_what_the_config_has(config: str, one: str, more: str) -> None:
    change = ConfigChange(config, 3, 3, moved=2, added=1)
    assert propose("1.0.0", "1.0.0", [change], [], [], facts=False).why == {
        "major": [f"2 {more} in another split"],
        "minor": [f"1 {one} added"],
    }


KIND = pa.struct([("name", pa.string()), ("spans", pa.list_(pa.struct([("at", pa.int64()), ("p", pa.float64())])))])
SPANS = st.lists(
    st.none() | st.fixed_dictionaries({"at": st.none() | st.integers(0, 2), "p": st.sampled_from([None, 0.0, 0.5])}),
    max_size=3,
)
ROWS = st.lists(
    st.none() | st.fixed_dictionaries({"name": st.sampled_from([None, "", "a"]), "spans": st.none() | SPANS}),
    max_size=8,
)


@given(rows=ROWS, cut=st.integers(0, 8))
def test_rows_have_one_hash_where_they_are_equal_and_only_there(rows: list[Any], cut: int) -> None:
    found = hash_column(pa.array(rows, KIND)).tolist()
    for left, first in zip(rows, found, strict=True):
        for right, second in zip(rows, found, strict=True):
            assert (left == right) == (first == second), (left, right)
    assert hash_column(pa.array(rows, KIND).slice(cut)).tolist() == found[cut:], "a slice has the same hashes"
