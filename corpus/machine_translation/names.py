"""One name in two spellings: "Ilva Tornquist" and "Iva Tornquist".

Two words with capitals that share one word and differ inside the other, at an edit distance of 1 or 2. What
differs at its beginning or end is another name or another case ("Anna" and "Anne", "Trump" and "Trumps").
Not covered: names in one word, and names that begin with anything but A to Z.
"""

import re
from collections.abc import Iterator
from itertools import combinations, pairwise

from corpus.schema import Evidence

UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĘĚĞĢĪİĶŁĻŃŇŅŐŒŘŚŞȘŠŤȚŪŮŰŹŻŽ"
# Capitals, letters, spaces and the rest as one byte each: a pattern that begins with plain text is found ten
# times faster than one that begins with a class.
_KINDS = bytes(
    ord("A" if 65 <= byte <= 90 else "a" if 97 <= byte <= 122 or byte > 127 else " " if byte == 32 else ".")
    for byte in range(256)
)
CAPITALS = re.compile(rb"Aaaa+ Aaaa+(?: Aaaa+)*")
SHORTEST, SHORTEST_FOR_TWO = 4, 7
# Languages that change the end of a name: two letters have to agree.
INFLECTED = frozenset(("pl", "cs", "sk", "sl", "hr", "sr", "bs", "lt", "lv", "et", "fi", "hu", "tr", "ro", "is"))


def runs(text: str) -> list[list[str]]:
    """Return the runs of two and more words of four letters and more that begin with a capital."""
    data = text.encode()
    found = [data[one.start() : one.end()] for one in CAPITALS.finditer(data.translate(_KINDS))]
    return [run.split(" ") for run in b"\n".join(found).decode().split("\n")] if found else []


def names(text: str, capitals: list[list[str]], language: str) -> Iterator[Evidence]:
    """Yield the later spelling of a name that is spelt in two ways; `capitals` are the runs of the text."""
    if not capitals:
        return
    found = {pair for run in capitals for pair in pairwise(run)}
    firsts, lasts = {first for first, _ in found}, {last for _, last in found}
    if len(firsts) == len(found) == len(lasts):
        return
    ending = 2 if language in INFLECTED else 1
    for one, other in combinations(sorted(found), 2):
        # They share one word; the other is misspelt.
        place = 1 if one[0] == other[0] else 0 if one[1] == other[1] else None
        if place is not None and _misspelt(one[place], other[place], ending):
            yield _evidence(text, *sorted((" ".join(one), " ".join(other)), key=text.index))


def _evidence(text: str, first: str, second: str) -> Evidence:
    start = text.index(second)
    detail = f"'{second}' is '{first}' elsewhere in the text."
    return Evidence(rule="name-flip", start=start, end=start + len(second), detail=detail)


def _misspelt(one: str, other: str, ending: int) -> bool:
    shortest = min(len(one), len(other))
    if shortest < SHORTEST or one[0] != other[0] or one[-ending:] != other[-ending:]:
        return False
    return _distance(one, other) <= (2 if shortest >= SHORTEST_FOR_TWO else 1)


def _distance(one: str, other: str) -> int:
    """Return the edit distance (Levenshtein 1966)."""
    row = list(range(len(other) + 1))
    for number, left in enumerate(one, 1):
        corner, row[0] = row[0], number
        for at, right in enumerate(other, 1):
            corner, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, corner + (left != right))
    return row[-1]
