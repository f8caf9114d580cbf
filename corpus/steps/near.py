"""Near-duplicates of one bucket of bands: documents that share a band and look alike in full."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from corpus.engine import Counters
from corpus.relations.near_duplicates import THRESHOLD, candidates, similarity
from corpus.steps import keyed
from corpus.steps.keyed import Array, Rows

CHUNK = 100_000  # pairs whose signatures are compared at once


def near(
    folder: Path, *, scans: Sequence[Path], starts: Sequence[int], dropped: Sequence[int], bucket: int, of: int
) -> Counters:
    """Leave `edges.npy` (left, right: numbers of documents) and `scores.npy`; `starts` is each shard's first number."""
    (keys, places), shards = keyed.gather(scans, "bands", 1, bucket, of)
    documents = np.asarray(starts, dtype=np.int64)[shards] + places
    kept = ~np.isin(documents, dropped)
    found = candidates(keys[kept], documents[kept])
    signed = Rows(scans, "signatures", starts)
    scores = np.concatenate(
        [np.zeros(0)] + [similarity(signed[part[:, 0]], signed[part[:, 1]]) for part in _chunks(found)]
    )
    kept = scores >= THRESHOLD
    np.save(folder / "edges.npy", found[kept])
    np.save(folder / "scores.npy", scores[kept])
    return {"candidates": len(found), "near_duplicates": int(kept.sum())}


def _chunks(pairs: Array) -> list[Array]:
    return [pairs[at : at + CHUNK] for at in range(0, len(pairs), CHUNK)]
