"""Files and folders appear whole or not at all."""

import os
from pathlib import Path

import pytest

from corpus.errors import WirecopyError
from corpus.files import (
    digest,
    read_json,
    replacing,
    replacing_folder,
    sha256,
    sha256_file,
    sweep,
    sweep_all,
    write_json,
    write_text,
)


def test_a_file_appears_only_when_its_block_ends_well(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file.txt"
    with replacing(path) as beside:
        beside.write_text("new")
        assert not path.exists()
    assert path.read_text() == "new"
    with pytest.raises(RuntimeError), replacing(path) as beside:
        beside.write_text("broken")
        raise RuntimeError
    assert path.read_text() == "new"
    assert [one.name for one in path.parent.iterdir()] == ["file.txt"]


def test_a_folder_is_swapped_only_when_its_block_ends_well(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    for content in ("old", "new"):
        with replacing_folder(folder) as beside:
            (beside / content).touch()
    with pytest.raises(RuntimeError), replacing_folder(folder) as beside:
        (beside / "broken").touch()
        raise RuntimeError
    assert [str(one.relative_to(tmp_path)) for one in sorted(tmp_path.rglob("*"))] == ["data", "data/new"]


def test_what_a_killed_run_left_is_swept(tmp_path: Path) -> None:
    for name in (".data.partial", ".data.old"):
        (tmp_path / name / "documents").mkdir(parents=True)
        (tmp_path / name / "documents" / "part").touch()
    (tmp_path / "data").mkdir()
    sweep(tmp_path / "data")
    assert [one.name for one in tmp_path.iterdir()] == ["data"]


def test_of_every_folder_what_a_killed_run_left_is_swept(tmp_path: Path) -> None:
    for name in (".1.0.0.old", ".2.0.0.old", ".2.0.0.partial", "2.0.0", ".mine"):
        (tmp_path / name / name).mkdir(parents=True)
    (tmp_path / "disk" / ".data.old").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "disk" / "data")
    sweep_all(tmp_path)
    assert sorted(str(one.relative_to(tmp_path)) for one in tmp_path.glob("*/*")) == [
        ".mine/.mine", "1.0.0/.1.0.0.old", "2.0.0/2.0.0", "disk/data"
    ]  # fmt: skip


def test_json_has_one_form_and_comes_back(tmp_path: Path) -> None:
    value = {"b": "Zürich 👩🏽‍🚀 \u2028", "a": [1, 2.5, None]}
    write_json(tmp_path / "one.json", value)
    write_json(tmp_path / "two.json", dict(reversed(value.items())))
    assert read_json(tmp_path / "one.json") == value
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"9" * 5_000])
def test_a_broken_json_file_is_an_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.json"
    path.write_bytes(content)
    with pytest.raises(WirecopyError, match=r"broken\.json is no readable JSON file"):
        read_json(path)


def test_a_missing_json_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(WirecopyError, match=r"none\.json is missing"):
        read_json(tmp_path / "none.json")


def test_hashes_are_sha_256(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"abc")
    known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256(b"abc") == sha256_file(tmp_path / "abc") == known


def test_a_digest_tells_where_its_parts_end_and_takes_any_text() -> None:
    assert digest("ab", "c") != digest("a", "bc")
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert len(digest("\ud800", length=12)) == 12


def test_only_a_file_is_replaced(tmp_path: Path) -> None:
    """Root can rename a file over a device: `-o /dev/null` would break the machine."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    for name in ("pipe", "folder"):
        with pytest.raises(WirecopyError, match="is no file"):
            write_text(tmp_path / name, "x")
    assert {one.name for one in tmp_path.iterdir()} == {"pipe", "folder"} and (tmp_path / "pipe").is_fifo()
