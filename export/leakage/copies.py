"""Copies: equal texts, and near-duplicates by the signatures of the corpus stage, over what a text tells."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from corpus.relations.characters import Numbers
from corpus.relations.minhash import BANDS, PERMUTATIONS, bands, compact, signatures, signed
from corpus.relations.near_duplicates import METHOD, THRESHOLD, candidates, similarity

WEAK = 0.1  # Jaccard: what is below it is not worth telling
CHUNK = 100_000  # pairs whose signatures are compared at once
EQUAL = "sha256"
Places = NDArray[np.int64]
Scores = NDArray[np.float64]
__all__ = ["METHOD", "THRESHOLD", "Copies"]


class Copies:
    """Gathers hashes and signatures of documents, numbered in the order they come."""

    def __init__(self) -> None:
        self._hashes: list[Numbers] = []
        self._keys: list[Numbers] = []
        self._signatures: list[NDArray[np.uint8]] = []
        self._signed: list[NDArray[np.bool_]] = []

    def add(self, hashes: Sequence[str], told: Sequence[str]) -> None:
        """Take the next documents: the hashes of their texts, and what they tell."""
        whole = np.frombuffer(bytes.fromhex("".join(hashes)), np.uint64).reshape(len(hashes), -1)
        self._hashes.append(whole[:, :2].copy())  # 128 bits are enough to be equal
        found = signatures(told)
        self._signatures.append(compact(found))
        self._signed.append(signed(found))
        self._keys.append(bands(found))

    @property
    def too_short(self) -> int:
        """Count the texts without signature: only `equal` compares them."""
        return sum(int((~part).sum()) for part in self._signed)

    def equal(self) -> Places:
        """Return each copy of a text with the first one, (k, 2)."""
        hashes = np.concatenate([np.empty((0, 2), np.uint64), *self._hashes])
        order = np.lexsort(hashes.T)
        same = np.append(False, (hashes[order][1:] == hashes[order][:-1]).all(axis=1))[: len(order)]
        first = order[np.maximum.accumulate(np.where(same, 0, np.arange(len(order))))]
        return np.stack([first[same], order[same]], axis=1)

    def near(self) -> tuple[Places, Scores, int]:
        """Return the pairs that look alike (k, 2), their Jaccard similarity, and how many were compared.

        Equal texts are among them.
        """
        documents = np.flatnonzero(np.concatenate([np.empty(0, np.bool_), *self._signed]))
        found: list[Places] = [np.empty((0, 2), np.int64)]
        for band in range(BANDS):  # all at once would be as much as the texts
            keys = np.concatenate([np.empty(0, np.uint64), *(part[:, band] for part in self._keys)])
            found.append(candidates(keys[documents], documents))
        self._keys.clear()
        pairs = _unique(np.concatenate(found))
        all_ = np.concatenate([np.empty((0, PERMUTATIONS), np.uint8), *self._signatures])
        self._signatures.clear()
        scores = np.concatenate([np.empty(0), *(_scores(all_, part) for part in _chunks(pairs))])
        return pairs[scores >= WEAK], scores[scores >= WEAK], len(pairs)


def _unique(pairs: Places) -> Places:
    packed = np.unique(pairs[:, 0] << 32 | pairs[:, 1])
    return np.stack([packed >> 32, packed & 0xFFFFFFFF], axis=1)


def _scores(all_: NDArray[np.uint8], pairs: Places) -> Scores:
    return similarity(all_[pairs[:, 0]], all_[pairs[:, 1]])


def _chunks(pairs: Places) -> list[Places]:
    return [pairs[at : at + CHUNK] for at in range(0, len(pairs), CHUNK)]
