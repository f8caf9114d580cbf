"""Something changes while a release is published: what the Hub shows is one release whole, or there is no tag."""

import logging
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.config import load
from corpus.errors import WirecopyError
from corpus.output import Output
from export.takedown import take_down
from tests.hub import MAIN, Fault, Hub
from tests.hub.child import REPO
from tests.hub.publishing import finished, hashes, send
from tests.releases import _made, release

SHARD = "segments/train-00000-of-00001.parquet"
PLAN, SENT, LAST = "/discussions", "/preupload/main", "validate-yaml"  # requests of the plan, before and after hashing


def once(hub: Hub, word: str, act: Callable[[], object]) -> None:
    """Do something when a request of this kind comes first."""
    left = [act]
    hub.asked(lambda _n, _m, path: Fault(act=left.pop()) if left and word in path else None)


def untagged(hub: Hub, version: str) -> bool:
    return hub.repos[REPO].find(f"v{version}") is None


@pytest.mark.parametrize("word", [PLAN, SENT, LAST])
@pytest.mark.parametrize("name", ["README.md", "manifest.json", SHARD])
def test_a_file_that_changes_is_told_or_not_sent(hub: Hub, tmp_path: Path, word: str, name: str) -> None:
    old, new = release(tmp_path), release(tmp_path, "0.2.0", 5)
    send(old)
    due, path = hashes(new), new / name
    once(hub, word, lambda: path.write_bytes(path.read_bytes().swapcase()))
    try:
        send(new)
    except WirecopyError as error:
        assert error.hint
        assert untagged(hub, "0.2.0") and hub.repos[REPO].shown() in (hashes(old), due)
    else:
        assert hub.repos[REPO].shown() == hub.repos[REPO].shown("v0.2.0") == due


@pytest.mark.parametrize("word", [PLAN, SENT])
def test_a_file_that_goes_is_told(hub: Hub, tmp_path: Path, word: str) -> None:
    old, new = release(tmp_path), release(tmp_path, "0.2.0", 5)
    send(old)
    once(hub, word, (new / SHARD).unlink)
    with pytest.raises((WirecopyError, OSError)):
        send(new)
    assert untagged(hub, "0.2.0") and hub.repos[REPO].shown() == hashes(old)


def test_a_commit_that_is_not_whole_gets_no_tag(hub: Hub, tmp_path: Path) -> None:
    folder = release(tmp_path)

    def lose() -> None:
        repo = hub.repos[REPO]
        head = repo.refs[MAIN]
        kept = {name: blob for name, blob in repo.files().items() if name != SHARD}
        repo.commits[head] = replace(repo.commits[head], files=kept)

    hub.asked(lambda _n, _m, path: Fault(after=True, act=lose) if "/commit/" in path else None)
    with pytest.raises(WirecopyError, match=r"team/news at \w+ is not what .* holds"):
        send(folder)
    assert untagged(hub, "0.1.0")
    hub.asked(lambda *_: None)
    send(folder)
    assert finished(hub, folder, "0.1.0")


@pytest.mark.parametrize("word", [PLAN, SENT, LAST])
def test_no_source_is_taken_down_meanwhile(hub: Hub, tmp_path: Path, word: str) -> None:
    space = load(Path(shutil.copytree(_made("0.1.0", 8, True).parents[2], tmp_path / "w")))
    hub.repo(REPO)
    told = []

    def take() -> None:
        try:
            take_down(space, "doc-3", day="2026-01-01", out=Output())
        except WirecopyError as error:
            told.append(error.message)

    once(hub, word, take)
    send(space.release)
    assert finished(hub, space.release, "0.1.0") and "another export into" in told[0]
    assert take_down(space, "doc-3", day="2026-01-01", out=Output()), "afterwards it can be taken down"


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("pull_request", [False, True])
def test_a_repository_opened_meanwhile_gets_nothing(hub: Hub, tmp_path: Path, there: bool, pull_request: bool) -> None:
    if there:
        hub.repo(REPO)

    def opened() -> None:
        hub.repos[REPO].private = False

    once(hub, SENT, opened)
    with pytest.raises(WirecopyError, match="team/news is public: everybody would see"):
        send(release(tmp_path), pull_request=pull_request)
    assert len(hub.repos[REPO].commits) == 1 and untagged(hub, "0.1.0")


def test_two_runs_of_one_release_at_once(hub: Hub, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    here, there = release(tmp_path / "a"), release(tmp_path / "b")
    hub.repo(REPO)
    logger = logging.getLogger("huggingface_hub")
    logger.addHandler(caplog.handler)
    once(hub, SENT, lambda: send(there))
    send(here)
    logger.removeHandler(caplog.handler)
    assert finished(hub, here, "0.1.0") and len(hub.repos[REPO].commits) == 2
    assert "No files have been modified" not in caplog.text
