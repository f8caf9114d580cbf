"""The language of a text is found offline; what is no language is said to be unknown."""

import pytest

from corpus.language import UNKNOWN, code, detect

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
