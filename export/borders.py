"""Which split a row is in: that of its documents, where they are in one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corpus.config import SPLIT_NAMES

if TYPE_CHECKING:
    import pyarrow as pa

ACROSS, GONE = -1, -2
Codes = NDArray[np.int8]


class Borders:
    """The split of each document, to be looked up by whole columns."""

    def __init__(self, splits: Mapping[str, str]) -> None:
        codes = {name: code for code, name in enumerate(SPLIT_NAMES)}
        self._codes = {doc: codes[split] for doc, split in splits.items()}

    def of(self, batch: "pa.RecordBatch") -> Codes:
        """Return the split of each row as its place in `SPLIT_NAMES`, or why it is in none: ACROSS, GONE."""
        names = batch.schema.names
        if "doc_ids" in names:
            return self._lists(batch["doc_ids"])
        if "doc_id" in names:
            return self._codes_of(batch["doc_id"])
        left, right = (self._codes_of(batch[side].field("doc")) for side in ("left", "right"))
        return _one(np.minimum(left, right), np.maximum(left, right))

    def _codes_of(self, ids: "pa.Array") -> Codes:
        # Few documents stand in many rows: each is looked up once.
        known = ids.dictionary_encode()
        codes = [self._codes.get(doc, GONE) for doc in known.dictionary.to_pylist()]
        return np.asarray(np.array([*codes, GONE], dtype=np.int8)[np.asarray(known.indices.fill_null(-1))])

    def _lists(self, lists: "pa.ListArray") -> Codes:
        if not len(lists):
            return np.zeros(0, dtype=np.int8)
        codes = self._codes_of(lists.flatten())
        starts = np.asarray(lists.offsets)[:-1] - lists.offsets[0].as_py()
        low, high = np.minimum.reduceat(codes, starts), np.maximum.reduceat(codes, starts)
        return _one(low, high)


def _one(low: Codes, high: Codes) -> Codes:
    return np.where(low == high, low, np.minimum(low, np.int8(ACROSS)))
