"""What of a release is in one's own copies: documents by hash, the sentences of edited ones one by one.

A sentence's id has the hash of its text, so it is known again wherever it stands.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.sentences import before_numbers, segment_ids, spans
from corpus.steps import keyed
from export.rehydrate.copies import ABSENT, Copies, Index, Places
from export.shards import batches, shards

UNKNOWN = "\0"  # stands for a character that nobody here has: cleaning leaves none in a text
MOST = 10_000  # documents that are told of one by one
Row = tuple[str, str, int, int]  # document, segment, start, end


@dataclass(frozen=True)
class Told:
    """What was found of a document that is not whole: counts of its segments, and which moved and are gone.

    `moved` has the segment, where it stood in the release, and where it stands in one's own copy.
    """

    doc_id: str
    state: str
    exact: int
    moved: list[tuple[str, int, int, int, int]]
    missing: list[str]


@dataclass(eq=False)
class Matched:
    """The documents of a release, in its order: where their copy is, and whether that has their text.

    `patches` has for each edited document, by its place, what is left of the text, with `UNKNOWN` for the rest.
    """

    ids: Index
    own: Places
    exact: NDArray[np.bool_]
    languages: list[str]
    segments: Counter[str] = field(default_factory=Counter)
    patches: dict[int, str] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)

    @property
    def documents(self) -> dict[str, int]:
        """Return how many documents are exact, edited and missing."""
        missing = int(np.count_nonzero(self.own == ABSENT))
        exact = int(np.count_nonzero(self.exact))
        return {"exact": exact, "edited": len(self.own) - exact - missing, "missing": missing}

    def places(self, ids: Sequence[str]) -> Places:
        """Return the place of each document among those of the release."""
        return self.ids.of(keyed.hashes(ids))


def match(folder: Path, copies: Copies) -> Matched:
    """Compare a stand-off release with one's own copies."""
    own, exact, hashes, languages = [], [], [], list[str]()
    for path in shards(folder, "documents"):
        for batch in batches(path, ("doc_id", "text_sha256", "language")):
            ids, texts, spoken = (column.to_pylist() for column in batch.columns)
            places, same = copies.find(ids, texts)
            own.append(places)
            exact.append(same)
            hashes.append(keyed.hashes(ids))
            languages += spoken
    index = Index(np.concatenate([np.zeros(0, np.uint64), *hashes]))
    none = np.zeros(0, np.int64)
    matched = Matched(index, np.concatenate([none, *own]), np.concatenate([none > 0, *exact]), languages)
    for doc, rows in _changed(folder, matched):
        _compare(doc, rows, matched, copies)
    return matched


def _changed(folder: Path, matched: Matched) -> Iterator[tuple[int, list[Row]]]:
    """Yield the segments of each document that is not exact, with its place; count those of the others."""
    for path in shards(folder, "segments"):
        rows = (
            row for batch in batches(path, ("doc_id", "segment_id", "start", "end")) for row in _open(batch, matched)
        )
        for doc, group in groupby(rows, key=lambda row: row[0]):
            yield int(matched.places([doc])[0]), list(group)


def _open(batch: Any, matched: Matched) -> Iterator[Row]:
    ids = batch.column("doc_id").dictionary_encode()
    whole = matched.exact[matched.places(ids.dictionary.to_pylist())][np.asarray(ids.indices)]
    matched.segments["exact"] += int(np.count_nonzero(whole))
    if not whole.all():
        mine = batch.take(np.flatnonzero(~whole))
        yield from zip(*(column.to_pylist() for column in mine.columns), strict=True)


def _compare(doc: int, rows: list[Row], matched: Matched, copies: Copies) -> None:
    """Look for the sentences of one document in one's own copy; keep what is there as a patch."""
    own = matched.own[doc : doc + 1]
    there: dict[str, tuple[int, str]] = {}
    if own[0] != ABSENT:
        (text,), (lines,) = copies.values("text", own), copies.values("lines", own)
        there = sentences(rows[0][0], text, lines, matched.languages[doc])
    found = [(there.get(one), one, start, end) for _, one, start, end in rows]
    moved = [
        (one, start, end, its[0], its[0] + end - start) for its, one, start, end in found if its and its[0] != start
    ]
    missing = [one for its, one, _, _ in found if not its]
    counts = {"exact": len(found) - len(moved) - len(missing), "moved": len(moved), "missing": len(missing)}
    matched.segments.update(counts)
    if there:
        matched.patches[doc] = patch([(start, its[1]) for its, _, start, _ in found if its])
    if len(matched.told) < MOST:
        state = "missing" if own[0] == ABSENT else "edited"
        matched.told.append(Told(rows[0][0], state, counts["exact"], moved, missing))


def sentences(doc_id: str, text: str, lines: list[dict[str, int]], language: str) -> dict[str, tuple[int, str]]:
    """Return the place and the text of each sentence, by the id that it has in the release."""
    numbers = before_numbers(text)
    cut = [place for one in lines for place in spans(text, one["start"], one["end"], language, numbers)]
    texts = [text[start:end] for start, end in cut]
    ids = segment_ids(doc_id, texts)
    return {one: (start, piece) for one, (start, _), piece in zip(ids, cut, texts, strict=True)}


def patch(pieces: list[tuple[int, str]]) -> str:
    """Return a text of which only some passages are known, each at its place."""
    parts, at = [], 0
    for start, piece in sorted(pieces):
        parts += [UNKNOWN * (start - at), piece]
        at = start + len(piece)
    return "".join(parts)
