"""Plain text in any encoding; the encoding is detected and recorded."""

from collections.abc import Iterator
from typing import BinaryIO

from corpus.encoding import Refused, decode
from corpus.files import sha256
from corpus.readers.article import Article, Origin, flaw_of
from corpus.readers.inputs import Input
from corpus.readers.stream import whole
from corpus.schema import Reason


def read(file: BinaryIO, one: Input) -> Iterator[Article]:
    """Read a `.txt` file as one article."""
    yield article(whole(file), one.origin)


def article(raw: bytes, origin: Origin, *, url: str | None = None, charset: str | None = None) -> Article:
    """Make an article of the bytes of a text; raise `Refused` where they are none."""
    text, encoding = decode(raw, charset)
    if encoding != "utf-8" and (unfit := flaw_of(text, cleaned=True)):  # strict UTF-8 has no surrogates
        raise Refused(*unfit)
    if not text or text.isspace():
        raise Refused(Reason.EMPTY, f"{len(raw)} bytes, no text")
    return Article(origin.stem, origin.name, text, sha256(raw), encoding, origin.outlet, url)
