"""Google's MQM ratings: one row an error, its place between `<v>` and `</v>`, in the source where it is an omission.

Reads the TSV of the WMT test sets since 2020 (github.com/google/wmt-mqm-human-evaluation). Scores are not
computed here. Offsets are code points of the text without tags, half-open.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from annotation.schema import Span
from annotation.schemes.scheme import Option, Scheme, Spans, value_of
from corpus.errors import WirecopyError

COLUMNS = ("system", "doc", "doc_id", "seg_id", "rater", "source", "target", "category", "severity")
TAG = re.compile("</?v>")
CLEAN = "No-error"
SIDES = {"source": "source", "target": "translation"}  # the file's column, and our name of the side
Place = tuple[str, str, str, str]


@dataclass(frozen=True)
class Issue:
    """Something in a file that its format does not allow, by line, and what was made of it."""

    line: int
    cause: str


@dataclass(frozen=True)
class Mark:
    """A marked passage: `text` is `[start:end]` of its side; it may be empty."""

    side: str
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Error:
    """One row; no mark means that the error is the whole segment's."""

    line: int
    category: str
    severity: str
    marks: tuple[Mark, ...]
    comment: str


@dataclass(frozen=True)
class Rating:
    """What one rater said of one segment of one system; no error is an answer too. `doc_id` counts from 1 in `doc`."""

    system: str
    doc: str
    doc_id: str
    seg_id: str
    rater: str
    source: str
    translation: str
    errors: list[Error] = field(default_factory=list)


def read(path: Path) -> tuple[list[Rating], list[Issue]]:
    """Read a file into `(ratings, issues)`, both in its order.

    Raises WirecopyError where it is no table of MQM ratings at all.
    """
    try:
        lines = path.read_bytes().decode("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise WirecopyError(f"{path} can't be read: {error}", hint="check the path; it must be UTF-8") from None
    return parse(lines, where=str(path))


def parse(lines: Iterable[str], *, where: str) -> tuple[list[Rating], list[Issue]]:
    """Read lines, the first of them the header, into `(ratings, issues)`."""
    numbered = ((number, line.removesuffix("\r").split("\t")) for number, line in enumerate(lines, 1))
    _, header = next(numbered, (1, []))
    if absent := [name for name in COLUMNS if name not in header]:
        hint = f"it is a table with tabs and the columns {', '.join(COLUMNS)}"
        raise WirecopyError(f"{where} has no column '{absent[0]}'", hint=hint)
    ratings: dict[tuple[Place, str], Rating] = {}
    issues: list[Issue] = []
    for number, cells in numbered:
        if cells == [""]:
            continue
        if len(cells) < len(COLUMNS) or len(cells) > len(header):
            issues.append(Issue(number, f"{len(cells)} columns, not {len(header)}: left out"))
            continue
        row = dict(zip(header, cells, strict=False))
        issues += [Issue(number, cause) for cause in _take(row, number, ratings)]
    return list(ratings.values()), issues


def _take(row: dict[str, str], number: int, ratings: dict[tuple[Place, str], Rating]) -> Iterator[str]:
    """Add a row to its rating; yield what is wrong with it."""
    place = (row["system"], row["doc"], row["doc_id"], row["seg_id"])
    source, target = TAG.sub("", row["source"]), TAG.sub("", row["target"])
    rating = ratings.setdefault((place, row["rater"]), Rating(*place, row["rater"], source, target))
    category, severity = row["category"].strip(), row["severity"].strip()
    clean = category.lower() == CLEAN.lower()
    if (rating.source, rating.translation) != (source, target):
        yield f"another text than in the rows before of this segment and rater: {'left out' if clean else 'unmarked'}"
        marks: list[Mark] = []
    else:
        marks = [mark for side, name in SIDES.items() for mark in _marks(row[side], name)]
        yield from (f"{side}: {cause}" for side in SIDES for cause in _oddities(row[side]))
    if clean:
        if marks:
            yield f"{CLEAN} with a mark: left out"
        return
    if len(marks) > 1:
        yield f"{len(marks)} marks for one error"
    rating.errors.append(Error(number, category, severity, tuple(marks), row.get("comment", "")))


def _marks(text: str, side: str) -> Iterator[Mark]:
    """Yield what stands between tags; what is never closed reaches to the end, what never began is none."""
    bare, start, read = "", -1, 0
    for tag in TAG.finditer(text):
        bare, read = bare + text[read : tag.start()], tag.end()
        if tag[0] == "<v>" and start < 0:
            start = len(bare)
        elif tag[0] == "</v>" and start >= 0:
            yield Mark(side, start, len(bare), bare[start:])
            start = -1
    if start >= 0:
        bare += text[read:]
        yield Mark(side, start, len(bare), bare[start:])


def _oddities(text: str) -> Iterator[str]:
    inside = False
    for tag in TAG.finditer(text):
        opens = tag[0] == "<v>"
        if opens and inside:
            yield "<v> inside of a mark: ignored"
        if not opens and not inside:
            yield "</v> without <v>: ignored"
        inside = opens
    if inside:
        yield "<v> without </v>: marked to the end"
    if "<v></v>" in text:
        yield "nothing between <v> and </v>: an empty mark"


def spans_of(rating: Rating, scheme: Scheme) -> tuple[list[Span], list[Issue]]:
    """Return a rating's errors as spans of a scheme whose labels have Google's names as aliases, and what has no place.

    An error without a mark marks the whole translation, as the scheme's page would.
    """
    spans, issues = [], []
    for error in rating.errors:
        whole = Mark("translation", 0, len(rating.translation), rating.translation)
        for mark in error.marks or (whole,):
            span = _span(error, mark, scheme)
            if span and mark.text:
                spans.append(span)
            else:
                cause = "an empty mark" if span else f"{error.category}, {error.severity} on the {mark.side}"
                issues.append(Issue(error.line, f"'{scheme.id}' has no place for {cause}"))
    return sorted(spans, key=lambda one: (one.side, one.start, one.end, one.label)), issues


def _span(error: Error, mark: Mark, scheme: Scheme) -> Span | None:
    for question in scheme.questions:
        if isinstance(question, Spans) and question.side == mark.side and question.row == "severity":
            label, severity = value_of(question.labels, error.category), _severity(question.rows, error.severity)
            if label and severity:
                place = {"start": mark.start, "end": mark.end, "text": mark.text}
                return Span(question=question.name, side=mark.side, label=label, severity=severity, **place)
    return None


def _severity(rows: list[Option], name: str) -> str | None:
    return value_of(rows, name) or value_of(rows, name.lower())
