"""What the tests share: the command line as users run it, one real Label Studio, one real browser.

Nothing skips where `WIRECOPY_REQUIRE_ALL` is set (the gate sets it): what is missing then fails.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from hypothesis import settings

from annotation.studio import server
from annotation.studio.client import Studio
from corpus.config import Workspace, load
from corpus.output import Output

if TYPE_CHECKING:
    from playwright.sync_api import Browser

settings.register_profile("house", deadline=None)  # time is measured in benchmarks/, never in a test
settings.load_profile("house")
REPOSITORY = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("WIRECOPY_SHARED", REPOSITORY.parent / "shared"))
SAMPLE = Path(str(files("corpus") / "sample"))
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Cli = Callable[..., subprocess.CompletedProcess[str]]


def missing(what: str) -> NoReturn:
    """Skip with a clear reason, or fail where the gate wants everything."""
    if os.environ.get("WIRECOPY_REQUIRE_ALL"):
        pytest.fail(f"the gate needs {what}")
    pytest.skip(f"needs {what}")


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The folder with the five real articles."""
    folder = SHARED / "seeds"
    return folder if folder.is_dir() else missing(f"the seed articles in {folder}")


@pytest.fixture(scope="session")
def gold() -> Path:
    """The folder with gold data of other projects."""
    folder = SHARED / "gold"
    return folder if folder.is_dir() else missing(f"the gold data in {folder}")


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Run `wirecopy` in a process of its own, in `tmp_path`: output, errors and exit code."""

    def run(*arguments: object, env: dict[str, str] | None = None, cwd: Path = tmp_path) -> Any:
        variables = {name: value for name, value in os.environ.items() if not name.startswith("LABEL_STUDIO_")}
        command = [sys.executable, "-m", "wirecopy", *map(str, arguments)]
        return subprocess.run(
            command, cwd=cwd, env=variables | (env or {}), capture_output=True, text=True, timeout=600, check=False
        )

    return run


def shared_queue(config: str) -> str:
    """Take annotators and control items out of the sample's configuration."""
    text = config.split("# Annotators with queues")[0]
    return re.sub(r"\[campaigns\.translation_quality\.controls\]\n(?:.+\n)*", "", text)


@pytest.fixture
def sample(tmp_path: Path) -> Workspace:
    """A fresh workspace with the built-in sample, where all annotators share one queue."""
    folder = tmp_path / "sample"
    shutil.copytree(SAMPLE / "articles", folder / "articles")
    (folder / "wirecopy.toml").write_text(shared_queue((SAMPLE / "wirecopy.toml").read_text()))
    return load(folder)


@pytest.fixture(scope="session")
def local_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[server.Server, Path]]:
    """A real Label Studio, as `wirecopy annotation serve` starts it, and its state folder."""
    state = tmp_path_factory.mktemp("server") / ".wirecopy"
    state.mkdir()
    running = server.serve(state=state, out=Output())
    yield running, state
    server.stop(state=state)


@pytest.fixture(scope="session")
def studio(local_server: tuple[server.Server, Path]) -> Studio:
    """A client of the real server, as its owner."""
    running, state = local_server
    return Studio(running.url, server.token(state))


@pytest.fixture
def studio_env(local_server: tuple[server.Server, Path]) -> dict[str, str]:
    """The environment that points the command line to the real server."""
    running, state = local_server
    return {"LABEL_STUDIO_URL": running.url, "LABEL_STUDIO_API_KEY": server.token(state)}


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a real browser: Debian's Chromium, or one that Playwright installed."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else missing("a Chromium: apt-get install chromium")


@pytest.fixture(scope="module")
def browser(chromium: str) -> "Iterator[Browser]":
    """A real browser, running."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)  # two servers and two browsers share few cores
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()
