"""Ten thousand hostile inputs: each is a row or a reject with its reason, and nothing is a traceback.

What counts as an input: a `.txt` or a page; a row of a table, or the table where it has none; a
response of a crawl; a member of an archive.
"""

import gzip
import io
import os
from collections.abc import Callable
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import readers
from corpus.config import Fields, Source
from corpus.readers import Input
from corpus.readers.article import Article, Origin, flaw_of
from corpus.schema import Reason, Reject

from .test_readers_archive import FILES, tarred, zipped
from .test_readers_html import page
from .test_readers_warc import crawl, response

FILES_OF_A_RUN = 10_000
HOSTILE = [
    b"", b"\0", b"\xff", b"\xff\xfe", b"\xef\xbb\xbf", "\u202e\u2066".encode(), b"\xed\xa0\x80", b"\xf0\x9f", b"\r",
    b"\n", b'"', b",", b"{", b"[", b"<", b"<div>" * 300, b"&#xD800;", b"&#0;", b"]]>", b"<!--", b"-1", b"9" * 30,
    b"PK\1\2", b"PK\5\6", b"\x1f\x8b\x08", b"WARC/1.0\r\n", b"Content-Length: 5\r\n\r\n", b"PAR1", b"\x7f" * 9,
]  # fmt: skip


def parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"id": ["1", "2", "3"], "text": ["a", "Wörter", None]}), out, row_group_size=2)
    return out.getvalue()


SEEDS: dict[str, bytes] = {
    ".txt": "Die Brücke bleibt zu.\nSagte sie.".encode(),
    ".jsonl": '{"id": "1", "text": "Brücke"}\n{"id": "2", "text": "b"}\n'.encode() * 3,
    ".csv": 'id,text\n1,"Brücke, \n zu"\n2,b\n'.encode(),
    ".parquet": parquet(),
    ".html": page().encode(),
    ".xhtml": b'<?xml version="1.0" encoding="utf-8"?>' + page().encode(),
    ".warc": crawl(response(), response(status="404 None"), packed=False),
    ".warc.gz": crawl(response(kind="text/plain", body=b"Words."), response(kind="image/png")),
    ".zip": zipped([*FILES[:2], ("x.jsonl", b'{"text": "a"}\n')]),
    ".tar": tarred([*FILES[:2], ("x.csv", b"text\na\n")]),
    ".tar.gz": gzip.compress(tarred(FILES[:2])),
    ".docx": b"PK",
}


def harmed(raw: bytes, random: Random) -> bytes:
    """Cut, flip, repeat, swap and insert."""
    found = bytearray(raw)
    for _ in range(random.choice([0, 1, 1, 1, 2, 5, 30])):
        at = random.randrange(len(found) + 1)
        match random.randrange(6):
            case 0:
                del found[at:]
            case 1:
                found[at : at + random.randrange(1, 40)] = b""
            case 2:
                found[at:at] = random.choice(HOSTILE)
            case 3:
                found[at : at + 4] = random.randbytes(4)
            case 4 if found:
                found[at % len(found)] ^= 1 << random.randrange(8)
            case 5:
                found[at:at] = found[at : at + 200] * random.randrange(1, 4)
    return bytes(found)


def accounted(one: Input, size: int) -> int:
    """Read one file, whole and in parts; return how many inputs it had."""
    whole = list(readers.read(one))
    assert whole, "every file is at least one input"
    for each in whole:
        if isinstance(each, Article):
            assert each.text.strip() and not flaw_of(each.text, cleaned=True)
            for told in (each.doc_id, each.source, each.title, each.url, each.outlet, each.published):
                assert told is None or (told and not flaw_of(told))
        else:
            assert isinstance(each, Reject) and each.reason in Reason and each.detail and not flaw_of(each.detail)
            assert each.source.startswith(one.origin.name) and not flaw_of(each.source)
    parts = readers.split(one, size)
    assert all(part.identity for part in parts)
    again = [each for part in parts for each in readers.read(part)]
    if one.address.endswith(".parquet"):  # each part of a broken table says so
        assert [each for each in again if isinstance(each, Article)] == [
            each for each in whole if isinstance(each, Article)
        ] or len(parts) > 1
    else:
        assert again == whole
    return len(whole)


def test_ten_thousand_hostile_files_are_rows_or_rejects(tmp_path: Path) -> None:
    random = Random(20251028)
    names = list(SEEDS)
    count = 0
    for number in range(FILES_OF_A_RUN):
        # Pages cost milliseconds, the others microseconds.
        suffix = names[number % len(names)] if number % 5 == 0 else random.choice(names[:4] + names[7:])
        path = tmp_path / f"{number}{suffix}"
        path.write_bytes(harmed(SEEDS[suffix], random))
        one = Input(str(path), Origin(path.name, str(number), None), Fields(), size=path.stat().st_size)
        count += accounted(one, random.choice([1, 60, 10_000]))
        path.unlink()
    assert count >= FILES_OF_A_RUN


@pytest.mark.parametrize("suffix", list(SEEDS))
def test_the_unharmed_are_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    path.write_bytes(SEEDS[suffix])
    found = list(readers.read(Input(str(path), Origin(path.name, "x", None), Fields(), size=len(SEEDS[suffix]))))
    assert any(isinstance(each, Article) for each in found) != (suffix == ".docx")


@settings(max_examples=150)
@given(st.sampled_from(sorted(SEEDS)), st.binary(max_size=200))
def test_any_bytes_under_any_suffix_are_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, raw: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / f"x{suffix}"
    path.write_bytes(raw)
    accounted(Input(str(path), Origin(path.name, "x", None), Fields(), size=len(raw)), 50)


# A name is any bytes but "/" and NUL; most random bytes are not Unicode, so text is added.
UNICODE = st.text(st.characters(exclude_categories=["Cs"]), max_size=40).map(str.encode)
NAMES = (
    (st.binary(max_size=60) | UNICODE)
    .map(lambda name: os.fsdecode(name.replace(b"/", b"").replace(b"\0", b"")))
    .filter(lambda name: name and not name.startswith("."))
)


@settings(max_examples=100)
@given(st.lists(NAMES, min_size=1, max_size=5, unique=True), st.sampled_from([".txt", ".jsonl", ""]))
def test_any_names_are_listed_once_in_order(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], suffix: str
) -> None:
    root = tmp_path_factory.mktemp("names")
    for name in names:
        (root / f"{name}{suffix}").write_bytes(b'{"text": "a"}')
    inputs = readers.inputs(Source(path="."), root, own=[], where="")
    assert sorted(one.address for one in inputs) == [one.address for one in inputs]
    assert len(inputs) == len(names)
    assert sum(accounted(one, 5) for one in inputs) == len(names)


@pytest.mark.parametrize("make", [zipped, tarred])
@settings(max_examples=100, deadline=None)
@given(
    names=st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20), max_size=5, unique=True)
)
def test_any_member_is_accounted_for_and_nothing_is_written(
    tmp_path_factory: pytest.TempPathFactory, make: Callable[[list[tuple[str, bytes]]], bytes], names: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("members")
    path = folder / ("x.zip" if make is zipped else "x.tar")
    path.write_bytes(make([(f"{name}.txt", b"Words.") for name in names]))
    count = accounted(Input(str(path), Origin(path.name, "x", None), Fields(), size=path.stat().st_size), 50)
    assert count <= max(len(names), 1)
    assert list(folder.iterdir()) == [path]
