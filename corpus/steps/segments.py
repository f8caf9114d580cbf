"""Segments of a shard: roles of the lines, sentences, and what looks machine-translated.

Leaves `segments.parquet` (part of the dataset) and `labels.arrow`, one row a scanned document:
its title, its paragraphs with their roles, and the evidence that the text itself gives.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import xxhash

from corpus import arrow, parquet
from corpus.engine import Counters
from corpus.features import arrow_schema
from corpus.language import UNKNOWN, line_language
from corpus.machine_translation import evidence
from corpus.roles import assign
from corpus.schema import Document, Evidence, Role, Segment
from corpus.sentences import segment_ids, spans
from corpus.steps import keyed

Line = tuple[int, int]
NAMES = {Role.BYLINE, Role.CREDIT, Role.DATELINE}  # of people, agencies, months: no language of their own
Labelled = tuple[list[tuple[Role, str]], list[Evidence]]


class Frequent(Collection[str]):
    """The lines that are frequent in one outlet, by their keys."""

    def __init__(self, outlet: str, hashes: frozenset[int]) -> None:
        self._outlet = outlet
        self._hashes = hashes

    def __contains__(self, key: object) -> bool:
        """Tell whether a line stands in many documents of the outlet."""
        return bool(self._hashes) and keyed.line_hash(self._outlet, str(key)) in self._hashes

    def __iter__(self) -> Iterator[str]:
        """Refuse: only hashes are kept."""
        raise TypeError("the lines themselves are not kept")

    def __len__(self) -> int:
        """Return how many there are in the shard."""
        return len(self._hashes)


@dataclass
class Rows:
    """Columns of segments on their way to one record batch."""

    columns: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in Segment.model_fields})

    def add(self, doc_id: str, text: str, lines: Sequence[Line], roles: Sequence[Role], language: str) -> None:
        """Cut one document into sentences; no sentence crosses a line."""
        cut = [
            (place, start, end)
            for place, (first, last) in enumerate(lines)
            for start, end in spans(text, first, last, language)
        ]
        languages = [
            UNKNOWN if role in NAMES else line_language(text[start:end], language)
            for (start, end), role in zip(lines, roles, strict=True)
        ]
        texts = [text[start:end] for _, start, end in cut]
        columns = self.columns
        columns["segment_id"] += segment_ids(doc_id, texts)
        columns["doc_id"] += [doc_id] * len(cut)
        columns["index"] += range(len(cut))
        columns["paragraph"] += [place for place, _, _ in cut]
        columns["start"] += [start for _, start, _ in cut]
        columns["end"] += [end for _, _, end in cut]
        columns["text"] += texts
        columns["role"] += [roles[place] for place, _, _ in cut]
        columns["language"] += [languages[place] for place, _, _ in cut]


def segments(folder: Path, *, scan: Path, frequent: Sequence[int], dropped: Collection[int]) -> Counters:
    """Label and cut the documents of one shard; `dropped` are the numbers of those whose id is taken."""
    hashes = frozenset(frequent)
    counters = {"segments": 0, "paragraphs": 0}
    labels = labels_schema()
    marks: list[int] = []
    number = 0
    with (
        parquet.writing(folder / "segments.parquet", arrow_schema(Segment)) as put,
        arrow.writing(folder / "labels.arrow", labels) as put_labels,
    ):
        for batch in arrow.batches(scan / "documents.arrow"):
            rows, labelled, lines, titles = Rows(), list[Labelled](), list[list[Line]](), list[str | None]()
            for doc_id, outlet, title, language, text, cuts in _documents(batch):
                spans_ = [] if number in dropped else cuts
                roles = assign(text, spans_, title=title, language=language, frequent=Frequent(outlet, hashes))
                kinds = [role for role, _ in roles]
                labelled.append((roles, evidence(text, spans_, kinds, language) if spans_ else []))
                lines.append(spans_)
                inside = next((span for span, kind in zip(spans_, kinds, strict=True) if kind is Role.TITLE), None)
                titles.append(title or (text[slice(*inside)] if inside else None))
                rows.add(doc_id, text, spans_, kinds, language)
                marks.append(xxhash.xxh3_64_intdigest("".join(kinds).encode()))
                number += 1
            put_labels(_labels(labels, titles, lines, labelled))
            counters["segments"] += put(_batch(rows.columns, arrow_schema(Segment)))
            counters["paragraphs"] += sum(map(len, lines))
    np.save(folder / "roles.npy", np.array(marks, dtype=np.uint64))
    return counters


def labels_schema() -> Any:
    """Return the schema of `labels.arrow`."""
    import pyarrow as pa

    columns = arrow_schema(Document)
    return pa.schema([columns.field(name) for name in ("title", "paragraphs", "mt_evidence")])


def _documents(batch: Any) -> Iterator[tuple[str, str, str | None, str, str, list[Line]]]:
    names = ("doc_id", "outlet", "title", "language", "text")
    columns = [batch.column(name).to_pylist() for name in names]
    lines = batch.column("lines")
    starts, ends = (lines.flatten().field(place).to_numpy().tolist() for place in (0, 1))
    offsets = lines.offsets.to_numpy().tolist()
    flat = list(zip(starts, ends, strict=True))
    for at, (doc_id, outlet, title, language, text) in enumerate(zip(*columns, strict=True)):
        yield doc_id, outlet or "", title, language, text, flat[offsets[at] - offsets[0] : offsets[at + 1] - offsets[0]]


def _batch(columns: dict[str, list[Any]], schema: Any) -> Any:
    import pyarrow as pa

    arrays = [pa.array(columns[name], type=schema.field(name).type) for name in schema.names]
    return pa.record_batch(arrays, schema=schema)


def _labels(
    schema: Any, titles: Sequence[str | None], lines: Sequence[Sequence[Line]], labelled: Sequence[Labelled]
) -> Any:
    import pyarrow as pa

    flat = [span for each in lines for span in each]
    roles = [one for each, _ in labelled for one in each]
    columns: list[list[Any]] = [
        [s for s, _ in flat],
        [e for _, e in flat],
        [role for role, _ in roles],
        [rule for _, rule in roles],
    ]
    paragraphs = arrow.structs(schema.field("paragraphs").type, list(map(len, lines)), columns)
    found = [one for _, each in labelled for one in each]
    values = [[getattr(one, name) for one in found] for name in Evidence.model_fields]
    shown = arrow.structs(schema.field("mt_evidence").type, [len(each) for _, each in labelled], values)
    return pa.record_batch([pa.array(titles, pa.string()), paragraphs, shown], schema=schema)
