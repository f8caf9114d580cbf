"""Text put back into the tables of a stand-off release, batch by batch, from one's own copies.

What nobody here has stays null; offsets are those of the release, whatever an edited copy has moved.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.steps import keyed
from export.rehydrate.copies import ABSENT, Copies, Index, Places
from export.rehydrate.matching import UNKNOWN, Matched
from export.schema import ConfigFacts, Table
from export.shards import batches, shards

if TYPE_CHECKING:
    import pyarrow as pa


class Texts:
    """The texts of a release by the ids of its documents and segments, with `UNKNOWN` for what is not there."""

    def __init__(self, folder: Path, configs: Sequence[ConfigFacts], copies: Copies, matched: Matched) -> None:
        self._copies, self._matched = copies, matched
        self._segments, self._where = _where(folder, configs, matched)
        self._paragraphs: tuple[Places, Places] | None = None
        self._folder = folder

    def places(self, ids: "pa.Array") -> Places:
        """Return the place of each document in the release."""
        return self._matched.places(ids.to_pylist())

    def copies(self, places: Places) -> Places:
        """Return where each document has a copy with its text, `ABSENT` where it has none."""
        exact = (places != ABSENT) & self._matched.exact[places]
        return np.where(exact, self._matched.own[places], ABSENT)

    def values(self, column: str, copies: Places) -> list[Any]:
        """Return what copies say, None for `ABSENT`."""
        return self._copies.values(column, copies)

    def of(self, places: Places) -> list[str]:
        """Return the text of each document by its place in the release."""
        found = self.values("text", self.copies(places))
        patches = self._matched.patches
        return [patches.get(at, "") if text is None else text for text, at in zip(found, places.tolist(), strict=True)]

    def documents(self, ids: "pa.Array") -> list[str]:
        """Return the text of each document; one that stands in several rows is read once."""
        packed = ids.dictionary_encode()
        texts = self.of(self.places(packed.dictionary))
        return [texts[at] for at in packed.indices.to_pylist()]

    def sentences(self, ids: "pa.Array") -> list[str]:
        """Return the text of each segment."""
        packed = ids.dictionary_encode()
        at = self._segments.of(keyed.hashes(packed.dictionary.to_pylist()))
        doc, start, end = (np.where(at == ABSENT, 0, column[at]) for column in self._where)
        places, inverse = np.unique(doc, return_inverse=True)
        texts = self.of(places)
        rows = zip(inverse.tolist(), start.tolist(), end.tolist(), strict=True)
        found = [texts[one][first:last].ljust(last - first, UNKNOWN) for one, first, last in rows]
        known = [piece if there >= 0 else UNKNOWN for piece, there in zip(found, at.tolist(), strict=True)]
        return [known[one] for one in packed.indices.to_pylist()]

    def paragraphs(self, ids: "pa.Array", numbers: "pa.Array") -> list[str]:
        """Return the text of the given paragraph of each document."""
        starts, first = self._starts()
        doc = self.places(ids)
        at = starts[doc] + np.asarray(numbers)
        texts = self.documents(ids)
        rows = zip(texts, first[at, 0].tolist(), first[at, 1].tolist(), strict=True)
        return [text[start:end].ljust(end - start, UNKNOWN) for text, start, end in rows]

    def _starts(self) -> tuple[Places, Places]:
        if self._paragraphs is None:
            counts: list[Any] = [np.zeros(1, np.int64)]
            spans: list[Any] = [np.zeros((0, 2), np.int32)]
            for path in shards(self._folder, "documents"):
                for batch in batches(path, ("paragraphs",)):
                    column = batch.column("paragraphs")
                    flat = column.flatten()
                    counts.append(np.diff(np.asarray(column.offsets)))
                    ends = [np.asarray(flat.field(name), dtype=np.int32) for name in ("start", "end")]
                    spans.append(np.stack(ends, axis=1))
            self._paragraphs = np.cumsum(np.concatenate(counts)), np.concatenate(spans)
        return self._paragraphs


def _where(
    folder: Path, configs: Sequence[ConfigFacts], matched: Matched
) -> tuple[Index, tuple[Places, Places, Places]]:
    """Return an index of the segments that pairs and their units are made of, with document, start and end of each."""
    wanted: list[Any] = [np.zeros(0, np.uint64)]
    for one in configs:
        if one.table in (Table.PAIRS, Table.LABELS, Table.ANNOTATIONS):
            for path in shards(folder, one.name):
                for batch in batches(path, ("left", "right") if one.table is Table.PAIRS else ("segment_ids",)):
                    lists = [
                        column.field("segment_ids") if one.table is Table.PAIRS else column for column in batch.columns
                    ]
                    wanted += [keyed.hashes(column.flatten().to_pylist()) for column in lists]
    needed = np.unique(np.concatenate(wanted))
    hashes: list[Any] = [np.zeros(0, np.uint64)]
    columns: list[Any] = [np.zeros((0, 3), np.int64)]
    for path in shards(folder, "segments") if len(needed) else []:
        for batch in batches(path, ("segment_id", "doc_id", "start", "end")):
            found = keyed.hashes(batch.column("segment_id").to_pylist())
            mine = np.flatnonzero(np.isin(found, needed))
            ids = batch.column("doc_id").dictionary_encode()
            doc = matched.places(ids.dictionary.to_pylist())[np.asarray(ids.indices)]
            rows = [doc, np.asarray(batch.column("start")), np.asarray(batch.column("end"))]
            hashes.append(found[mine])
            columns.append(np.stack(rows, axis=1)[mine])
    doc, start, end = np.concatenate(columns).T
    return Index(np.concatenate(hashes)), (doc, start, end)
