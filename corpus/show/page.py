"""A document as a page for people: head, paragraphs with roles and edits, pairs beside each other."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from corpus.output import Cell, Output, one_line
from corpus.show.document import Bead, Members, Paired, Shown

LABELS, MOST_RULE, NUMBERS = 14, 24, 16  # widths of the columns
EXCERPT = 60
ROLES = {
    "title": "bold magenta",
    "lead": "bold",
    "heading": "bold cyan",
    "caption": "blue",
    "byline": "yellow",
    "dateline": "yellow",
    "credit": "green",
    "boilerplate": "dim",
}
Place = tuple[int, int, dict[str, Any]]  # where in the text the replacement of an edit stands


def draw(one: Shown, out: Output) -> None:
    """Print the page."""
    out.page(list(_head(one)), [LABELS, None])
    out.line("")
    places = _places(one.document["edits"])
    inside = [_inside(part, places) for part in one.document["paragraphs"]]
    out.page(
        [
            _paragraph(one.document["text"], part, mine)
            for part, mine in zip(one.document["paragraphs"], inside, strict=True)
        ],
        [_widest(one.document["paragraphs"]), None],
    )
    shown = sum(map(len, inside))
    if rest := _rules(edit for _, _, edit in places) if len(places) > shown else "":
        out.line("")
        out.page([_line("edits", (f"{rest}; {shown} of them inside of paragraphs", "dim"))], [LABELS, None])
    for paired in one.paired:
        _pairs(one, paired, out)


def _head(one: Shown) -> Iterator[Sequence[Cell]]:
    row = one.document
    score = f" ({row['language_score']:.2f})" if row["language_score"] is not None else " (told by the source)"
    yield _line("document", (row["doc_id"], "bold"))
    yield _line("source", (row["source"], ""))
    for name in ("outlet", "title", "published", "url"):
        if row[name] is not None:
            yield _line(name, (row[name], ""))
    yield _line("language", (row["language"] + score, ""))
    yield _line("family", *_members(one.family, row["family_id"], row["doc_id"]))
    if one.event is not None:
        yield _line("event", *_members(one.event, row["event_id"], row["doc_id"]))
    for relation in one.relations:
        if relation["kind"] != "same_event":
            other = relation["right_doc"] if relation["left_doc"] == row["doc_id"] else relation["left_doc"]
            told = f"{relation['kind']} of {other}, {relation['score']:.2f} by {relation['method']}"
            yield _line("", (told, ""))
    if row["mt_evidence"]:
        yield from _suspicion(row)


def _suspicion(row: dict[str, Any]) -> Iterator[Sequence[Cell]]:
    yield _line("machine", (f"suspicion of machine translation {row['mt_suspicion']:.2f}", "bold red"), *_no_verdict())
    for found in row["mt_evidence"]:
        quote = one_line(row["text"][found["start"] : found["end"]])
        quote = quote if len(quote) <= EXCERPT else f"{quote[:EXCERPT]}…"
        yield _line("", (found["rule"], "red"), (f": {found['detail']}", ""), (f" “{quote}”", "italic"))


def _no_verdict() -> Cell:
    return [(" – an aid for the eye, no verdict", "dim")]


def _members(found: Members, name: str, own: str) -> Cell:
    others = [one for one in found.first if one["doc_id"] != own]
    cell: list[tuple[object, str]] = [(name, "")]
    if not others:
        return [*cell, (", alone in it", "dim")]
    cell.append((f", {found.count} documents", "dim"))
    for one in others:
        cell += [(f"\n{one['doc_id']}", ""), (f" {one['language']}", "dim")]
    left = found.count - len(others) - 1
    return [*cell, (f"\nand {left} more", "dim")] if left > 0 else cell


def _paragraph(text: str, part: dict[str, Any], edits: Sequence[Place]) -> Sequence[Cell]:
    style = ROLES.get(part["role"], "")
    pieces: list[tuple[object, str]] = []
    at = part["start"]
    for start, end, edit in edits:
        pieces += [(text[at:start], style), *_edit(edit)]
        at = max(at, end)
    rule = "" if part["rule"] == part["role"] else "\n" + part["rule"]
    return [(part["role"], style or "cyan"), (rule, "dim")], [*pieces, (text[at : part["end"]], style)]


def _widest(paragraphs: Sequence[dict[str, Any]]) -> int:
    names = [part[name] for part in paragraphs for name in ("role", "rule")]
    return min(MOST_RULE, max(map(len, names), default=LABELS))


def _edit(edit: dict[str, Any]) -> Cell:
    before, after = one_line(edit["original"]), one_line(edit["replacement"])
    return [("[", "dim"), (before, "red strike"), (" → ", "dim"), (after or "∅", "green"), ("]", "dim")]


def _places(edits: Sequence[dict[str, Any]]) -> list[Place]:
    found, shift = [], 0
    for edit in edits:
        start = edit["raw_start"] + shift
        found.append((start, start + len(edit["replacement"]), edit))
        shift += len(edit["replacement"]) - len(edit["original"])
    return found


def _inside(part: dict[str, Any], places: Sequence[Place]) -> list[Place]:
    return [one for one in places if part["start"] <= one[0] and one[1] <= part["end"]]


def _rules(edits: Iterator[dict[str, Any]]) -> str:
    return ", ".join(f"{count}× {rule}" for rule, count in sorted(Counter(edit["rule"] for edit in edits).items()))


def _pairs(one: Shown, paired: Paired, out: Output) -> None:
    score = f", translation {paired.score:.2f}" if paired.score is not None else ""
    outlet = f", {paired.outlet}" if paired.outlet else ""
    count = len(paired.beads)
    out.line("")
    title = f"{count} pair{'s' * (count != 1)} with {paired.doc_id}"
    out.page([[[(title, "bold"), (f" ({paired.language}{outlet}{score}, {paired.method})", "dim")]]], [None])
    head = [[("sentences", "dim"), ("\nscore margin", "dim")]]
    names = [[(f"{row} ", "dim"), (name, "bold")] for row, name in _titles(one, paired)]
    rows: list[Sequence[Cell]] = [[*head, *names]]
    rows += [_bead(bead) for bead in paired.beads]
    out.page(rows, [NUMBERS, None, None])


def _titles(one: Shown, paired: Paired) -> list[tuple[str, str]]:
    return [(one.document["language"], one.document["doc_id"]), (paired.language, paired.doc_id)]


def _bead(bead: Bead) -> Sequence[Cell]:
    kind = f"{len(bead.own)}-{len(bead.other)}"
    margin = f" {bead.margin:.2f}" if bead.margin is not None else ""
    numbers: list[tuple[object, str]] = [(f"{_range(bead.own)} → ", ""), (_range(bead.other), "")]
    if bead.jump:
        numbers = [(f"{_range(bead.own)} → ", ""), (f"{_range(bead.other)} ↑", "bold yellow")]
    numbers.append((f"\n{bead.score:.2f}{margin}", "dim"))
    if kind != "1-1":
        numbers.append((f" {kind}", "cyan"))
    return numbers, [(bead.own_text, "")], [(bead.other_text, "yellow" if bead.jump else "")]


def _range(places: Sequence[int]) -> str:
    if not places:
        return "?"
    return f"{places[0]}" if len(places) == 1 else f"{places[0]}–{places[-1]}"


def _line(name: str, *pieces: tuple[object, str]) -> Sequence[Cell]:
    return [(name, "dim")], pieces
