"""Anchors: what a text on the same event also holds in another language, above all names and numbers.

A name is a word with a capital that no sentence beginning explains, or that recurs; a long word that recurs
is an anchor as well (much of it is names and loans). An anchor is a 64-bit number: a hash of the first
letters, by sound, and in its lowest bits how often the text has it and whether it is common in any news.

Not covered: names of several words as one (each word is an anchor); scripts without capitals (see
`letters`); German nouns are names by this rule, and their number in the corpus tells them apart.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.relations.characters import Numbers, chunks, scramble
from corpus.relations.letters import CAPITAL, DIGIT, OPENING, POINT, SILENT, SOUND, VOWEL, Kinds, table

MOST = 40  # anchors of a text: the most frequent, then the first
PREFIX = 6  # letters of a word that count: behind them stand inflections
LEAST_NAME, LEAST_WORD, LEAST_NUMBER = 3, 6, 2
OFTEN = np.uint64(3)  # the bits with min(occurrences, 4) - 1
COMMON = np.uint64(4)  # the bit of what is in any news: days, months, years, small numbers
RADIX = 37  # of a number made of sounds: 26 letters, 10 digits
POWERS = np.array([RADIX**power for power in range(PREFIX + 1)], np.uint32)
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
    ends = np.cumsum(np.fromiter(map(len, texts), np.int64, len(texts)) + 1) + 1
    starts = _words(kinds)
    prefix, length = _prefixes(kinds, starts)
    first = kinds[starts]
    capital, number = (first & CAPITAL) != 0, (first & DIGIT) != 0
    short = (length == LEAST_NUMBER) & (number | capital & ((kinds[starts + 1] & (CAPITAL | DIGIT)) != 0))
    kept = np.flatnonzero((length >= LEAST_NAME) | short)
    opening = ((kinds[starts - 1] | kinds[starts - 2]) & OPENING) != 0
    weight = capital.astype(np.int64)  # in halves: a sentence may begin with any word
    weight[number | capital & ~opening] = 2
    owners = np.repeat(np.arange(len(texts)), np.diff(np.searchsorted(starts[kept], ends), prepend=0))
    return _salient(owners << 32 | prefix[kept], weight[kept], (number | capital)[kept], length[kept])


def _salient(words: Words, weight: Words, named: NDArray[np.bool_], length: Words) -> tuple[Numbers, Words]:
    """Return the anchors among the words of texts (text << 32 | prefix), and the text of each."""
    order = _order(words)
    words = words.take(order)
    starts = np.flatnonzero(np.append(True, words[1:] != words[:-1])[: len(words)])
    if not len(starts):
        return np.empty(0, np.uint64), np.empty(0, np.int64)
    size = np.diff(np.append(starts, len(words)))
    # Two sums at once, each in 32 bits: no text has as many words.
    sums = np.add.reduceat((weight | named.astype(np.int64) << 32).take(order), starts)
    sure = (sums & 0xFFFFFFFF) >= 2
    name = 2 * (sums >> 32) > size
    kept = name | (np.maximum.reduceat(length.take(order), starts) >= LEAST_WORD) & (size > 1)
    starts, size, name = starts[kept], size[kept], (name & sure)[kept]
    prefix, owners, place = words[starts] & 0xFFFFFFFF, words[starts] >> 32, order[starts]
    common = ~name | _common(prefix)
    order = np.lexsort((place, -size, owners << 1 | common))
    counts = np.bincount(owners)
    rank = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    order = order[rank < MOST]
    bits = np.minimum(size, 4) - 1 + np.where(common, int(COMMON), 0)
    return (scramble(prefix.astype(np.uint64)) & ~(OFTEN | COMMON) | bits.astype(np.uint64))[order], owners[order]


def _words(kinds: Kinds) -> Words:
    """Return where each run of letters and digits begins; marks between digits belong to it."""
    inside = (kinds & (SOUND | SILENT)) != 0
    digits = np.flatnonzero((kinds & DIGIT) != 0)
    near = digits[:-1][digits[1:] - digits[:-1] == 2] + 1
    inside[near[(kinds[near] & POINT) != 0]] = True
    return np.flatnonzero(inside[1:] > inside[:-1]) + 1


def _prefixes(kinds: Kinds, starts: Words) -> tuple[Words, Words]:
    """Return the first PREFIX sounds of each word as one number below 2^32, vowels at the end cut, and its length."""
    sounds = kinds & SOUND
    heard = sounds != 0
    heard[1:] &= (sounds[1:] != sounds[:-1]) | ((kinds[1:] & DIGIT) != 0)  # a doubled letter is one
    # Nothing is heard between words: what is up to the next one is in this one.
    length = np.add.reduceat(heard.astype(np.int64), starts) if len(starts) else starts
    first = np.cumsum(length) - length
    letters = np.append(kinds.take(np.flatnonzero(heard)), np.zeros(PREFIX, np.uint16))
    # From each place on: the six sounds as one number, and a bit for each that is a vowel.
    six = _six((letters & SOUND).astype(np.uint32), RADIX)
    vowels = _six(((letters & VOWEL) != 0).astype(np.uint8), 2)
    size = _sizes().take(vowels.take(first).astype(np.intp) * (PREFIX + 1) + np.minimum(length, PREFIX))
    return (six.take(first) // POWERS.take(PREFIX - size)).astype(np.int64), length


def _six(digits: NDArray[Any], radix: int) -> NDArray[Any]:
    """Return the number that the PREFIX digits from each place on make."""
    kind = digits.dtype.type
    two = digits[:-1] * kind(radix) + digits[1:]
    four = two[:-2] * kind(radix**2) + two[2:]
    return np.asarray(four[:-2] * kind(radix**2) + two[4:])


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


def _order(words: Words) -> Words:
    """Return the stable order of words; where there is room, by sorting numbers that end in the place, far faster."""
    bits = len(words).bit_length()
    if words.max(initial=0) >> (63 - bits):
        return np.argsort(words, kind="stable")
    return np.sort(words << bits | np.arange(len(words))) & ((1 << bits) - 1)


def _common(prefix: Words) -> NDArray[np.bool_]:
    """Tell of each prefix whether any news has it: a number of two digits, a year, a day, a month."""
    year = (prefix // RADIX**2 == 28 * RADIX + 36) | (prefix // RADIX**2 == 29 * RADIX + 27)
    small = (prefix < RADIX**2) & (prefix // RADIX >= 27)
    return np.asarray(year | small | np.isin(prefix, _any_news()))


@cache
def _any_news() -> Words:
    text = f"\n\n{ANY_NEWS}"
    kinds = table().take(np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.intp))
    return np.unique(_prefixes(kinds, _words(kinds))[0])
