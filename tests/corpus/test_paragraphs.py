"""Each line that is not blank is a paragraph; the first is the title if it reads like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.paragraphs import paragraphs
from corpus.schema import Role

LINE_ENDS = ["\n", "\r\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\n \n\t\n"]
TEXT = st.text(st.sampled_from("ab É.?!:\n\r\t\f\x85\u2028\u00a0\u3000\u202e\u200d👩🏽\u0301日")) | st.text()


def lines(text: str) -> list[str]:
    return [text[one.start : one.end] for one in paragraphs(text)]


@pytest.mark.parametrize("end", LINE_ENDS)
def test_every_line_end_that_unicode_knows_ends_a_paragraph(end: str) -> None:
    assert lines(f"One line{end}  Another line. {end}") == ["One line", "Another line."]


@given(TEXT)
def test_paragraphs_cover_every_character_that_is_not_blank(text: str) -> None:
    end = 0
    for one in paragraphs(text):
        assert not text[end : one.start].strip()
        part = text[one.start : one.end]
        assert part
        assert part == part.strip()
        assert len(part.splitlines()) == 1
        end = one.end
    assert not text[end:].strip()


@given(TEXT)
def test_only_the_first_paragraph_may_be_the_title(text: str) -> None:
    assert all(one.role is Role.BODY for one in paragraphs(text)[1:])


TITLES = [
    "Council votes on the new bridge",
    "Will the bridge ever open?",
    "Bridge opens!",
    "“A setback for all of us”",
    "Brücke gesperrt: Pendler warten",
    "橋の開通は来年の春に延期",
]
NO_TITLES = [
    "The council voted on Wednesday.",
    "The council said it “will not wait.”",
    "The council voted on Wednesday ...",
    "Mayor at the new bridge.Image: agency",
    "(Foto: Agentur)",
    "Source: agency 2 min",
    "2025-10-28",
    "* * *",
    "x" * 201,
    "So long a first line that ends in a question is no headline but the lead of the article, or is it not?",
    "橋は来年の春に開通する。",
]


@pytest.mark.parametrize("line", TITLES)
def test_a_short_first_line_without_a_full_stop_is_the_title(line: str) -> None:
    assert paragraphs(f"{line}\nThe text follows.")[0].role is Role.TITLE


@pytest.mark.parametrize("line", NO_TITLES)
def test_a_sentence_a_credit_a_date_or_a_long_line_is_no_title(line: str) -> None:
    assert paragraphs(f"{line}\nThe text follows.")[0].role is Role.BODY


def test_a_lone_line_is_the_text_and_not_its_title() -> None:
    assert paragraphs("Council votes on the new bridge")[0].role is Role.BODY


def test_the_title_that_the_source_names_settles_it() -> None:
    text = "Bridge opens.\nThe text follows"
    assert paragraphs(text, title=" Bridge opens. ")[0].role is Role.TITLE
    assert paragraphs("Bridge opens\nThe text.", title="Something else")[0].role is Role.BODY


def test_one_line_of_five_megabytes_is_one_paragraph() -> None:
    text = "word " * 1_000_000
    assert [(one.start, one.end) for one in paragraphs(text)] == [(0, len(text) - 1)]
