"""What makes a document look machine-translated is shown as spans; human translations show next to none."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.machine_translation import WEIGHTS, evidence, shuffled, suspicion
from corpus.roles import assign
from corpus.schema import Evidence

LINE = re.compile(r"\S(?:[^\n\r]*\S)?")
COLUMNS = ["en", "de", "fr", "es", "cs", "pl", "tr", "ru", "ar", "hi", "zh"]


def found(text: str, language: str) -> list[Evidence]:
    spans = [match.span() for match in LINE.finditer(text)]
    roles = assign(LINE.findall(text), spans, title=None, language=language)
    return evidence(text, spans, [role for role, _ in roles], language)


def told(text: str, language: str) -> list[tuple[str, str]]:
    """Return the rule of each evidence and the text that it points to."""
    return [(one.rule, text[one.start : one.end]) for one in found(text, language)]


STORY = {"de": "Der Rat stimmte am Mittwoch ab.\nNiemand sprach dagegen.", "en": "The council voted.\nNobody spoke."}
ADVERT = "Hinterlassen Sie eine Anzeige"
EVIDENCE = [
    ("de", f"{STORY['de']}\n{ADVERT}", [("literal-line", ADVERT)]),
    ("de", f"{STORY['de']}\nImage: agency", [("foreign-credit", "Image")]),
    (
        "de",
        "Bürgermeister Ilva Tornquist eröffnete den Tunnel.\nSpäter fuhr Bürgermeisterin Tornquist hindurch.",
        [("gender-flip", "ürgermeisterin Tornquist")],
    ),
    (
        "de",
        "Der neue Minister Ilva Tornquist sagte im Rat, er wolle bauen. Gemeinsam sei man stark, sagte sie.\nEnde.",
        [("gender-flip", "sie")],
    ),
    (
        "en",
        "Spokesman Ilva Tornquist opened the tunnel.\nLater spokeswoman Tornquist drove through it.",
        [("gender-flip", "spokeswoman Tornquist")],
    ),
    (
        "en",
        "Greta Halvard sued the city in May.\nThe city met Greta Halvord in court.",
        [("name-flip", "Greta Halvord")],
    ),
]
NONE = [
    ("en", f"{STORY['en']}\nImage: agency"),
    ("de", f"{STORY['de']}\nBild: Agentur\nAnzeige"),
    ("de", "Minister Jan Tornquist traf seine Frau.\nAuch Ministerin Ilva Tornquist war da."),
    ("de", "Der Minister Jan Tornquist sagte, er wolle bauen. Eine Anwohnerin lehnt das ab, sagte sie.\nEnde."),
    ("de", "Der Minister Jan Tornquist sagte, er wolle bauen. Greta Halvard zögert, sagte sie.\nEnde."),
    ("de", "Bürgermeisterin Ilva Tornquist kam.\n„Wir bauen“, sagte sie."),
    ("en", "Anna Tornquist met Anne Tornquist.\nGreta Halvard's dog met Greta Halvards."),
    ("en", "North Korea and South Korea talked.\nNorth Koreans and South Koreans listened."),
]


@pytest.mark.parametrize(("language", "text", "expected"), EVIDENCE)
def test_evidence_points_to_the_words(language: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert told(text, language) == expected


@pytest.mark.parametrize(("language", "text"), NONE)
def test_what_has_another_reason_is_no_evidence(language: str, text: str) -> None:
    assert told(text, language) == []


def test_the_seeds_show_what_a_reader_finds(seeds: Path) -> None:
    rules = {}
    for path in sorted(seeds.glob("*.txt")):
        name = path.name[:3]
        language = "de" if name in ("002", "004") else "en"
        rules[name] = [one.rule for one in found(path.read_text(encoding="utf-8"), language)]
    assert rules == {
        "000": ["literal-line"],  # a German button, word by word; nobody has said where 000 is from
        "001": [],
        "002": [],
        "003": [],
        "004": ["gender-flip", "literal-line", "literal-line"],
    }


def test_the_sample_has_nothing_to_find() -> None:
    # The machine's one trace in the sample, a mistranslated word, is beyond these rules.
    articles = Path(__file__).resolve().parents[2] / "corpus/sample/articles"
    for path in articles.rglob("*.txt"):
        language = {"k": "de", "t": "de", "l": "fr"}.get(path.parent.name[0], "en")
        assert found(path.read_text(encoding="utf-8"), language) == [], path


@pytest.mark.parametrize("language", COLUMNS)
def test_human_translations_show_evidence_in_one_document_of_a_hundred_at_most(gold: Path, language: str) -> None:
    rows = [row.split("\t") for row in (gold / "alignment/pud/pud.tsv").read_text(encoding="utf-8").splitlines()]
    at = rows[0].index(language)
    sentences = [row[at].strip() for row in rows[1:]]
    documents = [sentences[first : first + 5] for first in range(0, len(sentences), 5)]
    for join in ("\n", " "):
        wrong = [one for each in documents for one in found(join.join(each), language)[:1]]
        assert len(documents) == 200 and len(wrong) <= 2, wrong


def test_blocks_out_of_order_are_shown() -> None:
    spans = [(at * 10, at * 10 + 9) for at in range(7)]
    assert shuffled([0, 1, 2, 3, 4, 5, 6], spans) == []
    (block,) = shuffled([0, 3, 4, 5, 6, 1, 2], spans)
    assert (block.rule, block.start, block.end) == ("order-shuffled", 50, 69)
    assert shuffled([0, 2, 3, 4, 5, 6, 1], spans) == []  # one sentence is rather an error of the alignment


@given(st.lists(st.integers(0, 30), max_size=30))
def test_blocks_lie_in_the_document_and_never_overlap(order: list[int]) -> None:
    spans = [(at * 10, at * 10 + 9) for at in range(len(order))]
    blocks = shuffled(order, spans)
    assert all(one.start < one.end <= len(order) * 10 for one in blocks)
    assert all(left.end <= right.start for left, right in pairwise(blocks))
    assert shuffled(sorted(order), spans) == []


def test_suspicion_grows_with_rules_and_not_with_repeats() -> None:
    by_rule = {rule: Evidence(rule=rule, start=0, end=1, detail="") for rule in WEIGHTS}
    assert suspicion([]) == 0
    for rule, one in by_rule.items():
        assert suspicion([one]) == suspicion([one, one]) == WEIGHTS[rule]
    assert max(WEIGHTS.values()) < suspicion(by_rule.values()) < 1


@given(st.text(st.sampled_from("AÄab éı\n.:İ(ß日’' ") | st.characters(exclude_categories=["Cs"])))
def test_evidence_lies_in_the_text(text: str) -> None:
    for language in ("de", "en", "fr", "und"):
        assert all(0 <= one.start < one.end <= len(text) for one in found(text, language))
