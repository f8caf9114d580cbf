"""Which documents a source has, and the rows of any table without them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus.config import Workspace
from corpus.dataset import parts
from corpus.files import sha256
from export.schema import TakedownFacts
from export.shards import batches
from export.takedown.record import Entry, entries

if TYPE_CHECKING:
    import pyarrow as pa

PLACES = ("doc_id", "outlet", "source", "url")
SCHEME = r"^[A-Za-z][A-Za-z0-9+.-]*://(?:www\.)?"
ENDS = ("", "/", "?", "#", ":")  # what may follow the name of a folder, a page or a file
FAMILY = "family_id"


@dataclass(frozen=True)
class Gone:
    """The documents that were taken down, and other names for families that had the name of one."""

    ids: frozenset[str] = frozenset()
    families: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.ids)

    def touches(self, batch: "pa.RecordBatch") -> bool:
        """Tell whether any row has to go, or to change."""
        return not self.kept(batch).all() or self._renamed(batch) is not None

    def cut(self, batch: "pa.RecordBatch") -> "pa.RecordBatch":
        """Return the rows that have nothing to do with these documents.

        A table says whose its rows are by `doc_id`, `doc_ids`, or the `doc` of a `left` and a `right`.
        """
        if not self:
            return batch
        renamed = self._renamed(batch)
        if renamed is not None:
            at = batch.schema.get_field_index(FAMILY)
            batch = batch.set_column(at, batch.schema.field(at), renamed)
        keep = self.kept(batch)
        return batch if keep.all() else batch.filter(_mask(keep))

    def kept(self, batch: "pa.RecordBatch") -> NDArray[np.bool_]:
        """Tell of each row whether `cut` keeps it."""
        keep = np.ones(batch.num_rows, dtype=np.bool_)
        names = batch.schema.names
        if "doc_id" in names:
            keep &= ~self._has(batch.column("doc_id"))
        if "doc_ids" in names:
            lists = batch.column("doc_ids")
            hits = np.concatenate([[0], np.cumsum(self._has(lists.flatten()))])
            ends = np.asarray(lists.offsets) - lists.offsets[0].as_py()
            keep &= hits[ends[1:]] == hits[ends[:-1]]
        for side in {"left", "right"}.intersection(names):
            keep &= ~self._has(batch.column(side).field("doc"))
        return keep

    def _has(self, ids: Any) -> NDArray[np.bool_]:
        import pyarrow.compute as pc

        return np.asarray(pc.is_in(ids, value_set=self._set), dtype=np.bool_)

    @cached_property
    def _set(self) -> "pa.Array":
        import pyarrow as pa

        return pa.array(sorted(self.ids), pa.string())

    def _renamed(self, batch: "pa.RecordBatch") -> "pa.Array | None":
        import pyarrow as pa
        import pyarrow.compute as pc

        if FAMILY not in batch.schema.names or not self.families:
            return None
        column = batch.column(FAMILY)
        at = pc.index_in(column, pa.array(list(self.families), pa.string()))
        other = pa.array(list(self.families.values()), pa.string()).take(at)
        return None if other.null_count == len(other) else pc.coalesce(other, column)


def taken_down(workspace: Workspace) -> Gone:
    """Return what `takedowns.toml` keeps out of the releases of a workspace."""
    return of(parts(workspace.corpus, "documents"), [one.source for one in entries(workspace)])


def told(workspace: Workspace) -> list[TakedownFacts]:
    """Return the facts of what `takedowns.toml` keeps out, with the documents that the corpus has of it."""
    files = parts(workspace.corpus, "documents")
    found = [(one, of(files, [one.source])) for one in entries(workspace)]
    return [facts(one, len(gone.ids), {}) for one, gone in found]


def facts(entry: Entry, documents: int, rows: dict[str, int]) -> TakedownFacts:
    """Return what a release says of a source that was taken down."""
    return TakedownFacts(source=sha256(entry.source.encode()), documents=documents, rows=rows, date=entry.date)


def of(files: Iterable[Path], sources: Sequence[str]) -> Gone:
    """Return the documents of some sources among those of tables of documents."""
    if not sources:
        return Gone()
    ids = list[str]()
    families: dict[str, str] = {}
    for path in files:
        for batch in batches(path, (*PLACES, FAMILY)):
            mine = np.logical_or.reduce([_of(batch, one) for one in sources])
            ids += batch.column("doc_id").filter(_mask(mine)).to_pylist()
            rest = batch.filter(_mask(~mine))
            for family, doc in zip(rest.column(FAMILY).to_pylist(), rest.column("doc_id").to_pylist(), strict=True):
                families[family] = min(doc, families.get(family, doc))
    gone = frozenset(ids)
    return Gone(gone, {one: families[one] for one in sorted(gone & families.keys())})


def _of(batch: "pa.RecordBatch", source: str) -> NDArray[np.bool_]:
    """Tell of each document whether a source is its id, its outlet, or where its path or address begins."""
    import pyarrow.compute as pc

    found = [_true(pc.equal(batch.column(name), source)) for name in ("doc_id", "outlet")]
    bare = re.sub(SCHEME, "", source)
    for column in (batch.column("source"), batch.column("url")):
        found.append(_below(pc.replace_substring_regex(column, SCHEME, ""), bare))
    return np.asarray(np.logical_or.reduce(found))


def _below(column: Any, start: str) -> NDArray[np.bool_]:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not start:
        return np.zeros(len(column), dtype=np.bool_)
    below = _true(pc.starts_with(column, start))
    if start.endswith(ENDS[1:]) or not below.any():
        return below
    after = pc.utf8_slice_codeunits(column, len(start), len(start) + 1)
    return below & _true(pc.is_in(after, value_set=pa.array(ENDS)))


def _mask(rows: NDArray[np.bool_]) -> "pa.Array":
    import pyarrow as pa

    return pa.array(rows)


def _true(column: Any) -> NDArray[np.bool_]:
    import pyarrow.compute as pc

    return np.asarray(pc.fill_null(column, fill_value=False), dtype=np.bool_)
