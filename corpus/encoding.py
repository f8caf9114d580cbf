"""Bytes to text: UTF-8, marked UTF-16 and UTF-32, or a legacy encoding: a declared one, or one that chardet finds.

Not covered: UTF-16 and UTF-32 without a mark; they hold NUL and count as binary.
"""

import codecs
import re
from typing import BinaryIO

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
CONTROLS = bytes([*range(0x00, 0x08), *range(0x0E, 0x1B), *range(0x1C, 0x20), 0x7F])
# What browsers read where a page names the older or smaller encoding (https://encoding.spec.whatwg.org).
READ_AS = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
MULTIBYTE_CODECS = re.compile(r"gb18030|big5|euc_|cp932|cp949|iso2022_(jp|kr)")
# Python has codecs that are no encodings of pages, some of them slow on long input.
CODECS = re.compile(r"iso8859-\d+|cp12\d\d|cp8\d\d|koi8-[rut]|mac-\w+|" + MULTIBYTE_CODECS.pattern)
BLOCK = 1 << 20
SAMPLE = 4_000
LEAST_CONFIDENCE = 0.05  # news in 12 encodings has .22 and more, random bytes have .02


class Refused(Exception):
    """An input, or a piece of one, that is no article, and why."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def decode(raw: bytes, declared: str | None = None) -> tuple[str, str]:
    """Return text and encoding; raise `Refused` with the reason.

    `declared` is what a page or its server says; bytes that are good UTF-8 are UTF-8 all the
    same. A file that is mostly UTF-8 is broken, not in another encoding: guessing would turn
    its good letters into wrong ones.
    """
    if raw.startswith(tuple(MARKS)):
        return _strictly(raw, next(encoding for mark, encoding in MARKS.items() if raw.startswith(mark)))
    if _controls(raw) > len(raw) // 100:
        raise Refused(Reason.BINARY, "holds NUL or control bytes")
    codec = _codec(declared) if declared else None
    if codec and codec.startswith("iso2022") and (text := _text(raw, codec)) is not None:
        return text, codec  # all its bytes are ASCII
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        return _legacy(raw, codec, error)


def unicode_of(file: BinaryIO) -> str | None:
    """Read a stream to its end; return its encoding where it is marked or UTF-8 throughout.

    Memory stays at one block. Raise `Refused` where it is binary, or no Unicode in spite of its mark.
    """
    block = file.read(BLOCK)
    encoding = next((name for mark, name in MARKS.items() if block.startswith(mark)), "utf-8")
    decoder = codecs.getincrementaldecoder(encoding)()
    size = controls = 0
    while True:
        if encoding == "utf-8":
            size, controls = size + len(block), controls + _controls(block)
            if b"\0" in block or (not block and controls > size // 100):
                raise Refused(Reason.BINARY, "holds NUL or control bytes")
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            if encoding == "utf-8":
                return None
            raise Refused(Reason.UNKNOWN_ENCODING, f"{error.reason}, though its mark says {encoding}") from None
        if not block:
            return encoding
        block = file.read(BLOCK)


def _controls(raw: bytes) -> int:
    return len(raw) - len(raw.translate(None, CONTROLS))


def _legacy(raw: bytes, codec: str | None, error: UnicodeDecodeError) -> tuple[str, str]:
    if codec and MULTIBYTE_CODECS.match(codec) and (text := _text(raw, codec)) is not None:
        return text, codec
    good = len(MULTIBYTE.findall(raw))
    bad = len(HIGH.findall(MULTIBYTE.sub(b"", raw)))
    if good >= max(bad, 1):
        raise Refused(Reason.BROKEN_UTF8, f"byte {error.start}: {error.reason}") from None
    if codec and (text := _text(raw, codec)) is not None:
        return text, codec
    return _guessed(raw)


def _codec(declared: str) -> str | None:
    try:
        name = codecs.lookup(declared.strip()).name
    except (LookupError, ValueError):
        return None
    name = READ_AS.get(name, name)
    return name if CODECS.fullmatch(name) else None


def _text(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        return None


def _strictly(raw: bytes, encoding: str) -> tuple[str, str]:
    try:
        return raw.decode(encoding), encoding
    except UnicodeDecodeError as error:
        reason = Reason.BROKEN_UTF8 if encoding == "utf-8-sig" else Reason.UNKNOWN_ENCODING
        raise Refused(reason, f"byte {error.start}: {error.reason}, though its mark says {encoding}") from None


def _guessed(raw: bytes) -> tuple[str, str]:
    import chardet

    found = chardet.detect(_sample(raw))
    encoding, confidence = found["encoding"], found["confidence"]
    if encoding is None or confidence < LEAST_CONFIDENCE:
        raise Refused(Reason.UNKNOWN_ENCODING, "neither UTF-8 nor a known legacy encoding")
    try:
        return raw.decode(encoding), encoding.lower()
    except UnicodeDecodeError as error:
        detail = f"byte {error.start}: {error.reason}, though the text reads as {encoding}"
        raise Refused(Reason.UNKNOWN_ENCODING, detail) from None


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
