"""One person who is both a man and a woman: "Bürgermeister Tornquist" and "Bürgermeisterin Tornquist".

Two rules, both sharp and narrow. A title in both genders before one surname, and (German, French) a man by his
title who is "er" in what he says and "sie" to the one who quotes him, in one paragraph where nothing else is
feminine. Not covered: English pronouns, since English titles have no gender; a flip from one paragraph to another
by pronouns alone.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.machine_translation.names import UPPER
from corpus.schema import Evidence, Role

_NAME = rf"((?: [{UPPER}][\w-]+){{1,3}})"


@dataclass(frozen=True, slots=True)
class Genders:
    """The titles of a language, as patterns whose last group is the name.

    `gates` are quick signs of a woman's title in a text; where titles begin with a `capital`, the runs of words
    with capitals tell it quicker.
    """

    gates: tuple[str, ...]
    capital: bool
    man: re.Pattern[str]
    woman: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Pronouns:
    """How a man is quoted as a woman: "he" in reported speech, "she" after one of `verbs`, and what excuses it."""

    capital: bool
    she: str
    verbs: tuple[str, ...]
    he: re.Pattern[str]
    excuse: re.Pattern[str]


_DE = "inister|räsident|anzler|precher|irektor|rofessor|ürgermeister|egierungschef|enator|nwalt|utor|orsitzender"
MEN = tuple(stem + ending for stem in _DE.split("|") for ending in ("", "s"))
WOMEN = tuple(f"{stem}in" for stem in _DE.split("|"))
TITLES = {
    "de": Genders(
        gates=(),
        capital=True,
        man=re.compile(rf"(?:{_DE})s?{_NAME}"),
        woman=re.compile(rf"(?:{_DE})in{_NAME}"),
    ),
    "en": Genders(
        gates=("Ms", "Mrs", "woman"),
        capital=False,
        man=re.compile(rf"\b(?:Mr\.?|(?:[Cc]hair|[Ss]pokes|[Cc]ongress|[Bb]usiness)man){_NAME}"),
        woman=re.compile(rf"\b(?:Mr?s\.?|(?:[Cc]hair|[Ss]pokes|[Cc]ongress|[Bb]usiness)woman){_NAME}"),
    ),
    "fr": Genders(
        gates=("a ministre ", "ère ministre ", "résidente ", "irectrice ", "énatrice ", "a maire ", "Mme "),
        capital=False,
        man=re.compile(rf"\b(?:le (?:premier )?ministre|le président|le maire|(?:direc|séna)teur|M\.){_NAME}"),
        woman=re.compile(rf"\b(?:la (?:première )?ministre|la présidente|la maire|(?:direc|séna)trice|Mme){_NAME}"),
    ),
    "es": Genders(
        gates=("inistra ", "residenta ", "irectora ", "enadora ", "lcaldesa ", "eñora "),
        capital=False,
        man=re.compile(rf"\b(?:(?:primer )?ministro|presidente|director|senador|alcalde|señor){_NAME}"),
        woman=re.compile(rf"\b(?:(?:primera )?ministra|presidenta|directora|senadora|alcaldesa|señora){_NAME}"),
    ),
    "it": Genders(
        gates=("inistra ", "a presidente ", "irettrice ", "enatrice ", "indaca "),
        capital=False,
        man=re.compile(rf"\b(?:il ministro|il presidente|il direttore|il senatore|il sindaco){_NAME}"),
        woman=re.compile(rf"\b(?:la ministra|la presidente|la direttrice|la senatrice|la sindaca){_NAME}"),
    ),
    "pl": Genders(
        gates=("pani ", "Pani "),
        capital=False,
        man=re.compile(rf"\b[Pp]an{_NAME}"),
        woman=re.compile(rf"\b[Pp]ani{_NAME}"),
    ),
}
PRONOUNS = {
    "de": Pronouns(
        capital=True,
        she=" sie",
        verbs=("sagte", "erklärte", "betonte", "fügte", "bezeichnete"),
        he=re.compile(r"^[^.!?]*, er (?:wolle|werde|habe|sei|könne|müsse|hoffe|wünsche)\b"),
        excuse=re.compile(rf"\b(?:[Dd]ie|[Ee]ine|Frau|[{UPPER}]\w+in)\b|[.!?“”] [{UPPER}]\w+ (?:hat|ist|\w+te?)\b"),
    ),
    "fr": Pronouns(
        capital=False,
        she="-elle",
        verbs=("-t", "dit"),
        he=re.compile(r"^[^.!?]*,? qu['’]il\b"),
        excuse=re.compile(rf"\b(?:[Ll]a|[Uu]ne|Mme)\b|[.!?»] [{UPPER}]\w+ (?:a|est)\b"),
    ),
}
STORY = {Role.LEAD, Role.BODY}


def gender(
    text: str,
    spans: Sequence[tuple[int, int]],
    roles: Sequence[Role],
    language: str,
    capitals: list[list[str]],
) -> Iterator[Evidence]:
    """Yield where a person changes gender, nothing in languages without a table; `capitals` as `names.runs` has it."""
    titles = TITLES.get(language)
    if titles is None:
        return
    if _both(capitals) if titles.capital else any(gate in text for gate in titles.gates):
        yield from _by_title(text, titles)
    pronouns = PRONOUNS.get(language)
    if pronouns is not None and (_surnames(capitals, MEN) if pronouns.capital else pronouns.she in text):
        for (start, end), role in zip(spans, roles, strict=True):
            if role in STORY:
                yield from _by_pronoun(text[start:end], start, titles, pronouns)


def _both(capitals: list[list[str]]) -> bool:
    women = _surnames(capitals, WOMEN)
    return bool(women) and not women.isdisjoint(_surnames(capitals, MEN))


def _surnames(capitals: list[list[str]], titles: tuple[str, ...]) -> set[str]:
    return {run[-1] for run in capitals for word in run[:-1] if word.endswith(titles)}


def _by_title(text: str, titles: Genders) -> Iterator[Evidence]:
    """Yield the first woman's title of a surname that has a man's title too."""
    men = {found[1].split()[-1]: found for found in reversed(list(titles.man.finditer(text)))}
    women = {found[1].split()[-1]: found for found in reversed(list(titles.woman.finditer(text)))}
    for surname in sorted(men.keys() & women.keys()):
        given = [one[1].split()[:-1] for one in (men[surname], women[surname])]
        if given[0] and given[1] and given[0] != given[1]:
            continue  # two people of one family
        later = max(men[surname], women[surname], key=lambda one: one.start())
        detail = f"{surname} has a man's title in one place and a woman's in another."
        yield Evidence(rule="gender-flip", start=later.start(), end=later.end(), detail=detail)


def _by_pronoun(line: str, start: int, titles: Genders, pronouns: Pronouns) -> Iterator[Evidence]:
    """Yield the "she" that can only be the man whom the paragraph names."""
    at = _she(line, pronouns)
    man = titles.man.search(line, 0, at) if at > 0 else None
    if man is None:
        return
    between = line[man.end() : at]
    if pronouns.he.search(between) and not pronouns.excuse.search(between) and not _others(between, titles):
        end = start + at + len(pronouns.she)
        detail = f"{man[1].strip()} has a man's title and 'he' before, and is 'she' here."
        yield Evidence(rule="gender-flip", start=end - len(pronouns.she.strip()), end=end, detail=detail)


def _she(line: str, pronouns: Pronouns) -> int:
    """Return where a man may be "she", -1 if nowhere."""
    at = line.find(pronouns.she)
    while at >= 0 and (line[at + len(pronouns.she) :][:1].isalpha() or not line[:at].endswith(pronouns.verbs)):
        at = line.find(pronouns.she, at + 1)
    return at


def _others(between: str, titles: Genders) -> bool:
    """Tell whether somebody is named in full who has no man's title."""
    return re.search(rf"[{UPPER}]\w+ [{UPPER}]\w+", titles.man.sub("", between)) is not None
