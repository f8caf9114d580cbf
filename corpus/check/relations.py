"""What must hold between documents: relations, families, events. Each function is one invariant.

Not covered: whether two documents deserve their relation; that is the build's work.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.check.facts import NO_EVENT, Facts, Numbers
from corpus.check.findings import Finding, short
from corpus.check.reading import Row, batches
from corpus.dataset import STATE, State
from corpus.relations.components import components
from corpus.schema import Kind
from corpus.steps.keyed import hashes

KINDS = frozenset(Kind)
FAMILY = frozenset({Kind.EXACT, Kind.NEAR_DUPLICATE, Kind.TRANSLATION})
COLUMNS = ("left_doc", "right_doc", "kind", "score")
Placed = Iterator[tuple[int, str]]  # which row, and what is wrong with it
Numbered = Iterator[tuple[int, str]]  # which document, and what is wrong with it


@dataclass(frozen=True)
class Links:
    """Some relations, and their documents as numbers, -1 for one that does not exist."""

    rows: Sequence[Row]
    left: Numbers
    right: Numbers

    def known(self, *kinds: Kind) -> NDArray[np.bool_]:
        """Tell of each relation whether it is of these kinds and both its documents exist."""
        mine = np.array([one.values["kind"] in kinds for one in self.rows], np.bool_)
        return mine & (self.left >= 0) & (self.right >= 0)

    def named(self, wrong: NDArray[np.bool_], what: str) -> Placed:
        """Yield the marked rows with the names of their documents."""
        for at in np.flatnonzero(wrong).tolist():
            values = self.rows[at].values
            yield at, f"{values['left_doc']} and {values['right_doc']}: {what}"


def links(folder: Path, facts: Facts) -> Iterator[Links]:
    """Yield the relations in batches; raise Unreadable where that fails."""
    for batch in batches(folder, "relations", COLUMNS):
        rows = list(batch.rows())
        left, right = (facts.numbers(hashes([one.values[side] for one in rows])) for side in COLUMNS[:2])
        yield Links(rows, left, right)


def unique(facts: Facts) -> Numbered:
    """Each `doc_id` stands once."""
    for number in np.sort(facts.doubles[:, 1]).tolist():
        yield number, "another document has this id"


def totals(facts: Facts, state: State) -> Iterator[Finding]:
    """`build.json` says how many families and events there are."""
    families, events = len(np.unique(facts.families)), len(np.unique(facts.events[facts.events != NO_EVENT]))
    for name, found, said in (("families", families, state.families), ("events", events, state.events)):
        if found != said:
            yield Finding(f"{found} {name} where {STATE} says {said}")


def order(some: Links, _facts: Facts) -> Placed:
    """`left_doc < right_doc`."""
    wrong = np.array([one.values["left_doc"] >= one.values["right_doc"] for one in some.rows], np.bool_)
    yield from some.named(wrong, "left_doc is not smaller than right_doc")


def documents(some: Links, _facts: Facts) -> Placed:
    """Both documents exist."""
    yield from some.named((some.left < 0) | (some.right < 0), "no such document")


def kind(some: Links, _facts: Facts) -> Placed:
    """The kind is one of the vocabulary."""
    for at, one in enumerate(some.rows):
        if one.values["kind"] not in KINDS:
            yield at, f"kind {short(one.values['kind'])}"


def score(some: Links, _facts: Facts) -> Placed:
    """The score is in 0..1."""
    for at, one in enumerate(some.rows):
        if not 0 <= one.values["score"] <= 1:
            yield at, f"score {one.values['score']}"


def exact(some: Links, facts: Facts) -> Placed:
    """Exact copies have one text."""
    differ = facts.texts[some.left] != facts.texts[some.right] if len(facts) else np.zeros(len(some.rows), np.bool_)
    yield from some.named(some.known(Kind.EXACT) & differ, "exact, but their text_sha256 differ")


def event(some: Links, facts: Facts) -> Placed:
    """Documents of one event have one `event_id`."""
    if len(facts):
        left, right = facts.events[some.left], facts.events[some.right]
        wrong = some.known(Kind.SAME_EVENT) & ((left != right) | (left == NO_EVENT))
        yield from some.named(wrong, "same_event, but not one event_id")


def family_edges(some: Links) -> Numbers:
    """Return the relations that make families, (k, 2)."""
    kept = some.known(*FAMILY)
    return np.stack([some.left[kept], some.right[kept]], axis=1)


def families(facts: Facts, edges: Numbers) -> Numbered:
    """`family_id` is the component over exact, near-duplicate and translation, named by one of its members."""
    labels = components(len(facts), np.concatenate([edges, facts.doubles]))
    named = facts.numbers(facts.families)
    outside = (named < 0) | (labels[named] != labels) if len(facts) else np.zeros(0, np.bool_)
    for number in np.flatnonzero(outside).tolist():
        yield number, "family_id is none of the documents that its relations connect it with"
    for number in np.flatnonzero(~outside & (facts.families != facts.families[labels])).tolist():
        yield number, "family_id differs from that of documents that its relations connect it with"


def copies(facts: Facts, edges: Numbers) -> Numbered:
    """Documents with one text are connected."""
    labels = components(len(facts), np.concatenate([edges, facts.doubles]))
    order = np.lexsort((labels, facts.texts))
    alike = (facts.texts[order][1:] == facts.texts[order][:-1]) & (labels[order][1:] != labels[order][:-1])
    for number in np.sort(order[1:][alike]).tolist():
        yield number, "has the text of another document, but no relation connects the two"
