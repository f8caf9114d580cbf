"""What must hold of the files of a release: the bytes of the manifest, nothing else, and what follows from it."""

import json
import os
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from corpus.check.findings import Finding, short
from corpus.files import sha256_file
from export.manifest import DERIVED, data_only
from export.schema import CHANGES, FORMAT, LEAKAGE, MANIFEST, REHYDRATION, SPLITS
from export.verify.reading import Release

Found = Iterator[Finding]
CLONE = {".git", ".gitattributes", ".gitignore", ".cache", ".huggingface"}  # what a clone or a download brings


def manifest(release: Release) -> Found:
    """`manifest.json` has the facts of this version of the format, written in its one way."""
    known = release.manifest
    if known.format != FORMAT:
        yield Finding(f"format {known.format}, where {FORMAT} can be verified", MANIFEST)
    due = json.dumps(known.model_dump(mode="json"), ensure_ascii=True, indent=2) + "\n"
    if (release.folder / MANIFEST).read_bytes() != due.encode():
        yield Finding("its bytes are not those that `wirecopy export` writes for its values", MANIFEST)
    digits = set("0123456789abcdef")
    for name, value in {"inputs": known.inputs, **{name: one.sha256 for name, one in known.files.items()}}.items():
        if len(value) != 64 or not set(value) <= digits:
            yield Finding(f"{name}: {short(value)} is no SHA-256", MANIFEST)


def files(release: Release) -> Found:
    """Each file of the manifest is there with its size and hash, and no other file is."""
    due = release.manifest.files
    for name, file in due.items():
        path = release.folder / name
        if not path.is_file():
            yield Finding("is missing", name)
        elif (size := path.stat().st_size) != file.bytes:
            yield Finding(f"{size} bytes where the manifest says {file.bytes}", name)
        elif (found := sha256_file(path)) != file.sha256:
            yield Finding(f"its SHA-256 is {found[:12]}..., not {file.sha256[:12]}... as the manifest says", name)
    for name, _ in sorted(_entries(release.folder)):
        if name not in due and name != MANIFEST:
            yield Finding("is not in the manifest", name)


def strange(folder: Path) -> Found:
    """Yield what is neither a file nor a folder: it may lead anywhere, or hold a reader for ever."""
    for name, regular in sorted(_entries(folder)):
        if not regular:
            yield Finding("is a link or a device, not a file: nothing is read", name)


def names(release: Release) -> Found:
    """The files beside the shards are those that `wirecopy export` writes."""
    report = {REHYDRATION} if release.facts.kind == "partial" else set()
    due = {*DERIVED, LEAKAGE, SPLITS, CHANGES, *report}
    for name in sorted(due ^ {name for name in release.manifest.files if "/" not in name}):
        yield Finding("is missing" if name in due else "is no file of a release", name)


def derived(release: Release) -> Found:
    """Card, Croissant and citation say what the manifest says, byte for byte."""
    data = data_only(release.manifest)
    if data.format != FORMAT:
        return  # another version of wirecopy wrote them
    for name, made in DERIVED.items():
        try:
            due, path = made(data).encode(), release.folder / name
        except Exception as error:  # a scheme is any JSON: what can't be told of it is not known beforehand
            yield Finding(f"can't be made from the manifest's facts: {type(error).__name__} {error}", name)
            continue
        if path.is_file() and (found := path.read_bytes()) != due:
            line, is_, should = _first_difference(found, due)
            yield Finding(f"line {line}: {is_} where the manifest's facts make {should}", name)


def _entries(folder: Path) -> Iterator[tuple[str, bool]]:
    """Yield all that is below a folder but folders, and whether it is a regular file; no link is followed."""
    for place, folders, files in os.walk(folder):
        if Path(place) == folder:
            folders[:], files = ([name for name in some if name not in CLONE] for some in (folders, files))
        for path in (Path(place, name) for name in (*folders, *files)):
            mode = path.lstat().st_mode
            if not S_ISDIR(mode):
                yield path.relative_to(folder).as_posix(), S_ISREG(mode)


def _first_difference(found: bytes, due: bytes) -> tuple[int, str, str]:
    lines = zip_longest(found.splitlines(keepends=True), due.splitlines(keepends=True))
    for number, (left, right) in enumerate(lines, 1):
        if left != right:
            return number, _shown(left), _shown(right)
    raise AssertionError("equal")


def _shown(line: bytes | None) -> str:
    return "nothing" if line is None else short(line.decode(errors="replace").rstrip("\n"))
