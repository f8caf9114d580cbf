"""Addresses with `://`: the same articles as from a folder, and no secret in any message."""

import pickle
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

import fsspec
import pytest

from corpus import readers
from corpus.config import Source
from corpus.errors import WirecopyError
from corpus.readers import Input, remote
from corpus.readers.article import Article
from tests.buckets import bucket

from .conftest import reasons
from .test_readers_archive import FILES, zipped
from .test_readers_warc import crawl, response

TREE = {
    "in/post/2025/x.txt": b"Words.",
    "in/post/.hidden.txt": b"Words.",
    "in/.git/y.txt": b"Words.",
    "in/rows.jsonl": b'{"id": "j1", "text": "a"}\n{"id": "j2", "text": "b"}\n' * 40,
    "in/table.csv": b"id,text\nc,a\n",
    "in/wire.zip": zipped(FILES[:2]),
    "in/crawl.warc.gz": crawl(response()),
    "in/z.docx": b"",
}


@pytest.fixture
def memory() -> Iterator[str]:
    system = fsspec.filesystem("memory")
    for name, content in TREE.items():
        system.pipe(f"/store/{name}", content)
    yield "memory://store"
    system.rm("/store", recursive=True)


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """A bucket with the same files."""
    with bucket("store", TREE) as address:
        yield address


@pytest.fixture(params=["memory", "s3"])
def store(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


@pytest.fixture
def http(tmp_path: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def listed(path: str, **more: Any) -> list[Input]:
    return readers.inputs(Source(path=path, **more), Path(), own=[], where="[sources.0 -> path] ")


def told(inputs: list[Input], size: int = 1 << 20) -> list[str]:
    parts = [part for one in inputs for part in readers.split(one, size)]
    return [
        each.doc_id if isinstance(each, Article) else each.reason.value for part in parts for each in readers.read(part)
    ]


def test_a_folder_is_read_as_one_on_disk(tmp_path: Path, store: str) -> None:
    for name, content in TREE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    there, here = listed(f"{store}/in"), readers.inputs(Source(path="in"), tmp_path, own=[], where="")
    assert [(one.origin, one.size) for one in there] == [(one.origin, one.size) for one in here]
    assert [one.origin.name for one in listed(f"{store}/in/")] == [one.origin.name for one in here]
    assert told(there) == told(here)
    assert told(there, 500) == told(here, 500)


def test_globs_and_single_files(store: str) -> None:
    names = {one.origin.stem: one.origin.outlet for one in listed(f"{store}/in/**/*.txt")}
    assert names == {"post/2025/x": "post"}
    assert [one.origin.stem for one in listed(f"{store}/in/*.[cj]*")] == ["crawl", "rows", "table"][1:]
    (one,) = listed(f"{store}/in/table.csv", outlet="o")
    assert (one.origin.name, one.origin.stem, one.origin.outlet) == ("in/table.csv", "table", "o")


def test_a_changed_file_has_another_identity(store: str) -> None:
    before, again = listed(f"{store}/in/*.csv"), listed(f"{store}/in/*.csv")
    assert before == again and before[0].identity
    fsspec.filesystem(store.partition("://")[0], use_listings_cache=False).pipe(
        f"{store}/in/table.csv", b"id,text\nc,b\n"
    )
    assert listed(f"{store}/in/*.csv")[0].identity != before[0].identity
    fsspec.filesystem(store.partition("://")[0]).pipe(f"{store}/in/table.csv", TREE["in/table.csv"])


def test_inputs_go_to_other_processes(tmp_path: Path, s3: str) -> None:
    (tmp_path / "inputs").write_bytes(pickle.dumps(listed(f"{s3}/in")))
    code = (
        "import pickle, sys; from corpus import readers\n"
        "print(*(type(each).__name__ for one in pickle.load(open(sys.argv[1], 'rb')) for each in readers.read(one)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "inputs"], capture_output=True, text=True, check=True,
        cwd=Path(readers.__file__).parents[2],
    )  # fmt: skip
    assert done.stdout.split().count("Article") == 85


def test_a_file_that_is_gone_when_it_is_read_is_a_reject(store: str) -> None:
    system = fsspec.filesystem(store.partition("://")[0])
    system.pipe(f"{store}/gone/x.txt", b"Words.")
    (one,) = listed(f"{store}/gone")
    system.rm(f"{store}/gone/x.txt")
    assert reasons(list(readers.read(one))) == ["unreadable"]
    assert readers.split(one, 10) == [one]


def test_a_page_over_http(tmp_path: Path, http: str) -> None:
    (tmp_path / "x.jsonl").write_bytes(TREE["in/rows.jsonl"])
    inputs = listed(f"{http}/x.jsonl?token=hidden-word")
    assert [(one.origin.name, one.origin.stem) for one in inputs] == [("x.jsonl", "x")]
    (part,) = readers.split(inputs[0], 1 << 20)
    assert part.identity and "hidden-word" not in repr(part)
    assert told(inputs) == ["j1", "j2"] * 40
    assert told(inputs, 500) == ["j1", "j2"] * 40


def test_a_local_address_is_a_path(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("Words.")
    (one,) = readers.inputs(Source(path=f"file://{tmp_path}"), Path("/nowhere"), own=[], where="")
    assert one.address == str(tmp_path / "x.txt")


@pytest.mark.parametrize(
    "path",
    [
        "s3://key:hidden-word@store/nothing",
        "s3://none-of-that-name/x",
        "memory://none/*.txt",
        "http://user:hidden-word@127.0.0.1:9/x.txt?token=hidden-word",
        "zip://x.txt::memory://store/in/wire.zip",
        "none://x",
        "://",
        "memory://",
    ],
)
@pytest.mark.usefixtures("s3")
def test_what_can_not_be_listed_is_one_clear_error_without_secrets(path: str) -> None:
    with pytest.raises(WirecopyError) as caught:
        listed(path)
    assert caught.value.message.startswith("[sources.0 -> path] ") and caught.value.hint
    assert "hidden-word" not in caught.value.message + caught.value.hint


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = import_module("fsspec.registry")
    monkeypatch.setitem(sys.modules, "s3fs", None)
    for protocol in ("s3", "s3a"):
        monkeypatch.delitem(vars(registry)["_registry"], protocol, raising=False)
    with pytest.raises(WirecopyError) as caught:
        listed("s3://store/in")
    assert caught.value.hint == 'pip install "wirecopy[s3]"'


def test_errors_while_reading_hold_no_secret() -> None:
    with pytest.raises(OSError) as caught:
        remote.open("http://user:hidden-word@127.0.0.1:9/x.txt?token=hidden-word").read()
    assert "hidden-word" not in str(caught.value)
