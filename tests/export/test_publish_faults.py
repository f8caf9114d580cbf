"""Publishing cut anywhere: the Hub shows the old release or the new one, whole, and the next run finishes."""

import os
import signal
from collections.abc import Callable
from copy import deepcopy
from multiprocessing.process import BaseProcess
from pathlib import Path
from queue import Queue
from typing import Any

import pytest

from corpus.errors import WirecopyError
from export.verify import Verified, verify
from tests.hub import DROP, Blob, Fault, Hub, Repo, regular
from tests.hub.child import REPO, started
from tests.hub.publishing import finished, hashes, send
from tests.releases import release

CONCURRENT = "somebody else"


@pytest.fixture(autouse=True)
def verified_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Verify each release but once: nothing changes it here."""
    known: dict[Path, Verified] = {}

    def once(folder: Path, **more: Any) -> Verified:
        return known[folder] if folder in known else known.setdefault(folder, verify(folder, **more))

    monkeypatch.setattr("export.publish.release.verify", once)


@pytest.fixture(autouse=True)
def unloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load no pull request: that only reads, and takes longer than all the rest; `test_publish_pull` does it."""
    monkeypatch.setattr("export.publish.to_hub.compared", lambda *_release, **_where: None)


@pytest.fixture
def old(hub: Hub, tmp_path: Path) -> Path:
    """A release that the Hub shows."""
    folder = release(tmp_path)
    send(folder)
    return folder


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """The release that comes next."""
    return release(tmp_path, "0.2.0", 5)


@pytest.fixture
def again(hub: Hub, old: Path) -> Callable[[], Repo]:
    """Set the Hub back to the old release alone."""
    repos, store = deepcopy(hub.repos), dict(hub.store)

    def back() -> Repo:
        hub.repos, hub.store = deepcopy(repos), dict(store)
        hub.puts.clear()
        hub.asked(lambda *_: None)
        return hub.repos[REPO]

    return back


def whole(repo: Repo, *releases: Path) -> bool:
    """Tell whether main, and each tag, is one of these releases."""
    known = [hashes(one) for one in releases]
    return all(repo.shown(ref) in known for ref in repo.refs if not ref.startswith("refs/pr/"))


def requests_of(hub: Hub, folder: Path, *, pull_request: bool = False) -> list[str]:
    """Publish, and return the method of each request."""
    hub.asked(lambda *_: None)
    send(folder, pull_request=pull_request)
    return [method for method, _path in hub.requests]


def goes_on(hub: Hub, folder: Path, *, pull_request: bool = False) -> None:
    """Publish again: no content that has arrived is sent a second time."""
    arrived = set(hub.store)
    hub.puts.clear()
    hub.asked(lambda *_: None)
    send(folder, pull_request=pull_request)
    assert not arrived & set(hub.puts), "content sent twice"
    assert set(hub.puts.values()) <= {1}


def at(number: int, fault: Fault) -> Callable[[int, str, str], Fault | None]:
    return lambda now, _method, _path: fault if now == number else None


def killed(hub: Hub, folder: Path, number: int, *, after: bool, pull_request: bool) -> int | None:
    """Kill a run while its n-th request is on the way, or answered; return how it ended."""
    child: Queue[BaseProcess] = Queue()

    def kill() -> None:
        os.kill(child.get().pid or 0, signal.SIGKILL)

    hub.asked(at(number, Fault(DROP, after, kill)))
    running = started(hub.url, folder, pull_request=pull_request, loads=False)
    child.put(running)
    running.join()
    return running.exitcode


def once(repo: Repo, *, pull_request: bool) -> bool:
    """Tell whether the new release was committed once, with one pull request at most that nobody has to close."""
    made = [one.title.split()[0] for one in repo.commits.values() if one.title.endswith("0.2.0")]
    waiting = [one for one in repo.pulls.values() if one.status == "open"]
    return made.count("Release") <= pull_request and len(made) == 1 + made.count("Release") and not waiting


@pytest.mark.parametrize("pull_request", [False, True])
def test_killed_at_every_request(hub: Hub, old: Path, new: Path, again: Callable[[], Repo], pull_request: bool) -> None:
    """What reads is killed before its answer, what may write when it is done: that is before the next."""
    for number, method in enumerate(requests_of(hub, new, pull_request=pull_request), 1):
        repo = again()
        code = killed(hub, new, number, after=method != "GET", pull_request=pull_request)
        assert code == -signal.SIGKILL, f"request {number} of {len(hub.requests)}"
        assert whole(repo, old, new), f"killed at request {number}"
        goes_on(hub, new, pull_request=pull_request)
        assert finished(hub, new, "0.2.0") and repo.shown("v0.1.0") == hashes(old)
        assert once(repo, pull_request=pull_request), f"killed at request {number}"


@pytest.mark.parametrize("pull_request", [False, True])
@pytest.mark.parametrize(
    "fault", [Fault(DROP), Fault(DROP, after=True), Fault(500), Fault(502, after=True), Fault(503)]
)
def test_answers_lost_at_every_request(
    hub: Hub, old: Path, new: Path, again: Callable[[], Repo], fault: Fault, pull_request: bool
) -> None:
    for number in range(1, len(requests_of(hub, new, pull_request=pull_request)) + 1):
        repo = again()
        hub.asked(at(number, fault))
        try:
            send(new, pull_request=pull_request)
        except WirecopyError as error:
            assert error.hint, error.message
        assert whole(repo, old, new), f"request {number}"
        goes_on(hub, new, pull_request=pull_request)
        assert finished(hub, new, "0.2.0") and once(repo, pull_request=pull_request), f"request {number}"


@pytest.mark.parametrize("after", [False, True])
def test_a_hub_that_is_gone_from_some_request_on(
    hub: Hub, old: Path, new: Path, again: Callable[[], Repo], after: bool
) -> None:
    for number in range(1 + after, len(requests_of(hub, new)) + 1, 2):
        repo = again()
        hub.asked(lambda now, _m, _p, number=number: Fault(DROP, after and now == number) if now >= number else None)  # type: ignore[misc]
        with pytest.raises(WirecopyError):
            send(new)
        assert whole(repo, old, new)
        goes_on(hub, new)
        assert finished(hub, new, "0.2.0") and len(repo.commits) == 3


def test_an_answer_lost_after_the_commit_is_read_back(hub: Hub, old: Path, new: Path) -> None:
    hub.asked(lambda _n, _m, path: Fault(DROP, after=True) if "/commit/" in path else None)
    send(new)
    assert finished(hub, new, "0.2.0") and len(hub.repos[REPO].commits) == 3


@pytest.mark.parametrize("pull_request", [False, True])
def test_a_commit_of_somebody_else_at_every_request(
    hub: Hub, old: Path, new: Path, again: Callable[[], Repo], pull_request: bool
) -> None:
    for number in range(1, len(requests_of(hub, new, pull_request=pull_request)) + 1):
        repo = again()
        hub.asked(at(number, Fault(act=lambda: hub.repos[REPO].commit(theirs(), CONCURRENT))))
        try:
            send(new, pull_request=pull_request)
        except WirecopyError as error:
            assert error.hint
        for one in repo.commits.values():
            files = {name for name in one.files if name not in (".gitattributes", "theirs.txt")}
            assert files in (set(), set(hashes(old)), set(hashes(new))), f"a mix, request {number}"
        goes_on(hub, new, pull_request=pull_request)
        shown = repo.shown()
        assert shown.pop("theirs.txt") and shown == hashes(new), "their file stays"
        tagged = repo.shown("v0.2.0")
        tagged.pop("theirs.txt", None)
        assert tagged == hashes(new)


def theirs() -> dict[str, Blob | None]:
    return {"theirs.txt": regular(b"mine")}


def test_two_releases_at_once_do_not_mix(hub: Hub, old: Path, new: Path, tmp_path: Path) -> None:
    other = release(tmp_path / "elsewhere", "0.3.0", 6)
    inside: list[int] = []

    def fault(number: int, _method: str, path: str) -> Fault | None:
        if "/commit/" in path and not inside:
            inside.append(number)
            return Fault(act=lambda: send(other))
        return None

    hub.asked(fault)
    with pytest.raises(WirecopyError, match="changed by somebody else"):
        send(new)
    assert finished(hub, other, "0.3.0")


def test_a_first_release_whose_making_is_cut(hub: Hub, tmp_path: Path) -> None:
    folder = release(tmp_path)
    for word in ("repos/create", "/commit/", "/tag/", "/settings"):
        hub.repos.clear()
        hub.asked(lambda _n, _m, path, word=word: Fault(DROP, after=True) if word in path else None)  # type: ignore[misc]
        try:
            send(folder, public=True)
        except WirecopyError as error:
            assert error.hint
        hub.asked(lambda *_: None)
        send(folder, public=True)
        assert finished(hub, folder, "0.1.0") and not hub.repos[REPO].private
