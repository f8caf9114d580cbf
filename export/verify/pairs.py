"""What must hold of translation pairs and their segments, by the laws of `corpus check`.

Pairs are read in blocks; of the segments only those of a block's documents are in memory.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from corpus.check import pairs as laws
from corpus.check.findings import Finding
from corpus.check.pairs import Known, Uses
from corpus.check.reading import Batch as Typed
from corpus.check.reading import Row, reading
from corpus.pairs.documents import TOLD
from export.schema import Table
from export.verify.documents import whole
from export.verify.index import Index
from export.verify.reading import Batch, Release


def order(one: dict[str, Any], _known: Known) -> Iterator[str]:
    """The document on the left is the smaller one."""
    if not one["left"]["doc"] < one["right"]["doc"]:
        yield f"{one['left']['doc']} is not smaller than {one['right']['doc']}"


def families(found: Sequence[Row], index: Index) -> Iterator[Finding]:
    """The two documents of a pair are of one family."""
    left, right = (index.numbers([one.values[side]["doc"] or "" for one in found]) for side in SIDES)
    apart = (left >= 0) & (right >= 0) & (index.families[left] != index.families[right])
    for at in np.flatnonzero(apart).tolist():
        docs = " and ".join(found[at].values[side]["doc"] for side in SIDES)
        yield Finding(f"{docs} have not one family_id", found[at].file, found[at].row)


PAIR: dict[str, Callable[..., Any]] = {
    "pair-order": order,
    "pair-segments": laws.sides,
    "pair-text": laws.text,
    "pair-language": laws.language,
    "pair-id": laws.pair_id,
    "pair-score": laws.scores,
}
FAMILY = {"pair-family": families}
USES: dict[str, Callable[..., Any]] = {
    "pair-once": Uses.twice,
    "pair-rank": Uses.out_of_rank,
    "pair-order-of-rows": Uses.scattered,
}
NEED_TEXT = {"pair-text"}
SIDES = ("left", "right")
Named = tuple[str, Finding]


def rows(release: Release, index: Index) -> Iterator[Named]:
    """Yield what is wrong with each pair, and with all pairs of two documents, with the name of the law."""
    uses = Uses()
    bare = {name: law for name, law in PAIR.items() if name not in NEED_TEXT}
    for batch in release.batches(release.config(Table.PAIRS)):
        found = list(_complete(release, batch))
        if not found:
            continue
        known = _known(release, found, batch.split)
        for row in found:
            checks = bare if None in (row.values[side]["text"] for side in SIDES) else PAIR
            for name, law in checks.items():
                yield from ((name, Finding(what, row.file, row.row)) for what in law(row.values, known))
        yield from (("pair-family", finding) for finding in families(found, index))
        uses.add(found, known)
    for name, law in USES.items():
        yield from ((name, finding) for finding in law(uses))


def _complete(release: Release, batch: Batch) -> Iterator[Row]:
    if release.textless:
        return whole(batch)
    return Typed(batch.file, batch.first, Table.PAIRS, batch.data).rows()


def _known(release: Release, found: list[Row], split: int) -> Known:
    """Return the segments and languages of the documents of some pairs."""
    doc_ids = sorted({one.values[side]["doc"] for one in found for side in SIDES})
    segments: dict[str, dict[str, Any]] = defaultdict(dict)
    for part in _of(release, Table.SEGMENTS, laws.SEGMENT, doc_ids, split):
        segments[part["doc_id"]][part["segment_id"]] = part
    untold = {
        doc: {one["index"] for one in parts.values() if one["role"] not in TOLD} for doc, parts in segments.items()
    }
    languages = {
        one["doc_id"]: one["language"] for one in _of(release, Table.DOCUMENTS, ("doc_id", "language"), doc_ids, split)
    }
    return Known(segments, untold, languages, np.zeros(0, np.uint64))


def _of(
    release: Release, kind: Table, columns: tuple[str, ...], doc_ids: list[str], split: int
) -> Iterator[dict[str, Any]]:
    """Yield the rows of some documents; row groups that can't hold them are not read."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    config, wanted = release.config(kind), pa.array(doc_ids, pa.string())
    for shard in release.shards(config.name) if config else []:
        if shard.split != split:
            continue
        with reading(shard.file), shard.path.open("rb") as raw, pq.ParquetFile(raw) as file:
            for group in _groups(file, doc_ids):
                ids = file.read_row_group(group, ["doc_id"])["doc_id"]
                hits = pc.is_in(ids, value_set=wanted)
                if pc.any(hits).as_py():
                    yield from file.read_row_group(group, list(columns)).filter(hits).to_pylist()


def _groups(file: Any, doc_ids: list[str]) -> Iterator[int]:
    column = next(at for at in range(len(file.schema)) if file.schema.column(at).path == "doc_id")
    for group in range(file.metadata.num_row_groups):
        told = file.metadata.row_group(group).column(column).statistics
        if told is None or not told.has_min_max or (told.min <= doc_ids[-1] and doc_ids[0] <= told.max):
            yield group
