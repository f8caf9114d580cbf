"""`export diff` of a release that is damaged, or that somebody made: what is wrong is told, and nothing else."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.errors import WirecopyError
from corpus.output import Output
from export.diff import changelog, diff_releases
from export.manifest import read
from tests.export.mutations import signed
from tests.releases import release

SHARD = "stance/train-00000-of-00001.parquet"
Damage = Callable[[Path], None]


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    return release(tmp_path)


@pytest.fixture
def damaged(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "damaged"))


def fifo(name: str) -> Damage:
    def damage(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        os.mkfifo(folder / name)

    return damage


def cut(folder: Path) -> None:
    (folder / SHARD).write_bytes(b"PAR1")


def other(folder: Path) -> None:
    shutil.copy(next((folder / "documents").glob("train-*")), folder / SHARD)


def more(folder: Path) -> None:
    shutil.copy(folder / SHARD, folder / SHARD.replace("00000-of", "00001-of"))


NOT_OF_THE_MANIFEST: dict[str, tuple[Damage, str]] = {
    "missing": (lambda folder: (folder / SHARD).unlink(), f"{SHARD} is missing"),
    "cut": (cut, f"{SHARD} is not what its manifest says"),
    "of another config": (other, f"{SHARD} is not what its manifest says"),
    "one more": (more, f"{SHARD.replace('00000-of', '00001-of')} is not in its manifest"),
    "a pipe": (fifo(SHARD), f"{SHARD} is not what its manifest says"),
    "one more pipe": (fifo("stance/train-9-of-1.parquet"), "stance/train-9-of-1.parquet is not in its manifest"),
}


@pytest.mark.parametrize(("damage", "told"), NOT_OF_THE_MANIFEST.values(), ids=list(NOT_OF_THE_MANIFEST))
def test_a_shard_that_is_not_the_one_of_the_manifest(whole: Path, damaged: Path, damage: Damage, told: str) -> None:
    damage(damaged)
    for old, new in ((whole, damaged), (damaged, whole)):
        with pytest.raises(WirecopyError) as error:
            diff_releases(old=str(old), new=str(new), out=Output())
        assert error.value.message == f"{damaged}: {told}"
        assert error.value.hint == f"wirecopy export verify {damaged}"
    with pytest.raises(WirecopyError) as error:
        changelog(damaged, whole, read(whole, hint="").facts)
    assert told in error.value.message


def test_a_card_that_was_edited_does_not_matter(whole: Path, damaged: Path) -> None:
    (damaged / "README.md").write_text("Mine.")
    assert diff_releases(old=str(whole), new=str(damaged), out=Output()) == 0


def column(name: str, change: Callable[[pa.Table], pa.Table]) -> Damage:
    """Change a table, and sign the release: its hashes are right."""

    def damage(folder: Path) -> None:
        path = folder / name
        pq.write_table(change(pq.read_table(path)), path)
        signed(folder)

    return damage


def label(value: Any, kind: pa.DataType) -> Damage:
    def put(table: pa.Table) -> pa.Table:
        at = table.schema.get_field_index("stance")
        return table.set_column(at, "stance", pa.array([value] * len(table), kind))

    return column(SHARD, put)


def fact(change: Callable[[dict[str, Any]], None]) -> Damage:
    def damage(folder: Path) -> None:
        path = folder / "manifest.json"
        manifest = json.loads(path.read_text())
        change(manifest["facts"])
        path.write_text(json.dumps(manifest))

    return damage


def stance(facts: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in facts["configs"] if one["name"] == "stance")["features"]
    return found


NO_CLASS = f"{SHARD}: column 'stance' holds what is none of its classes"
SIGNED: dict[str, tuple[Damage, str]] = {
    "no column": (column(SHARD, lambda table: table.drop_columns("method")), f"{SHARD}: .*no column 'method'"),
    "beyond the classes": (label(99, pa.int64()), NO_CLASS),
    "below the classes": (label(-7, pa.int64()), NO_CLASS),
    "text for a class": (label("favor", pa.string()), NO_CLASS),
    "odd version": (fact(lambda facts: facts.update(version="banana")), "'banana' is no version"),
    "fewer classes": (fact(lambda facts: stance(facts)["stance"].update(names=["favor"])), NO_CLASS),
    "no classes": (fact(lambda facts: stance(facts)["stance"].update(names=None)), "can't be compared"),
}


@pytest.mark.parametrize(("damage", "told"), SIGNED.values(), ids=list(SIGNED))
def test_what_still_cannot_be_read(whole: Path, damaged: Path, damage: Damage, told: str) -> None:
    damage(damaged)
    for old, new in ((whole, damaged), (damaged, whole)):
        with pytest.raises(WirecopyError, match=told) as error:
            diff_releases(old=str(old), new=str(new), out=Output())
        assert f"wirecopy export verify {damaged}" in error.value.hint and str(damaged) in error.value.message


def test_classes_that_are_no_words_are_shown(whole: Path, damaged: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def number(facts: dict[str, Any]) -> None:
        one = stance(facts)["stance"]
        one["names"] = list(range(len(one["names"])))

    fact(number)(damaged)
    for old, new in ((whole, damaged), (damaged, whole)):
        assert diff_releases(old=str(old), new=str(new), out=Output()) == 0
    assert "favor" in capsys.readouterr().out
