"""One process at a time works in a folder of releases."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus.errors import WirecopyError


@contextmanager
def alone(releases: Path) -> Iterator[None]:
    """Keep the other processes of this machine out of a folder of releases; one that may only be read will do.

    Raises WirecopyError where somebody works there already, and where it is no folder and can't be made.
    """
    try:
        releases.mkdir(parents=True, exist_ok=True)
        folder = os.open(releases, os.O_RDONLY)
    except OSError as error:
        raise WirecopyError(f"{releases}: {error.strerror}", hint="check that path, or name another folder") from None
    try:
        try:
            # The folder itself is locked: a lock file would stay in folders of others, or split in two when removed.
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WirecopyError(
                f"another export into {releases} is running", hint="wait for it, then run this again"
            ) from None
        yield
    finally:
        os.close(folder)
