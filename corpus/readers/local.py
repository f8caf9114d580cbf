"""The files of a source on this machine: a folder, a file or a glob, in a stable order.

The walk is per folder: a folder of 100,000s of files costs a few microseconds a file.
"""

import glob
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.config import Source
from corpus.errors import WirecopyError
from corpus.output import listing

Found = tuple[str, str, int]  # address, path below the folder that ids count from, size


@dataclass(frozen=True, slots=True)
class _Folder:
    path: str
    inside: str
    above: tuple[str, ...] = ()
    link: bool = True


def find(source: Source, root: Path, *, own: Collection[Path], where: str) -> tuple[str, list[Found]]:
    """Return the name of the folder that ids count from, and the files below it; raise WirecopyError if none.

    `root` itself has no name here: what it is called on one machine tells nothing of the articles.
    """
    try:
        base, found = _found(source.path, root, frozenset(os.path.realpath(path) for path in own))
    except (OSError, RuntimeError, ValueError) as error:  # too long, no such home, NUL
        raise _no_files(source, root, where, why=getattr(error, "strerror", None) or str(error)) from None
    if not found:
        raise _no_files(source, root, where)
    if base == root:
        return "", found
    return base.name if base.name not in ("", "..") else base.resolve().name, found


def _found(pattern: str, root: Path, own: frozenset[str]) -> tuple[Path, list[Found]]:
    place = root / Path(pattern).expanduser()
    if place.is_dir():
        return place, list(_walk(_Folder(str(place), ""), own))
    if place.is_symlink() or place.exists():
        return place.parent, [] if _owned(str(place), own) else [(str(place), place.name, _size(str(place)))]
    # Only the pattern is a glob: brackets in the path of the workspace are names.
    inside = Path(pattern).expanduser()
    fixed = _fixed_part(inside)
    hits = (hit.rstrip(os.sep) for hit in glob.glob(str(inside), root_dir=root, recursive=True))  # noqa: PTH207
    start = 0 if fixed == Path() else len(str(fixed).rstrip(os.sep)) + 1
    below = {found[0]: found for hit in hits for found in _hit(str(root / hit), _posix(hit[start:]), own)}
    return root / fixed, sorted(below.values(), key=lambda found: found[1].split("/"))


def _hit(path: str, inside: str, own: frozenset[str]) -> Iterator[Found]:
    if os.path.isdir(path):  # noqa: PTH112
        yield from _walk(_Folder(path, inside), own)
    elif not _owned(path, own):
        yield path, inside, _size(path)


def _walk(folder: _Folder, own: frozenset[str]) -> Iterator[Found]:
    # No recursion: folders may lie deeper than Python's stack.
    pending: list[_Folder | Found] = [folder]
    while pending:
        at = pending.pop()
        if isinstance(at, tuple):
            yield at
        else:
            pending += reversed(list(_entries(at, own)))


def _entries(folder: _Folder, own: frozenset[str]) -> Iterator[_Folder | Found]:
    # Links to folders count, but not one that leads back to where the walk came from. A folder
    # that can't be listed is an input of its own: its reader says so.
    real = os.path.realpath(folder.path) if folder.link else f"{folder.above[-1]}{os.sep}{Path(folder.path).name}"
    if real in folder.above or (_owned(real, own) if folder.link else real in own):
        return
    try:
        with os.scandir(folder.path) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        yield folder.path, folder.inside, 0
        return
    hidden = {os.path.basename(path) for path in own if os.path.dirname(path) == real}  # noqa: PTH119, PTH120
    above, begin = (*folder.above, real), f"{folder.inside}/" if folder.inside else ""
    for entry in entries:
        name = entry.name
        if name.startswith("."):
            continue
        if _is_folder(entry):
            yield _Folder(entry.path, begin + name, above, entry.is_symlink())
        elif name not in hidden and not (own and entry.is_symlink() and _owned(entry.path, own)):
            yield entry.path, begin + name, _size(entry)


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _size(path: "str | os.DirEntry[str]") -> int:
    try:
        return (os.stat(path) if isinstance(path, str) else path.stat()).st_size  # noqa: PTH116
    except OSError:  # a link to nowhere
        return 0


def _owned(path: str, own: frozenset[str]) -> bool:
    if not own:
        return False
    real = Path(os.path.realpath(path))  # unlike `Path.resolve`, it takes links in a circle
    return not own.isdisjoint(map(str, (real, *real.parents)))


def _posix(path: str) -> str:
    return path if os.sep == "/" else path.replace(os.sep, "/")


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
