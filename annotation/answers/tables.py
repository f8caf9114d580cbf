"""The tables of a campaign, made from the corpus and the raw chunks: the same input, the same bytes."""

import csv
import ctypes
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from annotation.annotators import Pseudonyms
from annotation.answers import chunks, labels, stamp
from annotation.answers.spool import LIVE, Spool
from annotation.campaign import Campaign
from annotation.schema import Annotation, Quarantined, Status, Task
from annotation.schemes.answers import value_features
from annotation.tasks import GROUP_BYTES, save
from corpus.features import features, schema_of
from corpus.files import replacing
from corpus.parquet import read_dicts, write, write_batches

if TYPE_CHECKING:
    import pyarrow as pa

    from annotation.adjudication import Decision

ADJUDICATION = "adjudication"
M_MMAP_THRESHOLD, M_ARENA_MAX, BLOCK = -3, -8, 128 << 10  # numbers of malloc.h
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Tables:
    """How many rows each table of a campaign has, and how many annotations of each kind."""

    campaign: str
    tasks: int
    annotations: int
    skipped: int
    stale: int
    deleted: int
    controls: int
    contradictions: int
    quarantined: int
    labels: int
    adjudicated: int


def made(campaign: Campaign) -> Tables:
    """Return what the tables hold, made anew where corpus, scheme, answers or a table are other than they were."""
    known = stamp.counts(campaign, _chunks(campaign))
    return rebuild(campaign) if known is None else Tables(campaign.name, **known)


def rebuild(campaign: Campaign) -> Tables:
    """Make tasks, annotations, quarantine and labels anew; files that stay the same are not touched."""
    give_back_what_is_freed()
    with Spool(campaign) as spool:
        save_units(campaign, spool)
        return write_tables(campaign, spool)


def save_units(campaign: Campaign, spool: Spool) -> None:
    """Write `tasks.parquet`, and tell the spool which units there are."""
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())  # Arrow's own keeps what is freed
    spool.made_of = stamp.units_of(campaign)
    save(campaign.folder / "tasks.parquet", spool.units(campaign.units()))


def give_back_what_is_freed() -> None:
    """Make memory that is freed leave the process: tables come in blocks of some MB, one after the other.

    Before threads begin: each would get a heap of its own.
    """
    with suppress(AttributeError, OSError, TypeError):  # no glibc here
        heap = ctypes.CDLL(None)
        # glibc raises its bound for blocks of their own with each one freed, then keeps them between small ones.
        heap.mallopt(M_MMAP_THRESHOLD, BLOCK)
        heap.mallopt(M_ARENA_MAX, 1)


def write_tables(campaign: Campaign, spool: Spool) -> Tables:
    """Write the tables of all chunks, also of those that came since the spool was opened; its units are saved."""
    path, kinds = campaign.folder / "tasks.parquet", Counter[str]()
    spool.catch_up()
    schema = schema_of(features(Annotation, values=value_features(campaign.scheme)))
    rows = _counted(spool.batches(schema), kinds)
    annotations = write_batches(campaign.folder / "annotations.parquet", rows, schema, group_bytes=GROUP_BYTES)
    quarantined = write(campaign.folder / "quarantine.parquet", spool.quarantined(), features(Quarantined))
    read = [*spool.read, *_decisive(campaign)]
    decided = _decisions(campaign, path)
    labelled = labels.save(campaign, _units(path), lambda: spool.rows(LIVE), decided)
    _save_repairs(campaign.folder / "repairs.csv", spool)
    counts = {
        "tasks": spool.size,
        "annotations": annotations,
        **{name: kinds[name] for name in ("skipped", "stale", "deleted", "controls", "contradictions")},
        "quarantined": quarantined,
        "labels": labelled,
        "adjudicated": len(decided),
    }
    stamp.save(campaign, spool.made_of, read, counts)
    return Tables(campaign.name, **counts)


def _units(path: Path) -> Iterator[Task]:
    return (Task.model_validate(row | {"data": json.loads(row["data"])}) for row in read_dicts(path))


def _decisions(campaign: Campaign, path: Path) -> dict[str, "Decision"]:
    """Return the decisions of adjudicators on the units in `path`."""
    from annotation.adjudication import adjudication_scheme, decisions

    part = replace(_part(campaign), scheme=adjudication_scheme(campaign.scheme))
    if campaign.part or not chunks.files(part.folder / "pull"):
        return {}
    with Spool(part) as spool:
        spool.catch_up()
        answers = list(spool.rows())
    decided = {one.of for one in answers}
    return decisions(campaign.scheme, answers, (unit for unit in _units(path) if unit.key in decided))


def _part(campaign: Campaign) -> Campaign:
    return replace(campaign, part=ADJUDICATION)


def _chunks(campaign: Campaign) -> list[Path]:
    """Return the raw chunks that the tables of a campaign are made from."""
    return [*chunks.files(campaign.folder / "pull"), *_decisive(campaign)]


def _decisive(campaign: Campaign) -> list[Path]:
    """Return the raw chunks of the adjudicators."""
    return [] if campaign.part else chunks.files(_part(campaign).folder / "pull")


def pull_file(campaign: Campaign, path: Path) -> Tables:
    """Take in a JSON export of Label Studio; no server is needed."""
    chunks.append_export(campaign.folder / "pull", path, campaign.name, Pseudonyms(campaign.workspace.state))
    return rebuild(campaign)


def _counted(batches: "Iterable[pa.RecordBatch]", kinds: Counter[str]) -> "Iterator[pa.RecordBatch]":
    import pyarrow.compute as pc

    for one in batches:
        flags = {
            "skipped": pc.equal(one["status"], Status.SKIPPED),
            "stale": one["stale"],
            "deleted": one["deleted"],
            "controls": pc.is_valid(one["control"]),
            "contradictions": pc.greater(pc.list_value_length(one["contradictions"]), 0),
        }
        kinds.update({name: pc.sum(flag).as_py() or 0 for name, flag in flags.items()})
        yield one


def _save_repairs(path: Path, spool: Spool) -> None:
    """List what annotators should look at again; without such answers there is no file."""
    found = False
    with replacing(path) as beside, beside.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["annotator", "task", "doc_ids", "target", "contradiction"])
        for task, one in spool.contrary():
            for contradiction in one.contradictions:
                found = True
                row = [one.annotator, task, " ".join(one.doc_ids), one.target_id or "", contradiction]
                table.writerow([_cell(text) for text in row])
    if not found:
        path.unlink()


def _cell(text: str) -> str:
    # Ids of documents come from file names: a spreadsheet would run some as formulas.
    return f"'{text}" if text.startswith(FORMULA) else text
