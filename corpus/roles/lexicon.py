"""The words of `lexicon.toml`, loaded once and laid out for quick looks.

Short lines alone are looked up: whole lines in one dictionary, beginnings by their first two characters.
"""

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

TABLES = ("literal", "newsletter", "consent", "share", "advertisement", "more", "comments", "reading")
Table = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The words, in lower case.

    `starts` holds, by two characters, a pattern whose last group names the table. `matter` lacks the first
    characters, which may be capitals.
    """

    whole: dict[str, str]
    starts: dict[str, re.Pattern[str]]
    pictures: dict[str, frozenset[str]]
    sources: dict[str, frozenset[str]]
    bylines: dict[str, tuple[str, ...]]
    months: frozenset[str]
    dates: frozenset[str]
    address: re.Pattern[str]
    matter: dict[str, tuple[str, ...]]


@cache
def lexicon() -> Lexicon:
    """Load the words."""
    told = tomllib.loads((files("corpus.roles") / "lexicon.toml").read_text(encoding="utf-8"))
    return Lexicon(
        whole={phrase: table for table in reversed(TABLES) for phrase in _all(told[table]["whole"])},
        starts=_starts(told),
        pictures=_languages(told["credit"]["picture"]),
        sources=_languages(told["credit"]["source"]),
        bylines=_with_english(told["byline"]["prefix"]),
        months=frozenset(_all(told["date"]["month"])),
        dates=frozenset(_all(told["date"]["month"])) | frozenset(_all(told["date"]["around"])),
        address=re.compile(rf"(?<!\w)(?:{_either(_all(told['consent']['address']))})(?!\w)"),
        matter=_with_english({code: [each[1:] for each in words] for code, words in told["consent"]["matter"].items()}),
    )


def _all(table: Table) -> list[str]:
    return [phrase for phrases in table.values() for phrase in phrases]


def _either(phrases: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase))))


def _starts(told: dict[str, dict[str, Table]]) -> dict[str, re.Pattern[str]]:
    sorted_by: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for table in TABLES:
        for phrase in sorted(_all(told[table].get("start", {})), key=len, reverse=True):
            # Scripts without spaces have no end of a word.
            sorted_by[phrase[:2]][table].append(re.escape(phrase) + (r"(?!\w)" if phrase[-1] < "\u3000" else ""))
        for pattern in _all(told[table].get("pattern", {})):
            sorted_by[pattern[:2]][table].append(pattern)
    return {
        begin: re.compile("|".join(rf"(?P<{table}>{'|'.join(each)})" for table, each in tables.items()))
        for begin, tables in sorted_by.items()
    }


def _languages(table: Table) -> dict[str, frozenset[str]]:
    """Return, for each word, the languages that have it."""
    return {word: frozenset(code for code, each in table.items() if word in each) for word in _all(table)}


def _with_english(table: Table) -> dict[str, tuple[str, ...]]:
    """Return, for each language, its words and the English ones: pages in any language hold those."""
    return {code: tuple(dict.fromkeys([*words, *table["en"]])) for code, words in table.items()}
