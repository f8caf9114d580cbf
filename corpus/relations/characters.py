"""One 64-bit number for each character, so that text is compared by arrays: case, accents and typography do not count.

Not covered: the same letter in two scripts, and what only a dictionary folds (ß and ss, traditional and
simplified Chinese).
"""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint64]

CHUNK = 1 << 17  # characters at a time: the arrays of one chunk stay in the processor's cache
LAST = 0x32400  # behind the last ideograph; what is above is no letter
SEPARATOR, SKIPPED = np.uint64(0), np.uint64(2)
ALONE = np.uint64(1)  # the lowest bit: the character is a token of its own
# Scripts written without spaces: Thai, Lao, Burmese, Khmer, kana, ideographs (Korean and Tibetan mark their words).
UNSPACED = [
    (0x0E00, 0x0F00), (0x1000, 0x10A0), (0x1780, 0x1800), (0x19E0, 0x1A00), (0x3041, 0x3100), (0x31F0, 0x3200),
    (0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, LAST),
]  # fmt: skip
# Ideographs and Korean syllables, each a letter without case or accents: most of the table needs no look.
PLAIN = [
    (0x3400, 0x4DB6), (0x4E00, 0x9FFD), (0xAC00, 0xD7A4), (0x17000, 0x187F2), (0x20000, 0x2A6DE), (0x2A700, 0x2B735),
    (0x2B820, 0x2CEA2), (0x2CEB0, 0x2EBE1), (0x30000, 0x3134B),
]  # fmt: skip


def scramble(numbers: Numbers) -> Numbers:
    """Return numbers without a pattern for numbers with one, one to one (splitmix64's finaliser)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def chunks(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Cut a list of texts into lists of about CHUNK characters."""
    start = size = 0
    for at, text in enumerate(texts):
        if size and size + len(text) > CHUNK:
            yield texts[start:at]
            start, size = at, 0
        size += len(text) + 1
    if start < len(texts):
        yield texts[start:]


@cache
def table() -> Numbers:
    """Return each code point's number: SEPARATOR between words, SKIPPED inside them, else a random one.

    Its lowest bit, ALONE, tells a character of a script without spaces.
    """
    folded = np.arange(LAST, dtype=np.uint64)
    others = others_than_plain(LAST)
    folded[others] = list(map(_fold, others))
    numbers = scramble(folded + np.uint64(0x9E3779B9)) & ~np.uint64(3) | np.uint64(4)
    for first, end in UNSPACED:
        numbers[first:end] |= ALONE
    numbers[folded == SEPARATOR] = SEPARATOR
    numbers[folded == SKIPPED] = SKIPPED
    numbers.setflags(write=False)
    return numbers


def others_than_plain(end: int) -> list[int]:
    """Return the code points below `end` that are in none of the `PLAIN` ranges."""
    edges = [0, *(edge for first_and_end in PLAIN for edge in first_and_end), end]
    return [code for first, last in zip(edges[::2], edges[1::2], strict=True) for code in range(first, min(last, end))]


def _fold(code: int) -> int:
    """Return the code point of the base letter in lower case; an accent or an invisible character is SKIPPED."""
    category = unicodedata.category(chr(code))
    if category == "Cf" or 0x300 <= code < 0x370:
        return int(SKIPPED)
    if category == "Cn":  # no character yet
        return int(SEPARATOR)
    base = unicodedata.normalize("NFKD", chr(code))[0].lower()[0]
    return ord(base) if base.isalnum() or category[0] == "M" else int(SEPARATOR)
