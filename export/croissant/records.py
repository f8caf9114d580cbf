"""Configs as record sets: fields from Features, classes as vocabularies, splits as Croissant knows them."""

from collections.abc import Mapping, Sequence
from typing import Any

from annotation.schemes.scheme import SUFFIXES
from corpus.config import SPLIT_NAMES
from export.card.contents import row_of
from export.croissant.provenance import made_by
from export.schema import CampaignFacts, ConfigFacts, Facts, Table

SPLIT_SET = "splits"
KINDS = {"train": "cr:TrainingSplit", "validation": "cr:ValidationSplit", "test": "cr:TestSplit"}
TYPES = {"string": "sc:Text", "int64": "sc:Integer", "float64": "sc:Float", "bool": "sc:Boolean", "binary": "sc:Text"}
KEYS = {
    Table.DOCUMENTS: "doc_id",
    Table.SEGMENTS: "segment_id",
    Table.PAIRS: "pair_id",
    Table.LABELS: "key",
    Table.ANNOTATIONS: "annotation_id",
}


def file_set(one: ConfigFacts) -> dict[str, Any]:
    """Return the files of a config."""
    return {
        "@type": "cr:FileSet",
        "@id": files_of(one),
        "name": files_of(one),
        "description": f"The Parquet files of {one.name}.",
        "encodingFormat": "application/x-parquet",
        "includes": f"{one.name}/*.parquet",
    }


def files_of(one: ConfigFacts) -> str:
    """Return the id of a config's files."""
    return f"{one.name}-files"


def splits() -> dict[str, Any]:
    """Return the record set that says which split is which."""
    fields = {"name": "sc:Text", "url": "sc:URL"}
    return {
        "@type": "cr:RecordSet",
        "@id": SPLIT_SET,
        "name": SPLIT_SET,
        "dataType": "cr:Split",
        "key": {"@id": f"{SPLIT_SET}/name"},
        "field": [_plain(f"{SPLIT_SET}/{name}", kind) for name, kind in fields.items()],
        "data": [{f"{SPLIT_SET}/name": name, f"{SPLIT_SET}/url": KINDS[name]} for name in SPLIT_NAMES],
    }


def vocabularies(one: CampaignFacts) -> list[dict[str, Any]]:
    """Return an enumeration for each choice of a campaign: number, value and words of each class."""
    asked = [question for question in one.scheme["questions"] if question["type"] == "choice"]
    return [_vocabulary(vocabulary_of(one.name, question["name"]), question) for question in asked if one.units]


def vocabulary_of(campaign: str, question: str) -> str:
    """Return the id of the classes of a choice."""
    return f"{campaign}-{question}-classes"


def record_set(one: ConfigFacts, facts: Facts) -> dict[str, Any]:
    """Return a config as a record set: its columns, and the split of each record."""
    return {
        "@type": "cr:RecordSet",
        "@id": one.name,
        "name": one.name,
        "description": f"One record is {row_of(one, facts)}. Rows: {_counts(one.rows)}.",
        "key": {"@id": f"{one.name}/{KEYS[one.table]}"},
        "field": [_split(one), *(_column(one, facts, name, feature) for name, feature in one.features.items())],
        **made_by(one, facts),
    }


def _vocabulary(place: str, question: Mapping[str, Any]) -> dict[str, Any]:
    fields = {"index": "sc:Integer", "name": "sc:Text", "text": "sc:Text"}
    rows = [(at, option["value"], option["text"]) for at, option in enumerate(question["options"])]
    return {
        "@type": "cr:RecordSet",
        "@id": place,
        "name": place,
        "description": question["title"],
        "dataType": "sc:Enumeration",
        "key": {"@id": f"{place}/index"},
        "field": [_plain(f"{place}/{name}", kind) for name, kind in fields.items()],
        "data": [{f"{place}/{name}": cell for name, cell in zip(fields, row, strict=True)} for row in rows],
    }


def _plain(place: str, kind: str) -> dict[str, Any]:
    return {"@type": "cr:Field", "@id": place, "name": place.rpartition("/")[2], "dataType": kind}


def _counts(rows: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in rows.items())


def _split(one: ConfigFacts) -> dict[str, Any]:
    names = "|".join(SPLIT_NAMES)
    source = {
        "fileSet": {"@id": files_of(one)},
        "extract": {"fileProperty": "fullpath"},
        "transform": {"regex": f"{one.name}/({names})-.*"},
    }
    field = _plain(f"{one.name}/{SPLIT_SET[:-1]}", "sc:Text")
    return field | {"source": source, "references": {"field": {"@id": f"{SPLIT_SET}/name"}}}


def _column(one: ConfigFacts, facts: Facts, name: str, feature: Mapping[str, Any]) -> dict[str, Any]:
    found = _field(one, f"{one.name}/{name}", name, feature, [])
    if feature.get("_type") == "ClassLabel":
        place = f"{vocabulary_of(one.campaign or '', name)}/index"
        return found | {"dataType": ["sc:Integer", "cr:Label"], "references": {"field": {"@id": place}}}
    if place := _foreign(one, name, facts):
        return found | {"references": {"field": {"@id": place}}}
    if one.table is Table.LABELS and name.endswith(SUFFIXES):
        return found | {"description": "The same label as votes, shares or agreement; the card explains it."}
    return found


def _foreign(one: ConfigFacts, name: str, facts: Facts) -> str:
    """Return the field whose values a column names, where each record names one."""
    if one.table is Table.SEGMENTS and name == "doc_id":
        return f"{Table.DOCUMENTS.value}/doc_id"
    labels = {found.name for found in facts.configs if found.rows}
    named = one.table is Table.ANNOTATIONS and name == "key" and one.campaign in labels
    return f"{one.campaign}/key" if named else ""


def _field(
    one: ConfigFacts, place: str, column: str, feature: Mapping[str, Any], path: Sequence[str]
) -> dict[str, Any]:
    """Return a field; `path` leads to it inside of its column."""
    head = {"@type": "cr:Field", "@id": place, "name": place.rpartition("/")[2]}
    if feature.get("_type") == "List":
        return _field(one, place, column, feature["feature"], path) | {"isArray": True, "arrayShape": "-1"}
    kind = {"Value": TYPES.get(str(feature.get("dtype")), "sc:Text"), "ClassLabel": "sc:Integer"}.get(
        str(feature.get("_type"))
    )
    if kind is None:
        inner = [_field(one, f"{place}/{name}", column, part, [*path, name]) for name, part in feature.items()]
        return head | {"subField": inner}
    source: dict[str, Any] = {"fileSet": {"@id": files_of(one)}, "extract": {"column": column}}
    if path:
        source["transform"] = {"jsonPath": ".".join(path)}
    return head | {"dataType": kind, "source": source}
