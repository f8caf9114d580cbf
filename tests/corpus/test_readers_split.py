"""Large files in parts: together they are the file, wherever it is cut; identities tell changes."""

import io
import json
import os
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import readers
from corpus.config import Fields, Source
from corpus.readers import Input, csv, jsonl, stream, text
from corpus.readers.article import Article, Origin
from corpus.schema import Reject

from .conftest import reasons


def place(path: Path) -> Input:
    (found,) = readers.inputs(Source(path=path.name), path.parent, own=[], where="")
    return found


def told(parts: list[Input]) -> list[tuple[str, str]]:
    return [
        (each.source, each.doc_id if isinstance(each, Article) else each.reason.value)
        for part in parts
        for each in readers.read(part)
    ]


LINES = st.lists(
    st.sampled_from([b"", b" ", b"{}", b"\xff", b'{"text": "a\xc3\xb6"}', b'{"text": "' + b"b" * 40 + b'"}']),
    max_size=12,
)


@settings(max_examples=200)
@given(LINES, st.sampled_from([b"", b"\xef\xbb\xbf"]), st.sampled_from([b"\n", b"\r\n"]), st.integers(1, 90))
def test_the_parts_of_a_jsonl_are_the_file(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes], mark: bytes, end: bytes, size: int
) -> None:
    path = tmp_path_factory.mktemp("cut") / "x.jsonl"
    path.write_bytes(mark + end.join(lines))
    parts = readers.split(place(path), size)
    assert told(parts) == told([place(path)])
    assert all(part.identity for part in parts)
    assert len({(part.identity, part.part) for part in parts}) == len(parts)


def test_a_jsonl_is_cut_at_line_ends_and_each_part_has_its_own_hash(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    rows = [json.dumps({"id": f"{number:03}", "text": "word"}) + "\n" for number in range(100)]
    path.write_text("".join(rows))
    before = readers.split(place(path), 1_000)
    assert len(before) > 2 and sum(part.size for part in before) == path.stat().st_size
    path.write_text("".join(rows) + '{"text": "new"}\n')
    after = readers.split(place(path), 1_000)
    assert [part.identity for part in after][: len(before) - 1] == [part.identity for part in before][:-1]


@pytest.mark.parametrize("rows", [0, 1, 10, 100])
def test_the_parts_of_a_parquet_are_the_file(tmp_path: Path, rows: int) -> None:
    path = tmp_path / "x.parquet"
    table = pa.table({"id": [str(row) for row in range(rows)], "text": ["word " * 20] * rows}, schema=None)
    pq.write_table(table.cast(pa.schema([("id", pa.string()), ("text", pa.string())])), path, row_group_size=7)
    parts = readers.split(place(path), 400)
    assert told(parts) == told([place(path)])
    assert len(parts) == 1 or [part.first_line for part in parts] == sorted({part.first_line for part in parts})
    assert (len(parts) > 1) == (rows > 7)
    assert len({part.identity for part in parts}) == len(parts)


@pytest.mark.parametrize("name", ["x.txt", "x.csv", "x.html", "x.zip", "x.warc.gz"])
def test_other_files_stay_whole_and_are_known_by_their_bytes(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"word " * 50)
    (one,) = readers.split(place(tmp_path / name), 10)
    assert one.part is None and len(one.identity) == 64
    os.utime(tmp_path / name, (1, 1))
    assert readers.split(place(tmp_path / name), 10) == [one]
    (tmp_path / name).write_bytes(b"work " * 50)
    assert readers.split(place(tmp_path / name), 10)[0].identity != one.identity


def test_what_can_not_be_read_says_so_in_its_identity(tmp_path: Path) -> None:
    (tmp_path / "gone.txt").symlink_to("nowhere")
    os.mkfifo(tmp_path / "fifo.jsonl")
    (tmp_path / "x.docx").write_bytes(b"")
    (tmp_path / "x.parquet").write_bytes(b"PAR1")
    found = [
        one for each in readers.inputs(Source(path="."), tmp_path, own=[], where="") for one in readers.split(each, 1)
    ]
    assert [one.identity.startswith("unreadable: ") for one in found] == [True, True, True, False]
    assert reasons([each for one in found for each in readers.read(one)])[:3] == [
        "unreadable", "unreadable", "unsupported-format",
    ]  # fmt: skip


def test_listing_reads_nothing_but_sizes(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_bytes(b"words")
    one = place(tmp_path / "x.txt")
    assert (one.size, one.identity, one.part, one.first_line) == (5, "", None, 1)


def test_an_input_goes_to_another_process(tmp_path: Path) -> None:
    name = os.fsdecode(b"\xff.txt")
    (tmp_path / name).write_text("words")
    (one,) = readers.inputs(Source(path="."), tmp_path, own=[], where="")
    assert pickle.loads(pickle.dumps(one)) == one
    assert reasons(list(readers.read(pickle.loads(pickle.dumps(one))))) == ["article \\xff"]


def test_the_address_of_an_input_is_not_shown() -> None:
    assert "secret" not in repr(Input("s3://secret@bucket/x", Origin("x", "x", None), Fields()))


# Limits


class Endless(io.RawIOBase):
    """A stream of the same bytes, and how many of them were taken."""

    def __init__(self, block: bytes, times: int) -> None:
        super().__init__()
        self.blocks = iter([block] * times)
        self.left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.left = self.left or next(self.blocks, b"")
        taken, self.left = self.left[: len(buffer)], self.left[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (stream, jsonl, csv):
        monkeypatch.setattr(module, "LARGEST", 1 << 20)


def over(reader: Any, name: str, block: bytes, times: int) -> Iterator[Article | Reject]:
    return iter(reader.read(io.BufferedReader(Endless(block, times)), Input("", Origin(name, "x", None), Fields())))


@pytest.mark.usefixtures("small")
def test_a_line_that_is_too_long_costs_its_line_only(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'{"text": "' + b"a" * (3 << 20) + b'"}\n{"id": "b", "text": "b"}\n')
    assert reasons(list(readers.read(place(path)))) == ["too-large", "article b"]


@pytest.mark.usefixtures("small")
def test_a_field_or_a_row_that_is_too_long_ends_the_table(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    for long in ('"' + "a\n" * (1 << 20), '"a\n",' * (1 << 19), "a" * (3 << 20)):
        path.write_text(f"id,text\n1,a\n2,{long}")
        assert reasons(list(readers.read(place(path))))[0] == "article 1"
        assert reasons(list(readers.read(place(path))))[-1] in ("too-large", "bad-row")


@pytest.mark.parametrize("name", ["x.txt", "x.html"])
def test_a_text_that_is_too_large_is_rejected(tmp_path: Path, name: str) -> None:
    with (tmp_path / name).open("wb") as file:
        file.truncate(stream.LARGEST + 1)
    assert reasons(list(readers.read(place(tmp_path / name)))) == ["too-large"]


def test_memory_does_not_grow_with_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    import tracemalloc

    monkeypatch.setattr(csv, "AT_ONCE", 1 << 20)

    row = json.dumps({"text": "word " * 2_000}).encode() + b"\n"
    field = b'"' + (b"word " * 200 + b"\n") * 10 + b'"\n'
    tracemalloc.start()
    count = sum(1 for _ in over(jsonl, "x.jsonl", row, 2_000))  # 20 MB
    count += sum(1 for _ in over(csv, "x.csv", b"text\n" + field, 2_000))  # 20 MB
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 2_000 + 2 * 2_000 - 1  # each block of the table begins with its header
    assert peak < 8 << 20


def test_a_legacy_table_is_read_whole_and_a_broken_one_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv, "AT_ONCE", 100)
    path = tmp_path / "x.csv"
    rows = "id,text\n" + "".join(f"{number},Die Brücke bleibt für Wochen gesperrt\n" for number in range(200))
    path.write_bytes(rows.encode("cp1252"))
    found = list(readers.read(place(path)))
    assert len(found) == 200 and all(isinstance(each, Article) and "Brücke" in each.text for each in found)
    path.write_bytes(rows.encode() + b"\xff")
    assert reasons(list(readers.read(place(path)))) == ["broken-utf-8"]
    path.write_bytes(rows.encode() + b"\0")
    assert reasons(list(readers.read(place(path)))) == ["binary"]
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        path.write_bytes(rows.encode(encoding))
        assert reasons(list(readers.read(place(path)))) == [f"article {number}" for number in range(200)]


def test_an_error_in_the_middle_of_a_stream_is_never_its_end() -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(size) or self.fail()

        read1 = read

        def fail(self) -> bytes:
            raise ValueError("cut off")

    def opened() -> Any:
        return stream.guarded(Broken(b'{"text": "a"}\n'), told=stream.cause, spend=lambda _size: None)

    with pytest.raises(OSError, match="cut off"):
        list(text.read(opened(), Input("", Origin("x.txt", "x", None), Fields())))
    with opened() as file:
        assert len(list(jsonl.read(file, Input("", Origin("x.jsonl", "x", None), Fields())))) == 1
        with pytest.raises(OSError, match="cut off"):
            stream.settled(file)
