"""One config of a release as numbers: of each row its key, its split, its text, its labels and all its values."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus.check.findings import Unreadable
from corpus.check.reading import reading
from corpus.config import SPLIT_NAMES
from corpus.files import sha256_file
from export.diff.hashed import Hashes, hash_column, hash_rows

if TYPE_CHECKING:
    import pyarrow as pa

Numbers = NDArray[np.int64]
KEYS = ("annotation_id", "segment_id", "pair_id", "key", "doc_id")  # the first one that a table has
TEXTS = ("text_sha256", "article_text", "source_text", "translation_text", "target")
BATCH_ROWS = 4_000
Skip = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Rows:
    """The rows of a config in the order of its files, but those in shards that both releases have.

    `labels` has the code of each class label, -1 for none, and the hash of each other label.
    """

    keys: Hashes
    splits: NDArray[np.int8]
    texts: Hashes
    values: Hashes
    labels: Mapping[str, Numbers]
    total: int
    name: Callable[[Sequence[int]], list[str]]


def key_of(columns: Sequence[str]) -> str | None:
    """Return the column that names a row; None where a table has none."""
    return next((name for name in KEYS if name in columns), None)


def shards(folder: Path, config: str) -> list[tuple[str, Path]]:
    """Return split and path of each shard of a config, in the order of its rows."""
    return [(split, path) for split in SPLIT_NAMES for path in sorted((folder / config).glob(f"{split}-*.parquet"))]


def equal_shards(old: Path, new: Path, config: str) -> Skip:
    """Return split and hash of the shards that both releases have: their rows are the same."""
    sizes = {path.stat().st_size for _, path in shards(old, config)}
    sizes &= {path.stat().st_size for _, path in shards(new, config)}
    either = [
        {(split, sha256_file(path)) for split, path in shards(one, config) if path.stat().st_size in sizes}
        for one in (old, new)
    ]
    return frozenset(either[0] & either[1])


def read(folder: Path, config: str, columns: Sequence[str], labels: Mapping[str, Sequence[str]], skip: Skip) -> Rows:
    """Read what is compared of a config; `columns` are those that both releases have.

    `labels` has the classes of each label, none of a number. Raises Unreadable for a file that is something else.
    """
    key = key_of(columns)
    assert key is not None, config
    texts = [name for name in TEXTS if name in columns]
    others = [name for name in columns if name not in {key, *texts, *labels}]
    paths = [(split, path) for split, path in shards(folder, config) if (split, _hash(path, skip)) not in skip]
    found: dict[str, list[Any]] = {name: [] for name in ("keys", "splits", "texts", "values")}
    coded: dict[str, list[Any]] = {name: [] for name in labels}
    for split, path in paths:
        for batch in _batches(path, [key, *texts, *labels, *others]):
            found["keys"].append(hash_column(batch.column(key)))
            found["splits"].append(np.full(batch.num_rows, SPLIT_NAMES.index(split), np.int8))
            found["texts"].append(hash_rows(batch, texts))
            found["values"].append(hash_rows(batch, others))
            for name, into in coded.items():
                into.append(_codes(batch.column(name)))
                if labels[name] and not np.all((into[-1] >= -1) & (into[-1] < len(labels[name]))):
                    raise Unreadable(f"{config}/{path.name}", f"column '{name}' holds what is none of its classes")
    whole = {name: np.concatenate([np.zeros(0, _KINDS[name]), *some]) for name, some in found.items()}
    codes = {name: np.concatenate([np.zeros(0, np.int64), *some]) for name, some in coded.items()}
    return Rows(**whole, labels=codes, total=_total(folder, config), name=lambda at: _names(paths, key, at))


_KINDS: dict[str, Any] = {"keys": np.uint64, "splits": np.int8, "texts": np.uint64, "values": np.uint64}


def _hash(path: Path, skip: Skip) -> str:
    return sha256_file(path) if skip else ""


def _codes(column: "pa.Array") -> Numbers:
    import pyarrow as pa

    if pa.types.is_integer(column.type):
        return np.asarray(column.fill_null(-1)).astype(np.int64)
    return hash_column(column).view(np.int64)


def _names(paths: Sequence[tuple[str, Path]], key: str, wanted: Sequence[int]) -> list[str]:
    """Return the keys of some rows by their places, ascending."""
    found, first, left = list[str](), 0, list(wanted)
    for _, path in paths:
        for batch in _batches(path, [key]) if left else ():
            while left and left[0] < first + batch.num_rows:
                found.append(str(batch.column(key)[left.pop(0) - first].as_py()))
            first += batch.num_rows
    return found


def _total(folder: Path, config: str) -> int:
    import pyarrow.parquet as pq

    return sum(int(pq.read_metadata(path).num_rows) for _, path in shards(folder, config))


def _batches(path: Path, columns: list[str]) -> "Iterator[pa.RecordBatch]":
    import pyarrow.parquet as pq

    with reading(f"{path.parent.name}/{path.name}"), path.open("rb") as raw, pq.ParquetFile(raw) as file:
        if missing := [name for name in columns if name not in file.schema_arrow.names]:
            raise ValueError(f"no column '{missing[0]}'")
        yield from file.iter_batches(batch_size=BATCH_ROWS, columns=columns)
