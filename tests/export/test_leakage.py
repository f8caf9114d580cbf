"""Leaks: what is planted across a border is found and named, the ways out work, the proof says what was checked."""

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from corpus.config import SPLIT_NAMES, Workspace, load
from corpus.dataset import STATE, State, parts
from corpus.errors import WirecopyError
from corpus.features import features
from corpus.output import Output
from corpus.parquet import read_dicts, write
from corpus.schema import Document, Relation
from export.leakage import Links, links, prove, stories
from export.leakage.proof import Leakage
from export.release import build
from export.schema import Link, LinkKind
from export.splits import ledger
from export.splits.assignment import Assignment, assign
from export.splits.facts import facts
from tests.campaigns import rebuilt, write_articles
from tests.conftest import SAMPLE
from tests.export.test_leakage_words import invented, retold
from tests.export.test_release import labelled, same

CONFIG = """
name = "leaks"
[[sources]]
path = "articles.jsonl"
[corpus]
vectors = "off"
[splits]
{splits}
"""


def workspace(folder: Path, texts: dict[str, str], splits: str = "") -> Workspace:
    """A built corpus of texts by id."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "wirecopy.toml").write_text(CONFIG.format(splits=splits))
    write_articles(folder, [{"id": doc, "text": text, "language": "en"} for doc, text in texts.items()])
    return rebuilt(folder)


def estranged(space: Workspace) -> None:
    """Make a corpus whose stage missed all families: no relations, a family of its own for each document."""
    for path in parts(space.corpus, "documents"):
        rows = [row | {"family_id": row["doc_id"]} for row in read_dicts(path)]
        write(path, rows, features(Document))
    for path in parts(space.corpus, "relations"):
        write(path, [], features(Relation))


def estranged_texts(space: Workspace) -> None:
    """Make a corpus that says of no two texts that they are equal."""
    for path in parts(space.corpus, "documents"):
        rows = [row | {"text_sha256": row["doc_id"]} for row in read_dicts(path)]
        write(path, rows, features(Document))


def as_built(space: Workspace) -> None:
    """Let the corpus pass for what its build left."""
    path = space.corpus / STATE
    made = State.model_validate_json(path.read_bytes())
    sizes = {name: (space.corpus / name).stat().st_size for name in made.files}
    path.write_text(made.model_copy(update={"files": sizes}).model_dump_json())


def settled(space: Workspace, **splits: str) -> None:
    """Write a ledger."""
    ledger.add(space.ledger, [], {doc: (split, ledger.NEW) for doc, split in splits.items()})


def split(space: Workspace) -> tuple[Assignment, Leakage]:
    """Assign and prove, as a release does."""
    found, lines = links(space), ledger.entries(space.ledger)
    settings = space.config.splits
    known, told = ledger.splits(lines), ledger.moves(lines)
    assignment = assign(facts(space, []), known, settings, alike=found.edges, moved=told)
    proof = prove(found, assignment)
    ledger.add(space.ledger, lines, assignment.new)
    return assignment, proof.leakage


def every(found: Links) -> list[Link]:
    return [found[at] for at in range(len(found))]


def strong(found: Links) -> set[tuple[str, str, LinkKind]]:
    told = zip(every(found), found.strong.tolist(), strict=True)
    return {(one.left, one.right, one.kind) for one, counts in told if counts}


DRAW = random.Random(7)
STORY = invented(DRAW, 150)
OTHERS = {f"other-{at}": invented(DRAW, 150) for at in range(6)}


def edited(text: str) -> str:
    """A near-duplicate: a sentence is new, the others stay."""
    said = text.split()
    return " ".join([*said[:40], *invented(DRAW, 8).split(), *said[48:]])


PLANTED: dict[str, Callable[[str], str]] = {
    "exact": str,
    "near_duplicate": edited,
    "story": lambda text: retold(random.Random(3), text, 0.6),
}


@pytest.mark.parametrize("kind", PLANTED)
def test_what_is_planted_across_a_border_is_found_and_both_are_named(tmp_path: Path, kind: str) -> None:
    space = workspace(tmp_path, {"first": STORY, "second": PLANTED[kind](STORY), **OTHERS})
    estranged(space)
    settled(space, first="train", second="test")
    if kind == "exact":
        estranged_texts(space)
    with pytest.raises(WirecopyError, match=f"'first' .train. and 'second' .test.: {kind}, score") as caught:
        split(space)
    assert 'joined = [["first", "second"]]' in caught.value.hint
    assert 'distinct = [["first", "second"]]' in caught.value.hint


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The sample, built once."""
    folder = tmp_path_factory.mktemp("built")
    shutil.copytree(SAMPLE / "articles", folder / "articles")
    shutil.copy(SAMPLE / "wirecopy.toml", folder)
    return rebuilt(folder)


@pytest.mark.parametrize("table", ["relations", "pairs"])
def test_a_translation_across_a_border_is_found_in_each_table(tmp_path: Path, built: Workspace, table: str) -> None:
    space = load(shutil.copytree(built.root, tmp_path / "w"))
    shutil.rmtree(space.corpus / ("pairs" if table == "relations" else "relations"))
    path = space.corpus / "documents" / "part-00000.parquet"
    write(path, [row | {"family_id": row["doc_id"]} for row in read_dicts(path)], features(Document))
    one, two = "harbour-herald/night-trains-01", "la-gazette-exemple/night-trains-02"
    settled(space, **{one: "train", two: "validation"})
    kind = {"relations": "translation", "pairs": "pair"}[table]
    with pytest.raises(WirecopyError, match=f"'{one}' .train. and '{two}' .validation.: {kind}, score"):
        split(space)


def test_a_paraphrase_of_a_story_with_very_many_copies_is_found(tmp_path: Path) -> None:
    texts = {f"copy-{at:03}": STORY if at % 2 else edited(STORY) for at in range(stories.LARGEST + 12)}
    space = workspace(tmp_path, texts | {"retold": retold(random.Random(3), STORY, 0.6), **OTHERS})
    found = strong(links(space))
    assert {kind for one, other, kind in found if "retold" in (one, other)} == {LinkKind.STORY}
    settled(space, **dict.fromkeys(texts, "train"), retold="test")
    with pytest.raises(WirecopyError, match=r"'copy-\d+' .train. and 'retold' .test.: story, score"):
        split(space)


def test_a_move_takes_along_what_looks_like_the_one_that_moves(tmp_path: Path) -> None:
    """A new document bridges train and test: what looks like the one that gives way, not like the new one, goes too."""
    draw = random.Random(8)
    said, other, more = (invented(draw, 150) for _ in range(3))
    texts = {"a": f"{STORY}\n{said}", "d": f"{said}\n{more}", "b": other, **OTHERS}
    space = workspace(tmp_path, texts)
    settled(space, a="train", d="train", b="test")
    split(space)
    space = workspace(tmp_path, texts | {"c": f"{STORY}\n{other}"})
    assignment, leakage = split(space)
    assert {assignment.splits[doc] for doc in "abcd"} == {"test"}
    assert {(one.doc_id, one.because) for one in leakage.moves} == {("a", "b"), ("d", "b")}


def test_what_could_not_be_compared_is_told(tmp_path: Path) -> None:
    space = workspace(tmp_path, {"first": STORY, "brief": "The mayor of Marisholm wants a toll.", **OTHERS})
    checks = {one.kind: one for one in split(space)[1].checked}
    assert checks[LinkKind.STORY].too_short == checks[LinkKind.NEAR_DUPLICATE].too_short == 1
    assert checks[LinkKind.EXACT].too_short == 0


def test_of_vectors_in_a_folder_only_its_last_part_is_told(tmp_path: Path) -> None:
    """The rest is of this machine."""
    space = workspace(tmp_path, {"first": STORY, **OTHERS})
    models = {"/srv/models/m3": "m3", "~/m3": "m3", "C:\\models\\m3": "m3", "team/m3": "team/m3"}
    for model, told in models.items():
        corpus = space.config.corpus.model_copy(update={"vectors": f"sentence-transformers:{model}"})
        found = links(replace(space, config=space.config.model_copy(update={"corpus": corpus})))
        assert found.methods_of[LinkKind.TRANSLATION] == [f"vectors = sentence-transformers:{told}"]


def test_a_search_that_is_thinned_out_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("export.leakage.found.Stories", lambda: stories.Stories(1_000))
    space = workspace(tmp_path, {"first": STORY, "second": PLANTED["story"](STORY), **OTHERS})
    assert links(space).methods_of[LinkKind.STORY] == ["word-pairs-6/4"]


@pytest.mark.parametrize("kind", [*PLANTED, "translation"])
def test_a_release_with_a_leak_is_none(tmp_path: Path, kind: str) -> None:
    """Nothing is written: no release, no line in the ledger."""
    space = labelled(tmp_path / "w", 4).workspace
    texts = {"first": STORY, "second": PLANTED[kind](STORY) if kind in PLANTED else OTHERS["other-0"]}
    articles = [{"id": doc, "text": text, "language": "en"} for doc, text in texts.items()]
    write_articles(space.root, [*articles, *(one for at in range(4) for one in same(at))])
    estranged(rebuilt(space.root))
    if kind == "exact":
        estranged_texts(space)
    if kind == "translation":
        ends = {"left_doc": "first", "right_doc": "second", "kind": "translation", "score": 0.4, "method": "made"}
        write(space.corpus / "relations" / "part-00000.parquet", [ends], features(Relation))
    as_built(space)
    settled(space, first="train", second="test")
    before = space.ledger.read_bytes()
    with pytest.raises(WirecopyError, match=rf"'first' \(train\) and 'second' \(test\): {kind}, score"):
        build(space, out=Output())
    assert not space.release.exists() and space.ledger.read_bytes() == before


def test_many_leaks_are_one_error(tmp_path: Path) -> None:
    texts = {f"a{at}": invented(DRAW, 120) for at in range(9)}
    space = workspace(tmp_path, texts | {f"b{doc[1:]}": retold(DRAW, text, 0.6) for doc, text in texts.items()})
    settled(space, **{doc: "train" for doc in texts}, **{f"b{doc[1:]}": "test" for doc in texts})
    with pytest.raises(WirecopyError, match="9 pairs of documents belong together") as caught:
        split(space)
    assert "and 4 more" in caught.value.message and caught.value.message.count("story, score") == 5


def test_joined_train_gives_way_and_it_is_told(tmp_path: Path) -> None:
    texts = {"first": STORY, "second": PLANTED["story"](STORY), **OTHERS}
    space = workspace(tmp_path, texts, 'joined = [["second", "first"]]')
    settled(space, first="train", second="test")
    assignment, leakage = split(space)
    assert assignment.splits["first"] == assignment.splits["second"] == "test"
    (move,) = leakage.moves
    assert (move.doc_id, move.before, move.after) == ("first", "train", "test")
    assert move.reason == "belongs together with second by joined"
    assert {one.doc_id: one.reason for one in ledger.entries(space.ledger)}["first"] == move.reason
    again, leakage_again = split(space)
    assert (again.splits, leakage_again) == (assignment.splits, leakage) and not again.new


def test_distinct_documents_may_be_apart_and_it_is_told(tmp_path: Path) -> None:
    texts = {"first": STORY, "second": PLANTED["story"](STORY), **OTHERS}
    space = workspace(tmp_path, texts, 'distinct = [["second", "first"]]')
    settled(space, first="train", second="test")
    assignment, leakage = split(space)
    assert (assignment.splits["first"], assignment.splits["second"]) == ("train", "test") and not leakage.moves
    assert [(one.left, one.right, one.kind) for one in leakage.distinct] == [("first", "second", LinkKind.STORY)]


def test_equal_texts_are_never_distinct(tmp_path: Path) -> None:
    space = workspace(tmp_path, {"first": STORY, "second": STORY}, 'distinct = [["second", "first"]]')
    assert ("first", "second", LinkKind.EXACT) in strong(links(space))


@pytest.mark.parametrize("key", ["joined", "distinct"])
def test_only_documents_that_are_there_are_joined_or_told_apart(tmp_path: Path, key: str) -> None:
    space = workspace(tmp_path, {"first": STORY, **OTHERS}, f'{key} = [["first", "typo"]]')
    with pytest.raises(WirecopyError, match="not in the corpus: typo"):
        links(space)


def test_a_new_document_follows_what_it_looks_like(tmp_path: Path) -> None:
    space = workspace(tmp_path, {"first": STORY, **OTHERS})
    settled(space, first="test")
    split(space)
    space = workspace(tmp_path, {"first": STORY, **OTHERS, "retold": PLANTED["story"](STORY)})
    assignment, leakage = split(space)
    assert assignment.splits["retold"] == "test" and not leakage.moves
    assert leakage == split(space)[1], "and the same is said when it is built again from its ledger"


def test_a_family_that_merges_across_a_border_gives_way_without_a_leak(tmp_path: Path) -> None:
    space = workspace(tmp_path, {"first": STORY, "second": edited(STORY), **OTHERS})
    settled(space, first="validation", second="train")
    assignment, leakage = split(space)
    assert assignment.splits["second"] == "validation"
    assert [one.reason for one in leakage.moves] == ["belongs together with first by family"]


def test_the_seeds(seeds: Path, tmp_path: Path) -> None:
    """Two reports are made of one wire story, two are independent, and all are on one event."""
    texts = {path.name[:3]: path.read_text() for path in seeds.glob("*.txt")}
    found = links(workspace(tmp_path, texts))
    scores = {(one.left, one.right): one.score for one in every(found) if one.kind == LinkKind.STORY}
    assert scores.pop(("000", "001")) > 0.3
    assert max(scores.values()) < 0.12


def test_the_sample(built: Workspace) -> None:
    """The families of the corpus stage are found again, each by what made it."""
    found = strong(links(built))
    assert {(one, other) for one, other, kind in found if kind == LinkKind.STORY} == {
        ("city-post/harbour-tunnel-02", "wire-desk/harbour-tunnel-01"),
        ("city-post/night-trains-04", "wire-desk/night-trains-04"),
    }
    kinds = {kind for *_, kind in found}
    assert kinds == {LinkKind.EXACT, LinkKind.NEAR_DUPLICATE, LinkKind.TRANSLATION, LinkKind.PAIR, LinkKind.STORY}


def test_the_outlets_own_lines_are_no_likeness(tmp_path: Path) -> None:
    """What an outlet puts under every article makes no two of them one story."""
    notice, size = [invented(DRAW, 8) for _ in range(4)], range(8)
    texts = {f"doc-{at}": "\n".join([*(invented(DRAW, 12) for _ in range(5)), *notice]) for at in size}
    assert _score(list(texts.values())) > stories.STRONG, "they are a good part of each text"
    folder = tmp_path / "w"
    folder.mkdir()
    (folder / "wirecopy.toml").write_text(CONFIG.format(splits=""))
    rows = [{"id": doc, "text": text, "language": "en", "outlet": "City Post"} for doc, text in texts.items()]
    write_articles(folder, rows)
    assert not strong(links(rebuilt(folder)))


def _score(texts: list[str]) -> float:
    mine = stories.Stories()
    mine.add(texts)
    return float(mine.find()[1].min())


def test_the_closest_pair_of_each_border_is_told(tmp_path: Path) -> None:
    draw = random.Random(11)
    texts = {f"d{at}": invented(draw, 100) for at in range(6)}
    texts |= {f"e{at}": retold(draw, texts[f"d{at}"], 0.12 + at / 60) for at in range(6)}
    space = workspace(tmp_path, texts)
    found = links(space)
    places = {doc: SPLIT_NAMES[(int(doc[1]) + (doc[0] == "e")) % 3] for doc in texts}
    some = assign(facts(space, []), places, space.config.splits, alike=found.edges)
    leakage = prove(found, some).leakage
    links_of = [one for one in every(found) if one.kind == LinkKind.STORY]
    for border in combinations(SPLIT_NAMES, 2):
        due = max((one.score for one in links_of if {places[one.left], places[one.right]} == set(border)), default=None)
        told = [one.link.score for one in leakage.closest if one.border == list(border) and one.link.kind == "story"]
        assert told == ([] if due is None else [due])
    across = [one for one in links_of if places[one.left] != places[one.right]]
    assert {one.kind: one.weaker_across for one in leakage.checked}[LinkKind.STORY] == len(across) > 3


def test_the_order_of_the_files_does_not_matter(tmp_path: Path) -> None:
    texts = {"first": STORY, "second": edited(STORY), "third": STORY, "fourth": PLANTED["story"](STORY), **OTHERS}
    space = workspace(tmp_path / "one", texts)
    shutil.copytree(tmp_path / "one", tmp_path / "other")
    other = load(tmp_path / "other")
    (path,) = parts(other.corpus, "documents")
    rows = list(read_dicts(path))
    random.Random(5).shuffle(rows)
    for at, half in enumerate((rows[:4], rows[4:])):
        write(path.with_name(f"part-{at:05}.parquet"), half, features(Document))
    mine, theirs = links(space), links(other)
    assert strong(mine) == strong(theirs) and mine.compared == theirs.compared
    assert split(space)[1] == split(other)[1]


def test_the_proof_is_a_file_that_says_what_was_checked(tmp_path: Path) -> None:
    space = workspace(tmp_path, {"first": STORY, "second": edited(STORY), **OTHERS})
    found = links(space)
    proof = prove(found, assign(facts(space, []), {}, space.config.splits, alike=found.edges))
    proof.save(tmp_path)
    told: dict[str, Any] = json.loads((tmp_path / "leakage.json").read_text())
    assert Leakage.model_validate(told) == proof.leakage
    assert sum(told["documents"].values()) == 8 and told["components"] == 7
    checks = {one["kind"]: one for one in told["checked"]}
    assert checks["exact"]["compared"] == 8 and checks["near_duplicate"]["links"] == 1
    assert checks["translation"]["methods"] == ["vectors = off"], "nothing found because nothing was looked for"
    assert proof.facts.checked == proof.leakage.checked and proof.facts.unlooked == ["translation", "pair"]


def test_a_relation_of_an_unknown_document_is_damage(tmp_path: Path) -> None:
    space = workspace(tmp_path, {"first": STORY, "second": edited(STORY), **OTHERS})
    (path,) = parts(space.corpus, "relations")
    rows = [row | {"right_doc": "gone"} for row in read_dicts(path)]
    write(path, rows, features(Relation))
    with pytest.raises(WirecopyError, match=r"relations.* names the document 'gone'"):
        links(space)


def test_a_corpus_without_documents_has_no_links(tmp_path: Path) -> None:
    space = workspace(tmp_path, {"first": STORY})
    for path in parts(space.corpus, "documents"):
        write(path, [], features(Document))
    assert len(links(space)) == 0
