"""Each line that is not blank is a paragraph; lines that were glued are cut."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.paragraphs import paragraphs

LINE_ENDS = ["\n", "\r\n", "\r", "\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\n \n\t\n"]
TEXT = st.lists(st.sampled_from(["Image:", "(Foto:", "04:03", "May 28, 2025", ".", "”", " ", "\n", "a"])).map(
    "".join
) | st.text(st.sampled_from("ab É.?!:\n\r\t\f\x85\u2028\u00a0\u3000\u202e\u200d👩🏽\u0301日"))


def lines(text: str) -> list[str]:
    return [text[start:end] for start, end in paragraphs(text)]


@pytest.mark.parametrize("end", LINE_ENDS)
def test_every_line_end_that_unicode_knows_ends_a_paragraph(end: str) -> None:
    assert lines(f"One line{end}  Another line. {end}") == ["One line", "Another line."]


@given(TEXT)
def test_paragraphs_cover_every_character_that_is_not_blank(text: str) -> None:
    end = 0
    for start, stop in paragraphs(text):
        assert not text[end:start].strip()
        part = text[start:stop]
        assert part
        assert part == part.strip()
        assert len(part.splitlines()) == 1
        end = stop
    assert not text[end:].strip()


GLUED = [
    ("Ada Vell opens the bridge in Marisholm.", "Image: agency"),
    ("Die Brücke von Marisholm.", "Bild: Agentur"),
    ("She said: “It is open.”", "Photo: agency"),
    ("The bridge is open ...", "(Image: agency)"),
    ("Die Brücke", "(Foto: Agentur)"),
    ("October 28, 2025, 04:03", "October 28, 2025, 06:05"),
    ("28. Oktober 2025, 04:03 Uhr", "28. Oktober 2025, 06:05 Uhr"),
    ("28.10.2025, 04:03", "28.10.2025, 06:05"),
    ("28 octobre 2025, 04:03", "29 octobre 2025, 05:00"),
    ("28 de octubre de 2025 04:03", "29 de octubre de 2025 05:00"),
    ("28 октября 2025, 04:03", "29 октября 2025, 05:00"),
    ("Foto: A.", "Bild: B.", "Foto: C"),
]
WHOLE = [
    "The U.S.Navy: a history of node.js: written by the e.V.Bild",
    "OpenSource: the bridge at 10:30 on 2025-10-28. Source: agency (Image: none)",
    "Open from 04:03 to 05:30; Maria 28 came at 06:00",
    "(Foto: Agentur)",
    "  : and ::: (:",
]


@pytest.mark.parametrize("parts", GLUED)
def test_what_was_glued_is_cut_without_an_edit(parts: tuple[str, ...]) -> None:
    assert lines("".join(parts)) == list(parts)


@pytest.mark.parametrize("line", WHOLE)
def test_a_line_with_colons_times_and_brackets_stays_whole(line: str) -> None:
    assert lines(line) == [line.strip()]


def test_the_seeds_have_three_glued_lines(seeds: Path) -> None:
    found = []
    for path in sorted(seeds.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        spans = paragraphs(text)
        found += [text[start:] for (_, end), (start, _) in pairwise(spans) if end == start]
    assert [one.split(" ")[0] for one in found] == ["(Image:", "Image:", "October"]


def test_no_sentence_of_eleven_languages_is_cut(gold: Path) -> None:
    rows = (gold / "alignment/pud/pud.tsv").read_text(encoding="utf-8").splitlines()
    texts = [text.strip() for row in rows for text in row.split("\t")]
    assert [text for text in texts if lines(text) != [text]] == []


def test_one_line_of_five_megabytes_is_one_paragraph() -> None:
    text = "word " * 1_000_000
    assert paragraphs(text) == [(0, len(text) - 1)]
