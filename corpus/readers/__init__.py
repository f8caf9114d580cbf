"""Source files to articles: one module a format, one table that names them.

Every file and every row comes out as an `Article` or as a `Reject` with its reason.
Names that begin with a dot are no inputs.
"""

import glob
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from corpus.config import Fields, Source
from corpus.errors import WirecopyError
from corpus.output import listing
from corpus.readers import csv, jsonl, parquet, text
from corpus.readers.article import Article, Origin
from corpus.schema import Reason, Reject

Reader = Callable[[Path, Origin, Fields], Iterator[Article | Reject]]

READERS: dict[str, Reader] = {
    ".txt": text.read,
    ".jsonl": jsonl.read,
    ".csv": csv.read,
    ".parquet": parquet.read,
}


def read(path: Path, origin: Origin, fields: Fields) -> Iterator[Article | Reject]:
    """Read one file by the reader of its suffix."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        yield origin.reject(Reason.UNSUPPORTED_FORMAT, f"'{path.suffix}' is none of {', '.join(READERS)}")
    elif not path.is_file():
        yield origin.reject(Reason.UNREADABLE, "not a regular file")
    else:
        try:
            yield from reader(path, origin, fields)
        except OSError as error:
            yield origin.reject(Reason.UNREADABLE, error.strerror or str(error))


def files(source: Source, root: Path) -> list[tuple[Path, Origin]]:
    """List the files of a source in a stable order, each with what its place tells."""
    place = root / Path(source.path).expanduser()
    if place.is_dir():
        found = [(path, place) for path in _walk(place)]
    elif place.exists():
        found = [(place, place.parent)]
    else:
        hits = [Path(hit) for hit in glob.glob(str(place), recursive=True)]  # noqa: PTH207
        found = [(path, _fixed_part(place)) for path in hits if not path.is_dir()]
    if not found:
        near = listing(sorted(path.name for path in root.iterdir() if not path.name.startswith("."))) or "nothing"
        raise WirecopyError(
            f"[sources -> path] no file matches '{source.path}' in {root}",
            hint=f"that folder holds: {near}",
        )
    return [(path, _origin(path, base, source)) for path, base in sorted(found)]


def _walk(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(parent, name) for name in names if not name.startswith("."))


def _fixed_part(pattern: Path) -> Path:
    # "data/2025/*/x.txt" counts its ids from "data/2025".
    parts = pattern.parts
    magic = next((at for at, part in enumerate(parts) if glob.has_magic(part)), len(parts) - 1)
    return Path(*parts[:magic])


def _origin(path: Path, base: Path, source: Source) -> Origin:
    inside = path.relative_to(base)
    outlet = source.outlet or (inside.parts[0] if len(inside.parts) > 1 else None)
    name = _printable(f"{base.name}/{inside.as_posix()}" if base.name else inside.as_posix())
    return Origin(name=name, stem=_printable(inside.with_suffix("").as_posix()), outlet=outlet and _printable(outlet))


def _printable(name: str) -> str:
    # A file name may be any bytes; a row must be Unicode.
    return os.fsencode(name).decode("utf-8", "backslashreplace")
