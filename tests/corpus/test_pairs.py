"""Translation pairs by position and length (Gale and Church 1993)."""

import math
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.pairs import PRIORS, _fit, align, pairs
from corpus.paragraphs import paragraphs
from corpus.schema import Document, Pair
from corpus.sentences import segments

LENGTHS = st.lists(st.integers(1, 300), max_size=7)
ENGLISH = "The bridge opens in spring. The mayor said so on Wednesday after a long night. Nobody was surprised at all."
GERMAN = "Die Brücke öffnet im Frühling. Das sagte der Stadtrat am Mittwoch nach langer Nacht. Niemand war überrascht."


def document(doc_id: str, language: str, text: str, event: str | None = "bridge") -> Document:
    return Document(
        doc_id=doc_id, source=doc_id, language=language, text=text, paragraphs=paragraphs(text), raw_sha256="",
        text_sha256="", event_id=event,
    )  # fmt: skip


def found(*documents: Document) -> list[Pair]:
    return list(pairs(documents, [segment for one in documents for segment in segments(one)]))


def test_sentences_of_like_length_pair_one_to_one() -> None:
    beads = align([20, 80, 40], [22, 85, 38])
    assert [(list(a), list(b)) for a, b, _ in beads] == [([0], [0]), ([1], [1]), ([2], [2])]
    assert all(0 <= score <= 1 for *_, score in beads)


def test_a_sentence_that_became_two_pairs_with_both() -> None:
    beads = align([120, 60], [58, 62, 61])
    assert [(list(a), list(b)) for a, b, _ in beads] == [([0], [0, 1]), ([1], [2])]


@pytest.mark.parametrize(("left", "right"), [([], []), ([10], []), ([], [10, 20])])
def test_a_text_without_sentences_pairs_with_nothing(left: list[int], right: list[int]) -> None:
    assert align(left, right) == []


@given(LENGTHS, LENGTHS)
def test_no_other_way_to_pair_costs_less(left: list[int], right: list[int]) -> None:
    def cost(a: int, b: int, i: int, j: int) -> float:
        fit = _fit(left[i - a : i], right[j - b : j]) if a and b else 1
        return -math.log(PRIORS[a, b] * fit)

    @cache
    def least(i: int, j: int) -> float:
        ways = [least(i - a, j - b) + cost(a, b, i, j) for a, b in PRIORS if i >= a and j >= b]
        return min(ways, default=0.0)

    beads = align(left, right)
    spent = sum(cost(len(a), len(b), a.stop, b.stop) for a, b, _ in beads)
    skipped = len(left) + len(right) - sum(len(a) + len(b) for a, b, _ in beads)
    spent += skipped * -math.log(PRIORS[0, 1])
    assert spent == pytest.approx(least(len(left), len(right)), abs=1e-3)


def test_texts_of_three_thousand_sentences_pair_in_seconds() -> None:
    lengths = [20 + at * 37 % 180 for at in range(3_000)]
    beads = align(lengths, [length + 1 for length in lengths])
    assert [(a.start, b.start) for a, b, _ in beads] == [(at, at) for at in range(3_000)]


def test_translations_in_one_event_pair_in_reading_order() -> None:
    one, two = document("a", "en", ENGLISH), document("b", "de", GERMAN)
    result = found(two, one)
    assert [pair.rank for pair in result] == [0, 1, 2]
    assert {(pair.left.doc, pair.right.doc) for pair in result} == {("a", "b")}
    assert {(pair.left.language, pair.right.language) for pair in result} == {("en", "de")}
    assert " ".join(pair.left.text for pair in result) == ENGLISH
    assert len({pair.pair_id for pair in result}) == 3


def test_documents_of_one_language_or_of_no_event_or_of_two_do_not_pair() -> None:
    english = document("a", "en", ENGLISH)
    assert not found(english, document("b", "en", ENGLISH))
    assert not found(english, document("b", "de", GERMAN, event="other"))
    assert not found(document("a", "en", ENGLISH, event=None), document("b", "de", GERMAN, event=None))


def test_documents_that_differ_too_much_in_length_do_not_pair() -> None:
    assert not found(document("a", "en", ENGLISH), document("b", "de", GERMAN * 5))
    assert not found(document("a", "en", ENGLISH), document("b", "de", "Titel der Meldung\n"))
