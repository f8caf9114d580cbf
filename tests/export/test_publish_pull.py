"""A release by pull request: read back through `load_dataset`, then merged."""

from pathlib import Path

import pytest

from corpus.errors import WirecopyError
from export.hub import Hub as Client
from export.hub import Pull
from tests.hub import DROP, Fault, Hub, regular
from tests.hub.child import REPO
from tests.hub.publishing import finished, hashes, send
from tests.releases import release


def test_read_back_then_merged(hub: Hub, tmp_path: Path) -> None:
    old, new = release(tmp_path), release(tmp_path, "0.2.0", 5)
    send(old)
    hub.asked(lambda *_: None)
    send(new, pull_request=True)
    assert finished(hub, new, "0.2.0")
    paths = [path for _method, path in hub.requests]
    read = [at for at, path in enumerate(paths) if "/resolve/" in path and path.endswith(".parquet")]
    merged = next(at for at, path in enumerate(paths) if path.endswith("/merge"))
    assert read and max(read) < merged
    assert [one.status for one in hub.repos[REPO].pulls.values()] == ["merged"]


def test_what_can_not_be_read_back_is_not_merged(hub: Hub, tmp_path: Path) -> None:
    old, new = release(tmp_path), release(tmp_path, "0.2.0", 5)
    send(old)
    broken = Fault(404)
    hub.asked(lambda _n, _m, path: broken if "/resolve/" in path and "stance/train" in path else None)
    with pytest.raises(WirecopyError, match="load_dataset can't read team/news"):
        send(new, pull_request=True)
    assert hub.repos[REPO].shown() == hashes(old) and hub.repos[REPO].pulls[1].status == "open"


def test_other_rows_than_the_release_has_are_not_merged(hub: Hub, tmp_path: Path) -> None:
    old, new = release(tmp_path), release(tmp_path, "0.2.0", 5)
    send(old)
    repo = hub.repos[REPO]
    name = "segments/train-00000-of-00001.parquet"

    def swap() -> None:
        pull = repo.pulls.get(1)
        if pull and repo.files(pull.ref)[name] != repo.files()[name]:
            repo.refs[pull.ref] = repo.commit({name: repo.files()[name]}, "swapped", pull.ref)

    hub.asked(lambda _n, method, path: Fault(act=swap) if method == "GET" and "/discussions" in path else None)
    with pytest.raises(WirecopyError):
        send(new, pull_request=True)
    assert repo.shown() == hashes(old)


def test_the_pull_request_of_a_run_that_was_cut_is_taken_up(hub: Hub, tmp_path: Path) -> None:
    old, new = release(tmp_path), release(tmp_path, "0.2.0", 5)
    send(old)
    hub.asked(lambda _n, _m, path: Fault(DROP) if path.endswith("/merge") else None)
    with pytest.raises(WirecopyError):
        send(new, pull_request=True)
    hub.asked(lambda *_: None)
    send(new, pull_request=True)
    assert finished(hub, new, "0.2.0") and list(hub.repos[REPO].pulls) == [1]


def test_a_pull_request_that_would_undo_others_is_left(hub: Hub, tmp_path: Path) -> None:
    old, new = release(tmp_path), release(tmp_path, "0.2.0", 5)
    send(old)
    hub.asked(lambda _n, _m, path: Fault(DROP) if path.endswith("/merge") else None)
    with pytest.raises(WirecopyError):
        send(new, pull_request=True)
    hub.repos[REPO].commit({"theirs.txt": regular(b"mine")}, "somebody else")
    hub.asked(lambda *_: None)
    send(new, pull_request=True)
    assert hub.repos[REPO].shown().pop("theirs.txt")
    assert [one.status for one in hub.repos[REPO].pulls.values()] == ["open", "merged"]


def test_a_merge_that_conflicts_is_told(hub: Hub, tmp_path: Path) -> None:
    old, new = release(tmp_path), release(tmp_path, "0.2.0", 5)
    send(old)
    act = Fault(act=lambda: hub.repos[REPO].commit({"manifest.json": regular(b"{}")}, "somebody else"))
    hub.asked(lambda _n, _m, path: act if path.endswith("/merge") else None)
    with pytest.raises(WirecopyError, match="changed by somebody else meanwhile"):
        send(new, pull_request=True)
    assert "v0.2.0" not in [ref.rpartition("/")[2] for ref in hub.repos[REPO].refs]


def test_the_first_release_and_a_draft(hub: Hub, tmp_path: Path) -> None:
    hub.drafts = True
    folder = release(tmp_path)
    send(folder, pull_request=True)
    assert finished(hub, folder, "0.1.0")


def test_an_open_pull_request_is_found_by_its_title(hub: Hub) -> None:
    hub.repo(REPO)
    assert Client(REPO).pulls("Release none") == [] and Pull(1, "a") == Pull(1, "a")
