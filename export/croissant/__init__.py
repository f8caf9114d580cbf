"""`croissant.json`: the release for programs, a function of its manifest.

Sources: MLCommons, "Croissant Format Specification" 1.1 (2026); "Croissant RAI Specification" 1.0 (2024).
"""

import json
from typing import Any

from export.card import sentences
from export.citation import author, bibtex, spdx
from export.croissant.provenance import provenance
from export.croissant.records import file_set, record_set, splits, vocabularies
from export.croissant.responsible import responsible
from export.schema import Facts, File, Manifest

CROISSANT, RAI = "http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"
TYPES = {".parquet": "application/x-parquet", ".json": "application/json", ".md": "text/markdown"}
TERMS = (
    *("annotation", "arrayShape", "citeAs", "column", "containedIn", "equivalentProperty", "excludes", "extract"),
    *("field", "fileObject", "fileProperty", "fileSet", "format", "includes", "isArray", "isLiveDataset", "jsonPath"),
    *("key", "md5", "parentField", "path", "readLines", "recordSet", "references", "regex", "repeated", "replace"),
    *("samplingRate", "sdVersion", "separator", "source", "subField", "transform", "unArchive", "value"),
)
SPACES = {
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
}


def croissant(manifest: Manifest) -> str:
    """Return `croissant.json`: every data file with its hash, a record set for each config."""
    facts = manifest.facts
    shown = [one for one in facts.configs if one.rows]
    told = {
        "@context": context(),
        "@type": "sc:Dataset",
        "conformsTo": [CROISSANT, RAI],
        **_dataset(facts),
        **responsible(facts),
        **provenance(facts),
        "distribution": [
            *(_file(name, file) for name, file in manifest.files.items()),
            *(file_set(one) for one in shown),
        ],
        "recordSet": [
            splits(),
            *(one for campaign in facts.campaigns for one in vocabularies(campaign)),
            *(record_set(one, facts) for one in shown),
        ],
    }
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"


def context() -> dict[str, Any]:
    """Return the JSON-LD context of Croissant 1.1, with the namespaces of RAI and PROV-O."""
    special: dict[str, Any] = {
        "@language": "en",
        "@vocab": SPACES["sc"],
        "conformsTo": "dct:conformsTo",
        "data": {"@id": "cr:data", "@type": "@json"},
        "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
        "description": {"@container": "@language"},
        "examples": {"@id": "cr:examples", "@type": "@json"},
        "name": {"@container": "@language"},
    }
    return special | {term: f"cr:{term}" for term in TERMS} | SPACES


def _dataset(facts: Facts) -> dict[str, Any]:
    people = facts.people
    spdx_id = spdx(people.license)
    licence = f"https://spdx.org/licenses/{spdx_id}.html" if spdx_id else people.license
    described = people.description.strip() or f"News articles and labels: {facts.name} {facts.version}."
    lost = sentences.incomplete(facts)
    told = {
        "name": facts.name,
        "description": f"Incomplete. {lost} {described}" if lost else described,
        "license": licence,
        "url": people.url,
        "version": facts.version,
        "datePublished": people.date,
        "creator": [_creator(name) for name in people.creators],
        "inLanguage": facts.languages,
        "keywords": ["news", *sorted({one.scheme["id"] for one in facts.campaigns})],
        "citeAs": bibtex(facts),
        "isLiveDataset": False,
    }
    return {name: value for name, value in told.items() if value not in (None, "", [])}


def _creator(name: str) -> dict[str, str]:
    found = author(name)
    if "name" in found:
        return {"@type": "sc:Organization", "name": found["name"]}
    return {"@type": "sc:Person", "name": f"{found['given-names']} {found['family-names']}"}


def _file(name: str, file: File) -> dict[str, Any]:
    suffix = name[name.rindex(".") :] if "." in name else ""
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "contentUrl": name,
        "contentSize": f"{file.bytes} B",
        "encodingFormat": TYPES.get(suffix, "application/octet-stream"),
        "sha256": file.sha256,
    }


__all__ = ["context", "croissant"]
