"""Splits: what belongs together stays together, and nothing that was assigned moves."""

import random
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.config import Splits
from corpus.schema import Document
from export.splits import assign, families, split_of, torn


def document(number: int, family: int | None = None) -> Document:
    doc_id = f"d{number:04}"
    return Document(
        doc_id=doc_id,
        source="s",
        language="en",
        text="",
        paragraphs=[],
        raw_sha256="",
        text_sha256=doc_id,
        family_id=f"d{number if family is None else family:04}",
    )


def test_the_documents_of_a_family_are_one_group() -> None:
    documents = [document(0), document(1), document(2), document(3, 1), document(4, 0)]
    assert families(documents) == [["d0000", "d0004"], ["d0001", "d0003"], ["d0002"]]


def test_shares_are_met(tmp_path: Path) -> None:
    assigned = assign([document(n) for n in range(1_000)], Splits(), tmp_path / "splits.parquet")
    assert Counter(assigned.values()) == {"train": 800, "validation": 100, "test": 100}


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(), rounds=st.integers(2, 4))
def test_growth_moves_nothing_and_cuts_nothing(seed: int, rounds: int) -> None:
    draw = random.Random(seed)
    with TemporaryDirectory() as folder:
        ledger = Path(folder) / "splits.parquet"
        family: list[int] = []
        before: dict[str, str] = {}
        for _ in range(rounds):
            # New articles join old families, one each: merging old ones is told elsewhere.
            for number in range(len(family), len(family) + draw.randint(1, 30)):
                family.append(draw.choice(family) if family and draw.random() < 0.4 else number)
            documents = [document(number, one) for number, one in enumerate(family)]
            assigned = assign(documents, Splits(train=0.6, validation=0.2, test=0.2), ledger)
            assert before.items() <= assigned.items(), "an old document never moves"
            assert all(split_of(group, assigned) for group in families(documents))
            before = assigned


def test_the_second_time_the_ledger_stays_as_it_is(tmp_path: Path) -> None:
    ledger = tmp_path / "splits.parquet"
    documents = [document(n) for n in range(20)]
    first = assign(documents, Splits(), ledger)
    written = ledger.read_bytes(), ledger.stat().st_mtime_ns
    assert assign(documents, Splits(), ledger) == first
    assert (ledger.read_bytes(), ledger.stat().st_mtime_ns) == written


def test_a_pair_across_the_border_is_in_no_split(tmp_path: Path) -> None:
    ledger = tmp_path / "splits.parquet"
    documents = [document(n) for n in range(50)]
    assigned = assign(documents, Splits(), ledger)
    train, test = (next(doc for doc, split in assigned.items() if split == name) for name in ("train", "test"))
    joined = {train: 50, test: 50}
    documents = [document(n, joined.get(f"d{n:04}")) for n in range(51)]
    again = assign(documents, Splits(), ledger)
    assert again["d0050"] == "test", "train gives way, never test"
    assert split_of([train, "d0050"], again) is None
    assert torn([[train, "d0050"], ["d0000"]], again) == 1
