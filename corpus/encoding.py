"""Bytes to text: UTF-8, marked UTF-16 and UTF-32, or a legacy encoding that chardet finds.

Not covered: UTF-16 and UTF-32 without a mark; they hold NUL and count as binary.
"""

import codecs
import re

from corpus.schema import Reason

# UTF-32 before UTF-16: its mark begins with the other's.
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
HIGH = re.compile(rb"[\x80-\xff]")
# Bytes that no text file holds: C0 controls other than white space, backspace and escape.
CONTROLS = re.compile(rb"[\x01-\x07\x0e-\x1a\x1c-\x1f\x7f]")
SAMPLE = 4_000
LEAST_CONFIDENCE = 0.05  # news in 12 encodings has .22 and more, random bytes have .02


class Undecodable(Exception):
    """Bytes that are no text, or not in one encoding."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


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
        bad = len(HIGH.findall(MULTIBYTE.sub(b"", raw)))
        if good >= max(bad, 1):
            raise Undecodable(Reason.BROKEN_UTF8, f"byte {error.start}: {error.reason}") from None
    return _guessed(raw)


def _strictly(raw: bytes, encoding: str) -> tuple[str, str]:
    try:
        return raw.decode(encoding), encoding
    except UnicodeDecodeError as error:
        reason = Reason.BROKEN_UTF8 if encoding == "utf-8-sig" else Reason.UNKNOWN_ENCODING
        raise Undecodable(reason, f"byte {error.start}: {error.reason}, though its mark says {encoding}") from None


def _guessed(raw: bytes) -> tuple[str, str]:
    import chardet

    found = chardet.detect(_sample(raw))
    encoding, confidence = found["encoding"], found["confidence"]
    if encoding is None or confidence < LEAST_CONFIDENCE:
        raise Undecodable(Reason.UNKNOWN_ENCODING, "neither UTF-8 nor a known legacy encoding")
    try:
        return raw.decode(encoding), encoding.lower()
    except UnicodeDecodeError as error:
        detail = f"byte {error.start}: {error.reason}, though the text reads as {encoding}"
        raise Undecodable(Reason.UNKNOWN_ENCODING, detail) from None


def _sample(raw: bytes) -> bytes:
    # What ASCII says is the same in all candidates: only lines with other bytes tell. A cut
    # before the first such byte can't split a character.
    found = b""
    for line in re.finditer(rb"[^\n]*[\x80-\xff][^\n]*", raw):
        first = HIGH.search(line[0])
        found += line[0][max(0, first.start() - 200) if first else 0 :][:SAMPLE] + b"\n"
        if len(found) > SAMPLE:
            break
    return found
