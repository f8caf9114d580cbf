"""The language of a text is found offline; what is no language is said to be unknown."""

from pathlib import Path

import pytest

from corpus.language import UNKNOWN, code, detect, line_language
from corpus.paragraphs import paragraphs

HEADLINES = {
    "en": "The city council votes on the new bridge this Wednesday",
    "de": "Der Stadtrat stimmt am Mittwoch über die neue Brücke ab",
    "fr": "Le conseil municipal vote mercredi sur le nouveau pont",
    "es": "El ayuntamiento vota el miércoles sobre el nuevo puente",
    "pl": "Rada miasta głosuje w środę nad nowym mostem",
    "ru": "Городской совет голосует в среду по новому мосту",
    "ja": "市議会は水曜日に新しい橋について採決する",
    "zh": "市议会星期三就新桥进行表决",
    "ar": "يصوت مجلس المدينة يوم الأربعاء على الجسر الجديد",
}


@pytest.mark.parametrize(("language", "headline"), HEADLINES.items())
def test_a_headline_is_enough(language: str, headline: str) -> None:
    found, score = detect(headline)
    assert found == language
    assert 0.35 <= score <= 1


@pytest.mark.parametrize("text", ["", " \n\t", "12345 67", "*** --- ***", "\u200b\ufeff"])
def test_a_text_without_letters_has_no_language(text: str) -> None:
    assert detect(text) == (UNKNOWN, 0.0)


def test_white_space_before_the_text_does_not_hide_it() -> None:
    assert detect(" \n" * 5_000 + HEADLINES["de"])[0] == "de"


def test_line_ends_and_length_do_not_matter() -> None:
    assert detect(HEADLINES["fr"].replace(" ", "\r\n") * 1_000)[0] == "fr"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("de", "de"),
        ("EN", "en"),
        ("pt-BR", "pt"),
        ("zh_Hant", "zh"),
        ("fil", "fil"),
        ("English", None),
        ("", None),
        (None, None),
    ],
)
def test_what_a_source_says_becomes_an_iso_code_or_nothing(told: str | None, expected: str | None) -> None:
    assert code(told) == expected


FOREIGN = "Subscribe to our newsletter and get the best of the week by mail"


def test_a_foreign_first_line_and_boilerplate_do_not_decide() -> None:
    lines = [
        FOREIGN,
        "Teilen",
        *["Der Stadtrat stimmt am Mittwoch über die neue Brücke von Obernau ab."] * 6,
        "Drucken",
    ]
    assert detect("\n".join(lines))[0] == "de"


def test_capitals_are_no_other_language() -> None:
    assert detect("DER STADTRAT STIMMT AM MITTWOCH ÜBER DIE NEUE BRÜCKE AB")[0] == "de"


def test_one_long_line_is_read_from_its_start_to_its_end() -> None:
    assert detect("By our staff. " + HEADLINES["fr"] * 500)[0] == "fr"


@pytest.mark.parametrize("document", ["de", "en", "sw"])
@pytest.mark.parametrize(("language", "headline"), HEADLINES.items())
def test_a_title_is_told_in_a_document_of_any_language(language: str, headline: str, document: str) -> None:
    assert line_language(headline, document) == language
    assert line_language(headline, language) == language


@pytest.mark.parametrize("line", ["", "dpa", "(Reuters)", "28.10.2025, 04:03", "* * *", "Foto: dpa", "Obernau"])
def test_a_short_line_is_unknown(line: str) -> None:
    assert line_language(line, "de") == UNKNOWN


@pytest.mark.parametrize(
    ("line", "document", "expected"),
    [
        (FOREIGN, "de", "en"),
        ("Hinterlassen Sie eine Anzeige", "de", "de"),
        ("Die Lage in Obernau", "de", "de"),
        ("Ада Велл открыла мост в Оберне", "ru", "ru"),
        ("Міська рада голосує за новий міст, який збудували", "ru", "uk"),
        ("市議会は水曜日に新しい橋について採決する", "zh", "ja"),
        ("新桥开通", "zh", "zh"),
        ("新しい橋", "ja", "ja"),
    ],
)
def test_the_language_of_its_document_is_confirmed_and_another_is_told(line: str, document: str, expected: str) -> None:
    assert line_language(line, document) == expected


def test_the_lines_of_the_seeds_are_in_the_language_of_their_document(seeds: Path) -> None:
    languages = []
    for path in sorted(seeds.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        language, _ = detect(text)
        found = {line_language(text[start:end], language) for start, end in paragraphs(text) if end - start > 25}
        assert found == {language}
        languages.append(language)
    assert languages == ["en", "en", "de", "en", "de"]


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "cs", "pl", "tr", "ru", "ar", "hi", "zh"])
def test_nearly_all_sentences_of_news_are_told(gold: Path, language: str) -> None:
    rows = [line.split("\t") for line in (gold / "alignment/pud/pud.tsv").read_text(encoding="utf-8").splitlines()]
    column = rows[0].index(language)
    own = [line_language(row[column], language) == language for row in rows[1:]]
    assert sum(own) >= 0.99 * len(own)
    if language != "en":
        english = [line_language(row[2], language) == "en" for row in rows[1::5]]
        assert sum(english) >= 0.97 * len(english)
