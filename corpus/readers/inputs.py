"""One input: a file of a source, or a piece of one, that a worker process can open by itself."""

import os
import stat
from dataclasses import dataclass, field
from typing import BinaryIO

from corpus.config import Fields
from corpus.readers.article import Origin


@dataclass(frozen=True, slots=True)
class Input:
    """A file to read, or a part of it.

    `address` is a local path or an fsspec URL; it may hold credentials, so nothing shows it.
    The same `identity` means the same bytes. `size` is in bytes. `part` is a half-open range: of
    bytes in a `.jsonl`, of row groups in a `.parquet`; None is the whole file. `first_line` is
    the number of the first line (or row) of the part.
    """

    address: str = field(repr=False)
    origin: Origin
    fields: Fields
    identity: str = ""
    size: int = 0
    part: tuple[int, int] | None = None
    first_line: int = 1

    def open(self) -> BinaryIO:
        """Open the file for reading; raise OSError where that can't be."""
        if is_remote(self.address):
            from corpus.readers import remote

            return remote.open(self.address)
        # A pipe would wait for ever, a device may do anything.
        mode = os.stat(self.address).st_mode  # noqa: PTH116
        if stat.S_ISDIR(mode):
            raise OSError("a folder that can't be listed")
        if not stat.S_ISREG(mode):
            raise OSError("not a regular file")
        return open(self.address, "rb")  # noqa: PTH123


def is_remote(address: str) -> bool:
    """Tell whether an address is a URL."""
    return "://" in address
