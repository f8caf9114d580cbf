"""The small tables of the dataset, each in one part: relations, pairs, rejects."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from corpus import arrow, parquet
from corpus.engine import Counters
from corpus.features import arrow_schema
from corpus.schema import Pair, Reject, Relation


def tables(
    folder: Path, *, relations: Any, pairs: Sequence[Path], scans: Sequence[Path], rejects: Sequence[Reject]
) -> Counters:
    """Write `relations.parquet`, `pairs.parquet` (event by event) and `rejects.parquet` (shard by shard)."""
    counters = {"relations": _write(folder / "relations.parquet", Relation, relations.to_batches())}
    counters["pairs"] = _write(folder / "pairs.parquet", Pair, _all(pairs, "pairs.arrow"))
    counters["rejects"] = _write(folder / "rejects.parquet", Reject, _rejects(scans, rejects))
    return counters


def _write(path: Path, model: Any, batches: Any) -> int:
    import pyarrow as pa

    schema = arrow_schema(model)
    with parquet.writing(path, schema) as put:
        return sum(put(pa.record_batch(batch.columns, schema=schema)) for batch in batches)


def _all(folders: Sequence[Path], name: str) -> Iterator[Any]:
    for folder in folders:
        yield from arrow.loaded(folder / name).to_batches()


def _rejects(scans: Sequence[Path], rejects: Sequence[Reject]) -> Iterator[Any]:
    import pyarrow as pa

    yield from _all(scans, "rejects.arrow")
    yield pa.RecordBatch.from_pylist([one.model_dump() for one in rejects], schema=arrow_schema(Reject))
