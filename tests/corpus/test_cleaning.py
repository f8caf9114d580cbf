"""Cleaning: each edit has its rule, raw and edits make the text, and offsets map both ways."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.cleaning import apply, clean, restore, to_raw, to_text
from corpus.cleaning.edits import compose, edit
from corpus.schema import Edit

PIECES = [
    *("a", "ü", " ", "\n", ".", "é", "e\u0301", "日", "ب", "👩🏽\u200d🚀", "„", "“", "’"),
    *("&", "amp;", "#38;", "&lt;", "&rddequo;", "&nbsp", "&#8217;", "&#x202e;", "&#1;", "&#13;", "AT&T;", ";"),
    *("\r", "\r\n", "\x00", "\x07", "\x85", "\x93", "\x9d", "\xa0", "\xad", "\u200b", "\u200c", "\u200d"),
    *("\u202e", "\u2066", "\u2028", "\ufeff", "\ufffe", "\U000e0067", "🏴", "\u037e", "\u2000"),
    *("Ã¼", "â€", "â€œ", "â€™", "Ð¿Ñ€", "Å‚", "Ã", "\x80", "√©", "&acirc;&euro;"),
]
TEXT = st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(
    st.characters(exclude_categories=["Cs"]), max_size=60
)


def rules(raw: str) -> list[tuple[str, str, str]]:
    return [(one.rule, one.original, one.replacement) for one in clean(raw)[1]]


@st.composite
def edited(draw: st.DrawFn, raw: str | None = None) -> tuple[str, list[Edit]]:
    """A text and edits of it: sorted, apart, and each changing something."""
    text = draw(st.text("abcdé日", max_size=20)) if raw is None else raw
    edges = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    spans = list(zip(edges[::2], edges[1::2], strict=False))
    changes = [("some", start, end, draw(st.text("XYZ", max_size=3))) for start, end in spans]
    return text, [edit(text, one) for one in changes if text[one[1] : one[2]] != one[3]]


@given(TEXT, st.booleans())
def test_the_raw_comes_back_from_the_text_and_the_edits(raw: str, nfc: bool) -> None:
    text, edits = clean(raw, nfc=nfc)
    assert restore(text, edits) == raw
    assert apply(raw, edits) == text
    end = 0
    for one in edits:
        assert end <= one.raw_start <= one.raw_end
        assert raw[one.raw_start : one.raw_end] == one.original != one.replacement
        end = one.raw_end


@given(TEXT, st.booleans())
def test_a_clean_text_has_no_edits(raw: str, nfc: bool) -> None:
    text, _ = clean(raw, nfc=nfc)
    assert clean(text, nfc=nfc) == (text, [])


@given(edited())
def test_offsets_never_go_back_and_the_ends_meet(case: tuple[str, list[Edit]]) -> None:
    raw, edits = case
    text = apply(raw, edits)
    there = [to_raw(edits, at) for at in range(len(text) + 1)]
    back = [to_text(edits, at) for at in range(len(raw) + 1)]
    assert there == sorted(there) and back == sorted(back)
    assert (there[-1], back[-1]) == (len(raw), len(text))


@given(edited())
def test_outside_the_edits_the_offsets_name_the_same_character(case: tuple[str, list[Edit]]) -> None:
    raw, edits = case
    text = apply(raw, edits)
    inside = {at for one in edits for at in range(one.raw_start, one.raw_end)}
    for at in set(range(len(raw))) - inside:
        assert text[to_text(edits, at)] == raw[at]
        assert to_raw(edits, to_text(edits, at)) == at
    for one in edits:
        for at in range(one.raw_start, one.raw_end):
            assert to_text(edits, at) == to_text(edits, one.raw_start)


@given(st.data())
def test_edits_of_edits_are_edits_of_the_raw(data: st.DataObject) -> None:
    raw, first = data.draw(edited())
    middle, second = data.draw(edited(apply(raw, first)))
    both = compose(middle, first, second)
    assert apply(raw, both) == apply(middle, second)
    assert restore(apply(raw, both), both) == raw
    assert [one.raw_start for one in both] == sorted(one.raw_start for one in both)


MENDED = [
    ("line-end", "a\r\nb", "a\nb"),
    ("line-end", "a\rb", "a\nb"),
    ("control-character", "a\x00b\ufffe", "ab"),
    ("control-character", "a\U000e0067\U000e0062b", "ab"),
    ("windows-1252", "\x93Open\x94", "“Open”"),
    ("soft-hyphen", "Bundes\xadtag", "Bundestag"),
    ("zero-width", "\ufeffa\u200bb\u200c c", "ab c"),
    ("bidi-control", "a\u202eb\u2069", "ab"),
    ("entity", "R&amp;D &bdquo;so&ldquo; &#8217;n", "R&D „so“ ’n"),
    ("entity", "&amp;amp;", "&"),
    ("entity", "&amp;lt;p&amp;gt;", "<p>"),
    ("entity-unterminated", "a&nbsp b &#8217 Q&amp A", "a\xa0 b ’ Q& A"),
    ("entity-misspelt", "before.&rddequo; &raqou; &nbps;x &hellipp; caf&eaucte;", "before.” » \xa0x … café"),
    ("mojibake", "FÃ¼r die „alte“ BrÃ¼cke", "Für die „alte“ Brücke"),
    ("mojibake", "Itâ€™s â€œopenâ€\x9d", "It’s “open”"),
    ("mojibake", "РџСЂРёРІРµС‚", "Привет"),
    ("entity+mojibake", "It&acirc;&euro;&trade;s", "It’s"),
]


@pytest.mark.parametrize(("rule", "raw", "text"), MENDED)
def test_each_rule_mends_what_it_is_named_for(rule: str, raw: str, text: str) -> None:
    assert clean(raw)[0] == text
    assert {one.rule for one in clean(raw)[1]} == {rule}


@pytest.mark.parametrize(
    "text",
    [
        "AT&T; R&D; Marks&Spencer; Smith&Phillip; Fish & Chips; 1 &2; &bring; &x;",
        "https://example.org/?a=1&copy=2&amp=3&lt see www.example.org/?q&nbsp",
        "„So“, sagte die FPÖ“ ‚nein‘ — ’n “quote”",
        "« Le café\xa0» et\u202f: l’été\xa0… à\xa0Genève",
        "СССР и РФ… „МИР“",
        "ášť Łąka ÇÖZÜM ŞİŞ Ångström naïve São",
        "می\u200cخواهم क्\u200dष 👩🏽\u200d🚀 ❤️\u200d🔥 🏴\U000e0067\U000e0062\U000e0065\U000e007f",
        "ไทย\u200bไทย \u200eabc\u200f \u061c",
        "a\u2028b\u2029c\x85d\x0be\x0cf\tg\u3000h\u2009i",
        "e\u0301",
    ],
)
def test_what_is_as_it_should_be_stays(text: str) -> None:
    assert clean(text) == (text, [])


def test_an_edit_is_as_short_as_the_damage() -> None:
    assert rules("Die BrÃ¼cke fÃ¼r „alle“.") == [("mojibake", "Ã¼", "ü")] * 2


def test_composed_characters_are_an_option() -> None:
    text, edits = clean("Cafe\u0301 a\u037e", nfc=True)
    assert text == "Café a;"
    assert [(one.rule, one.raw_start, one.original) for one in edits] == [("nfc", 3, "e\u0301"), ("nfc", 7, "\u037e")]


def test_the_seeds_have_one_broken_entity_and_are_clean_otherwise(seeds: Path) -> None:
    found = [(path.name[:3], *one) for path in sorted(seeds.glob("*.txt")) for one in rules(path.read_text("utf-8"))]
    assert found == [("003", "entity-misspelt", "&rddequo;", "”")]


def test_news_in_eleven_languages_needs_no_edit(gold: Path) -> None:
    text = (gold / "alignment/pud/pud.tsv").read_text(encoding="utf-8")
    # One sentence of the file holds a zero-width character beside a space.
    assert {one.rule for one in clean(text)[1]} <= {"zero-width"}


def test_entities_in_entities_cost_no_endless_time() -> None:
    raw = "&" + "amp;" * 100_000 + "&#38;" * 1_000
    text, edits = clean(raw)
    assert restore(text, edits) == raw
    assert len(text) < 2_000
