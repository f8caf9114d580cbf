"""What must hold of the facts: everything that can be counted from the rows is counted again."""

from collections.abc import Iterator
from math import isclose
from typing import Any

from corpus.check.findings import Finding, short
from export.facts import recount
from export.schema import MANIFEST
from export.verify.reading import Release

NEAR = 1e-6  # machines differ in the last digits of a mean


def facts(release: Release) -> Iterator[Finding]:
    """Languages, outlets, raters, labels, ties and agreement in the facts are those of the rows."""
    told = release.facts
    try:
        due = recount(told, release.folder)
    except Exception as error:  # rows may be anything: what can't be counted in them is not known beforehand
        yield Finding(f"can't be counted from the rows: {type(error).__name__} {error}", MANIFEST)
        return
    for place, is_, should in differences("facts", told.model_dump(mode="json"), due.model_dump(mode="json")):
        yield Finding(f"{place} is {short(is_)}, the rows make {short(should)}", MANIFEST)


def scheme(release: Release) -> Iterator[Finding]:
    """The hash of each scheme in the facts is that of its questions."""
    from export.verify.labels import campaigns

    for one in campaigns(release):
        if one.scheme.hash != one.facts.scheme_hash:
            yield Finding(f"the scheme of '{one.facts.name}' has not the hash {one.facts.scheme_hash}", MANIFEST)


def differences(place: str, told: Any, due: Any) -> Iterator[tuple[str, Any, Any]]:
    """Yield where two JSON values differ: the place, and both values."""
    if isinstance(told, dict) and isinstance(due, dict):
        for name in sorted({*told, *due}):
            yield from differences(f"{place}.{name}", told.get(name), due.get(name))
    elif isinstance(told, list) and isinstance(due, list) and len(told) == len(due):
        for at, (left, right) in enumerate(zip(told, due, strict=True)):
            yield from differences(f"{place}[{at}]", left, right)
    elif isinstance(told, float) and isinstance(due, float):
        if not isclose(told, due, abs_tol=NEAR):
            yield place, told, due
    elif told != due:
        yield place, told, due
