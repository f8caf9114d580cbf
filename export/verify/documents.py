"""What must hold of documents and segments: the contract of the corpus, read split by split, side by side.

The laws are those of `corpus check`. Without text (stand-off) only those of order, place and vocabulary are left.
Not covered: `raw_sha256` of what was extracted from a page, since a release has no pages.
"""

import re
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

from corpus.check import documents as laws
from corpus.check.findings import Finding, short
from corpus.check.reading import Batch as Typed
from corpus.check.reading import Row
from corpus.language import UNKNOWN, line_language
from corpus.steps.segments import NAMES
from export.schema import Table
from export.shards import replaced
from export.standoff import TEXTS
from export.verify.index import Index
from export.verify.reading import Batch, Release

Checks = dict[str, Callable[..., Any]]
PLAIN = re.compile(r"\.(txt|md|jsonl|csv|tsv|parquet)\b[^/.]*$")  # sources whose text is no extraction


def raw_sha256(one: dict[str, Any]) -> Iterator[str]:
    """`raw_sha256` is the hash of the text with its edits taken back, where the source is no page."""
    return laws.raw_sha256(one, ()) if PLAIN.search(one["source"]) else iter(())


def paragraph_edges(one: dict[str, Any]) -> Iterator[str]:
    """A paragraph begins and ends with a letter or sign, not with white space."""
    for at, part in enumerate(one["paragraphs"]):
        piece = one["text"][part["start"] : part["end"]]
        if piece != piece.strip():
            yield f"paragraph {at} [{part['start']}:{part['end']}] begins or ends with white space"


def segment_language(one: dict[str, Any], segments: laws.Segments) -> laws.Placed:
    """A segment has its paragraph's language: none of names, and another than the document's where its text says so."""
    known = dict[int, str]()
    for at, part in enumerate(segments):
        place, found = part["paragraph"], part["language"]
        if known.setdefault(place, found) != found:
            yield at, f"language {short(found)}, where the paragraph has {short(known[place])}"
        elif part["role"] in NAMES and found != UNKNOWN:
            yield at, f"language {short(found)} of a {part['role']}"
        elif found not in (UNKNOWN, one["language"]) and 0 <= place < len(one["paragraphs"]):
            home = one["paragraphs"][place]
            if (due := line_language(one["text"][home["start"] : home["end"]], one["language"])) != found:
                yield at, f"language {short(found)}, where the text of its paragraph is {short(due)}"


DOCUMENT: Checks = {
    "text-sha256": laws.text_sha256,
    "raw-sha256": raw_sha256,
    "paragraph-spans": laws.paragraph_spans,
    "paragraph-edges": paragraph_edges,
    "paragraph-cover": laws.paragraph_cover,
    "paragraph-roles": laws.paragraph_roles,
    "edits": laws.edits,
    "language-score": laws.language_score,
    "suspicion": laws.suspicion,
    "evidence": laws.evidence,
}
SEGMENT: Checks = {
    "segment-text": laws.segment_text,
    "segment-paragraph": laws.segment_paragraph,
    "segment-role": laws.segment_role,
    "segment-index": laws.segment_index,
    "segment-order": laws.segment_order,
    "segment-cover": laws.segment_cover,
    "segment-id": laws.segment_id,
    "segment-language": segment_language,
}
NEED_TEXT = {
    "text-sha256",
    "raw-sha256",
    "paragraph-edges",
    "paragraph-cover",
    "edits",
    "segment-text",
    "segment-cover",
    "segment-id",
    "segment-language",
}
Named = tuple[str, Finding]
LOST = "its document is not in this split, or not in this order"
NO_MORE: tuple[int, list[Row]] = (1 << 62, [])


def rows(release: Release, index: Index) -> Iterator[Named]:
    """Yield what is wrong with each document and its segments, with the name of the law."""
    bare = [{name: law for name, law in laws.items() if name not in NEED_TEXT} for laws in (DOCUMENT, SEGMENT)]
    for split in range(3):
        for found in _wholes(release, index, split):
            if isinstance(found, Finding):
                yield "segment-document", found
                continue
            document, mine = found
            wanted, segmented = (DOCUMENT, SEGMENT) if document.values["text"] is not None else bare
            document = _blank(document)
            for name, law in wanted.items():
                yield from ((name, _at(document, what)) for what in law(document.values))
            indices = [int(one.values["index"]) for one in mine]
            if indices != sorted(indices):
                yield "segment-document", _at(mine[0], "the segments of its document are not in their order")
                mine.sort(key=lambda one: int(one.values["index"]))
            values = [one.values for one in mine]
            for name, law in segmented.items():
                for at, what in law(document.values, values):
                    yield name, _at(document if at is None else mine[at], what)


def values(release: Release) -> Iterator[Finding]:
    """No value is missing where the contract of documents, segments and pairs wants one."""
    for kind in (Table.DOCUMENTS, Table.SEGMENTS, Table.PAIRS):
        for batch in release.batches(release.config(kind)):
            data = _filled(batch.data, kind) if release.textless else batch.data
            for at, column in Typed(batch.file, batch.first, kind, data).lacking:
                yield Finding(f"no value in '{column}'", *batch.place(at))


def _wholes(release: Release, index: Index, split: int) -> Iterator[tuple[Row, list[Row]] | Finding]:
    """Yield each document of a split with its segments, and the segments that are not where their document is."""
    segments = (row for _, row in _rows(release, Table.SEGMENTS, split))
    groups = groupby(segments, key=lambda one: str(one.values["doc_id"]))
    waiting: tuple[int, list[Row]] | None = None
    for number, document in _rows(release, Table.DOCUMENTS, split):
        while waiting is None or waiting[0] < number:
            if waiting is not None:
                yield _at(waiting[1][0], LOST)
            doc_id, found = next(groups, (None, iter(())))
            waiting = (index.place(doc_id, split), list(found)) if doc_id is not None else NO_MORE
        mine, waiting = (waiting[1], None) if waiting[0] == number else ([], waiting)
        yield document, mine
    if waiting and waiting[1]:
        yield _at(waiting[1][0], LOST)
    for _, found in groups:
        yield _at(next(found), LOST)


def _rows(release: Release, kind: Table, split: int) -> Iterator[tuple[int, Row]]:
    """Yield the rows of a split with their places in it; those that lack a value are passed over."""
    config, before = release.config(kind), 0
    for shard in release.shards(config.name) if config else []:
        if config is None or shard.split != split:
            continue
        last = 0
        for batch in release.shard(config, shard):
            found = whole(batch) if release.textless else Typed(batch.file, batch.first, kind, batch.data).rows()
            yield from ((before + one.row - 1, one) for one in found)
            last = batch.first + batch.data.num_rows - 1
        before += last


def whole(batch: Batch) -> Iterator[Row]:
    """Yield all rows, also those that lack a value."""
    for at, row in enumerate(batch.data.to_pylist()):
        yield Row(batch.file, batch.first + at, row)


def _filled(data: Any, kind: Table) -> Any:
    """Put blanks for texts, so that only what may never be missing is."""
    import pyarrow as pa

    for path in TEXTS[kind]:
        data = replaced(data, path, lambda parent: pa.repeat("", len(parent)))
    return data


def _blank(row: Row) -> Row:
    """Put blanks where a text is missing: what is left of the laws asks for its length only."""
    if row.values["text"] is not None:
        return row
    end = max((part["end"] for part in row.values["paragraphs"]), default=0)
    return Row(row.file, row.row, row.values | {"text": " " * end})


def _at(row: Row, what: str) -> Finding:
    return Finding(what, row.file, row.row, row.values["doc_id"])
