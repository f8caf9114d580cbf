"""One process at a time writes in a folder of releases."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.errors import WirecopyError

LOCK = ".wirecopy.lock"


@contextmanager
def alone(releases: Path) -> Iterator[None]:
    """Keep others out of a folder of releases; raise WirecopyError where somebody works there already."""
    releases.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(releases / LOCK, timeout=0):
            yield
    except Timeout:
        raise WirecopyError(
            f"another export into {releases} is running", hint="wait for it, then run this again"
        ) from None
