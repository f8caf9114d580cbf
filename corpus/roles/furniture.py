"""What a short line is by itself: boilerplate, credit, byline or a date; nothing where it may be a sentence.

Not covered: names of authors on a line of their own without "By", boilerplate that no table knows (the counts
of an outlet find it), dates in letters alone.
"""

import re
from functools import lru_cache
from itertools import takewhile

from corpus.roles.lexicon import lexicon
from corpus.roles.sign_off import AGENCIES, ALONE
from corpus.schema import Role

LONGEST = 120  # characters of a line that may be furniture
LONGEST_CREDIT, LONGEST_DATE, LONGEST_BYLINE, LONGEST_CAPTION, LONGEST_INNER_CREDIT = 90, 90, 80, 300, 70
BARE = " \t\xa0\u3000.,:;!?…»›>→←↓↑-–—*+•·|/\\[]()（）0123456789\"'”“„’«#&"
DIGIT = re.compile(r"\d")
WORD = re.compile(r"[^\W\d_]+")
CLOCK_OR_DATE = re.compile(
    r"\d{1,2}\s?[:.h]\s?\d\d(?!\d)|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\s?\d{1,2}[-/.]\s?\d{2,4}"
)
EASTERN_DATE = re.compile(
    r"[^\W\d]{0,6}[:：\s]*\d{4}\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일][\s\d:：時分时시분()（）\w]{0,12}$"
)
PLACE = re.compile(r"(?:[^\W\d_]+(?:[ -][^\W\d_]+){0,2}) ?(?:\((?P<agency>[^\W\d_]{2,9})\) ?)?[,—–:-]\s*")
INNER_CREDIT = re.compile(r"(?:[.…!?”»\")\]|/–—-]\s*|[(\[（]\s*)(?P<word>[^\W\d_]+\.?(?: [^\W\d_]+)?)\s*$")
PHOTO_BY = re.compile(
    r"[(\[]?\s*(?:photos?|images?|pictures?|foto|fotos)\s+(?:by|courtesy of|von|di|de|door)\s+(?P<name>.+)"
)
BETWEEN = re.compile(r"[\s/,|]+")
COPYRIGHT = ("©", "(c)", "copyright ©", "copyright (c)", "(©")
JOINING_WORDS = "and und et y e en och og i a & van von de der den di da del la le dos bin al ten ter zu"
JOINING = frozenset(JOINING_WORDS.split())
SMALL = frozenset(("file", "archiv", "archive", "archives", "handout", "symbolbild", "photo", "foto", "via"))
Found = tuple[Role, str] | None


# The lines of an outlet's pages come back with every page.
@lru_cache(maxsize=4_096)
def furniture(line: str, language: str, *, at_edge: bool) -> Found:
    """Return the role and rule of a line of at most `LONGEST` characters, None where nothing fits.

    `at_edge`: among the first or last lines, where bylines stand.
    """
    lower = line.lower().replace("’", "'")
    return (
        phrase(lower)
        or _credit(line, lower)
        or (_date(line, lower) if line[-1] in "-–—" or DIGIT.search(line) else None)
        or (_byline(line, lower, language) if at_edge else None)
        or (None if line[0].isalnum() or any(map(str.isalnum, line)) else (Role.BOILERPLATE, "no-words"))
    )


def caption_with_credit(line: str) -> bool:
    """Tell whether a line ends in the credit of a picture: "The bridge.Image: agency"."""
    at = line.rfind(":", -LONGEST_INNER_CREDIT)
    if at < 1 or len(line) > LONGEST_CAPTION:
        return False
    found = INNER_CREDIT.search(line, max(0, at - 30), at)
    words = lexicon().pictures
    return bool(found and (found["word"].lower() in words or found["word"].split(" ")[-1].lower() in words))


def phrase(lower: str) -> Found:
    """Return the role and rule of a line in lower case that is, or begins with, a phrase of the lexicon."""
    words = lexicon()
    table = words.whole.get(lower.strip(BARE))
    if table is None and (pattern := words.starts.get(lower[:2])) and (found := pattern.match(lower)):
        table = found.lastgroup
    if table is None:
        return None
    return Role.BOILERPLATE, "literal-translation" if table == "literal" else f"lexicon-{table}"


def _credit(line: str, lower: str) -> Found:
    if len(line) > LONGEST_CREDIT:
        return None
    if line[0] in "([（" and ALONE.match(line):
        return Role.CREDIT, "sign-off"
    if lower.startswith(COPYRIGHT):
        return Role.CREDIT, "shape-copyright"
    head, colon, rest = lower.replace("：", ":", 1).partition(":")
    # No sentence: who made a picture has few words.
    if colon and rest.strip() and len(head) < 25 and len(rest.split()) <= 10 and not _is_sentence(line):
        head = head.strip("([（ ©\xa0")
        if head in lexicon().pictures:
            return Role.CREDIT, "picture-credit"
        if head in lexicon().sources:
            return Role.CREDIT, "source-credit"
    if (found := PHOTO_BY.match(lower)) and _is_name(line[found.start("name") :].rstrip(")]")):
        return Role.CREDIT, "picture-credit"
    if len(line) < 40:
        tokens = BETWEEN.split(lower.strip(BARE))
        if tokens[0] in AGENCIES and all(token in AGENCIES or token in SMALL for token in tokens):
            return Role.CREDIT, "agency-alone"
    return None


def _is_sentence(line: str) -> bool:
    return len(line) > 40 and line[-1] in ".!?。" and line[-4:] not in ("Inc.", "Ltd.")


def _date(line: str, lower: str) -> Found:
    if len(line) > LONGEST_DATE:
        return None
    if ("年" in line or "년" in line) and EASTERN_DATE.match(line):
        return Role.DATELINE, "shape-date"
    place = PLACE.match(line)
    if place and place["agency"] and place.end() == len(line):
        return Role.DATELINE, "shape-dateline"
    words = lexicon()
    rest = WORD.findall(lower)
    if words.dates.issuperset(rest) and (CLOCK_OR_DATE.search(line) or not words.months.isdisjoint(rest)):
        return (Role.DATELINE, "shape-date") if any(map(str.isdigit, line)) else None
    if place and line[0].isupper():
        rest = WORD.findall(lower, place.end())
        if rest and words.dates.issuperset(rest) and not words.months.isdisjoint(rest):
            return Role.DATELINE, "shape-dateline"
    return None


def _byline(line: str, lower: str, language: str) -> Found:
    if len(line) > LONGEST_BYLINE or line[-1] in "!?:;":
        return None
    words = lexicon().bylines
    prefixes = words.get(language) or words["en"]
    if not lower.startswith(prefixes):
        return None
    for prefix in prefixes:
        if lower.startswith(prefix) and not lower[len(prefix) :][:1].isalpha() and _is_name(line[len(prefix) :]):
            return Role.BYLINE, "lexicon-byline"
    return None


def _is_name(words: str) -> bool:
    """Tell whether words are names of people or of agencies: "Ada Mair and Bo Lind, Reuters"."""
    name = re.split(r"[,/|(–—]| in ", words.strip(" :\xa0"), maxsplit=1)[0].strip(". ")
    tokens = name.split()
    if name.lower() in AGENCIES:
        return True
    proper = [token for token in tokens if token[0].isupper() and (token[-1] not in ".:" or len(token) == 2)]
    known = sum(1 for _ in takewhile(lambda token: token in proper or token.lower() in JOINING, tokens))
    return 2 <= len(proper) <= 6 and known == len(tokens) and not any(map(str.isdigit, name))
