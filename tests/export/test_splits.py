"""Splits: what belongs together stays together, what was tested on stays unseen, and the shares are met."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.answers.tables import pull_file
from annotation.campaign import load as load_campaigns
from annotation.tasks import to_server
from corpus.config import SPLIT_NAMES, Splits, Workspace
from corpus.errors import WirecopyError
from corpus.output import Output
from corpus.parquet import read_columns
from export.manifest import read
from export.release import build
from export.splits import ledger
from export.splits.assignment import Assignment, assign
from export.splits.facts import facts
from export.splits.ledger import Move
from export.splits.together import Documents, edges, groups
from tests.campaigns import rebuilt, write_articles
from tests.export.test_leakage_words import invented
from tests.export.test_release import answer, written

LABELS = 6
NEWSROOM = """
name = "newsroom"
[[sources]]
path = "articles.jsonl"
[corpus]
vectors = "off"
[campaigns.stance]
scheme = "stance"
"""
EVENT = """
[[events]]
id = "{name}"
documents = ["{name}-*"]
[[targets]]
id = "{name}"
event = "{name}"
text = {{ en = "The council of {name} should meet." }}
"""


def documents(families: list[int], labels: Any = None, **known: Any) -> Documents:
    """Documents d0000, d0001...; `families` is the family of each, `labels` how many units have each label."""
    size = len(families)
    ids = [f"d{at:05}" for at in range(size)]
    amounts = np.ones((size, 1)) if labels is None else np.column_stack([np.ones(size), labels])
    none: list[str | None] = [None] * size
    marks = {kind: known.get(kind, none) for kind in ("text", "event", "outlet", "author")}
    marks["family"] = [str(one) for one in families]
    names = [f"label-{at}" for at in range(amounts.shape[1] - 1)]
    return Documents(ids, marks, known.get("published", none), amounts, names, known.get("units", ()))


def together(some: Documents, kinds: list[str]) -> list[int]:
    found: list[int] = groups(some, edges(some, kinds)).tolist()
    return found


def grow(known: dict[str, str], found: Assignment) -> dict[str, str]:
    return {**known, **{doc: split for doc, (split, _) in found.new.items()}}


def test_a_family_an_equal_text_and_a_labelled_unit_are_one_component() -> None:
    some = documents([0, 0, 2, 3, 4, 5], text=["a", "b", "c", "c", "d", "e"], units=[(("d00004", "d00005"), None)])
    assert together(some, []) == [0, 0, 2, 2, 4, 4]


@pytest.mark.parametrize("kind", ["event", "outlet", "author"])
def test_more_links_by_choice(kind: str) -> None:
    some = documents([0, 1, 2, 3], **{kind: ["x", None, "x", None]})
    assert together(some, []) == [0, 1, 2, 3]
    assert together(some, [kind]) == [0, 1, 0, 3]


def test_targets_hold_together_what_was_asked_about_them() -> None:
    units = [(("d00000",), "toll"), (("d00002",), "toll"), (("d00002",), "tunnel"), (("d00003",), "tunnel")]
    some = documents([0, 1, 2, 3], units=units)
    assert together(some, ["target"]) == [0, 1, 0, 0]


def test_shares_are_met() -> None:
    found = assign(documents(list(range(1_000))), {}, Splits())
    assert Counter(found.splits.values()) == {"train": 800, "validation": 100, "test": 100}


def synthetic(draw: np.random.Generator, count: int, first: int) -> tuple[list[int], np.ndarray[Any, Any]]:
    """Families of a few documents with labels of their own mix, two units a document."""
    sizes = draw.geometric(0.45, count)
    mixes = draw.dirichlet([0.6] * LABELS, count)
    families = [first + at for at, size in enumerate(sizes) for _ in range(size)]
    labels = [draw.multinomial(2, mix) for size, mix in zip(sizes, mixes, strict=True) for _ in range(size)]
    return families, np.array(labels, dtype=np.float64)


@pytest.mark.parametrize("merging", [0, 30])
def test_five_times_a_fifth_more_keeps_shares_labels_and_what_was_tested(merging: int) -> None:
    draw = np.random.default_rng(5)
    families, labels = synthetic(draw, 3_000, 0)
    known: dict[str, str] = {}
    for _ in range(6):
        found = assign(documents(families, labels), known, Splits())
        moved = {doc: split for doc, split in known.items() if found.splits[doc] != split}
        assert moved == {one.doc_id: one.before for one in found.moves}
        assert all(SPLIT_NAMES.index(found.splits[doc]) > SPLIT_NAMES.index(split) for doc, split in moved.items())
        assert bool(moved) == bool(merging and known)
        known = grow(known, found)
        split = np.array([SPLIT_NAMES.index(known[f"d{at:05}"]) for at in range(len(families))])
        sizes = np.bincount(split, minlength=3) / len(split)
        assert np.abs(sizes - [0.8, 0.1, 0.1]).max() <= 0.01
        mix = np.array([labels[split == at].sum(axis=0) / labels[split == at].sum() for at in range(3)])
        assert np.abs(mix - labels.sum(axis=0) / labels.sum()).max() <= 0.005
        more, of_more = synthetic(draw, len(set(families)) // 5, max(families) + 1)
        families, labels = [*families, *more], np.concatenate([labels, of_more])
        into = dict(zip(*draw.choice(sorted(set(families)), (2, merging), replace=False).tolist(), strict=True))
        families = [into.get(family, family) for family in families]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), rounds=st.integers(2, 4))
def test_growth_cuts_nothing_and_only_gives_way_towards_test(seed: int, rounds: int) -> None:
    draw = random.Random(seed)
    families: list[int] = []
    known: dict[str, str] = {}
    for _ in range(rounds):
        for number in range(len(families), len(families) + draw.randint(1, 30)):
            families.append(draw.choice(families) if families and draw.random() < 0.4 else number)
        if len(set(families)) > 1 and draw.random() < 0.5:  # two families turn out to be one
            one, other = draw.sample(sorted(set(families)), 2)
            families = [one if family == other else family for family in families]
        found = assign(documents(families), known, Splits(train=0.6, validation=0.2, test=0.2))
        order = SPLIT_NAMES.index
        assert all(order(found.splits[doc]) >= order(split) for doc, split in known.items())
        moved = {doc for doc, split in known.items() if found.splits[doc] != split}
        assert moved == {one.doc_id for one in found.moves}
        by_family: dict[int, set[str]] = {}
        for at, family in enumerate(families):
            by_family.setdefault(family, set()).add(found.splits[f"d{at:05}"])
        assert all(len(splits) == 1 for splits in by_family.values())
        known = grow(known, found)


def test_train_gives_way_and_every_case_is_told() -> None:
    known = {"d00000": "train", "d00001": "test"}
    found = assign(documents([0, 0, 0]), known, Splits())
    why = "belongs together with d00001 by family"
    assert set(found.splits.values()) == {"test"}
    assert found.moves == [Move("d00000", "train", "test", why)]
    assert found.new == {"d00000": ("test", why), "d00002": ("test", "new")}


def test_a_move_over_others_names_every_kind_of_link_on_its_way() -> None:
    known = {"d00000": "train", "d00001": "train", "d00003": "test"}
    some = documents([0, 0, 2, 3], outlet=[None, "x", None, "x"])
    found = assign(some, known, Splits(together=["outlet"]))
    assert [(one.doc_id, one.reason) for one in found.moves] == [
        ("d00000", "belongs together with d00003 by family, outlet"),
        ("d00001", "belongs together with d00003 by outlet"),
    ]


def test_joined_documents_are_one_component_and_test_stays() -> None:
    known = {"d00000": "validation", "d00001": "train", "d00002": "test"}
    found = assign(documents([0, 1, 2]), known, Splits(joined=[["d00002", "d00000", "d00001"]]))
    assert set(found.splits.values()) == {"test"} and found.held["joined"] == 2
    assert {one.doc_id for one in found.moves} == {"d00000", "d00001"}


def test_joined_documents_must_be_there() -> None:
    with pytest.raises(WirecopyError, match=r"joined\] names documents that are not in the corpus: typo"):
        assign(documents([0, 1]), {}, Splits(joined=[["d00000", "typo"]]))


def test_a_new_document_follows_what_it_looks_like_and_two_known_ones_stay() -> None:
    known = {"d00000": "test", "d00001": "train"}
    alike = np.array([[0, 2], [0, 1]])
    found = assign(documents([0, 1, 2]), known, Splits(), alike=alike)
    assert found.splits == {"d00000": "test", "d00001": "train", "d00002": "test"} and not found.moves


def test_documents_of_one_split_that_look_alike_move_together() -> None:
    known = {"d00000": "train", "d00001": "test", "d00003": "train", "d00004": "validation"}
    alike = np.array([[0, 2], [1, 2], [0, 3], [3, 4]])
    found = assign(documents([0, 1, 2, 3, 4]), known, Splits(), alike=alike)
    assert [found.splits[doc] for doc in sorted(found.splits)] == ["test", "test", "test", "test", "validation"]
    assert {(one.doc_id, one.because) for one in found.moves} == {("d00000", "d00001"), ("d00003", "d00001")}


def test_a_move_does_not_name_what_left_the_corpus() -> None:
    known = {"d00000": "test", "d00001": "test"}
    moved = [Move("d00000", "train", "test", f"belongs together with {doc} by family") for doc in ("d00001", "gone by")]
    found = assign(documents([0, 1]), known, Splits(), moved=moved)
    assert [one.because for one in found.moves] == ["d00001", ""]
    assert [one.reason for one in found.moves] == [
        "belongs together with d00001 by family",
        "belongs together with a document that is no longer here",
    ]


@pytest.mark.parametrize("doc", ["a", "a by b", "belongs together with a by b", "a, b\n by c"])
def test_a_move_knows_whom_its_reason_names(doc: str) -> None:
    assert Move("x", "train", "test", f"belongs together with {doc} by family, outlet").because == doc
    assert Move("x", "train", "test", "new").because == ""


def test_what_the_ledger_says_is_said_again_when_a_release_is_built_anew(tmp_path: Path) -> None:
    path, some, alike = tmp_path / "splits.parquet", documents([0, 0, 2, 3]), np.array([[2, 3]])
    ledger.add(path, [], {"d00000": ("train", "new"), "d00001": ("test", "new")})
    said = []
    for _ in range(3):
        lines = ledger.entries(path)
        found = assign(some, ledger.splits(lines), Splits(), alike=alike, moved=ledger.moves(lines))
        ledger.add(path, lines, found.new)
        said.append((found.splits, found.moves, found.components, found.held))
    assert said[0] == said[1] == said[2] and len(said[0][1]) == 1 and said[0][2] == 2


def test_what_left_the_corpus_is_in_the_ledger_only() -> None:
    found = assign(documents([0]), {"gone": "train"}, Splits())
    assert found.splits == {"d00000": "train"} and found.new == {"d00000": ("train", "new")}


def test_a_split_without_a_share_gets_nothing() -> None:
    found = assign(documents(list(range(50))), {}, Splits(train=0.8, validation=0.0, test=0.2))
    assert Counter(found.splits.values()) == {"train": 40, "test": 10}


def test_the_order_of_documents_does_not_matter() -> None:
    draw = np.random.default_rng(3)
    one = documents(*synthetic(draw, 200, 0))
    order = draw.permutation(len(one)).tolist()
    marks = {kind: [values[at] for at in order] for kind, values in one.marks.items()}
    other = replace(one, ids=[one.ids[at] for at in order], marks=marks, amounts=one.amounts[order])
    known = dict.fromkeys(one.ids[::9], "validation")
    assert other.ids != one.ids
    for before in ({}, known):
        mine, theirs = assign(one, before, Splits()), assign(other, before, Splits())
        assert (mine.splits, mine.components) == (theirs.splits, theirs.components)
        assert len(set(mine.splits.values())) == 3


@pytest.mark.parametrize(
    ("kind", "setting"),
    [
        *((kind, f'strategy = "{kind}"') for kind in ("event", "outlet", "target")),
        *((kind, f'together = ["{kind}"]') for kind in ("outlet", "author")),
    ],
)
def test_what_a_strategy_holds_together_is_in_one_split_of_a_release(tmp_path: Path, kind: str, setting: str) -> None:
    space = newsroom(tmp_path, setting)
    folder = Path(build(space, out=Output()).folder)
    split = dict(zip(*read_columns(folder / "splits.parquet", ("doc_id", "split")).to_pydict().values(), strict=True))
    held: dict[str, set[str]] = {}
    for at, (doc, found) in enumerate(sorted(split.items())):
        mark = {"outlet": at // 4 % 3, "author": at // 4 % 2}.get(kind, doc[0])
        held.setdefault(str(mark), set()).add(found)
    groups = {"event": 4, "target": 4, "outlet": 3, "author": 2}[kind]
    assert len(held) == groups and all(len(found) == 1 for found in held.values())
    assert len(set(split.values())) > 1, "all in one split would prove nothing"
    told = read(folder, hint="").facts.splits
    assert told.components == groups and sum(told.documents.values()) == 24


def newsroom(folder: Path, splits: str) -> Workspace:
    """24 labelled articles on four events with a target each, of three outlets and two authors."""
    draw = random.Random(4)
    events = "".join(EVENT.format(name=name) for name in "abcd")
    (folder / "wirecopy.toml").write_text(
        f"{NEWSROOM}{events}[splits]\ntrain = 0.5\nvalidation = 0.0\ntest = 0.5\n{splits}\n"
    )
    rows: list[dict[str, str]] = []
    for name in "abcd":
        for at in range(6):
            place = len(rows) // 4
            text = f"Council of {name}{at} meets\n\nBy {('Ada Moor', 'Ole Lind')[place % 2]}\n\n{invented(draw, 60)}."
            rows.append({"id": f"{name}-{at}", "language": "en", "outlet": f"Paper {place % 3}", "text": text})
    write_articles(folder, rows)
    (one,) = load_campaigns(rebuilt(folder))
    tasks = [to_server(task) | {"id": at} for at, task in enumerate(one.tasks())]
    given = [task | {"annotations": [answer(str(at), 0, "favor")]} for at, task in enumerate(tasks)]
    pull_file(one, written(folder / "export.json", given))
    return one.workspace


def test_only_a_batch_of_texts_is_held_to_find_authors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    space = newsroom(tmp_path, 'together = ["author"]')

    def whole(path: Path, columns: Sequence[str]) -> pa.Table:
        assert not {"text", "paragraphs"} & set(columns), "of all documents at once"
        return read_columns(path, columns)

    monkeypatch.setattr("export.splits.facts.read_columns", whole)
    assert Counter(facts(space, []).marks["author"]) == {"by ada moor": 12, "by ole lind": 12}


def test_what_is_left_without_some_documents_is_counted_anew() -> None:
    dates = ["2026-01-05", None, "2026-03-01", None, None]
    splits = Splits(strategy="time", validation_from="2026-02-01", test_from="2026-03-01")
    known = {"d00000": "train", "d00001": "train", "d00002": "test"}
    found = assign(documents([0, 1, 0, 3, 3], published=dates), known, splits)
    assert (found.components, len(found.moves), found.undated) == (3, 1, ["d00001", "d00003", "d00004"])
    left = found.without({"d00000", "d00001", "d00003"})
    assert (left.components, left.moves, left.undated) == (2, [], ["d00004"])
    assert left.splits == {"d00002": "test", "d00004": "train"} and left.new == found.new


def test_by_time_the_newest_document_of_a_component_decides() -> None:
    dates = ["2026-01-05", "2026-03-01T10:00", "2026-02-28", "2026-06-01", None, "2025-12-31"]
    splits = Splits(strategy="time", validation_from="2026-03-01", test_from="2026-06-01")
    found = assign(documents([0, 1, 2, 3, 4, 3], published=dates), {}, splits)
    assert [found.splits[f"d{at:05}"] for at in range(6)] == ["train", "validation", "train", "test", "train", "test"]
    assert found.undated == ["d00004"]


def test_by_time_without_dates_says_which_fit() -> None:
    dates = [f"2026-01-{day:02}" for day in range(1, 11)]
    with pytest.raises(WirecopyError, match="needs two dates") as caught:
        assign(documents(list(range(10)), published=dates), {}, Splits(strategy="time"))
    assert 'validation_from = "2026-01-09" and test_from = "2026-01-10"' in caught.value.hint
