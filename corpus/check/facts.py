"""What every other table refers to: of each document its id, family, event and text, as 64-bit hashes.

Forty bytes a document are all that stays in memory; equal hashes count as equal ids.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.check.findings import Finding
from corpus.check.reading import batches
from corpus.steps.keyed import hashes

Hashes = NDArray[np.uint64]
Numbers = NDArray[np.int64]
COLUMNS = ("doc_id", "family_id", "event_id", "text_sha256")
NO_EVENT = hashes([""])[0]


@dataclass(frozen=True)
class Facts:
    """One entry a document, in the order of the files; `file` and `row` say where it stands."""

    folder: Path
    names: Sequence[str]  # of the files
    file: Numbers
    row: Numbers
    ids: Hashes
    families: Hashes
    events: Hashes
    texts: Hashes
    order: Numbers  # sorts `ids`

    def __len__(self) -> int:
        """Return how many documents there are."""
        return len(self.ids)

    @cached_property
    def doubles(self) -> Numbers:
        """Return the documents that have one id, (k, 2)."""
        same = np.flatnonzero(self.ids[self.order][1:] == self.ids[self.order][:-1])
        return np.stack([self.order[same], self.order[same + 1]], axis=1)

    def numbers(self, wanted: Hashes) -> Numbers:
        """Return which document each id names; -1 where none."""
        if not len(self):
            return np.full(len(wanted), -1, np.int64)
        at = np.minimum(np.searchsorted(self.ids, wanted, sorter=self.order), len(self) - 1)
        found = self.order[at]
        return np.where(self.ids[found] == wanted, found, -1)

    def finding(self, number: int, what: str) -> Finding:
        """Return a violation at one document; its id is read again from its file."""
        place, row = int(self.file[number]), int(self.row[number])
        for batch in batches(self.folder, "documents", ["doc_id"], only=[place]):
            if batch.first <= row < batch.first + batch.data.num_rows:
                doc_id = batch.data.column("doc_id")[row - batch.first].as_py()
                return Finding(what, self.names[place], row, doc_id)
        raise IndexError(number)


def gather(folder: Path) -> Facts:
    """Read the documents' columns that the other checks need; raise Unreadable where that fails."""
    names: list[str] = []
    columns: list[list[Any]] = [[np.zeros(0, np.int64)] * 1 for _ in range(2)]
    hashed: list[list[Hashes]] = [[np.zeros(0, np.uint64)] for _ in COLUMNS]
    for batch in batches(folder, "documents", COLUMNS):
        if batch.file not in names:
            names.append(batch.file)
        rows = list(batch.rows())
        columns[0].append(np.full(len(rows), len(names) - 1, np.int64))
        columns[1].append(np.array([one.row for one in rows], np.int64))
        for name, into in zip(COLUMNS, hashed, strict=True):
            into.append(hashes([one.values[name] or "" for one in rows]))
    file, row = (np.concatenate(one) for one in columns)
    ids, families, events, texts = (np.concatenate(one) for one in hashed)
    return Facts(folder, names, file, row, ids, families, events, texts, np.argsort(ids, kind="stable"))
