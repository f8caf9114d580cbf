"""Tables of a release: each row in the split of its documents, in order, the same bytes on any number of workers."""

import random
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.config import SPLIT_NAMES
from corpus.features import features, schema_of
from corpus.parquet import write_batches
from corpus.schema import Segment
from export.borders import ACROSS, GONE, Borders
from export.contents import Content, Piece
from export.schema import Table
from export.tables import WORK, cut, save_splits, write

SCHEMA = schema_of(features(Segment))
GROUP = 100  # rows of a row group


def segments(count: int) -> pa.RecordBatch:
    rows = [
        {"segment_id": f"s{at}", "doc_id": f"d{at // 10}", "index": at % 10, "text": f"Sentence {at}. " * 5}
        for at in range(count)
    ]
    blank: dict[str, Any] = {"paragraph": 0, "start": 0, "end": 1, "role": "body", "language": "en"}
    return pa.RecordBatch.from_pylist([blank | row for row in rows], schema=SCHEMA)


def known(count: int) -> dict[str, str]:
    draw = random.Random(1)
    return {f"d{at}": draw.choice(SPLIT_NAMES) for at in range(count)}


def table(folder: Path, batch: pa.RecordBatch, parts: int = 2) -> Content:
    """A table of several files with row groups of GROUP rows."""
    size = -(-batch.num_rows // parts)
    files = tuple(folder / f"part-{at:05}.parquet" for at in range(parts))
    for at, path in enumerate(files):
        part = batch.slice(at * size, size)
        groups = [part.slice(start, GROUP) for start in range(0, part.num_rows, GROUP)]
        write_batches(path, groups, SCHEMA, group_bytes=1)
    return Content("segments", Table.SEGMENTS, features(Segment), files)


def written(folder: Path, content: Content, splits: dict[str, str], **options: Any) -> dict[str, int]:
    folder.mkdir(parents=True)
    save_splits(folder / "splits.parquet", splits)
    done = write(folder, [content], folder / "splits.parquet", **options)["segments"]
    assert not (folder / WORK).exists() and set(done.bytes) == set(done.rows)
    return dict(done.rows) | {"left out": sum(done.left_out.values())}


def shards(folder: Path, split: str) -> list[Path]:
    return sorted((folder / "segments").glob(f"{split}-*.parquet"))


def test_every_row_is_in_the_split_of_its_document_and_in_order(tmp_path: Path) -> None:
    splits, batch = known(100), segments(1_000)
    del splits["d7"]
    done = written(tmp_path / "release", table(tmp_path, batch), splits)
    assert done.pop("left out") == 10 and sum(done.values()) == 990
    for split in SPLIT_NAMES:
        (path,) = shards(tmp_path / "release", split)
        found = pq.read_table(path)
        wanted = [row for row in batch.to_pylist() if splits.get(row["doc_id"]) == split]
        assert found.to_pylist() == wanted and found.schema.metadata == SCHEMA.metadata
        assert path.name == f"{split}-00000-of-00001.parquet" and done[split] == len(wanted)


def test_a_range_ends_by_size_and_every_row_is_there_once(tmp_path: Path) -> None:
    batch = segments(1_000)
    written(tmp_path / "release", table(tmp_path, batch), known(100), range_bytes=10_000)
    rows = []
    for split in SPLIT_NAMES:
        mine = shards(tmp_path / "release", split)
        assert [path.name for path in mine] == [f"{split}-{at:05}-of-{len(mine):05}.parquet" for at in range(len(mine))]
        found = [row["segment_id"] for path in mine for row in pq.read_table(path).to_pylist()]
        assert len(mine) > 1 and found == sorted(found, key=lambda one: int(one[1:]))
        rows += found
    assert Counter(rows) == Counter(batch["segment_id"].to_pylist())


@pytest.mark.parametrize("workers", [1, 4])
def test_any_number_of_workers_on_any_path_gives_the_same_bytes(tmp_path: Path, workers: int) -> None:
    for place, some in (("one", 1), ("another/place", workers)):
        (tmp_path / place).mkdir(parents=True)
        content = table(tmp_path / place, segments(1_000))
        written(tmp_path / place / "release", content, known(100), range_bytes=20_000, workers=some)
    one, other = (contents(tmp_path / place / "release") for place in ("one", "another/place"))
    assert one == other and len(one) > 4


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_changed_row_changes_the_shards_of_its_range_only(tmp_path: Path) -> None:
    batch = segments(1_000)
    texts = batch["text"].to_pylist()
    texts[555] = "Another one."
    other = batch.set_column(batch.schema.get_field_index("text"), "text", pa.array(texts))
    for name, rows in (("one", batch), ("two", other.cast(SCHEMA))):
        (tmp_path / name).mkdir()
        written(tmp_path / name / "release", table(tmp_path / name, rows), known(100), range_bytes=10_000)
    one, two = (contents(tmp_path / name / "release") for name in ("one", "two"))
    changed = [name for name in one if one[name] != two[name]]
    assert len(changed) == 1 and changed[0].startswith(f"segments/{known(100)['d55']}-")


def test_a_table_without_rows_has_no_folder(tmp_path: Path) -> None:
    done = written(tmp_path / "release", table(tmp_path, segments(0)), {})
    assert done == {"left out": 0} and not (tmp_path / "release" / "segments").exists()


@given(sizes=st.lists(st.integers(1, 50), max_size=40), most=st.integers(1, 120))
def test_ranges_hold_every_row_group_in_order_and_are_as_full_as_they_can_be(sizes: list[int], most: int) -> None:
    pieces = [Piece(Path("a"), at, 0, 1, size) for at, size in enumerate(sizes)]
    ranges = cut(pieces, most)
    assert [one for some in ranges for one in some] == pieces and all(ranges)
    for some, after in pairwise(ranges):
        total = sum(one.bytes for one in some)
        assert (total <= most or len(some) == 1) and total + after[0].bytes > most


@settings(max_examples=50)
@given(
    splits=st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(SPLIT_NAMES)),
    units=st.lists(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=3), max_size=12),
    start=st.integers(0, 5),
)
def test_a_row_is_in_the_one_split_of_all_its_documents(
    splits: dict[str, str], units: list[list[str]], start: int
) -> None:
    units = units[start:]
    batch = pa.RecordBatch.from_arrays([pa.array([["a"]] * start + units, pa.list_(pa.string()))], names=["doc_ids"])
    wanted = []
    for unit in units:
        found = {SPLIT_NAMES.index(splits[doc]) if doc in splits else GONE for doc in unit}
        wanted.append(found.pop() if len(found) == 1 else GONE if GONE in found else ACROSS)
    borders = Borders(splits)
    assert borders.of(batch.slice(start)).tolist() == wanted
    pairs = [(unit, code) for unit, code in zip(units, wanted, strict=True) if len(unit) == 2]
    if pairs:
        left, right = ([{"doc": unit[side]} for unit, _ in pairs] for side in (0, 1))
        batch = pa.RecordBatch.from_pydict({"left": left, "right": right})
        assert borders.of(batch).tolist() == [code for _, code in pairs]
