"""Paraphrases of one wire story, in one language: documents that share many features (`words`) that few others have.

The score is containment: the share of the features of the shorter text that the longer one has, over those
that stand in at most LARGEST documents; what stands in more is a template or a phrase, no story. A wire story
that many outlets print is one all the same: there, copies of each other count as one document. Beyond MOST
features in all, those with a hash divisible by a power of two stand for all (Broder, On the resemblance and
containment of documents, 1997), so memory is bounded whatever the corpus; `method` tells the power.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.relations.characters import Numbers
from export.leakage import words

METHOD = "word-pairs-6"
STRONG = 0.2
MOST = 1 << 25  # features held, 8 bytes each
LARGEST = 128  # documents with one feature, or groups of copies where there are more
LEAST = 24  # features of a text that can be compared: fewer are chance
SHARED = 8  # features that two texts share at least
RANGES = 32  # a power of two: so many parts of the features are looked at one after the other
SLICE = 1_000_000  # features looked at again at a time, when there are too many
COST = 1_000_000  # products of one block
KEPT = 500_000  # pairs held: more, and of those that are no link only the closest stay
LOW, HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
Places = NDArray[np.int64]
Scores = NDArray[np.float64]


class Stories:
    """Gathers the features of documents, numbered in the order they come."""

    def __init__(self, most: int = MOST) -> None:
        # Memory is taken as it is filled; one array, as many small ones leave holes.
        self._held, self._count, self._documents = np.empty(most, np.uint64), 0, 0
        self._step = 1  # one feature of so many is looked at
        self.too_short = 0  # documents with too few features to be compared, after `find`

    @property
    def method(self) -> str:
        """Name the method, with the step where only one feature of so many is looked at."""
        return f"{METHOD}/{self._step}" if self._step > 1 else METHOD

    def add(self, texts: Sequence[str]) -> None:
        """Take the next documents."""
        found, owners = words.pairs(texts)
        packed = self._sampled(np.unique((found & ~LOW) | (owners + self._documents).astype(np.uint64)))
        self._documents += len(texts)
        while self._count + len(packed) > len(self._held):
            self._step *= 2
            held, self._count = self._held[: self._count], 0
            for at in range(0, len(held), SLICE):
                self._keep(self._sampled(held[at : at + SLICE]))
            packed = self._sampled(packed)
        self._keep(packed)

    def find(self, groups: Places | None = None) -> tuple[Places, Scores, int]:
        """Return the pairs of documents (k, 2) with something in common, their scores, and how many were compared.

        `groups` has a number for each document, the same one for copies of each other. Of a story with very many
        copies, at least one in each group is compared in full.
        """
        sizes, columns = self._shared(np.arange(self._documents) if groups is None else groups)
        least, shared = max(LEAST // self._step, LEAST // 3), max(SHARED // self._step, SHARED // 2)
        self.too_short = int((sizes < least).sum())
        matrix, often = columns.T.tocsr(), np.diff(columns.indptr)
        compared, floor = 0, 0.0
        pairs: Places = np.empty((0, 2), np.int64)
        scores: Scores = np.empty(0)
        for first, last in _blocks(matrix @ often):
            product = (matrix[first:last] @ columns).tocoo()
            left, right, common = product.row + first, product.col, product.data
            once = left < right
            compared += int(once.sum())
            small = np.minimum(sizes[left], sizes[right])
            score = common / np.maximum(small, 1)
            score[(score >= STRONG) & (common < shared)] = 0.0
            kept = once & (small >= least) & (score > floor)
            pairs = np.concatenate([pairs, np.stack([left[kept], right[kept]], axis=1).astype(np.int64)])
            scores = np.concatenate([scores, score[kept]])
            if len(scores) > KEPT:
                floor = min(float(np.median(scores)), STRONG)
                pairs, scores = pairs[scores > floor], scores[scores > floor]
        return pairs, scores, compared

    def _shared(self, groups: Places) -> tuple[Places, Any]:
        """Return how many features each document has, and which documents have those that some share.

        That is a sparse matrix, (features, documents).
        """
        from scipy.sparse import csr_matrix

        sizes = np.zeros(self._documents, np.int64)
        having: list[NDArray[np.int32]] = [np.empty(0, np.int32)]
        often: list[Places] = [np.zeros(1, np.int64)]
        for documents, count in self._by_feature():
            tellers, shown = _tellers(documents, count, groups)
            rare = tellers <= LARGEST
            sizes += np.bincount(documents[np.repeat(rare, count)], minlength=self._documents)
            shared = rare & (tellers > 1)
            having.append(documents[shown & np.repeat(shared, count)])
            often.append(tellers[shared])
        indices, ends = np.concatenate(having), np.cumsum(np.concatenate(often))
        ones = np.ones(len(indices), np.int32)
        return sizes, csr_matrix((ones, indices, ends), shape=(len(ends) - 1, self._documents))

    def _by_feature(self) -> Iterator[tuple[NDArray[np.int32], Places]]:
        """Yield the documents of some features, one after the other, and how many each has; then let go of all."""
        held, self._held = self._held[: self._count], np.empty(0, np.uint64)
        held.sort()
        for packed in _ranges(held):
            features = packed >> HALF
            begins = np.flatnonzero(np.append(True, features[1:] != features[:-1])[: len(features)])
            yield (packed & LOW).astype(np.int32), np.diff(np.append(begins, len(features)))

    def _keep(self, packed: Numbers) -> None:
        self._held[self._count : self._count + len(packed)] = packed
        self._count += len(packed)

    def _sampled(self, packed: Numbers) -> Numbers:
        return packed[(packed >> HALF) % np.uint64(self._step) == 0] if self._step > 1 else packed


def _tellers(documents: NDArray[np.int32], count: Places, groups: Places) -> tuple[Places, NDArray[np.bool_]]:
    """Return how many documents tell each feature, and which: where there are too many, the first of each group."""
    feature = np.repeat(np.arange(len(count)), count)
    crowded = np.flatnonzero(np.repeat(count > LARGEST, count))
    _, first = np.unique(feature[crowded] << 32 | groups[documents[crowded]], return_index=True)
    shown = np.ones(len(documents), np.bool_)
    shown[crowded] = False
    shown[crowded[first]] = True
    return np.bincount(feature[shown], minlength=len(count)), shown


def _ranges(held: Numbers) -> list[Numbers]:
    """Cut sorted numbers where their highest bits change."""
    borders = np.arange(1, RANGES, dtype=np.uint64) << np.uint64(64 - RANGES.bit_length() + 1)
    return np.split(held, np.searchsorted(held, borders))


def _blocks(costs: Places) -> Iterator[tuple[int, int]]:
    """Yield the first and last document, half-open, of blocks of about COST products."""
    total = np.cumsum(costs)
    first = 0
    while first < len(costs):
        spent = int(total[first - 1]) if first else 0
        last = max(int(np.searchsorted(total, spent + COST, side="right")), first + 1)
        yield first, last
        first = last
