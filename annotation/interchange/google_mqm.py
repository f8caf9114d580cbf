"""Google's MQM ratings: one row an error, its place between `<v>` and `</v>`, in the source where it is an omission.

The TSV of the WMT test sets since 2020 (github.com/google/wmt-mqm-human-evaluation). Scores are not computed here.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from annotation.interchange.cells import flat_cells
from annotation.interchange.formats import Format, without
from annotation.interchange.lines import LONGEST_NUMBER, columns_of, table
from annotation.interchange.losses import Rule, only_values
from annotation.interchange.offsets import Offsets
from annotation.interchange.pairs import NAMES, Marks, misfit, pair_record, place_of, texts_of
from annotation.interchange.rows import Collector, Ratings, Record, name_of, pair_of, rater_of
from annotation.schema import Flaw, Span
from annotation.schemes.answers import Rejected
from annotation.schemes.scheme import Scheme
from corpus.files import write_text

COLUMNS = ("system", "doc", "doc_id", "seg_id", "rater", "source", "target", "category", "severity")
RENAMED = {"docSegId": "doc_id", "globalSegId": "seg_id"}  # since 2022
COMMENT, DOMAIN = "comment", "domain"
TAG = re.compile("</?v>")
CLEAN, WHEEL = "No-error", "hotw-test"
SIDES = {"source": "source", "target": "translation"}  # the file's column, and our name of the side
Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked passage: `text` is `[start:end]` of its side; it may be empty."""

    side: str
    start: int
    end: int
    text: str


@dataclass(slots=True)
class Rating:
    """Category, severity, remark and marks of each row of one rater on one segment of one system, by line."""

    texts: tuple[str, str]
    stratum: str | None
    rows: dict[int, tuple[str, str, str, list[Mark]]] = field(default_factory=dict)
    broken: int = 0


def read(path: Path, into: Collector, _form: Format) -> None:
    """Read a file; an answer with a broken row is rejected whole, since a part of it would score better."""
    ratings: dict[Key, Rating] = {}
    places: dict[tuple[str, str], str] = {}
    extra: set[str] = set()
    for number, row in table(path, COLUMNS, into, RENAMED):
        if told := _no_answer(row):
            into.tell(number, told, Flaw.OTHER_QUESTIONS)
            continue
        extra |= row.keys() - {*COLUMNS, COMMENT, DOMAIN}
        places[row["doc"], row["seg_id"]] = row["doc_id"]
        _take(number, row, ratings, into)
    for key in list(ratings):
        _add(key, ratings.pop(key), into)  # a large file is not held twice
    _tell_lost(places, extra, into)


def _no_answer(row: dict[str, str]) -> str | None:
    """Return why a row is no part of an answer: Google put errors into texts to see who finds them."""
    if row["severity"].strip().lower() == WHEEL:
        return "a hands-on-the-wheel test is no answer"
    return None if row["rater"] else "nobody gave it: it has no rater"


def _take(number: int, row: dict[str, str], ratings: dict[Key, Rating], into: Collector) -> None:
    texts = TAG.sub("", row["source"]), TAG.sub("", row["target"])
    key = (row["system"], row["doc"], row["seg_id"], row["rater"])
    rating = ratings.setdefault(key, Rating(texts, row.get(DOMAIN) or None))
    marks = [mark for column, side in SIDES.items() for mark in marks_of(row[column], side)]
    rating.rows[number] = (row["category"].strip(), row["severity"].strip(), row.get(COMMENT, ""), marks)
    if rating.texts != texts:
        rating.broken = rating.broken or number
        into.tell(number, "another text than in the rows before of this segment and rater", Flaw.TEXT_MISMATCH)
    for column in SIDES:
        for cause in oddities(row[column]):
            into.tell(number, f"{column}: {cause}")


def _add(key: Key, rating: Rating, into: Collector) -> None:
    marks, spans, comments = Marks(into.scheme, into.renamed), [], []
    for number, row in rating.rows.items():
        try:
            span = _span(number, row, rating.texts[1], marks, into)
        except Rejected as flaw:
            rating.broken = rating.broken or number
            into.tell(number, flaw.detail, flaw.reason)
        else:
            spans += [span] if span else []
            comments += [row[2]] if not span and row[2] else []
    if comments and not _asks(into.scheme):
        into.tell(max(rating.rows), f"the scheme has no question '{COMMENT}': the remark is left out")
    system, doc, segment, name = key
    rater, origin = rater_of(name)
    values = {COMMENT: "; ".join(comments)} if comments and _asks(into.scheme) else {}
    languages = pair_of(into.languages)
    record = pair_record(
        into.scheme, rater, (system, doc, segment), rating.texts, languages, origin=origin, stratum=rating.stratum
    )
    record.spans, record.values = spans, {**values}
    _settle(record, rating, into)


def _settle(record: Record, rating: Rating, into: Collector) -> None:
    """Keep an answer, or tell of each of its rows that it is none."""
    flaw: Flaw = Flaw.BAD_VALUE
    cause = f"line {rating.broken} of this answer is broken"
    if not rating.broken:
        try:
            into.add(record)
            return
        except Rejected as one:
            flaw, cause = one.reason, one.detail
    told = {one.line for one in into.issues if one.flaw}
    for number in rating.rows.keys() - told:
        into.tell(number, cause, flaw)


def _span(number: int, row: tuple[str, str, str, list[Mark]], text: str, marks: Marks, into: Collector) -> Span | None:
    """Return the mark of a row; None where the rater found no error."""
    category, severity, comment, found = row
    if category.lower() == CLEAN.lower():
        if found:
            into.tell(number, f"{CLEAN} with a mark: the mark is left out")
        return None
    if not found:
        into.tell(number, "an error without a mark: the whole translation is marked")
    if len(found) > 1:
        into.tell(number, f"{len(found)} marks for one error: the first one in the translation counts")
    whole = Mark("translation", 0, len(text), text)
    mark = next((one for one in found if one.side == "translation"), found[0] if found else whole)
    place = (mark.start, mark.end, mark.text)
    return marks.span(mark.side, category, severity, place, comment=comment or None)


def marks_of(text: str, side: str) -> Iterator[Mark]:
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


def oddities(text: str) -> Iterator[str]:
    """Yield what is wrong with the tags of a text, and what was made of it."""
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


def _tell_lost(places: dict[tuple[str, str], str], extra: set[str], into: Collector) -> None:
    for name in sorted(extra):
        into.tell(1, f"the column '{name}' has no place in our rows: left out")
    ranks = _ranks(places)
    if moved := sum(ranks[key] != place for key, place in places.items()):
        into.tell(1, f"doc_id: {moved} segments are not at the place that their seg_id says: left out")


def _ranks(places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Return the place of each segment in its document, counted from 1."""
    documents: dict[str, list[str]] = {}
    for doc, segment in places:
        documents.setdefault(doc, []).append(segment)
    ranks = {}
    for doc, found in documents.items():
        numbered = all(one.isdecimal() and len(one) <= LONGEST_NUMBER for one in found)
        for place, segment in enumerate(sorted(found, key=int) if numbered else found, 1):
            ranks[doc, segment] = str(place)
    return ranks


def write(ratings: Ratings, path: Path, _form: Format) -> None:
    """Write a row for each error, and one for each answer that found none."""
    marks = Marks(ratings.scheme)
    ranks = _ranks(dict.fromkeys(place_of(task)[1:] for task in ratings.tasks))
    domains = any(task.stratum for task in ratings.tasks)
    lines = [[*COLUMNS, COMMENT, *([DOMAIN] if domains else [])]]
    for task, one in ratings.pairs():
        system, doc, segment = place_of(task)
        head = [system, doc, ranks[doc, segment], segment, name_of(one)]
        tail = [task.stratum or ""] if domains else []
        texts = texts_of(task)
        for span in one.spans:
            told = [marks.category(span) or span.label, marks.severity(span).capitalize(), span.comment or ""]
            lines.append([*head, *_tagged(texts, span), *told, *tail])
        if not one.spans:
            lines.append([*head, *texts, CLEAN, CLEAN, one.values.get(COMMENT) or "", *tail])
    write_text(path, "".join("\t".join(line) + "\n" for line in lines))


def _tagged(texts: tuple[str, str], span: Span) -> list[str]:
    side = 0 if span.side == "source" else 1
    tagged = list(texts)
    tagged[side] = f"{texts[side][: span.start]}<v>{span.text}</v>{texts[side][span.end :]}"
    return tagged


def _asks(scheme: Scheme) -> bool:
    return any(question.name == COMMENT and question.type == "text" for question in scheme.questions)


def _spoken(record: Record, _scheme: Scheme, _form: Format) -> Iterable[str]:
    said = record.values.get(COMMENT)
    if not said or not record.spans:
        return []
    record.values[COMMENT] = None
    return [repr(said)]


FORMAT = Format(
    name="google-mqm",
    suffix=".tsv",
    offsets=Offsets("code points", "inline"),
    schemes=("translation-mqm", "translation-mqm-core"),
    misfit=lambda scheme: misfit(scheme, ()),
    loses=(
        *without(
            *("marks", "missing text", "empty marks", "marks in the source", "overlapping marks", "remarks on marks"),
            "strata",
        ),
        *NAMES,
        only_values(COMMENT),
        Rule("remarks on a whole segment that has marks", _spoken),
        flat_cells("line breaks, tabs and <v> in texts", TAG),
    ),
    knows=lambda _path, head: {"system", "rater", "category", "severity"} <= columns_of(head),
    read=read,
    write=write,
    once=True,
)
