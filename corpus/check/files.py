"""What must hold of the files of a dataset: listed, whole, of the contract's schema, counted, found by their README."""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from corpus.check.findings import Finding, Unreadable
from corpus.check.reading import batches, reading
from corpus.dataset import CONFIGS, STATE, State, parts
from corpus.features import arrow_schema

README = "README.md"
Found = Iterator[Finding]


def listed(folder: Path) -> Found:
    """`build.json` lists each part, with its size."""
    state = read_state(folder)
    there = {path.relative_to(folder).as_posix(): path for name in CONFIGS for path in parts(folder, name)}
    for name, size in sorted(state.files.items()):
        found = there[name].stat().st_size if name in there else None
        if found is None:
            yield Finding("is missing", name)
        elif found != size:
            yield Finding(f"{found} bytes where {STATE} says {size}", name)
    for name in sorted(there.keys() - state.files.keys()):
        yield Finding(f"is not in {STATE}", name)


def schemas(folder: Path) -> Found:
    """Columns, types and the Features in the metadata are the contract's."""
    for name, model in CONFIGS.items():
        due = arrow_schema(model)
        for path in parts(folder, name):
            file = path.relative_to(folder).as_posix()
            found, _ = _footer(path, file)
            if found.names != due.names:
                yield Finding(f"columns {', '.join(found.names)}; the contract has {', '.join(due.names)}", file)
            elif wrong := [one for one in due if found.field(one.name).type != one.type]:
                kind = found.field(wrong[0].name).type
                yield Finding(f"column '{wrong[0].name}' is {kind}, not {wrong[0].type}", file)
            elif _features(found) != _features(due):
                yield Finding("no Features, or others, in the schema's `huggingface` metadata", file)


def values(folder: Path) -> Found:
    """No value is missing where the contract wants one."""
    for name in CONFIGS:
        for batch in batches(folder, name):
            for at, column in batch.lacking:
                yield Finding(f"no value in '{column}'", batch.file, batch.first + at)


def counted(folder: Path) -> Found:
    """`build.json` says how many rows each config has."""
    state = read_state(folder)
    for name in CONFIGS:
        found = sum(_footer(path, f"{name}/{path.name}")[1] for path in parts(folder, name))
        if found != state.rows.get(name):
            yield Finding(f"{name}: {found} rows where {STATE} says {state.rows.get(name, 'nothing')}")


def readme(folder: Path) -> Found:
    """The README lists each config that has rows, with all its files, and no other."""
    import yaml

    try:
        configs = _configs((folder / README).read_text(encoding="utf-8"))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, yaml.YAMLError):
        yield Finding("is missing, or has no list of configs that `load_dataset` reads", README)
        return
    for name in CONFIGS:
        files = [f"{name}/{path.name}" for path in parts(folder, name)]
        rows = sum(_footer(folder / file, file)[1] for file in files)
        patterns = configs.pop(name, [])
        if bool(rows) != bool(patterns):
            yield Finding(f"config '{name}' has {rows} rows and is {'' if patterns else 'not '}listed", README)
        elif lost := [file for file in files if patterns and not any(fnmatchcase(file, one) for one in patterns)]:
            yield Finding(f"config '{name}' does not list {lost[0]}", README)
    for name in configs:
        yield Finding(f"config '{name}' is none of the contract's", README)


def read_state(folder: Path) -> State:
    """Return what the build left; raise Unreadable where that is missing or broken."""
    try:
        return State.model_validate_json((folder / STATE).read_bytes())
    except OSError as error:
        raise Unreadable(STATE, f"can't be read: {error.strerror}") from None
    except ValueError:
        raise Unreadable(STATE, "is no list of what the build made") from None


def _footer(path: Path, file: str) -> tuple[Any, int]:
    import pyarrow.parquet as pq

    with reading(file), path.open("rb") as raw, pq.ParquetFile(raw) as found:
        return found.schema_arrow, found.metadata.num_rows


def _features(schema: Any) -> Any:
    try:
        return json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
    except (KeyError, ValueError, TypeError):
        return None


def _configs(text: str) -> dict[str, list[str]]:
    import yaml

    found = yaml.safe_load(text.split("---\n")[1])["configs"]
    return {one["config_name"]: [part["path"] for part in one["data_files"]] for one in found}
