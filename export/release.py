"""A release, read top to bottom: corpus and labels in, one folder out.

documents, segments, pairs ............. by the split of their documents
<campaign>, <campaign>_annotations ..... labels and raw annotations
README.md .............................. the card
manifest.json .......................... every file with its hash, written last
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotation.campaign import Campaign
from annotation.campaign import load as load_campaigns
from annotation.labels import label_features
from annotation.schema import Annotation
from annotation.schemes.answers import value_features
from corpus.build import CONFIGS, rows, shard
from corpus.config import SPLIT_NAMES, Workspace, load
from corpus.errors import WirecopyError
from corpus.features import features
from corpus.files import digest, read_json, replacing_folder, sha256_file, write_json, write_text
from corpus.output import Output
from corpus.parquet import read_dicts, write
from corpus.schema import Document, Pair, Segment
from export.card import Facts, card
from export.splits import assign, split_of

if TYPE_CHECKING:
    from datasets import Features

FORMAT = 1  # goes up when the same input gives another release
MANIFEST = "manifest.json"
Table = tuple[Sequence[Mapping[str, Any]], "Features"]


@dataclass(frozen=True)
class Released:
    """What a release holds; `rows` is `{config: {split: rows}}`."""

    folder: str
    version: str
    written: bool
    rows: dict[str, dict[str, int]]
    left_out: int

    def show(self, out: Output) -> None:
        """Print rows per config and split."""
        if out.json:
            out.data(asdict(self))
            return
        blank = dict.fromkeys(SPLIT_NAMES, 0)
        out.table([{"config": name, **(blank | counts)} for name, counts in self.rows.items()])
        out.line(f"{'written to' if self.written else 'up to date:'} {self.folder}")
        if self.left_out:
            out.note(f"{self.left_out} rows lie across two splits and are left out")


def build_workspace(*, workspace: Path, out: Output) -> Released:
    """Build the release of a workspace and print what it holds."""
    released = build(load(workspace), out=out)
    released.show(out)
    return released


def build(workspace: Workspace, *, out: Output) -> Released:
    """Build the release that `wirecopy.toml` names; do nothing where it is up to date.

    Raises WirecopyError where the corpus or every label is missing.
    """
    campaigns = [one for one in load_campaigns(workspace) if _labels(one).is_file()]
    if not campaigns:
        raise WirecopyError(f"no labels in {workspace.annotation}", hint="wirecopy annotation pull")
    documents = list(rows(workspace.corpus, "documents", Document))
    pairs = list(rows(workspace.corpus, "pairs", Pair))
    assigned = assign(documents, pairs, workspace.config.splits, workspace.ledger)
    mark = _fingerprint(workspace, campaigns)
    known = _known(workspace.release)
    if known.get("inputs") == mark:
        return Released(str(workspace.release), known["version"], False, known["rows"], known["left_out"])
    tables = _tables(workspace, campaigns, documents, pairs)
    left_out = 0
    counts: dict[str, dict[str, int]] = {}
    with replacing_folder(workspace.release) as beside:
        with out.progress("writing the release", len(tables)) as step:
            for name, (table, columns) in tables.items():
                by_split, outside = _by_split(table, assigned)
                left_out += outside
                counts[name] = {
                    split: write(beside / _file(name, split), by_split[split], columns)
                    for split in SPLIT_NAMES
                    if by_split[split]
                }
                step(1)
        facts = Facts(workspace.config, campaigns, counts, tables)
        write_text(beside / "README.md", card(facts))
        found = {path.relative_to(beside).as_posix(): path for path in sorted(beside.rglob("*")) if path.is_file()}
        files = {name: {"sha256": sha256_file(path), "bytes": path.stat().st_size} for name, path in found.items()}
        version = workspace.config.release.version
        manifest = {"version": version, "inputs": mark, "rows": counts, "left_out": left_out, "files": files}
        write_json(beside / MANIFEST, manifest)
    return Released(str(workspace.release), version, True, counts, left_out)


def _tables(
    workspace: Workspace, campaigns: list[Campaign], documents: list[Document], pairs: list[Pair]
) -> dict[str, Table]:
    segments = rows(workspace.corpus, "segments", Segment)
    tables: dict[str, Table] = {
        "documents": ([one.model_dump() for one in documents], features(Document)),
        "segments": ([one.model_dump() for one in segments], features(Segment)),
        "pairs": ([one.model_dump() for one in pairs], features(Pair)),
    }
    for one in campaigns:
        tables[one.name] = (list(read_dicts(_labels(one))), label_features(one.scheme))
        annotations = list(read_dicts(one.folder / "annotations.parquet"))
        tables[f"{one.name}_annotations"] = (annotations, features(Annotation, values=value_features(one.scheme)))
    return tables


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


def _file(name: str, split: str) -> str:
    return f"{name}/{split}-00000-of-00001.parquet"


def _labels(campaign: Campaign) -> Path:
    return campaign.folder / "labels.parquet"


def _fingerprint(workspace: Workspace, campaigns: list[Campaign]) -> str:
    files = [workspace.corpus / shard(name) for name in CONFIGS] + [workspace.ledger]
    files += [one.folder / name for one in campaigns for name in ("labels.parquet", "annotations.parquet")]
    schemes = [(one.name, one.scheme.model_dump()) for one in campaigns]
    return digest(FORMAT, [sha256_file(path) for path in files], workspace.config.model_dump(), schemes, length=64)


def _known(folder: Path) -> dict[str, Any]:
    """Return the manifest of a whole, untouched release."""
    path = folder / MANIFEST
    if not path.is_file():
        return {}
    manifest: dict[str, Any] = read_json(path)
    same = all(
        (folder / name).is_file() and sha256_file(folder / name) == facts["sha256"]
        for name, facts in manifest["files"].items()
    )
    return manifest if same else {}
