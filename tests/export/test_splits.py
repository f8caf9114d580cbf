"""Splits: what belongs together stays together, and nothing that was assigned moves."""

import random
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.config import Splits
from corpus.schema import Document, Pair, Side
from export.splits import assign, components, split_of, torn


def document(number: int, text: str = "") -> Document:
    doc_id = f"d{number:04}"
    return Document(
        doc_id=doc_id, source="s", language="en", text=text, paragraphs=[], raw_sha256="", text_sha256=text or doc_id
    )


def pair(left: int, right: int) -> Pair:
    sides = [Side(doc=f"d{one:04}", segment_ids=[], text="", language="en") for one in (left, right)]
    return Pair(pair_id=f"{left}-{right}", left=sides[0], right=sides[1], score=1, method="test", rank=0)


def test_copies_and_translations_are_one_component() -> None:
    documents = [document(0), document(1, "same"), document(2), document(3, "same"), document(4)]
    assert components(documents, [pair(0, 3)]) == [["d0000", "d0001", "d0003"], ["d0002"], ["d0004"]]


def test_shares_are_met(tmp_path: Path) -> None:
    assigned = assign([document(n) for n in range(1_000)], [], Splits(), tmp_path / "splits.parquet")
    assert Counter(assigned.values()) == {"train": 800, "validation": 100, "test": 100}


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(), rounds=st.integers(2, 4))
def test_growth_moves_nothing_and_cuts_nothing(seed: int, rounds: int) -> None:
    draw = random.Random(seed)
    with TemporaryDirectory() as folder:
        ledger = Path(folder) / "splits.parquet"
        documents: list[Document] = []
        links: list[Pair] = []
        before: dict[str, str] = {}
        for _ in range(rounds):
            old = len(documents)
            documents += [document(n) for n in range(old, old + draw.randint(1, 30))]
            # New articles join old ones, one old component each: merging old ones is told elsewhere.
            links += [pair(n, draw.randrange(n)) for n in range(max(old, 1), len(documents)) if draw.random() < 0.4]
            assigned = assign(documents, links, Splits(train=0.6, validation=0.2, test=0.2), ledger)
            assert before.items() <= assigned.items(), "an old document never moves"
            assert all(split_of([link.left.doc, link.right.doc], assigned) for link in links)
            before = assigned


def test_the_second_time_the_ledger_stays_as_it_is(tmp_path: Path) -> None:
    ledger = tmp_path / "splits.parquet"
    documents = [document(n) for n in range(20)]
    first = assign(documents, [], Splits(), ledger)
    written = ledger.read_bytes(), ledger.stat().st_mtime_ns
    assert assign(documents, [], Splits(), ledger) == first
    assert (ledger.read_bytes(), ledger.stat().st_mtime_ns) == written


def test_a_pair_across_the_border_is_in_no_split(tmp_path: Path) -> None:
    ledger = tmp_path / "splits.parquet"
    documents = [document(n) for n in range(50)]
    assigned = assign(documents, [], Splits(), ledger)
    train, test = (next(doc for doc, split in assigned.items() if split == name) for name in ("train", "test"))
    again = assign([*documents, document(50)], [pair(int(train[1:]), 50), pair(int(test[1:]), 50)], Splits(), ledger)
    assert again["d0050"] == "test", "train gives way, never test"
    assert split_of([train, "d0050"], again) is None
    assert torn([[train, "d0050"], ["d0000"]], again) == 1
