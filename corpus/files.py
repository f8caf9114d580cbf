"""Files that appear whole or not at all, and hashes that say whether work is out of date."""

import filecmp
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from corpus.errors import WirecopyError

M = TypeVar("M", bound=BaseModel)
PARTIAL, OLD = ".partial", ".old"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path beside `path` to write to; rename it over `path` when the block ends well.

    The same bytes again leave the file as it is. Raises WirecopyError where `path` is a folder or a device.
    """
    if path.exists() and not path.is_file():
        raise WirecopyError(f"{path} is no file, so nothing is put in its place", hint="name another file")
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.partial")
    try:
        yield beside
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    if path.is_file() and filecmp.cmp(beside, path, shallow=False):
        beside.unlink()
    else:
        beside.replace(path)


@contextmanager
def replacing_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder beside `folder`; swap it in when the block ends well.

    What a killed run left behind is swept first. Raises WirecopyError where nothing can be written there.
    """
    folder = folder.resolve()  # a link stays, and what it leads to is replaced
    beside, old = _neighbours(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        sweep(folder)
        beside.mkdir()
    except OSError as error:
        told = f"{folder.parent} can't be written: {error.strerror}"
        raise WirecopyError(told, hint="check its permissions, or name another folder") from None
    try:
        yield beside
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    if folder.exists():
        folder.replace(old)
    beside.replace(folder)
    shutil.rmtree(old, ignore_errors=True)


def sweep(folder: Path) -> None:
    """Remove what a killed `replacing_folder` left beside `folder`; bring back the old one where the swap was cut."""
    folder = folder.resolve()
    _, old = _neighbours(folder)
    if old.is_dir() and not folder.exists():
        old.replace(folder)
    for left in _neighbours(folder):
        if left.is_dir():
            shutil.rmtree(left)


def sweep_all(parent: Path) -> None:
    """Sweep beside every folder in `parent`, which nobody else may use for other files."""
    links = {path for path in parent.iterdir() if path.is_symlink()}
    left = {parent / path.stem.removeprefix(".") for end in (PARTIAL, OLD) for path in parent.glob(f".?*{end}")}
    for folder in links | left:
        sweep(folder)


def _neighbours(folder: Path) -> tuple[Path, Path]:
    return folder.with_name(f".{folder.name}{PARTIAL}"), folder.with_name(f".{folder.name}{OLD}")


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text, atomically."""
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, value: object) -> None:
    """Write a JSON file with sorted keys, atomically: the same value gives the same bytes."""
    write_text(path, json.dumps(value, ensure_ascii=True, indent=2, sort_keys=True) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file; a broken one is an error that names the place."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WirecopyError(f"{path} is missing", hint="check the path") from None
    except (ValueError, RecursionError, OSError) as error:
        raise WirecopyError(f"{path} is no readable JSON file: {error}", hint="check that it is complete") from None


def read_model(path: Path, model: type[M], *, hint: str) -> M:
    """Read a JSON file of ours into its model; `hint` is what to do where it is damaged."""
    return checked(read_json(path), model, where=path, hint=hint)


def checked(value: object, model: type[M], *, where: object, hint: str) -> M:
    """Validate what came from a file or a server; the error names `where` and the first wrong field."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "top level"
        raise WirecopyError(f"{where}: [{place}] {first['msg']}", hint=hint) from None


def sha256(data: bytes) -> str:
    """Return the hex SHA-256 of bytes."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    """Return the hex SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest(*parts: object, length: int = 16) -> str:
    """Return `length` hex digits of SHA-256 over the JSON of `parts`."""
    text = json.dumps(parts, ensure_ascii=True, sort_keys=True, default=str)
    return sha256(text.encode())[:length]
