"""The tables of a release against `Dataset.to_parquet`, `push_to_hub`'s local part, plain pyarrow and polars.

    python -m benchmarks.export [--rows 1000000] [--rows 10000000] [--workers 1] [--check] [--folder DIR]

Each way writes the same segments (20 sentences a document, as a corpus has them) from the same Parquet files, in a
process of its own, one after the other in one run. `wall` and `CPU` (user and system, children too) are those of
the work, without the start of Python and without imports; `MB` is the highest resident memory of the process, its
imports included, without its workers'. The page cache is warm for all: nothing is dropped from it.

wirecopy     rows into the splits of their documents, shard by shard; 80, 10 and 10 % of the documents
pyarrow      ParquetFile.iter_batches into one ParquetWriter with the same settings, all rows in one file: no splits
to_parquet   datasets: load_dataset("parquet"), then Dataset.to_parquet (snappy: it takes no other compression)
push_to_hub  the same, cut into shards of 500 MB that are written to memory and hashed; nothing is sent
polars       scan_parquet, sink_parquet with zstd-3 and row groups of 50,000

`load` is what datasets does before: it copies the files into its cache of Arrow, which is told apart. What was written
is read back with datasets, polars and duckdb: counts, also of each role, have to be equal. NOT covered: uploading.
"""

import argparse
import hashlib
import json
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
from typing import Any

from benchmarks.articles import PATTERNS, Sentences
from corpus.config import SPLIT_NAMES

A_DOCUMENT, PART_ROWS, POOL, SHARD_BYTES = 20, 1_000_000, 200_000, 500 << 20
LEAST_OF_PYARROW, MOST_SIZE, MOST_MEMORY = 0.8, 1.03, 800  # MB
OUTLETS, ROLES = 40, ("title", "lead", *["body"] * 16, "heading", "credit")
SHARES = (0.8, 0.1, 0.1)


def make(folder: Path, rows: int) -> None:
    """Write segments as a built corpus has them, and the split of each document."""
    import pyarrow as pa

    from corpus.features import features, schema_of
    from corpus.parquet import GROUP_ROWS, write_batches
    from corpus.schema import Segment
    from export.tables import save_splits

    schema, draw = schema_of(features(Segment)), random.Random(1)
    sentences = Sentences("en", PATTERNS, [1])
    pool = [sentences.next().format(*["Vorl"] * 8) + "." for _ in range(POOL)]

    def batches(start: int, end: int) -> Iterator[pa.RecordBatch]:
        for at in range(start, end, GROUP_ROWS):
            yield _segments(range(at, min(at + GROUP_ROWS, end)), pool, draw, schema)

    for part, start in enumerate(range(0, rows, PART_ROWS)):
        path = folder / "segments" / f"part-{part:05}.parquet"
        write_batches(path, batches(start, min(start + PART_ROWS, rows)), schema)
    documents = (_document(at) for at in range(-(-rows // A_DOCUMENT)))
    save_splits(folder / "splits.parquet", {doc: draw.choices(SPLIT_NAMES, SHARES)[0] for doc in documents})


def _document(at: int) -> str:
    return f"outlet-{at * OUTLETS // 500_000:02}/2026-{at:07}"


def _segments(rows: range, pool: list[str], draw: random.Random, schema: Any) -> Any:
    import pyarrow as pa

    ids = [_document(at // A_DOCUMENT) for at in rows]
    texts = draw.choices(pool, k=len(rows))
    starts = [at % A_DOCUMENT * 90 for at in rows]
    columns = {
        "segment_id": [f"{doc}#{draw.getrandbits(40):010x}" for doc in ids],
        "doc_id": ids,
        "index": [at % A_DOCUMENT for at in rows],
        "paragraph": [at % A_DOCUMENT // 2 for at in rows],
        "start": starts,
        "end": [start + len(text) for start, text in zip(starts, texts, strict=True)],
        "text": texts,
        "role": [ROLES[at % A_DOCUMENT] for at in rows],
        "language": ["en"] * len(rows),
    }
    return pa.RecordBatch.from_pydict(columns, schema=schema)


def wirecopy(source: Path, target: Path, workers: int) -> Iterator[str]:
    """Write with the release's own function."""
    import pyarrow.compute
    import pyarrow.parquet  # noqa: F401

    from corpus.features import features
    from corpus.schema import Segment
    from export.contents import Content
    from export.schema import Table
    from export.tables import write

    table = Content("segments", Table.SEGMENTS, features(Segment), tuple(sorted(source.glob("segments/*.parquet"))))
    yield "imported"
    write(target, [table], source / "splits.parquet", workers=workers)


def pyarrow(source: Path, target: Path, _workers: int) -> Iterator[str]:
    """Write with nothing but pyarrow, with the same settings."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from corpus.parquet import GROUP_ROWS, SETTINGS

    yield "imported"
    pa.set_memory_pool(pa.system_memory_pool())
    files = sorted(source.glob("segments/*.parquet"))
    repeated, writer = ["doc_id", "role", "language"], None
    for path in files:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=GROUP_ROWS, use_threads=False):
                writer = writer or pq.ParquetWriter(
                    target / "all.parquet", file.schema_arrow, use_dictionary=repeated, **SETTINGS
                )
                writer.write_batch(batch, row_group_size=GROUP_ROWS)
    if writer:
        writer.close()


def to_parquet(source: Path, target: Path, _workers: int) -> Iterator[str]:
    """Write with datasets."""
    rows = yield from _loaded(source, target)
    rows.to_parquet(target / "all.parquet")


def push_to_hub(source: Path, target: Path, _workers: int) -> Iterator[str]:
    """Do what `push_to_hub` does before it sends: shards in memory, and their hashes."""
    rows = yield from _loaded(source, target)
    count = -(-int(rows.data.nbytes) // SHARD_BYTES)
    for at in range(count):
        buffer = BytesIO()
        rows.shard(num_shards=count, index=at, contiguous=True).to_parquet(buffer)
        hashlib.sha256(buffer.getvalue()).hexdigest()
        (target / f"{at:05}.parquet").write_bytes(buffer.getvalue())


def _loaded(source: Path, target: Path) -> Any:
    import datasets

    datasets.disable_progress_bars()
    yield "imported"
    files = [str(path) for path in sorted(source.glob("segments/*.parquet"))]
    rows = datasets.load_dataset("parquet", data_files=files, split="train", cache_dir=str(target / "cache"))
    yield "loaded"
    return rows


def polars(source: Path, target: Path, _workers: int) -> Iterator[str]:
    """Write with polars' streaming engine."""
    import polars as pl

    from corpus.parquet import GROUP_ROWS

    yield "imported"
    rows = pl.scan_parquet(source / "segments" / "*.parquet")
    rows.sink_parquet(target / "all.parquet", compression="zstd", compression_level=3, row_group_size=GROUP_ROWS)


WAYS: dict[str, Callable[[Path, Path, int], Iterator[str]]] = {
    "wirecopy": wirecopy, "pyarrow": pyarrow, "to_parquet": to_parquet, "push_to_hub": push_to_hub, "polars": polars
}  # fmt: skip


def measured(way: str, source: Path, target: Path, workers: int, told: Any) -> None:
    """Do it one way, in a process of its own, and tell what it took."""
    marks = {}
    steps = WAYS[way](source, target, workers)
    for mark in steps:
        marks[mark] = (time.monotonic(), _cpu())
    end = (time.monotonic(), _cpu())
    begin = marks.get("loaded", marks["imported"])
    load = marks["loaded"][1] - marks["imported"][1] if "loaded" in marks else 0.0
    # Not ru_maxrss: a new process takes that over from the one that started it.
    status = Path("/proc/self/status").read_text()
    memory = int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024
    size = sum(path.stat().st_size for path in target.rglob("*.parquet")) / 1e6
    told.send({
        "way": way, "wall": end[0] - begin[0], "CPU": end[1] - begin[1], "load": load, "MB": memory, "written MB": size
    })  # fmt: skip


def _cpu() -> float:
    return sum(sum(getrusage(who)[:2]) for who in (RUSAGE_SELF, RUSAGE_CHILDREN))


def run(way: str, source: Path, target: Path, workers: int) -> dict[str, Any]:
    """Return the figures of one way."""
    target.mkdir()
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=measured, args=(way, source, target, workers, there))
    process.start()
    there.close()
    try:
        return dict(here.recv())
    except EOFError:
        return {"way": way, "failed": True}
    finally:
        process.join()


def read_back(folder: Path, rows: int) -> list[str]:
    """Return who reads other rows than were written."""
    import duckdb
    import polars as pl
    import pyarrow.parquet as pq

    pattern = str(folder / "segments" / "*.parquet")
    frame = pl.scan_parquet(pattern).group_by("role").len().collect()
    with duckdb.connect() as base:
        told = base.execute(f"SELECT role, count(*) FROM '{pattern}' GROUP BY role").fetchall()
    found = {"polars": dict(frame.iter_rows()), "duckdb": dict(told)}
    found["datasets"] = _roles_by_datasets(folder)
    counts = {who: sum(one.values()) for who, one in found.items()}
    counts["metadata"] = sum(pq.read_metadata(path).num_rows for path in (folder / "segments").iterdir())
    wrong = [f"{who} counts {count}" for who, count in counts.items() if count != rows]
    return wrong + [f"{who} finds other roles" for who, one in found.items() if one != found["polars"]]


def _roles_by_datasets(folder: Path) -> dict[str, int]:
    import datasets

    datasets.disable_progress_bars()
    files = {split: str(folder / "segments" / f"{split}-*.parquet") for split in SPLIT_NAMES}
    loaded = datasets.load_dataset("parquet", data_files=files, cache_dir=str(folder / "cache"))
    found: dict[str, int] = {}
    for rows in loaded.values():
        for one in rows.data["role"].value_counts().to_pylist():
            found[one["values"]] = found.get(one["values"], 0) + one["counts"]
    return found


def compare(rows: int, workers: int, folder: Path) -> list[str]:
    """Print a table for so many rows; return which marks are missed."""
    source = folder / "source"
    make(source, rows)
    size = sum(path.stat().st_size for path in source.rglob("*.parquet")) / 1e6
    print(f"{rows:,} rows, {size:,.0f} MB of Parquet; {workers} worker{'s' * (workers != 1)}", flush=True)
    found = {}
    for way in WAYS:
        one = found[way] = run(way, source, folder / way, workers)
        if one.get("failed"):
            print(f"  {way:12} failed")
            continue
        speed = rows / one["CPU"] / 1e6
        print(
            f"  {way:12} wall {one['wall']:7.1f} s  CPU {one['CPU']:7.1f} s  load {one['load']:6.1f} s"
            f"  {speed:5.2f} M rows/CPU s  {one['MB']:6,.0f} MB memory  {one['written MB']:8,.1f} MB written",
            flush=True,
        )
    ours, plain = found["wirecopy"], found["pyarrow"]
    told = {
        f"speed of pyarrow's: {plain['CPU'] / ours['CPU']:.2f}": plain["CPU"] / ours["CPU"] >= LEAST_OF_PYARROW,
        f"size of pyarrow's: {ours['written MB'] / plain['written MB']:.3f}": ours["written MB"]
        <= MOST_SIZE * plain["written MB"],
        f"memory: {ours['MB']:,.0f} MB": ours["MB"] < MOST_MEMORY,
    }
    wrong = read_back(folder / "wirecopy", rows)
    print("  " + "; ".join([*told, "; ".join(wrong) or "read back alike by datasets, polars and duckdb"]), flush=True)
    return [name for name, good in told.items() if not good] + wrong


def main() -> None:
    """Print the figures of each size."""
    parser = argparse.ArgumentParser(description="Compare ways to write the tables of a release.")
    parser.add_argument("--rows", type=int, action="append")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where to work; a temporary one, without it")
    parser.add_argument("--check", action="store_true", help="end with 1 where a mark is missed")
    given = parser.parse_args()
    missed = []
    for rows in given.rows or [1_000_000]:
        with tempfile.TemporaryDirectory(dir=given.folder) as folder:
            missed += compare(rows, given.workers, Path(folder))
    if given.check and missed:
        sys.exit(f"missed: {json.dumps(missed)}")


if __name__ == "__main__":
    main()
