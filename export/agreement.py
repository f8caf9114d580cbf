"""Agreement of the annotators on what a release holds: from its own tables, so that anybody can count it again."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from annotation.campaign import Campaign
from annotation.schema import Status
from annotation.schemes.scheme import Scheme
from corpus.config import Adjudication, Config, Workspace
from corpus.config import Campaign as Settings
from corpus.errors import WirecopyError
from export.reading import columns_of
from export.schema import CampaignFacts, FigureFacts

if TYPE_CHECKING:
    import pyarrow as pa

    from annotation.measures.breakdown import Row
    from annotation.measures.gather import Answers

LANGUAGE = "language"
# Of many answers the interval is narrow, and each round takes long: signatures say how many there were.
ROUNDS, FEW_ROUNDS, MANY = 1_000, 200, 20_000
ANSWER = ("key", "annotator", "updated", "status", "origin", "values", "spans")
UNIT = ("key", "languages")


def agreement(facts: CampaignFacts, scheme: Scheme, folder: Path) -> list[FigureFacts]:
    """Return the agreement of a campaign, with intervals: over everything, and the main measure by language."""
    from annotation.measures.breakdown import study

    answers = _answers(facts, scheme, folder)
    if answers is None:
        return []
    rounds = ROUNDS if len(answers) <= MANY else FEW_ROUNDS
    return [_told(row) for row in _few(study(answers, by=[LANGUAGE], rounds=rounds, each_rater=False).figures)]


def _few(rows: "Iterable[Row]") -> "list[Row]":
    """Return the figures over everything, and the first measure of each question by group on all items."""
    from annotation.measures.breakdown import ALL

    main: dict[str, str] = {}
    found = []
    for row in rows:
        first = main.setdefault(row.question, row.measure)
        if not row.group_by or (row.measure == first and row.items == ALL):
            found.append(row)
    return found


def _told(row: "Row") -> FigureFacts:
    given: dict[str, Any] = {name: value for name, value in row.figure._asdict().items() if name != "name"}
    return FigureFacts(**{name: value for name, value in row._asdict().items() if name != "figure"}, **given)


def _answers(facts: CampaignFacts, scheme: Scheme, folder: Path) -> "Answers | None":
    """Return the answers that count, an annotator's newest to a unit; None where there is none."""
    import pyarrow.compute as pc

    from annotation.measures.gather import Answers

    rows = _read(folder / f"{facts.name}_annotations", ANSWER)
    if rows is None or not rows.num_rows:
        return None
    rows = rows.take(_newest(rows))
    rows = rows.filter(pc.equal(rows["status"], str(Status.SUBMITTED)))
    if not rows.num_rows:
        return None
    names, unit = _coded(rows["key"])
    raters, rater = _coded(rows["annotator"])
    told = _units(facts, names, folder)
    return Answers(_campaign(facts, scheme, folder), names.to_pylist(), raters.to_pylist(), unit, rater, rows, told, [])


def _units(facts: CampaignFacts, keys: "pa.Array", folder: Path) -> "pa.Table":
    """Return the label rows of units with an answer."""
    import pyarrow.compute as pc

    units = _read(folder / facts.name, UNIT)
    places = pc.index_in(keys, value_set=units["key"].combine_chunks()) if units is not None else None
    if units is None or places is None or places.null_count:
        lost = keys[0] if places is None else keys.filter(pc.is_null(places))[0]
        where = f"{folder / facts.name}_annotations: an answer to {lost.as_py()}"
        raise WirecopyError(f"{where}, which has no row in {facts.name}", hint="wirecopy export build")
    return units.take(places)


def _newest(rows: "pa.Table") -> Any:
    """Return the place of each annotator's newest row of a unit; of equally new ones the last."""
    _, unit = _coded(rows["key"])
    _, rater = _coded(rows["annotator"])
    _, when = _coded(rows["updated"])
    order = np.lexsort((when, rater, unit))
    last = np.append((np.diff(unit[order]) != 0) | (np.diff(rater[order]) != 0), True)
    return np.sort(order[last])


def _coded(column: "pa.ChunkedArray") -> tuple[Any, Any]:
    """Return the values of a column, sorted, and the place of each row's among them."""
    import pyarrow.compute as pc

    coded = column.combine_chunks().dictionary_encode()
    order = np.asarray(pc.array_sort_indices(coded.dictionary), dtype=np.int64)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return coded.dictionary.take(order), rank[np.asarray(coded.indices.fill_null(0), dtype=np.int64)]


def _read(folder: Path, names: Sequence[str]) -> "pa.Table | None":
    import pyarrow as pa

    found = list(columns_of(folder, names))
    return pa.concat_tables(found) if found else None


def _campaign(facts: CampaignFacts, scheme: Scheme, folder: Path) -> Campaign:
    """Return the campaign as far as measures ask for it: name, scheme, and when answers disagree."""
    settings = Settings(scheme=scheme.id, adjudication=Adjudication(**facts.adjudication))
    return Campaign(facts.name, settings, scheme, Workspace(folder, Config.model_construct(name=facts.name)))
