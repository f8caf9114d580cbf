"""The released answers of a campaign: each alone, and to be found by unit.

All answers of a campaign lie in memory as Arrow columns, sorted by unit: some 600 bytes each.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from annotation.schema import Annotation, Origin, Status
from annotation.schemes.scheme import Choice, Number, Scheme, Spans
from corpus.check.findings import Finding, short
from corpus.steps.keyed import hashes
from export.schema import ConfigFacts
from export.verify import units
from export.verify.reading import Release
from export.verify.votes import TIME

UNIT = ("key", "campaign", "doc_ids", "segment_ids", "target_id", "paragraph")
ASKED = ("status", "origin", "scheme_hash", "guideline_version", "values", "spans")
COUNTED = ("key", "doc_ids", "annotator", "status", "origin", "updated", "values", "spans")
WANTED = [name for name, field in Annotation.model_fields.items() if NoneType not in get_args(field.annotation)]
PARTS = ("doc_ids", "segment_ids", "contradictions")
FORMS = {"annotation_id": r"\S", "payload": "^[0-9a-f]{16}$", "created": TIME, "updated": TIME}
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Answers:
    """The answers of a campaign; `keys` are the hashes of their units, in order, `place` is file and row of each."""

    table: Any
    keys: NDArray[np.uint64]
    files: Sequence[str]
    file: Places
    row: Places

    def of(self, wanted: Sequence[str]) -> list[dict[int, dict[str, Any]]]:
        """Return the answers to each of some units by their number, in the order of their rows."""
        asked = hashes(wanted)
        low, high = np.searchsorted(self.keys, asked, "left"), np.searchsorted(self.keys, asked, "right")
        numbers = [range(first, last) for first, last in zip(low.tolist(), high.tolist(), strict=True)]
        rows = iter(self.table.take(np.array([at for some in numbers for at in some], np.int64)).to_pylist())
        return [{at: next(rows) for at in some} for some in numbers]

    def finding(self, at: int, what: str) -> Finding:
        """Return a violation at one answer."""
        return Finding(what, self.files[self.file[at]], int(self.row[at]))

    def out_of_order(self, labels: NDArray[np.uint64]) -> Iterator[Finding]:
        """The answers to a unit stand together, and units are in the order of their labels."""
        place = np.lexsort((self.row, self.file))
        keys = self.keys[place]
        place = place[np.append(True, keys[1:] != keys[:-1])[: len(keys)]]
        # Without an answer there is a label by adjudication, without a label there are skips.
        place = place[np.isin(self.keys[place], labels)]
        due = labels[np.isin(labels, self.keys)]
        size = min(len(place), len(due))
        wrong = np.flatnonzero(self.keys[place[:size]] != due[:size])
        if len(wrong) or len(place) != len(due):
            at = int(wrong[0]) if len(wrong) else min(size, len(place) - 1)
            yield self.finding(int(place[at]), "its unit is not in the order of the labels, or stands twice")


def gather(release: Release, config: ConfigFacts) -> Answers:
    """Read the answers of a campaign; raise Unreadable where that fails."""
    import pyarrow as pa

    from corpus.features import schema_of

    batches, files = list[Any](), list[str]()
    file, row = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for batch in release.batches(config, COUNTED):
        if not files or files[-1] != batch.file:
            files.append(batch.file)
        batches.append(batch.data)
        file.append(np.full(batch.data.num_rows, len(files) - 1))
        row.append(np.arange(batch.data.num_rows) + batch.first)
    table = pa.Table.from_batches(batches, schema_of({name: config.features[name] for name in COUNTED}))
    keys = hashes(value or "" for value in table["key"].to_pylist())
    order = np.argsort(keys, kind="stable")
    return Answers(table.take(order), keys[order], files, np.concatenate(file)[order], np.concatenate(row)[order])


def alive(release: Release, config: ConfigFacts) -> Iterator[Finding]:
    """An answer is to the unit it names, as that is now: not stale, not deleted, no control item; each stands once."""
    import pyarrow.compute as pc

    seen = list[NDArray[np.uint64]]()
    for batch in release.batches(config, ("annotation_id", "stale", "deleted", "control", *UNIT)):
        seen.append(hashes(value or "" for value in batch.data.column("annotation_id").to_pylist()))
        for name in ("stale", "deleted"):
            hits = pc.fill_null(batch.data.column(name), True).to_numpy(zero_copy_only=False)
            yield from (Finding(f"is {name}", *batch.place(at)) for at in np.flatnonzero(hits).tolist())
        control = pc.is_valid(batch.data.column("control")).to_numpy(zero_copy_only=False)
        yield from (Finding("is to a control item", *batch.place(at)) for at in np.flatnonzero(control).tolist())
        for at, row in enumerate(batch.data.select(UNIT).to_pylist()):
            if row["campaign"] != config.campaign:
                yield Finding(f"campaign {short(row['campaign'])}", *batch.place(at))
            elif row["key"] != units.key(row):
                yield Finding("its key is not that of its documents, segments, target and paragraph", *batch.place(at))
    ids, counts = np.unique(np.concatenate(seen or [np.zeros(0, np.uint64)]), return_counts=True)
    if twice := int(np.count_nonzero(counts > 1)):
        yield Finding(f"{twice} annotation_ids stand twice among {len(ids)}", config.name)


def lacking(release: Release, config: ConfigFacts) -> Iterator[Finding]:
    """No value is missing where an answer must have one."""
    for batch in release.batches(config, WANTED):
        for name in WANTED:
            column = batch.data.column(name)
            if column.null_count:
                hits = np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False)).tolist()
                yield from (Finding(f"no value in '{name}'", *batch.place(at)) for at in hits)
            elif name in PARTS and column.flatten().null_count:
                hits = [at for at, (value,) in enumerate(batch.lists(name)) if None in value]
                yield from (Finding(f"no value in a part of '{name}'", *batch.place(at)) for at in hits)


def formed(release: Release, config: ConfigFacts) -> Iterator[Finding]:
    """Ids, hashes and times have their form, no time or count is below zero."""
    import pyarrow.compute as pc

    for batch in release.batches(config, (*FORMS, "lead_time", "revisions", "of")):
        column = batch.data.column
        wrong = {name: pc.invert(pc.match_substring_regex(column(name), form)) for name, form in FORMS.items()}
        lead = column("lead_time")
        wrong["lead_time"] = pc.invert(pc.and_(pc.is_finite(lead), pc.greater_equal(lead, 0)))
        wrong["revisions"] = pc.less(column("revisions"), 0)
        wrong["of"] = pc.is_valid(column("of"))  # only a control item is of another unit
        for name, hits in wrong.items():
            for at in np.flatnonzero(np.asarray(pc.fill_null(hits, fill_value=False))).tolist():
                yield Finding(f"{name} {short(column(name)[at].as_py())}", *batch.place(at))


def sound(release: Release, config: ConfigFacts, scheme: Scheme) -> Iterator[Finding]:
    """An answer has the words of the scheme: its options, its bounds, its sides, rows and labels of spans."""
    known, due = _Words(scheme), f"{scheme.id}-{scheme.version}"
    for batch in release.batches(config, ASKED):
        for at, (status, origin, hash_, version, values, spans) in enumerate(batch.lists(*ASKED)):
            if status not in known.status or origin not in known.origins:
                yield Finding(f"status {short(status)}, origin {short(origin)}", *batch.place(at))
            # A new version makes the answers to the one before stale.
            if (hash_, version) != (scheme.hash, due):
                yield Finding(f"asked {short(version)}, {short(hash_)}: not the scheme of the facts", *batch.place(at))
            for what in (*known.values(values or {}), *known.spans(spans or [])):
                yield Finding(what, *batch.place(at))


class _Words:
    """The vocabulary of a scheme."""

    def __init__(self, scheme: Scheme) -> None:
        asked = scheme.questions
        self.status, self.origins = set(Status), set(Origin)
        self.options = {one.name: {o.value for o in one.options} for one in asked if isinstance(one, Choice)}
        self.bounds = {one.name: (one.min, one.max) for one in asked if isinstance(one, Number)}
        self.marks = {
            (one.name, one.side, label.value, *_row(one.row, row))
            for one in asked
            if isinstance(one, Spans)
            for label in one.labels
            for row in [None, *(each.value for each in one.rows)]
        }

    def values(self, given: dict[str, Any]) -> Iterator[str]:
        for name, options in self.options.items():
            if given.get(name) is not None and given[name] not in options:
                yield f"{name} is {short(given[name])}, no option of the scheme"
        for name, (low, high) in self.bounds.items():
            if given.get(name) is not None and not low <= given[name] <= high:
                yield f"{name} is {given[name]}, not in {low:g} to {high:g}"

    def spans(self, given: list[dict[str, Any]]) -> Iterator[str]:
        for one in given:
            mark = tuple(one[name] for name in ("question", "side", "label", "holder", "severity"))
            if mark not in self.marks:
                yield f"a span is {short(mark)}, which the scheme has not"


def _row(kind: str | None, row: str | None) -> tuple[str | None, str | None]:
    return (row if kind == "holder" else None, row if kind == "severity" else None)
