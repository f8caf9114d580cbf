"""Plain text in any encoding; the encoding is detected and recorded."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from corpus.config import Fields
from corpus.files import sha256
from corpus.readers.article import Article, Origin, flaw_of
from corpus.schema import Reason, Reject

# UTF-32 before UTF-16: its mark begins with the other's.
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
# Bytes that no text file holds: C0 controls other than white space, backspace and escape.
CONTROLS = re.compile(rb"[\x01-\x07\x0e-\x1a\x1c-\x1f\x7f]")


class Undecodable(Exception):
    """Bytes that are no text, or not in one encoding."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def read(path: Path, origin: Origin, _fields: Fields) -> Iterator[Article | Reject]:
    """Read a `.txt` file as one article."""
    raw = path.read_bytes()
    try:
        text, encoding = decode(raw)
    except Undecodable as flaw:
        yield origin.reject(flaw.reason, flaw.detail)
        return
    if unfit := flaw_of(text):
        yield origin.reject(*unfit)
    elif not text.strip():
        yield origin.reject(Reason.EMPTY, f"{len(raw)} bytes, no text")
    else:
        yield Article(origin.stem, origin.name, text, sha256(raw), encoding, origin.outlet)


def decode(raw: bytes) -> tuple[str, str]:
    """Return text and encoding; raise `Undecodable` with the reason.

    A file that is mostly UTF-8 is broken, not in another encoding: guessing would turn its
    good letters into wrong ones.
    """
    mark = next((mark for mark in MARKS if raw.startswith(mark)), b"")
    if mark:
        return _strictly(raw, MARKS[mark])
    if b"\0" in raw or len(CONTROLS.findall(raw)) > len(raw) // 100:
        raise Undecodable(Reason.BINARY, "holds NUL or control bytes")
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        good = len(MULTIBYTE.findall(raw))
        bad = len(re.findall(rb"[\x80-\xff]", MULTIBYTE.sub(b"", raw)))
        if good > bad:
            raise Undecodable(Reason.BROKEN_UTF8, f"byte {error.start}: {error.reason}") from None
    return _guessed(raw)


def _strictly(raw: bytes, encoding: str) -> tuple[str, str]:
    try:
        return raw.decode(encoding), encoding
    except UnicodeDecodeError as error:
        reason = Reason.BROKEN_UTF8 if encoding == "utf-8-sig" else Reason.UNKNOWN_ENCODING
        raise Undecodable(reason, f"byte {error.start}: {error.reason}, though its mark says {encoding}") from None


def _guessed(raw: bytes) -> tuple[str, str]:
    from charset_normalizer import from_bytes

    best = from_bytes(raw).best()
    if best is None:
        raise Undecodable(Reason.UNKNOWN_ENCODING, "neither UTF-8 nor a known legacy encoding")
    return raw.decode(best.encoding), best.encoding
