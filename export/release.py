"""A release, read top to bottom: corpus and labels in, one folder out.

documents, segments, pairs ............. by the split of their documents
<campaign>, <campaign>_annotations ..... labels and raw annotations
README.md .............................. the card
manifest.json .......................... every file with its hash, written last
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from annotation.answers.labels import label_features
from annotation.answers.tables import rebuild
from annotation.campaign import Campaign
from annotation.campaign import load as load_campaigns
from annotation.schema import Annotation
from annotation.schemes.answers import value_features
from corpus.config import SPLIT_NAMES, Workspace, load
from corpus.dataset import CONFIGS, parts, rows
from corpus.errors import WirecopyError
from corpus.features import features
from corpus.files import digest, read_model, replacing_folder, sha256_file, write_json, write_text
from corpus.output import Output, listing
from corpus.parquet import read_dicts, write
from corpus.schema import Document, Pair, Segment
from export.card import Facts, Table, card
from export.splits import assign, families, split_of, torn

FORMAT = 5  # goes up when the same input gives another release
MANIFEST = "manifest.json"


class File(BaseModel):
    """One file of a release."""

    sha256: str
    bytes: int


class Manifest(BaseModel):
    """What a release is made of; `inputs` is a hash of all that it was made from."""

    version: str
    inputs: str
    rows: dict[str, dict[str, int]]
    left_out: int
    torn: int
    files: dict[str, File]


@dataclass(frozen=True)
class Released:
    """What a release holds; `rows` is `{config: {split: rows}}`.

    `left_out` rows belong to two splits or to an earlier text; `torn` groups of documents that
    belong together lie in several splits.
    """

    folder: str
    version: str
    written: bool
    rows: dict[str, dict[str, int]]
    left_out: int
    torn: int

    def show(self, out: Output) -> None:
        """Print rows per config and split, and what people should know before they use it."""
        if out.json:
            out.data(asdict(self))
            return
        blank = dict.fromkeys(SPLIT_NAMES, 0)
        out.table([{"config": name, **(blank | counts)} for name, counts in self.rows.items()])
        out.line(f"{'written to' if self.written else 'up to date:'} {self.folder}")
        empty = [split for split in SPLIT_NAMES if not self.rows["documents"].get(split)]
        if empty:
            out.note(f"no document is in {' or '.join(empty)}: too few documents that stand alone")
        if self.left_out:
            out.note(
                f"{self.left_out} rows are left out: across two splits, answers to an earlier text, or control items"
            )
        if self.torn:
            out.note(f"{self.torn} groups of documents that belong together lie in several splits")


def build_workspace(*, workspace: Path, out: Output) -> Released:
    """Build the release of a workspace and print what it holds."""
    released = build(load(workspace), out=out)
    released.show(out)
    return released


def build(workspace: Workspace, *, out: Output) -> Released:
    """Build the release that `wirecopy.toml` names; do nothing where it is up to date.

    Raises WirecopyError where the corpus or every label is missing, or the folder was edited.
    """
    # Labels are made anew from the raw answers: never those of an older text or scheme.
    campaigns = [one for one in load_campaigns(workspace) if rebuild(one).labels]
    if not campaigns:
        raise WirecopyError(f"no labels in {workspace.annotation}", hint="wirecopy annotation pull")
    documents = list(rows(workspace.corpus, "documents", Document))
    pairs = list(rows(workspace.corpus, "pairs", Pair))
    assigned = assign(documents, workspace.config.splits, workspace.ledger)
    mark = _fingerprint(workspace, campaigns)
    known = _known(workspace.release)
    written = known is None or known.inputs != mark
    if known is None or written:
        tables = _tables(workspace, campaigns, documents, pairs)
        apart = torn(families(documents), assigned)
        known = _write(workspace, Facts(workspace.config, campaigns, tables, apart), assigned, mark, out)
    return Released(str(workspace.release), known.version, written, known.rows, known.left_out, known.torn)


def _write(workspace: Workspace, facts: Facts, assigned: dict[str, str], mark: str, out: Output) -> Manifest:
    """Write tables, card and manifest beside the release and swap them in; return the manifest."""
    left_out = 0
    with replacing_folder(workspace.release) as beside:
        with out.progress("writing the release", len(facts.tables)) as step:
            for name, table in facts.tables.items():
                by_split, outside = _by_split(table.rows, assigned)
                left_out += outside + table.left_out
                facts.counts[name] = {
                    split: write(beside / _file(name, split), by_split[split], table.columns)
                    for split in SPLIT_NAMES
                    if by_split[split]
                }
                step(1)
        facts.marks.update((name, _mark(beside / name)) for name in facts.counts)
        write_text(beside / "README.md", card(facts))
        files = _files(beside)
        manifest = Manifest(
            version=workspace.config.release.version,
            inputs=mark,
            rows=facts.counts,
            left_out=left_out,
            torn=facts.torn,
            files=files,
        )
        write_json(beside / MANIFEST, manifest.model_dump())
    return manifest


def _tables(
    workspace: Workspace, campaigns: list[Campaign], documents: list[Document], pairs: list[Pair]
) -> dict[str, Table]:
    segments = rows(workspace.corpus, "segments", Segment)
    tables = {
        "documents": Table([one.model_dump() for one in documents], features(Document)),
        "segments": Table([one.model_dump() for one in segments], features(Segment)),
        "pairs": Table([one.model_dump() for one in pairs], features(Pair)),
    }
    for one in campaigns:
        tables[one.name] = Table([_quiet(row) for row in read_dicts(_labels(one))], label_features(one.scheme))
        annotations = [_quiet(row) for row in read_dicts(one.folder / "annotations.parquet")]
        # What was said of an earlier text has offsets into nothing that is shipped; controls are no data.
        present = [row for row in annotations if not (row["stale"] or row["deleted"] or row["control"])]
        columns = features(Annotation, values=value_features(one.scheme))
        tables[f"{one.name}_annotations"] = Table(present, columns, len(annotations) - len(present))
    return tables


def _quiet(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row without the remarks that annotators put on their marks: free text may name people."""
    columns = [name for name in row if name == "spans" or name.endswith("_spans")]
    return row | {name: [span | {"comment": None} for span in row[name]] for name in columns}


def _by_split(
    table: Iterable[Mapping[str, Any]], assigned: dict[str, str]
) -> tuple[dict[str, list[Mapping[str, Any]]], int]:
    found: dict[str, list[Mapping[str, Any]]] = {name: [] for name in SPLIT_NAMES}
    outside = 0
    for row in table:
        split = split_of(_documents_of(row), assigned)
        if split is None:
            outside += 1
        else:
            found[split].append(row)
    return found, outside


def _documents_of(row: Mapping[str, Any]) -> list[str]:
    if "left" in row:
        return [row["left"]["doc"], row["right"]["doc"]]
    return list(row["doc_ids"]) if "doc_ids" in row else [row["doc_id"]]


def _files(folder: Path) -> dict[str, File]:
    """Return hash and size of every file below a folder."""
    found = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: File(sha256=sha256_file(path), bytes=path.stat().st_size) for name, path in found.items()}


def _mark(folder: Path) -> str:
    return digest({name: file.sha256 for name, file in _files(folder).items()})


def _file(name: str, split: str) -> str:
    return f"{name}/{split}-00000-of-00001.parquet"


def _labels(campaign: Campaign) -> Path:
    return campaign.folder / "labels.parquet"


def _fingerprint(workspace: Workspace, campaigns: list[Campaign]) -> str:
    files = [path for name in CONFIGS for path in parts(workspace.corpus, name)] + [workspace.ledger]
    files += [one.folder / name for one in campaigns for name in ("labels.parquet", "annotations.parquet")]
    schemes = [(one.name, one.scheme.model_dump()) for one in campaigns]
    return digest(FORMAT, [sha256_file(path) for path in files], workspace.config.model_dump(), schemes, length=64)


def _known(folder: Path) -> Manifest | None:
    """Return the manifest of a whole release; raise where somebody else's work would be lost."""
    path = folder / MANIFEST
    if not path.is_file():
        if folder.exists() and any(folder.iterdir()):
            raise WirecopyError(f"{folder} holds other files", hint="move them away, then: wirecopy export build")
        return None
    manifest = read_model(path, Manifest, hint="move the folder away, then: wirecopy export build")
    there = {name: folder / name for name in manifest.files}
    changed = [
        name
        for name, place in there.items()
        if not place.is_file() or sha256_file(place) != manifest.files[name].sha256
    ]
    if changed:
        raise WirecopyError(
            f"{folder} was changed by hand: {listing(changed)}",
            hint="text for the card belongs into [release] description; move the folder away, then build again",
        )
    return manifest
