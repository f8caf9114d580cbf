"""Segments of a shard: roles of the lines, sentences, and what looks machine-translated.

Leaves `segments.parquet` (part of the dataset) and `labels.arrow`, one row a scanned document:
its title, its paragraphs with their roles, and the evidence that the text itself gives.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import xxhash

from corpus import arrow, parquet
from corpus.engine import Counters
from corpus.features import arrow_schema
from corpus.language import UNKNOWN, line_language
from corpus.machine_translation import evidence
from corpus.roles import assign
from corpus.schema import Document, Evidence, Role, Segment
from corpus.sentences import before_numbers, segment_ids, spans

Line = tuple[int, int]
TITLE = Role.TITLE
NAMES = {Role.BYLINE, Role.CREDIT, Role.DATELINE}  # of people, agencies, months: no language of their own
Labelled = tuple[list[tuple[Role, str]], list[Evidence]]


class Scanned(NamedTuple):
    """What is known of a document; `often` are the numbers of its lines that are frequent in the outlet."""

    doc_id: str
    title: str | None
    language: str
    text: str
    lines: list[Line]
    often: Sequence[int]


@dataclass
class Rows:
    """Sentences on their way to one record batch; what those of a line or of a document share stands there once."""

    doc_ids: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)  # of each document
    roles: list[Role] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)  # sentences of each line
    ids: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    places: list[Line] = field(default_factory=list)

    def add(self, one: Scanned, spans_: Sequence[Line], lines: Sequence[str], roles: Sequence[Role]) -> None:
        """Cut one document into sentences; no sentence crosses a line."""
        text, language = one.text, one.language
        numbers = before_numbers(text)
        cut = [spans(text, start, end, language, numbers) for start, end in spans_]
        flat = list(chain.from_iterable(cut))
        texts = [text[start:end] for start, end in flat]
        self.doc_ids.append(one.doc_id)
        self.lines.append(len(cut))
        self.roles += roles
        self.languages += [
            UNKNOWN if role in NAMES else line_language(line, language) for line, role in zip(lines, roles, strict=True)
        ]
        self.sizes += map(len, cut)
        self.ids += segment_ids(one.doc_id, texts)
        self.texts += texts
        self.places += flat

    def batch(self, schema: Any) -> Any:
        """Return the rows as a record batch."""
        import pyarrow as pa

        document = np.repeat(np.arange(len(self.lines)), self.lines)  # of each line
        line = np.repeat(np.arange(len(self.sizes)), self.sizes)  # of each sentence
        paragraph, index = _numbered(document)[line], _numbered(document[line])
        places = np.fromiter(chain.from_iterable(self.places), np.int64).reshape(-1, 2)
        columns = {
            "segment_id": self.ids,
            "doc_id": _repeated(self.doc_ids, document[line]),
            "index": index,
            "paragraph": paragraph,
            "start": places[:, 0],
            "end": places[:, 1],
            "text": self.texts,
            "role": _repeated(self.roles, line),
            "language": _repeated(self.languages, line),
        }
        return pa.record_batch([pa.array(columns[name], type=schema.field(name).type) for name in schema.names], schema)


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
            for one in _documents(batch, hashes):
                spans_ = [] if number in dropped else one.lines
                told = [one.text[start:end] for start, end in spans_]
                roles = assign(told, spans_, title=one.title, language=one.language, frequent=one.often if told else ())
                kinds = [role for role, _ in roles]
                labelled.append((roles, evidence(one.text, spans_, kinds, one.language) if spans_ else []))
                lines.append(spans_)
                titles.append(one.title or (told[kinds.index(TITLE)] if TITLE in kinds else None))
                rows.add(one, spans_, told, kinds)
                marks.append(xxhash.xxh3_64_intdigest("".join(kinds).encode()))
                number += 1
            put_labels(_labels(labels, titles, lines, labelled))
            counters["segments"] += put(rows.batch(arrow_schema(Segment)))
            counters["paragraphs"] += sum(map(len, lines))
    np.save(folder / "roles.npy", np.array(marks, dtype=np.uint64))
    return counters


def labels_schema() -> Any:
    """Return the schema of `labels.arrow`."""
    import pyarrow as pa

    columns = arrow_schema(Document)
    return pa.schema([columns.field(name) for name in ("title", "paragraphs", "mt_evidence")])


def _documents(batch: Any, hashes: Any) -> Iterator[Scanned]:
    names = ("doc_id", "title", "language", "text")
    columns = [batch.column(name).to_pylist() for name in names]
    spans_ = batch.column("lines")
    starts, ends = (spans_.flatten().field(place).to_numpy().tolist() for place in (0, 1))
    offsets = spans_.offsets.to_numpy().tolist()
    flat = list(zip(starts, ends, strict=True))
    often = np.flatnonzero(np.isin(batch.column("line_keys").flatten().to_numpy(), hashes)).tolist()
    marked = np.searchsorted(often, np.subtract(offsets, offsets[0])).tolist()
    for at, (doc_id, title, language, text) in enumerate(zip(*columns, strict=True)):
        first, last = offsets[at] - offsets[0], offsets[at + 1] - offsets[0]
        numbers = [each - first for each in often[marked[at] : marked[at + 1]]]
        yield Scanned(doc_id, title, language, text, flat[first:last], numbers)


def _repeated(values: Sequence[str], at: Any) -> Any:
    import pyarrow as pa

    taken = pa.array(values, pa.string()).take(pa.array(at))
    # Without the bitmap of nulls, of which there are none: row groups are measured by bytes.
    return pa.Array.from_buffers(taken.type, len(taken), [None, *taken.buffers()[1:]])


def _numbered(owners: Any) -> Any:
    """Return for each of a sorted array the number that it has among its equals, from 0."""
    return np.arange(len(owners)) - np.searchsorted(owners, owners)


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
