"""Count keys over all shards, a bucket at a time: lines of an outlet, names and numbers."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from corpus.engine import Counters
from corpus.roles import is_frequent
from corpus.steps import keyed


def lines(folder: Path, *, scans: Sequence[Path], outlets: Sequence[Sequence[int]], bucket: int, of: int) -> Counters:
    """Leave `frequent.npy`: the lines that stand in many documents of their outlet.

    `outlets[shard][place]` is the number of documents that the outlet has in the whole corpus.
    """
    (keys, counts, places, lengths), shards = keyed.gather(scans, "lines", 3, bucket, of)
    found, first, where = np.unique(keys, return_index=True, return_inverse=True)
    total = np.bincount(where, weights=counts, minlength=len(found)).astype(np.int64)
    often = np.flatnonzero(total > 1)
    documents = [outlets[shards[at]][places[at]] for at in first[often]]
    told = zip(lengths[first[often]].tolist(), total[often].tolist(), documents, strict=True)
    kept = often[[is_frequent(*one) for one in told]] if len(often) else often
    np.save(folder / "frequent.npy", found[kept])
    return {"lines": len(found), "frequent": len(kept)}


def anchors(folder: Path, *, scans: Sequence[Path], bucket: int, of: int) -> Counters:
    """Leave `anchors.0.npy` and `anchors.1.npy`: those in two documents or more, and in how many."""
    (keys, counts), _ = keyed.gather(scans, "anchor_counts", 1, bucket, of)
    found, where = np.unique(keys, return_inverse=True)
    total = np.bincount(where, weights=counts, minlength=len(found)).astype(np.int64)
    kept = total > 1
    keyed.save(folder, "anchors", found[kept], total[kept])
    return {"anchors": len(found), "shared": int(kept.sum())}
