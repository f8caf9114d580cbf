"""HTML entities in text: complete, without their semicolon, or misspelt (`&rddequo;`).

Not covered: entities of other XML vocabularies. An ampersand in a name (AT&T;) or in an address
(`?a=1&copy=2`) is no entity.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from html.entities import html5

from corpus.cleaning.edits import Change

ENTITY = re.compile(r"&(?:(?:amp;)+|(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31})(;?))")
ADDRESS = re.compile(r"://|www\.|\?\w*=|&\w+=")
SIGNS = ("ldquo", "rdquo", "bdquo", "lsquo", "rsquo", "sbquo", "laquo", "raquo", "ndash", "mdash", "hellip")
LETTERS = tuple(
    name[:-1]
    for name in html5
    if re.fullmatch(r"[AEIOUYNCaeiouync](uml|acute|grave|circ|tilde|cedil);|[Oo]slash;|szlig;", name)
)
# Names that mean nothing else even without a semicolon, where no letter, digit or "=" follows.
UNTERMINATED = frozenset({"amp", "quot", "nbsp", "lt", "gt", *SIGNS, *LETTERS})
# Long enough that no word of a language lies as near to them.
MISSPELT = (*SIGNS, "lsaquo", "rsaquo", *(name for name in LETTERS if len(name) > 4))
# Swapped letters in names that are too short for a search.
SWAPPED = {"qout": '"', "quto": '"', "qoute": '"', "nbps": "\xa0", "nsbp": "\xa0", "nbspp": "\xa0", "npsb": "\xa0"}
SWAPPED |= {name[0] + wrong: html5[f"{name};"] for name in LETTERS if name[1:] == "uml" for wrong in ("ulm", "mul")}


def changes(text: str) -> Iterator[Change]:
    """Yield the changes of entities into the characters that they name."""
    if "&" not in text:
        return
    for match in ENTITY.finditer(text):
        name, closed = match[1], match[2]
        if name is None:
            yield "entity", match.start(), match.end(), "&"
        elif closed and (name[0] == "#" or f"{name};" in html5):
            yield "entity", match.start(), match.end(), unescape(match[0])
        elif (found := _mended(text, match.start(), match.end(), name, closed)) is not None:
            yield found[0], match.start(), match.end(), found[1]


def _mended(text: str, start: int, end: int, name: str, closed: str) -> tuple[str, str] | None:
    if ADDRESS.search(text[max(0, start - 200) : start].split(" ")[-1]):
        return None
    after = text[end : end + 1]
    if not closed:
        known = name in UNTERMINATED or (name[0] == "#" and len(name) > 2)
        certain = known and not after.isalnum() and after not in ("=", "_", "-")
        return ("entity-unterminated", unescape(f"&{name};")) if certain else None
    # "Marks&Spencer;" is a name.
    if name[0].isupper() and text[start - 1 : start].isalpha():
        return None
    meant = _meant(name)
    return ("entity-misspelt", meant) if meant else None


@lru_cache(maxsize=1_000)
def _meant(name: str) -> str | None:
    """The character whose name is misspelt as `name`, if there is just one.

    One letter added, dropped, changed or swapped; two from six letters on, if the first and the last are right.
    """
    if name in SWAPPED:
        return SWAPPED[name]
    if not 4 <= len(name) <= 12:
        return None
    near = sorted((_distance(name, known), known) for known in MISSPELT if abs(len(known) - len(name)) <= 2)
    if not near or (len(near) > 1 and near[1][0] == near[0][0]):
        return None
    distance, known = near[0]
    framed = len(name) >= 6 and name[0] == known[0] and name[-1] == known[-1]
    return html5[f"{known};"] if distance <= (2 if framed else 1) else None


def _distance(left: str, right: str) -> int:
    """Return the edits between two names, a swap of neighbours counted once (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for at, letter in enumerate(left, 1):
        older, before, row = before, row, [at]
        for to, other in enumerate(right, 1):
            best = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (letter != other))
            if at > 1 and to > 1 and letter == right[to - 2] and left[at - 2] == other:
                best = min(best, older[to - 2] + 1)
            row.append(best)
    return row[-1]
