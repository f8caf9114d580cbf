"""An anchor is a name, a number or a word that recurs, the same in other languages and scripts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.relations.anchors import COMMON, MOST, OFTEN, anchors, identity
from corpus.relations.characters import Numbers


def of(text: str) -> Numbers:
    return anchors([text])[0]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("they flew to Tokyo", "sie flogen nach Tokio"),
        ("we met Obama", "мы видели Обаму"),
        ("saw Philippe there", "viu Filipe ali"),
        ("in Marisholm", "v Marisholmu"),
        ("cost 110,000 crowns", "kostet 110.000 Kronen"),
        ("about 4711 men", "قرابة ٤٧١١ رجل"),
        ("the paper of Zürich", "gazeta z ZURICH"),
    ],
)
def test_the_same_name_or_number_is_the_same_anchor(left: str, right: str) -> None:
    assert {*identity(of(left)).tolist()} & {*identity(of(right)).tolist()}


@pytest.mark.parametrize("text", ["", "…", "nothing here is a name", "日本語の新聞", "جريدة", "a 7 b"])
def test_no_names_no_anchors(text: str) -> None:
    assert not len(of(text))


def test_a_sentence_beginning_is_weaker_than_a_name() -> None:
    (beginning,), (name,) = of("Perhaps it rains"), of("so says Perhaps")
    assert identity(beginning) == identity(name)
    assert beginning & COMMON
    assert not name & COMMON


@pytest.mark.parametrize("text", ["on Tuesday", "am Dienstag", "w 2025", "at 45", "im Jahr"])
def test_what_any_news_has_is_common(text: str) -> None:
    assert all(of(text) & COMMON)


def test_a_word_that_is_also_written_small_is_no_name() -> None:
    assert not len(of("The end. But the way is the way, but not for long. The rest. But but."))


def test_how_often_is_kept_and_the_most_frequent_comes_first() -> None:
    found = of("from Kestrin via Anselme to Anselme and Anselme")
    assert (found & OFTEN).tolist() == [2, 0]
    assert identity(found[:1]) == identity(of("to Anselme"))


@given(st.lists(st.text(st.sampled_from("aB É1.,\n„dhТя日")) | st.text(), max_size=8))
def test_a_text_has_the_same_anchors_alone_and_in_a_batch(texts: list[str]) -> None:
    flat, offsets = anchors(texts)
    assert len(offsets) == len(texts) + 1
    assert offsets[-1] == len(flat)
    for text, start, end in zip(texts, offsets[:-1], offsets[1:], strict=True):
        assert flat[start:end].tolist() == of(text).tolist()
        assert len(np.unique(identity(flat[start:end]))) == end - start <= MOST
