"""Near-duplicates: documents that share a band key, and how much of their shingles they share.

One bucket holds all rows of its keys, so buckets are independent tasks. Not covered: a copy inside a
much longer text (their Jaccard is low).
"""

import numpy as np
from numpy.typing import NDArray

from corpus.relations.characters import Numbers

METHOD = "minhash-128"
THRESHOLD = 0.6  # Jaccard: two stories in one template reach .5, a wire text with a few edits stays above .65
WINDOW = 16  # the neighbours that a document is compared with, among all that share a key
AGREEING = 1 / 256  # of the bytes of two unrelated signatures

Pairs = NDArray[np.int64]


def candidates(keys: Numbers, documents: NDArray[np.integer], *, largest: int | None = None) -> Pairs:
    """Return the pairs of documents that share a key, (k, 2), left < right, sorted, each once.

    Among many documents with one key (a template), each is paired with the WINDOW that follow it, so the
    pairs grow with the rows. Keys of more than `largest` rows are left out.
    """
    groups, found = _shared(keys, documents.astype(np.int64), largest)
    pairs = []
    at: NDArray[np.int64] = np.arange(len(groups))
    for step in range(1, WINDOW + 1):
        at = at[at + step < len(groups)]
        at = at[groups[at] == groups[at + step]]
        pairs.append(np.unique(_packed(found[at], found[at + step])))
    return _unpacked(np.unique(np.concatenate(pairs)))


def similarity(left: NDArray[np.uint8], right: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the Jaccard similarity in 0..1 of each row of two matrices of compact signatures, (k, PERMUTATIONS).

    Bytes that agree by chance are taken off (Li, König, b-Bit Minwise Hashing, 2010).
    """
    agreeing = np.count_nonzero(left == right, axis=1) / max(left.shape[1], 1)
    return np.asarray(np.clip((agreeing - AGREEING) / (1 - AGREEING), 0.0, 1.0))


def _shared(keys: Numbers, documents: Pairs, largest: int | None) -> tuple[Pairs, Pairs]:
    """Return a number for each key that is no row's alone, and the documents with it, both in order."""
    order = np.argsort(keys)
    keys, documents = keys[order], documents[order]
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: len(keys)])
    sizes = np.diff(np.append(starts, len(keys)))
    kept = np.repeat((sizes > 1) & (sizes <= (largest or len(keys))), sizes)
    groups = np.repeat(np.arange(len(starts)), sizes)
    shared = _unpacked(np.sort(groups[kept] << 32 | documents[kept]))
    return shared[:, 0], shared[:, 1]


def _packed(left: Pairs, right: Pairs) -> Pairs:
    """Return pairs as single numbers; documents are below 2^31. A document is no pair with itself."""
    differ = left != right
    left, right = left[differ], right[differ]
    return np.asarray((np.minimum(left, right) << 32) | np.maximum(left, right))


def _unpacked(packed: Pairs) -> Pairs:
    return np.stack([packed >> 32, packed & 0xFFFFFFFF], axis=1)
