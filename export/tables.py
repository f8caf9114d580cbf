"""The tables of a release: row groups in, a folder of Parquet shards out, each row in the split of its documents.

The row groups of a table are cut into ranges by their size, and a range gives at most one shard for each split.
So rows keep their order, a changed row changes the shards of its range only, and any number of processes gives
the same bytes. Memory is bounded by a row group for each split and process.
"""

import os
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corpus.config import SPLIT_NAMES
from corpus.engine import Counters, Engine, Result, Task
from corpus.engine.local import Local
from corpus.features import schema_of, value
from corpus.output import Output
from corpus.parquet import GROUP_ROWS, read_columns, write_batches, writing
from export.borders import ACROSS, GONE, Borders, Codes
from export.contents import Content, Piece

if TYPE_CHECKING:
    import pyarrow as pa

RANGE_BYTES = 1 << 29  # unpacked, about 150 MB of Parquet: the Hub's viewer scans 300 MB at most
WORK = ".shards"
OUTSIDE = {ACROSS: "across two splits", GONE: "of documents that are in no split"}


@dataclass(frozen=True)
class Written:
    """How many rows and Arrow bytes went to each split, and how many rows to none, by reason."""

    rows: Mapping[str, int]
    bytes: Mapping[str, int]
    left_out: Mapping[str, int]


def write(
    folder: Path,
    tables: Sequence[Content],
    splits: Path,
    *,
    workers: int | None = None,
    out: Output | None = None,
    range_bytes: int = RANGE_BYTES,
) -> dict[str, Written]:
    """Write each table into a folder of its name; `splits` is a Parquet file of doc_id and split.

    A split without rows has no file.
    """
    ranges = [(table, at, some) for table in tables for at, some in enumerate(cut(table.pieces(), range_bytes))]
    size = sum(piece.bytes for _, _, some in ranges for piece in some)
    executor = Local(workers or min(len(os.sched_getaffinity(0)), 1 + size // RANGE_BYTES))
    engine = Engine(folder / WORK, executor, out or Output())
    tasks = [_task(table, at, some, splits) for table, at, some in ranges]
    try:
        done = engine.run(tasks, "writing tables", unit="rows")
    finally:
        executor.close()
    found: dict[str, list[Result]] = {table.name: [] for table in tables}
    for (table, _, _), result in zip(ranges, done, strict=True):
        found[table.name].append(result)
    named = {name: _named(folder / name, results) for name, results in found.items()}
    shutil.rmtree(folder / WORK, ignore_errors=True)
    return named


def _task(table: Content, at: int, pieces: list[Piece], splits: Path) -> Task:
    work = partial(write_range, table, pieces, splits)
    return Task("tables", f"{table.name}-{at:05}", work, sum(piece.rows for piece in pieces))


def cut(pieces: Iterable[Piece], most: int) -> list[list[Piece]]:
    """Return row groups in ranges of about `most` bytes."""
    ranges: list[list[Piece]] = []
    size = 0
    for piece in pieces:
        if not ranges or size + piece.bytes > most:
            ranges.append([])
            size = 0
        ranges[-1].append(piece)
        size += piece.bytes
    return ranges


def write_range(table: Content, pieces: list[Piece], splits: Path, folder: Path) -> Counters:
    """Write the shards of one range of row groups into `folder`; a task of the engine."""
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())  # Arrow's own keeps what it has freed
    borders = _borders(splits, splits.stat().st_mtime_ns)
    rows, size, left_out = Counter[str](), Counter[str](), Counter[str]()
    schema = table.schema
    with ExitStack() as stack:
        put = {}
        for batch in table.batches(pieces, left_out):
            for code, mine in _by_split(batch, borders.of(batch)):
                if code < 0:
                    left_out[OUTSIDE[code]] += mine.num_rows
                    continue
                split = SPLIT_NAMES[code]
                if split not in put:
                    put[split] = stack.enter_context(writing(folder / f"{split}.parquet", schema))
                rows[split] += put[split](mine)
                size[split] += mine.nbytes
    found = {"rows": rows, "bytes": size, "left_out": left_out}
    return {f"{what}/{name}": count for what, counts in found.items() for name, count in counts.items() if count}


def save_splits(path: Path, splits: Mapping[str, str]) -> None:
    """Write the split of each document, sorted by id."""
    import pyarrow as pa

    schema = schema_of({"doc_id": value(str), "split": value(str)})
    ids = sorted(splits)
    columns = [pa.array(ids, pa.string()), pa.array([splits[one] for one in ids], pa.string())]
    write_batches(path, pa.Table.from_arrays(columns, schema=schema).to_batches(max_chunksize=GROUP_ROWS), schema)


@lru_cache(maxsize=1)
def _borders(path: Path, _changed: int) -> Borders:
    table = read_columns(path, ("doc_id", "split"))
    return Borders(dict(zip(table["doc_id"].to_pylist(), table["split"].to_pylist(), strict=True)))


def _by_split(batch: "pa.RecordBatch", codes: Codes) -> "Iterator[tuple[int, pa.RecordBatch]]":
    for code in np.unique(codes):
        mine = codes == code
        yield int(code), batch if mine.all() else batch.filter(mine)


def _named(folder: Path, results: Sequence[Result]) -> Written:
    """Put the shards of a table, range after range, into its folder."""
    total = Counter[str]()
    for result in results:
        total.update(result.counters)
    for split in SPLIT_NAMES:
        shards = [path for result in results if (path := result.folder / f"{split}.parquet").exists()]
        for at, path in enumerate(shards):
            folder.mkdir(exist_ok=True)
            path.rename(folder / f"{split}-{at:05}-of-{len(shards):05}.parquet")
    return Written(*(_part(total, what) for what in ("rows", "bytes", "left_out")))


def _part(counters: Mapping[str, int], what: str) -> dict[str, int]:
    found = {name.partition("/")[2]: count for name, count in counters.items() if name.startswith(f"{what}/")}
    order = {name: at for at, name in enumerate(SPLIT_NAMES)}
    return {name: found[name] for name in sorted(found, key=lambda name: (order.get(name, len(order)), name))}
