"""Arrays sorted by a 64-bit key: what shards send to the buckets of a later step.

Each shard saves its keys in order, so that a bucket, a range of keys, is one slice of each file
and the number of buckets can follow the size of the corpus.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xxhash
from numpy.typing import NDArray

Array = NDArray[Any]
MOST_ROWS = 4_000_000  # of a bucket: about 200 MB at work


def hashes(names: Iterable[str]) -> NDArray[np.uint64]:
    """Return a 64-bit hash of each name."""
    return np.array([xxhash.xxh3_64_intdigest(name.encode()) for name in names], dtype=np.uint64)


def line_hash(outlet: str, key: str) -> int:
    """Return the 64-bit key of a line among the documents of an outlet."""
    return xxhash.xxh3_64_intdigest(f"{outlet}\0{key}".encode())


def save(folder: Path, name: str, keys: Array, *columns: Array) -> None:
    """Save keys in order, and the columns that go with them; rows of one key come in any order."""
    order = np.argsort(keys)
    for place, column in enumerate((keys, *columns)):
        np.save(folder / f"{name}.{place}.npy", column[order])


def buckets(folders: Sequence[Path], name: str) -> int:
    """Return into how many buckets the rows of all shards go; a power of two."""
    rows = sum(len(load(folder, f"{name}.0")) for folder in folders)
    return int(1 << max(0, (rows - 1) // MOST_ROWS).bit_length())


def gather(folders: Sequence[Path], name: str, columns: int, bucket: int, of: int) -> tuple[list[Array], Array]:
    """Return keys and columns of one bucket from all shards, and the number of the shard of each row.

    Copies: a slice of a mapped file holds the file open, and there may be thousands.
    """
    low, high = bucket * (2**64 // of), (bucket + 1) * (2**64 // of) - 1
    parts: list[list[Array]] = [[] for _ in range(columns + 1)]
    shards = []
    for shard, folder in enumerate(folders):
        keys = load(folder, f"{name}.0")
        start = int(np.searchsorted(keys, np.uint64(low), side="left"))
        stop = int(np.searchsorted(keys, np.uint64(high), side="right"))
        for place, part in enumerate(parts):
            part.append(np.array(load(folder, f"{name}.{place}")[start:stop]))
        shards.append(np.full(stop - start, shard, dtype=np.int64))
    return [np.concatenate(part) for part in parts], np.concatenate(shards)


def load(folder: Path, name: str) -> Array:
    """Return an array of a finished task, mapped: only what is looked at is read."""
    array: Array = np.load(folder / f"{name}.npy", mmap_mode="r")
    return array


class Rows:
    """Rows of an array that lies in pieces, one a shard, by number of document."""

    def __init__(self, scans: Sequence[Path], name: str, starts: Sequence[int]) -> None:
        self._scans, self._name = scans, name
        self._starts = np.asarray(starts, dtype=np.int64)

    def __getitem__(self, numbers: Array) -> Array:
        """Return the rows of some documents."""
        shards = np.searchsorted(self._starts, numbers, side="right") - 1
        first = load(self._scans[0], self._name)
        found = np.empty((len(numbers), *first.shape[1:]), dtype=first.dtype)
        for shard in np.unique(shards):
            mine = shards == shard
            found[mine] = load(self._scans[shard], self._name)[numbers[mine] - self._starts[shard]]
        return found
