"""A release as one side of a comparison: its tables are what its manifest says, or an error says what is not."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from corpus.check.findings import Unreadable
from corpus.errors import WirecopyError
from corpus.output import listing, one_line
from export.diff.rows import shards
from export.manifest import edited, read
from export.schema import Facts
from export.versions import order


class Side(NamedTuple):
    """A release: its folder, what people call it, its facts."""

    folder: Path
    name: str
    facts: Facts


def side(folder: Path, name: str) -> Side:
    """Read a release; raises WirecopyError where its tables are not those of its manifest."""
    manifest = read(folder, hint="name a folder that `wirecopy export build` wrote")
    found = Side(folder, name, manifest.facts)
    with readable(found):
        order(manifest.facts.version)
        why = {True: "not what its manifest says", False: "missing"}
        wrong = {one: why[(folder / one).exists()] for one in edited(folder, manifest) if one.endswith(".parquet")}
        there = [path for one in found.facts.configs for _, path in shards(folder, one.name)]
        names = (path.relative_to(folder).as_posix() for path in there)
        wrong |= {one: "not in its manifest" for one in names if one not in manifest.files}
    if wrong:
        told = listing(f"{one_line(one)} is {what}" for one, what in wrong.items())
        raise WirecopyError(f"{name}: {told}", hint=f"wirecopy export verify {name}")
    return found


@contextmanager
def readable(*sides: Side) -> Iterator[None]:
    """Turn what goes wrong in reading releases into an error that names them.

    A manifest that somebody made can say anything: what comes of it is not known beforehand.
    """
    try:
        yield
    except WirecopyError:
        raise
    except Exception as error:
        cause = error.finding.told() if isinstance(error, Unreadable) else f"{type(error).__name__} {error}"
        raise WirecopyError(
            f"{' and '.join(one.name for one in sides)} can't be compared: {one_line(cause)}",
            hint="; ".join(f"wirecopy export verify {one.name}" for one in sides),
        ) from error
