"""Translation pairs, one task an event: its sentences by document, then vectors and alignment.

`blocks` leaves `blocks.arrow`, the sentences of the documents of a shard that stand in an event
of several languages; `pairs` leaves `pairs.arrow`, `relations.json` and `shuffled.json`.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from corpus import arrow
from corpus.engine import Counters
from corpus.errors import WirecopyError
from corpus.features import arrow_schema
from corpus.machine_translation import shuffled
from corpus.pairs import Found, Sentence, Text, Vectors, block, load
from corpus.schema import Pair, Role, Side

COLUMNS = ("doc_id", "segment_id", "text", "role", "start", "end")
Span = Sequence[int]
Member = tuple[Path, int, str]  # a file of blocks, a row of it, the language of that document


def blocks(folder: Path, *, segments: Path, wanted: Collection[str]) -> Counters:
    """Leave one row a wanted document, with all its sentences, in their order."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    found: dict[str, list[tuple[Any, ...]]] = {doc_id: [] for doc_id in wanted}
    ids = pa.array(sorted(wanted), pa.string())
    with (segments / "segments.parquet").open("rb") as raw, pq.ParquetFile(raw) as file:
        for batch in file.iter_batches(columns=list(COLUMNS)):
            mine = batch.filter(pc.is_in(batch.column("doc_id"), value_set=ids))
            for doc_id, *row in zip(*(mine.column(name).to_pylist() for name in COLUMNS), strict=True):
                found[doc_id].append(tuple(row))
    schema = pa.schema([("doc_id", pa.string())] + [(name, pa.list_(kind)) for name, kind in _kinds().items()])
    columns = [[[row[at] for row in rows] for rows in found.values()] for at in range(len(COLUMNS) - 1)]
    with arrow.writing(folder / "blocks.arrow", schema) as put:
        put(pa.record_batch([pa.array(found), *map(pa.array, columns)], schema=schema))
    return {"documents": len(found)}


def pairs(folder: Path, *, members: Sequence[Member], vectors: str, model: str) -> Counters:
    """Find which documents of an event translate each other, and their sentence pairs.

    `vectors` is what they are called, `model` what that must be here as it was where the build began.
    """
    import pyarrow as pa

    rows = [arrow.table(path).slice(row, 1).to_pylist()[0] for path, row, _ in members]
    texts = [_text(row, language) for row, (_, _, language) in zip(rows, members, strict=True)]
    found = block(texts, _vectors(vectors, model))
    schema = arrow_schema(Pair)
    with arrow.writing(folder / "pairs.arrow", schema) as put:
        put(pa.RecordBatch.from_pylist([pair.model_dump() for pair in found.pairs], schema=schema))
    _save(folder / "relations.json", [one.model_dump() for one in found.relations])
    _save(folder / "shuffled.json", _shuffled(found, _spans(rows)))
    return {"translations": len(found.relations), "pairs": len(found.pairs)}


def _shuffled(found: Found, spans: Mapping[str, Span]) -> dict[str, list[dict[str, Any]]]:
    """Return the evidence that both documents of a translation get where their orders differ."""
    shown: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in found.orders:
        mine = [pair for pair in found.pairs if (pair.left.doc, pair.right.doc) == (one.left_doc, one.right_doc)]
        lefts, rights = (
            [_span(side, spans) for side in sides] for sides in zip(*((p.left, p.right) for p in mine), strict=True)
        )
        back = sorted(range(len(mine)), key=one.right.__getitem__)
        for doc, order, places in (
            (one.left_doc, one.right, lefts),
            (one.right_doc, back, [rights[at] for at in back]),
        ):
            shown[doc] += [evidence.model_dump() for evidence in shuffled(order, places)]
    return {doc: rows for doc, rows in shown.items() if rows}


def _spans(rows: Sequence[Mapping[str, Any]]) -> dict[str, Span]:
    return {
        segment: span
        for row in rows
        for segment, *span in zip(row["segment_id"], row["start"], row["end"], strict=True)
    }


def _span(side: Side, spans: Mapping[str, Span]) -> tuple[int, int]:
    return spans[side.segment_ids[0]][0], spans[side.segment_ids[-1]][1]


@lru_cache(maxsize=1)
def _vectors(name: str, model: str) -> Vectors:
    found = load(name)  # once a worker
    if found.name != model:
        raise WirecopyError(f"a worker has {found.name}, not {model}", hint="install the same packages everywhere")
    return found


def _text(row: dict[str, Any], language: str) -> Text:
    sentences = [
        Sentence(segment, text, Role(role))
        for segment, text, role in zip(row["segment_id"], row["text"], row["role"], strict=True)
    ]
    return Text(row["doc_id"], language, sentences)


def _kinds() -> dict[str, Any]:
    import pyarrow as pa

    return {name: pa.int64() if name in ("start", "end") else pa.string() for name in COLUMNS[1:]}


def shuffled_of(folders: Sequence[Path]) -> dict[str, list[dict[str, Any]]]:
    """Return what all tasks found of sentences in another order, by document."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for folder in folders:
        for doc_id, rows in json.loads((folder / "shuffled.json").read_text(encoding="utf-8")).items():
            found[doc_id] += rows
    return dict(found)


def _save(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=True, sort_keys=True), encoding="utf-8")
