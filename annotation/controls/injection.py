"""An error put into a translation: a phrase of it gives way to a phrase of another translation.

As the BAD references of Direct Assessment (Graham et al., "Continuous Measurement Scales in Human
Evaluation of Machine Translation", 2013; phrase lengths: Bojar et al., "Findings of the 2016
Conference on Machine Translation"). Nothing of it is stored: the same unit gives the same error.
"""

import random
import re
import unicodedata
from bisect import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from annotation.schema import Task
from corpus.files import digest

SIDE = "translation"
TEXT = f"{SIDE}_text"
# Up to so many words in the translation, so many are replaced; beyond, a quarter.
LENGTHS = ((1, 1), (5, 2), (8, 3), (15, 4), (20, 5))
MOST_DONORS = 40  # tried before a translation is left as it is
# Chinese and Japanese write no spaces: each character counts as a word.
WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\s\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")


class Injection(NamedTuple):
    """A translation with an error: `text[start:end]` stands where `removed` stood."""

    text: str
    start: int
    end: int
    removed: str


class Donors:
    """The translations of a campaign, to take phrases from.

    A phrase comes from the same two documents where they have one, so that it fits the topic and
    stays the same while the campaign grows, and never from the sentences shown as context.
    """

    def __init__(self, tasks: Iterable[Task]) -> None:
        self._blocks: dict[tuple[str, ...], list[Task]] = defaultdict(list)
        rings: dict[str, list[tuple[str, Task]]] = defaultdict(list)
        for task in tasks:
            self._blocks[tuple(task.doc_ids)].append(task)
            rings[task.languages[-1]].append((digest("donor", task.key), task))
        self._rings = {language: sorted(ring, key=lambda one: one[0]) for language, ring in rings.items()}

    def inject(self, unit: Task) -> Injection | None:
        """Return the unit's translation with its error, None where no phrase fits."""
        text, draw = unit.data[TEXT], random.Random(digest("injected", unit.key))
        words = words_of(text)
        if not words:
            return None
        length = phrase_length(len(words))
        inner = len(words) - length - 1
        # The first and the last word stay, where they can: there, an error shows at a glance.
        first = draw.randint(1, inner) if inner > 0 else draw.randint(0, len(words) - length)
        start, end = words[first][0], words[first + length - 1][1]
        removed = text[start:end]
        for donor in islice(self._near(unit), MOST_DONORS):
            phrase = _phrase(donor.data[TEXT], length, draw)
            if phrase and phrase.casefold() != removed.casefold():
                return Injection(text[:start] + phrase + text[end:], start, start + len(phrase), removed)
        return None

    def _near(self, unit: Task) -> Iterator[Task]:
        shown = {text for text in unit.data.values() if isinstance(text, str)}
        block = tuple(unit.doc_ids)
        inside = (task for task in self._blocks[block] if task.data[TEXT] not in shown)
        yield from sorted(inside, key=lambda one: digest("donor", unit.key, one.key))
        # On a ring of hashes a new translation changes the neighbour of few.
        ring = self._rings.get(unit.languages[-1], [])
        at = bisect(ring, digest("donor", unit.key), key=lambda one: one[0])
        for step in range(len(ring)):
            _, task = ring[(at + step) % len(ring)]
            if tuple(task.doc_ids) != block and task.data[TEXT] not in shown:
                yield task


def phrase_length(words: int) -> int:
    """Return how many words of a translation are replaced."""
    return next((length for most, length in LENGTHS if words <= most), words // 4)


def words_of(text: str) -> list[tuple[int, int]]:
    """Return where the words of a text stand, without the punctuation around them."""
    places = []
    for match in WORD.finditer(text):
        inside = [at for at, sign in enumerate(match[0], match.start()) if unicodedata.category(sign)[0] in "LMN"]
        if inside:
            places.append((inside[0], inside[-1] + 1))
    return places


def _phrase(text: str, length: int, draw: random.Random) -> str | None:
    words = words_of(text)
    if len(words) < length:
        return None
    first = draw.randint(0, len(words) - length)
    return text[words[first][0] : words[first + length - 1][1]]
