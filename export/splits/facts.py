"""What splits are made from, read from the built corpus and the labels, column by column."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from annotation.campaign import Campaign
from annotation.schemes.scheme import Choice
from corpus.config import Workspace
from corpus.dataset import parts
from corpus.parquet import read_batches, read_columns
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

    paths = parts(workspace.corpus, "documents")
    table = pa.concat_tables([read_columns(path, COLUMNS) for path in paths]).sort_by("doc_id")
    ids = table["doc_id"].to_pylist()
    marks = {kind: table[column].to_pylist() for kind, column in MARKS.items()}
    authors = dict(_authors(paths)) if "author" in workspace.config.splits.links else {}
    marks["author"] = [authors.get(doc) for doc in ids]
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


def _authors(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Yield the id of each document that has bylines, and these as one text."""
    for path in paths:
        for batch in read_batches(path, ("doc_id", "text", "paragraphs")):
            for doc, text, paragraphs in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                lines = [text[one["start"] : one["end"]] for one in paragraphs if one["role"] == Role.BYLINE]
                if author := " ".join(" ".join(lines).split()).casefold():
                    yield doc, author
