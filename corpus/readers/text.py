"""Plain text in any encoding; the encoding is detected and recorded."""

from collections.abc import Iterator
from pathlib import Path

from corpus.config import Fields
from corpus.encoding import Undecodable, decode
from corpus.files import sha256
from corpus.readers.article import Article, Origin, flaw_of
from corpus.schema import Reason, Reject


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
