"""Articles on one event find each other without configuration; others stay apart, in a small corpus and among many."""

from pathlib import Path

import numpy as np
import pytest

from corpus.relations.anchors import anchors, identity
from corpus.relations.components import components
from corpus.relations.events import LARGEST, Counts, day, frequencies, in_time, keys, links, score
from corpus.relations.near_duplicates import candidates
from tests.conftest import SAMPLE

LATIN = ["en", "de", "fr", "es", "cs", "pl", "tr"]


def linked(texts: list[str]) -> Counts:
    """Return the pairs of texts that make events; equal texts are one family."""
    found, offsets = anchors(texts)
    frequency = frequencies(found, *np.unique(identity(found), return_counts=True))
    pairs = candidates(*keys(found, offsets, frequency, len(texts)), largest=LARGEST)
    scores = score(pairs, found, offsets, frequency, len(texts))
    assert ((scores >= 0) & (scores <= 1)).all()
    return np.asarray(pairs[links(pairs, scores, np.array([texts.index(text) for text in texts], np.int64))])


def events(texts: list[str]) -> Counts:
    """Return the event of each text; families, here equal texts, are of one event."""
    equal = np.array([[texts.index(text), at] for at, text in enumerate(texts)], np.int64).reshape(-1, 2)
    return components(len(texts), np.concatenate([linked(texts), equal]))


def read(folder: Path) -> tuple[list[str], list[str]]:
    files = sorted(folder.rglob("*.txt"))
    return [path.read_text() for path in files], [path.stem.rsplit("-", 1)[0] for path in files]


def pud(seeds: Path, languages: list[str]) -> tuple[list[str], list[str]]:
    table = (seeds.parent / "gold" / "alignment" / "pud" / "pud.tsv").read_text().splitlines()
    head, *rows = (line.split("\t") for line in table)
    documents: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        for language in languages:
            documents.setdefault((row[1], language), []).append(row[head.index(language)])
    return ["\n".join(lines) for lines in documents.values()], [name for name, _ in documents]


def test_the_seeds_are_one_event(seeds: Path) -> None:
    assert events(read(seeds)[0]).tolist() == [0] * 5


def test_the_sample_is_its_two_events() -> None:
    texts, names = read(SAMPLE / "articles")
    assert events(texts).tolist() == [names.index(name) for name in names]


def test_seeds_and_sample_together_are_three_events(seeds: Path) -> None:
    (real, _), (made, names) = read(seeds), read(SAMPLE / "articles")
    assert events(real + made).tolist() == [0] * 5 + [5 + names.index(name) for name in names]


def test_short_documents_in_seven_languages_are_linked_rightly(seeds: Path) -> None:
    texts, names = pud(seeds, LATIN)
    found = linked(texts)
    right = [names[left] == names[other] for left, other in found.tolist()]
    assert np.mean(right) >= 0.95
    wanted = np.unique(names, return_counts=True)[1]
    assert sum(right) >= 0.25 * sum(wanted * (wanted - 1) // 2)


def test_events_do_not_swallow_each_other_among_many(seeds: Path) -> None:
    (real, _), (made, names), (short, _) = read(seeds), read(SAMPLE / "articles"), pud(seeds, LATIN)
    found = events(real + made + short)
    assert len({*found[:5]}) == 1
    harbour, trains = (
        {int(event) for event, name in zip(found[5:16], names, strict=True) if name == wanted}
        for wanted in ("harbour-tunnel", "night-trains")
    )
    assert not harbour & trains
    assert found[0] not in harbour | trains
    assert np.bincount(found).max() <= 20


def test_an_empty_corpus_and_one_text_have_no_links() -> None:
    assert not len(linked([]))
    assert not len(linked(["", "In Marisholm spoke Ilva Tornquist.", "nothing"]))


@pytest.mark.parametrize(
    ("left", "right", "wanted"),
    [
        ("2024-03-13", "2024-03-20T08:00:00Z", True),
        ("2024-03-13", "2024-03-21", False),
        ("2024-03-13", None, True),
        ("2024-03", "2025-01-01", True),
    ],
)
def test_known_days_far_apart_are_no_event(left: str | None, right: str | None, wanted: bool) -> None:
    assert in_time(np.array([day(left)]), np.array([day(right)])).tolist() == [wanted]


def test_a_weak_pair_links_only_a_family_without_a_sure_one() -> None:
    pairs = np.array([[0, 1], [0, 2], [1, 2], [0, 3], [1, 4], [3, 4], [2, 3]])
    scores = np.array([0.9, 0.4, 0.3, 0.2, 0.3, 0.9, 0.0])
    families = np.array([0, 1, 2, 3, 3])
    # 2 and the family of 3 and 4 have no sure pair: each brings its best; a pair within a family is none.
    assert links(pairs, scores, families).tolist() == [True, True, False, False, True, False, False]
