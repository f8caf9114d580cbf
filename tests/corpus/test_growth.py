"""A corpus that grows: the old work stands, ids stay, and the bytes are those of a build from nothing."""

import json
from pathlib import Path

import pytest

from corpus import sharding
from corpus.config import Config, Fields
from corpus.readers import Input
from corpus.readers.article import Origin

from .conftest import Built, Make

CONFIG = Config.model_validate({"name": "x", "sources": [{"path": "articles"}], "corpus": {"vectors": "lexical"}})


def article(number: int) -> str:
    return f"The bridge number {number} opens.\nThe mayor of town {number} said so. It rained for {number} days.\n"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def grown(make: Make, output: str = "out") -> Built:
    return make("articles", output=output, config=CONFIG)


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shards of about eight files, so that a few articles make many."""
    monkeypatch.setattr(sharding, "FILES", 8)


@pytest.mark.usefixtures("small_shards")
def test_new_articles_leave_the_other_shards_as_they_are(make: Make, articles: Path) -> None:
    for number in range(200):
        (articles / f"{number:03}.txt").write_text(article(number))
    before = {one.segment_id for one in grown(make).segments}
    (articles / "100b.txt").write_text(article(1_000))
    second = grown(make)
    scanned = {step.step: step for step in second.report.steps}
    assert scanned["scan"].tasks > 10
    assert scanned["scan"].tasks - scanned["scan"].reused <= 2
    assert scanned["segments"].tasks - scanned["segments"].reused <= 2
    assert before < {one.segment_id for one in second.segments}
    assert contents(second.folder) == contents(grown(make, "fresh").folder)


def test_a_build_says_what_is_new_changed_and_gone(make: Make, articles: Path) -> None:
    for number in range(5):
        (articles / f"{number}.txt").write_text(article(number))
    first = grown(make).report.growth
    assert (first.new, first.changed, first.gone, first.examples["new"]) == (5, 0, 0, ["0", "1", "2"])
    (articles / "0.txt").unlink()
    (articles / "1.txt").write_text(article(11))
    (articles / "9.txt").write_text(article(9))
    second = grown(make).report.growth
    assert (second.new, second.changed, second.gone) == (1, 1, 1)
    assert second.examples == {"new": ["9"], "changed": ["1"], "gone": ["0"]}


def test_a_new_translation_joins_the_family_of_its_original(make: Make, articles: Path, sample_articles: Path) -> None:
    original, translation = "wire-desk/harbour-tunnel-01.txt", "kuestenbote-beispiel/harbour-tunnel-01.txt"
    for number, name in enumerate((original, translation)):
        (articles / name).parent.mkdir()
        (articles / name).write_bytes((sample_articles / name).read_bytes())
        built = grown(make)
        assert (len({one.family_id for one in built.documents}), bool(built.pairs)) == (1, bool(number))


def test_a_part_that_was_changed_in_place_is_made_again(make: Make, articles: Path) -> None:
    (articles / "one.txt").write_text(article(1))
    built = grown(make)
    before = contents(built.folder)
    part = built.folder / "segments" / "part-00000.parquet"
    part.write_bytes(b"x" + part.read_bytes())  # a hard link: the finished task is damaged too
    assert grown(make).report.written
    assert contents(built.folder) == before


def test_shards_are_cut_where_names_say_so() -> None:
    names = [f"{number:05}.txt" for number in range(20_000)]
    inputs = [Input(name, Origin(name, name, None), Fields(), identity="x", size=2_000) for name in names]
    whole = {json.dumps([one.address for one in shard]) for shard in sharding.shards(inputs)}
    again = {
        json.dumps([one.address for one in shard]) for shard in sharding.shards([*inputs[:9_000], *inputs[9_001:]])
    }
    assert len(whole - again) <= 2
    assert all(len(json.loads(shard)) <= sharding.MOST_FILES for shard in whole)
