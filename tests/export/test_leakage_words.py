"""What a paraphrase keeps: neighbouring words as numbers, and the documents that share many of them."""

import random
import re
import unicodedata
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from export.leakage import stories, words
from export.leakage.stories import Stories

TEXT = st.text(alphabet="abdeÄéßж日本語 .,-\n\u0301\u200b1２💡", max_size=120) | st.text(max_size=60)


def plain(text: str) -> list[str]:
    """Words as a person would cut a text of Latin letters and digits."""
    folded = "".join(one for one in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(one))
    return [word[:6] for word in re.findall(r"[a-z0-9]+", folded) if len(word) >= 4 or word[0].isdigit()]


def neighbours(text: str) -> set[tuple[str, str]]:
    found = plain(text)
    return {(one, other) for at, one in enumerate(found) for other in found[at + 1 : at + 3] if one != other}


@settings(max_examples=200)
@given(st.lists(st.text(alphabet="abcdeXY12 -.\n", max_size=80), max_size=6))
def test_features_are_neighbouring_words(texts: list[str]) -> None:
    """Two texts share as many features as pairs of neighbouring words."""
    found, owners = words.pairs(texts)
    sets = [set(found[owners == at].tolist()) for at in range(len(texts))]
    for one, other in combinations(range(len(texts)), 2):
        assert len(sets[one] & sets[other]) == len(neighbours(texts[one]) & neighbours(texts[other]))


@given(st.lists(TEXT, max_size=5), TEXT)
def test_no_text_changes_what_another_has(before: list[str], text: str) -> None:
    alone, _ = words.pairs([text])
    found, owners = words.pairs([*before, text])
    assert np.array_equal(np.sort(found[owners == len(before)]), np.sort(alone))


def test_case_accents_and_endings_do_not_count() -> None:
    found, owners = words.pairs(["Der Bürgermeister eröffnete Brücken", "die bu\u0308rgermeisters eröffneten Brücken"])
    assert set(found[owners == 0].tolist()) == set(found[owners == 1].tolist()) and len(found)


def test_scripts_without_spaces_have_words_of_three_characters() -> None:
    text = "首相は首脳会談で新たな協定に署名した"
    found, owners = words.pairs([text, text[4:12]])
    assert set(found[owners == 1].tolist()) < set(found[owners == 0].tolist()) and (owners == 1).any()


SYLLABLES = [one + other for one in "bdfgklmnprst" for other in "aeiou"]


def invented(draw: random.Random, size: int) -> str:
    return " ".join("".join(draw.choices(SYLLABLES, k=3)) for _ in range(size))


def retold(draw: random.Random, text: str, kept: float) -> str:
    """The same story in other words: runs of five words stay, the others are new."""
    said = text.split()
    runs = [said[at : at + 5] for at in range(0, len(said), 5)]
    return " ".join(" ".join(run) if draw.random() < kept else invented(draw, 5) for run in runs)


@settings(max_examples=25)
@given(seed=st.integers(0, 2**32), count=st.integers(0, 12))
def test_scores_are_containment_over_rare_features(seed: int, count: int) -> None:
    draw = random.Random(seed)
    texts: list[str] = []
    for _ in range(count):
        texts.append(retold(draw, draw.choice(texts), 0.6) if texts and draw.random() < 0.6 else invented(draw, 60))
    mine = Stories()
    for text in texts:
        mine.add([text])
    pairs, scores, compared = mine.find()
    found, owners = words.pairs(texts)
    sets = [set((found[owners == at] >> np.uint64(32)).tolist()) for at in range(len(texts))]
    expected = {}
    for one, other in combinations(range(len(texts)), 2):
        common, small = len(sets[one] & sets[other]), min(len(sets[one]), len(sets[other]))
        if common and small >= stories.LEAST and not (common / small >= stories.STRONG and common < stories.SHARED):
            expected[one, other] = common / small
    assert {(one, other): score for (one, other), score in zip(pairs.tolist(), scores, strict=True)} == expected
    assert compared >= len(expected)


@pytest.mark.parametrize("most", [stories.MOST, 120_000, 60_000])
def test_retold_stories_are_found_with_few_features_too(most: int) -> None:
    """Memory is bounded: beyond `most` features, a part of them stands for all."""
    draw = random.Random(1)
    texts = [invented(draw, 250) for _ in range(500)]
    planted = [(at, len(texts) + number) for number, at in enumerate(draw.sample(range(500), 60))]
    texts += [retold(draw, texts[at], 0.6) for at, _ in planted]
    mine = Stories(most)
    for at in range(0, len(texts), 50):
        mine.add(texts[at : at + 50])
    pairs, scores, _ = mine.find()
    assert set(map(tuple, pairs[scores >= stories.STRONG].tolist())) == set(planted)


def test_what_very_many_texts_share_is_a_template_and_no_story() -> None:
    draw = random.Random(2)
    template = invented(draw, 80)
    mine = Stories()
    mine.add([f"{template} {invented(draw, 40)}" for _ in range(stories.LARGEST + 1)])
    pairs, scores, _ = mine.find()
    assert not (scores >= stories.STRONG).any(), pairs


@pytest.mark.parametrize("copies", [stories.LARGEST - 1, stories.LARGEST, 200])
def test_very_many_copies_of_a_story_count_as_one(copies: int) -> None:
    draw = random.Random(2)
    story = invented(draw, 150)
    mine = Stories()
    mine.add([*([story] * copies), retold(draw, story, 0.6), *(invented(draw, 150) for _ in range(9))])
    pairs, scores, _ = mine.find(np.array([*([0] * copies), *range(1, 11)]))
    hits = {one for one, other in pairs[scores >= stories.STRONG].tolist() if other == copies}
    assert 0 in hits and hits <= set(range(copies))


def test_what_very_many_groups_share_is_a_template_all_the_same() -> None:
    draw = random.Random(2)
    template, groups = invented(draw, 80), np.arange(2 * (stories.LARGEST + 1)) // 2
    mine = Stories()
    own = [invented(draw, 40) for _ in range(stories.LARGEST + 1)]
    mine.add([f"{template} {own[group]}" for group in groups.tolist()])
    pairs, scores, _ = mine.find(groups)
    assert {(groups[one], groups[other]) for one, other in pairs[scores >= stories.STRONG]} == {
        (group, group) for group in groups.tolist()
    }


def test_the_method_tells_that_only_a_part_was_looked_at() -> None:
    draw = random.Random(4)
    texts = [invented(draw, 250) for _ in range(20)]
    few, all_ = Stories(2_000), Stories()
    few.add(texts)
    all_.add(texts)
    assert (few.method, all_.method) == ("word-pairs-6/8", "word-pairs-6")


def test_documents_that_are_too_short_are_counted() -> None:
    draw = random.Random(4)
    mine = Stories()
    mine.add([invented(draw, 5), invented(draw, 100), "", "The mayor of Marisholm"])
    mine.find()
    assert mine.too_short == 3


def test_a_few_shared_words_are_chance() -> None:
    mine = Stories()
    mine.add(["The mayor of Marisholm wants a toll for cars", "The mayor of Marisholm wants a toll for trucks"])
    assert not len(mine.find()[0])


def test_only_the_closest_stay_where_very_many_pairs_are_weak(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = random.Random(3)
    texts = [invented(draw, 40) for _ in range(30)]
    texts += [retold(draw, text, 0.5) for text in texts] + [retold(draw, text, 0.1) for text in texts]
    every = _found(texts)
    monkeypatch.setattr(stories, "KEPT", 40)
    monkeypatch.setattr(stories, "COST", 500)
    fewer = _found(texts)
    assert fewer.items() < every.items()
    assert {one for one, score in every.items() if score >= stories.STRONG} <= fewer.keys()
    assert min(fewer.values()) > min(every.values())


def _found(texts: list[str]) -> dict[tuple[int, int], float]:
    mine = Stories()
    mine.add(texts)
    pairs, scores, _ = mine.find()
    return {(one, other): score for (one, other), score in zip(pairs.tolist(), scores.tolist(), strict=True)}
