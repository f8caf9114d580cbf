"""Documents with their segments: side by side where the parts have one order, else block by block.

In a dataset as it was built, the segments of a document stand in the part of the same number, in the
order of the documents. Where somebody changed that, each block of documents costs one pass over all segments.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from corpus.check.facts import Facts
from corpus.check.findings import Finding
from corpus.check.reading import Row, batches, rows
from corpus.dataset import parts
from corpus.steps.keyed import hashes

BLOCK_ROWS, BLOCK_CHARACTERS = 20_000, 64 << 20
Whole = tuple[Row, list[Row]]  # a document and its segments, by their index


def wholes(folder: Path, *, unique: bool) -> Iterator[Whole]:
    """Yield each document with its segments; raise Unreadable where one of the two can't be read.

    `unique` says that no id stands twice; where one does, both documents have all its segments.
    """
    pieces = _side_by_side(folder) if unique and in_order(folder) else _by_blocks(folder)
    for document, segments in pieces:
        yield document, sorted(segments, key=lambda one: int(one.values["index"]))


def in_order(folder: Path) -> bool:
    """Tell whether each part of the segments goes through the documents of its number in their order."""
    if len(parts(folder, "documents")) != len(parts(folder, "segments")):
        return False
    return all(_follows(folder, part) for part in range(len(parts(folder, "documents"))))


def without_document(folder: Path, facts: Facts) -> Iterator[Finding]:
    """The document of a segment exists."""
    for batch in batches(folder, "segments", ["doc_id"]):
        found = list(batch.rows())
        for at in np.flatnonzero(facts.numbers(hashes([one.values["doc_id"] for one in found])) < 0).tolist():
            yield Finding("no such document", batch.file, found[at].row, found[at].values["doc_id"])


def segments_of(folder: Path, doc_ids: Sequence[str], columns: Sequence[str] = ()) -> dict[str, list[Row]]:
    """Return the segments of some documents, in one pass over all."""
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pa.array(sorted(set(doc_ids)), pa.string())
    found: dict[str, list[Row]] = defaultdict(list)
    for batch in batches(folder, "segments", columns):
        hits = pc.is_in(batch.data.column("doc_id"), value_set=wanted)
        if not hits.true_count:
            continue
        lacking = {at for at, _ in batch.lacking}
        places = [at for at, hit in enumerate(hits.to_pylist()) if hit]
        for at, values in zip(places, batch.data.filter(hits).to_pylist(), strict=True):
            if at not in lacking:
                found[values["doc_id"]].append(Row(batch.file, batch.first + at, values))
    return found


def _follows(folder: Path, part: int) -> bool:
    documents = _ids(folder, "documents", part)
    return all(any(doc_id == known for known in documents) for doc_id, _ in groupby(_ids(folder, "segments", part)))


def _ids(folder: Path, config: str, part: int) -> Iterator[Any]:
    for batch in batches(folder, config, ["doc_id"], only=[part]):
        yield from batch.data.column("doc_id").to_pylist()


def _side_by_side(folder: Path) -> Iterator[Whole]:
    for part in range(len(parts(folder, "documents"))):
        groups = groupby(rows(folder, "segments", only=[part]), key=lambda one: one.values["doc_id"])
        doc_id, mine = next(groups, (None, iter(())))
        for document in rows(folder, "documents", only=[part]):
            found: list[Row] = []
            if document.values["doc_id"] == doc_id:
                found = list(mine)
                doc_id, mine = next(groups, (None, iter(())))
            yield document, found


def _by_blocks(folder: Path) -> Iterator[Whole]:
    for block in _blocks(folder):
        found = segments_of(folder, [one.values["doc_id"] for one in block])
        for one in block:
            yield one, found.get(one.values["doc_id"], [])


def _blocks(folder: Path) -> Iterator[list[Row]]:
    block: list[Row] = []
    size = 0
    for row in rows(folder, "documents"):
        block.append(row)
        size += len(row.values["text"])
        if len(block) == BLOCK_ROWS or size > BLOCK_CHARACTERS:
            yield block
            block, size = [], 0
    if block:
        yield block
