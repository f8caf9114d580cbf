"""Zipped folders: members are read as files are, and no archive may lead out, hide or blow up."""

import gzip
import io
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus import readers
from corpus.config import Source
from corpus.readers import archive, csv, stream
from corpus.readers.article import Article

from .conftest import Read, one, reasons
from .test_readers_html import page

Members = list[tuple[str, bytes]]
FILES: Members = [("post/2025/a.txt", b"Words."), ("b.txt", b"More words."), ("wire/c.html", page().encode())]


def zipped(members: Members, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as packed:
        for name, content in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            packed.writestr(info, content)
    return out.getvalue()


def tarred(members: Members, mode: str = "") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=f"w:{mode}") as packed:  # type: ignore[call-overload]
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            packed.addfile(info, io.BytesIO(content))
    return out.getvalue()


PACKED: dict[str, Callable[[Members], bytes]] = {
    ".zip": zipped,
    ".tar": tarred,
    ".tar.gz": lambda members: gzip.compress(tarred(members)),
    ".tgz": lambda members: gzip.compress(tarred(members)),
}
every = pytest.mark.parametrize("suffix", list(PACKED))


@every
def test_members_are_named_by_their_path_and_belong_to_their_first_folder(read: Read, suffix: str) -> None:
    found = [each for each in read(f"x{suffix}", PACKED[suffix](FILES)) if isinstance(each, Article)]
    assert [each.doc_id for each in found] == ["x/post/2025/a", "x/b", "x/wire/c"]
    assert [each.outlet for each in found] == ["post", None, "wire"]
    assert found[0].source.endswith(f"x{suffix}/post/2025/a.txt")


def test_the_place_of_an_archive_names_the_outlet_first(tmp_path: Path) -> None:
    (tmp_path / "daily").mkdir()
    (tmp_path / "daily" / "x.zip").write_bytes(zipped(FILES[:1]))
    (place,) = readers.inputs(Source(path="."), tmp_path, own=[], where="")
    article = one(list(readers.read(place)))
    assert (article.doc_id, article.outlet) == ("daily/x/post/2025/a", "daily")


@every
def test_tables_inside_an_archive_are_read_row_by_row(read: Read, suffix: str) -> None:
    table = io.BytesIO()
    pq.write_table(pa.table({"id": ["p"], "text": ["a"]}), table)
    members = [
        ("x.parquet", table.getvalue()),
        ("x.csv", b"id,text\nc,a\nd,\n"),
        ("x.jsonl", b'{"id": "j", "text": "a"}\n\n{}'),
    ]
    found = reasons(read(f"x{suffix}", PACKED[suffix](members)))
    assert found == ["article p", "article c", "no-text", "article j", "no-text"]


@every
def test_a_large_table_inside_an_archive_is_read_twice(
    read: Read, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv, "AT_ONCE", 64)
    rows = "id,text\n" + "".join(f"{number},Wörter\n" for number in range(5_000))
    found = read(f"x{suffix}", PACKED[suffix]([("x.csv", rows.encode())]))
    assert len(found) == 5_000 and all(isinstance(each, Article) for each in found)


UNSAFE = ["../../x.txt", "/etc/x.txt", "C:\\x.txt", "c:x.txt", "\\\\host\\x.txt", "a/../../x.txt", "a\\..\\x.txt", ".."]


@every
@pytest.mark.parametrize("name", UNSAFE)
def test_a_name_that_leads_out_is_rejected_and_nothing_is_written(
    tmp_path: Path, read: Read, suffix: str, name: str
) -> None:
    found = read(f"x{suffix}", PACKED[suffix]([(name, b"Words."), ("b.txt", b"Words.")]))
    assert reasons(found) == ["unsafe-path", "article x/b"]
    assert [path.name for path in tmp_path.rglob("*")] == [f"x{suffix}"]


@every
def test_hidden_members_and_folders_are_no_inputs(read: Read, suffix: str) -> None:
    hidden = [(".x.txt", b"a"), ("a/.git/x.txt", b"a"), ("__MACOSX/x.txt", b"a"), ("./b.txt", b"a")]
    assert reasons(read(f"x{suffix}", PACKED[suffix](hidden))) == ["article x/b"]
    assert reasons(read(f"x{suffix}", PACKED[suffix](hidden[:3]))) == ["empty"]


@every
def test_two_members_of_one_name_are_two_inputs(read: Read, suffix: str) -> None:
    with pytest.warns(UserWarning, match="Duplicate name") if suffix == ".zip" else pytest.MonkeyPatch.context():
        raw = PACKED[suffix]([("a.txt", b"One."), ("a.txt", b"Two.")])
    assert [each.text for each in read(f"x{suffix}", raw) if isinstance(each, Article)] == ["One.", "Two."]


@every
def test_archives_in_archives_and_unknown_kinds_are_rejected(read: Read, suffix: str) -> None:
    inner = [(f"a{inside}", PACKED[inside](FILES)) for inside in PACKED] + [("a.warc.gz", b""), ("a.pdf", b"%PDF")]
    assert reasons(read(f"x{suffix}", PACKED[suffix](inner))) == ["unsupported-format"] * 6


def test_an_encrypted_member_is_rejected(read: Read) -> None:
    raw = bytearray(zipped(FILES[:2]))
    at = raw.index(b"PK\1\2")
    raw[at + 8] |= 1
    raw[6] |= 1
    assert reasons(read("x.zip", bytes(raw))) == ["unreadable", "article x/b"]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_whose_memory_has_no_bound_are_rejected(read: Read, method: int) -> None:
    assert reasons(read("x.zip", zipped(FILES, method))) == ["unsupported-format"] * 3


def test_a_link_is_no_article(read: Read) -> None:
    info = zipfile.ZipInfo("a.txt")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr(info, "/etc/passwd")
    assert reasons(read("x.zip", out.getvalue())) == ["unreadable"]
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            link = tarfile.TarInfo("a.txt")
            link.type, link.linkname = kind, "/etc/passwd"
            tar.addfile(link)
    assert reasons(read("x.tar", out.getvalue())) == ["unreadable"] * 4


# Bombs


@pytest.mark.parametrize("suffix", [".zip", ".tar.gz"])
def test_what_unpacks_to_too_much_is_stopped_by_counting(
    read: Read, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "LARGEST", 1 << 20)
    bomb = [("a.txt", b"Words."), ("bomb.jsonl", b" " * (9 << 20)), ("c.txt", b"Words.")]
    found = reasons(read(f"x{suffix}", PACKED[suffix](bomb)))
    assert found[:2] == ["article x/a", "too-large"]
    assert found[2:] == ["too-large"]


def test_the_size_in_a_header_is_not_believed(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LARGEST", 1 << 20)
    raw = bytearray(zipped([("bomb.jsonl", b" " * (9 << 20))]))
    central = raw.index(b"PK\1\2")
    for at in (22, central + 24):
        raw[at : at + 4] = struct.pack("<I", 100)
    assert reasons(read("x.zip", bytes(raw))) in (["unreadable"], ["too-large"])


def test_members_that_overlap_are_rejected(read: Read) -> None:
    raw = bytearray(zipped([("a.txt", b"Words." * 99), ("b.txt", b"Words." * 99)]))
    second = raw.index(b"PK\1\2", raw.index(b"PK\1\2") + 1)
    raw[second + 42 : second + 46] = bytes(4)  # both in the same place
    assert reasons(read("x.zip", bytes(raw)))[1] == "unreadable"


@every
def test_too_many_members_are_rejected(read: Read, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_MEMBERS", 2)
    assert reasons(read(f"x{suffix}", PACKED[suffix](FILES)))[-1] == "too-large"


def test_a_directory_that_is_too_large_is_never_in_memory(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST_DIRECTORY", 1_000)
    assert reasons(read("x.zip", zipped([(f"{number}.txt", b"a") for number in range(99)]))) == ["too-large"]


def test_a_tar_head_without_an_end_is_stopped(read: Read) -> None:
    out = io.BytesIO()
    long = tarfile.TarInfo("././@LongLink")
    long.type, long.size = tarfile.GNUTYPE_LONGNAME, 5 << 20
    out.write(tarred([("a.txt", b"Words.")])[:1024] + long.tobuf(tarfile.GNU_FORMAT) + b"a" * long.size)
    assert reasons(read("x.tar", out.getvalue())) == ["article x/a", "too-large"]


@every
@pytest.mark.parametrize("keep", [0, 10, 100, 0.5, 0.9])
def test_a_truncated_archive_loses_nothing_silently(read: Read, suffix: str, keep: float) -> None:
    raw = PACKED[suffix]([(name, content * 50) for name, content in FILES])
    found = reasons(read(f"x{suffix}", raw[: int(keep * len(raw) if 0 < keep < 1 else keep)]))
    assert found and found[-1] in ("unreadable", "empty")


def test_a_tar_that_is_broken_in_the_middle_says_so(read: Read) -> None:
    raw = bytearray(tarred([("a.txt", b"Words."), ("b.txt", b"Words."), ("c.txt", b"Words.")]))
    raw[1024 : 1024 + 100] = b"x" * 100
    assert reasons(read("x.tar", bytes(raw))) == ["article x/a", "unreadable"]


def test_names_in_utf_8_without_the_flag_are_read(read: Read) -> None:
    raw = zipped([("Bru_cke.txt", b"Words.")]).replace(b"Bru_cke", "Brücke".encode())
    assert reasons(read("x.zip", raw)) == ["article x/Brücke"]
