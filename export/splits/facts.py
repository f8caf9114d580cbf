"""What splits are made from, read from the built corpus and the labels, column by column."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from annotation.campaign import Campaign
from annotation.schemes.scheme import Choice
from corpus.config import Workspace
from corpus.dataset import parts
from corpus.parquet import read_columns
from corpus.schema import Role
from export.splits.together import Amounts, Documents

if TYPE_CHECKING:
    import pyarrow as pa

MARKS = {"family": "family_id", "text": "text_sha256", "event": "event_id", "outlet": "outlet"}
COLUMNS = ("doc_id", "published", *MARKS.values())
Units = list[tuple[Sequence[str], str | None]]


def facts(workspace: Workspace, campaigns: Iterable[Campaign]) -> Documents:
    """Return what is known of every document of the corpus."""
    import pyarrow as pa

    wanted = (*COLUMNS, "text", "paragraphs") if "author" in workspace.config.splits.links else COLUMNS
    tables = [read_columns(path, wanted) for path in parts(workspace.corpus, "documents")]
    table = pa.concat_tables(tables).sort_by("doc_id")
    ids = table["doc_id"].to_pylist()
    marks = {kind: table[column].to_pylist() for kind, column in MARKS.items()}
    marks["author"] = _authors(table) if "text" in wanted else [None] * len(ids)
    places = {doc: at for at, doc in enumerate(ids)}
    units, names, columns = Units(), list[str](), list[Amounts]([np.ones(len(ids))])
    for one in campaigns:
        found = read_columns(one.folder / "labels.parquet", ("doc_ids", "target_id", *_choices(one)))
        docs = found["doc_ids"].to_pylist()
        units += [(given, target) for given, target in zip(docs, found["target_id"].to_pylist(), strict=True)]
        for name, amounts in _counted(one, found, docs, places):
            names.append(name)
            columns.append(amounts)
    return Documents(ids, marks, table["published"].to_pylist(), np.column_stack(columns), names, units)


def _choices(campaign: Campaign) -> dict[str, list[str]]:
    """Return the options of each choice."""
    asked = [one for one in campaign.scheme.questions if isinstance(one, Choice)]
    return {one.name: [option.value for option in one.options] for one in asked}


def _counted(
    campaign: Campaign, labels: "pa.Table", docs: list[list[str]], places: dict[str, int]
) -> Iterator[tuple[str, Amounts]]:
    """Yield for each label how many units of each document have it."""
    unit = np.repeat(np.arange(len(docs)), [len(one) for one in docs])
    document = np.array([places[doc] for given in docs for doc in given], dtype=np.int64)
    for question, options in _choices(campaign).items():
        label: Any = labels[question].fill_null(-1).to_numpy()[unit]
        for code, option in enumerate(options):
            chosen = document[label == code]
            if len(chosen):
                amounts = np.bincount(chosen, minlength=len(places)).astype(np.float64)
                yield f"{campaign.name}/{question}/{option}", amounts


def _authors(table: "pa.Table") -> list[str | None]:
    """Return the bylines of each document as one text."""
    found: list[str | None] = []
    for text, paragraphs in zip(table["text"].to_pylist(), table["paragraphs"].to_pylist(), strict=True):
        lines = [text[one["start"] : one["end"]] for one in paragraphs if one["role"] == Role.BYLINE]
        found.append(" ".join(" ".join(lines).split()).casefold() or None)
    return found
