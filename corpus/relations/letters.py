"""What each character is to a name: a sound that languages share, a capital, a digit, the end of a sentence.

Latin, Greek and Cyrillic letters are brought to one small alphabet (Tokyo, Tokio, Токио), digits of any
script to ten. Not covered: names in scripts without capitals (Arabic, Hebrew, Devanagari, Thai, Chinese,
Japanese, Korean): only their digits, and Latin words among them, are anchors.
"""

import string
import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

from corpus.relations.characters import others_than_plain

Kinds = NDArray[np.uint16]

LAST = 0x10000
SOUND = np.uint16(0x3F)  # the bits that hold the letter (1..26) or digit (27..36); 0: neither
DIGIT, CAPITAL = np.uint16(0x40), np.uint16(0x80)
VOWELS = [1, 5, 9, 15, 21]  # among the sounds: a, e, i, o, u
SILENT = np.uint16(0x200)  # inside a word, but not heard: accents, h
POINT = np.uint16(0x400)  # does not count between two digits
OPENING = np.uint16(0x800)  # a word behind it, or behind it and a space, may be capital for that alone

RUSSIAN = zip("абвгдежзийклмнопрстуфхцчшщъыьэюя", "abvgdessiiklmnoprstuphkksshiheua", strict=True)
CYRILLIC = {**dict(RUSSIAN), **dict(zip("іїєґћђјљњџ", "iiegkdilnd", strict=True))}
GREEK = dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω", "avgdesitiklmnkoprsstipkpo", strict=True))
# Spellings of one sound: c, k, q; i, j, y; v, w; s, z; and with a silent h also ph, f and th, t.
LATIN = dict(zip("cqyjwzf", "kkiivsp", strict=True)) | {"ı": "i", "ł": "l", "ß": "s", "ø": "o", "đ": "d", "æ": "a"}
SOUNDS = {**{letter: letter for letter in string.ascii_lowercase}, **CYRILLIC, **GREEK, **LATIN}


@cache
def table() -> Kinds:
    """Return the kind of each code point below LAST: SOUND and flags."""
    kinds = np.zeros(LAST, np.uint16)
    others = others_than_plain(LAST)
    kinds[others] = list(map(_kind, others))
    kinds.setflags(write=False)
    return kinds


def _kind(code: int) -> int:
    char = chr(code)
    category = unicodedata.category(char)
    if category == "Cf" or 0x300 <= code < 0x370:
        return int(SILENT)
    if category == "Nd":
        return int(DIGIT) | 27 + unicodedata.digit(char)
    base = unicodedata.normalize("NFKD", char)[0]
    sound = SOUNDS.get(base.lower())
    if sound is None:
        return int(POINT) * (char in ".,'’\u00a0\u202f") | int(OPENING) * (char in '\n.!?:…"“”„«»‹›(–—-•¿¡‘‚*|/')
    capital = int(CAPITAL) if base.isupper() else 0
    if sound == "h":
        return capital | int(SILENT)
    return capital | ord(sound) - ord("a") + 1
