"""What must hold of translation pairs and their segments. Each function is one invariant.

Not covered: whether two sides translate each other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from corpus.check.facts import Hashes
from corpus.check.findings import Finding, short
from corpus.check.reading import Row, batches
from corpus.check.segments import segments_of
from corpus.files import digest
from corpus.pairs.documents import TOLD
from corpus.schema import Kind
from corpus.steps.keyed import hashes

SEGMENT = ("segment_id", "doc_id", "index", "text", "role")
Told = Iterator[str]
Text = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """What the pairs stand on: the segments of their documents, the documents' languages, the translations."""

    segments: dict[str, dict[str, Text]]  # by document and segment id
    untold: dict[str, set[int]]  # of each document, the numbers of segments that no pair takes
    languages: dict[str, str]
    translations: Hashes

    def side(self, one: Text) -> list[Text] | None:
        """Return the segments of a side in its order; None where one of them is not of its document."""
        mine = self.segments.get(one["doc"], {})
        found = [mine.get(name) for name in one["segment_ids"]]
        return None if None in found or not found else [part for part in found if part is not None]


def blocks(folder: Path, translations: Hashes) -> Iterator[tuple[list[Row], Known]]:
    """Yield the pairs in batches, each with what it stands on; raise Unreadable where that fails."""
    for batch in batches(folder, "pairs"):
        rows = list(batch.rows())
        if rows:
            yield rows, _known(folder, rows, translations)


def translations(folder: Path) -> Hashes:
    """Return the translation relations, hashed and sorted."""
    found: list[Hashes] = [np.zeros(0, np.uint64)]
    for batch in batches(folder, "relations", ("left_doc", "right_doc", "kind")):
        values = [one.values for one in batch.rows() if one.values["kind"] == Kind.TRANSLATION]
        found.append(hashes([_both(one["left_doc"], one["right_doc"]) for one in values]))
    return np.sort(np.concatenate(found))


def sides(one: Text, known: Known) -> Told:
    """The segments of a side exist, belong to its document, and are neighbours."""
    for name in ("left", "right"):
        parts = known.side(one[name])
        if parts is None:
            yield f"{name}: {short(one[name]['segment_ids'])} are no segments of {one[name]['doc']}"
        elif not all(_neighbours(left, right, known) for left, right in pairwise(parts)):
            yield f"{name}: {short(one[name]['segment_ids'])} are no neighbours"


def text(one: Text, known: Known) -> Told:
    """The text of a side is its segments', joined by a space."""
    for name in ("left", "right"):
        parts = known.side(one[name])
        if parts is not None and one[name]["text"] != " ".join(part["text"] for part in parts):
            yield f"{name}: {short(one[name]['text'])} is not the text of its segments"


def language(one: Text, known: Known) -> Told:
    """A side has the language of its document, and the two differ."""
    for name in ("left", "right"):
        due = known.languages.get(one[name]["doc"])
        if due is not None and one[name]["language"] != due:
            yield f"{name}: language {short(one[name]['language'])} of a document in {short(due)}"
    if one["left"]["language"] == one["right"]["language"]:
        yield f"both sides are in {short(one['left']['language'])}"


def pair_id(one: Text, _known: Known) -> Told:
    """`pair_id` is a hash of the segments' ids."""
    due = digest(one["left"]["segment_ids"], one["right"]["segment_ids"])
    if one["pair_id"] != due:
        yield f"pair_id {short(one['pair_id'])} where {short(due)} is due"


def scores(one: Text, _known: Known) -> Told:
    """The score is in 0..1, the margin above 0 or nothing, the method is named."""
    if not 0 <= one["score"] <= 1:
        yield f"score {one['score']}"
    if one["margin"] is not None and not 0 < one["margin"] < float("inf"):
        yield f"margin {one['margin']}"
    if not one["method"]:
        yield "no method"


def relation(one: Text, known: Known) -> Told:
    """The two documents have a translation relation; the left one is the smaller."""
    left, right = one["left"]["doc"], one["right"]["doc"]
    if not left < right:
        yield f"{left} is not smaller than {right}"
    elif not _holds(known.translations, hashes([_both(left, right)])[0]):
        yield f"no relation calls {left} and {right} a translation"


class Uses:
    """Where each pair takes its segments from: some numbers a pair, to be compared when all are read."""

    def __init__(self) -> None:
        self._files: list[str] = []
        self._pairs: list[Any] = [np.zeros((0, 4), np.int64)]  # file, row, rank, index of the first left segment
        self._documents: list[Hashes] = [np.zeros(0, np.uint64)]
        self._used: list[Hashes] = [np.zeros(0, np.uint64)]
        self._users: list[Any] = [np.zeros(0, np.int64)]
        self._count = 0

    def add(self, rows: Sequence[Row], known: Known) -> None:
        """Take in some pairs of one file."""
        if not self._files or self._files[-1] != rows[0].file:
            self._files.append(rows[0].file)
        pairs, documents, used, users = [], [], [], []
        for number, one in enumerate(rows, self._count):
            parts = known.side(one.values["left"])
            pairs.append((len(self._files) - 1, one.row, one.values["rank"], parts[0]["index"] if parts else -1))
            documents.append(_both(one.values["left"]["doc"], one.values["right"]["doc"]))
            names = [name for side in ("left", "right") for name in one.values[side]["segment_ids"]]
            used += [f"{documents[-1]}\0{name}" for name in names]
            users += [number] * len(names)
        self._count += len(rows)
        self._pairs.append(np.array(pairs, np.int64))
        self._documents.append(hashes(documents))
        self._used.append(hashes(used))
        self._users.append(np.array(users, np.int64))

    def twice(self) -> Iterator[Finding]:
        """Each segment stands in at most one pair of two documents."""
        used, users = np.concatenate(self._used), np.concatenate(self._users)
        order = np.argsort(used, kind="stable")
        again = users[order][1:][used[order][1:] == used[order][:-1]]
        yield from self._findings(np.unique(again), "a segment that another pair of the two documents has already")

    def out_of_rank(self) -> Iterator[Finding]:
        """`rank` counts the pairs of two documents from 0 in the left one's reading order."""
        both, pairs = np.concatenate(self._documents), np.concatenate(self._pairs)
        order = np.lexsort((pairs[:, 3], both))
        new = np.append(True, both[order][1:] != both[order][:-1])[: len(order)]
        starts = np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))
        due = np.arange(len(order)) - starts
        unknown = np.isin(both[order], both[pairs[:, 3] < 0])
        wrong = ~unknown & (pairs[order, 2] != due)
        yield from self._findings(np.sort(order[wrong]), "rank is not its place in the left document's reading order")

    def scattered(self) -> Iterator[Finding]:
        """The pairs of two documents stand together, in the order of `rank`."""
        both, ranks = np.concatenate(self._documents), np.concatenate(self._pairs)[:, 2]
        starts = np.append(True, both[1:] != both[:-1])[: len(both)]
        yield from self._findings(np.flatnonzero(~starts[1:] & (np.diff(ranks) < 0)) + 1, "stands after a higher rank")
        runs = np.flatnonzero(starts)
        _, first = np.unique(both[runs], return_index=True)
        again = np.delete(runs, first)
        yield from self._findings(again, "stands apart from the other pairs of its two documents")

    def _findings(self, numbers: Any, what: str) -> Iterator[Finding]:
        pairs = np.concatenate(self._pairs)
        for at in numbers.tolist():
            yield Finding(what, self._files[pairs[at, 0]], int(pairs[at, 1]))


def _known(folder: Path, rows: Sequence[Row], translations: Hashes) -> Known:
    doc_ids = {one.values[side]["doc"] for one in rows for side in ("left", "right")}
    found = segments_of(folder, sorted(doc_ids), SEGMENT)
    segments = {doc: {part.values["segment_id"]: part.values for part in parts} for doc, parts in found.items()}
    untold = {
        doc: {one["index"] for one in parts.values() if one["role"] not in TOLD} for doc, parts in segments.items()
    }
    return Known(segments, untold, _languages(folder, doc_ids), translations)


def _languages(folder: Path, doc_ids: set[str]) -> dict[str, str]:
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted, found = pa.array(sorted(doc_ids), pa.string()), dict[str, str]()
    for batch in batches(folder, "documents", ("doc_id", "language")):
        mine = batch.data.filter(pc.is_in(batch.data.column("doc_id"), value_set=wanted))
        names, languages = (mine.column(name).to_pylist() for name in ("doc_id", "language"))
        found |= dict(zip(names, languages, strict=True))
    return found


def _neighbours(left: Text, right: Text, known: Known) -> bool:
    # What no pair takes, a caption or a credit, may stand between two neighbours.
    untold = known.untold[left["doc_id"]]
    between = range(left["index"] + 1, right["index"])
    return bool(left["index"] < right["index"]) and all(at in untold for at in between)


def _both(left: str, right: str) -> str:
    return f"{left}\0{right}"


def _holds(known: Hashes, wanted: np.uint64) -> bool:
    at = int(np.searchsorted(known, wanted))
    return at < len(known) and bool(known[at] == wanted)
