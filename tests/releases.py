"""Releases to publish, made once for all tests of a run."""

import atexit
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from corpus.config import load
from corpus.output import Output
from export.release import build
from export.standoff import standoff_workspace
from tests.export.test_release import labelled

FACTS = """
[release]
version = "{version}"
[release.outlets]
{outlet} = "CC BY 4.0, by agreement"
"""


@cache
def _made(version: str, documents: int, stated: bool) -> Path:
    place = Path(mkdtemp(prefix="wirecopy-test-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    folder = place / "w"
    labelled(folder, documents)
    config = folder / "wirecopy.toml"
    config.write_text(config.read_text() + FACTS.format(version=version, outlet='""' if stated else '"elsewhere"'))
    build(load(folder), out=Output())
    return load(folder).release


def release(folder: Path, version: str = "0.1.0", documents: int = 8, *, stated: bool = True) -> Path:
    """Copy a release into `folder` and return its place; `stated` is whether its text may be published."""
    made = _made(version, documents, stated)
    return Path(shutil.copytree(made, folder / f"release-{version}-{documents}"))


def unstated_twin(folder: Path) -> Path:
    """Copy the twin without text of a release whose text may not be published."""
    made = _made("0.1.0", 8, False)
    twin = standoff_workspace(workspace=made.parents[2], out=Output())
    return Path(shutil.copytree(twin.folder, folder / "twin"))
