"""Documents of a shard, complete: what was scanned, its paragraphs, and what other documents decide.

Leaves `documents.parquet` and, where pages were read, `raw.parquet`: both parts of the dataset.
"""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from corpus import arrow, parquet
from corpus.engine import Counters
from corpus.features import arrow_schema
from corpus.machine_translation import suspicion
from corpus.schema import Document, Evidence, Raw
from corpus.steps.links import Told


def documents(
    folder: Path,
    *,
    scan: Path,
    labels: Path,
    told: Told,
    shuffled: Mapping[str, Sequence[Mapping[str, Any]]],
    dropped: Collection[int],
) -> Counters:
    """Write the documents of one shard.

    `told` are their families and events, `shuffled` is evidence by id,
    `dropped` are the numbers of those whose id is taken.
    """
    schema = arrow_schema(Document)
    counters = {"documents": 0, "raw": 0}
    first = 0
    pages = set[str]()
    with parquet.writing(folder / "documents.parquet", schema) as put:
        whole = zip(arrow.batches(scan / "documents.arrow"), arrow.batches(labels / "labels.arrow"), strict=True)
        for batch, labelled in whole:
            numbers = range(first, first + batch.num_rows)
            later = _later(batch, labelled, numbers, told, shuffled)
            kept = _kept(_joined(batch, later, schema), numbers, dropped)
            counters["documents"] += put(kept)
            pages.update(kept.column("raw_sha256").to_pylist())
            first += batch.num_rows
    counters["raw"] = _raw(folder, scan, pages)
    return counters


def _later(
    batch: Any,
    labelled: Any,
    numbers: range,
    told: Told,
    shuffled: Mapping[str, Sequence[Mapping[str, Any]]],
) -> dict[str, Any]:
    import pyarrow as pa

    ids = batch.column("doc_id").to_pylist()
    shown = [
        [Evidence(**one) for one in (*each, *shuffled.get(doc_id, ()))]
        for doc_id, each in zip(ids, labelled.column("mt_evidence").to_pylist(), strict=True)
    ]
    kind = arrow_schema(Document).field("mt_evidence").type
    flat = [one for each in shown for one in each]
    values = [[getattr(one, name) for one in flat] for name in Evidence.model_fields]
    return {
        "title": labelled.column("title"),
        "paragraphs": labelled.column("paragraphs"),
        "family_id": pa.array(told.families[numbers.start : numbers.stop], pa.string()),
        "event_id": pa.array(told.events[numbers.start : numbers.stop], pa.string()),
        "mt_suspicion": pa.array([suspicion(each) for each in shown], pa.float64()),
        "mt_evidence": arrow.structs(kind, list(map(len, shown)), values),
    }


def _joined(batch: Any, later: Mapping[str, Any], schema: Any) -> Any:
    import pyarrow as pa

    columns = [later[name] if name in later else batch.column(name) for name in schema.names]
    return pa.record_batch(columns, schema=schema)


def _kept(batch: Any, numbers: range, dropped: Collection[int]) -> Any:
    if not dropped:
        return batch
    import pyarrow as pa

    return batch.filter(pa.array([number not in dropped for number in numbers]))


def _raw(folder: Path, scan: Path, pages: set[str]) -> int:
    """Write the pages of the documents that stay, each once."""
    schema, count = arrow_schema(Raw), 0
    if not any(batch.num_rows for batch in arrow.batches(scan / "raw.arrow")):
        return 0
    with parquet.writing(folder / "raw.parquet", schema) as put:
        for batch in arrow.batches(scan / "raw.arrow"):
            names = batch.column("raw_sha256").to_pylist()
            first = []
            for at, name in enumerate(names):
                if name in pages:
                    pages.remove(name)
                    first.append(at)
            count += put(batch.take(np.array(first, dtype=np.int64)))
    return count
