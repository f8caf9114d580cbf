"""What is shown of a document: its row, who belongs to it, and its pairs, in its own reading order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from corpus.errors import WirecopyError
from corpus.show.lookup import nearest, rows_with

Values = dict[str, Any]
MOST_MEMBERS = 10
MEMBER = ("doc_id", "outlet", "language", "family_id", "event_id")


@dataclass(frozen=True)
class Members:
    """The documents of a family or an event: how many, and the first of them."""

    count: int
    first: list[Values]


@dataclass(frozen=True)
class Bead:
    """One pair as the shown document sees it: its own side first; sentences by their index."""

    own: list[int]
    other: list[int]
    own_text: str
    other_text: str
    score: float
    margin: float | None
    jump: bool  # the other side does not go on behind the pair above


@dataclass(frozen=True)
class Paired:
    """Another document and the pairs with it."""

    doc_id: str
    outlet: str | None
    language: str
    score: float | None
    method: str
    beads: list[Bead]


@dataclass(frozen=True)
class Shown:
    """A document with all that belongs to it."""

    document: Values
    family: Members
    event: Members | None
    relations: list[Values]
    paired: list[Paired]


def find(folder: Path, doc_id: str) -> Shown:
    """Look a document up; raise WirecopyError with the nearest ids where there is none of that name."""
    document = next(rows_with(folder, "documents", ["doc_id"], doc_id), None)
    if document is None:
        near = nearest(folder, doc_id)
        hint = f"did you mean {' or '.join(near)}?" if near else f"the ids stand in {folder / 'documents'}"
        raise WirecopyError(f"no document '{doc_id}' in {folder}", hint=hint)
    event = document["event_id"]
    relations = list(rows_with(folder, "relations", ["left_doc", "right_doc"], doc_id))
    return Shown(
        document,
        _members(folder, "family_id", document["family_id"]),
        _members(folder, "event_id", event) if event is not None else None,
        relations,
        list(_paired(folder, doc_id, relations)),
    )


def _members(folder: Path, column: str, name: str) -> Members:
    count, first = 0, list[Values]()
    for one in rows_with(folder, "documents", [column], name, MEMBER):
        count += 1
        if len(first) < MOST_MEMBERS:
            first.append(one)
    return Members(count, first)


def _paired(folder: Path, doc_id: str, relations: Sequence[Values]) -> Iterator[Paired]:
    others: dict[str, list[tuple[Values, Values, Values]]] = {}
    for pair in rows_with(folder, "pairs", ["left.doc", "right.doc"], doc_id):
        own, other = (pair["left"], pair["right"]) if pair["left"]["doc"] == doc_id else (pair["right"], pair["left"])
        others.setdefault(other["doc"], []).append((own, other, pair))
    places = _places(folder, doc_id) if others else {}
    for name, pairs in sorted(others.items()):
        row = next(rows_with(folder, "documents", ["doc_id"], name, MEMBER), None) or {"outlet": None}
        score = [one["score"] for one in relations if one["kind"] == "translation" and name in _both(one)]
        first = pairs[0]
        beads = _beads(pairs, places, _places(folder, name))
        yield Paired(name, row["outlet"], first[1]["language"], score[0] if score else None, first[2]["method"], beads)


def _beads(
    pairs: Sequence[tuple[Values, Values, Values]], own_places: dict[str, int], other_places: dict[str, int]
) -> list[Bead]:
    found = []
    for own, other, pair in pairs:
        ours = [own_places[name] for name in own["segment_ids"] if name in own_places]
        theirs = [other_places[name] for name in other["segment_ids"] if name in other_places]
        found.append(Bead(ours, theirs, own["text"], other["text"], pair["score"], pair["margin"], False))
    found.sort(key=lambda one: one.own)
    jumps = {at for at, (above, below) in enumerate(pairwise(found), 1) if below.other <= above.other}
    return [replace(one, jump=at in jumps) for at, one in enumerate(found)]


def _places(folder: Path, doc_id: str) -> dict[str, int]:
    found = rows_with(folder, "segments", ["doc_id"], doc_id, ("doc_id", "segment_id", "index"))
    return {one["segment_id"]: one["index"] for one in found}


def _both(one: Values) -> tuple[str, str]:
    return one["left_doc"], one["right_doc"]
