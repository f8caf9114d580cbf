"""Killed anywhere, a build ends with the same bytes; so it does with any number of workers, and on Ray."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from corpus.build import build
from corpus.config import Source
from corpus.output import Output

REPOSITORY = Path(__file__).parents[2]
ARTICLES, KILLS = 20_000, 20


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with articles in twelve languages, with near-duplicates and dirt."""
    root = tmp_path_factory.mktemp("resume")
    command = [sys.executable, "benchmarks/articles.py", str(root / "articles"), "--count", str(ARTICLES), "--form", "jsonl"]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    return root


@pytest.fixture(scope="module")
def undisturbed(workspace: Path) -> dict[str, bytes]:
    """What one worker makes of them when nobody disturbs it."""
    build([Source(path="articles")], root=workspace, folder=workspace / "one", config=None, out=Output(), workers=1)
    return contents(workspace / "one")


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of a dataset; `build.json` too."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("engine", "workers"), [("local", 2), ("local", 4), ("ray", 2)])
def test_any_engine_makes_the_same_bytes(
    workspace: Path, undisturbed: dict[str, bytes], engine: str, workers: int
) -> None:
    folder = workspace / f"{engine}-{workers}"
    build(
        [Source(path="articles")],
        root=workspace,
        folder=folder,
        config=None,
        out=Output(),
        engine=engine,
        workers=workers,
    )
    assert contents(folder) == undisturbed


def test_killed_at_twenty_random_moments_it_ends_with_the_same_bytes(
    workspace: Path, undisturbed: dict[str, bytes]
) -> None:
    moments = random.Random(7)
    arguments = ["corpus", "build", "articles", "-o", "killed", "--workers", "2"]
    command = [sys.executable, "-m", "wirecopy", *arguments]
    env = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    hit = 0
    for _ in range(KILLS):
        running = subprocess.Popen(command, cwd=workspace, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(moments.uniform(0.3, 3.0))
        running.send_signal(signal.SIGKILL)
        running.communicate()
        hit += running.returncode == -signal.SIGKILL
    last = subprocess.run(command, cwd=workspace, env=env, capture_output=True, text=True, check=False)
    assert last.returncode in (0, 3), last.stderr
    assert hit >= KILLS // 2
    assert contents(workspace / "killed") == undisturbed
    assert not list(workspace.glob(".killed.work/*/.*")), "what the kills left is swept"
