"""Crawls to articles: which records count, how they are named, and crawls that are broken or hostile."""

import gzip
import zlib
from pathlib import Path

import brotli
import pytest

from corpus import readers
from corpus.config import Source
from corpus.readers import stream, warc
from corpus.readers.article import Article
from corpus.schema import Reject

from .conftest import Read, one, reasons
from .test_readers_html import LINES, page

URI = "https://www.kurier.example/stadt/bruecke?id=1"
PAGE = page(head="<title>Brücke</title>").encode()


def response(
    uri: str = URI, body: bytes = PAGE, *, status: str = "200 OK", kind: str = "text/html", **headers: str
) -> tuple[str, str, bytes]:
    named = {"Content-Type": kind} | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return "response", uri, f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + body


def crawl(*records: tuple[str, str, bytes], packed: bool = True) -> bytes:
    out = b""
    for kind, uri, block in [("warcinfo", "", b"software: none"), *records]:
        head = f"WARC-Type: {kind}\r\nWARC-Target-URI: {uri}\r\nContent-Length: {len(block)}\r\n"
        record = f"WARC/1.0\r\n{head}\r\n".encode() + block + b"\r\n\r\n"
        out += gzip.compress(record) if packed else record
    return out


@pytest.mark.parametrize("packed", [True, False])
def test_a_response_is_an_article_with_its_address(read: Read, packed: bool) -> None:
    article = one(read(f"crawl.warc{'.gz' if packed else ''}", crawl(response(), packed=packed)))
    assert article.text.splitlines()[1:] == LINES
    assert (article.url, article.outlet, article.html) == (URI, "kurier.example", PAGE)
    folder, name = article.doc_id.split("/")
    assert folder == "crawl"
    assert name.startswith("www.kurier.example-stadt-bruecke-id-1-")
    assert article.source.endswith(name)


def test_a_crawl_that_is_packed_as_one_is_read_as_well(read: Read) -> None:
    raw = gzip.compress(crawl(response(), response(URI + "2"), packed=False))
    assert len(read("x.warc.gz", raw)) == 2


def test_ids_stay_when_records_move(read: Read) -> None:
    other = response("https://kurier.example/2", b"Plain words.", kind="text/plain; charset=utf-8")
    ids = {each.doc_id for each in read("x.warc.gz", crawl(response(), other)) if isinstance(each, Article)}
    again = {each.doc_id for each in read("x.warc.gz", crawl(other, response())) if isinstance(each, Article)}
    assert ids == again and len(ids) == 2


def test_the_charset_of_the_server_counts(read: Read) -> None:
    raw = "Die Brücke bleibt zu – für immer.".encode("cp1252")
    article = one(read("x.warc.gz", crawl(response(body=raw, kind="text/plain; charset=ISO-8859-1"))))
    assert (article.text, article.encoding) == ("Die Brücke bleibt zu – für immer.", "cp1252")


@pytest.mark.parametrize(
    "record",
    [
        ("request", URI, b"GET / HTTP/1.1\r\n\r\n"),
        ("metadata", URI, b"a: b"),
        ("revisit", URI, b"HTTP/1.1 200 OK\r\n\r\n"),
        ("resource", "dns:kurier.example", b"192.0.2.1"),
        ("response", "dns:kurier.example", b"192.0.2.1"),
    ],
)
def test_records_that_are_no_responses_are_no_inputs(read: Read, record: tuple[str, str, bytes]) -> None:
    assert reasons(read("x.warc.gz", crawl(record))) == ["empty"]
    assert len(read("x.warc.gz", crawl(record, response()))) == 1


def chunked(body: bytes) -> bytes:
    pieces = [body[at : at + 700] for at in range(0, len(body), 700)]
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (chunked(PAGE), {"Transfer_Encoding": "chunked"}),
        (gzip.compress(PAGE), {"Content_Encoding": "gzip"}),
        (PAGE, {"Content_Encoding": "gzip"}),  # unpacked by the crawler
        (zlib.compress(PAGE), {"Content_Encoding": "deflate"}),
        (brotli.compress(PAGE), {"Content_Encoding": "br"}),
        (chunked(gzip.compress(PAGE)), {"Content_Encoding": "gzip", "Transfer_Encoding": "chunked"}),
    ],
)
def test_what_http_packs_is_unpacked(read: Read, body: bytes, headers: dict[str, str]) -> None:
    assert one(read("x.warc.gz", crawl(response(body=body, **headers)))).html == PAGE


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (response(status="404 Not Found"), "http-status"),
        (response(status="301 Moved"), "http-status"),
        (response(kind="image/png"), "unsupported-format"),
        (response(kind=""), "unsupported-format"),
        (response(body=b""), "empty"),
        (response(body=b"<html></html>"), "no-text"),
        (response(body=b"\0" * 9, kind="text/plain"), "binary"),
        (response(body=PAGE, Content_Encoding="zstd"), "unsupported-format"),
        (response(body=gzip.compress(PAGE)[:-20], Content_Encoding="gzip"), "unreadable"),
        (response(body=b"\xff" + brotli.compress(PAGE), Content_Encoding="br"), "unreadable"),
        (response(body=b"<div>" * 5_000), "too-deep"),
        (("response", URI, b"no http at all"), "unreadable"),
    ],
)
def test_a_response_that_is_no_article_is_rejected_and_stops_nothing(
    read: Read, record: tuple[str, str, bytes], reason: str
) -> None:
    found = read("x.warc.gz", crawl(record, response(URI + "2")))
    assert reasons(found)[0] == reason
    assert isinstance(found[1], Article)


def test_bombs_inside_a_record_are_stopped(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc, "LARGEST", 1 << 20)
    zeros = b" " * (4 << 20)
    for name, packed in {"gzip": gzip.compress(zeros), "br": brotli.compress(zeros)}.items():
        found = read("x.warc.gz", crawl(response(body=packed, kind="text/plain", Content_Encoding=name), response()))
        assert reasons(found)[0] == "too-large"
        assert isinstance(found[1], Article)
    assert reasons(read("x.warc.gz", crawl(response(body=bytes(range(256)) * 5_000))))[0] == "too-large"


def test_a_crawl_that_unpacks_to_too_much_is_stopped(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LARGEST", 1 << 20)
    raw = crawl(response()) + gzip.compress(crawl(("resource", URI, b"\0" * (8 << 20)), packed=False), 9)
    found = read("x.warc.gz", raw)
    assert isinstance(found[0], Article)
    assert reasons(found[1:]) == ["too-large"]


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("cut", [10, 100, 300])
def test_a_crawl_that_ends_too_early_is_one_reject_more(read: Read, packed: bool, cut: int) -> None:
    raw = crawl(response(), response(URI + "2"), packed=packed)
    found = read("x.warc.gz" if packed else "x.warc", raw[:-cut])
    assert all(isinstance(each, Article) for each in found[:-1]) and len(found) in (2, 3)
    assert reasons(found[-1:]) == ["unreadable"]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (b"junk" * 50, "unreadable"),
        (b"WARC/1.0\r\nWARC-Type: response\r\n\r\n", "unreadable"),
        (b"WARC/1.0\r\nContent-Length: -1\r\n\r\n", "unreadable"),
        (b"WARC/1.0\r\nContent-Length: 99999999999\r\n\r\nabc", "unreadable"),
        (b"WARC/1.0\r\n" + b"a" * (2 << 20), "too-large"),
        (b"WARC/1.0\r\n" + b"a: b\r\n" * 400_000, "too-large"),
        (b"\r\n" * 600_000, "too-large"),
    ],
)
def test_a_broken_head_is_one_reject(read: Read, raw: bytes, reason: str) -> None:
    assert reasons(read("x.warc", raw)) == [reason]
    assert reasons(read("x.warc.gz", gzip.compress(raw, 1)[: -1 if raw else None])) in ([reason], ["unreadable"])


@pytest.mark.parametrize(
    "uri", ["https://[", "https://a/\x01\x7f", "https://a/" + "x" * 9_000, "https://a/\u202e", "http:///\0"]
)
def test_any_address_is_a_plain_name(read: Read, uri: str) -> None:
    (found,) = read("x.warc.gz", crawl(response(uri)))
    source = found.source.rpartition("/")[2]
    assert source.isascii() and source.isprintable() and len(source) < 100


def test_the_folder_of_a_crawl_names_its_outlet(tmp_path: Path) -> None:
    (tmp_path / "post").mkdir()
    (tmp_path / "post" / "x.warc.gz").write_bytes(crawl(response(), response(URI, status="404 None")))
    (place,) = readers.inputs(Source(path="."), tmp_path, own=[], where="")
    first, second = readers.read(place)
    assert isinstance(first, Article) and isinstance(second, Reject)
    assert first.outlet == "post" and first.doc_id.startswith("post/x/www.kurier")
