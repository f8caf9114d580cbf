"""Sentences with offsets; their ids survive what happens around them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sentencex import segment

from corpus.paragraphs import paragraphs
from corpus.sentences import ONE, SPACE, segment_ids, spans

PARTS = [
    *"aZ 0.?!…。！؟।\n\t\"'()„“”«»:-–日ب",
    *("Dr.", "U.S.", "z. B.", "J.", "\r\n", "\u00a0", "\u2009", "\u202f", "\u3000", "\x85", "\u2028", "\f"),
    *("\u202e", "\u2066", "\u200d", "\ufeff", "e\u0301", "👩🏽\u200d🚀", "🇩🇪"),
]
HOSTILE = st.lists(st.sampled_from(PARTS), max_size=60).map("".join) | st.text()
LANGUAGES = st.sampled_from(["en", "de", "fr", "ru", "ar", "ja", "zh", "hi", "und", "xx"])
WORDS = st.lists(st.sampled_from(["bridge", "city", "vote", "Tür", "日本", "🚀"]), min_size=2, max_size=6).map(" ".join)


def sentences(text: str, language: str = "en") -> list[str]:
    return [text[start:end] for start, end in spans(text, 0, len(text), language)]


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        ("en", "The U.S. vote is over. Dr. Smith won by two percent. Who knows?", 3),
        ("de", "Das gilt z. B. für Köln. „Wir warten“, sagte sie. Mehr nicht!", 3),
        ("fr", "Le pont ouvre. «\u00a0Enfin\u00a0!\u00a0» dit-elle.", 2),
        ("ja", "橋が開通した。市長は喜んだ。", 2),
        ("hi", "पुल खुल गया। महापौर खुश हैं।", 2),
    ],
)
def test_sentences_end_where_readers_see_them_end(language: str, text: str, count: int) -> None:
    assert len(sentences(text, language)) == count


@pytest.mark.parametrize("space", ["\u00a0", "\u1680", "\u2003", "\u2009", "\u202f", "\u205f", "\u3000"])
def test_wide_and_narrow_spaces_beside_an_initial_are_only_spaces(space: str) -> None:
    text = f"Signed: Z{space}. She left. J.{space}K. stays."
    assert "".join(sentences(text)).replace(" ", "") == text.replace(" ", "")


@given(HOSTILE, LANGUAGES)
def test_every_sentence_is_bare_and_none_is_lost(text: str, language: str) -> None:
    end = 0
    for line_start, line_end in paragraphs(text):
        for left, right in spans(text, line_start, line_end, language):
            assert line_start <= left < right <= line_end
            assert text[left:right] == text[left:right].strip()
            assert not text[end:left].strip()
            end = right
    assert not text[end:].strip()


# What the splitter has rules of its own for.
OWN_RULES = "en am ar bg bn da el es fi gu hi hy it ja kk kn ml my pa pl ru ta te uk".split()  # noqa: SIM905
LISTS = ["- ", "* ", "+ ", "(1) ", "(a ", "ii ", "a ", "1 ", "'", '"', "«", "»", " ", "/", "b@c", "Dr", "%", "-"]


@given(st.lists(st.sampled_from([*LISTS, *PARTS]) | st.text(max_size=3), max_size=20), st.sampled_from(OWN_RULES))
def test_the_splitter_is_not_needed_for_a_line_of_letters_and_harmless_marks(parts: list[str], language: str) -> None:
    line = "".join(part for part in parts if ONE.fullmatch(f"{part}x")) + parts[-1][:1] if parts else ""
    assert not ONE.fullmatch(line) or len(segment(language, SPACE.sub(" ", line))) == 1


@pytest.mark.parametrize("language", ["en", "el", "hy", "my", "zh"])
def test_no_letter_and_no_harmless_mark_ends_a_sentence(language: str) -> None:
    harmless = [char for char in map(chr, [*range(0xD800), *range(0xE000, 0x110000)]) if ONE.fullmatch(f"{char}.")]
    for at in range(0, len(harmless), 50):
        line = " ".join(f"A{char} Bc{char}De {char} Fg {char}H {char}i" for char in harmless[at : at + 50])
        assert len(segment(language, SPACE.sub(" ", line))) == 1


DIVIDES_NOTHING = [
    ("de", "Am 250. Jahrestag der Gründung kam sie."),
    ("de", "Sie lief in der 4. Klasse und am 3. Oktober mit."),
    ("de", "Der Brief ging an den 45. Präsidenten der Bank."),
    ("de", "Das Haus, geb. 1950 genannt, steht in Kap. 3 des Plans."),
    ("cs", "Sešli se 21. října v Praze."),
    ("da", "Den 3. oktober kom han."),
    ("nl", "De 3. dag was lang."),
    ("no", "Den 3. oktober kom han."),
    ("pl", "W 2014 r. stacja była w 8. klasie."),
    ("sk", "Prišiel dňa 3. októbra."),
    ("tr", "Köprü M.Ö. 16. yüzyılda açıldı."),
    ("fr", "Le pont fut bâti au siècle av. J.-C., dit M. Obernat."),
    ("en", "Ms. Obernat met Mr. Vell of E.ON there."),
    ("ru", "Это было до н. э., когда всё началось."),
]
TWO = [
    ("de", "Es gibt viel zu besprechen.", "21 Länder arbeiten mit."),
    ("de", "So blieb die Stiftung.", "2010 begann der Bau."),
    ("de", "Sie sagte: „Wir gehen.“", "21 Länder blieben."),
    ("de", "Die Zahl stieg auf 30.", "Die Stadt wartet."),
    ("de", "Die Zahl stieg um 30.", "Obernau wartet."),
    ("de", "Es waren 2007.", "Obernau wartete."),
    ("cs", "Byl konec.", "21. dubna přišel."),
    ("da", "Det var drøftet.", "21 lande er med."),
    ("fr", "Tout est dit.", "21 pays travaillent."),
    ("en", "The bridge is open.", "It cost 30."),
    ("tr", "Bu bitti.", "21 ülke var."),
]


@pytest.mark.parametrize(("language", "text"), DIVIDES_NOTHING)
def test_an_ordinal_an_era_or_an_initial_divides_no_sentence(language: str, text: str) -> None:
    assert sentences(text, language) == [text]


@pytest.mark.parametrize(("language", "first", "second"), TWO)
def test_a_number_may_begin_or_end_a_sentence(language: str, first: str, second: str) -> None:
    assert sentences(f"{first} {second}", language) == [first, second]


@pytest.mark.parametrize("language", ["zh", "ja", "und"])
def test_a_wide_full_stop_ends_a_sentence_before_a_number_too(language: str) -> None:
    assert sentences("大桥已经开通。2010年开工。", language) == ["大桥已经开通。", "2010年开工。"]


@pytest.mark.parametrize("language", ["und", "xx", "qaa", "eo"])
def test_a_language_that_the_splitter_does_not_know_is_cut_all_the_same(language: str) -> None:
    assert len(sentences("Uno du tri. Kvar kvin ses! Sep ok naŭ?", language)) == 3


def test_the_seeds_have_the_jubilee_in_one_sentence_and_the_countries_in_their_own(seeds: Path) -> None:
    texts = [path.read_text(encoding="utf-8") for path in sorted(seeds.glob("00[24]_*.txt"))]
    found = [text[slice(*one)] for text in texts for line in paragraphs(text) for one in spans(text, *line, "de")]
    assert [one for one in found if "250. Jahrestag" in one and len(one) > 100]
    assert [one for one in found if one.startswith("21 Länder") and one.endswith("zusammen.")]
    assert [one for one in found if one.endswith("zu besprechen.")]


# F1 of exact spans: the better of what sentencex alone and with the rules for ordinals was measured to reach.
LEAST = {
    **{"en": 0.994, "de": 0.967, "fr": 0.969, "es": 0.969, "cs": 0.987, "pl": 0.848},
    **{"tr": 0.962, "ru": 0.973, "ar": 0.985, "hi": 0.992, "zh": 0.930},
}


@pytest.mark.parametrize("language", LEAST)
def test_five_sentences_of_news_at_a_time_come_apart_where_they_were_joined(gold: Path, language: str) -> None:
    rows = [line.split("\t") for line in (gold / "alignment/pud/pud.tsv").read_text(encoding="utf-8").splitlines()]
    column = rows[0].index(language)
    space = "" if language == "zh" else " "
    right = found = 0
    for at in range(1, len(rows), 5):
        text, true = "", set()
        for row in rows[at : at + 5]:
            start = len(text) + (len(space) if text else 0)
            text += (space if text else "") + row[column].strip()
            true.add((start, len(text)))
        cut = spans(text, 0, len(text), language)
        right += len(true & set(cut))
        found += len(cut)
    assert 2 * right / (found + len(rows) - 1) >= LEAST[language]


@given(st.lists(WORDS, max_size=6), st.integers(0, 6))
def test_a_sentence_put_in_moves_no_other_id(texts: list[str], at: int) -> None:
    more = segment_ids("d", [*texts[:at], "Quite new is this one.", *texts[at:]])
    assert [*more[: min(at, len(texts))], *more[min(at, len(texts)) + 1 :]] == segment_ids("d", texts)


@given(st.lists(WORDS, max_size=9))
def test_ids_are_unique_and_a_repeat_is_numbered(texts: list[str]) -> None:
    ids = segment_ids("d", texts)
    assert len(set(ids)) == len(texts)
    for text, one in zip(texts, ids, strict=True):
        assert one.startswith(segment_ids("d", [text])[0])
    assert segment_ids("a/b", ["Same.", "Same.", "Same."])[1:] == [
        f"{segment_ids('a/b', ['Same.'])[0]}.{n}" for n in (2, 3)
    ]


def test_a_splitter_that_breaks_costs_the_cut_and_not_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def panic(_language: str, _text: str) -> None:
        raise type("PanicException", (BaseException,), {})

    monkeypatch.setattr("corpus.sentences.segment", panic)
    assert sentences(" One. Two. ") == ["One. Two."]


def test_a_paragraph_of_a_third_of_a_megabyte_is_cut_in_time() -> None:
    assert len(sentences("Short one here. " * 20_000)) == 20_000
