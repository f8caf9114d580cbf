"""The split ledger: only added to, and never quietly lost or damaged."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.errors import WirecopyError
from export.splits import ledger
from export.splits.ledger import Entry, Move
from export.tables import save_splits


def test_the_ledger_is_only_added_to(tmp_path: Path) -> None:
    path = tmp_path / "splits.parquet"
    ledger.add(path, ledger.entries(path), {"b": ("train", "new"), "a": ("test", "new")})
    first = ledger.entries(path)
    ledger.add(path, first, {"b": ("test", "belongs together with a")})
    lines = ledger.entries(path)
    assert lines[:2] == first and [(one.doc_id, one.step) for one in lines] == [("a", 1), ("b", 1), ("b", 2)]
    assert ledger.splits(lines) == {"a": "test", "b": "test"}
    before = path.read_bytes(), path.stat().st_mtime_ns
    ledger.add(path, lines, {})
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_a_ledger_tells_its_moves(tmp_path: Path) -> None:
    lines = [Entry(doc_id="a", split="train"), Entry(doc_id="b", split="test")]
    lines += [Entry(doc_id="a", split="validation", step=2, reason="x"), Entry(doc_id="a", split="test", step=3)]
    assert ledger.moves(lines) == [Move("a", "train", "validation", "x"), Move("a", "validation", "test", "new")]


DAMAGED = {
    "an unknown split": ([("a", "dev", 1, "new")], "row 1: 'a' is in the split 'dev'"),
    "a document twice in a step": ([("a", "train", 1, "new"), ("a", "test", 1, "x")], "row 2: 'a' has two lines"),
    "a step that goes back": ([("a", "train", 2, "new"), ("b", "test", 1, "new")], "row 2: 'b' has step 1 after"),
    "a move back": ([("a", "test", 1, "new"), ("a", "train", 2, "x")], "row 2: 'a' moves from test to train"),
    "a second line that changes nothing": ([("a", "test", 1, "new"), ("a", "test", 2, "new")], "row 2: 'a' moves"),
    "a move of nothing": ([("a", "test", 1, "belongs together with b")], "row 1: 'a' moves, but was in no split"),
    "a step without end": ([("a", "test", 2**62, "new")], "row 1: 'a' has step 4611686018427387904"),
    "a step below the first": ([("a", "test", 0, "new")], "row 1: 'a' has step 0"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_ledger_is_refused(tmp_path: Path, name: str) -> None:
    rows, told = DAMAGED[name]
    path = tmp_path / "splits.parquet"
    ledger.save(path, [Entry(*row) for row in rows])
    with pytest.raises(WirecopyError, match=told) as caught:
        ledger.entries(path)
    assert "version control" in caught.value.hint


def test_a_cut_ledger_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "splits.parquet"
    ledger.add(path, [], {"a": ("train", "new")})
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(WirecopyError, match="no readable Parquet file"):
        ledger.entries(path)


def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "splits.parquet"
    for columns, told in [({"doc_id": ["a"]}, "no column 'split'"), (no_steps(), "'step' has other values")]:
        pq.write_table(pa.table(columns), path)
        with pytest.raises(WirecopyError, match=told):
            ledger.entries(path)


def no_steps() -> dict[str, list[str]]:
    return {"doc_id": ["a"], "split": ["test"], "step": ["one"], "reason": ["new"]}


def test_a_ledger_that_leads_nowhere_is_lost_not_new(tmp_path: Path) -> None:
    path = tmp_path / "splits.parquet"
    path.symlink_to(tmp_path / "gone.parquet")
    with pytest.raises(WirecopyError):
        ledger.entries(path)


@pytest.mark.parametrize("now", [None, "train", "validation"])
def test_what_a_release_says_is_not_forgotten(tmp_path: Path, now: str | None) -> None:
    path, older = tmp_path / "splits.parquet", tmp_path / "release" / "1.0.0"
    save_splits(older / "splits.parquet", {"a": "train", "b": "test"})
    for kept in ({"a": "train", "b": "test"}, {"a": "validation", "b": "test", "c": "train"}):
        ledger.uphold(path, kept, older.parent)
    with pytest.raises(WirecopyError, match=rf"'b' is (missing|in {now}); .*1\.0\.0 has it in test") as told:
        ledger.uphold(path, {"a": "train"} | ({"b": now} if now else {}), older.parent)
    assert "restore it from version control" in told.value.hint
    ledger.uphold(path, {}, tmp_path / "elsewhere")
