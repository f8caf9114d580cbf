"""Documents that tell of one event: keys of rare anchors by shard, then candidates and scores by bucket."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from corpus.engine import Counters
from corpus.relations import events, near_duplicates
from corpus.relations.sorting import inside
from corpus.steps import keyed
from corpus.steps.keyed import Array, Rows


def keys(folder: Path, *, scan: Path, rare: Sequence[Path], count: int) -> Counters:
    """Leave the keys of the documents of one shard, and the number of the document of each."""
    found = np.asarray(keyed.load(scan, "anchors"))
    frequency = events.frequencies(found, *_counted(rare))
    made, owners = events.keys(found, np.asarray(keyed.load(scan, "anchor_offsets")), frequency, count)
    keyed.save(folder, "keys", made, owners)
    return {"keys": len(made)}


def same_event(
    folder: Path,
    *,
    scans: Sequence[Path],
    chosen: Sequence[Path],
    rare: Sequence[Path],
    starts: Sequence[int],
    count: int,
    dropped: Sequence[int],
    bucket: int,
    of: int,
) -> Counters:
    """Leave `edges.npy` and `scores.npy`: documents that share rare names or numbers, and are alike in all of them."""
    (made, places), shards = keyed.gather(chosen, "keys", 1, bucket, of)
    documents = np.asarray(starts, dtype=np.int64)[shards] + places
    kept = ~np.isin(documents, dropped)
    found = near_duplicates.candidates(made[kept], documents[kept], largest=events.LARGEST)
    days = Rows(scans, "days", starts)
    found = found[events.in_time(days[found[:, 0]], days[found[:, 1]])]
    scores = _scores(found, scans, starts, rare, count)
    kept = scores > 0
    np.save(folder / "edges.npy", found[kept])
    np.save(folder / "scores.npy", scores[kept])
    return {"candidates": len(found), "same_event": int(kept.sum())}


def _scores(found: Array, scans: Sequence[Path], starts: Sequence[int], rare: Sequence[Path], count: int) -> Array:
    if not len(found):
        return np.zeros(0)
    documents, places = np.unique(found, return_inverse=True)
    anchors, offsets = _anchors(documents, scans, np.asarray(starts, dtype=np.int64))
    frequency = events.frequencies(anchors, *_counted(rare))
    return events.score(places.reshape(found.shape), anchors, offsets, frequency, count)


def _anchors(documents: Array, scans: Sequence[Path], starts: Array) -> tuple[Array, Array]:
    """Return the anchors of some documents, in the order of their numbers, and where each one's begin."""
    shards = np.searchsorted(starts, documents, side="right") - 1
    parts: list[Array] = [np.zeros(0, np.uint64)]
    counts: list[Array] = [np.zeros(1, np.int64)]
    for shard in np.unique(shards):
        offsets, flat = keyed.load(scans[shard], "anchor_offsets"), keyed.load(scans[shard], "anchors")
        mine = documents[shards == shard] - starts[shard]
        sizes = offsets[mine + 1] - offsets[mine]
        counts.append(sizes)
        parts.append(flat[np.repeat(offsets[mine], sizes) + inside(np.repeat(np.arange(len(mine)), sizes))])
    return np.concatenate(parts), np.cumsum(np.concatenate(counts))


def _counted(rare: Sequence[Path]) -> tuple[Array, Array]:
    # Buckets are ranges of keys, each in order: together they are in order.
    anchors = [keyed.load(one, "anchors.0") for one in rare]
    counts = [keyed.load(one, "anchors.1") for one in rare]
    return np.concatenate(anchors), np.concatenate(counts)
