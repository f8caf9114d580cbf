"""Signatures estimate how much of their shingles two texts share; how they are typeset does not count."""

import random
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.relations import minhash
from corpus.relations.near_duplicates import similarity

WORDS = [left + right for left in ("ba", "do", "ki", "lu", "me", "ra") for right in ("san", "tor", "vel", "mik", "pon")]
THAI = "กขคงจฉชซญดตถทนบปผพฟมยรลวสหอ"
HAN = [chr(0x4E00 + at) for at in range(0, 3000, 7)]


def prose(seed: int, count: int = 200) -> list[str]:
    chosen = random.Random(seed)
    return [chosen.choice(WORDS) + chosen.choice(WORDS) for _ in range(count)]


def jaccard(left: str, right: str) -> float:
    hashes, begins = minhash.shingles([left, right])
    one, other = set(hashes[: begins[1]].tolist()), set(hashes[begins[1] :].tolist())
    return len(one & other) / len(one | other)


def estimate(left: str, right: str) -> float:
    found = minhash.compact(minhash.signatures([left, right]))
    return float(similarity(found[:1], found[1:])[0])


@given(st.integers(0, 10_000), st.integers(0, 200))
def test_the_estimate_is_near_the_exact_jaccard(seed: int, changed: int) -> None:
    left = prose(seed)
    right = left[changed:] + prose(seed + 1, changed)
    assert abs(estimate(" ".join(left), " ".join(right)) - jaccard(" ".join(left), " ".join(right))) < 0.25


def test_the_estimate_has_no_bias() -> None:
    errors = []
    for seed in range(200):
        left = prose(seed)
        right = left[:seed] + prose(seed + 1000, 200 - seed)
        errors.append(estimate(" ".join(left), " ".join(right)) - jaccard(" ".join(left), " ".join(right)))
    assert abs(np.mean(errors)) < 0.01
    assert np.std(errors) < 0.05


@pytest.mark.parametrize(
    ("written", "again"),
    [
        ("“Ça va”, dit-elle – l’été", '"ca va" dit elle - l\'ete'),
        ("ＡＢＣ １２３", "abc 123"),
        ("soft\u00adhyphen and zero\u200bwidth", "softhyphen and zerowidth"),
        ("über\tNacht\r\nkam", "UBER Nacht kam"),
    ],
)
def test_typography_does_not_count(written: str, again: str) -> None:
    left, right = (minhash.shingles([f"{text} and some more words"])[0] for text in (written, again))
    assert left.tolist() == right.tolist()


@given(st.lists(st.text(), max_size=6))
def test_decomposed_letters_are_the_same(texts: list[str]) -> None:
    composed = [unicodedata.normalize("NFC", text) for text in texts]
    latin = [text for text in composed if text.isascii() or all(ord(char) < 0x250 for char in text)]
    found = [minhash.signatures([unicodedata.normalize(form, text) for text in latin]) for form in ("NFC", "NFD")]
    assert (found[0] == found[1]).all()


@given(st.lists(st.text(st.sampled_from("ab é日本ก\n.'\u00ad")) | st.text(), max_size=8))
def test_a_text_has_the_same_signature_alone_and_in_a_batch(texts: list[str]) -> None:
    together = minhash.signatures(texts)
    assert together.shape == (len(texts), minhash.PERMUTATIONS)
    assert together.dtype == np.uint32
    for text, row in zip(texts, together, strict=True):
        assert (minhash.signatures([text])[0] == row).all()


def test_windows_do_not_cross_texts_and_are_words_or_characters_by_script() -> None:
    texts = ["one two three four", "one two", "", "日本語の新聞", "日本語の新聞です。"]
    _, begins = minhash.shingles(texts)
    assert np.diff(begins).tolist() == [2, 0, 0, 2, 4]


def test_a_latin_name_makes_no_words_of_a_text_without_spaces() -> None:
    text = "".join(random.Random(2).choices(HAN, k=60))
    assert np.diff(minhash.shingles([f"{text} OpenAI {text}"])[1]).tolist() == [60 + 1 + 60 - 4]


@pytest.mark.parametrize("text", ["", "…", "Advertisement", "Read more here please", "a b c d e f g h i"])
def test_a_very_short_text_has_no_signature(text: str) -> None:
    assert not minhash.signed(minhash.signatures([text])).any()


@pytest.mark.parametrize("alphabet", [WORDS, [f"{word} " for word in WORDS], HAN, THAI])
def test_equal_texts_share_every_band_and_unrelated_ones_none(alphabet: list[str]) -> None:
    texts = [" ".join(prose(seed)) for seed in range(20)] if alphabet is WORDS else []
    texts = texts or ["".join(random.Random(seed).choices(alphabet, k=600)) for seed in range(20)]
    found = minhash.signatures([*texts, texts[0]])
    keys = minhash.bands(found)
    assert keys.shape == (21, minhash.BANDS)
    assert (keys[0] == keys[-1]).all()
    assert len(np.unique(keys)) == 20 * minhash.BANDS
    assert minhash.signed(found).all()
