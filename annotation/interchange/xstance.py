"""Stances as in x-stance: a JSON object for each comment on a question (github.com/ZurichNLP/xstance).

The author of a comment is its outlet, the topic of a question its stratum.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from annotation.interchange.formats import Format, without
from annotation.interchange.lines import dumps, field, first_object, objects, optional, whole
from annotation.interchange.losses import Rule
from annotation.interchange.offsets import Offsets
from annotation.interchange.rows import Collector, Ratings, Record, article_data
from annotation.interchange.stances import RATER, STANCE, known_answers, misfit
from annotation.schema import Flaw, Task
from annotation.schemes.answers import Rejected
from annotation.schemes.scheme import Scheme
from corpus.files import write_text
from corpus.language import UNKNOWN

ANSWERS = {"favor", "against"}
KNOWN = {"id", "language", "question_id", "question", "comment", "label", "author", "topic"}


def read(path: Path, into: Collector, _form: Format) -> None:
    """Read a file; a line without a label, as in a blind test set, is no answer."""
    lost: set[str] = set()
    for number, line in objects(path, into):
        lost |= line.keys() - KNOWN
        try:
            into.add(_record(line, into))
        except Rejected as flaw:
            into.tell(number, flaw.detail, flaw.reason)
    for name in sorted(lost):
        into.tell(1, f"the field '{name}' has no place in our rows: left out")


def _record(line: Mapping[str, Any], into: Collector) -> Record:
    label = field(line, "label", str)
    if label.lower() not in ANSWERS:
        raise Rejected(Flaw.UNKNOWN_CHOICE, f"the label is {label[:40]!r}")
    author, topic = optional(line, "author", (int, str)), optional(line, "topic", str)
    data = article_data(into.scheme, field(line, "comment", str), field(line, "question", str))
    doc = f"{str(author or '').replace('/', '_')}/{field(line, 'id', (int, str))}"
    language = optional(line, "language", str) or next(iter(into.languages), UNKNOWN)
    target = str(field(line, "question_id", (int, str)))
    values = {STANCE: label.lower()}
    return Record(RATER, [doc], data, [language], values, target_id=target, stratum=topic)


def write(ratings: Ratings, path: Path, _form: Format) -> None:
    """Write a line for each answer."""
    rows = (_line(task, str(one.values[STANCE])) for task, one in ratings.pairs())
    write_text(path, "".join(dumps(row) + "\n" for row in rows))


def _line(task: Task, stance: str) -> dict[str, Any]:
    author, _, number = task.doc_ids[0].partition("/")
    language = task.languages[0]
    told = {"id": _id(number), "language": None if language == UNKNOWN else language}
    told |= {"question_id": _id(task.target_id or ""), "question": task.data["target"]}
    told |= {"comment": task.data["article_text"], "label": stance.upper()}
    return told | {"author": author or None, "topic": task.stratum}


def _id(told: str) -> int | str:
    number = whole(told)
    return told if number is None else number


def _names(record: Record, _scheme: Scheme, _form: Format) -> Iterable[str]:
    lost = [one for one in record.segment_ids]
    author, _, rest = record.doc_ids[0].partition("/")
    record.doc_ids, record.segment_ids = [f"{author}/{rest}"], ()
    return lost[:1]


FORMAT = Format(
    name="xstance",
    suffix=".jsonl",
    offsets=Offsets("code points", "none"),
    schemes=("stance-simple",),
    misfit=lambda scheme: misfit(scheme, ANSWERS),
    loses=(
        *without("languages", "strata"),
        *known_answers(ANSWERS),
        Rule("ids of segments", _names),
    ),
    knows=lambda _path, head: {"question", "comment", "label"} <= first_object(head).keys(),
    read=read,
    write=write,
    once=True,
)
