"""How documents belong together: edges of four kinds, and the families and events that they make.

A family is the component over exact, near-duplicate and translation edges, an event the one over
all edges, or what `wirecopy.toml` names. Each is called by its first document.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.config import Event
from corpus.engine import Result
from corpus.files import digest
from corpus.language import UNKNOWN
from corpus.relations import events, near_duplicates
from corpus.relations.components import components
from corpus.schema import Kind
from corpus.steps import keyed
from corpus.steps.census import Census, Edges

Scores = NDArray[np.float64]
MOST_TOGETHER = 400  # documents of one event that are compared with each other
NONE = np.zeros((0, 2), dtype=np.int64)


@dataclass(frozen=True)
class Link:
    """The edges of one kind and method, each with its score; numbers of documents, the smaller first."""

    kind: Kind
    method: str
    edges: Edges
    scores: Scores


@dataclass(frozen=True)
class Told:
    """What one shard has to know of its documents, in their order: the family and the event of each."""

    families: list[str]
    events: list[str | None]


class Links:
    """All edges of a corpus, as the steps find them."""

    def __init__(self, found: Census, given: Sequence[Event]) -> None:
        self._found = found
        self._links: list[Link] = []
        self.texts: NDArray[np.uint64] = found.arrays("texts")
        self._given = _given(found, given)
        self._close: Edges = NONE
        self._add(Kind.EXACT, "sha256", found.exact(), None)
        self._add(Kind.SAME_EVENT, "given", self._given_edges(), None)

    def add_near(self, buckets: Sequence[Path]) -> None:
        """Add near-duplicates that are no exact copies."""
        edges, scores = _loaded(buckets)
        differ = self.texts[edges[:, 0]] != self.texts[edges[:, 1]]
        self._add(Kind.NEAR_DUPLICATE, near_duplicates.METHOD, edges[differ], scores[differ])

    def add_events(self, buckets: Sequence[Path]) -> None:
        """Add what tells of one event, among the documents that no given event holds."""
        edges, scores = _loaded(buckets)
        free = np.array([name is None for name in self._given], dtype=np.bool_)
        alone = free[edges].all(axis=1) & self._found.kept[edges].all(axis=1)
        families = self._components(Kind.EXACT, Kind.NEAR_DUPLICATE)
        self._close = edges[events.links(edges, scores, families)]
        edges, scores = edges[alone], scores[alone]
        kept = events.links(edges, scores, families)
        self._add(Kind.SAME_EVENT, events.METHOD, edges[kept], scores[kept])

    def add_translations(self, results: Sequence[Result]) -> None:
        """Add what the aligner found."""
        rows = [one for result in results for one in json.loads((result.folder / "relations.json").read_text())]
        numbers = self._numbers({row[side] for row in rows for side in ("left_doc", "right_doc")})
        for method in sorted({row["method"] for row in rows}):
            mine = [row for row in rows if row["method"] == method]
            edges = np.array([sorted((numbers[row["left_doc"]], numbers[row["right_doc"]])) for row in mine])
            self._add(Kind.TRANSLATION, method, edges, np.array([row["score"] for row in mine]))

    @cached_property
    def events_of(self) -> NDArray[np.int64]:
        """Return the event of each document: the number of its first document."""
        kinds = (Kind.EXACT, Kind.NEAR_DUPLICATE, Kind.SAME_EVENT)
        free = np.array([name is None for name in self._given], dtype=np.bool_)
        inside = [
            link.edges[free[link.edges].all(axis=1) | (link.method == "given")]
            for link in self._links
            if link.kind in kinds
        ]
        return components(self._found.count, np.concatenate([NONE, *inside]))

    @cached_property
    def families_of(self) -> NDArray[np.int64]:
        """Return the family of each document; to be asked when all edges are in."""
        return self._components(Kind.EXACT, Kind.NEAR_DUPLICATE, Kind.TRANSLATION)

    @property
    def families(self) -> int:
        """Return how many families there are, of one document or more."""
        return len(np.unique(self.families_of[self._found.kept]))

    @property
    def events(self) -> int:
        """Return how many events there are: given, or of two documents or more."""
        found = np.unique(self.events_of[self._found.kept & self._told])
        return len(found)

    def multilingual(self) -> Iterator[list[int]]:
        """Yield the documents of each event that has several languages.

        Sentences are compared within such a group, so a large event (a whole corpus may be named as one)
        is taken by what its documents share.
        """
        known = np.flatnonzero(self._found.kept & (self._found.language != self._unknown))
        for event in _groups(known, self.events_of):
            small = len(event) <= MOST_TOGETHER
            for group in [event] if small else _groups(event, self._closer_of):
                if len(np.unique(self._found.language[group])) > 1:
                    yield group.tolist()

    @cached_property
    def _closer_of(self) -> NDArray[np.int64]:
        return self._components(Kind.EXACT, Kind.NEAR_DUPLICATE, more=self._close)

    def of_shard(self, shard: int) -> Told:
        """Return the names of families and events of one shard's documents."""
        mine = slice(self._found.starts[shard], self._found.starts[shard + 1])
        names = [self._names(labels[mine]) for labels in (self.families_of, self.events_of)]
        known = zip(self._given[mine], names[1], self._told[mine].tolist(), strict=True)
        return Told(names[0], [given or (name if told else None) for given, name, told in known])

    def rows(self) -> Any:
        """Return the relations as columns, sorted by documents and kind."""
        import pyarrow as pa
        import pyarrow.compute as pc

        parts = []
        for link in self._links:
            left, right = (self._found.doc_ids.take(pa.array(link.edges[:, side])) for side in (0, 1))
            swapped = pc.greater(left, right)
            count = len(link.edges)
            columns = {
                "left_doc": pc.if_else(swapped, right, left),
                "right_doc": pc.if_else(swapped, left, right),
                "kind": pa.array([link.kind.value] * count, pa.string()),
                "score": pa.array(np.round(link.scores, 4)),
                "method": pa.array([link.method] * count, pa.string()),
            }
            parts.append(pa.table(columns))
        whole = pa.concat_tables(parts)
        return whole.sort_by([(name, "ascending") for name in ("left_doc", "right_doc", "kind", "method")])

    def mark(self) -> str:
        """Return a hash of all edges."""
        told = [
            [link.kind, link.method, link.edges.tobytes().hex(), link.scores.tobytes().hex()] for link in self._links
        ]
        return digest(told)

    def _add(self, kind: Kind, method: str, edges: Edges, scores: Scores | None) -> None:
        kept = self._found.kept[edges].all(axis=1) if len(edges) else np.zeros(0, np.bool_)
        values = np.ones(len(edges)) if scores is None else scores
        self._links.append(Link(kind, method, edges.reshape(-1, 2)[kept], values[kept]))

    def _components(self, *kinds: Kind, more: Edges = NONE) -> NDArray[np.int64]:
        edges = [link.edges for link in self._links if link.kind in kinds]
        return components(self._found.count, np.concatenate([more, *edges]))

    def _given_edges(self) -> Edges:
        groups: dict[str, list[int]] = defaultdict(list)
        for number, name in enumerate(self._given):
            if name is not None and self._found.kept[number]:
                groups[name].append(number)
        edges = [(group[0], other) for group in groups.values() for other in group[1:]]
        return np.array(edges, dtype=np.int64).reshape(-1, 2)

    @cached_property
    def _told(self) -> NDArray[np.bool_]:
        """Tell of each document whether its event is worth a name."""
        members = np.bincount(self.events_of[self._found.kept], minlength=self._found.count)
        return (members[self.events_of] > 1) | np.array([name is not None for name in self._given], dtype=np.bool_)

    def _names(self, numbers: NDArray[np.int64]) -> list[str]:
        import pyarrow as pa

        names: list[str] = self._found.doc_ids.take(pa.array(numbers)).to_pylist()
        return names

    @property
    def _unknown(self) -> int:
        names = self._found.languages
        return names.index(UNKNOWN) if UNKNOWN in names else -1

    def _numbers(self, doc_ids: set[str]) -> Mapping[str, int]:
        if not doc_ids:
            return {}
        import pyarrow as pa
        import pyarrow.compute as pc

        found = pc.is_in(self._found.doc_ids, value_set=pa.array(sorted(doc_ids)))
        numbers = np.flatnonzero(np.asarray(found) & self._found.kept)
        return dict(zip(self._names(numbers), numbers.tolist(), strict=True))


def _groups(documents: NDArray[np.int64], labels: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    order = documents[np.argsort(labels[documents], kind="stable")]
    return np.split(order, np.flatnonzero(np.diff(labels[order])) + 1)


def _given(found: Census, given: Sequence[Event]) -> list[str | None]:
    if not given:
        return [None] * found.count
    patterns = [(event.id, re.compile("|".join(map(translate, event.documents))).match) for event in given]
    ids = found.doc_ids.to_pylist()
    return [next((name for name, holds in patterns if holds(doc_id)), None) for doc_id in ids]


def _loaded(buckets: Sequence[Path]) -> tuple[Edges, Scores]:
    """Return the edges of all buckets, each once: two documents may share bands in several."""
    edges = np.concatenate([NONE, *(keyed.load(bucket, "edges") for bucket in buckets)])
    scores = np.concatenate([np.zeros(0), *(keyed.load(bucket, "scores") for bucket in buckets)])
    order = np.lexsort((edges[:, 1], edges[:, 0]))
    edges, scores = edges[order], scores[order]
    first = np.ones(len(edges), dtype=np.bool_)
    first[1:] = (edges[1:] != edges[:-1]).any(axis=1)
    return edges[first], scores[first]
