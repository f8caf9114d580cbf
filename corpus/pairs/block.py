"""One event: which of its documents translate each other, and their sentence pairs.

Not covered: which documents are one event; see `corpus/relations`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from corpus.files import digest
from corpus.pairs.alignment import beads
from corpus.pairs.documents import Sentence, Text, Told, candidates, share, told
from corpus.pairs.programming import Bead
from corpus.pairs.vectors import Scale, Vectors
from corpus.schema import Kind, Pair, Relation, Side

ALIGNER = "runs-dp-1"
LEAST_SHARE = 0.5  # of the shorter text in proven pairs, for two documents to translate each other


@dataclass(frozen=True)
class Order:
    """Where the pairs of a translation stand: for each, in left reading order, its first sentence's place right.

    Places count the paired sentences only; `0, 1, 2, ...` is the same order.
    """

    left_doc: str
    right_doc: str
    right: list[int]


@dataclass(frozen=True)
class Found:
    """What one event holds."""

    relations: list[Relation] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)


def block(texts: Sequence[Text], vectors: Vectors) -> Found:
    """Find translations among the documents of one event; left is the smaller id.

    The same texts give the same rows in whatever order they come.
    """
    found = Found()
    if len({text.language for text in texts}) < 2:
        return found
    for left, right in sorted(candidates(told(texts, vectors), vectors.scale), key=_ids):
        if share(left, right, vectors.scale) >= vectors.scale.anchored:
            _add(found, left, right, vectors)
    return found


def _ids(pair: tuple[Told, Told]) -> tuple[str, str]:
    return pair[0].doc_id, pair[1].doc_id


def _add(found: Found, left: Told, right: Told, vectors: Vectors) -> None:
    """Add a translation, if its aligned sentences bear it out: what stood out alone may stand nowhere together."""
    kept = [bead for bead in beads(left.side, right.side, vectors.scale) if bead.margin >= vectors.scale.fair]
    score = _score(kept, left, right, vectors.scale)
    if score < LEAST_SHARE:
        return
    method = f"{vectors.name}+{ALIGNER}"
    ids = {"left_doc": left.doc_id, "right_doc": right.doc_id}
    found.relations.append(Relation(**ids, kind=Kind.TRANSLATION, score=round(score, 4), method=method))
    found.pairs.extend(_pair(bead, left, right, rank, method) for rank, bead in enumerate(kept))
    places = {start: place for place, start in enumerate(sorted(bead.right.start for bead in kept))}
    found.orders.append(Order(**ids, right=[places[bead.right.start] for bead in kept]))


def _score(kept: Sequence[Bead], left: Told, right: Told, scale: Scale) -> float:
    """Return the share of the shorter text that stands in proven pairs."""
    proven = [bead for bead in kept if bead.margin >= scale.proof]
    ours = sum(len(bead.left) for bead in proven) / len(left.side)
    return max(ours, sum(len(bead.right) for bead in proven) / len(right.side))


def _pair(bead: Bead, left: Told, right: Told, rank: int, method: str) -> Pair:
    sides = _side(left, bead.left), _side(right, bead.right)
    return Pair(
        pair_id=digest(sides[0].segment_ids, sides[1].segment_ids),
        left=sides[0],
        right=sides[1],
        score=bead.score,
        margin=bead.margin,
        method=method,
        rank=rank,
    )


def _side(text: Told, at: range) -> Side:
    part: list[Sentence] = text.sentences[at.start : at.stop]
    return Side(
        doc=text.doc_id,
        segment_ids=[one.id for one in part],
        text=" ".join(one.text for one in part),
        language=text.language,
    )
