"""Anchors: what a text on the same event also holds in another language, above all names and numbers.

A name is a word with a capital that no sentence beginning explains, or that recurs; a long word that recurs
is an anchor as well (much of it is names and loans). An anchor is a 64-bit number: a hash of the first
letters, by sound, and in its lowest bits how often the text has it and whether it is common in any news.

Not covered: names of several words as one (each word is an anchor); scripts without capitals (see
`letters`); German nouns are names by this rule, and their number in the corpus tells them apart.
"""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.relations.characters import Numbers, chunks, scramble
from corpus.relations.letters import CAPITAL, DIGIT, OPENING, POINT, SILENT, SOUND, VOWELS, Kinds, table
from corpus.relations.sorting import inside, stable_order

MOST = 40  # anchors of a text: the most frequent, then the first
PREFIX = 6  # letters of a word that count: behind them stand inflections
LEAST_NAME, LEAST_WORD, LEAST_NUMBER = 3, 6, 2
OFTEN = np.uint64(3)  # the bits with min(occurrences, 4) - 1
COMMON = np.uint64(4)  # the bit of what is in any news: days, months, years, small numbers
RADIX = 37  # of a number made of sounds: 26 letters, 10 digits
POWERS = np.array([RADIX**power for power in range(PREFIX + 1)], np.uint32)
# How a word looks, in five bits: it begins with a digit, a capital, has either next, may be capital for its place.
LOOK = 0x40
_NUMBER, _CAPITAL, _SECOND, _PLACED = (np.arange(32) & bits != 0 for bits in (1, 2, 4 | 8, 16))
SHORT = _NUMBER | _CAPITAL & _SECOND  # a word of two letters that counts
# In halves, as a sentence may begin with any word; above, whether it may be a name.
WEIGHT = np.where(_NUMBER | _CAPITAL & ~_PLACED, 2, 1 * _CAPITAL) | (_NUMBER | _CAPITAL) * (1 << 32)
ANY_NEWS = """
Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April June July August September
October November December Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag Januar Februar März Juni Juli
Oktober Dezember lundi mardi mercredi jeudi vendredi samedi dimanche janvier février mars avril juin juillet août
septembre octobre novembre décembre lunes martes miércoles jueves viernes sábado domingo enero febrero marzo abril
junio julio agosto septiembre octubre noviembre diciembre lunedì martedì giovedì venerdì gennaio maggio luglio
settembre ottobre dicembre maandag dinsdag woensdag donderdag vrijdag zaterdag zondag maart понедельник вторник среда
четверг пятница суббота воскресенье января февраля марта апреля июня июля августа сентября октября ноября декабря
Reuters Agence Associated Press Photo Foto Image Bild
Jahr Jahre Jahren Jahres Monat Monate Monaten Woche Wochen Tag Tage Tagen Stunde Stunden Minute Minuten Uhr Ende Anfang
Million Millionen Milliarde Milliarden Prozent Euro Dollar Kronen Pfund Franken Meter Metern Kilometer Kilometern
Grad Teil Mal Zeit Menschen Leute Text Anzeige
"""

Words = NDArray[np.int64]


def anchors(texts: Sequence[str]) -> tuple[Numbers, Words]:
    """Return the anchors of all texts, each text's most salient first, and where each text's begin, with the end."""
    flat: list[Numbers] = [np.empty(0, np.uint64)]
    counts: list[Words] = [np.zeros(1, np.int64)]
    for chunk in chunks(texts):
        found, owners = _anchors(chunk)
        flat.append(found)
        counts.append(np.bincount(owners, minlength=len(chunk)))
    return np.concatenate(flat), np.cumsum(np.concatenate(counts))


def identity(found: Numbers) -> Numbers:
    """Return the anchors without their bits: equal for the same anchor of two texts."""
    return found & ~(OFTEN | COMMON)


def _anchors(texts: Sequence[str]) -> tuple[Numbers, Words]:
    """Return the anchors of one chunk and the text of each, in the order of the texts."""
    joined = "\n".join(["", "", *texts, ""]).encode("utf-32-le", "surrogatepass")
    # numpy takes by intp: converting first is three times as fast.
    kinds = table().take(np.frombuffer(joined, np.uint32).astype(np.intp), mode="clip")
    begins = _begins(kinds)
    prefix, length, looks = _prefixes(kinds, begins)
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1) + 1
    counts = [np.count_nonzero(begins[start:end]) for start, end in pairwise([0, *ends.tolist()])]
    owners = np.repeat(np.arange(len(texts)), counts)
    kept = np.flatnonzero((length >= LEAST_NAME) | (length == LEAST_NUMBER) & SHORT.take(looks))
    words = owners.take(kept) << 32 | prefix.take(kept)
    return _salient(words, WEIGHT.take(looks.take(kept)), length.take(kept) >= LEAST_WORD)


def _salient(words: Words, weight: Words, long: NDArray[np.bool_]) -> tuple[Numbers, Words]:
    """Return the anchors among the words of texts (text << 32 | prefix), and the text of each."""
    if not len(words):
        return np.empty(0, np.uint64), np.empty(0, np.int64)
    order = stable_order(words)
    words = words.take(order)
    last = np.flatnonzero(np.append(words[1:] != words[:-1], True))
    size = np.diff(last, prepend=-1)
    # Two sums at once, each in 32 bits: no text has as many words.
    sums = _sums(weight.take(order), last)
    sure, name = (sums & 0xFFFFFFFF) >= 2, 2 * (sums >> 32) > size
    kept = np.flatnonzero(name | (size > 1) & (_sums(long.take(order), last) > 0))
    last, size, common = last.take(kept), size.take(kept), ~(name & sure).take(kept)
    found, place = words.take(last), order.take(last - size + 1)
    prefix, owners = found & 0xFFFFFFFF, found >> 32
    common |= _common(prefix)
    # Of each text what is not common, then the most frequent, then the first: a chunk is small enough for one number.
    bits = len(words).bit_length()
    order = np.argsort(((owners << 1 | common) << bits | len(words) - size) << bits | place)
    order = order[inside(owners[order]) < MOST]
    marked = np.minimum(size, 4) - 1 + np.where(common, int(COMMON), 0)
    return (scramble(prefix.astype(np.uint64)) & ~(OFTEN | COMMON) | marked.astype(np.uint64))[order], owners[order]


def _sums(values: NDArray[Any], last: Words) -> Words:
    """Return the sum of each group of values, by where its last one is."""
    return np.diff(np.cumsum(values, dtype=np.int64).take(last), prepend=0)


def _begins(kinds: Kinds) -> NDArray[np.bool_]:
    """Tell where a run of letters and digits begins right behind; marks between digits belong to it."""
    word, digit = (kinds & (SOUND | SILENT)) != 0, (kinds & DIGIT) != 0
    word[1:-1] |= digit[:-2] & ((kinds[1:-1] & POINT) != 0) & digit[2:]
    return np.append(word[1:] > word[:-1], False)


def _prefixes(kinds: Kinds, begins: NDArray[np.bool_]) -> tuple[Words, Words, NDArray[np.uint8]]:
    """Return the first PREFIX sounds of each word as a number below 2^32, vowels at the end cut, length and look."""
    sounds = kinds & SOUND
    heard = sounds != 0
    heard[1:] &= (sounds[1:] != sounds[:-1]) | ((kinds[1:] & DIGIT) != 0)  # a doubled letter is one
    # A byte for each sound, and one before each word that tells its look. `translate` drops the others, which
    # is several times as fast as taking these by their places and summing up the sounds of each word.
    codes = sounds.astype(np.uint8) | -(~heard).view(np.uint8)
    codes[1:-2] &= _looks(kinds) | (begins[1:-2].view(np.uint8) - np.uint8(1))
    codes = np.frombuffer(codes.tobytes().translate(None, b"\xff") + bytes(PREFIX), np.uint8)
    at = np.flatnonzero(codes >= LOOK)
    length = np.diff(at, append=len(codes) - PREFIX) - 1
    # What stands behind a shorter word is below RADIX too, and is cut.
    letters = codes & np.uint8(LOOK - 1)
    two = letters[:-1] * np.uint16(RADIX) + letters[1:]
    pairs = two.take([at + 1, at + 3, at + 5])
    size = _sizes().take(_joined(_vowels().take(pairs), 4) * (PREFIX + 1) + np.minimum(length, PREFIX))
    return (_joined(pairs, RADIX**2) // POWERS.take(PREFIX - size)).astype(np.int64), length, codes.take(at) - LOOK


def _looks(kinds: Kinds) -> NDArray[np.uint8]:
    """Return LOOK and the look of a word that begins behind each character but the first and the last two."""
    first, second, before = kinds[2:-1], kinds[3:], kinds[1:-2] | kinds[:-3]
    bits = (first & (CAPITAL | DIGIT)) >> 6 | (second & (CAPITAL | DIGIT)) >> 4 | (before & OPENING) >> 7
    return np.asarray(bits.astype(np.uint8) | np.uint8(LOOK))


def _joined(digits: NDArray[Any], radix: int) -> NDArray[np.uint32]:
    """Return the numbers that rows of digits make."""
    first, second, third = digits.astype(np.uint32)
    return np.asarray((first * radix + second) * radix + third)


@cache
def _vowels() -> NDArray[np.uint8]:
    """Return for two sounds, as a number below RADIX^2, a bit for each that is a vowel."""
    vowel = np.isin(np.arange(RADIX), VOWELS).astype(np.uint8)
    return np.asarray((vowel[:, None] << 1 | vowel).ravel())


@cache
def _sizes() -> Words:
    """Return how many sounds of a word count, by the bits of its vowels and its length: none at its end, or all."""
    sizes = []
    for vowels in range(1 << PREFIX):
        for length in range(PREFIX + 1):
            heard = f"{vowels:0{PREFIX}b}"[:length]
            cut = len(heard.rstrip("1"))
            sizes.append(cut if cut > 2 else length)
    return np.array(sizes)


def _common(prefix: Words) -> NDArray[np.bool_]:
    """Tell of each prefix whether any news has it: a number of two digits, a year, a day, a month."""
    year = (prefix // RADIX**2 == 28 * RADIX + 36) | (prefix // RADIX**2 == 29 * RADIX + 27)
    small = (prefix < RADIX**2) & (prefix // RADIX >= 27)
    listed = _any_news()
    return np.asarray(year | small | (listed.take(np.searchsorted(listed, prefix), mode="clip") == prefix))


@cache
def _any_news() -> Words:
    text = f"\n\n{ANY_NEWS}"
    kinds = table().take(np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.intp))
    return np.unique(_prefixes(kinds, _begins(kinds))[0])
