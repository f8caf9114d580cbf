"""Same event, by the anchors that two texts share: no configuration, across languages, for 5 texts or a million.

A shared anchor is evidence of ln(documents / documents with it), more where both texts repeat it, less where
any news has it. The strength of a pair is its evidence, in units of ln(documents), times the cosine of all
anchors of the two. A small corpus counts as BACKGROUND larger: what each of five texts has is still rare in
the world. A weaker pair links only a text that has no strong one, with its best: so events do not grow together.

Not covered: two events with the same names and numbers (a summit each year) where no dates are known.
"""

import math
from datetime import date

import numpy as np
from numpy.typing import NDArray

from corpus.relations.anchors import COMMON, OFTEN, identity
from corpus.relations.characters import Numbers, scramble
from corpus.relations.sorting import inside, stable_order

METHOD = "anchors"
RAREST = 10  # anchors of a text that make its keys, two by two
ALONE = 2  # of these, the anchors that are keys by themselves where one can be enough
SELECTIVE = 2.0  # a key is so rare that chance gives a text e^-SELECTIVE others with it: linear in the corpus
LARGEST = 64  # texts with one key; more is a topic, not an event
BACKGROUND = 1_000
MARGIN = 5.8  # of the evidence of a pair above ln(documents) where these are few; where many, ln(documents) again
OF_ONE = 10.0  # the most that one anchor can be: among many texts one name is never enough
ALIKE = 0.08  # and their cosine is above this
SURE = 0.6  # score of a pair that links whatever else there is
APART = 7  # days
DISCOUNT = 3.0  # off the rarity of an anchor that is common in any news: only rare ones of these tell anything
BATCH = 2_048  # pairs compared at a time

Counts = NDArray[np.int64]


def frequencies(found: Numbers, anchors: Numbers, counts: Counts) -> Counts:
    """Look up in how many texts each of `found` stands; 1 where the sorted `anchors` do not have it."""
    if not len(anchors):
        return np.ones(len(found), np.int64)
    wanted, places = np.unique(identity(found), return_inverse=True)  # what is in order is found faster
    at = np.minimum(np.searchsorted(anchors, wanted), len(anchors) - 1)
    return np.where(anchors[at] == wanted, counts[at], 1)[places]


def keys(found: Numbers, offsets: Counts, frequency: Counts, count: int) -> tuple[Numbers, Counts]:
    """Return the keys of texts and the text (its place in `offsets`) of each; texts that share one are candidates.

    The keys are all pairs of a text's RAREST anchors that another of the `count` texts has. Pass them to
    `near_duplicates.candidates` with `largest=LARGEST`.
    """
    owners = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    shared = np.flatnonzero(frequency > 1)
    weights = _values(found[shared], frequency[shared], count)
    # By text, then the rarest, then the number of the anchor.
    by_anchor = np.argsort(identity(found[shared]))
    rarest, common = np.unique(-weights, return_inverse=True)
    order = by_anchor[stable_order((owners[shared] * len(rarest) + common)[by_anchor])]
    order = shared[order]
    rank = inside(owners[order])
    order, rank = order[rank < RAREST], rank[rank < RAREST]
    anchors, owners, rarity = (
        scramble(identity(found[order])),
        owners[order],
        _rarity(found[order], frequency[order], count),
    )
    enough = math.log(max(count, 1)) + SELECTIVE
    single = rank < (ALONE if _least(count) <= OF_ONE else 0)
    made, texts = [anchors[single]], [owners[single]]
    for step in range(1, RAREST):
        left = np.flatnonzero((rank[step:] >= step) & (rarity[step:] + rarity[:-step] >= enough))
        made.append(scramble(anchors[left] + anchors[left + step]))
        texts.append(owners[left])
    return np.concatenate(made), np.concatenate(texts)


def score(pairs: Counts, found: Numbers, offsets: Counts, frequency: Counts, count: int) -> NDArray[np.float64]:
    """Return for each pair (k, 2) of texts strength / (1 + strength), in 0..1, and 0 where they share too little.

    `found`, `offsets` and `frequency` are those of the texts that the pairs number; `count` is the corpus.
    """
    values, anchors = _values(found, frequency, count), identity(found)
    squares = np.concatenate([[0.0], np.cumsum(values**2)])
    lengths = np.sqrt(np.maximum(squares[offsets[1:]] - squares[offsets[:-1]], 1e-9))
    parts: list[NDArray[np.float64]] = [np.empty((2, 0))]
    parts += [_score(pairs[at : at + BATCH], anchors, offsets, values) for at in range(0, len(pairs), BATCH)]
    cosines, evidence = np.concatenate(parts, axis=1)
    cosines = np.minimum(cosines / (lengths[pairs[:, 0]] * lengths[pairs[:, 1]]), 1.0)
    strength = cosines * evidence / np.log(count + BACKGROUND)
    strength[(evidence < _least(count)) | (cosines < ALIKE)] = 0.0
    return np.asarray(strength / (1 + strength))


def links(pairs: Counts, scores: NDArray[np.float64], families: Counts) -> NDArray[np.bool_]:
    """Tell which pairs (k, 2) of the whole corpus make events, given the family (a number) of each document.

    Those are the sure ones, and for a family without any sure pair its best. A family is one event in any case.
    """
    ends = families[pairs]
    apart = (ends[:, 0] != ends[:, 1]) & (scores > 0)
    sure = apart & (scores >= SURE)
    linked = np.zeros(families.max(initial=-1) + 1, bool)
    linked[ends[sure].ravel()] = True
    best = np.zeros(len(linked))
    np.maximum.at(best, ends[apart].ravel(), np.repeat(scores[apart], 2))
    own = ~linked[ends] & (scores[:, None] >= best[ends])
    return np.asarray(sure | apart & own.any(axis=1))


def day(published: str | None) -> int:
    """Return the day of an ISO 8601 date as a number, -1 where it is not known to the day."""
    if not published:
        return -1
    try:
        return date.fromisoformat(published[:10]).toordinal()
    except ValueError:
        return -1


def in_time(left: Counts, right: Counts) -> NDArray[np.bool_]:
    """Tell of each two days (`day`) whether they may be of one event: at most APART, or not known."""
    return np.asarray((left < 0) | (right < 0) | (np.abs(left - right) <= APART))


def _least(count: int) -> float:
    """Return the evidence below which a pair is none: chance gives the corpus, and few of its texts, one."""
    chance = math.log(max(count, 1))
    return chance + max(chance, MARGIN)


def _rarity(found: Numbers, frequency: Counts, count: int) -> NDArray[np.float64]:
    off = np.where((found & COMMON) != 0, DISCOUNT, 0.0)
    return np.asarray(np.maximum(np.log((count + BACKGROUND) / np.maximum(frequency, 1)) - off, 0.0))


def _values(found: Numbers, frequency: Counts, count: int) -> NDArray[np.float64]:
    often = 1 + np.log((found & OFTEN).astype(np.float64) + 1)
    return np.asarray(often * _rarity(found, frequency, count))


def _score(pairs: Counts, anchors: Numbers, offsets: Counts, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the products of the values of shared anchors, summed, and the evidence, (2, k)."""
    left, right = (_places(texts, offsets) for texts in pairs.T)
    # No anchor has its lowest bits: what is behind a text's last is equal to nothing.
    one_side = np.where(left < 0, np.uint64(1), anchors[left])
    other_side = np.where(right < 0, np.uint64(2), anchors[right])
    same = one_side[:, :, None] == other_side[:, None, :]
    # The place in the flat array is found ten times faster than those along each axis.
    pair, inside = np.divmod(np.flatnonzero(same), same.shape[1] * same.shape[2])
    one, other = np.divmod(inside, same.shape[2])
    ours, theirs = values[left[pair, one]], values[right[pair, other]]
    evidence = np.minimum(np.minimum(ours, theirs), OF_ONE)
    return np.stack([np.bincount(pair, sums, len(pairs)) for sums in (ours * theirs, evidence)])


def _places(texts: Counts, offsets: Counts) -> Counts:
    """Return where the anchors of each text stand, (k, most anchors of one), -1 behind its last."""
    counts = (offsets[1:] - offsets[:-1])[texts]
    steps = np.arange(counts.max(initial=1))
    return np.where(steps < counts[:, None], offsets[texts][:, None] + steps, -1)
