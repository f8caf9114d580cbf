"""The YAML of the card: what the Hub and `load_dataset` read."""

import re
from collections.abc import Mapping
from typing import Any

from annotation.schema import Origin
from corpus.card import front_matter
from corpus.files import digest
from export.card.contents import row_of
from export.card.sentences import all_origins, labelled
from export.schema import ConfigFacts, Facts, Manifest, Table

FILES = "{name}/{split}-*.parquet"
SIZES = (
    *((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M")),
    *((10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"), (1_000_000_000, "100M<n<1B")),
)
TASKS = {"choice": "text-classification", "spans": "token-classification"}
ID = re.compile(r"[a-z0-9.-]+")


def front(manifest: Manifest) -> str:
    """Return the YAML block of a release."""
    facts = manifest.facts
    shown = [one for one in facts.configs if one.rows]
    configs = {one.name: {split: FILES.format(name=one.name, split=split) for split in one.rows} for one in shown}
    # Over all facts too, also those that the card does not show: no byte of the manifest can change unseen.
    told = digest(manifest.inputs, facts.model_dump(mode="json"))
    words = {one.name: f"One row is {row_of(one, facts)} (content {_mark(manifest, one.name, told)})" for one in shown}
    info = [_info(one, manifest) for one in shown]
    return front_matter(configs, words, **_told(facts), dataset_info=info)


def feature_list(features: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return Features as `dataset_info` of a card has them, in the order of their columns."""
    return [{"name": name} | _feature(one) for name, one in features.items()]


def size_category(rows: int) -> str:
    """Return the Hub's name for a number of rows."""
    return next((name for most, name in SIZES if rows < most), "1B<n<10B")


def _told(facts: Facts) -> dict[str, Any]:
    hub = facts.people.license.lower()
    licence = {"license": hub} if ID.fullmatch(hub) else {"license": "other", "license_name": _slug(hub)}
    creators = [*(["machine-generated"] if _made(facts) else []), *facts.people.annotations_creators]
    told: dict[str, Any] = {"pretty_name": f"{facts.name} {facts.version}", **licence, "language": facts.languages}
    told["multilinguality"] = ["multilingual" if len(facts.languages) > 1 else "monolingual"]
    if any(one.table is Table.PAIRS and one.rows for one in facts.configs):
        told["multilinguality"].append("translation")
    if creators:
        told["annotations_creators"] = list(dict.fromkeys(creators))
    told |= {"language_creators": ["found"], "source_datasets": ["original"]}
    told["size_categories"] = [size_category(max((sum(one.rows.values()) for one in facts.configs), default=0))]
    if tasks := _tasks(facts):
        told["task_categories"] = tasks
    return told | {"tags": _tags(facts)}


def _tasks(facts: Facts) -> list[str]:
    kinds = [question["type"] for one in facts.campaigns for question in one.scheme["questions"]]
    pairs = ["translation"] if any(one.unit == "pair" for one in facts.campaigns) else []
    return list(dict.fromkeys([TASKS[kind] for kind in kinds if kind in TASKS] + pairs))


def _tags(facts: Facts) -> list[str]:
    schemes = sorted({one.scheme["id"] for one in labelled(facts)})
    simulated = ["simulated"] if all_origins(facts)[Origin.SIMULATED] else []
    standoff = ["stand-off"] if facts.kind == "standoff" else []
    return ["news", "human-label-variation", *schemes, *simulated, *standoff]


def _made(facts: Facts) -> bool:
    return bool(set(all_origins(facts)) - {Origin.HUMAN})


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9.]+", "-", text).strip("-") or "other"


def _mark(manifest: Manifest, config: str, told: str) -> str:
    return digest(told, {name: file.sha256 for name, file in manifest.files.items() if name.startswith(f"{config}/")})


def _info(one: ConfigFacts, manifest: Manifest) -> dict[str, Any]:
    files = [file.bytes for name, file in manifest.files.items() if name.startswith(f"{one.name}/")]
    splits = [{"name": split, "num_bytes": one.bytes[split], "num_examples": rows} for split, rows in one.rows.items()]
    return {
        "config_name": one.name,
        "features": feature_list(one.features),
        "splits": splits,
        "download_size": sum(files),
        "dataset_size": sum(one.bytes.values()),
    }


def _feature(one: Mapping[str, Any]) -> dict[str, Any]:
    if one.get("_type") == "Value":
        return {"dtype": one["dtype"]}
    if one.get("_type") == "ClassLabel":
        return {"dtype": {"class_label": {"names": {str(at): name for at, name in enumerate(one["names"])}}}}
    if one.get("_type") == "List":
        (inner,) = _feature(one["feature"]).items()
        return {"list": inner[1] if inner[0] in ("dtype", "struct") else dict([inner])}
    return {"struct": feature_list(one)}
