"""What the tests of publishing say again and again."""

from pathlib import Path
from typing import Any

from corpus.files import sha256_file
from corpus.output import Output
from export.publish import publish
from tests.hub.child import REPO
from tests.hub.state import Hub


def send(folder: Path, target: str = REPO, *, yes: bool = True, json: bool = False, **more: Any) -> None:
    """Publish a release folder."""
    options: dict[str, Any] = {"public": False, "gated": None, "pull_request": False} | more
    publish(target=target, folder=folder, workspace=folder, yes=yes, out=Output(json=json), **options)


def hashes(folder: Path) -> dict[str, str]:
    """Return `{path: sha256}` of a folder."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): sha256_file(path) for path in found}


def finished(hub: Hub, folder: Path, version: str) -> bool:
    """Tell whether the Hub shows this release, tagged."""
    repo = hub.repos[REPO]
    return repo.shown() == hashes(folder) == repo.shown(f"v{version}")
