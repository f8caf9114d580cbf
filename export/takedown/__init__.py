"""One source taken down: out of the text, the segments, the pairs and the labels of every release here.

record ... `takedowns.toml`, which keeps it from coming back
rows ..... which documents the source has, and the rows of any table without them

Only the shards that name one of its documents are written anew; the others stay the same files. Not covered:
what was published already (publish a new version, delete the old ones there), the articles themselves, and
copies of its texts by other outlets, which are documents of their own.
"""

from collections import Counter
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from corpus.config import SPLIT_NAMES, STANDOFF, Workspace, load
from corpus.dataset import parts
from corpus.errors import WirecopyError
from corpus.features import value
from corpus.files import digest, read_json, replacing_folder, sweep_all, write_json, write_text
from corpus.output import Output, listing
from export.alone import alone
from export.diff import HEAD, taken
from export.facts import recount
from export.leakage.proof import Leakage
from export.leakage.proof import facts as short_form
from export.manifest import DERIVED, known, seal
from export.schema import CHANGES, LEAKAGE, MANIFEST, SPLITS, ConfigFacts, Facts, Manifest, TakedownFacts, TwinFacts
from export.shards import batches, rewrite, shards, share
from export.splits.ledger import GONE
from export.standoff import Sizes, fingerprint, place_of, resized, twin_of
from export.takedown.record import FILE, Entry, add, entries
from export.takedown.rows import Gone, facts, of, taken_down, told

__all__ = ["Gone", "takedown_workspace", "taken_down", "told"]
LEDGER = {"doc_id": value(str), "split": value(str)}
IDS = {"doc_id", "doc_ids", "left", "right", "family_id"}


@dataclass(frozen=True)
class Cut:
    """What went out of one release: documents, rows by config, and how many shards were written anew or kept."""

    folder: str
    documents: int
    rows: dict[str, int]
    rewritten: int
    kept: int


def takedown_workspace(*, workspace: Path, source: str, out: Output) -> list[Cut]:
    """Take a source down from every release of a workspace, and print what went."""
    done = take_down(load(workspace), source, day=datetime.now(UTC).date().isoformat(), out=out)
    if out.json:
        out.data([asdict(one) for one in done])
        return done
    out.table([{"release": one.folder, "documents": one.documents, "shards written": one.rewritten} for one in done])
    out.line(f"{FILE} keeps it out of every release" if done else "up to date: it is in no release here")
    out.note(
        f"only {load(workspace).release.parent} was cleared; for what is published: raise [release] version, "
        "wirecopy export build, then publish"
    )
    out.note("take its articles out of [[sources]] too")
    return done


def take_down(workspace: Workspace, source: str, *, day: str, out: Output) -> list[Cut]:
    """Take a source down: record it first, then clear every release; return what went from each.

    `source` is an outlet, a document's id, or where the path or address of documents begins. Raises
    WirecopyError where it fits no document here or all of them, a release was changed by hand, or another process
    works there.
    """
    with alone(workspace.release.parent):
        return _take_down(workspace, source, day, out)


def _take_down(workspace: Workspace, source: str, day: str, out: Output) -> list[Cut]:
    try:
        source.encode()
    except UnicodeEncodeError:
        raise WirecopyError("that name is no Unicode", hint="name the source by a part of its path") from None
    sweep_all(workspace.release.parent)
    folders = [path.parent for path in sorted(workspace.release.parent.glob(f"[!.]*/{MANIFEST}"))]
    releases = {folder: release for folder in folders if (release := known(folder))}
    if source not in [one.source for one in entries(workspace)]:
        corpus = parts(workspace.corpus, "documents")
        if not of([*corpus, *(one for folder in folders for one in shards(folder, "documents"))], [source]):
            raise WirecopyError(f"no document is of '{source}'", hint=_outlets(releases.values()))
        documents = sum(one.num_rows for path in corpus for one in batches(path, ("doc_id",)))
        if documents and len(of(corpus, [source]).ids) == documents:
            raise WirecopyError(f"every document is of '{source}'", hint=_outlets(releases.values()))
    entry = add(workspace, source, day)
    done = []
    for folder, release in sorted(releases.items(), key=lambda one: one[1].facts.kind != "release"):
        # What a stand-off twin says of its release has to be true of what is left.
        text = known(folder.with_name(folder.name.removesuffix(STANDOFF))) if folder.name.endswith(STANDOFF) else None
        twin = twin_of(text, workspace.config) if text and release.facts.kind == "standoff" else None
        done.append(clear(folder, release, entry, twin))
    return [one for one in done if one is not None]


def _outlets(releases: Any) -> str:
    names = sorted({one.outlet for release in releases for one in release.facts.outlets if one.outlet})
    known = f"outlets here: {listing(names, most=20)}" if names else "no outlet is known here"
    return f"{known}; or name a document's id, or where its path or address begins"


def clear(folder: Path, release: Manifest, entry: Entry, twin: TwinFacts | None = None) -> Cut | None:
    """Take a source out of one release folder; None where nothing of it is there.

    `twin` is what a stand-off release says of its release from now on.
    """
    gone = of(shards(folder, "documents"), [entry.source])
    if not gone:
        return None
    with replacing_folder(folder) as beside:
        grown, rewritten = _write(folder, beside, release, gone)
        configs = [_counted(one, beside, grown) for one in release.facts.configs]
        before = release.rows()
        lost = {one.name: sum(before[one.name].values()) - sum(one.rows.values()) for one in configs}
        lost = {name: count for name, count in lost.items() if count}
        now = _facts(release.facts, beside, configs, facts(entry, len(gone.ids), lost), gone)
        inputs = digest(release.inputs, now.takedowns[-1].model_dump(), length=64)
        seal(beside, now.model_copy(update={"twin": twin or now.twin}), fingerprint(twin) if twin else inputs)
    return Cut(
        str(folder), len(gone.ids), lost, rewritten, sum(_is_shard(name, release) for name in release.files) - rewritten
    )


def _is_shard(name: str, release: Manifest) -> bool:
    return place_of(name)[0] in release.rows()


def _write(folder: Path, beside: Path, release: Manifest, gone: Gone) -> tuple[Sizes, int]:
    """Write all files; return how many bytes of Arrow the splits grew by, and how many shards are new."""
    configs = {one.name: one.features for one in release.facts.configs}
    grown: Sizes = Counter()
    rewritten = 0
    for name in release.files:
        config, split = place_of(name)
        if name == SPLITS:
            rewrite(folder / name, beside / name, LEDGER, gone.cut)
        elif name not in {*DERIVED, LEAKAGE, CHANGES} and not (config in configs and _touched(folder / name, gone)):
            share(folder / name, beside / name)
        elif config in configs:
            grown[config, split] += rewrite(folder / name, beside / name, configs[config], gone.cut)
            rewritten += 1
    _tell(folder, beside, release, gone)
    return grown, rewritten


def _touched(path: Path, gone: Gone) -> bool:
    import pyarrow.parquet as pq

    with path.open("rb") as file:
        names = [name for name in pq.read_schema(file).names if name in IDS]
    return any(map(gone.touches, batches(path, [f"{one}.doc" if one in ("left", "right") else one for one in names])))


def _counted(config: ConfigFacts, folder: Path, grown: Sizes) -> ConfigFacts:
    """Return the facts of a config as its shards are now; a split without rows goes, and so do its files."""
    import pyarrow.parquet as pq

    rows: dict[str, int] = {}
    for split in config.rows:
        found = [path for path in shards(folder, config.name) if path.name.startswith(f"{split}-")]
        count = 0
        for path in found:
            with path.open("rb") as file:
                count += pq.read_metadata(file).num_rows
        if count:
            rows[split] = count
        else:
            for path in found:
                path.unlink()
    sized = resized(config, grown)
    return sized.model_copy(update={"rows": rows, "bytes": {split: sized.bytes[split] for split in rows}})


def _facts(was: Facts, folder: Path, configs: list[ConfigFacts], entry: TakedownFacts, gone: Gone) -> Facts:
    changed: dict[str, Any] = {"configs": configs, "takedowns": [*was.takedowns, entry]}
    # How many groups are left, the rows do not tell.
    changed["splits"] = was.splits.model_copy(update={"components": 0})
    changed["leakage"] = was.leakage.model_copy(
        update={"closest": [one for one in was.leakage.closest if not _names(one.model_dump(), gone.ids)]}
    )
    if (folder / LEAKAGE).exists():
        changed["leakage"] = short_form(Leakage.model_validate(read_json(folder / LEAKAGE)))
    if was.twin:
        # Which files a release with text would have now, only that release can tell.
        changed["twin"] = was.twin.model_copy(update={"files": {}})
    return recount(was.model_copy(update=changed), folder)


def _tell(folder: Path, beside: Path, release: Manifest, gone: Gone) -> None:
    """Write `leakage.json` without what names the documents, and say in the change log that something went."""
    if LEAKAGE in release.files:
        proof = scrubbed(Leakage.model_validate(read_json(folder / LEAKAGE)), gone)
        held = proof.model_copy(update={"documents": _documents(beside), "components": 0})
        write_json(beside / LEAKAGE, held.model_dump(mode="json"))
    version = release.facts.version
    log = (folder / CHANGES).read_text(encoding="utf-8") if CHANGES in release.files else f"{HEAD}\n## {version}\n"
    first, *earlier = log.split("\n## ", 2)[1:]
    write_text(beside / CHANGES, "\n## ".join([HEAD, f"{first.rstrip()}\n\n{taken(len(gone.ids))}\n", *earlier]))


def scrubbed(proof: Leakage, gone: Gone) -> Leakage:
    """Return the proof of a release without the names of documents that were taken down: pairs, moves and reasons."""
    nameless = {"reason": GONE, "because": ""}
    moves = [one.model_copy(update=nameless) if one.because in gone.ids else one for one in proof.moves]
    told = proof.model_copy(update={"moves": moves})
    kept = {
        name: [one for one in getattr(told, name) if not _names(one.model_dump(mode="json"), gone.ids)]
        for name in ("closest", "distinct", "moves")
    }
    return proof.model_copy(update=kept)


def _documents(folder: Path) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for batch in batches(folder / SPLITS, ("split",)):
        counts.update(batch.column("split").to_pylist())
    return {name: counts[name] for name in SPLIT_NAMES}


def _names(told: Any, ids: frozenset[str]) -> bool:
    if isinstance(told, dict):
        return any(_names(one, ids) for one in told.values())
    return any(_names(one, ids) for one in told) if isinstance(told, list) else told in ids
