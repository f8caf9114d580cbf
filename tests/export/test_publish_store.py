"""Publishing to a folder and to S3: a folder for each version, the manifest last."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest

from corpus.errors import WirecopyError
from export.publish import to_store
from tests.buckets import SECRET, bucket
from tests.hub.publishing import hashes, send
from tests.releases import release, unstated_twin


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """An empty bucket."""
    with bucket("shelf") as address:
        yield address


@pytest.fixture(params=["folder", "s3"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place that is empty."""
    if request.param == "folder":
        return str(tmp_path / "shelf")
    return f"{request.getfixturevalue('s3')}/{re.sub('[^a-z0-9]', '-', tmp_path.name)}"


def there(shelf: str, folder: Path) -> dict[str, str]:
    """Return `{path: sha256}` of what a shelf holds."""
    system, root = fsspec.core.url_to_fs(shelf)
    system.invalidate_cache()
    if system.exists(root):
        system.get(f"{root}/", f"{folder}/", recursive=True)
    return hashes(folder)


def under(version: str, folder: Path) -> dict[str, str]:
    return {f"v{version}/{name}": digest for name, digest in hashes(folder).items()}


def test_each_version_has_its_folder(shelf: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = release(tmp_path), release(tmp_path, "0.2.0", 5)
    send(old, shelf, yes=False)
    assert "the manifest last" in capsys.readouterr().out
    send(old, shelf)
    send(new, shelf)
    assert there(shelf, tmp_path / "got") == under("0.1.0", old) | under("0.2.0", new)


def test_the_plan_alone_writes_nothing(tmp_path: Path) -> None:
    send(release(tmp_path), str(tmp_path / "shelf"), yes=False)
    assert not (tmp_path / "shelf").exists()


def test_the_second_time_nothing_is_sent(shelf: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = release(tmp_path)
    send(folder, shelf)
    monkeypatch.setattr(to_store.Store, "put", refuse)
    send(folder, shelf)


def refuse(_store: Any, path: Path, _name: str, _sha256: str) -> None:
    raise AssertionError(f"{path} is sent")


def test_cut_at_every_file(shelf: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = release(tmp_path)
    real, sent = to_store.Store.put, list[str]()

    def put(store: to_store.Store, path: Path, name: str, sha256: str) -> None:
        if path.stat().st_size and len(sent) % 2 == 0:
            sent.append("cut")
            raise OSError("the line is cut")
        sent.append(name)
        real(store, path, name, sha256)

    monkeypatch.setattr(to_store.Store, "put", put)
    for _ in range(3 * len(hashes(folder))):
        try:
            send(folder, shelf)
            break
        except WirecopyError:
            whole = there(shelf, tmp_path / "got")
            assert "v0.1.0/manifest.json" not in whole, "the manifest comes last"
    assert there(shelf, tmp_path / "got") == under("0.1.0", folder)
    names = [name for name in sent if name != "cut"]
    assert len(names) == len(set(names)), "sent twice"


def test_a_torn_file_is_sent_again(shelf: str, tmp_path: Path) -> None:
    folder = release(tmp_path)
    name = "segments/train-00000-of-00001.parquet"
    torn = (folder / name).read_bytes()[:-9] + b"damaged.."
    system, root = fsspec.core.url_to_fs(shelf)
    system.makedirs(f"{root}/v0.1.0/segments", exist_ok=True)
    system.pipe(f"{root}/v0.1.0/{name}", torn)
    send(folder, shelf)
    assert there(shelf, tmp_path / "got") == under("0.1.0", folder)


def test_a_version_never_changes(shelf: str, tmp_path: Path) -> None:
    old = release(tmp_path)
    send(old, shelf)
    with pytest.raises(WirecopyError, match=r"v0\.1\.0 is there with other content") as told:
        send(release(tmp_path, documents=5), shelf)
    assert "raise [release -> version]" in told.value.hint
    assert there(shelf, tmp_path / "got") == under("0.1.0", old)


@pytest.mark.parametrize("other_last", [False, True])
def test_two_runs_at_once_under_one_version(
    shelf: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other_last: bool
) -> None:
    """At each file, other content of this version comes whole, or this run's manifest is replaced after it came."""
    mine, other = release(tmp_path), release(tmp_path, documents=5)
    real = to_store.Store.put
    system, root = fsspec.core.url_to_fs(shelf)
    for name in hashes(mine):
        if other_last and name != "manifest.json":
            continue
        if system.exists(root):
            system.rm(root, recursive=True)

        def put(store: to_store.Store, path: Path, at: str, sha256: str, name: str = name) -> None:
            now = at == name and mine in path.parents
            if now and not other_last:
                whole(store, other, real)
            real(store, path, at, sha256)
            if now and other_last:
                whole(store, other, real)

        monkeypatch.setattr(to_store.Store, "put", put)
        with pytest.raises(WirecopyError, match=r"with other content|holds a mix|came from another run"):
            send(mine, shelf)
        now = there(shelf, tmp_path / "got")
        spoilt = {at for at, digest in under("0.1.0", other).items() if now.get(at) != digest}
        assert spoilt <= {f"v0.1.0/{name}", "v0.1.0/manifest.json"}, "it ends with the file that is on its way"


def whole(store: to_store.Store, folder: Path, put: Any) -> None:
    for name, digest in sorted(hashes(folder).items(), key=lambda one: (one[0] == "manifest.json", one)):
        put(store, folder / name, name, digest)


def test_the_files_of_others_are_left_alone(shelf: str, tmp_path: Path) -> None:
    system, root = fsspec.core.url_to_fs(shelf)
    system.makedirs(f"{root}/v0.1.0", exist_ok=True)
    system.pipe(f"{root}/v0.1.0/mine.txt", b"mine")
    with pytest.raises(WirecopyError, match=r"holds other files: mine\.txt"):
        send(release(tmp_path), shelf)


@pytest.mark.parametrize("name", ["stance/train-00000-of-00001.parquet", "manifest.json"])
def test_a_file_that_changes_on_its_way_never_appears(
    shelf: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = release(tmp_path)
    data, real = (folder / name).read_bytes(), to_store.Store.put

    def put(store: to_store.Store, path: Path, at: str, sha256: str) -> None:
        if at == name:
            path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        real(store, path, at, sha256)

    monkeypatch.setattr(to_store.Store, "put", put)
    with pytest.raises(WirecopyError, match=rf"{name} was changed while it was sent") as told:
        send(folder, shelf)
    assert told.value.hint == f"wirecopy export verify {folder}"
    held = there(shelf, tmp_path / "got")
    assert f"v0.1.0/{name}" not in held and "v0.1.0/manifest.json" not in held
    (folder / name).write_bytes(data)
    monkeypatch.undo()
    send(folder, shelf)
    assert there(shelf, tmp_path / "got") == under("0.1.0", folder)


@pytest.mark.parametrize("done", [False, True])
def test_what_a_cut_run_has_left_is_removed_and_never_written_through(tmp_path: Path, done: bool) -> None:
    folder, shelf, outside = release(tmp_path), tmp_path / "shelf", tmp_path / "outside"
    outside.write_text("mine")
    if done:
        send(folder, str(shelf))
    (shelf / "v0.1.0" / "stance").mkdir(parents=True, exist_ok=True)
    (shelf / "v0.1.0" / "README.md.partial").symlink_to(outside)
    (shelf / "v0.1.0" / "stance" / "train-00000-of-00001.parquet.0123456789abcdef.partial").write_text("half")
    send(folder, str(shelf))
    assert outside.read_text() == "mine" and there(str(shelf), tmp_path / "got") == under("0.1.0", folder)


def test_a_file_in_the_place_of_a_version(shelf: str, tmp_path: Path) -> None:
    system, root = fsspec.core.url_to_fs(shelf)
    system.makedirs(root, exist_ok=True)
    system.pipe(f"{root}/v0.1.0", b"mine")
    with pytest.raises(WirecopyError, match=r"v0\.1\.0 is a file where a folder is due"):
        send(release(tmp_path), shelf)


def test_a_twin_needs_a_folder_of_its_own(tmp_path: Path) -> None:
    send(release(tmp_path), str(tmp_path / "shelf"))
    with pytest.raises(WirecopyError, match="is there with other content") as told:
        send(unstated_twin(tmp_path), str(tmp_path / "shelf"))
    assert "a twin without text needs a folder of its own" in told.value.hint


@pytest.mark.parametrize("wish", [{"public": True}, {"gated": "auto"}, {"pull_request": True}])
def test_what_only_the_hub_can_do(tmp_path: Path, wish: dict[str, Any]) -> None:
    with pytest.raises(WirecopyError, match="is not on the Hub"):
        send(release(tmp_path), str(tmp_path / "shelf"), **wish)


def test_no_message_holds_a_secret(s3: str, tmp_path: Path) -> None:
    with pytest.raises(WirecopyError) as told:
        send(release(tmp_path), "s3://no-such-bucket-here/x")
    with pytest.raises(WirecopyError) as other:
        send(release(tmp_path / "b"), "ftp://ann:open-sesame@127.0.0.1:9/x")
    for one in (told.value, other.value):
        assert SECRET not in one.message + one.hint and "sesame" not in one.message + one.hint and one.hint
    assert os.environ["AWS_SECRET_ACCESS_KEY"] == SECRET
