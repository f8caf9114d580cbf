"""`wirecopy corpus stats`: what a dataset holds, counted part by part; memory grows with outlets and languages only.

Beside those, 16 bytes a document for the sizes of families and events. Not covered: sentences by outlet.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corpus.check.reading import told
from corpus.dataset import dataset_of
from corpus.output import Output
from corpus.stats import documents, tables
from corpus.stats.tables import QUANTILES, ROLES, Table

__all__ = ["Stats", "count", "stats"]
MOST_ROWS = 20
TITLES = {
    "outlets": "documents by outlet and language",
    "roles": "paragraphs by outlet, language and role",
    "sentences": "sentences by language and role",
    "families": "families by their number of documents",
    "events": "events by their number of documents",
    "relations": "relations by kind and method",
    "pairs": "translation pairs by languages and method",
    "edits": "edits by rule",
    "suspected": "evidence of machine translation by rule (an aid, no verdict)",
    "rejects": "rejects by reason",
}


@dataclass(frozen=True)
class Stats:
    """The tables: each a list of rows with the same columns, the most frequent first."""

    folder: str
    outlets: Table
    roles: Table
    sentences: Table
    families: Table
    events: Table
    relations: Table
    pairs: Table
    edits: Table
    suspected: Table
    rejects: Table

    def show(self, out: Output) -> None:
        """Print the tables, long ones cut; one JSON object with all rows for programs."""
        if out.json:
            out.data(asdict(self))
            return
        for name, title in TITLES.items():
            rows: Table = getattr(self, name)
            if not rows:
                continue
            out.line(title)
            out.table([_together(row) for row in rows[:MOST_ROWS]])
            if len(rows) > MOST_ROWS:
                out.line(f"and {len(rows) - MOST_ROWS} more; --json has all")
            out.line("")


def stats(*, workspace: Path, corpus: Path | None, out: Output) -> Stats:
    """Count what is in the dataset of a workspace, or in the one in `corpus`, and print it."""
    folder = dataset_of(workspace, corpus)
    with told(folder):
        counted = count(folder)
    counted.show(out)
    return counted


def count(folder: Path) -> Stats:
    """Count a dataset; raise Unreadable where a file of it can't be read."""
    found = documents.take(folder)
    return Stats(
        folder=str(folder),
        outlets=found.outlets(),
        roles=tables.matrix(found.roles, ("outlet", "language")),
        sentences=tables.matrix(tables.counted(folder, "segments", ("language", "role")), ("language",)),
        families=tables.sizes(found.families),
        events=tables.sizes(found.events),
        relations=tables.relations(folder),
        pairs=tables.pairs(folder),
        edits=tables.rules(found.edits),
        suspected=tables.rules(found.evidence),
        rejects=tables.listed(tables.counted(folder, "rejects", ("reason",)), ("reason",)),
    )


def _together(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row for people, that fits 80 columns: what there is of roles, and quantiles, in one column each."""
    roles = {name: value for name, value in row.items() if name in ROLES}
    short = {name: value for name, value in row.items() if name not in roles and name.split(" ")[-1] not in QUANTILES}
    if roles:
        short["roles"] = ", ".join(f"{name} {value}" for name, value in roles.items() if value)
    for measure in ("score", "margin"):
        told = [row[name] for label in QUANTILES if (name := f"{measure} {label}") in row]
        if told:
            label = f"{measure} {' '.join(QUANTILES)}"
            short[label] = " ".join("-" if one is None else f"{one:.3f}" for one in told)
    return short
