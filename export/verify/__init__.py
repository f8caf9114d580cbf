"""Every invariant of a release, on a folder, a clone or a revision on the Hub, also one that somebody edited.

What is proven stands in `contract`; here is the order in which the files are read. Documents pass with their
segments, labels with the answers to them; what stays in memory are numbers of documents and one campaign's answers.
"""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from corpus.check.findings import Checked, Finding, Tally
from corpus.config import STANDOFF, load
from corpus.errors import WirecopyError
from corpus.output import Output
from export.schema import MANIFEST, SPLITS, Table
from export.verify import answers, contract, documents, labels, pairs, privacy
from export.verify.files import strange
from export.verify.index import Index, gather
from export.verify.place import opened
from export.verify.reading import Release

__all__ = ["Verified", "verify", "verify_release"]


class Verified(Checked):
    """All results, in the order of the contract."""

    @property
    def findings(self) -> list[Finding]:
        """The first violations of each check."""
        return [finding for one in self.results for finding in one.examples]

    def settle(self, *, hint: str = "fetch it again") -> None:
        """Raise WirecopyError where anything is broken; `hint` is what mends it."""
        if self.broken:
            found, unmade = sum(one.count for one in self.results), [one for one in self.results if one.unmade]
            told = f"{found} violations" + (f", {len(unmade)} checks that can't be made" if unmade else "")
            first = next((finding.told() for finding in self.findings), "")
            raise WirecopyError(f"{self.folder}: {told}. {first}", hint=hint)


def verify_release(*, place: str | None, workspace: Path, quick: bool, out: Output) -> None:
    """Verify what `place` names, else the release of the workspace; tell each check, raise where one fails."""
    with opened(place if place is not None else str(load(workspace).release)) as folder:
        run, mended = Run(folder, out, quick=quick), _mended(folder, workspace)
        found = run.verified()
        told = run.verdict() if not found.broken else ""
    found = Verified(place or found.folder, found.results)
    found.show(out)
    found.settle(hint=mended)
    if not out.json:
        out.line(f"\n{told}")


def verify(folder: Path, *, quick: bool = False, out: Output | None = None) -> Verified:
    """Make all checks on the release in `folder`; `quick` leaves out loading each config with `load_dataset`."""
    return Run(folder, out or Output(json=True), quick=quick).verified()


def _mended(folder: Path, workspace: Path) -> str:
    """Return how a broken release is had again: its workspace makes it anew, others fetch it."""
    try:
        release = load(workspace).release.resolve()
    except WirecopyError:
        return "fetch it again"
    made = {release: "build", release.with_name(f"{release.name}{STANDOFF}"): "standoff"}
    how = made.get(folder.resolve())
    return f"move {folder} away, then: wirecopy export {how}" if how else "fetch it again"


class Run:
    """The checks of one release; each method makes those of one kind."""

    def __init__(self, folder: Path, out: Output, *, quick: bool) -> None:
        self.release, self.out, self.quick = Release(folder), out, quick
        self.tally = Tally(contract.says())

    def verified(self) -> Verified:
        """Make all checks; none where something in the folder is no file."""
        results = self.tally.results
        self._add("files", strange(self.release.folder))
        if results["files"].count:
            for one in results.values():
                one.unmade = None if one.count else "nothing is read"
            return Verified(str(self.release.folder), list(results.values()))
        parts = (self.files, self.splits, self.documents, self.pairs, self.campaigns, self.facts)
        with self.out.progress("verifying", len(parts), unit="parts") as step:
            for part in parts:
                part()
                step(1)
        if self.quick:
            results["loads"].skipped = "not made (--quick)"
        return Verified(str(self.release.folder), list(results.values()))

    def verdict(self) -> str:
        """Return what a run without findings has proved, and what not."""
        facts = self.release.facts
        documents = self.release.config(Table.DOCUMENTS)
        articles = sum(documents.rows.values()) if documents else 0
        made = sum(one.skipped is None for one in self.tally.results.values())
        told = f"proved: {articles} articles, {made} checks, nothing wrong"
        if facts.kind == "standoff":
            return f"{told}; what needs text was not checked: rehydrate, then verify"
        return f"{told}; incomplete: {facts.incomplete} articles have no text" if facts.kind == "partial" else told

    @cached_property
    def _index(self) -> Index:
        return gather(self.release)  # raises again, where it does, for each who asks

    def files(self) -> None:
        """Check what can be told of the files as a whole."""
        for name, made in contract.FILES.items():
            with self.tally.making([name], contract.PLACES.get(name, MANIFEST)):
                self._add(name, made(self.release))

    def splits(self) -> None:
        """Check where each document and each row is."""
        for name, made in contract.INDEX.items():
            with self.tally.making([name], Table.DOCUMENTS):
                self._add(name, made(self._index))
        for name, made in contract.BORDERS.items():
            with self.tally.making([name], SPLITS):
                self._add(name, made(self.release))
        for name, made in contract.LEDGER.items():
            with self.tally.making([name], SPLITS):
                self._add(name, made(self.release, self._index))

    def documents(self) -> None:
        """Check each document with its segments."""
        with self.tally.making(list(contract.DOCUMENT), Table.DOCUMENTS):
            if self.release.facts.kind == "standoff":
                for name in contract.NEED_TEXT:
                    self.tally.results[name].skipped = "no text"
            self._named(documents.rows(self.release, self._index))

    def pairs(self) -> None:
        """Check each pair, then all pairs of two documents together."""
        with self.tally.making(list(contract.PAIR), Table.PAIRS):
            self._named(pairs.rows(self.release, self._index))

    def campaigns(self) -> None:
        """Check the labels of each campaign with the answers to them."""
        found = list[labels.Labelled]()
        with self.tally.making([*contract.ANSWER, *contract.PRIVACY, *contract.LABEL], MANIFEST):
            found = labels.campaigns(self.release)
        for one in found:
            with self.tally.making(list(contract.LABEL), one.facts.name):
                self._named(labels.rows(one, self._index))
            for config in filter(None, (one.labels, one.answers)):
                with self.tally.making(["privacy"], config.name):
                    self._add("privacy", privacy.rows(self.release, config, one.scheme))
            if one.answers is not None:
                with self.tally.making(list(contract.ANSWER), one.answers.name):
                    self._add("answer-values", answers.lacking(self.release, one.answers))
                    self._add("answer", answers.alive(self.release, one.answers))
                    self._add("answer-form", answers.formed(self.release, one.answers))
                    self._add("answer-words", answers.sound(self.release, one.answers, one.scheme))

    def facts(self) -> None:
        """Check what is counted, and what `load_dataset` makes of it all."""
        for name, made in (contract.FACTS | ({} if self.quick else contract.LOADS)).items():
            with self.tally.making([name], MANIFEST):
                self._add(name, made(self.release))

    def _add(self, name: str, found: Iterable[Finding]) -> None:
        for finding in found:
            self.tally.add(name, finding)

    def _named(self, found: Iterable[tuple[str, Finding]]) -> None:
        for name, finding in found:
            self.tally.add(name, finding)
