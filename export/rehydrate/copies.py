"""One's own copies of the articles: read and cleaned as for the release, and found by id or by text."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus import arrow, readers, sharding
from corpus.config import Fields, Source
from corpus.engine import Engine, Task
from corpus.engine.local import Local
from corpus.errors import WirecopyError
from corpus.files import digest
from corpus.output import Output, listing
from corpus.pipeline import made_by
from corpus.steps import keyed
from corpus.steps.scan import scan
from export.schema import SourceFacts, TwinFacts

Places = NDArray[np.int64]
Hashes = NDArray[np.uint64]
ABSENT = -1


class Index:
    """The place of each of many ids, by 64 bits of their hash: ten million take 160 MB."""

    def __init__(self, hashes: Hashes) -> None:
        self._order = np.argsort(hashes, kind="stable")
        self._sorted = hashes[self._order]

    def of(self, hashes: Hashes) -> Places:
        """Return the first place of each hash, `ABSENT` where there is none."""
        if not len(self._sorted):
            return np.full(len(hashes), ABSENT, dtype=np.int64)
        at = np.searchsorted(self._sorted, hashes)
        at[at == len(self._sorted)] = 0
        return np.where(self._sorted[at] == hashes, self._order[at], ABSENT)


@dataclass(frozen=True, eq=False)
class Copies:
    """The articles that somebody has; `batches` are mapped, `ids` and `texts` 64 bits of the hashes of each."""

    batches: Sequence[Any]
    ids: Hashes
    texts: Hashes
    rejects: int

    @cached_property
    def _starts(self) -> Places:
        return np.cumsum([0, *(one.num_rows for one in self.batches)])

    @cached_property
    def _by_id(self) -> Index:
        return Index(self.ids)

    @cached_property
    def _by_text(self) -> Index:
        return Index(self.texts)

    def values(self, column: str, rows: Places) -> list[Any]:
        """Return the values of one column in these rows, None for `ABSENT`."""
        import pyarrow as pa

        found: list[Any] = [None] * len(rows)
        chunks = np.searchsorted(self._starts, rows, side="right") - 1
        for chunk in np.unique(chunks[rows >= 0]):
            mine = np.flatnonzero((chunks == chunk) & (rows >= 0))
            taken = self.batches[chunk].column(column).take(pa.array(rows[mine] - self._starts[chunk]))
            for at, value in zip(mine.tolist(), taken.to_pylist(), strict=True):
                found[at] = value
        return found

    def find(self, ids: Sequence[str], hashes: Sequence[str]) -> tuple[Places, NDArray[np.bool_]]:
        """Return for each document where its copy is, and whether that has its text.

        The copy under the same id comes first, then one with the same text under another id, then one with
        another text under the same id; `ABSENT` where there is none.
        """
        named = self._by_id.of(keyed.hashes(ids))
        alike = self._by_text.of(np.array([int(one[:16], 16) for one in hashes], dtype=np.uint64))
        same = self._has(named, hashes)
        other = ~same & self._has(alike, hashes)
        return np.where(other, alike, named), same | other

    def _has(self, rows: Places, hashes: Sequence[str]) -> NDArray[np.bool_]:
        own = self.values("text_sha256", rows)
        return np.array([one == wanted for one, wanted in zip(own, hashes, strict=True)], dtype=np.bool_)


def read(paths: Sequence[str], twin: TwinFacts, work: Path, *, workers: int, out: Output) -> Copies:
    """Read and clean one's own copies as those of the release were; finished pieces stay in `work`.

    Raises WirecopyError where a path matches no file, or the paths are not the sources that the release had.
    """
    inputs = [
        one for source in sources(paths, twin) for one in readers.inputs(source, Path.cwd(), own=[work], where="")
    ]
    tasks = [
        Task("scan", digest(made_by(), twin.nfc, shard.identity), partial(scan, inputs=shard, nfc=twin.nfc), len(shard))
        for shard in sharding.shards(inputs)
    ]
    executor = Local(workers)
    try:
        done = Engine(work, executor, out).run(tasks, "reading articles", unit="files")
    finally:
        executor.close()
    batches = [batch for one in done for batch in arrow.batches(one.folder / "documents.arrow")]
    ids, texts = (
        np.concatenate([np.zeros(0, np.uint64), *(keyed.load(one.folder, name) for one in done)])
        for name in ("ids", "texts")
    )
    return Copies(batches, ids, texts, sum(one.counters["rejects"] for one in done))


def sources(paths: Sequence[str], twin: TwinFacts) -> list[Source]:
    """Return what is to be read: each path by its name among the release's sources, or by its place."""
    known = {one.name: one for one in twin.sources}
    names = [path.rstrip("/").rpartition("/")[2] for path in paths]
    if len(known) == len(twin.sources) and set(names) <= known.keys():
        return [_source(path, known[name]) for path, name in zip(paths, names, strict=True)]
    if len(paths) == len(twin.sources):
        return [_source(path, one) for path, one in zip(paths, twin.sources, strict=True)]
    if twin.sources and all(one.fields == twin.sources[0].fields for one in twin.sources):
        return [_source(path, twin.sources[0]) for path in paths]
    raise WirecopyError(
        f"the release was made of {len(twin.sources)} sources, and {len(paths)} are named",
        hint=f"name your copy of each, in this order: {listing([one.name for one in twin.sources], most=50)}",
    )


def _source(path: str, known: SourceFacts) -> Source:
    return Source(path=path, fields=Fields(**known.fields))
