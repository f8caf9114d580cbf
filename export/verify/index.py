"""What the other tables refer to: of each document its id, split, family, text and language, as 64-bit hashes.

Some fifty bytes a document are all that stays in memory; equal hashes count as equal ids.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.check.findings import MOST_EXAMPLES, Finding
from corpus.config import SPLIT_NAMES
from corpus.steps.keyed import hashes
from export.schema import Table
from export.verify.reading import Release

Hashes = NDArray[np.uint64]
Numbers = NDArray[np.int64]
COLUMNS = ("doc_id", "family_id", "text_sha256", "language")


@dataclass(frozen=True)
class Index:
    """One entry a document, in the order of the files; `places` is its place among those of its split."""

    release: Release
    ids: Hashes
    families: Hashes
    texts: Hashes
    languages: Hashes
    splits: Numbers
    places: Numbers
    order: Numbers  # sorts `ids`

    def numbers(self, wanted: Sequence[str]) -> Numbers:
        """Return which document each id names; -1 where none."""
        if not len(self.ids) or not len(wanted):
            return np.full(len(wanted), -1, np.int64)
        asked = hashes(wanted)
        at = np.minimum(np.searchsorted(self.ids, asked, sorter=self.order), len(self.ids) - 1)
        found = self.order[at]
        return np.where(self.ids[found] == asked, found, -1)

    def place(self, doc_id: str, split: int) -> int:
        """Return the place of a document among those of a split; -1 where it is not there."""
        number = int(self.numbers([doc_id])[0])
        return int(self.places[number]) if number >= 0 and self.splits[number] == split else -1

    def twice(self) -> Iterator[Finding]:
        """Each `doc_id` is that of one document."""
        same = self.ids[self.order][1:] == self.ids[self.order][:-1]
        for number in self.order[1:][same].tolist():
            yield self._finding(number, "another document has the same id")

    def family(self) -> Iterator[Finding]:
        """A family has the name of one of its documents, and documents with one text are one family."""
        at = np.minimum(np.searchsorted(self.ids, self.families, sorter=self.order), len(self.ids) - 1)
        home = self.order[at]
        astray = (self.ids[home] != self.families) | (self.families[home] != self.families)
        yield from self._first(np.flatnonzero(astray), "its family_id is no document of its family")
        order = np.lexsort((self.families, self.texts))
        same = self.texts[order][1:] == self.texts[order][:-1]
        apart = same & (self.families[order][1:] != self.families[order][:-1])
        yield from self._first(order[1:][apart], "its text is that of a document of another family")

    def torn(self) -> Iterator[Finding]:
        """No family, and no text, lies in two splits."""
        for marks, what in ((self.families, "its family"), (self.texts, "its text")):
            order = np.lexsort((self.splits, marks))
            same = marks[order][1:] == marks[order][:-1]
            apart = same & (self.splits[order][1:] != self.splits[order][:-1])
            for at in np.flatnonzero(apart).tolist():
                other = self._finding(int(order[at]), "")
                split = SPLIT_NAMES[self.splits[order[at]]]
                yield self._finding(int(order[at + 1]), f"{what} is also in {split}: {other.doc_id}")

    def _first(self, numbers: Numbers, what: str) -> Iterator[Finding]:
        """Yield a violation at each of some documents; only of those that are shown the id is read."""
        for count, number in enumerate(numbers.tolist()):
            yield self._finding(number, what) if count < MOST_EXAMPLES else Finding(what, Table.DOCUMENTS)

    def _finding(self, number: int, what: str) -> Finding:
        """Return a violation at one document; its id is read again from its file."""
        left, split = int(self.places[number]), int(self.splits[number])
        for batch in self.release.batches(self.release.config(Table.DOCUMENTS), ["doc_id"]):
            if batch.split != split:
                continue
            if left < batch.data.num_rows:
                return Finding(what, *batch.place(left), batch.data.column("doc_id")[left].as_py())
            left -= batch.data.num_rows
        raise IndexError(number)


def gather(release: Release) -> Index:
    """Read the columns of the documents that others refer to; raise Unreadable where that fails."""
    hashed: list[list[Hashes]] = [[np.zeros(0, np.uint64)] for _ in COLUMNS]
    splits, places = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    counts = [0] * len(SPLIT_NAMES)
    for batch in release.batches(release.config(Table.DOCUMENTS), COLUMNS):
        rows = batch.data.num_rows
        for name, into in zip(COLUMNS, hashed, strict=True):
            into.append(hashes(value or "" for value in batch.data.column(name).to_pylist()))
        splits.append(np.full(rows, batch.split))
        places.append(np.arange(rows) + counts[batch.split])
        counts[batch.split] += rows
    ids, families, texts, languages = (np.concatenate(one) for one in hashed)
    order = np.argsort(ids, kind="stable")
    return Index(release, ids, families, texts, languages, np.concatenate(splits), np.concatenate(places), order)
