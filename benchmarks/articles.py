"""Synthetic news articles in 12 languages, with near-duplicates whose originals are known.

    python benchmarks/articles.py OUT --count 20000 --form txt --seed 1

Writes `OUT/<outlet>/<nnnnnnn>.txt`, or `OUT/<nnnnn>.jsonl` with 50,000 rows each (id, text, outlet, published, url),
and beside it `OUT.truth.csv` (doc_id, original). The same seed and count give the same bytes; memory stays bounded.

Some 2 KB and 12 lines an article. The words are real and drawn by frequency, so that language detection has what it
needs; the sentences say nothing. 5 % of the articles are edited copies of an earlier one. 4 % are decoys: half of each
is the block that their outlet prints under every such article, the story is another, so they are no copies.
NOT covered: rejects (every article is valid), encodings other than UTF-8, HTML, translations.
"""

import argparse
import csv
import json
import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

WORDS: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
LANGUAGES = list(WORDS)
COPIES, DECOYS, FIXED = 0.05, 0.04, (0.4, 0.2, 0.3)
MOJIBAKE, ENTITIES, INVISIBLE, NUL, CRLF, GLUED = 0.01, 0.02, 0.005, 0.001, 0.03, 0.1
OUTLETS, ROWS_A_FILE, STORIES_AT_ONCE, SENTENCES_AT_ONCE = 40, 50_000, 2_000, 4_000
# Originals that copies are made of: a sample of the past, so memory stays bounded and copies lie far apart.
KEPT, KEPT_SHARE = 10_000, 0.25
# What an edit costs, about in changed sentences; a copy of more than this would fall under a Jaccard of .7.
CHANGE, CUT, RETITLE, ELSEWHERE, DEAREST = 1.0, 0.5, 0.5, 0.6, 1.6
FIRST_DAY = datetime(2024, 1, 1)

# A letter a word: g function word, n noun, c noun and comma, v verb, a other, p name of the event, d number or date.
PATTERNS = [
    "gnvganggnpgagn", "gnvganggcgpvgdn", "pvgnganggnggdcgnvgan", "ganggnvgpgnganggn", "gdnvganggncgnvapgn",
    "gnganvpgganggcgvganggn", "pvaganggngpgnvgdn", "ggncgpvganggngan", "anvganggngdnvgp", "gnvpganggcgnganvg",
    "ganvgdnganpgnggancgvgnggn", "pgnvgancganggn", "gnggnvpagngdngan", "ggnvgangpcgnvganggdngan",
]  # fmt: skip
HEADLINES = ["pvangan", "anvgnpgn", "gnvapgan", "npvgdnan"]
FACTS = 8
STARTS = [
    "Bel", "Dor", "Fen", "Gal", "Hal", "Jor", "Kar", "Lin", "Mar", "Nor", "Ost", "Pel", "Rav", "Sel", "Tam", "Ul",
    "Vel", "Wex", "Yar", "Zan", "Bri", "Cor", "Dra", "Els",
]  # fmt: skip
MIDDLES = ["a", "e", "i", "o", "u", "an", "el", "in", "or", "us", "av", "ed", "ik", "om", "ur"]
ENDS = [
    "ba", "den", "fer", "gard", "ko", "len", "mir", "nov", "por", "ras", "sted", "tin", "vik", "wen", "zar", "lo",
    "ni", "ta",
]  # fmt: skip
AGENCIES = ["wna", "orbis", "cnp", "tassel", "meridian", "npk"]
LATIN, CYRILLIC = "abcdefghijklmnopqrstuvwxyz", "абцдефгхийклмнопкрстувваыз"
TO_CYRILLIC = str.maketrans(LATIN + LATIN.upper(), CYRILLIC + CYRILLIC.upper())
BROKEN = ["&amp; ", "&nbsp;", "&#8211; ", "&quot;", "&rddequo;", "&#x2014; ", "&amp;quot;", "&ampnbsp;", "&lt "]
UNSEEN = ["\u200b", "\ufeff", "\u00ad", "\u2060", "\u200e"]
# What a reader that takes UTF-8 for Windows-1252 sees; bytes that have no letter there stay as they are.
WINDOWS = {byte: text for byte in range(128, 160) if (text := bytes([byte]).decode("cp1252", "ignore"))}


class Sentences:
    """An endless row of sentences of one language, made in bulk; `{0}` to `{7}` stand for the facts of an event."""

    def __init__(self, language: str, patterns: list[str], seed: list[int]) -> None:
        words = WORDS[language]
        nouns = words["nouns"].split()
        numbers = [str(number) for number in (*range(2, 100), *range(100, 5_000, 7))]
        kinds = {
            "g": (words["function"].split(), 1.5),
            "n": (nouns, 8.0),
            "c": ([f"{noun}," for noun in nouns], 8.0),
            "v": (words["verbs"].split(), 8.0),
            "a": (words["others"].split(), 8.0),
            "p": ([f"{{{fact}}}" for fact in range(5)], 3.0),
            "d": ([f"{{{fact}}}" for fact in range(5, FACTS)] * 60 + numbers, 1e9),
        }
        self._numbers = np.random.default_rng(seed)
        self._words = np.array([word for listed, _ in kinds.values() for word in listed], dtype=object)
        self._kinds, offset = np.zeros((len(kinds), 4096), dtype=np.int32), 0
        for row, (listed, flat) in enumerate(kinds.values()):
            shares = np.cumsum(1 / (np.arange(len(listed)) + flat))
            self._kinds[row] = offset + np.searchsorted(shares / shares[-1], (np.arange(4096) + 0.5) / 4096)
            offset += len(listed)
        place = {letter: row for row, letter in enumerate(kinds)}
        self._patterns = [np.array([place[letter] for letter in one]) for one in patterns]
        self._made: list[str] = []

    def next(self) -> str:
        """Return the next one, without its full stop."""
        if not self._made:
            self._made = self._make()
        return self._made.pop()

    def _make(self) -> list[str]:
        chosen = self._numbers.integers(0, len(self._patterns), SENTENCES_AT_ONCE).tolist()
        kinds: NDArray[np.int64] = np.concatenate([self._patterns[one] for one in chosen])
        words = self._words[self._kinds[kinds, self._numbers.integers(0, 4096, len(kinds))]].tolist()
        made, at = [], 0
        for one in chosen:
            end = at + len(self._patterns[one])
            sentence = " ".join(words[at:end])
            made.append(sentence[0].upper() + sentence[1:])
            at = end
        return made


@dataclass(frozen=True, slots=True)
class Story:
    """An article before its outlet prints it: what a copy is made of."""

    number: int
    outlet: int
    facts: tuple[str, ...]
    title: str
    front: list[str]
    body: list[list[str]]
    sign: str
    fixed: tuple[bool, ...]
    decoy: bool


@dataclass(frozen=True, slots=True)
class Article:
    """One article as written; `original` is the id of the article that it copies."""

    number: int
    outlet: str
    doc_id: str
    text: str
    original: str | None


class Newsroom:
    """All outlets; `articles` is what they print."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.names = sorted({f"{self._name().lower()}-{kind}" for kind in ["post", "daily"] for _ in range(OUTLETS)})
        self.random.shuffle(self.names)
        both = [PATTERNS, HEADLINES]
        self._bodies, self._titles = (
            {code: Sentences(code, patterns, [seed, kind, row]) for row, code in enumerate(LANGUAGES)}
            for kind, patterns in enumerate(both)
        )
        self._reporters = [[f"{self._name()} {self._name()}" for _ in range(12)] for _ in range(OUTLETS)]
        self._blocks = [self._block(outlet) for outlet in range(OUTLETS)]
        self._kept: list[Story] = []

    def articles(self, count: int) -> Iterator[Article]:
        """Yield `count` articles, numbered from 0."""
        planned: list[tuple[list[str], int]] = []
        for number in range(count):
            planned = planned or self._plan()
            if self._kept and self.random.random() < COPIES:
                original = self.random.choice(self._kept)
                yield self._article(self._copy(original, number), self._doc_id(original))
                continue
            story = self._story(number, *planned.pop())
            if self.random.random() < KEPT_SHARE and not story.decoy:
                self._keep(story)
            yield self._article(story, None)

    def _article(self, story: Story, original: str | None) -> Article:
        return Article(story.number, self.names[story.outlet], self._doc_id(story), self._print(story), original)

    def _doc_id(self, story: Story) -> str:
        return f"{self.names[story.outlet]}/{story.number:07}"

    def _name(self) -> str:
        choice = self.random.choice
        return choice(STARTS) + choice(MIDDLES) + choice(ENDS)

    def _plan(self) -> list[tuple[list[str], int]]:
        """Make events and the outlets that tell each of them, in mixed order."""
        planned: list[tuple[list[str], int]] = []
        while len(planned) < STORIES_AT_ONCE:
            people = [f"{self._name()} {self._name()}" for _ in range(2)]
            company = f"{self._name()} {self.random.choice(['Group', 'Bank', 'Union', 'Institute'])}"
            share = f"{self.random.randint(1, 99)},{self.random.randint(1, 9)} %"
            amount = str(self.random.randint(100, 99_999))
            facts = [people[0], people[0].split()[1], people[1], self._name(), company, amount, share]
            size = min(1 + int(self.random.expovariate(0.5)), 12)
            planned += [(facts, outlet) for outlet in self.random.sample(range(OUTLETS), size)]
        self.random.shuffle(planned)
        return planned

    def _sentence(self, language: str) -> str:
        text, kind = self._bodies[language].next(), self.random.random()
        if kind < 0.12:
            left, right = WORDS[language]["quotes"]
            return f"{left}{text}{right}, {WORDS[language]['said']} {{1}}."
        return f"{text}?" if kind < 0.15 else f"{text}."

    def _paragraph(self, language: str) -> list[str]:
        return [self._sentence(language) for _ in range(self.random.choice((1, 1, 2, 2, 2, 3)))]

    def _block(self, outlet: int) -> list[str]:
        language = LANGUAGES[outlet % len(LANGUAGES)]
        name = self.names[outlet].title()
        return [" ".join(self._paragraph(language)).format(*[name] * FACTS) for _ in range(4)]

    def _story(self, number: int, told: list[str], outlet: int) -> Story:
        language = LANGUAGES[outlet % len(LANGUAGES)]
        facts = _facts(told, language, number)
        decoy = self.random.random() < DECOYS
        paragraphs = [self._paragraph(language) for _ in range(3 if decoy else self.random.randint(6, 9))]
        filled = "\x1f".join("\x1e".join(one) for one in paragraphs).format(*facts)
        body = [one.split("\x1e") for one in filled.split("\x1f")]
        if self.random.random() < 0.4:
            body[0][0] = f"{facts[3].upper()} ({self.random.choice(AGENCIES)}) – {body[0][0]}"
        if self.random.random() < 0.25:
            body.insert(len(body) // 2, [self._titles[language].next().format(*facts)])
        sign = f"({self.random.choice(AGENCIES)}/{self._name()[:3].lower()})" if self.random.random() < 0.4 else ""
        title, front = self._title(language, facts), self._front(outlet, facts)
        fixed = tuple(self.random.random() < share for share in FIXED)
        return Story(number, outlet, facts, title, front, body, sign, fixed, decoy)

    def _title(self, language: str, facts: tuple[str, ...]) -> str:
        return self._titles[language].next().format(*facts)

    def _front(self, outlet: int, facts: tuple[str, ...]) -> list[str]:
        """Make what stands between title and lead: byline, date, caption and credit."""
        language = LANGUAGES[outlet % len(LANGUAGES)]
        words, chance = WORDS[language], self.random.random
        lines = [f"{words['by']} {self.random.choice(self._reporters[outlet])}"] if chance() < 0.35 else []
        if chance() < 0.25:
            lines.append(f"{facts[7]}, {self.random.randint(6, 22)}:{self.random.randint(10, 59)}")
        if chance() < 0.35:
            caption = f"{self._titles[language].next().format(*facts)}."
            credit = f"{words['photo']} {self._name()} / {self.random.choice(AGENCIES)}"
            lines += [caption + credit] if chance() < GLUED else [caption, credit]
        return lines

    def _keep(self, story: Story) -> None:
        if len(self._kept) < KEPT:
            self._kept.append(story)
        else:
            self._kept[self.random.randrange(KEPT)] = story

    def _copy(self, original: Story, number: int) -> Story:
        """Edit a story: sentences changed or cut, another title, another outlet, another sign-off; 1 in 20 nothing."""
        language = LANGUAGES[original.outlet % len(LANGUAGES)]
        title, front, outlet, sign = original.title, original.front, original.outlet, original.sign
        body, spent, chance = [list(one) for one in original.body], 0.0, self.random.random
        if chance() < 0.05:
            return replace(original, number=number)
        if chance() < 0.5:
            # The same language: outlets of one language lie a fixed step apart.
            outlet = self.random.choice(range(outlet % len(LANGUAGES), OUTLETS, len(LANGUAGES)))
            front, spent = self._front(outlet, original.facts), ELSEWHERE
        if chance() < 0.4:
            title, spent = self._title(language, original.facts), spent + RETITLE
        if chance() < 0.5:
            sign = f"({self.random.choice(AGENCIES)})"
        for _ in range(2 if chance() < 0.5 else 1):
            one = body[self.random.randrange(1, len(body))]
            cut = chance() < 0.5 and len(one) > 1
            spent += CUT if cut else CHANGE
            if spent > DEAREST:
                break
            at = self.random.randrange(len(one))
            one[at : at + 1] = [] if cut else [self._sentence(language).format(*original.facts)]
        return replace(original, number=number, outlet=outlet, title=title, front=front, body=body, sign=sign)

    def _print(self, story: Story) -> str:
        """Return the text as its outlet shows it, with its frequent lines and its dirt."""
        name = self.names[story.outlet].title()
        letter, advertisement, rights = WORDS[LANGUAGES[story.outlet % len(LANGUAGES)]]["lines"]
        lines = [story.title, *story.front, *(" ".join(sentences) for sentences in story.body)]
        if story.fixed[1]:
            lines.insert(len(lines) - 2, advertisement)
        lines += self._blocks[story.outlet] if story.decoy else []
        lines += [story.sign] if story.sign else []
        lines += [letter.format(name)] if story.fixed[0] else []
        lines += [rights.format(name)] if story.fixed[2] else []
        return self._dirty("\n".join(lines) + "\n")

    def _dirty(self, text: str) -> str:
        chance = self.random.random
        if chance() < ENTITIES:
            text = self._strew(text, BROKEN)
        if chance() < INVISIBLE:
            text = self._strew(text, UNSEEN)
        if chance() < NUL:
            text = self._strew(text, ["\0"])
        if chance() < MOJIBAKE:
            text = text.encode().decode("latin-1").translate(WINDOWS)
        return text.replace("\n", "\r\n") if chance() < CRLF else text

    def _strew(self, text: str, dirt: list[str]) -> str:
        words = text.split(" ")
        for at in self.random.sample(range(len(words)), min(3, len(words))):
            words[at] = self.random.choice(dirt) + words[at]
        return " ".join(words)


def _facts(told: list[str], language: str, number: int) -> tuple[str, ...]:
    day = published(number)
    month = WORDS[language]["months"].split()[day.month - 1]
    date = f"{day.day}{'.' if language in ('de', 'cs') else ''} {month} {day.year}"
    names = [name.translate(TO_CYRILLIC) for name in told] if language == "ru" else told
    return (*names, date)


def published(number: int) -> datetime:
    """Return the time of an article: one a minute."""
    return FIRST_DAY + timedelta(minutes=number)


def write(out: Path, *, count: int, form: str, seed: int) -> None:
    """Write the articles and, beside them, the truth."""
    room = Newsroom(seed)
    for folder in [out / name for name in room.names[:OUTLETS]] if form == "txt" else [out]:
        folder.mkdir(parents=True, exist_ok=True)
    articles = room.articles(count)
    kept = _texts(out, articles) if form == "txt" else _rows(out, articles)
    with out.with_name(f"{out.name}.truth.csv").open("w", newline="", encoding="utf-8") as truth:
        rows = csv.writer(truth)
        rows.writerow(["doc_id", "original"])
        rows.writerows((one.doc_id, one.original) for one in kept if one.original)


def _texts(out: Path, articles: Iterator[Article]) -> Iterator[Article]:
    for one in articles:
        # Bytes: writing text would change the line ends on some systems.
        (out / f"{one.doc_id}.txt").write_bytes(one.text.encode())
        yield one


def _rows(out: Path, articles: Iterator[Article]) -> Iterator[Article]:
    """Write 50,000 rows a file."""
    for number, first in enumerate(articles):
        with (out / f"{number:05}.jsonl").open("w", encoding="utf-8", newline="\n") as file:
            for one in chain([first], islice(articles, ROWS_A_FILE - 1)):
                when = published(one.number).isoformat()
                url = f"https://{one.outlet}.example/{one.number:07}"
                row = {"id": one.doc_id, "text": one.text, "outlet": one.outlet, "published": when, "url": url}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                yield one


def main() -> None:
    """Read the arguments and write."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--form", choices=["txt", "jsonl"], default="txt")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    write(given.out, count=given.count, form=given.form, seed=given.seed)


if __name__ == "__main__":
    main()
