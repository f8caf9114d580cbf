"""Source files to articles: one module a format, one table that names them.

Every file, row, page record and archive member comes out as an `Article` or as a `Reject` with
its reason. Names that begin with a dot are no inputs.
"""

import hashlib
import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from corpus.config import Source
from corpus.encoding import Refused
from corpus.readers import archive, csv, html, jsonl, local, parquet, text, warc
from corpus.readers.article import Article, Origin, printable, stem_of, suffix_of
from corpus.readers.inputs import Input, is_remote
from corpus.readers.stream import settled
from corpus.schema import Reason, Reject

__all__ = ["READERS", "Input", "inputs", "read", "split"]
Reader = Callable[[BinaryIO, Input], Iterator[Article | Reject]]

READERS: dict[str, Reader] = {
    ".txt": text.read,
    ".jsonl": jsonl.read,
    ".csv": csv.read,
    ".parquet": parquet.read,
    ".html": html.read,
    ".htm": html.read,
    ".xhtml": html.read,
    ".warc": warc.read,
    ".warc.gz": warc.read,
    ".zip": lambda file, one: archive.read_zip(file, one, _member),
    ".tar": lambda file, one: archive.read_tar(file, one, _member),
    ".tar.gz": lambda file, one: archive.read_tar(file, one, _member),
    ".tgz": lambda file, one: archive.read_tar(file, one, _member),
}
NESTED = (".warc", ".warc.gz", ".zip", ".tar", ".tar.gz", ".tgz")
CUTS: dict[str, Callable[[Input, int], list[Input]]] = {".jsonl": jsonl.cut, ".parquet": parquet.cut}
BLOCK = 1 << 16


def inputs(source: Source, root: Path, *, own: Collection[Path], where: str) -> list[Input]:
    """List the files of a source, sorted by name, each with what its place tells; nothing local is read.

    `own` are the files and folders that wirecopy itself writes: they are no inputs. `where`
    begins the message of the WirecopyError that a source without files is.
    """
    if is_remote(source.path) and not source.path.startswith("file://"):
        from corpus.readers import remote

        return [
            Input(address, _origin(top, inside, source), source.fields, identity, size)
            for top, address, inside, identity, size in remote.find(source.path, where=where)
        ]
    here = source.model_copy(update={"path": source.path.removeprefix("file://")})
    top, found = local.find(here, root, own=own, where=where)
    return [Input(address, _origin(top, inside, source), source.fields, "", size) for address, inside, size in found]


def split(one: Input, size: int) -> list[Input]:
    """Fill in the identity; cut a `.jsonl` or `.parquet` of more than `size` bytes into parts.

    What can't be read has an identity that begins with "unreadable: ".
    """
    suffix = _suffix(one)
    if suffix not in READERS and not os.path.isdir(one.address):  # noqa: PTH112
        return [replace(one, identity=one.identity or "unreadable: unsupported")]
    try:
        if suffix in CUTS and one.size > size:
            parts = CUTS[suffix](one if suffix == ".jsonl" or one.identity else _identified(one), size)
            return parts if parts[0].identity else [_identified(parts[0])]
        return [one if one.identity else _identified(one)]
    except OSError as error:
        return [replace(one, identity=f"unreadable: {error.strerror or error}")]


def read(one: Input) -> Iterator[Article | Reject]:
    """Read one input by the reader of its suffix, as a stream."""
    yield from _read(one, one.open)


def _read(one: Input, opened: Callable[[], BinaryIO]) -> Iterator[Article | Reject]:
    suffix = _suffix(one)
    reader = READERS.get(suffix)
    try:
        if reader is None:
            if os.path.isdir(one.address):  # noqa: PTH112
                raise OSError("a folder that can't be listed")
            known = ", ".join(READERS)
            raise Refused(Reason.UNSUPPORTED_FORMAT, f"'{suffix_of(one.origin.name)}' is none of {known}")
        with opened() as file:
            yield from reader(file, one)
            settled(file)
    except Refused as flaw:
        yield one.origin.reject(flaw.reason, flaw.detail)
    except OSError as error:
        yield one.origin.reject(Reason.UNREADABLE, error.strerror or str(error) or type(error).__name__)


def _member(one: Input, opened: Callable[[], BinaryIO]) -> Iterator[Article | Reject]:
    if _suffix(one) in NESTED:
        yield one.origin.reject(Reason.UNSUPPORTED_FORMAT, "an archive inside an archive")
    else:
        yield from _read(one, opened)


def _suffix(one: Input) -> str:
    # From the name, not from the address: that may end in a query.
    name = one.origin.name.rpartition("/")[2].lower()
    suffix = suffix_of(name)
    if suffix == ".gz":
        return next((double for double in (".warc.gz", ".tar.gz") if name.endswith(double)), suffix)
    return suffix


def _identified(one: Input) -> Input:
    sha = hashlib.sha256()
    with one.open() as file:
        while block := file.read(BLOCK):
            sha.update(block)
    return replace(one, identity=sha.hexdigest())


def _origin(top: str, inside: str, source: Source) -> Origin:
    name = printable(inside)
    outlet = source.outlet or (name.partition("/")[0] if "/" in name else None)
    stem = stem_of(name) or printable(top)
    full = "/".join(part for part in (printable(top), name) if part)
    return Origin(full or ".", stem, outlet or None)
