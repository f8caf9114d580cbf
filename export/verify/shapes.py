"""What must hold of configs and columns: the same in the shards, the manifest, the card's YAML and Croissant."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from corpus.check.findings import Finding, Unreadable, short
from corpus.check.reading import reading
from corpus.config import SPLIT_NAMES
from corpus.features import schema_of, value
from export.schema import CARD, CROISSANT, MANIFEST, SPLITS, ConfigFacts
from export.verify.reading import Release

Found = Iterator[Finding]
FEATURES, SLACK = b"huggingface", 1_000
LEDGER = {"doc_id": value(str), "split": value(str)}  # the columns of splits.parquet
SHARD = re.compile(
    rf"(?P<config>[a-z0-9_]+)/(?P<split>{'|'.join(SPLIT_NAMES)})-(?P<at>\d{{5}})-of-(?P<of>\d{{5}})\.parquet"
)


class Footer(NamedTuple):
    """What a Parquet file says of itself: its schema, its rows, the keys of its metadata."""

    schema: Any
    rows: int
    keys: set[str]


def shards(release: Release) -> Found:
    """Each config has the shards 0 to N of its splits, and each folder is a config."""
    configs = {one.name: one for one in release.facts.configs}
    held = Counter[tuple[str, str]]()
    totals = dict[tuple[str, str], str]()
    for name in sorted(one for one in release.manifest.files if "/" in one):
        found = SHARD.fullmatch(name)
        if found is None or found["config"] not in configs:
            yield Finding("is no shard of a config", name)
            continue
        place = found["config"], found["split"]
        if int(found["at"]) != held[place] or totals.setdefault(place, found["of"]) != found["of"]:
            yield Finding(f"is not shard {held[place]} of {totals[place]}", name)
        held[place] += 1
    for place, of in totals.items():
        if held[place] != int(of):
            yield Finding(f"{held[place]} shards of {int(of)}", f"{'/'.join(place)}-*")
    for name, one in configs.items():
        for split in one.rows.keys() ^ {split for config, split in totals if config == name}:
            yield Finding(f"'{split}' has {one.rows.get(split, 'no')} rows in the facts, and not so many files", name)


def schemas(release: Release) -> Found:
    """Columns, types and metadata of each Parquet file are those of the facts, and no more."""
    due = [
        (shard.path, shard.file, one.features) for one in release.facts.configs for shard in release.shards(one.name)
    ]
    for path, file, features in [*due, (release.folder / SPLITS, SPLITS, LEDGER)]:
        found, wanted = _footer(path, file), schema_of(dict(features))
        if found.schema.names != wanted.names:
            yield Finding(f"columns {_differ(found.schema.names, wanted.names)}", file)
        elif wrong := [field for field in wanted if found.schema.field(field.name).type != field.type]:
            kind = found.schema.field(wrong[0].name).type
            yield Finding(f"column '{wrong[0].name}' is {kind}, not {wrong[0].type}", file)
        elif told := _features_differ(_told(found.schema), features):
            yield Finding(f"the Features in its metadata differ from the manifest's: {told}", file)
        elif more := found.keys - {"huggingface", "ARROW:schema"}:
            yield Finding(f"its metadata has {short(sorted(more))} too", file)
        elif found.schema.metadata[FEATURES] != wanted.metadata[FEATURES] or any(map(_noted, found.schema)):
            yield Finding("its metadata says more than the Features of the manifest", file)


def counts(release: Release) -> Found:
    """The rows of each file and of each split are as many as the manifest says."""
    for one in release.facts.configs:
        held = Counter[str]()
        for shard in release.shards(one.name):
            rows = _footer(shard.path, shard.file).rows
            held[SPLIT_NAMES[shard.split]] += rows
            listed = release.manifest.files.get(shard.file)
            if listed is not None and listed.rows != rows:
                yield Finding(f"{rows} rows where the manifest says {listed.rows}", shard.file)
        for split in sorted(held.keys() | one.rows.keys()):
            if held[split] != (due := one.rows.get(split, 0)):
                yield Finding(f"{one.name}/{split} has {held[split]} rows, {due} in the facts", MANIFEST)


def sizes(release: Release) -> Found:
    """The bytes of each split in the facts are about those that its rows take."""
    for one in release.facts.configs:
        held = Counter[str]()
        for batch in release.batches(one):
            held[SPLIT_NAMES[batch.split]] += batch.data.nbytes
        for split in sorted(held.keys() | one.bytes.keys()):
            told = one.bytes.get(split, 0)
            # Arrow takes some bytes more or less where its batches are cut otherwise.
            if abs(told - held[split]) > held[split] / 10 + SLACK:
                yield Finding(f"{one.name}/{split} has {held[split]} bytes, {short(told)} in the facts", MANIFEST)


def yaml_block(release: Release) -> Found:
    """The YAML of the card has the configs, files, columns and counts of the manifest."""
    block = _yaml(release)
    listed = {one["config_name"]: one for one in block.get("configs", [])}
    sizes = {one.get("config_name"): one for one in _as_list(block.get("dataset_info"))}
    filled = {one.name: one for one in release.facts.configs if one.rows}
    for name in sorted(listed.keys() ^ filled.keys()):
        yield Finding(f"config '{name}' is {'not ' if name in filled else ''}listed without need", CARD)
    for name in filled.keys() & listed.keys():
        paths = {str(part["split"]): str(part["path"]) for part in listed[name]["data_files"]}
        for shard in release.shards(name):
            pattern = paths.get(SPLIT_NAMES[shard.split], "")
            if not fnmatchcase(shard.file, pattern):
                yield Finding(f"config '{name}' does not list {shard.file}", CARD)
        if sizes:
            yield from _sizes(filled[name], sizes.get(name, {}))


def _sizes(one: ConfigFacts, told: Mapping[str, Any]) -> Found:
    """Compare `dataset_info` with the facts."""
    names = [feature.get("name") for feature in _as_list(told.get("features"))]
    if names != list(one.features):
        yield Finding(f"config '{one.name}': columns {_differ(names, list(one.features))}", CARD)
    for feature in _as_list(told.get("features")):
        label = (feature.get("dtype") or {}) if isinstance(feature.get("dtype"), dict) else {}
        classes = list(label.get("class_label", {}).get("names", {}).values())
        due = one.features.get(str(feature.get("name")), {}).get("names", [])
        if classes != list(due):
            yield Finding(f"config '{one.name}', '{feature.get('name')}': classes {_differ(classes, list(due))}", CARD)
    rows = {split["name"]: split["num_examples"] for split in _as_list(told.get("splits"))}
    if rows != one.rows:
        yield Finding(f"config '{one.name}': rows {rows} where the facts have {one.rows}", CARD)


def croissant(release: Release) -> Found:
    """`croissant.json` has each file with its hash, and a record set with the columns of each config."""
    path = release.folder / CROISSANT
    if CROISSANT not in release.manifest.files:
        return
    with reading(CROISSANT):
        told = json.loads(path.read_bytes())
    hashes = {one.get("sha256") for one in told.get("distribution", []) if "sha256" in one}
    for name, file in release.manifest.files.items():
        if name.endswith(".parquet") and file.sha256 not in hashes:
            yield Finding(f"no file with the hash of {name}", CROISSANT)
    records = {one.get("name"): one for one in told.get("recordSet", [])}
    for config in release.facts.configs:
        if not config.rows:
            continue
        fields = [str(one.get("name")).rpartition("/")[2] for one in records.get(config.name, {}).get("field", [])]
        if missing := [name for name in config.features if name not in fields]:
            yield Finding(f"record set '{config.name}' has no field '{missing[0]}'", CROISSANT)


def _footer(path: Path, file: str) -> Footer:
    import pyarrow.parquet as pq

    with reading(file), path.open("rb") as raw, pq.ParquetFile(raw) as found:
        keys = {key.decode(errors="replace") for key in found.metadata.metadata or {}}
        return Footer(found.schema_arrow, int(found.metadata.num_rows), keys)


def _noted(field: Any) -> bool:
    """Tell whether a column, or a part of it, has metadata of its own beside its number."""
    inside = (field.type.field(at) for at in range(field.type.num_fields))
    return bool((field.metadata or {}).keys() - {b"PARQUET:field_id"}) or any(map(_noted, inside))


def _told(schema: Any) -> Any:
    try:
        return json.loads((schema.metadata or {})[FEATURES])["info"]["features"]
    except (KeyError, ValueError, TypeError):
        return None


def _features_differ(found: Any, due: Mapping[str, Any]) -> str:
    if not isinstance(found, dict):
        return "none"
    wrong = [name for name in due if found.get(name) != due[name]] + [name for name in found if name not in due]
    return f"column '{wrong[0]}'" if wrong else ""


def _differ(found: list[Any], due: list[Any]) -> str:
    more, less = [one for one in found if one not in due], [one for one in due if one not in found]
    told = {"too many": more, "missing": less}
    return (
        "; ".join(f"{', '.join(map(str, names))} {how}" for how, names in told.items() if names) or "in another order"
    )


def _yaml(release: Release) -> dict[str, Any]:
    import yaml

    try:
        text = (release.folder / CARD).read_text(encoding="utf-8")
        found = yaml.safe_load(text.split("---\n")[1])
        _ = [(one["config_name"], [part["path"] for part in one["data_files"]]) for one in found["configs"]]
    except (OSError, ValueError, TypeError, KeyError, IndexError, yaml.YAMLError):
        raise Unreadable(CARD, "has no YAML with the list of configs that `load_dataset` reads") from None
    return dict(found)


def _as_list(value: Any) -> list[dict[str, Any]]:
    given = value if isinstance(value, list) else [value]
    return [one for one in given if isinstance(one, dict)]
