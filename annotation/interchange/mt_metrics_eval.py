"""Ratings of mt-metrics-eval: a JSON object for each rated segment, with its texts and errors.

The standalone ratings of github.com/google-research/mt-metrics-eval. A segment's number counts from 0
in the test set there, and from 1 in our rows, as in Google's tables.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from annotation.interchange.formats import Format, without
from annotation.interchange.lines import LONGEST_NUMBER, dumps, field, first_object, objects, optional, whole
from annotation.interchange.losses import Rule, only_values
from annotation.interchange.offsets import Offsets
from annotation.interchange.pairs import NAMES, Marks, misfit, pair_record, place_of, texts_of
from annotation.interchange.rows import Collector, Ratings, Record, name_of, pair_of, rater_of
from annotation.schema import Flaw, Span, Task
from annotation.schemes.answers import Rejected
from annotation.schemes.scheme import Scheme
from corpus.files import digest, write_text
from corpus.language import UNKNOWN

ERROR = {"start", "end", "category", "severity", "score", "is_source_error"}
KNOWN = {
    *("source", "hypothesis", "errors", "document_id", "segment_id", "system_id", "rater_id", "src_lang", "tgt_lang")
}


def read(path: Path, into: Collector, form: Format) -> None:
    """Read a file; a line with a wrong error is no row."""
    marks, lost = Marks(into.scheme, into.renamed), set()
    for number, line in objects(path, into):
        try:
            into.add(_record(line, into, marks, form))
        except Rejected as flaw:
            into.tell(number, flaw.detail, flaw.reason)
            continue
        lost |= line.keys() - KNOWN
        lost |= {f"errors.{name}" for one in line["errors"] for name in one.keys() - ERROR}
        lost |= {"errors.score" for one in line["errors"] if one.get("score") is not None}
    for name in sorted(lost):
        into.tell(1, f"the field '{name}' has no place in our rows: left out")


def _record(line: Mapping[str, Any], into: Collector, marks: Marks, form: Format) -> Record:
    texts = field(line, "source", str), field(line, "hypothesis", str)
    rater, origin = rater_of(_text(line, "rater_id"))
    told = [_text(line, "src_lang"), _text(line, "tgt_lang")]
    languages = [one or other for one, other in zip(told, pair_of(into.languages), strict=True)]
    place = _text(line, "system_id"), _text(line, "document_id"), _segment(line, texts[0])
    record = pair_record(into.scheme, rater, place, texts, languages, origin=origin)
    record.spans = [_span(one, texts, marks, form) for one in field(line, "errors", list)]
    return record


def _segment(line: Mapping[str, Any], source: str) -> str:
    number = line.get("segment_id")
    if number is None:
        return digest(source)
    if abs(field(line, "segment_id", int)) >= 10**LONGEST_NUMBER:
        raise Rejected(Flaw.BAD_VALUE, f"segment_id has more than {LONGEST_NUMBER} digits")
    return str(number + 1)


def _span(error: object, texts: tuple[str, str], marks: Marks, form: Format) -> Span:
    if not isinstance(error, Mapping):
        raise Rejected(Flaw.BAD_VALUE, f"an error is {ascii(error)[:40]}")
    in_source = error.get("is_source_error") is True
    text = texts[0 if in_source else 1]
    start, end, _ = form.offsets.read(text, field(error, "start", int), field(error, "end", int))
    category = optional(error, "category", str)
    side = "source" if in_source else "translation"
    return marks.span(side, category, field(error, "severity", str), (start, end, text[start:end]))


def write(ratings: Ratings, path: Path, form: Format) -> None:
    """Write a line for each answer."""
    marks = Marks(ratings.scheme)
    lines = [dumps(_line(task, name_of(one), one.spans, marks, form)) for task, one in ratings.pairs()]
    write_text(path, "".join(line + "\n" for line in lines))


def _line(task: Task, rater: str, spans: Iterable[Span], marks: Marks, form: Format) -> dict[str, Any]:
    system, doc, segment = place_of(task)
    source, translation = texts_of(task)
    languages = [None if one == UNKNOWN else one for one in task.languages]
    return {
        "source": source,
        "hypothesis": translation,
        "errors": [_error(span, (source, translation), marks, form) for span in spans],
        "document_id": doc or None,
        "segment_id": int(segment) - 1 if _number(segment) else None,
        "system_id": system or None,
        "rater_id": rater or None,
        "src_lang": languages[0],
        "tgt_lang": languages[1],
    }


def _error(span: Span, texts: tuple[str, str], marks: Marks, form: Format) -> dict[str, Any]:
    in_source = span.side == "source"
    placed = form.offsets.write(texts[0 if in_source else 1], span.start, span.end)
    start, end = placed or (span.start, span.end)
    told = {"category": marks.category(span), "severity": marks.severity(span).capitalize()}
    return {"start": start, "end": end, **told, "score": None, "is_source_error": in_source}


def _text(line: Mapping[str, Any], name: str) -> str:
    return optional(line, name, str) or ""


def _number(segment: str) -> bool:
    return (whole(segment) or 0) > 0


def _numbered(record: Record, _scheme: Scheme, _form: Format) -> Iterable[str]:
    (segment,) = record.segment_ids
    told = digest(record.data["source_text"])
    if _number(segment) or segment == told:
        return []
    record.segment_ids = [told]
    return [repr(segment)]


FORMAT = Format(
    name="mt-metrics-eval",
    suffix=".jsonl",
    offsets=Offsets("code points", "exclusive"),
    schemes=("translation-mqm", "translation-mqm-core"),
    misfit=lambda scheme: misfit(scheme, ()),
    loses=(
        *without("marks", "missing text", "empty marks", "marks in the source", "overlapping marks", "languages"),
        *NAMES,
        only_values(),
        Rule("ids of segments that are no number", _numbered),
    ),
    knows=lambda _path, head: {"source", "hypothesis", "errors"} <= first_object(head).keys(),
    read=read,
    write=write,
)
