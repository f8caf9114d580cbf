"""A release by pull request: read back through `load_dataset`, then one commit, and the pull request is closed."""

from dataclasses import replace
from pathlib import Path

import pytest

from corpus.errors import WirecopyError
from corpus.files import sha256_file
from export.hub import Hub as Client
from export.hub import Pull
from tests.hub import DROP, MAIN, Fault, Hub, regular
from tests.hub.child import REPO
from tests.hub.publishing import finished, hashes, send
from tests.hub.repository import Pull as Stays
from tests.releases import release


def test_read_back_then_one_commit(hub: Hub, tmp_path: Path) -> None:
    old, new = release(tmp_path), release(tmp_path, "0.2.0", 5)
    send(old)
    hub.asked(lambda *_: None)
    send(new, pull_request=True)
    assert finished(hub, new, "0.2.0")
    paths = [path for _method, path in hub.requests]
    read = [at for at, path in enumerate(paths) if "/resolve/" in path and path.endswith(".parquet")]
    commit = next(at for at, path in enumerate(paths) if path.endswith("/commit/main"))
    assert read and max(read) < commit
    (pull,) = hub.repos[REPO].pulls.values()
    assert pull.status == "closed" and hub.repos[REPO].refs[MAIN] in pull.comments[0]
    assert set(hub.puts.values()) == {1}, "content sent twice"


def test_a_shard_that_comes_between_is_not_mixed_in(hub: Hub, tmp_path: Path) -> None:
    old, new = release(tmp_path), release(tmp_path, "0.2.0", 5)
    send(old)
    theirs = {"stance/train-00001-of-00002.parquet": regular(b"x")}
    act = Fault(act=lambda: hub.repos[REPO].commit(theirs, "somebody else"))
    hub.asked(lambda _n, _m, path: act if path.endswith("/commit/main") else None)
    with pytest.raises(WirecopyError, match="changed by somebody else meanwhile"):
        send(new, pull_request=True)
    assert hub.repos[REPO].shown().items() >= hashes(old).items()
    assert "v0.2.0" not in [ref.rpartition("/")[2] for ref in hub.repos[REPO].refs]
    hub.asked(lambda *_: None)
    send(new, pull_request=True)
    assert finished(hub, new, "0.2.0")


@pytest.mark.parametrize("fault", [Fault(DROP, after=True), Fault(502, after=True)])
def test_an_answer_lost_after_the_commit_is_read_back(hub: Hub, tmp_path: Path, fault: Fault) -> None:
    old, new = release(tmp_path), release(tmp_path, "0.2.0", 5)
    send(old)
    hub.asked(lambda _n, _m, path: fault if path.endswith("/commit/main") else None)
    send(new, pull_request=True)
    assert finished(hub, new, "0.2.0") and hub.repos[REPO].pulls[1].status == "closed"


def test_a_run_cut_before_the_pull_request_is_closed(hub: Hub, tmp_path: Path) -> None:
    old, new = release(tmp_path), release(tmp_path, "0.2.0", 5)
    send(old)
    hub.asked(lambda _n, _m, path: Fault(DROP) if path.endswith("/status") else None)
    with pytest.raises(WirecopyError, match="closing pull request 1") as told:
        send(new, pull_request=True)
    assert "the same command again" in told.value.hint
    hub.asked(lambda *_: None)
    send(new, pull_request=True)
    assert finished(hub, new, "0.2.0") and hub.repos[REPO].pulls[1].status == "closed"


@pytest.mark.parametrize("pull_request", [False, True])
def test_a_pull_request_that_was_left_is_closed_by_any_run(
    hub: Hub, tmp_path: Path, pull_request: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    send(release(tmp_path))
    hub.asked(lambda _n, _m, path: Fault(500) if path.endswith("/status") else None)
    new = release(tmp_path, "0.2.0", 5)
    with pytest.raises(WirecopyError, match="closing pull request 1"):
        send(new, pull_request=True)
    repo = hub.repos[REPO]
    repo.pulls[2] = Stays(2, "Release of somebody else")
    repo.refs["refs/pr/2"] = repo.refs[MAIN]
    hub.asked(lambda *_: None)
    send(new, yes=False)
    assert "- close pull request 1\n" in capsys.readouterr().out
    send(new)
    assert finished(hub, new, "0.2.0") and repo.pulls[1].status == "closed" and repo.pulls[2].status == "open"
    repo.pulls[1].status = "open"
    send(new, pull_request=pull_request)
    assert repo.pulls[1].status == "closed" and len(repo.commits) == 4


def test_where_discussions_are_switched_off(hub: Hub, tmp_path: Path) -> None:
    hub.repo(REPO)
    hub.asked(lambda _n, _m, path: Fault(403) if "/discussions" in path else None)
    folder = release(tmp_path)
    send(folder)
    assert finished(hub, folder, "0.1.0")


def test_what_can_not_be_read_back_is_not_published(hub: Hub, tmp_path: Path) -> None:
    old, new = release(tmp_path), release(tmp_path, "0.2.0", 5)
    send(old)
    broken = Fault(404)
    hub.asked(lambda _n, _m, path: broken if "/resolve/" in path and "stance/train" in path else None)
    with pytest.raises(WirecopyError, match="load_dataset can't read team/news"):
        send(new, pull_request=True)
    assert hub.repos[REPO].shown() == hashes(old) and hub.repos[REPO].pulls[1].status == "open"


def test_other_rows_than_the_release_has_are_not_published(hub: Hub, tmp_path: Path) -> None:
    old, new = release(tmp_path), release(tmp_path, "0.2.0", 5)
    send(old)
    repo = hub.repos[REPO]
    name = "segments/train-00000-of-00001.parquet"

    def swap() -> None:
        """Let the Hub give the old rows for the new ones, under their hash."""
        pulled = repo.refs[repo.pulls[1].ref]
        files, lent = repo.commits[pulled].files, repo.files()[name]
        wrong = replace(files[name], data=lent.data, size=lent.size)
        repo.commits[pulled] = replace(repo.commits[pulled], files={**files, name: wrong})

    hub.asked(lambda _n, _m, path: Fault(act=swap) if "/resolve/" in path and path.endswith(".parquet") else None)
    with pytest.raises(WirecopyError, match=r"load_dataset can't read team/news.*NonMatchingSplits"):
        send(new, pull_request=True)
    assert repo.shown() == hashes(old) and repo.pulls[1].status == "open"


def test_the_pull_request_of_a_run_that_was_cut_is_taken_up(hub: Hub, tmp_path: Path) -> None:
    old, new = release(tmp_path), release(tmp_path, "0.2.0", 5)
    send(old)
    hub.asked(lambda _n, _m, path: Fault(DROP) if path.endswith("/commit/main") else None)
    with pytest.raises(WirecopyError, match="does not show the release: no answer to the commit"):
        send(new, pull_request=True)
    hub.asked(lambda *_: None)
    send(new, pull_request=True)
    assert finished(hub, new, "0.2.0") and list(hub.repos[REPO].pulls) == [1]


def test_a_pull_request_that_would_undo_others_is_left(hub: Hub, tmp_path: Path) -> None:
    old, new = release(tmp_path), release(tmp_path, "0.2.0", 5)
    send(old)
    hub.asked(lambda _n, _m, path: Fault(DROP) if path.endswith("/commit/main") else None)
    with pytest.raises(WirecopyError, match="does not show the release: no answer to the commit"):
        send(new, pull_request=True)
    hub.repos[REPO].commit({"theirs.txt": regular(b"mine")}, "somebody else")
    hub.asked(lambda *_: None)
    send(new, pull_request=True)
    assert hub.repos[REPO].shown().pop("theirs.txt")
    assert [one.status for one in hub.repos[REPO].pulls.values()] == ["closed", "closed"]


def test_a_commit_that_comes_between_is_told(hub: Hub, tmp_path: Path) -> None:
    old, new = release(tmp_path), release(tmp_path, "0.2.0", 5)
    send(old)
    act = Fault(act=lambda: hub.repos[REPO].commit({"manifest.json": regular(b"{}")}, "somebody else"))
    hub.asked(lambda _n, _m, path: act if path.endswith("/commit/main") else None)
    with pytest.raises(WirecopyError, match="changed by somebody else meanwhile"):
        send(new, pull_request=True)
    assert "v0.2.0" not in [ref.rpartition("/")[2] for ref in hub.repos[REPO].refs]


def test_the_first_release_and_a_draft(hub: Hub, tmp_path: Path) -> None:
    hub.drafts = True
    folder = release(tmp_path)
    send(folder, pull_request=True)
    assert finished(hub, folder, "0.1.0")


def test_an_open_pull_request_is_found_by_its_title(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    client, files = Client(REPO), {"a.txt": (tmp_path / "a.txt", sha256_file(tmp_path / "a.txt"))}
    head = hub.repo(REPO).refs[MAIN]
    made = [client.commit(files, [], message=title, parent=head, pull=True) for title in ("one", "two", "one", "one")]
    hub.repos[REPO].pulls[3].status, hub.repos[REPO].pulls[4].status = "draft", "closed"
    assert client.pulls("one") == [Pull(3, made[2]), Pull(1, made[0])] and client.pulls("none") == []
