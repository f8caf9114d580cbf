"""What the corpus stage says belongs together: its relations, and documents with a translation pair in common."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus.config import Workspace
from corpus.dataset import parts
from corpus.errors import WirecopyError
from corpus.parquet import read_batches
from corpus.schema import Kind
from export.schema import LinkKind

if TYPE_CHECKING:
    import pyarrow as pa

# Documents on one event belong together only by choice: [splits] strategy or together.
KINDS = {
    Kind.EXACT: LinkKind.EXACT,
    Kind.NEAR_DUPLICATE: LinkKind.NEAR_DUPLICATE,
    Kind.TRANSLATION: LinkKind.TRANSLATION,
}
COLUMNS = ("left_doc", "right_doc", "kind", "score", "method")
ROWS = 100_000  # at a time: each time, all ids are looked at
REBUILD = "delete build/corpus and build it again: wirecopy corpus build"
Places = NDArray[np.int64]
Found = tuple[LinkKind, str, Places, NDArray[np.float64]]  # kind, method, pairs of documents, scores


def relations(workspace: Workspace, ids: "pa.Array") -> Iterator[Found]:
    """Yield the links of the `relations` table; documents are numbered by their place in `ids`."""
    for path in parts(workspace.corpus, "relations"):
        for batch in read_batches(path, COLUMNS, rows=ROWS):
            ends = _places(ids, batch.column("left_doc"), path), _places(ids, batch.column("right_doc"), path)
            yield from _by_kind(batch, np.stack(ends, axis=1))


def pairs(workspace: Workspace, ids: "pa.Array") -> Iterator[Found]:
    """Yield the documents that translation pairs connect, with the mean score of their pairs."""
    import pyarrow as pa

    for path in parts(workspace.corpus, "pairs"):
        for batch in read_batches(path, ("left.doc", "right.doc", "score", "method"), rows=ROWS):
            left, right = (batch.column(side).field("doc") for side in ("left", "right"))
            columns = [left, right, batch.column("score"), batch.column("method")]
            table = pa.table(columns, names=["left", "right", "score", "method"])
            means = table.group_by(["left", "right", "method"]).aggregate([("score", "mean")])
            ends = np.stack([_places(ids, means[side], path) for side in ("left", "right")], axis=1)
            scores = means["score_mean"].to_numpy()
            yield from _by_method(LinkKind.PAIR, means["method"], ends, scores)


def _by_kind(batch: "pa.RecordBatch", ends: Places) -> Iterator[Found]:
    kinds = np.array(batch.column("kind").to_pylist())
    scores = batch.column("score").to_numpy()
    for kind, link in KINDS.items():
        mine = np.flatnonzero(kinds == kind.value)
        yield from _by_method(link, batch.column("method").take(_array(mine)), ends[mine], scores[mine])


def _by_method(kind: LinkKind, methods: Any, ends: Places, scores: NDArray[np.float64]) -> Iterator[Found]:
    names = np.array(methods.to_pylist())
    for name in sorted(set(names.tolist())):
        mine = names == name
        yield kind, name, ends[mine], np.clip(scores[mine], 0, 1)


def _places(ids: "pa.Array", column: Any, path: Path) -> Places:
    import pyarrow.compute as pc

    found = pc.index_in(column, value_set=ids)
    if found.null_count:
        first = column.filter(pc.is_null(found))[0].as_py()
        raise WirecopyError(f"{path} names the document '{first}', which the corpus has not", hint=REBUILD)
    return np.asarray(found, dtype=np.int64)


def _array(places: Places) -> "pa.Array":
    import pyarrow as pa

    return pa.array(places)
