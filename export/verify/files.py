"""What must hold of the files of a release: the bytes of the manifest, nothing else, and what follows from it."""

import json
from collections.abc import Iterator
from itertools import zip_longest

from corpus.check.findings import Finding, short
from corpus.files import sha256_file
from export.manifest import DERIVED, data_only
from export.schema import FORMAT, MANIFEST
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
    for name in _there(release):
        if name not in due and name != MANIFEST:
            yield Finding("is not in the manifest", name)


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


def _there(release: Release) -> list[str]:
    paths = (path.relative_to(release.folder) for path in release.folder.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in paths if path.parts[0] not in CLONE)


def _first_difference(found: bytes, due: bytes) -> tuple[int, str, str]:
    lines = zip_longest(found.splitlines(keepends=True), due.splitlines(keepends=True))
    for number, (left, right) in enumerate(lines, 1):
        if left != right:
            return number, _shown(left), _shown(right)
    raise AssertionError("equal")


def _shown(line: bytes | None) -> str:
    return "nothing" if line is None else short(line.decode(errors="replace").rstrip("\n"))
