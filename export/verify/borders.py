"""What must hold of splits: each document in one, each row in that of its documents, nothing close across a border."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from corpus.check.findings import Finding, short
from corpus.check.reading import reading
from corpus.config import SPLIT_NAMES
from export.borders import Borders
from export.leakage import proof
from export.leakage.proof import Leakage
from export.schema import LEAKAGE, MANIFEST, SPLITS, SplitFacts
from export.verify.facts import differences
from export.verify.index import Index
from export.verify.reading import OTHER_BATCH, Release, typed

Found = Iterator[Finding]
TEXT = {"dtype": "string", "_type": "Value"}
MOST = 100  # rows of a column that are named one by one


def ledger(release: Release, index: Index) -> Found:
    """`splits.parquet` lists each document of the release once, in order, and no other."""
    ids = list[str]()
    for data in typed(release.folder / SPLITS, SPLITS, {"doc_id": TEXT, "split": TEXT}, (), OTHER_BATCH):
        for doc_id, split in zip(*(column.to_pylist() for column in data.columns), strict=True):
            ids.append(doc_id or "")
            if split not in SPLIT_NAMES:
                yield Finding(f"split {short(split)}", SPLITS, len(ids), doc_id)
    for at, (left, right) in enumerate(pairwise(ids), 2):
        if left >= right:
            yield Finding("stands twice, or not in order", SPLITS, at, right)
    numbers = index.numbers(ids)
    for at in np.flatnonzero(numbers < 0).tolist():
        yield Finding("is no document of the release", SPLITS, at + 1, ids[at])
    if lost := len(index.ids) - len(set(numbers[numbers >= 0].tolist())):
        yield Finding(f"{lost} documents of the release are not listed", SPLITS)


def rows(release: Release) -> Found:
    """Each row lies in the split that `splits.parquet` gives its documents."""
    borders = Borders({doc: split for doc, split in release.ledger.items() if split in SPLIT_NAMES})
    for one in release.facts.configs:
        columns = [name for name in ("doc_ids", "doc_id", "left", "right") if name in one.features]
        for batch in release.batches(one, columns[:1] if "doc" in columns[0] else columns):
            codes = borders.of(batch.data)
            for at in np.flatnonzero(codes != batch.split)[:MOST].tolist():
                where = "in no split, or in several" if codes[at] < 0 else f"in {SPLIT_NAMES[codes[at]]}"
                yield Finding(f"splits.parquet has its documents {where}", *batch.place(at))


def documents(release: Release, index: Index) -> Found:
    """The facts count the documents of each split as they are."""
    held = Counter(dict(zip(*np.unique(index.splits, return_counts=True), strict=True)))
    for code, split in enumerate(SPLIT_NAMES):
        told = release.facts.splits.documents.get(split, 0)
        if told != held[code]:
            yield Finding(f"{told} documents in {split} where there are {held[code]}", MANIFEST)


def leakage(release: Release) -> Found:
    """`leakage.json` says what the facts say, and what it names lies where it says, below the score of a leak."""
    with reading(LEAKAGE):
        told = Leakage.model_validate_json((release.folder / LEAKAGE).read_bytes())
    due, settings = (one.model_dump(mode="json") for one in (release.facts.leakage, release.facts.splits))
    ledger, gone = release.ledger, bool(release.facts.takedowns)
    found = list(differences("leakage", proof.facts(told).model_dump(mode="json"), due))
    # What both tell of the splits. A source that was taken down is no longer in the counts of one of them.
    for name in [] if gone else sorted(Leakage.model_fields.keys() & SplitFacts.model_fields.keys()):
        value = getattr(told, name)
        found += differences(f"splits.{name}", len(value) if isinstance(value, list) else value, settings[name])
    for place, is_, should in found:
        yield Finding(f"{place} is {short(is_)} by this file, {short(should)} in the facts", LEAKAGE)
    least = {one.kind: one.strong_from for one in told.checked}
    for one in told.closest:
        names, splits = (one.link.left, one.link.right), {ledger.get(one.link.left), ledger.get(one.link.right)}
        if splits != set(one.border) and not (gone and None in splits):
            yield Finding(f"{' and '.join(names)} are not in {' and '.join(one.border)}", LEAKAGE)
        limit = least.get(one.link.kind)
        if limit is not None and one.link.score >= limit and set(names) not in _pairs(told):
            yield Finding(f"{' and '.join(names)}: {one.link.kind} {one.link.score} is a leak", LEAKAGE)
    for move in told.moves:
        if ledger.get(move.doc_id, move.after) != move.after:
            yield Finding(f"{move.doc_id} is in {ledger[move.doc_id]}, not in {move.after}", LEAKAGE)


def _pairs(told: Leakage) -> list[set[str]]:
    return [{one.left, one.right} for one in told.distinct]
