"""What must hold of the facts: what can be counted from the rows is counted again, the rest is such as it may be."""

from collections.abc import Iterator
from math import isclose
from typing import Any

from pydantic import ValidationError

from annotation.answers.labels import label_features
from annotation.schema import Annotation
from annotation.schemes.answers import value_features
from annotation.schemes.scheme import Scheme
from corpus.check.findings import Finding, Unreadable, short
from corpus.config import Config
from corpus.config import Release as Settings
from corpus.features import Features, features
from export.contents import ROWS
from export.facts import recount
from export.schema import MANIFEST, CampaignFacts, Facts, Table
from export.verify.reading import Release

NEAR = 1e-6  # machines differ in the last digits of a mean
MOST = 1 << 62
Place = tuple[str, Table, str | None]  # of a config: its name, its table, its campaign


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
    """The hash and the unit of each scheme in the facts are those of its questions."""
    for one in release.facts.campaigns:
        if (found := scheme_of(one)).hash != one.scheme_hash:
            yield Finding(f"the scheme of '{one.name}' has not the hash {one.scheme_hash}", MANIFEST)
        if found.unit != one.unit:
            yield Finding(f"'{one.name}' asks for a {short(one.unit)}, its scheme for a {found.unit}", MANIFEST)


def scheme_of(one: CampaignFacts) -> Scheme:
    """Return the scheme of a campaign; raise Unreadable where it is none."""
    try:
        # The checks of answers are no part of what the questions mean, and have names of their own in files.
        return Scheme.model_validate({name: value for name, value in one.scheme.items() if name != "checks"})
    except ValueError as error:
        raise Unreadable(MANIFEST, f"the scheme of '{one.name}' is none: {error}") from None


def configs(release: Release) -> Iterator[Finding]:
    """Each table, and each campaign, has its config once, with the columns of its rows or of its scheme."""
    due, found = dict(_configs(release.facts)), list[Place]()
    for one in release.facts.configs:
        place = one.name, one.table, one.campaign
        if place in found or place not in due:
            what = "stands twice" if place in found else "is none of a table or of a campaign"
            yield Finding(f"config '{one.name}' ({one.table}) {what}", MANIFEST)
        elif list(one.features.items()) != list(due[place].items()):
            wrong = [
                name for name in one.features.keys() | due[place] if one.features.get(name) != due[place].get(name)
            ]
            yield Finding(
                f"config '{one.name}' has other columns than its rows: {sorted(wrong) or 'in order'}", MANIFEST
            )
        found.append(place)
    for name, table, _ in (place for place in due if place not in found):
        yield Finding(f"no config '{name}' for {table}", MANIFEST)
    names = [one.name for one in release.facts.campaigns]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Finding(f"campaign '{name}' stands twice", MANIFEST)


def _configs(facts: Facts) -> Iterator[tuple[Place, Features]]:
    for table, model in ROWS.items():
        yield (table.value, table, None), features(model)
    for one in facts.campaigns:
        scheme = scheme_of(one)
        yield (one.name, Table.LABELS, one.name), label_features(scheme)
        answers = features(Annotation, values=value_features(scheme))
        yield (f"{one.name}_annotations", Table.ANNOTATIONS, one.name), answers


def settings(release: Release) -> Iterator[Finding]:
    """Name, version, splits and campaigns are such as `wirecopy.toml` can have them; no count is below zero."""
    facts = release.facts
    told = {
        "name": facts.name,
        "sources": [{"path": "."}],
        "release": facts.people.model_dump(include=set(Settings.model_fields)) | {"version": facts.version},
        "splits": {"strategy": facts.splits.strategy, "together": facts.splits.together, **facts.splits.shares},
        "campaigns": {one.name: _asked(one) for one in facts.campaigns},
    }
    try:
        Config.model_validate(told)
    except ValidationError as error:
        for one in error.errors():
            place = ".".join(map(str, one["loc"]))
            yield Finding(f"{place or 'facts'}: {one['msg']}, is {short(one['input'])}", MANIFEST)
    for place, value in _counts("facts", facts.model_dump(mode="json")):
        yield Finding(f"{place} is {short(value)}, which is no count", MANIFEST)


def _asked(one: CampaignFacts) -> dict[str, Any]:
    known = one.model_dump(include={"overlap", "strata", "aggregation", "preset", "adjudication"})
    return known | {"scheme": str(one.scheme.get("id"))}


def _counts(place: str, value: Any) -> Iterator[tuple[str, int]]:
    """Yield whole numbers that count nothing."""
    if isinstance(value, int) and not 0 <= value < MOST:
        yield place, value
    elif isinstance(value, dict | list):
        for name, one in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _counts(f"{place}.{name}", one)


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
