"""Where a release is: a folder, or a revision of a dataset on the Hub, `org/name` or `org/name@revision`."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.errors import WirecopyError

REPOSITORY = re.compile(r"(?P<name>[A-Za-z0-9][\w.-]*/[\w.-]+?)(@(?P<revision>[^@\s]+))?")


@contextmanager
def opened(place: str) -> Iterator[Path]:
    """Yield the folder of a release; one on the Hub is downloaded, and removed when the block ends."""
    if Path(place).is_dir():
        yield Path(place)
        return
    found = REPOSITORY.fullmatch(place)
    if found is None:
        raise WirecopyError(f"{place} is no folder and no dataset", hint="name a folder, or org/name@revision")
    from export.hub import download

    with tempfile.TemporaryDirectory() as folder:
        download(found["name"], found["revision"] or "main", Path(folder))
        yield Path(folder)
