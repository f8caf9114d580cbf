"""A built corpus as a folder: one folder of Parquet parts a config, a README for `load_dataset`, `build.json`."""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from corpus.card import front_matter
from corpus.config import load
from corpus.errors import WirecopyError
from corpus.files import digest, write_json, write_text
from corpus.parquet import read
from corpus.schema import Document, Pair, Raw, Reject, Relation, Row, Segment

STATE = "build.json"
R = TypeVar("R", bound=Row)
CONFIGS: dict[str, type[Row]] = {
    "documents": Document,
    "segments": Segment,
    "relations": Relation,
    "pairs": Pair,
    "raw": Raw,
    "rejects": Reject,
}
OWN = {*CONFIGS, "README.md", STATE}


class State(BaseModel):
    """What a build leaves for the next one: what it was made of, its counts, the size of each file."""

    fingerprint: str
    rows: dict[str, int]
    families: int
    events: int
    files: dict[str, int]
    vectors: str = ""  # name and version


def parts(folder: Path, name: str) -> list[Path]:
    """Return the files of one config, in the order of their rows."""
    return sorted((folder / name).glob("part-*.parquet"))


def rows(folder: Path, name: str, model: type[R]) -> Iterator[R]:
    """Read one config of a built corpus."""
    found = parts(folder, name)
    if not found and not (folder / STATE).is_file():
        raise WirecopyError(f"{folder / name} is missing", hint="wirecopy run")
    for path in found:
        yield from read(path, model)


def dataset_of(workspace: Path, corpus: Path | None) -> Path:
    """Return the folder of the dataset that is meant; raise WirecopyError where there is none."""
    folder = corpus if corpus is not None else load(workspace).corpus
    if not any(parts(folder, name) for name in CONFIGS):
        hint = "wirecopy corpus build" if corpus is None else "name a folder that `wirecopy corpus build` wrote"
        raise WirecopyError(f"no dataset in {folder}", hint=hint)
    return folder


def state(folder: Path) -> State | None:
    """Return what the last build said; None, so that all is put together again, where that is not whole."""
    try:
        known = State.model_validate_json((folder / STATE).read_bytes())
        whole = all((folder / name).stat().st_size == size for name, size in known.files.items())
    except (OSError, ValueError):
        return None
    return known if whole and known.rows.keys() == CONFIGS.keys() else None


def assemble(folder: Path, files: Mapping[str, Sequence[Path]], facts: Mapping[str, Any]) -> State:
    """Put finished parts, by config, into an empty folder; `facts` are the other values of `State`."""
    sizes: dict[str, int] = {}
    for name, found in files.items():
        (folder / name).mkdir()
        for place, path in enumerate(found):
            part = folder / name / f"part-{place:05}.parquet"
            _link(path, part)
            sizes[part.relative_to(folder).as_posix()] = part.stat().st_size
    marks = {name: digest(facts["fingerprint"], name) for name in files}
    write_text(folder / "README.md", _readme(facts["rows"], marks))
    made = State(files=sizes, **facts)
    write_json(folder / STATE, made.model_dump())
    return made


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)  # nothing is copied; both names are one file
    except OSError:
        shutil.copyfile(source, target)


def _readme(counts: Mapping[str, int], marks: Mapping[str, str]) -> str:
    configs = {name: {"train": f"{name}/*.parquet"} for name, count in counts.items() if count}
    # `load_dataset` refuses a config without rows, so an empty one is a line only.
    lines = "\n".join(f"- `{name}`: {count} rows" for name, count in counts.items())
    return (
        front_matter(configs, {name: f"content {mark}" for name, mark in marks.items()})
        + f"\n# Corpus\n\n{lines}\n\nOffsets are Unicode code points, half-open, into the `text` of their own row.\n"
    )
