"""The manifest of a release, and the files that follow from it: card, Croissant, citation."""

import json
from pathlib import Path

from corpus.errors import WirecopyError
from corpus.files import checked, read_json, read_model, sha256_file, write_text
from corpus.output import listing
from export.card import card
from export.citation import citation
from export.croissant import croissant
from export.schema import CARD, CITATION, CROISSANT, FORMAT, MANIFEST, Facts, File, Manifest

DERIVED = {CARD: card, CROISSANT: croissant, CITATION: citation}  # what follows from the manifest alone


def seal(folder: Path, facts: Facts, inputs: str) -> Manifest:
    """Write card, Croissant, citation and manifest into a folder of finished data files; the manifest comes last."""
    data = {name: file for name, file in files(folder).items() if name not in DERIVED}
    manifest = Manifest(format=FORMAT, inputs=inputs, facts=facts, files=data)
    for name, made in DERIVED.items():
        write_text(folder / name, made(manifest))
    whole = manifest.model_copy(update={"files": files(folder)})
    # Keys stay in their order: that of columns and classes has a meaning, also when it is read again.
    write_text(folder / MANIFEST, json.dumps(whole.model_dump(mode="json"), ensure_ascii=True, indent=2) + "\n")
    return whole


def data_only(manifest: Manifest) -> Manifest:
    """Return a manifest as it was when card, Croissant and citation were made of it."""
    kept = {name: file for name, file in manifest.files.items() if name not in DERIVED}
    return manifest.model_copy(update={"files": kept})


def files(folder: Path) -> dict[str, File]:
    """Return hash, size and rows of every file below a folder but the manifest."""
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    named = {path.relative_to(folder).as_posix(): path for path in found}
    return {name: _file(path) for name, path in named.items() if name != MANIFEST}


def read(folder: Path, *, hint: str) -> Manifest:
    """Return the manifest of a release."""
    return read_model(folder / MANIFEST, Manifest, hint=hint)


def known(folder: Path, *, hint: str = "") -> Manifest | None:
    """Return the manifest of a whole release; raise where somebody else's work would be lost.

    `hint` is what to do then; by default it is built again.
    """
    hint = hint or f"move {folder} away, then: wirecopy export build"
    if not (folder / MANIFEST).is_file():
        if folder.exists() and any(folder.iterdir()):
            raise WirecopyError(f"{folder} holds other files", hint=hint)
        return None
    value = read_json(folder / MANIFEST)
    if isinstance(value, dict) and value.get("format") != FORMAT:
        raise WirecopyError(f"{folder} was made by another version of wirecopy", hint=hint)
    manifest = checked(value, Manifest, where=folder / MANIFEST, hint=hint)
    changed = edited(folder, manifest)
    if DERIVED.keys() >= set(changed) > set():
        card = "text for the card belongs into [release] of wirecopy.toml"
        raise WirecopyError(f"{folder} was changed by hand: {listing(changed)}", hint=f"{card}; {hint}")
    if changed:
        told = f"{folder} is not as it was written (edited, or a damaged disk): {listing(changed)}"
        raise WirecopyError(told, hint=hint)
    return manifest


def edited(folder: Path, manifest: Manifest) -> list[str]:
    """Return the files that are missing or have other bytes than the manifest says."""
    there = {name: folder / name for name in manifest.files}
    return [
        name
        for name, place in there.items()
        if not place.is_file() or sha256_file(place) != manifest.files[name].sha256
    ]


def _file(path: Path) -> File:
    return File(sha256=sha256_file(path), bytes=path.stat().st_size, rows=_rows(path))


def _rows(path: Path) -> int | None:
    if path.suffix != ".parquet":
        return None
    import pyarrow.parquet as pq

    with path.open("rb") as file:
        return int(pq.read_metadata(file).num_rows)
