"""Sentences of two texts: what is aligned with what, whatever the order."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.pairs import alignment
from corpus.pairs.alignment import align, pieces
from corpus.pairs.vectors import load
from tests.corpus.pairs.labels import Labels, told

Meanings = list[int | tuple[int, ...]]
MEANINGS = st.lists(st.integers(0, 400), unique=True, max_size=25)
SHUFFLED = MEANINGS.flatmap(lambda one: st.tuples(st.just(one), st.permutations(one)))
ANCHORS = st.lists(st.tuples(st.integers(0, 199), st.integers(0, 199)), max_size=9)


def places(left: Meanings, right: Meanings) -> list[tuple[list[int], list[int]]]:
    beads = align(told("en", left), told("de", right), Labels())
    return [(list(bead.left), list(bead.right)) for bead in beads]


def test_a_text_aligned_with_itself_is_the_diagonal() -> None:
    text = ["The ferry leaves at noon.", "Nobody waits.", "At 14:30 it is back in Port-Anselme, says Ilva Tornquist."]
    beads = align(text, text, load("lexical"))
    assert [(list(bead.left), list(bead.right), bead.score) for bead in beads] == [([n], [n], 1.0) for n in range(3)]


@pytest.mark.parametrize(
    ("left", "right", "kinds"),
    [
        ([0, (1, 2), 3], [0, 1, 2, 3], [(1, 1), (1, 2), (1, 1)]),
        ([0, 1, 2, 3], [0, (1, 2), 3], [(1, 1), (2, 1), (1, 1)]),
        ([0, (1, 2, 3), 4], [0, 1, 2, 3, 4], [(1, 1), (1, 3), (1, 1)]),
        ([0, 1, 2, 3, 4], [0, (1, 2, 3), 4], [(1, 1), (3, 1), (1, 1)]),
        ([0, (1, 2), (3, 4, 5, 6), 7], [0, (1, 2, 3, 4), (5, 6), 7], [(1, 1), (2, 2), (1, 1)]),
    ],
)
def test_beads_take_what_belongs_together(left: Meanings, right: Meanings, kinds: list[tuple[int, int]]) -> None:
    assert [(len(one), len(two)) for one, two in places(left, right)] == kinds


def test_swapped_blocks_are_both_found() -> None:
    first, second = list(range(8)), list(range(8, 14))
    found = places([*first, *second], [*second, *first])
    assert found == [([n], [(n + 6) % 14]) for n in range(14)]


def test_a_bead_of_two_is_found_in_a_moved_block() -> None:
    left: Meanings = [0, 1, 2, 3, 4, 5, 20, (21, 22), 23]
    right: Meanings = [20, 21, 22, 23, 0, 1, 2, 3, 4, 5]
    assert ([7], [1, 2]) in places(left, right)


def test_what_only_one_text_tells_is_in_no_bead() -> None:
    found = places([0, 1, 2, 100, 101, 3, 4], [0, 1, 2, 3, 4, 200])
    assert found == [([0], [0]), ([1], [1]), ([2], [2]), ([5], [3]), ([6], [4])]


@pytest.mark.parametrize(("left", "right"), [([], []), ([1], []), ([], [1, 2])])
def test_a_text_without_sentences_aligns_with_nothing(left: Meanings, right: Meanings) -> None:
    assert places(left, right) == []


def test_one_sentence_each() -> None:
    assert places([1], [1]) == [([0], [0])]


@given(SHUFFLED)
def test_each_sentence_is_in_one_bead_at_most_and_beads_come_in_left_order(texts: tuple[list[int], list[int]]) -> None:
    found = places(list(texts[0]), list(texts[1]))
    for side in (0, 1):
        used = [at for bead in found for at in bead[side]]
        assert len(used) == len(set(used))
    assert [bead[0][0] for bead in found] == sorted(bead[0][0] for bead in found)


@given(st.lists(st.integers(0, 400), unique=True, min_size=1, max_size=30))
def test_the_same_order_is_all_found(meanings: list[int]) -> None:
    assert places(list(meanings), list(meanings)) == [([n], [n]) for n in range(len(meanings))]


def test_cutting_long_texts_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    left: Meanings = [*range(60), (60, 61), *range(62, 120), *range(200, 240)]
    right: Meanings = [*range(200, 240), *range(100), *range(105, 120)]
    whole = places(left, right)
    monkeypatch.setattr(alignment, "CELLS", 100)
    assert places(left, right) == whole and ([60], [100, 101]) in whole


@given(st.integers(1, 200), st.integers(1, 200), ANCHORS)
def test_pieces_follow_one_another_and_are_small(n: int, m: int, anchors: list[tuple[int, int]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alignment, "CELLS", 500)
        found = list(pieces((0, n, 0, m), [(one, two, 1.5) for one, two in anchors]))
    assert all((b - a) * (d - c) <= 500 for a, b, c, d in found)
    assert [(b, d) for _, b, _, d in found] == [*((a, c) for a, _, c, _ in found[1:]), (n, m)]
    assert found[0][0] == found[0][2] == 0


def test_noise_of_the_last_digits_changes_nothing() -> None:
    class Noisy(Labels):
        def encode(self, texts):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN202
            rows = super().encode(texts)
            return rows * (1 + 1e-9 * np.arange(len(rows))[:, None])

    left, right = told("en", range(30)), told("de", [*range(20, 30), *range(20)])
    assert align(left, right, Noisy()) == align(left, right, Labels())
