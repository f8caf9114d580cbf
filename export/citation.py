"""How to cite a release: `CITATION.cff` 1.2.0 and BibTeX.

Source: Druskat et al., "Citation File Format" 1.2.0 (2021). A creator `Family, Given` is a person, any other an
entity: names can't be taken apart by rule.
"""

import re
from typing import Any

from export.schema import Facts, Manifest

MESSAGE = "If you use this dataset, please cite it as below."
UNTEX = re.compile(r"([&%$#_{}])")
KEY = re.compile(r"[^A-Za-z0-9]+")


def citation(manifest: Manifest) -> str:
    """Return `CITATION.cff`."""
    import yaml

    facts = manifest.facts
    people = facts.people
    told: dict[str, Any] = {
        "cff-version": "1.2.0",
        "message": MESSAGE,
        "type": "dataset",
        "title": facts.name,
        "version": facts.version,
        "authors": [author(name) for name in people.creators] or [{"name": f"The makers of {facts.name}"}],
        "abstract": "\n".join(people.description.splitlines()).strip(),
        "license": spdx(people.license),
        "url": people.url,
        "date-released": people.date,
        "keywords": ["news", *facts.languages],
    }
    block: str = yaml.safe_dump(
        {name: value for name, value in told.items() if value}, sort_keys=False, allow_unicode=True
    )
    return block


def author(name: str) -> dict[str, str]:
    """Return a person from `Family, Given`, else an entity."""
    name = " ".join(name.split())  # YAML has line ends that Python's writer does not know
    family, comma, given = (part.strip() for part in name.partition(","))
    return {"family-names": family, "given-names": given} if comma and family and given else {"name": name}


def spdx(licence: str) -> str | None:
    """Return the SPDX id of a licence, in its spelling; None where it is no such id."""
    from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

    try:
        found = str(canonicalize_license_expression(licence))
    except InvalidLicenseExpression:
        return None
    return found if " " not in found and not found.startswith("LicenseRef-") else None


def bibtex(facts: Facts) -> str:
    """Return a BibTeX entry."""
    people = facts.people
    names = [name if author(name).get("family-names") else f"{{{_tex(name)}}}" for name in people.creators]
    told = {
        "title": f"{{{_tex(facts.name)}}}",
        "author": " and ".join(_person(name) for name in people.creators) if names else "",
        "version": facts.version,
        "year": (people.date or "")[:4],
        "url": people.url or "",
        "note": "dataset",
    }
    lines = [f"  {name} = {{{value}}}," for name, value in told.items() if value]
    return "\n".join([f"@misc{{{KEY.sub('-', facts.name).strip('-').lower()}-{facts.version},", *lines, "}"])


def _person(name: str) -> str:
    found = author(name)
    if "name" in found:
        return f"{{{_tex(found['name'])}}}"
    return f"{_tex(found['family-names'])}, {_tex(found['given-names'])}"


def _tex(text: str) -> str:
    return UNTEX.sub(r"\\\1", " ".join(text.replace("\\", " ").split()))
