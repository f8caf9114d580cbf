"""What must hold of the text of a release: all of it, none of it, or as much as its facts say."""

from collections.abc import Iterator
from typing import Any

from corpus.check.findings import Finding
from export.schema import MANIFEST, ConfigFacts, Table
from export.standoff import TEXTS, bare
from export.verify.reading import Release


def kind(release: Release) -> Iterator[Finding]:
    """A stand-off release has no text, a partial one lacks as much as its facts say, only these two have a twin."""
    facts = release.facts
    if (facts.twin is None) != (facts.kind == "release"):
        yield Finding(f"of kind '{facts.kind}', {'without' if facts.twin is None else 'with'} a twin", MANIFEST)
    if facts.kind == "standoff":
        for config in facts.configs:
            yield from _shown(release, config)
    lacking = sum(batch.data.column("text").null_count for batch in _texts(release)) if facts.kind == "partial" else 0
    if facts.kind != "standoff" and lacking != facts.incomplete:
        yield Finding(f"{facts.incomplete} articles without text in the facts, {lacking} in the rows", MANIFEST)


def _texts(release: Release) -> Iterator[Any]:
    return release.batches(release.config(Table.DOCUMENTS), ("text",))


def _shown(release: Release, config: ConfigFacts) -> Iterator[Finding]:
    """Yield the first row of each batch that has text."""
    heads = dict.fromkeys(path.partition(".")[0] for path in TEXTS[config.table])
    for batch in release.batches(config, [name for name in heads if name in config.features]):
        due = bare(batch.data, config.table)
        if not due.equals(batch.data):
            pairs = zip(batch.data.to_pylist(), due.to_pylist(), strict=True)
            at = next(at for at, (found, empty) in enumerate(pairs) if found != empty)
            yield Finding("has text in a stand-off release", *batch.place(at))
