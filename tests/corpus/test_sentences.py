"""Sentences with offsets; their ids survive what happens around them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.paragraphs import paragraphs
from corpus.schema import Document, Segment
from corpus.sentences import segments, spans

PARTS = [
    *"aZ 0.?!…。！؟।\n\t\"'()„“”«»:-–日ب",
    *("Dr.", "U.S.", "z. B.", "J.", "\r\n", "\u00a0", "\u2009", "\u202f", "\u3000", "\x85", "\u2028", "\f"),
    *("\u202e", "\u2066", "\u200d", "\ufeff", "e\u0301", "👩🏽\u200d🚀", "🇩🇪"),
]
HOSTILE = st.lists(st.sampled_from(PARTS), max_size=60).map("".join) | st.text()
LANGUAGES = st.sampled_from(["en", "de", "fr", "ru", "ar", "ja", "zh", "hi", "und", "xx"])
WORDS = st.lists(st.sampled_from(["bridge", "city", "vote", "Tür", "日本", "🚀"]), min_size=2, max_size=6).map(" ".join)


def document(text: str, language: str = "en") -> Document:
    return Document(
        doc_id="d",
        source="d.txt",
        language=language,
        text=text,
        paragraphs=paragraphs(text),
        raw_sha256="",
        text_sha256="",
    )


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
def test_every_segment_is_the_slice_of_its_document_and_none_is_lost(text: str, language: str) -> None:
    one = document(text, language)
    found = segments(one)
    end = 0
    for at, segment in enumerate(found):
        inside = one.paragraphs[segment.paragraph]
        assert segment.index == at
        assert segment.text == text[segment.start : segment.end] == segment.text.strip() != ""
        assert inside.start <= segment.start < segment.end <= inside.end
        assert not text[end : segment.start].strip()
        end = segment.end
    assert not text[end:].strip()
    assert len({segment.segment_id for segment in found}) == len(found)


@given(st.lists(WORDS, min_size=1, max_size=6), st.integers(0, 6))
def test_a_paragraph_put_in_moves_no_other_id(lines: list[str], at: int) -> None:
    def ids(found: list[Segment]) -> list[str]:
        return [one.segment_id for one in found if "Quite new" not in one.text]

    more = [*lines[:at], "Quite new is this line.", *lines[at:]]
    assert ids(segments(document("\n".join(lines)))) == ids(segments(document("\n".join(more))))


def test_the_same_sentence_twice_has_two_ids() -> None:
    first, second = segments(document("Advertisement here.\nAdvertisement here."))
    assert second.segment_id == f"{first.segment_id}.2"


def test_a_splitter_that_breaks_costs_the_cut_and_not_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    def panic(_language: str, _text: str) -> None:
        raise type("PanicException", (BaseException,), {})

    monkeypatch.setattr("corpus.sentences.get_sentence_boundaries", panic)
    assert sentences(" One. Two. ") == ["One. Two."]


def test_a_paragraph_of_a_megabyte_is_cut_in_time() -> None:
    assert len(segments(document("Short one here. " * 20_000))) == 20_000
