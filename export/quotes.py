"""Sentences of articles in what annotators typed: the names of holders, remarks, answers in words.

A release without text must not have them either. A part of a sentence may be quoted.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.errors import WirecopyError
from export.schema import ConfigFacts, Manifest, Table
from export.shards import batches, shards

if TYPE_CHECKING:
    import pyarrow as pa

SHORTEST = 20  # characters: what is shorter is a name, or a word or two
TYPED = ("holder_name", "comment", "adjudication_reason", "values")
Typed = tuple[str, list[str], str, str]  # file, documents, column, what was typed
HINTS = {"holder_name": "give that holder a shorter name, then: wirecopy annotation pull"}


def check(folder: Path, release: Manifest) -> None:
    """Raise WirecopyError where an annotator typed a whole sentence of an article, with the place."""
    typed = [one for config in release.facts.configs for one in _typed(folder, config)]
    if not typed:
        return
    sentences = _sentences(folder, {doc for _, docs, _, _ in typed for doc in docs})
    for where, docs, column, text in typed:
        for doc in docs:
            if any(sentence in text for sentence in sentences.get(doc, ())):
                raise WirecopyError(
                    f"{where}: '{column}' quotes a sentence of {doc}, which a release without text must not have",
                    hint=HINTS.get(column, "build the release without the annotators' remarks: wirecopy export build"),
                )


def _typed(folder: Path, config: ConfigFacts) -> Iterator[Typed]:
    """Yield what is long enough to hold a sentence."""
    if config.table not in (Table.LABELS, Table.ANNOTATIONS):
        return
    for path in shards(folder, config.name):
        row = 1
        for batch in batches(path):
            for column, texts, rows in _columns(batch):
                for at in np.flatnonzero(_long(texts)).tolist():
                    here = rows[at]
                    where = f"{path.relative_to(folder)}: row {row + here}"
                    yield where, batch.column("doc_ids")[here].as_py(), column, texts[at].as_py()
            row += batch.num_rows


def _columns(batch: "pa.RecordBatch") -> "Iterator[tuple[str, pa.Array, Any]]":
    """Yield the name of each typed column or field, its values, and the row of each."""
    import pyarrow as pa

    for name in batch.schema.names:
        column, rows = batch.column(name), np.arange(batch.num_rows)
        if pa.types.is_list(column.type) and pa.types.is_struct(column.type.value_type):
            rows = np.repeat(rows, np.diff(np.asarray(column.offsets)))
            column = column.flatten()
        fields = list(column.type) if pa.types.is_struct(column.type) else []
        for field in fields:
            if pa.types.is_string(field.type) and (field.name in TYPED or name in TYPED):
                yield field.name, column.field(field.name), rows
        if name in TYPED and pa.types.is_string(column.type):
            yield name, column, rows


def _long(texts: "pa.Array") -> Any:
    import pyarrow.compute as pc

    return np.asarray(pc.fill_null(pc.greater_equal(pc.utf8_length(texts), SHORTEST), fill_value=False))


def _sentences(folder: Path, docs: set[str]) -> dict[str, list[str]]:
    import pyarrow as pa
    import pyarrow.compute as pc

    wanted = pa.array(sorted(docs), pa.string())
    found: dict[str, list[str]] = {}
    for path in shards(folder, Table.SEGMENTS):
        for batch in batches(path, ("doc_id", "text")):
            mine = batch.filter(pc.is_in(batch.column("doc_id"), value_set=wanted))
            for doc, text in zip(mine.column("doc_id").to_pylist(), mine.column("text").to_pylist(), strict=True):
                if len(text) >= SHORTEST:
                    found.setdefault(doc, []).append(text)
    return found
