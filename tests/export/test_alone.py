"""Two processes in one folder of releases: the second one says so and touches nothing."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus.config import Workspace, load
from corpus.errors import WirecopyError
from export.alone import alone
from export.manifest import edited
from export.rehydrate import rehydrate
from export.release import build
from export.standoff import standoff
from export.takedown import take_down
from tests.conftest import REPOSITORY
from tests.export.test_standoff import contents, manifest
from tests.twins import OUT, workspace

OTHERS: dict[str, Callable[[Workspace], object]] = {
    "build": lambda space: build(space, out=OUT),
    "takedown": lambda space: take_down(space, "wire-desk", day="2026-01-31", out=OUT),
    "standoff": lambda space: standoff(space.release.with_name("1.0.0"), space.config, out=OUT),
    "rehydrate": lambda space: rehydrate(space.release.with_name("1.0.0-standoff"), [str(space.root)], out=OUT),
}


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    """A workspace with version 1.0.0 and its twin, about to build 2.0.0."""
    space = workspace(tmp_path)
    standoff(space.release, space.config, out=OUT)
    config = space.root / "wirecopy.toml"
    config.write_text(config.read_text().replace('version = "1.0.0"', 'version = "2.0.0"'))
    return load(space.root)


def stopped_half_way(space: Workspace) -> "subprocess.Popen[bytes]":
    """Start a build in another process, and stop it while it writes."""
    command = [sys.executable, "-m", "wirecopy", "export", "build"]
    env = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    running = subprocess.Popen(command, cwd=space.root, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    beside = space.release.with_name(".2.0.0.partial")
    while not beside.exists():
        assert running.poll() is None, running.communicate()
        time.sleep(0.001)
    running.send_signal(signal.SIGSTOP)
    return running


def test_while_one_builds_every_other_waits_its_turn(space: Workspace) -> None:
    running = stopped_half_way(space)
    try:
        before = contents(space.root)
        assert not space.release.exists()
        for other in OTHERS.values():
            with pytest.raises(WirecopyError, match=r"another export into .* is running") as told:
                other(space)
            assert "wait for it" in told.value.hint
        assert contents(space.root) == before
    finally:
        running.send_signal(signal.SIGCONT)
        _, errors = running.communicate(timeout=120)
    assert running.returncode == 0, errors.decode()
    assert edited(space.release, manifest(space.release)) == [] and not build(space, out=OUT).written


def test_of_two_at_once_one_builds_and_both_end_well(space: Workspace) -> None:
    command = [sys.executable, "-m", "wirecopy", "export", "build"]
    env = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    both = [subprocess.Popen(command, cwd=space.root, env=env, stderr=subprocess.PIPE) for _ in range(2)]
    told = [one.communicate(timeout=120)[1].decode() for one in both]
    codes = [one.returncode for one in both]
    assert 0 in codes and all(code == 0 or "another export" in said for code, said in zip(codes, told, strict=True))
    assert edited(space.release, manifest(space.release)) == [] and not build(space, out=OUT).written
    assert not [*space.release.parent.glob(".*")]


def test_who_was_killed_keeps_nobody_out(space: Workspace) -> None:
    running = stopped_half_way(space)
    running.kill()
    running.communicate()
    assert build(space, out=OUT).written
    assert edited(space.release, manifest(space.release)) == []


def test_a_folder_that_may_only_be_read_is_locked_too() -> None:
    for _ in range(2):
        with (
            alone(Path("/proc")),
            pytest.raises(WirecopyError, match="another export into /proc"),
            alone(Path("/proc")),
        ):
            pass


def test_nothing_stays_in_the_folder_of_others_and_one_that_cannot_be_written_is_told(
    space: Workspace, tmp_path: Path
) -> None:
    twin, sources = space.release.with_name("1.0.0-standoff"), [str(space.root)] * 3
    rehydrate(twin, sources, output=tmp_path / "theirs" / "back", out=OUT)
    assert [path.name for path in (tmp_path / "theirs").iterdir()] == ["back"]
    with pytest.raises(WirecopyError, match=r"^/proc can't be written"):
        rehydrate(twin, sources, output=Path("/proc/back"), out=OUT)
    (tmp_path / "file").touch()
    with pytest.raises(WirecopyError, match="file: File exists"):
        rehydrate(twin, sources, output=tmp_path / "file" / "back", out=OUT)
