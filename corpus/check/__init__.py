"""Every invariant of the contract, on a built dataset, also one that somebody else edited.

What is proven stands in `contract`; here is the order in which the files are read. Documents pass with their
segments, one after the other; what stays in memory is 40 bytes a document and some numbers a relation and a pair.
"""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, suppress
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from corpus.check import contract, files, pairs, reading, relations, segments
from corpus.check.facts import Facts, Numbers, gather
from corpus.check.findings import MOST_EXAMPLES, Checked, Finding, Tally, Unreadable
from corpus.check.reading import Row
from corpus.dataset import dataset_of
from corpus.output import Output

__all__ = ["check", "check_workspace"]


def check_workspace(*, workspace: Path, corpus: Path | None, out: Output) -> Checked:
    """Check the dataset of a workspace or the one in `corpus`."""
    return check(dataset_of(workspace, corpus), out)


def check(folder: Path, out: Output) -> Checked:
    """Make all checks on the dataset in `folder`."""
    run = Run(folder, out)
    run.files()
    run.facts()
    run.rows()
    run.documents()
    run.segments()
    run.relations()
    run.pairs()
    return Checked(str(folder), list(run.tally.results.values()))


class Run:
    """The checks of one dataset; each method makes those of one kind."""

    def __init__(self, folder: Path, out: Output) -> None:
        self.folder = folder
        self.tally = Tally(contract.says())
        self._out = out

    @cached_property
    def _facts(self) -> Facts:
        return gather(self.folder)  # raises again, where it does, for each who asks

    def files(self) -> None:
        """Check what can be told of the files as a whole."""
        for name, made in contract.FILES.items():
            with self.tally.making([name]):
                self._add(name, made(self.folder))

    def facts(self) -> None:
        """Check ids, counts, and that each segment has a document."""
        for name, unique in contract.FACTS.items():
            with self.tally.making([name]):
                self._add_numbered(name, unique(self._facts))
        for name, made in contract.TOTALS.items():
            with self.tally.making([name]):
                self._add(name, made(self._facts, files.read_state(self.folder)))
        for name, orphans in contract.ORPHANS.items():
            with self.tally.making([name]):
                self._add(name, orphans(self.folder, self._facts))

    def rows(self) -> None:
        """Check the tables whose rows stand alone."""
        for name, (config, made) in contract.ROW.items():
            with self.tally.making([name]):
                for row in reading.rows(self.folder, config):
                    self._add(name, (Finding(what, row.file, row.row) for what in made(row.values)))

    def documents(self) -> None:
        """Check each document alone."""
        checks = dict(contract.DOCUMENT)
        with self.tally.making(list(contract.PAGE)):
            pages = {row.values["raw_sha256"] for row in reading.rows(self.folder, "raw", ["raw_sha256"])}
            checks |= {name: partial(made, pages=pages) for name, made in contract.PAGE.items()}
        with self.tally.making(list(checks)), self._progress("checking documents") as step:
            for row in reading.rows(self.folder, "documents"):
                for name, made in checks.items():
                    self._add(name, (_at(row, what) for what in made(row.values)))
                step(1)

    def segments(self) -> None:
        """Check the segments of each document."""
        with self.tally.making(list(contract.SEGMENT)), self._progress("checking segments") as step:
            for document, mine in segments.wholes(self.folder, unique=not len(self._facts.doubles)):
                values = [one.values for one in mine]
                for name, made in contract.SEGMENT.items():
                    for at, what in made(document.values, values):
                        self.tally.add(name, _at(document if at is None else mine[at], what))
                step(1)

    def relations(self) -> None:
        """Check each relation, then the families that they make."""
        edges: list[Numbers] = [np.zeros((0, 2), np.int64)]
        with self.tally.making([*contract.RELATION, *contract.FAMILY]):
            for some in relations.links(self.folder, self._facts):
                for name, made in contract.RELATION.items():
                    for at, what in made(some, self._facts):
                        self.tally.add(name, Finding(what, some.rows[at].file, some.rows[at].row))
                edges.append(relations.family_edges(some))
            for name, made in contract.FAMILY.items():
                self._add_numbered(name, made(self._facts, np.concatenate(edges)))

    def pairs(self) -> None:
        """Check each pair, then all pairs of two documents together."""
        uses = pairs.Uses()
        with self.tally.making([*contract.PAIR, *contract.USES]):
            for rows, known in pairs.blocks(self.folder, pairs.translations(self.folder)):
                for row in rows:
                    for name, made in contract.PAIR.items():
                        self._add(name, (Finding(what, row.file, row.row) for what in made(row.values, known)))
                uses.add(rows, known)
            for name, made in contract.USES.items():
                self._add(name, made(uses))

    def _add(self, name: str, found: Iterable[Finding]) -> None:
        for finding in found:
            self.tally.add(name, finding)

    def _add_numbered(self, name: str, found: Iterable[tuple[int, str]]) -> None:
        """Add violations of documents by number; only those that are shown are read again."""
        for count, (number, what) in enumerate(found):
            shown = count < MOST_EXAMPLES
            self.tally.add(name, self._facts.finding(number, what) if shown else Finding(what))

    def _progress(self, text: str) -> AbstractContextManager[Callable[[int], None]]:
        total = None
        with suppress(Unreadable):
            total = files.read_state(self.folder).rows.get("documents")
        return self._out.progress(text, total, unit="documents")


def _at(row: Row, what: str) -> Finding:
    return Finding(what, row.file, row.row, row.values["doc_id"])
