"""Which files a source means, in what order and under what ids; hostile places among them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from corpus import readers
from corpus.config import Source
from corpus.errors import WirecopyError
from corpus.readers import Input
from corpus.readers.article import Article
from corpus.schema import Reject

from .conftest import reasons


def names(root: Path, path: str, *, own: tuple[Path, ...] = (), outlet: str | None = None) -> dict[str, str | None]:
    found = listed(root, path, own=own, outlet=outlet)
    return {one.origin.stem: one.origin.outlet for one in found}


def listed(root: Path, path: str, *, own: tuple[Path, ...] = (), outlet: str | None = None) -> list[Input]:
    return readers.inputs(Source(path=path, outlet=outlet), root, own=own, where="")


def tree(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("text")


def test_a_folder_gives_ids_by_path_and_outlets_by_first_level(tmp_path: Path) -> None:
    tree(tmp_path, "in/b/x.txt", "in/a/2025/y.v2.txt", "in/z.txt", "in/.hidden.txt", "in/.git/w.txt")
    assert names(tmp_path, "in") == {"a/2025/y.v2": "a", "b/x": "b", "z": None}
    assert names(tmp_path, "in", outlet="o") == {"a/2025/y.v2": "o", "b/x": "o", "z": "o"}


def test_a_glob_counts_ids_from_its_fixed_part_and_walks_folders(tmp_path: Path) -> None:
    tree(tmp_path, "in/b/x.txt", "in/a/y.txt", "in/a/deep/z.txt", "in/a.csv")
    assert names(tmp_path, "in/*/*.txt") == {"a/y": "a", "b/x": "b"}
    assert names(tmp_path, "in/*") == {"a": None, "a/deep/z": "a", "a/y": "a", "b/x": "b"}
    assert names(tmp_path, "in/**/*.txt") == {"a/deep/z": "a", "a/y": "a", "b/x": "b"}


@pytest.mark.parametrize("path", ["x.txt", "./x.txt", "*.txt", "."])
def test_what_the_workspace_is_called_tells_nothing_of_an_article(tmp_path: Path, path: str) -> None:
    tree(tmp_path, "one/x.txt", "two/x.txt", "one/in/y.txt")
    first, second = (listed(tmp_path / name, path)[-1].origin for name in ("one", "two"))
    assert first == second and (first.name, first.stem, first.outlet) == ("x.txt", "x", None)
    assert listed(tmp_path / "one", "in")[0].origin.name == "in/y.txt"


def test_brackets_in_a_name_are_a_name_first(tmp_path: Path) -> None:
    tree(tmp_path, "[w]/in [1]/x.txt", "[w]/y1.txt")
    assert names(tmp_path / "[w]", "in [1]") == {"x": None}
    assert names(tmp_path / "[w]", "y[0-9].txt") == {"y1": None}


def test_sources_may_lie_above_the_workspace_or_at_an_absolute_path(tmp_path: Path) -> None:
    tree(tmp_path, "in/a/x.txt", "space/y.txt")
    for path in ("../in", f"{tmp_path}/in", "../in/*/*.txt"):
        assert names(tmp_path / "space", path) == {"a/x": "a"}
    assert [one.origin.name for one in listed(tmp_path / "in" / "a", "..")] == ["in/a/x.txt"]


def test_what_wirecopy_writes_is_no_input(tmp_path: Path) -> None:
    tree(tmp_path, "in/x.txt", "in/out/documents/part.parquet", "in/out2/y.txt")
    assert names(tmp_path, "in", own=(tmp_path / "in" / "out",)) == {"out2/y": "out2", "x": None}


def test_links_to_folders_count_and_circles_end(tmp_path: Path) -> None:
    tree(tmp_path, "in/x.txt", "else/y.txt")
    (tmp_path / "in" / "more").symlink_to(tmp_path / "else")
    (tmp_path / "else" / "back").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "self").symlink_to("self")
    assert names(tmp_path, "in") == {"more/y": "more", "self": None, "x": None}


@pytest.mark.parametrize(
    "path", ["none", "*.txt", "empty", "a\0b", "x" * 5_000, "~nobody-of-that-name/x", "a/../b", "[", ""]
)
def test_a_source_without_files_is_an_error_that_says_what_is_there(tmp_path: Path, path: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "there.md").touch()
    with pytest.raises(WirecopyError) as caught:
        readers.inputs(Source.model_construct(path=path or "empty", outlet=None), tmp_path, own=[], where="")
    assert "no file matches" in caught.value.message
    assert ("there.md" in caught.value.hint) != (path in ("empty", ""))


# Hostile places


def test_a_place_that_is_no_file_is_rejected_and_stops_nothing(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo.txt")
    (tmp_path / "gone.txt").symlink_to("nowhere")
    (tmp_path / "loop.txt").symlink_to("loop.txt")
    (tmp_path / "memory.txt").symlink_to("/proc/self/mem")  # even root can't read its first byte
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "folder.txt" / "inside.txt").write_text("text")
    (tmp_path / "page.docx").write_text("<p>")
    found = [each for one in listed(tmp_path, ".") for each in readers.read(one)]
    assert reasons(found) == [
        "unreadable", "article folder.txt/inside", "unreadable", "unreadable", "unreadable", "unsupported-format",
    ]  # fmt: skip


def test_what_may_not_be_read_is_rejected() -> None:
    # Not in `tmp_path`: its parents are closed to all but the user of the test.
    with TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        (root / "closed").mkdir()
        (root / "open.txt").write_text("text")
        (root / "shut.txt").write_text("text")
        (root / "closed").chmod(0)
        (root / "shut.txt").chmod(0)
        with unprivileged():
            found = [(one.origin.name, each) for one in listed(root, ".") for each in readers.read(one)]
        (root / "closed").chmod(0o755)
    assert [place for place, _ in found] == ["closed", "open.txt", "shut.txt"]
    assert reasons([each for _, each in found]) == ["unreadable", "article open", "unreadable"]


@contextmanager
def unprivileged() -> Iterator[None]:
    """Read as nobody where the tests run as root, who may read everything."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_names_of_any_bytes_become_ids(tmp_path: Path) -> None:
    hostile = ["-rf", "new\nline", "*?[x]", "a'b\"c$(d)", "\u202egnp", "x" * 200, " ", os.fsdecode(b"\xff\xfe")]
    for name in hostile:
        (tmp_path / f"{name}.txt").write_text("text")
    (tmp_path / os.fsdecode(b"x.\xff")).write_text("text")
    found = [each for one in listed(tmp_path, ".") for each in readers.read(one)]
    ids = {each.doc_id for each in found if isinstance(each, Article)}
    assert ids == {*hostile[:-1], "\\xff\\xfe"}
    (other,) = (each for each in found if isinstance(each, Reject))
    assert other.reason == "unsupported-format"
    other.model_dump_json()
