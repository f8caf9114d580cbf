"""What belongs together: documents that no border between splits may run between.

Always: the documents of a family (exact copies, near-duplicates, translations), equal texts, the documents
of one labelled unit, and those that `wirecopy.toml` joins. By choice: those of an event, an outlet, an
author or a target.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from corpus.config import FILE_NAME
from corpus.errors import WirecopyError
from corpus.output import listing
from corpus.relations.components import components

Codes = NDArray[np.int64]
Amounts = NDArray[np.float64]
Edges = Mapping[str, Codes]  # (k, 2) places of documents, by kind
NONE = np.zeros((0, 2), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Documents:
    """What splits are made from: the ids, sorted, and what is known of each.

    `marks` has a value for each document by kind (`family`, `text`, `event`, `outlet`, `author`), None
    where there is none; `units` are pairs of the ids of a labelled unit and its target. `amounts` is
    (documents, 1 + labels): 1, then how many units have each of the labels `names`.
    """

    ids: Sequence[str]
    marks: Mapping[str, Sequence[str | None]]
    published: Sequence[str | None]
    amounts: Amounts
    names: Sequence[str] = ()
    units: Sequence[tuple[Sequence[str], str | None]] = field(default=())

    def __len__(self) -> int:
        return len(self.ids)


def edges(documents: Documents, kinds: Iterable[str], joined: Sequence[Sequence[str]] = ()) -> dict[str, Codes]:
    """Return the edges between documents that belong together, over what always counts and the chosen `kinds`."""
    places = {doc_id: at for at, doc_id in enumerate(documents.ids)}
    found = {kind: _same(documents.marks[kind]) for kind in ("family", "text", *kinds) if kind != "target"}
    found["unit"] = _units(documents, places)
    if "target" in kinds:
        found["target"] = _targets(documents, places)
    found["joined"] = _joined(joined, places)
    return found


def groups(documents: Documents, found: Edges) -> Codes:
    """Return the component of each document: the number of its first document."""
    return components(len(documents), np.concatenate([NONE, *found.values()]))


def between(one: int, others: Iterable[int], component: Codes, found: Edges) -> dict[int, list[str]]:
    """Tell by which kinds of edges `one` holds each of some `others` of its component, on a shortest way."""
    near: dict[int, list[tuple[int, str]]] = {}
    for kind, pairs in found.items():
        for left, right in pairs[component[pairs[:, 0]] == component[one]].tolist():
            near.setdefault(left, []).append((right, kind))
            near.setdefault(right, []).append((left, kind))
    ways: dict[int, frozenset[str]] = {one: frozenset()}
    waiting = deque([one])
    while waiting:
        here = waiting.popleft()
        for there, kind in near.get(here, ()):
            if there not in ways:
                ways[there] = ways[here] | {kind}
                waiting.append(there)
    return {other: sorted(ways[other]) for other in others}


def _same(values: Sequence[str | None]) -> Codes:
    """Return an edge from each document to the first one with its value."""
    first: dict[str, int] = {}
    found = [(first.setdefault(value, at), at) for at, value in enumerate(values) if value is not None]
    return np.array([edge for edge in found if edge[0] != edge[1]], dtype=np.int64).reshape(-1, 2)


def _units(documents: Documents, places: Mapping[str, int]) -> Codes:
    found = {(places[ids[0]], places[other]) for ids, _ in documents.units for other in ids[1:]}
    return np.array(sorted(found), dtype=np.int64).reshape(-1, 2)


def _targets(documents: Documents, places: Mapping[str, int]) -> Codes:
    first: dict[str, int] = {}
    asked = [(places[ids[0]], target) for ids, target in documents.units if target is not None]
    found = {(first.setdefault(target, at), at) for at, target in asked}
    return np.array(sorted(found), dtype=np.int64).reshape(-1, 2)


def _joined(given: Sequence[Sequence[str]], places: Mapping[str, int]) -> Codes:
    if unknown := sorted({doc for group in given for doc in group if doc not in places}):
        raise WirecopyError(
            f"{FILE_NAME}: [splits -> joined] names documents that are not in the corpus: {listing(unknown)}",
            hint="take them out: the ledger keeps what is settled",
        )
    found = [(places[group[0]], places[other]) for group in given for other in group[1:]]
    return np.array(found, dtype=np.int64).reshape(-1, 2)
