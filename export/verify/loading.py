"""What must hold of a release as its users read it."""

from collections.abc import Iterator

from corpus.check.findings import Finding
from export.loading import differences, filled, loaded
from export.verify.reading import Release


def loads(release: Release) -> Iterator[Finding]:
    """`load_dataset` reads each config with the rows and features of the manifest."""
    due = filled(release.facts.configs)
    found = loaded(str(release.folder.resolve()), [one.name for one in due])
    yield from (Finding(what, f"{one.name}/") for one in due for what in differences([one], found))
