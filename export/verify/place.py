"""Where a release is: a folder, or a revision of a dataset on the Hub, `org/name` or `org/name@revision`."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.errors import WirecopyError
from corpus.output import listing
from export.schema import MANIFEST

REPOSITORY = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*/[\w.-]+?)(@(?P<revision>[^@\s]+))?")
RELEASES = Path("build", "release")  # of the workspace that one stands in


@contextmanager
def opened(place: str) -> Iterator[Path]:
    """Yield the folder of a release; one on the Hub is downloaded, and removed when the block ends.

    Raises WirecopyError where there is no manifest.
    """
    if Path(place).is_dir():
        _check(Path(place), place)
        yield Path(place)
        return
    if (here := RELEASES / place).is_dir():
        raise WirecopyError(f"{place} is no folder and no dataset", hint=f"name the folder: {here}")
    found = REPOSITORY.fullmatch(place)
    if found is None:
        raise WirecopyError(f"{place} is no folder and no dataset", hint="name a folder, or org/name@revision")
    from export.hub import download

    with tempfile.TemporaryDirectory() as folder:
        download(found["name"], found["revision"] or "main", Path(folder))
        _check(Path(folder), place)
        yield Path(folder)


def _check(folder: Path, place: str) -> None:
    if (folder / MANIFEST).exists():
        return
    if held := sorted(path.parent.name for path in folder.glob(f"*/{MANIFEST}")):
        raise WirecopyError(
            f"{place} is no release; it holds {listing(held)}: name one", hint=f"name {Path(place, held[-1])}"
        )
    raise WirecopyError(f"{place} is no release: it has no {MANIFEST}", hint="name a folder, or org/name@revision")
