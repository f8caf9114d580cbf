"""Scan a shard: each input read once, cleaned, and what the whole corpus must know of it.

Leaves `documents.arrow` (all that is known of a document alone), `rejects.arrow`, `raw.arrow`
(pages whose text is an extraction), and arrays, one row a document: `ids` and `texts` (64 bits
of the hashes of id and text), `days`, `languages`, `signatures`; `bands`, `lines`, `anchors`:
keys for the buckets.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus import arrow, readers
from corpus.cleaning import clean
from corpus.engine import Counters
from corpus.features import arrow_schema
from corpus.language import detect
from corpus.paragraphs import paragraphs
from corpus.readers import Input
from corpus.readers.article import Article
from corpus.relations.anchors import anchors, identity
from corpus.relations.events import day
from corpus.relations.minhash import BANDS, PERMUTATIONS, bands, compact, signatures, signed
from corpus.roles import line_key
from corpus.schema import Document, Edit, Raw, Reason, Reject
from corpus.steps import keyed

BATCH_ROWS, BATCH_SIZE = 2_000, 16 << 20
LATER = ("paragraphs", "family_id", "event_id", "mt_suspicion", "mt_evidence")
PLAIN: list[str] = [name for name in Document.model_fields if name not in (*LATER, "edits")]
NO_OUTLET = ""


@dataclass
class Batch:
    """Documents on their way to one record batch."""

    columns: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in PLAIN})
    lines: list[list[tuple[int, int]]] = field(default_factory=list)
    keys: list[list[str]] = field(default_factory=list)  # of the lines
    hashes: list[list[int]] = field(default_factory=list)  # of the keys, in the outlet
    edits: list[list[Edit]] = field(default_factory=list)
    raw: list[tuple[str, bytes]] = field(default_factory=list)
    characters: int = 0
    pages: int = 0  # bytes

    def full(self) -> bool:
        """Tell whether it is time to write."""
        return len(self.lines) >= BATCH_ROWS or self.characters + self.pages >= BATCH_SIZE


def schema() -> Any:
    """Return the schema of `documents.arrow`: the rows of `Document` without what other documents decide."""
    import pyarrow as pa

    known = [one for one in arrow_schema(Document) if one.name not in LATER]
    spans = pa.list_(pa.struct([("start", pa.int64()), ("end", pa.int64())]))
    return pa.schema([*known, ("lines", spans), ("line_keys", pa.list_(pa.uint64()))])


def scan(folder: Path, *, inputs: Sequence[Input], nfc: bool) -> Counters:
    """Read the inputs of one shard; every input becomes a document or a reject."""
    facts = Facts()
    with ExitStack() as stack:
        put = {
            name: stack.enter_context(arrow.writing(folder / f"{name}.arrow", columns))
            for name, columns in (
                ("documents", schema()),
                ("rejects", arrow_schema(Reject)),
                ("raw", arrow_schema(Raw)),
            )
        }
        for batch, rejects in _batches(inputs, nfc):
            put["documents"](_documents(batch))
            put["rejects"](_rows(rejects, arrow_schema(Reject)))
            put["raw"](_rows([Raw(raw_sha256=name, data=data) for name, data in batch.raw], arrow_schema(Raw)))
            facts.add(batch, len(rejects))
    return facts.save(folder)


def _batches(inputs: Sequence[Input], nfc: bool) -> Iterator[tuple[Batch, list[Reject]]]:
    batch, rejects = Batch(), list[Reject]()
    for one in inputs:
        for found in readers.read(one):
            if isinstance(found, Article):
                found = _add(batch, found, nfc) or found
            if isinstance(found, Reject):
                rejects.append(found)
            if batch.full() or len(rejects) >= BATCH_ROWS:
                yield batch, rejects
                batch, rejects = Batch(), []
    yield batch, rejects


def _add(batch: Batch, article: Article, nfc: bool) -> Reject | None:
    text, edits = clean(article.text, nfc=nfc)
    if not text or text.isspace():
        return Reject(source=article.source, reason=Reason.EMPTY, detail="only characters that nobody sees")
    language, score = (article.language, None) if article.language else detect(text)
    row = {
        "doc_id": article.doc_id,
        "source": article.source,
        "outlet": article.outlet,
        "url": article.url,
        "published": article.published,
        "language": language,
        "language_score": score,
        "encoding": article.encoding,
        "title": article.title,
        "text": text,
        "raw_sha256": article.raw_sha256,
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
    }
    for name, values in batch.columns.items():
        values.append(row[name])
    lines = paragraphs(text)
    keys = [line_key(text[start:end]) for start, end in lines]
    name = article.outlet or NO_OUTLET
    batch.lines.append(lines)
    batch.keys.append(keys)
    batch.hashes.append([keyed.line_hash(name, key) for key in keys])
    batch.edits.append(edits)
    batch.characters += len(text)
    if article.html is not None:
        batch.raw.append((article.raw_sha256, article.html))
        batch.pages += len(article.html)
    return None


def _documents(batch: Batch) -> Any:
    import pyarrow as pa

    columns = schema()
    arrays = {name: pa.array(values, type=columns.field(name).type) for name, values in batch.columns.items()}
    flat = [span for lines in batch.lines for span in lines]
    starts, ends = [start for start, _ in flat], [end for _, end in flat]
    arrays["lines"] = arrow.structs(columns.field("lines").type, list(map(len, batch.lines)), [starts, ends])
    hashes = np.fromiter(chain.from_iterable(batch.hashes), np.uint64)
    arrays["line_keys"] = pa.ListArray.from_arrays(arrays["lines"].offsets, pa.array(hashes))
    edits = [one for each in batch.edits for one in each]
    values = [[getattr(one, name) for one in edits] for name in Edit.model_fields]
    arrays["edits"] = arrow.structs(columns.field("edits").type, list(map(len, batch.edits)), values)
    return pa.record_batch([arrays[name] for name in columns.names], schema=columns)


def _rows(rows: Sequence[Any], columns: Any) -> Any:
    import pyarrow as pa

    return pa.RecordBatch.from_pylist([row.model_dump() for row in rows], schema=columns)


EMPTY: dict[str, NDArray[Any]] = {
    "ids": np.zeros(0, np.uint64),
    "texts": np.zeros(0, np.uint64),
    "days": np.zeros(0, np.int64),
    "signatures": np.zeros((0, PERMUTATIONS), np.uint8),
    "bands": np.zeros(0, np.uint64),
    "banded": np.zeros(0, np.int64),
    "anchors": np.zeros(0, np.uint64),
    "named": np.zeros(0, np.int64),
    "lines": np.zeros(0, np.uint64),
    "lengths": np.zeros(0, np.int64),
    "line_outlets": np.zeros(0, np.int64),
}


class Facts:
    """What other shards need to know of this one, as arrays."""

    def __init__(self) -> None:
        self.rejects = self.characters = 0
        self._documents = 0
        self._arrays: dict[str, list[Any]] = {name: [none] for name, none in EMPTY.items()}
        self._languages: list[str] = []
        self._outlets: Counter[str] = Counter()
        self._outlet_places: dict[str, int] = {}

    def add(self, batch: Batch, rejects: int) -> None:
        """Take in one batch."""
        self.rejects += rejects
        columns = batch.columns
        texts, languages = columns["text"], columns["language"]
        if not texts:
            return
        found = signatures(texts)
        self._arrays["ids"].append(keyed.hashes(columns["doc_id"]))
        self._arrays["texts"].append(np.array([int(one[:16], 16) for one in columns["text_sha256"]], dtype=np.uint64))
        self._arrays["days"].append(np.array([day(one) for one in columns["published"]], dtype=np.int64))
        self._arrays["signatures"].append(compact(found))
        whole = np.flatnonzero(signed(found))
        self._arrays["bands"].append(bands(found[whole]).ravel())
        self._arrays["banded"].append(np.repeat(whole + self._documents, BANDS))
        self._languages += languages
        named, offsets = anchors(texts)
        self._arrays["anchors"].append(named)
        self._arrays["named"].append(np.diff(offsets))
        self._add_lines(batch)
        self._documents += len(texts)
        self.characters += batch.characters

    def _add_lines(self, batch: Batch) -> None:
        # Once a document, however often it repeats the line.
        found: dict[str, list[int]] = {"lines": [], "lengths": [], "line_outlets": []}
        for outlet, keys, hashes in zip(batch.columns["outlet"], batch.keys, batch.hashes, strict=True):
            name = outlet or NO_OUTLET
            self._outlets[name] += 1
            lengths = dict(zip(hashes, map(len, keys), strict=True))
            found["lines"] += lengths
            found["lengths"] += lengths.values()
            found["line_outlets"] += [self._place(name)] * len(lengths)
        for name, values in found.items():
            self._arrays[name].append(np.array(values, dtype=EMPTY[name].dtype))

    def _place(self, outlet: str) -> int:
        return self._outlet_places.setdefault(outlet, len(self._outlet_places))

    def save(self, folder: Path) -> Counters:
        """Write the arrays; return the counters of the shard."""
        arrays = {name: np.concatenate(parts) for name, parts in self._arrays.items()}
        keyed.save(folder, "bands", arrays.pop("bands"), arrays.pop("banded"))
        names = sorted(set(self._languages))
        places = {name: place for place, name in enumerate(names)}
        arrays["languages"] = np.array([places[one] for one in self._languages], dtype=np.int32)
        arrays["anchor_offsets"] = np.cumsum(np.append(0, arrays.pop("named")))
        keyed.save(folder, "anchor_counts", *np.unique(identity(arrays["anchors"]), return_counts=True))
        lines, outlets, lengths = (arrays.pop(name) for name in ("lines", "line_outlets", "lengths"))
        keys, first, counts = np.unique(lines, return_index=True, return_counts=True)
        keyed.save(folder, "lines", keys, counts, outlets[first], lengths[first])
        for name, array in arrays.items():
            np.save(folder / f"{name}.npy", array)
        told = {"languages": names, "outlets": [[name, self._outlets[name]] for name in self._outlet_places]}
        (folder / "names.json").write_text(json.dumps(told), encoding="utf-8")
        return {"documents": self._documents, "rejects": self.rejects, "characters": self.characters}
