"""What all shards together say: a number for each document, ids taken twice, exact copies, languages."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus import arrow
from corpus.schema import Reason, Reject
from corpus.steps import keyed

LONGEST_ID = 200  # shown of an id
Edges = NDArray[np.int64]
Place = tuple[int, int]  # shard, number in it


@dataclass(frozen=True)
class Census:
    """All scanned documents, numbered through the shards in their order."""

    scans: Sequence[Path]
    starts: list[int]  # the number of each shard's first document, and at the end their count
    dropped: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    rejects: list[Reject] = field(default_factory=list)

    @property
    def count(self) -> int:
        """Return how many documents were scanned."""
        return self.starts[-1]

    @cached_property
    def doc_ids(self) -> Any:
        """Return all ids as a chunked Arrow array."""
        import pyarrow as pa

        # Copies: a mapped file stays open, and there may be thousands.
        columns = (arrow.column(scan / "documents.arrow", "doc_id") for scan in self.scans)
        return pa.chunked_array([pa.array(column, pa.string()) for column in columns], pa.string())

    @cached_property
    def kept(self) -> NDArray[np.bool_]:
        """Tell of each document whether it stays: the first of an id does."""
        kept = np.ones(self.count, dtype=np.bool_)
        for shard, numbers in self.dropped.items():
            kept[[self.starts[shard] + number for number in numbers]] = False
        return kept

    @property
    def numbers_dropped(self) -> list[int]:
        """Return the numbers of the documents whose id is taken."""
        return [self.starts[shard] + number for shard, numbers in self.dropped.items() for number in sorted(numbers)]

    @cached_property
    def languages(self) -> list[str]:
        """Return the names behind the numbers of `language`."""
        return sorted({name for scan in self.scans for name in _names(scan)["languages"]})

    @cached_property
    def language(self) -> NDArray[np.int64]:
        """Return the language of each document, as a number."""
        places = {name: place for place, name in enumerate(self.languages)}
        parts = [
            np.array([places[name] for name in _names(scan)["languages"]], dtype=np.int64)[
                keyed.load(scan, "languages")
            ]
            for scan in self.scans
        ]
        return np.concatenate([np.zeros(0, dtype=np.int64), *parts])

    def arrays(self, name: str) -> Any:
        """Return one array over all documents."""
        return np.concatenate([np.array(keyed.load(scan, name)) for scan in self.scans])

    def place(self, number: int) -> Place:
        """Return the shard of a document, and its number there."""
        shard = int(np.searchsorted(self.starts, number, side="right")) - 1
        return shard, number - self.starts[shard]

    def doc_id(self, number: int) -> str:
        """Return the id of a document."""
        found: str = self.doc_ids[number].as_py()
        return found

    def language_of(self, number: int) -> str:
        """Return the language of a document."""
        return str(self.languages[self.language[number]])

    def size(self, shard: int) -> int:
        """Return how many documents a shard has."""
        return self.starts[shard + 1] - self.starts[shard]

    def outlets(self) -> list[list[int]]:
        """Return for each shard how many documents its outlets have in the whole corpus."""
        total: Counter[str] = Counter()
        for scan in self.scans:
            for name, count in _names(scan)["outlets"]:
                total[name] += count
        return [[total[name] for name, _ in _names(scan)["outlets"]] for scan in self.scans]

    def exact(self) -> Edges:
        """Return an edge from the first to each other copy of a text."""
        texts = np.where(self.kept, self.arrays("texts"), 0)
        order = np.argsort(texts, kind="stable")
        order = order[self.kept[order]]
        same = np.concatenate(([False], texts[order][1:] == texts[order][:-1])) if len(order) else np.zeros(0, np.bool_)
        first = order[np.maximum.accumulate(np.where(same, 0, np.arange(len(order))))]
        return np.stack([first[same], order[same]], axis=1)


def take(scans: Sequence[Path], counts: Sequence[int]) -> Census:
    """Number the documents of all shards; an id that is taken already makes a reject."""
    census = Census(scans, [0, *np.cumsum(counts, dtype=np.int64).tolist()])
    for group in _alike(census.arrays("ids")):
        _drop(census, group)
    return census


def _alike(ids: NDArray[np.uint64]) -> Iterator[list[int]]:
    """Yield the numbers of documents whose ids have one hash."""
    order = np.argsort(ids, kind="stable")
    same = np.flatnonzero(ids[order][1:] == ids[order][:-1])
    groups: dict[int, list[int]] = defaultdict(list)
    for at in same.tolist():
        hashed = int(ids[order[at]])
        groups[hashed] = groups[hashed] or [int(order[at])]
        groups[hashed].append(int(order[at + 1]))
    yield from groups.values()


def _drop(census: Census, numbers: Sequence[int]) -> None:
    first: dict[str, str] = {}
    for number in sorted(numbers):
        shard, place = census.place(number)
        row = arrow.table(census.scans[shard] / "documents.arrow").slice(place, 1)
        doc_id, source = row.column("doc_id")[0].as_py(), row.column("source")[0].as_py()
        if doc_id in first:
            detail = f"'{doc_id[:LONGEST_ID]}' is already the id of {first[doc_id]}"
            census.rejects.append(Reject(source=source, reason=Reason.DUPLICATE_ID, detail=detail))
            census.dropped[shard].add(place)
        first.setdefault(doc_id, source)


def _names(scan: Path) -> Any:
    return json.loads((scan / "names.json").read_text(encoding="utf-8"))
