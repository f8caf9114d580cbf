"""A release that anybody may have edited: its manifest, its shards, their rows with places, or not at all."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from corpus.check.findings import Unreadable
from corpus.check.reading import reading
from corpus.config import SPLIT_NAMES
from corpus.errors import WirecopyError
from corpus.features import schema_of
from export.manifest import read
from export.schema import MANIFEST, SPLITS, ConfigFacts, Facts, Manifest, Table

BATCH_ROWS = {Table.DOCUMENTS: 500, Table.LABELS: 1_000, Table.ANNOTATIONS: 2_000}
OTHER_BATCH = 8_000


class Shard(NamedTuple):
    """One file of a config: its name in the release, its path, and the place of its split in `SPLIT_NAMES`."""

    file: str
    path: Path
    split: int


@dataclass(frozen=True)
class Batch:
    """Some rows of one shard; `first` is the number of the first, from 1."""

    file: str
    first: int
    split: int
    data: Any

    def place(self, at: int) -> tuple[str, int]:
        """Return file and row of the row `at`, from 0 in the batch."""
        return self.file, self.first + at

    def lists(self, *names: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of some columns as Python values."""
        return zip(*(self.data.column(name).to_pylist() for name in names), strict=True)


@dataclass(frozen=True)
class Release:
    """A folder that should be a release."""

    folder: Path

    @cached_property
    def manifest(self) -> Manifest:
        """The manifest; raises Unreadable where it is missing or broken."""
        try:
            return read(self.folder, hint="")
        except WirecopyError as error:
            raise Unreadable(MANIFEST, error.message.removeprefix(f"{self.folder / MANIFEST}: ")) from None

    @property
    def facts(self) -> Facts:
        """What the manifest says of the rows."""
        return self.manifest.facts

    @property
    def textless(self) -> bool:
        """Tell whether text may be missing: a stand-off release has none, a partial one what could be put back."""
        return self.facts.kind != "release"

    def config(self, kind: Table) -> ConfigFacts | None:
        """Return the config of documents, segments or pairs."""
        return next((one for one in self.facts.configs if one.table is kind), None)

    def shards(self, name: str) -> list[Shard]:
        """Return the shards of a config, in the order of its rows."""
        paths = [
            (path, code)
            for code, split in enumerate(SPLIT_NAMES)
            for path in sorted((self.folder / name).glob(f"{split}-*.parquet"))
        ]
        return [Shard(f"{name}/{path.name}", path, code) for path, code in paths]

    def batches(self, config: ConfigFacts | None, columns: Sequence[str] = ()) -> Iterator[Batch]:
        """Yield the rows of a config, typed as its features say; raise Unreadable where a file is not so."""
        for shard in self.shards(config.name) if config else []:
            assert config is not None
            yield from self.shard(config, shard, columns)

    def shard(self, config: ConfigFacts, shard: Shard, columns: Sequence[str] = ()) -> Iterator[Batch]:
        """Yield the rows of one shard."""
        first, size = 1, BATCH_ROWS.get(config.table, OTHER_BATCH)
        for data in typed(shard.path, shard.file, config.features, columns, size):
            yield Batch(shard.file, first, shard.split, data)
            first += data.num_rows

    @cached_property
    def ledger(self) -> Mapping[str, str]:
        """The split of each document as `splits.parquet` says it."""
        kinds = {name: {"dtype": "string", "_type": "Value"} for name in ("doc_id", "split")}
        found: dict[str, str] = {}
        for data in typed(self.folder / SPLITS, SPLITS, kinds, (), OTHER_BATCH):
            found |= zip(data.column("doc_id").to_pylist(), data.column("split").to_pylist(), strict=True)
        return found


def typed(path: Path, file: str, features: Mapping[str, Any], columns: Sequence[str], size: int) -> Iterator[Any]:
    """Yield the record batches of a file; raise Unreadable where it lacks a column or has another type."""
    import pyarrow.parquet as pq

    due = schema_of(dict(features))
    names = list(columns) or due.names
    with reading(file), path.open("rb") as raw, pq.ParquetFile(raw) as opened:
        for name in names:
            if (times := opened.schema_arrow.names.count(name)) != 1:
                raise Unreadable(file, f"column '{name}' stands twice" if times else f"no column '{name}'")
            found = opened.schema_arrow.field(name).type
            if found != due.field(name).type:
                raise Unreadable(file, f"column '{name}' is {found}, not {due.field(name).type}")
        for batch in opened.iter_batches(batch_size=size, columns=names):
            batch.validate(full=True)  # strings that are no UTF-8
            yield batch.select(names)
