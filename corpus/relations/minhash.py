"""MinHash signatures of texts, and the band keys that near-duplicates are likely to share.

A shingle is three words in a row; five characters in a row where most of a text is in a script without
spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese). The script decides, not the detected language: a
wrong guess for one of two copies would hide the other. Case, accents and punctuation do not count.

Not covered: texts with fewer than LEAST shingles. They have no signature, as a few shared words are chance;
equal ones are exact copies.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.relations.characters import ALONE, SEPARATOR, SKIPPED, Numbers, chunks, scramble, table

BANDS, ROWS = 32, 4
PERMUTATIONS = BANDS * ROWS
LEAST = 8
NONE = np.uint32(0xFFFFFFFF)  # each value of a text without signature
SEED = 42
BASE = 0x9E3779B97F4A7C15
WEIGHTS = scramble(np.arange(1, 6, dtype=np.uint64)) | ALONE  # of the tokens of a shingle; odd: none is lost


def signatures(texts: Sequence[str]) -> NDArray[np.uint32]:
    """Return the signature of each text, (n, PERMUTATIONS); two agree in a share of values that estimates Jaccard.

    The values are rensa's R-MinHash of the set of shingles.
    """
    parts = [_signatures(chunk) for chunk in chunks(texts)]
    return np.concatenate(parts) if parts else np.empty((0, PERMUTATIONS), np.uint32)


def signed(found: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Tell of each signature whether its text has one."""
    return np.asarray((found != NONE).any(axis=1))


def bands(found: NDArray[np.uint32]) -> Numbers:
    """Return the keys of each signature, (n, BANDS): two texts share a key where ROWS values in a row agree.

    Texts with Jaccard J share one with 1 - (1 - J^ROWS)^BANDS: .99 at J = .6, .87 at .5, 2e-4 at .05
    (Leskovec, Rajaraman, Ullman, Mining of Massive Datasets, 3.4). Leave out what is not `signed`.
    """
    rows = found.reshape(len(found), BANDS, ROWS).astype(np.uint64)
    keys = np.arange(1, BANDS + 1, dtype=np.uint64) * np.uint64(BASE)
    for row in range(ROWS):
        keys = scramble(keys + rows[:, :, row])
    return keys


def compact(found: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Return the low byte of each value, (n, PERMUTATIONS): enough to estimate Jaccard (Li, König 2010)."""
    return found.astype(np.uint8)


def shingles(texts: Sequence[str]) -> tuple[Numbers, NDArray[np.int64]]:
    """Return the hashes of the shingles of all texts and where each text's begin, with the end: (m,), (n + 1,)."""
    numbers, ends = _numbers(texts)
    tokens, first = _tokens(numbers, ends)
    alone = np.add.reduceat(np.append(tokens & ALONE, 0), first[:-1]) * (np.diff(first) > 0)
    size = np.where(alone.astype(np.int64) * 2 > np.diff(first), 5, 3)
    return _windows(tokens, first, size)


def _numbers(texts: Sequence[str]) -> tuple[Numbers, NDArray[np.int64]]:
    """Return the numbers of all characters, a separator around each text, and the offset of the one behind it."""
    joined = "\n".join(["", *texts, ""]).encode("utf-32-le", "surrogatepass")
    # numpy takes by intp: converting first is three times as fast.
    numbers = table().take(np.frombuffer(joined, np.uint32).astype(np.intp), mode="clip")
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1)
    if not _has(numbers, SKIPPED):
        return numbers, ends
    skipped = np.flatnonzero(numbers == SKIPPED)
    return np.delete(numbers, skipped), ends - np.searchsorted(skipped, ends)


def _tokens(numbers: Numbers, ends: NDArray[np.int64]) -> tuple[Numbers, NDArray[np.int64]]:
    """Return a hash for each token (lowest bit: it is a character ALONE) and where each text's begin, with the end."""
    powers, inverses = _powers(1 << len(numbers).bit_length())
    inside = numbers != SEPARATOR
    begins = inside[1:] > inside[:-1]
    if _has(numbers, ALONE):
        alone = (numbers & ALONE).astype(bool)
        begins |= inside[1:] & (alone[1:] | alone[:-1])
    starts = np.flatnonzero(begins) + 1
    first = np.concatenate([[0], np.searchsorted(starts, ends)])
    if not len(starts):
        return np.empty(0, np.uint64), first
    # sum of number * B^offset, divided by B^start: the same word has the same hash wherever it stands.
    sums = np.add.reduceat(numbers * powers[: len(numbers)], starts)
    return scramble(sums * inverses[starts]) & ~ALONE | (numbers[starts] & ALONE), first


def _has(numbers: Numbers, bit: np.uint64) -> bool:
    return bool(np.bitwise_or.reduce(numbers) & bit)


@cache
def _powers(count: int) -> tuple[Numbers, Numbers]:
    """Return B^i and its inverse modulo 2^64 for i in 0..count."""
    base, inverse = BASE | 1, pow(BASE | 1, -1, 1 << 64)
    found = []
    for factor in (base, inverse):
        steps = np.full(count, factor, np.uint64)
        steps[0] = 1
        found.append(np.cumprod(steps, dtype=np.uint64))
    return found[0], found[1]


def _windows(tokens: Numbers, first: NDArray[np.int64], size: NDArray[np.int64]) -> tuple[Numbers, NDArray[np.int64]]:
    counts = np.maximum(np.diff(first) - size + 1, 0)
    begins = np.concatenate([[0], np.cumsum(counts)])
    at = np.arange(begins[-1]) + np.repeat(first[:-1] - begins[:-1], counts)
    long = np.repeat(size > 3, counts)
    # Over all tokens first, also across texts: what stands side by side is quicker than what has to be looked up.
    threes = tokens[:-2] * WEIGHTS[0] + tokens[1:-1] * WEIGHTS[1] + tokens[2:] * WEIGHTS[2]
    hashes = threes.take(at)
    if long.any():
        far = at[long]
        hashes[long] += tokens[far + 3] * WEIGHTS[3] + tokens[far + 4] * WEIGHTS[4]
    return scramble(hashes), begins


def _signatures(texts: Sequence[str]) -> NDArray[np.uint32]:
    from rensa import RMinHash

    hashes, begins = shingles(texts)
    matrix: Any = RMinHash.digest_matrix_from_flat_token_hashes(hashes, begins.astype(np.uint64), PERMUTATIONS, SEED)
    found = np.array(matrix.to_rows(), np.uint32).reshape(len(texts), PERMUTATIONS)
    found[np.diff(begins) < LEAST] = NONE
    return found
