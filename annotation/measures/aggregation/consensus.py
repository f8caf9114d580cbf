"""The passages that most raters marked, by a vote on every character."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

Fields = Mapping[str, Any]


class Piece(NamedTuple):
    """Characters with one mark that the raters agree on."""

    label: str
    row: tuple[str | None, str | None]
    start: int
    end: int


def consensus(given: Sequence[Sequence[Fields]], texts: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the passages that more than half of the raters marked, as the fields of `Span`.

    `given` has the spans of each rater who answered the unit, also of those who marked nothing;
    `texts` is the text of each side. Of one rater there is no consensus. Question by question:

    - A character belongs to the consensus where more than half of the raters marked it.
    - Its label is that of more than half of the raters who marked it. Without such a label it is
      left out: where all see an error but nobody agrees on which, no label is made up. A rater who
      marked it twice votes for both labels; where two have a majority, there are two spans.
    - Its holder or severity is that of more than half of those who gave it this label; without such
      a majority it is None.
    - Neighbouring characters with the same mark are one span, whatever the raters' own spans were.
      Its name of a holder is that of more than half of those who marked anything of it with this
      label and holder, else None. Comments are not voted on.

    Spans without a length mark no character.
    """
    if len(given) < 2:
        return []
    places = sorted({(span["question"], span["side"]) for spans in given for span in spans})
    return [span for place in places for span in _agreed(_of(given, *place), texts[place[1]], *place)]


def _of(given: Sequence[Sequence[Fields]], question: str, side: str) -> list[list[Fields]]:
    return [
        [one for one in spans if (one["question"], one["side"]) == (question, side) and one["start"] < one["end"]]
        for spans in given
    ]


def _agreed(given: list[list[Fields]], text: str, question: str, side: str) -> Iterator[dict[str, Any]]:
    found = _joined(sorted(_pieces(given), key=_key))
    for one in sorted(found, key=lambda piece: (piece.start, piece.end)):
        yield {
            "question": question,
            "side": side,
            "start": one.start,
            "end": one.end,
            "text": text[one.start : one.end],
            "label": one.label,
            "holder": one.row[0],
            "holder_name": _name(given, one),
            "severity": one.row[1],
            "comment": None,
        }


def _pieces(given: list[list[Fields]]) -> Iterator[Piece]:
    """Yield what is agreed on between the neighbouring edges of all spans: the raters' marks are constant there."""
    if 2 * sum(map(bool, given)) <= len(given):
        return
    edges = sorted({edge for spans in given for one in spans for edge in (one["start"], one["end"])})
    for start, end in pairwise(edges):
        marks = [found for spans in given if (found := _over(spans, start, end))]
        if 2 * len(marks) > len(given):
            for label in _majority({one["label"] for one in found} for found in marks):
                rows = ({_row(one) for one in found if one["label"] == label} for found in marks)
                for row in _majority(rows) or [(None, None)]:
                    yield Piece(label, row, start, end)


def _over(spans: Iterable[Fields], start: int, end: int) -> list[Fields]:
    return [one for one in spans if one["start"] < end and start < one["end"]]


def _majority(votes: Iterable[set[Any]]) -> list[Any]:
    """Return what more than half of the voters chose; an empty set is no voter."""
    cast = [chosen for chosen in votes if chosen]
    return [one for one in set().union(*cast) if 2 * sum(one in chosen for chosen in cast) > len(cast)]


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last and (last.label, last.row, last.end) == piece[:3]:
            joined[-1] = Piece(last.label, last.row, last.start, piece.end)
        else:
            joined.append(piece)
    return joined


def _name(given: list[list[Fields]], piece: Piece) -> str | None:
    mark = (piece.label, piece.row)
    over = [
        [one for one in _over(spans, piece.start, piece.end) if (one["label"], _row(one)) == mark] for spans in given
    ]
    names = _majority({one["holder_name"] for one in found} for found in over)
    return names[0] if len(names) == 1 else None


def _row(span: Fields) -> tuple[str | None, str | None]:
    return span["holder"], span["severity"]


def _key(piece: Piece) -> tuple[str, tuple[str, str], int]:
    return piece.label, (piece.row[0] or "", piece.row[1] or ""), piece.start
