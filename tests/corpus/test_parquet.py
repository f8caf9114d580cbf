"""Rows to Parquet and back, for pyarrow, datasets, polars and duckdb alike."""

import os
from pathlib import Path

import datasets
import duckdb
import polars
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import parquet
from corpus.errors import WirecopyError
from corpus.features import features
from corpus.parquet import read, read_dicts, write
from corpus.schema import Document, Paragraph, Reason, Reject, Role, Segment

# What Arrow can hold: any code point but surrogates.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
OFFSETS = st.integers(0, 2**62)
PARAGRAPHS = st.lists(st.builds(Paragraph, start=OFFSETS, end=OFFSETS, role=st.sampled_from(Role)), max_size=3)
DOCUMENTS = st.builds(
    Document, doc_id=TEXT, source=TEXT, outlet=st.none() | TEXT, language=TEXT,
    language_score=st.none() | st.floats(0, 1), text=TEXT, paragraphs=PARAGRAPHS, raw_sha256=TEXT, text_sha256=TEXT,
)  # fmt: skip
TEXTS = [
    "e\u0301 \u00e9",
    "👩🏽\u200d🚀🇩🇪",
    "a\r\nb\u2028c\x85d\fe",
    "\u202egnp\u2066",
    "\ufeffx",
    "日本語",
    "\x1b[31m",
]


def reject(detail: str) -> Reject:
    return Reject(source="s", reason=Reason.EMPTY, detail=detail)


@settings(deadline=None, max_examples=60)
@given(st.lists(DOCUMENTS, max_size=5))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, documents: list[Document]) -> None:
    path = tmp_path_factory.mktemp("identity") / "rows.parquet"
    assert write(path, documents, features(Document)) == len(documents)
    assert list(read(path, Document)) == documents


def test_four_readers_see_the_same_text(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    write(path, map(reject, TEXTS), features(Reject))
    loaded = datasets.load_dataset("parquet", data_files=str(path), split="train", cache_dir=str(tmp_path / "cache"))
    assert loaded["detail"][:] == TEXTS
    assert loaded.features == datasets.Features.from_dict(features(Reject))
    assert polars.read_parquet(path)["detail"].to_list() == TEXTS
    assert [row[0] for row in duckdb.connect().execute(f"select detail from '{path}'").fetchall()] == TEXTS
    assert [row["detail"] for row in read_dicts(path)] == TEXTS


def test_the_file_is_made_for_the_hub(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    write(path, [reject("x")] * 3, features(Reject))
    with pq.ParquetFile(path) as file:
        column = file.metadata.row_group(0).column(0)
        assert column.compression == "ZSTD"
        assert column.has_offset_index
        assert b"huggingface" in file.schema_arrow.metadata


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path / name, map(reject, TEXTS), features(Reject))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_row_groups_stay_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "GROUP_ROWS", 5_000)
    monkeypatch.setattr(parquet, "GROUP_BYTES", 1_000_000)
    write(tmp_path / "many", (reject("x") for _ in range(12_000)), features(Reject))
    write(tmp_path / "long", (reject("x" * 600_000) for _ in range(5)), features(Reject))
    with pq.ParquetFile(tmp_path / "many") as many, pq.ParquetFile(tmp_path / "long") as long:
        sizes = [many.metadata.row_group(at).num_rows for at in range(many.num_row_groups)]
        assert sum(sizes) == 12_000
        assert max(sizes) <= 5_000
        assert [long.metadata.row_group(at).num_rows for at in range(long.num_row_groups)] == [2, 2, 1]


def test_no_rows_are_a_file_with_the_schema(tmp_path: Path) -> None:
    assert write(tmp_path / "none", [], features(Segment)) == 0
    assert list(read(tmp_path / "none", Segment)) == []
    assert polars.read_parquet(tmp_path / "none").columns == list(Segment.model_fields)


def test_a_failing_source_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        write(tmp_path / "rows", (reject(str(1 // at)) for at in (1, 0)), features(Reject))
    assert not list(tmp_path.iterdir())


def test_a_name_of_any_bytes_can_be_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff\n*.parquet")
    write(path, [reject("x")], features(Reject))
    assert list(read(path, Reject)) == [reject("x")]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"no parquet at all", b"PAR1" * 100])
def test_a_broken_file_is_an_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.parquet"
    path.write_bytes(content)
    with pytest.raises(WirecopyError, match=r"broken\.parquet is no readable Parquet file"):
        list(read_dicts(path))


def test_a_missing_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(WirecopyError, match="none is missing"):
        list(read_dicts(tmp_path / "none"))


def test_rows_of_another_contract_are_an_error_that_names_row_and_column(tmp_path: Path) -> None:
    write(tmp_path / "rows", [reject("x")], features(Reject))
    with pytest.raises(WirecopyError, match=r"rows: row 1: \[segment_id\] Field required"):
        list(read(tmp_path / "rows", Segment))
