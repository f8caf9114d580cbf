"""Source files to articles: one module a format, one table that names them.

Every file and every row comes out as an `Article` or as a `Reject` with its reason.
Names that begin with a dot are no inputs.
"""

import glob
import os
from collections.abc import Callable, Collection, Iterator
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
    try:
        if path.is_dir():
            yield origin.reject(Reason.UNREADABLE, "a folder that can't be listed")
        elif path.suffix.lower() not in READERS:
            yield origin.reject(Reason.UNSUPPORTED_FORMAT, f"'{path.suffix}' is none of {', '.join(READERS)}")
        elif not path.is_file():
            yield origin.reject(Reason.UNREADABLE, "not a regular file")
        else:
            yield from READERS[path.suffix.lower()](path, origin, fields)
    except OSError as error:
        yield origin.reject(Reason.UNREADABLE, error.strerror or str(error))


def files(source: Source, root: Path, *, own: Collection[Path] = (), where: str = "") -> list[tuple[Path, Origin]]:
    """List the files of a source in a stable order, each with what its place tells.

    `own` are the files and folders that wirecopy itself writes: they are no inputs. `where`
    begins the message of the WirecopyError that a source without files is.
    """
    try:
        found = _found(source.path, root)
    except (OSError, RuntimeError, ValueError) as error:  # too long, no such home, NUL
        raise _no_files(source, root, where, why=getattr(error, "strerror", None) or str(error)) from None
    hidden = {_real(path) for path in own}
    kept = {path: base for path, base in found.items() if hidden.isdisjoint((_real(path), *_real(path).parents))}
    if not kept:
        raise _no_files(source, root, where)
    return [(path, _origin(path, base, source)) for path, base in sorted(kept.items())]


def _found(pattern: str, root: Path) -> dict[Path, Path]:
    """Return each file with the folder that its id counts from."""
    place = root / Path(pattern).expanduser()
    if place.is_dir():
        return dict.fromkeys(_walk(place), place)
    if place.is_symlink() or place.exists():
        return {place: place.parent}
    # Only the pattern is a glob: brackets in the path of the workspace are names.
    inside = str(Path(pattern).expanduser())
    base = root / _fixed_part(Path(inside))
    hits = [root / hit for hit in glob.glob(inside, root_dir=root, recursive=True)]  # noqa: PTH207
    return {path: base for hit in hits for path in (_walk(hit) if hit.is_dir() else [hit])}


def _walk(folder: Path, above: tuple[Path, ...] = ()) -> Iterator[Path]:
    # Links to folders count, but not one that leads back to where the walk came from. A folder
    # that can't be listed is an input of its own: its reader says so.
    real = _real(folder)
    if real in above:
        return
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        yield folder
        return
    for path in entries:
        if path.name.startswith("."):
            continue
        if _is_folder(path):
            yield from _walk(path, (*above, real))
        else:
            yield path


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))  # unlike `Path.resolve`, it takes links in a circle


def _no_files(source: Source, root: Path, where: str, why: str = "") -> WirecopyError:
    place = root / source.path
    folder = place if not why and place.is_dir() else root
    try:
        names = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        names = []
    return WirecopyError(
        f"{where}no file matches '{source.path}' in {root}" + (f": {why}" if why else ""),
        hint=f"{folder} holds: {listing(names) or 'no visible file'}",
    )


def _fixed_part(pattern: Path) -> Path:
    # "data/2025/*/x.txt" counts its ids from "data/2025".
    parts = pattern.parts
    magic = next((at for at, part in enumerate(parts) if glob.has_magic(part)), len(parts) - 1)
    return Path(*parts[:magic])


def _origin(path: Path, base: Path, source: Source) -> Origin:
    inside = path.relative_to(base)
    outlet = source.outlet or (inside.parts[0] if len(inside.parts) > 1 else None)
    top = base.name if base.name not in ("", "..") else base.resolve().name
    name = _printable((Path(top) / inside).as_posix())
    stem = inside.with_suffix("") if inside.name else Path(path.name)
    return Origin(name=name, stem=_printable(stem.as_posix()), outlet=outlet and _printable(outlet))


def _printable(name: str) -> str:
    # A file name may be any bytes; a row must be Unicode.
    return os.fsencode(name).decode("utf-8", "backslashreplace")
