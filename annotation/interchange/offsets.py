"""Where a mark begins and ends, in the units and with the ends of another format.

Ours are code points, half-open. A browser counts UTF-16 units; some pages do not count line breaks, or
count from the first character that is no blank.
"""

from dataclasses import dataclass
from typing import Literal

from annotation.schema import Flaw
from annotation.schemes.answers import Rejected

# What JavaScript's trim takes away: WhiteSpace and LineTerminator of ECMA-262.
BLANKS = "\t\n\v\f\r \u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))
ASTRAL = 0x10000


@dataclass(frozen=True)
class Offsets:
    """How a format counts: its unit, its ends, the characters that it does not count, and where it begins."""

    unit: Literal["code points", "utf-16"]
    ends: Literal["exclusive", "inclusive", "inline", "none"]
    uncounted: str = ""
    trimmed: bool = False

    def read(self, text: str, start: int, end: int) -> tuple[int, int, bool]:
        """Return a file's mark as ours, and whether it had to be widened to whole characters.

        Raises Rejected where the mark does not lie in the text.
        """
        places = self._places(text)
        last = end if self.ends == "inclusive" else end - 1
        if self.ends == "exclusive" and start == end and 0 <= start <= len(places):
            at = places[start] if start < len(places) else self._stop(text, places)
            return at, at, start > 0 and start < len(places) and places[start - 1] == at
        if not 0 <= start <= last < len(places):
            told = f"the mark {start} to {end} does not lie in a text of {len(places)} {self.unit}"
            raise Rejected(Flaw.BAD_SPAN, told)
        wide = (start > 0 and places[start - 1] == places[start]) or (
            last + 1 < len(places) and places[last + 1] == places[last]
        )
        return places[start], places[last] + 1, wide

    def write(self, text: str, start: int, end: int) -> tuple[int, int] | None:
        """Return our mark as the file's; None where the format has no place for it."""
        places = self._places(text)
        if start == end:
            found = [at for at, place in enumerate([*places, self._stop(text, places)]) if place == start]
            return (found[0], found[0]) if found and self.ends == "exclusive" else None
        inside = [at for at, place in enumerate(places) if start <= place < end]
        if not inside or (places[inside[0]], places[inside[-1]]) != (start, end - 1):
            return None
        return inside[0], inside[-1] if self.ends == "inclusive" else inside[-1] + 1

    def size(self, text: str) -> int:
        """Return how many units a text has."""
        return len(self._places(text))

    def _places(self, text: str) -> list[int] | range:
        """Return the code point of each unit."""
        if not self.trimmed and text.isascii() and not any(one in text for one in self.uncounted):
            return range(len(text))
        first, stop = 0, len(text)
        if self.trimmed:
            first = len(text) - len(text.lstrip(BLANKS))
            stop = max(first, len(text.rstrip(BLANKS)))
        wide = self.unit == "utf-16"
        return [
            at
            for at in range(first, stop)
            if text[at] not in self.uncounted
            for _ in range(2 if wide and ord(text[at]) >= ASTRAL else 1)
        ]

    def _stop(self, text: str, places: list[int] | range) -> int:
        return places[-1] + 1 if places else 0
