"""One event: which documents translate each other, their relations, pairs and orders."""

from collections.abc import Iterable

from corpus.pairs import Found, Sentence, Text, block, matches
from corpus.schema import Role
from tests.corpus.pairs.labels import Labels, told


def text(doc_id: str, language: str, meanings: Iterable[int | tuple[int, ...]], role: Role = Role.BODY) -> Text:
    sentences = told(language, meanings)
    return Text(doc_id, language, [Sentence(f"{doc_id}#{at}", one, role) for at, one in enumerate(sentences)])


def related(found: Found) -> list[tuple[str, str]]:
    return [(one.left_doc, one.right_doc) for one in found.relations]


def test_a_document_may_have_two_translations_and_a_stranger_none() -> None:
    texts = [
        text("a", "en", range(10)),
        text("b", "en", range(2, 12)),
        text("c", "de", range(10)),
        text("d", "de", range(50, 60)),
    ]
    found = block(texts, Labels())
    assert related(found) == [("a", "c"), ("b", "c")]
    assert {one.kind.value for one in found.relations} == {"translation"}
    assert {one.method for one in found.relations} == {one.method for one in found.pairs} == {"labels+runs-dp-1"}


def test_copies_of_one_translation_all_count() -> None:
    texts = [text(f"copy-{n}", "en", range(8)) for n in range(6)] + [text("z", "de", range(8))]
    assert related(block(texts, Labels())) == [(f"copy-{n}", "z") for n in range(6)]


def test_pairs_come_in_the_reading_order_of_the_left_document() -> None:
    one, two = text("b", "de", [4, 5, 6, 0, 1, 2, 3]), text("a", "en", range(7))
    found = block([one, two], Labels())
    assert [pair.rank for pair in found.pairs] == list(range(7))
    assert [pair.left.segment_ids for pair in found.pairs] == [[f"a#{n}"] for n in range(7)]
    assert [pair.right.segment_ids for pair in found.pairs] == [[f"b#{n}"] for n in (3, 4, 5, 6, 0, 1, 2)]
    assert [order.right for order in found.orders] == [[3, 4, 5, 6, 0, 1, 2]]
    assert len({pair.pair_id for pair in found.pairs}) == 7
    assert all(0 <= pair.score <= 1 and pair.margin is not None and pair.margin > 1 for pair in found.pairs)


def test_a_side_of_two_segments_has_both_texts() -> None:
    (pair,) = (
        pair
        for pair in block([text("a", "en", [0, 1, (2, 3), 4]), text("b", "de", range(5))], Labels()).pairs
        if len(pair.right.segment_ids) == 2
    )
    assert pair.right.text == " ".join(told("de", [2, 3])) and pair.right.language == "de"


def test_the_order_of_the_documents_changes_nothing() -> None:
    texts = [text("a", "en", range(10)), text("b", "fr", range(3, 12)), text("c", "de", range(10))]
    assert block(texts, Labels()) == block(texts[::-1], Labels())


def test_only_what_an_article_tells_is_paired() -> None:
    for role in set(Role) - {Role.LEAD, Role.BODY, Role.HEADING}:
        assert block([text("a", "en", range(5), role), text("b", "de", range(5))], Labels()) == Found()


def test_one_language_and_no_known_language_translate_nothing() -> None:
    assert block([text("a", "en", range(5)), text("b", "en", range(5))], Labels()) == Found()
    assert block([text("a", "en", range(5)), text("b", "und", range(5))], Labels()) == Found()
    assert block([], Labels()) == Found()


def test_documents_of_one_sentence() -> None:
    texts = [text("a", "en", [1]), text("b", "de", [1]), text("c", "de", [2])]
    assert related(block(texts, Labels())) == [("a", "b")]


def test_strangers_find_their_translations_without_events() -> None:
    numbers = [(language, n) for n in range(40) for language in ("en", "de")]
    texts = [text(f"{language}/{n:02}", language, range(n * 4, n * 4 + 4)) for language, n in numbers]
    found = matches(texts, Labels())
    assert [(one.left_doc, one.right_doc) for one in found] == [(f"de/{n:02}", f"en/{n:02}") for n in range(40)]
