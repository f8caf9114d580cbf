"""What must hold of a labelled unit: its key, its documents, its target, and the text that was read."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from annotation.schemes.scheme import Scheme, Unit
from corpus.check.findings import short
from corpus.files import digest
from corpus.steps.keyed import hashes
from export.schema import Table
from export.verify.index import Index
from export.verify.reading import Release

if TYPE_CHECKING:
    from export.verify.labels import Labelled

Hashes = NDArray[np.uint64]
SIDES = ("left", "right")


@dataclass(frozen=True)
class Texts:
    """Hashes of what a unit can be: ids with their texts, in order."""

    known: Hashes

    def has(self, *parts: object) -> bool:
        """Tell whether there is such a unit."""
        wanted = _mark(*parts)
        at = int(np.searchsorted(self.known, wanted))
        return at < len(self.known) and bool(self.known[at] == wanted)


def texts(release: Release, scheme: Scheme) -> Texts:
    """Return the paragraphs or pairs of a release, as its units are; a document's text has its hash in the index."""
    if scheme.unit is Unit.DOCUMENT:
        return Texts(np.zeros(0, np.uint64))
    found = _paragraphs(release) if scheme.unit is Unit.PARAGRAPH else _pairs(release)
    return Texts(np.sort(np.fromiter(found, np.uint64)))


def key(row: Mapping[str, Any]) -> str:
    """Return the key of the unit that a label or an answer names."""
    place = [] if row["paragraph"] is None else [row["paragraph"]]
    return digest(row["campaign"], row["doc_ids"], row["segment_ids"] or [], row["target_id"], *place)


def unit(one: "Labelled", label: Mapping[str, Any], index: Index, known: Texts) -> Iterator[str]:
    """The key is that of its documents, segments, target and paragraph; its texts are theirs."""
    doc_ids = label["doc_ids"]
    if label["campaign"] != one.facts.name:
        yield f"campaign {short(label['campaign'])}"
    elif label["key"] != key(label):
        yield "its key is not that of its campaign, documents, segments, target and paragraph"
    numbers = index.numbers(doc_ids)
    if not doc_ids or (numbers < 0).any():
        yield f"{', '.join(doc_ids)}: no such document"
        return
    even = len(label["languages"]) == len(doc_ids)
    if not even or (hashes(label["languages"]) != index.languages[numbers]).any():
        yield f"languages {short(label['languages'])} are not those of its documents"
    elif one.scheme.has_target:
        yield from _target(one, label)
    missing = any(label[f"{side}_text"] is None for side in one.scheme.sides)
    # Where only a part of a document came back, its paragraphs stand in no text.
    missing |= one.scheme.unit is Unit.PARAGRAPH
    if not (missing and one.release.textless) and not _read(one.scheme, label, index.texts[numbers], known):
        yield f"its text is not that of {', '.join(doc_ids)}"


def _target(one: "Labelled", label: Mapping[str, Any]) -> Iterator[str]:
    worded = [each.get("text", {}) for each in one.facts.targets if each.get("id") == label["target_id"]]
    # Two events may have targets of one name.
    if not any(words.get(label["languages"][0]) == label["target"] for words in worded):
        yield f"target {short(label['target'])} is not the wording of '{label['target_id']}' in its language"


def _read(scheme: Scheme, label: Mapping[str, Any], due: Hashes, known: Texts) -> bool:
    told = [label[f"{side}_text"] or "" for side in scheme.sides]
    if scheme.unit is Unit.DOCUMENT:
        return bool(hashes([hashlib.sha256(told[0].encode()).hexdigest()])[0] == due[0])
    if scheme.unit is Unit.PARAGRAPH:
        return known.has(label["doc_ids"], label["paragraph"], told)
    return known.has(label["doc_ids"], label["segment_ids"], told)


def _paragraphs(release: Release) -> Iterator[np.uint64]:
    for batch in release.batches(release.config(Table.DOCUMENTS), ("doc_id", "text", "paragraphs")):
        for doc_id, text, paragraphs in batch.lists("doc_id", "text", "paragraphs"):
            for at, part in enumerate(paragraphs or []):
                yield _mark([doc_id], at, [(text or "")[part["start"] : part["end"]]])


def _pairs(release: Release) -> Iterator[np.uint64]:
    """Yield each pair in both directions: a campaign may ask for one language as the source."""
    for batch in release.batches(release.config(Table.PAIRS), SIDES):
        for sides in batch.lists(*SIDES):
            for source, target in (sides, sides[::-1]):
                ids = [*(source["segment_ids"] or []), *(target["segment_ids"] or [])]
                yield _mark([source["doc"], target["doc"]], ids, [source["text"], target["text"]])


def _mark(*parts: object) -> np.uint64:
    return np.uint64(hashes([repr(parts)])[0])
