"""WARC crawls: each response with status 200 that is HTML or plain text is an article.

warcio reads the heads of records and of HTTP, and chunks; unpacking is done here, with limits.
warcinfo, request, metadata, revisit and DNS records are no inputs.
Not covered: resource and conversion records (WET), ARC files, other encodings than gzip, deflate and br.
"""

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from corpus.encoding import Refused
from corpus.files import digest
from corpus.readers import html, text
from corpus.readers.article import Article, Origin, flaw_of
from corpus.readers.inputs import Input
from corpus.readers.stream import BLOCK, LARGEST, Budget, cause, guarded, settled, too_large
from corpus.schema import Reason, Reject

LONGEST_HEAD = 1 << 20
PAGES = ("text/html", "application/xhtml+xml")
CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
VERSIONS = ["HTTP/1.0", "HTTP/1.1", "HTTP/2.0", "HTTP/2", "HTTP/3"]
READABLE = 60


@dataclass(frozen=True)
class _Record:
    kind: str
    uri: str
    length: int
    block: bytes | None  # None: not a response, or too large

    @property
    def is_input(self) -> bool:
        return self.kind == "response" and self.uri.lower().startswith(("http://", "https://"))


def read(file: BinaryIO, one: Input) -> Iterator[Article | Reject]:
    """Read each response as one article or reject; what follows a broken record is one reject."""
    found = number = 0
    try:
        for record in _records(_unpacked(file, one)):
            number += 1
            if record.is_input:
                found += 1
                yield _article(record, one.origin)
    except (Refused, OSError) as error:
        reason = error.reason if isinstance(error, Refused) else Reason.UNREADABLE
        detail = f"{error}; after record {number} the file is not read"
        yield one.origin.reject(reason, detail)
        return
    if not found:
        yield one.origin.reject(Reason.EMPTY, f"{number} records, none of them a response")


def _unpacked(file: BinaryIO, one: Input) -> BinaryIO:
    if not one.origin.name.lower().endswith(".gz"):
        return file
    return guarded(gzip.GzipFile(fileobj=file), told=cause, spend=Budget(one.size).spend)


def _records(file: BinaryIO) -> Iterator[_Record]:
    from warcio.statusandheaders import StatusAndHeadersParser

    parser = StatusAndHeadersParser(["WARC/1.1", "WARC/1.0", "WARC/0.17", "WARC/0.18"])
    while True:
        head = _Head(file)
        first = next((line for line in iter(head.readline, b"") if line.strip()), b"")
        if not first:
            settled(file)
            return
        if not first.startswith(b"WARC/"):
            raise Refused(Reason.UNREADABLE, "no WARC record where one should begin")
        yield _record(_parsed(parser, head, first), file)


def _record(head: Any, file: BinaryIO) -> _Record:
    kind = (head.get_header("WARC-Type") or "").strip().lower()
    uri = (head.get_header("WARC-Target-URI") or "").strip().strip("<>")
    told = (head.get_header("Content-Length") or "").strip()
    if not re.fullmatch(r"[0-9]{1,15}", told):
        raise Refused(Reason.UNREADABLE, "a record without a length")
    length = int(told)
    kept = bytearray() if kind == "response" and length <= LARGEST else None
    left = length
    while left:
        block = file.read(min(left, BLOCK))
        if not block:
            settled(file)
            raise Refused(Reason.UNREADABLE, "the file ends inside a record")
        left -= len(block)
        if kept is not None:
            kept += block
    return _Record(kind, uri, length, None if kept is None else bytes(kept))


def _parsed(parser: Any, stream: Any, first: bytes | None = None) -> Any:
    try:
        return parser.parse(stream, first)
    except (Refused, OSError):
        raise
    except Exception as error:  # warcio has no contract for what is not HTTP or WARC
        raise Refused(Reason.UNREADABLE, f"a broken head: {type(error).__name__}") from None


class _Head:
    """The lines of one head; raises `Refused` where it has no end."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = LONGEST_HEAD

    def readline(self) -> bytes:
        line = self._file.readline(self._left + 1)
        self._left -= len(line)
        if self._left < 0:
            raise too_large(LONGEST_HEAD, "the head of a record: ")
        return line


def _article(record: _Record, place: Origin) -> Article | Reject:
    name = _name(record.uri)
    host = _host(record.uri)
    origin = place.inside(name, name, host)
    try:
        if flaw := flaw_of(record.uri):
            raise Refused(*flaw)
        if record.block is None:
            raise too_large(LARGEST, f"a record of {record.length} bytes: ")
        return _page(record.block, origin, record.uri)
    except Refused as flaw:
        return origin.reject(flaw.reason, f"{flaw.detail} ({record.uri[:100]})")


def _page(block: bytes, origin: Origin, uri: str) -> Article:
    from warcio.statusandheaders import StatusAndHeadersParser

    stream = io.BytesIO(block)
    head = _parsed(StatusAndHeadersParser(VERSIONS), stream)
    status = head.get_statuscode()
    if status != "200":
        raise Refused(Reason.HTTP_STATUS, f"status {status[:20] or 'missing'}")
    content = head.get_header("Content-Type") or ""
    kind = content.partition(";")[0].strip().lower()
    if kind not in (*PAGES, "text/plain"):
        raise Refused(Reason.UNSUPPORTED_FORMAT, f"'{kind[:80]}' is neither HTML nor plain text")
    charset = CHARSET.search(content)
    make = html.article if kind in PAGES else text.article
    return make(_payload(stream, head), origin, url=uri, charset=charset[1] if charset else None)


def _payload(stream: BinaryIO, head: Any) -> bytes:
    from warcio.bufferedreaders import ChunkedDataReader

    if (head.get_header("Transfer-Encoding") or "").strip().lower() == "chunked":
        chunks = ChunkedDataReader(stream)
        raw = b"".join(iter(lambda: chunks.read(BLOCK), b""))
    else:
        raw = stream.read()
    encoding = (head.get_header("Content-Encoding") or "identity").strip().lower()
    if encoding in ("identity", "none", ""):
        return raw
    if encoding in ("gzip", "x-gzip"):  # some crawlers unpack, and leave the header as it was
        return _inflated(raw, 31) if raw.startswith(b"\x1f\x8b") else raw
    if encoding == "deflate":
        return _inflated(raw, 15 if raw[:1] == b"\x78" else -15)
    if encoding == "br":
        return _unbrotlied(raw)
    raise Refused(Reason.UNSUPPORTED_FORMAT, f"Content-Encoding '{encoding[:40]}'")


def _inflated(raw: bytes, bits: int) -> bytes:
    unpacker = zlib.decompressobj(bits)
    try:
        found = unpacker.decompress(raw, LARGEST + 1)
    except zlib.error as error:
        raise Refused(Reason.UNREADABLE, f"broken Content-Encoding: {error}") from None
    if len(found) > LARGEST:
        raise too_large(LARGEST, "unpacked: ")
    if not unpacker.eof:
        raise Refused(Reason.UNREADABLE, "broken Content-Encoding: it ends too early")
    return found


def _unbrotlied(raw: bytes) -> bytes:
    import brotli

    unpacker = brotli.Decompressor()
    found = bytearray()
    try:
        block = unpacker.process(raw, output_buffer_limit=BLOCK)
        while block:
            found += block
            if len(found) > LARGEST:
                raise too_large(LARGEST, "unpacked: ")
            block = b"" if unpacker.is_finished() else unpacker.process(b"", output_buffer_limit=BLOCK)
    except brotli.error as error:
        raise Refused(Reason.UNREADABLE, f"broken Content-Encoding: {error}") from None
    if not unpacker.is_finished():
        raise Refused(Reason.UNREADABLE, "broken Content-Encoding: it ends too early")
    return bytes(found)


def _name(uri: str) -> str:
    """Return a name that is readable and stays: the address in plain letters, and a hash of it."""
    plain = re.sub(r"[^A-Za-z0-9.]+", "-", uri.partition("://")[2])[:READABLE].strip("-.")
    return f"{plain}-{digest(uri, length=12)}"


def _host(uri: str) -> str | None:
    try:
        host = urlsplit(uri).hostname
    except ValueError:
        return None
    return host.removeprefix("www.") if host and not flaw_of(host) else None
