"""A release without its text: ids, addresses, hashes, offsets and labels, for text that belongs to others.

documents ............ title, text, what an edit took out and put in, and what evidence quotes: null
segments, pairs ...... text: null
labels, annotations .. the text of the unit and of each mark: null

Everything else stays, and every shard stays cut as it was, so that `rehydrate` gives the same bytes again.
Not covered: names of holders that raters chose or typed, which are data.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from corpus.config import STANDOFF, Config, Source, load
from corpus.errors import WirecopyError
from corpus.files import digest, replacing_folder, sweep_all
from corpus.output import Output
from export.alone import alone
from export.manifest import DERIVED, known, seal
from export.quotes import check
from export.schema import ConfigFacts, Facts, File, Manifest, SourceFacts, Table, TwinFacts
from export.shards import replaced, rewrite, share

if TYPE_CHECKING:
    import pyarrow as pa

Sizes = Counter[tuple[str, str]]  # by config and split
SIDES = ("article", "source", "translation")
TEXTS: dict[Table, tuple[str, ...]] = {
    Table.DOCUMENTS: ("title", "text", "edits.original", "edits.replacement", "mt_evidence.detail"),
    Table.SEGMENTS: ("text",),
    Table.PAIRS: ("left.text", "right.text"),
    Table.LABELS: (*(f"{side}_text" for side in SIDES), "consensus_spans.text", "adjudicated_spans.text"),
    Table.ANNOTATIONS: ("spans.text",),
}
QUOTES = ("name-flip", "gender-flip", "foreign-credit")  # rules of evidence whose detail has words of the text
BUILD = "wirecopy export build"


@dataclass(frozen=True)
class StoodOff:
    """A stand-off release: its folder, its rows by config and split, and whether it had to be written."""

    folder: str
    version: str
    written: bool
    rows: dict[str, dict[str, int]]

    def show(self, out: Output) -> None:
        """Print where it is."""
        if out.json:
            out.data(asdict(self))
            return
        out.line(f"{'written to' if self.written else 'up to date:'} {self.folder}")
        folder = quote(self.folder)
        out.line(f"no text is in it; publish it: wirecopy export publish TARGET --folder {folder}")
        out.line(f"who has the articles puts it back: wirecopy export rehydrate {folder} ARTICLES")


def standoff_workspace(*, workspace: Path, out: Output) -> StoodOff:
    """Make the stand-off twin of the release of a workspace, beside it."""
    space = load(workspace)
    made = standoff(space.release, space.config, out=out)
    made.show(out)
    return made


def standoff(folder: Path, config: Config, *, out: Output) -> StoodOff:
    """Write the twin of the release in `folder` to `<folder>-standoff`; do nothing where it is up to date.

    Raises WirecopyError where there is no release with all its text, it was changed by hand, an annotator typed
    a whole sentence of an article, or another process works there.
    """
    with alone(folder.parent):
        sweep_all(folder.parent)
        return _stand_off(folder, config, out)


def _stand_off(folder: Path, config: Config, out: Output) -> StoodOff:
    release = known(folder)
    if release is None:
        raise WirecopyError(f"no release in {folder}", hint=BUILD)
    if release.facts.kind != "release":
        raise WirecopyError(f"{folder} is itself no release with all its text", hint=BUILD)
    target = folder.with_name(f"{folder.name}{STANDOFF}")
    twin = twin_of(release, config)
    inputs = fingerprint(twin)
    before = known(target, hint=f"move {target} away, then: wirecopy export standoff")
    written = before is None or before.inputs != inputs
    if written:
        check(folder, release)
        with replacing_folder(target) as beside:
            grown = _write(folder, beside, release, out)
            seal(beside, _facts(release, twin, grown), inputs)
    return StoodOff(str(target), release.facts.version, written, release.rows())


def twin_of(release: Manifest, config: Config) -> TwinFacts:
    """Return what brings the release back: its hashes and sizes, and how its sources were read."""
    return TwinFacts(
        inputs=release.inputs,
        files={name: file.sha256 for name, file in data(release)},
        bytes={one.name: one.bytes for one in release.facts.configs},
        sources=[_source(one) for one in config.sources],
        nfc=config.corpus.nfc,
    )


def fingerprint(twin: TwinFacts) -> str:
    """Return the `inputs` of a stand-off release: it is made of nothing but its twin."""
    return digest("standoff", twin.model_dump(), length=64)


def _source(one: Source) -> SourceFacts:
    # The last part of the path only: the rest is of this machine.
    return SourceFacts(name=one.path.rstrip("/").rpartition("/")[2], fields=one.fields.model_dump())


def data(release: Manifest) -> "Iterator[tuple[str, File]]":
    """Yield the files that follow from nothing else, by name."""
    return ((name, file) for name, file in release.files.items() if name not in DERIVED)


def _write(folder: Path, beside: Path, release: Manifest, out: Output) -> Sizes:
    """Write all files of the twin; return how many bytes of Arrow each split of a config grew by."""
    configs = {one.name: one for one in release.facts.configs}
    grown: Sizes = Counter()
    names = [name for name, _ in data(release)]
    with out.progress("taking text out", len(names), unit="files") as advance:
        for name in names:
            config, split = place_of(name)
            if one := configs.get(config):
                change = partial(bare, table=one.table)
                grown[config, split] += rewrite(folder / name, beside / name, one.features, change)
            else:
                share(folder / name, beside / name)
            advance(1)
    return grown


def place_of(name: str) -> tuple[str, str]:
    """Return config and split of a shard; of another file two names that are none."""
    config, _, shard = name.rpartition("/")
    return config, shard.partition("-")[0]


def bare(batch: "pa.RecordBatch", table: Table) -> "pa.RecordBatch":
    """Return the rows of a table without their text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    quotes = pa.array(QUOTES)
    for path in TEXTS[table]:
        if path == "mt_evidence.detail":

            def told(parent: "pa.StructArray") -> "pa.Array":
                quoting = pc.is_in(parent.field("rule"), value_set=quotes)
                return pc.if_else(quoting, pa.scalar(None, pa.string()), parent.field("detail"))

            batch = replaced(batch, path, told)
        elif path.partition(".")[0] in batch.schema.names:
            batch = replaced(batch, path, lambda parent: pa.nulls(len(parent), pa.string()))
    return batch


def _facts(release: Manifest, twin: TwinFacts, grown: Sizes) -> Facts:
    configs = [resized(one, grown) for one in release.facts.configs]
    return release.facts.model_copy(update={"kind": "standoff", "configs": configs, "twin": twin})


def resized(config: ConfigFacts, grown: Sizes) -> ConfigFacts:
    """Return the facts of a config whose splits have grown in bytes of Arrow."""
    sizes = {split: was + grown[config.name, split] for split, was in config.bytes.items()}
    return config.model_copy(update={"bytes": sizes})
