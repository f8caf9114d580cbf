"""Segments of a shard: roles of the lines, sentences, and what looks machine-translated.

Leaves `segments.parquet` (part of the dataset) and `labels.arrow`, one row a scanned document:
its title, its paragraphs with their roles, and the evidence that the text itself gives.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, compress, repeat
from pathlib import Path
from typing import Any

import numpy as np
import xxhash

from corpus import arrow, parquet
from corpus.engine import Counters
from corpus.features import arrow_schema
from corpus.language import UNKNOWN, line_language
from corpus.machine_translation import evidence
from corpus.roles import assign, line_key
from corpus.schema import Document, Evidence, Role, Segment
from corpus.sentences import before_numbers, segment_ids, spans

Line = tuple[int, int]
NAMES = {Role.BYLINE, Role.CREDIT, Role.DATELINE}  # of people, agencies, months: no language of their own
Labelled = tuple[list[tuple[Role, str]], list[Evidence]]


@dataclass
class Rows:
    """Columns of segments on their way to one record batch."""

    columns: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in Segment.model_fields})

    def add(self, doc_id: str, text: str, lines: Sequence[Line], roles: Sequence[Role], language: str) -> None:
        """Cut one document into sentences; no sentence crosses a line."""
        numbers = before_numbers(text)
        cut = [spans(text, start, end, language, numbers) for start, end in lines]
        sizes = list(map(len, cut))
        flat = [span for each in cut for span in each]
        languages = [
            UNKNOWN if role in NAMES else line_language(text[start:end], language)
            for (start, end), role in zip(lines, roles, strict=True)
        ]
        texts = [text[start:end] for start, end in flat]
        columns = self.columns
        columns["segment_id"] += segment_ids(doc_id, texts)
        columns["doc_id"] += [doc_id] * len(flat)
        columns["index"] += range(len(flat))
        columns["paragraph"] += chain.from_iterable(map(repeat, range(len(sizes)), sizes))
        columns["start"] += [start for start, _ in flat]
        columns["end"] += [end for _, end in flat]
        columns["text"] += texts
        columns["role"] += chain.from_iterable(map(repeat, roles, sizes))
        columns["language"] += chain.from_iterable(map(repeat, languages, sizes))


def segments(folder: Path, *, scan: Path, frequent: Sequence[int], dropped: Collection[int]) -> Counters:
    """Label and cut the documents of one shard; `dropped` are the numbers of those whose id is taken."""
    hashes = np.array(frequent, dtype=np.uint64)
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
            for doc_id, title, language, text, cuts, often in _documents(batch, hashes):
                spans_ = [] if number in dropped else cuts
                keys = {line_key(text[start:end]) for start, end in often}
                roles = assign(text, spans_, title=title, language=language, frequent=keys)
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


def _documents(batch: Any, hashes: Any) -> Iterator[tuple[str, str | None, str, str, list[Line], list[Line]]]:
    """Yield id, title, language and text, the lines, and those of them that are frequent in the outlet."""
    names = ("doc_id", "title", "language", "text")
    columns = [batch.column(name).to_pylist() for name in names]
    spans_ = batch.column("lines")
    starts, ends = (spans_.flatten().field(place).to_numpy().tolist() for place in (0, 1))
    offsets = spans_.offsets.to_numpy().tolist()
    flat = list(zip(starts, ends, strict=True))
    often = np.isin(batch.column("line_keys").flatten().to_numpy(), hashes)
    many = np.concatenate(([0], np.cumsum(often))).tolist()
    often = often.tolist()
    for at, (doc_id, title, language, text) in enumerate(zip(*columns, strict=True)):
        first, last = offsets[at] - offsets[0], offsets[at + 1] - offsets[0]
        lines = flat[first:last]
        marked = list(compress(lines, often[first:last])) if many[last] > many[first] else []
        yield doc_id, title, language, text, lines, marked


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
