"""Ratings out of other people's files as columns, by the names that the file has for categories."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from annotation.answers.newest import counted
from annotation.interchange.google_mqm import CLEAN, COLUMNS, DOMAIN, RENAMED, TAG
from annotation.interchange.lines import table
from annotation.interchange.rows import Collector
from annotation.measures.scores.rated import Rated, Rating, item_of, names_of, rated, words_of
from annotation.schema import Annotation, Task
from annotation.schemes import load
from annotation.schemes.scheme import Scheme

WHEEL = "hotw-test"


def rated_rows(scheme: Scheme, tasks: Iterable[Task], annotations: Iterable[Annotation]) -> Rated:
    """Return tasks and annotations of a translation scheme as columns; controls and skips are left out."""
    units = {task.key: task for task in tasks if task.control is None}
    return rated(_rating(scheme, units[one.key], one) for one in counted(annotations) if one.key in units)


def rated_tsv(path: Path) -> tuple[Rated, list[str]]:
    """Return Google's MQM ratings as columns, straight from the rows of a file, and what is odd in it.

    Each row is one error, whatever it marks and also in a category that no scheme of ours has. Answers to
    hands-on-the-wheel tests are none.
    """
    into = Collector(load("translation-mqm", Path()))
    pair = pair_in(path)
    ratings: dict[tuple[str, ...], Rating] = {}
    for _, row in table(path, COLUMNS, into, RENAMED):
        category, severity = row["category"].strip(), row["severity"].strip()
        if not row["rater"] or severity.casefold() == WHEEL:
            continue
        key = (row["system"], row["doc"], row["doc_id"], row["seg_id"], row["rater"])
        one = ratings.setdefault(key, _row(row, pair))
        if category.casefold() != CLEAN.casefold():
            ratings[key] = one._replace(errors=[*one.errors, (category, severity)])
    return rated(_distinct(ratings)), [f"line {one.line}: {one.cause}" for one in into.issues]


def _row(row: dict[str, str], pair: str) -> Rating:
    return Rating(
        unit=f"{row['system']}/{row['doc']}#{row['seg_id']}",
        rater=row["rater"],
        document=f"{row['system']}/{row['doc']}",
        outlet=row["system"],
        item=item_of([row["doc"]], [row["seg_id"]]),
        pair=pair,
        domain=row.get(DOMAIN, ""),
        words=words_of(TAG.sub("", row["source"]), pair.partition("-")[0]),
    )


def _distinct(ratings: dict[tuple[str, ...], Rating]) -> Iterator[Rating]:
    """Yield ratings with units told apart by their place in the document, where the file numbers all alike."""
    places = {(doc, place) for _, doc, place, _, _ in ratings}
    numbered = len({(doc, number) for _, doc, _, number, _ in ratings}) >= len(places)
    for (system, doc, place, _, _), one in ratings.items():
        yield one if numbered else one._replace(unit=f"{system}/{doc}#{place}", item=item_of([doc], [place]))


def pair_in(path: Path) -> str:
    """Return the language pair that a file's name tells: `en-de` of `mqm_ted_ende.tsv`, or nothing."""
    last = path.name.partition(".")[0].replace("-", "").split("_")[-1]
    return f"{last[:2]}-{last[2:]}" if len(last) == 4 and last.isascii() and last.isalpha() and last.islower() else ""


def _rating(scheme: Scheme, task: Task, one: Annotation) -> Rating:
    values = {name: float(value) for name, value in one.values.items() if isinstance(value, int | float)}
    return Rating(
        unit=task.key,
        rater=one.annotator,
        document=task.doc_ids[-1],
        outlet=task.doc_ids[-1].partition("/")[0],
        item=item_of(task.doc_ids, task.segment_ids),
        errors=[names_of(scheme, span.question, span.label, span.severity) for span in one.spans],
        numbers=values,
        pair="-".join(task.languages),
        domain=task.stratum or "",
        words=words_of(str(task.data.get("source_text", "")), task.languages[0] if task.languages else ""),
        updated=one.updated,
        origin=str(one.origin),
    )
