"""Stances as in SemEval-2016 task 6: a table with the columns ID, Target, Tweet and Stance, and no quotes."""

from collections.abc import Iterable
from pathlib import Path

from annotation.interchange.cells import flat_cells
from annotation.interchange.formats import Format, without
from annotation.interchange.lines import columns_of, table
from annotation.interchange.losses import Rule
from annotation.interchange.offsets import Offsets
from annotation.interchange.rows import Collector, Ratings, Record, article_data, pair_of
from annotation.interchange.stances import RATER, STANCE, known_answers, misfit
from annotation.schema import Flaw
from annotation.schemes.answers import Rejected
from annotation.schemes.scheme import Scheme
from corpus.files import write_text

COLUMNS = ("ID", "Target", "Tweet", "Stance")
ANSWERS = {"favor", "against", "none"}
OUTLET = "semeval"


def read(path: Path, into: Collector, _form: Format) -> None:
    """Read a file; a target is named by its own words."""
    extra: set[str] = set()
    for number, row in table(path, COLUMNS, into):
        extra |= row.keys() - set(COLUMNS)
        stance = row["Stance"].strip().lower()
        data = article_data(into.scheme, row["Tweet"], row["Target"])
        record = Record(RATER, [f"{OUTLET}/{row['ID']}"], data, pair_of(into.languages)[:1], {STANCE: stance})
        record.target_id = row["Target"]
        try:
            if stance not in ANSWERS:
                raise Rejected(Flaw.UNKNOWN_CHOICE, f"the stance is {row['Stance'][:40]!r}")
            into.add(record)
        except Rejected as flaw:
            into.tell(number, flaw.detail, flaw.reason)
    for name in sorted(extra):
        into.tell(1, f"the column '{name}' has no place in our rows: left out")


def write(ratings: Ratings, path: Path, _form: Format) -> None:
    """Write a row for each answer."""
    rows = [COLUMNS]
    for task, one in ratings.pairs():
        named, target = task.doc_ids[0].partition("/")[2], str(task.data["target"])
        rows.append((named, target, str(task.data["article_text"]), str(one.values[STANCE]).upper()))
    write_text(path, "".join("\t".join(row) + "\n" for row in rows))


def _names(record: Record, _scheme: Scheme, _form: Format) -> Iterable[str]:
    whole = record.doc_ids[0]
    outlet, _, rest = whole.partition("/")
    record.doc_ids, record.segment_ids = [f"{OUTLET}/{rest if outlet == OUTLET else whole}"], ()
    return [] if outlet == OUTLET else [whole]


def _targets(record: Record, _scheme: Scheme, _form: Format) -> Iterable[str]:
    told, record.target_id = record.target_id, str(record.data["target"])
    return [] if told == record.target_id else [repr(told)]


FORMAT = Format(
    name="semeval",
    suffix=".tsv",
    offsets=Offsets("code points", "none"),
    schemes=("stance-simple",),
    misfit=lambda scheme: misfit(scheme, ANSWERS),
    loses=(
        *without(),
        *known_answers(ANSWERS),
        flat_cells("line breaks and tabs in texts"),
        Rule("outlets of documents", _names),
        Rule("ids of targets", _targets),
    ),
    knows=lambda _path, head: {"Target", "Tweet", "Stance"} <= columns_of(head),
    read=read,
    write=write,
    once=True,
)
