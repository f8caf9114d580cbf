"""A release, read top to bottom: corpus and labels in, one folder out.

documents, segments, pairs ............. by the split of their documents
<campaign>, <campaign>_annotations ..... labels and raw annotations
splits.parquet, leakage.json ........... where each document is, and the proof that nothing leaks
CHANGELOG.md ........................... what is other than in the version before
README.md, croissant.json, CITATION.cff  what follows from the facts
manifest.json .......................... the facts, and every file with its hash, written last
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from annotation.answers.tables import made
from annotation.campaign import Campaign
from annotation.campaign import load as load_campaigns
from corpus.config import SPLIT_NAMES, Workspace, load
from corpus.dataset import CONFIGS, parts
from corpus.errors import WirecopyError
from corpus.files import digest, replacing_folder, sha256_file, write_text
from corpus.output import Output
from export.alone import alone
from export.contents import Content, tables_of
from export.diff import changelog
from export.facts import gather
from export.leakage import Proof, links, prove
from export.manifest import known as known_release
from export.manifest import seal
from export.privacy import Privacy, privacy_of
from export.schema import CHANGES, FORMAT, SPLITS, ConfigFacts, Manifest
from export.splits.assignment import Assignment, assign
from export.splits.facts import facts as documents_of
from export.splits.ledger import Entry, add, entries, moves, splits
from export.tables import save_splits, write
from export.takedown import Gone, scrubbed, taken_down, told
from export.takedown.record import place as takedowns
from export.versions import earlier


@dataclass(frozen=True)
class Released:
    """What a release holds; `rows` is `{config: {split: rows}}`.

    `left_out` counts by reason the rows that are in the workspace only; `moves` documents had to leave their split
    for a later one, because they belong together with documents there.
    """

    folder: str
    version: str
    written: bool
    rows: dict[str, dict[str, int]]
    left_out: dict[str, int]
    moves: int

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
            out.note(f"left out: {', '.join(f'{count} rows {why}' for why, count in self.left_out.items())}")
        if self.moves:
            out.note(f"{self.moves} documents left their split for a later one: they belong together with others there")


def build_workspace(*, workspace: Path, workers: int | None = None, comments: bool = False, out: Output) -> Released:
    """Build the release of a workspace and print what it holds."""
    released = build(load(workspace), workers=workers, comments=comments, out=out)
    released.show(out)
    return released


def build(workspace: Workspace, *, workers: int | None = None, comments: bool = False, out: Output) -> Released:
    """Build the release that `wirecopy.toml` names; do nothing where it is up to date.

    What annotators remarked goes along with `comments` only. Raises WirecopyError where the corpus or every
    label is missing, documents that belong together would lie in two splits, the folder was edited, or another
    process works beside it.

    The same inputs give the same bytes, but for CHANGELOG.md (and its hash in the manifest): it tells what is other
    than in the newest older release that stands beside.
    """
    with alone(workspace.release.parent):
        return _build(workspace, workers, comments, out)


def _build(workspace: Workspace, workers: int | None, comments: bool, out: Output) -> Released:
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())  # Arrow's own keeps what it has freed
    # Never the labels of an older text or scheme: they are made anew where anything has changed since.
    campaigns = [one for one in load_campaigns(workspace) if made(one).labels]
    if not campaigns:
        raise WirecopyError(f"no labels in {workspace.annotation}", hint="wirecopy annotation pull")
    privacy = privacy_of(workspace, comments=comments)
    known = known_release(workspace.release)
    written = known is None or known.inputs != _fingerprint(workspace, campaigns, privacy)
    if known is None or written:
        known = _write(workspace, campaigns, privacy, workers, out)
    facts = known.facts
    left_out = Counter[str]()
    for one in facts.configs:
        left_out.update(one.left_out)
    return Released(str(workspace.release), facts.version, written, known.rows(), dict(left_out), facts.splits.moves)


def _write(
    workspace: Workspace, campaigns: list[Campaign], privacy: Privacy, workers: int | None, out: Output
) -> Manifest:
    """Write tables, card and manifest beside the release and swap them in; return the manifest."""
    lines, gone = entries(workspace.ledger), taken_down(workspace)
    assignment, proof = _splits(workspace, campaigns, lines, gone)
    with replacing_folder(workspace.release) as beside:
        save_splits(beside / SPLITS, assignment.splits)
        proof.save(beside)
        configs = _tables(beside, list(tables_of(workspace, campaigns, privacy, gone)), workers, out)
        facts = gather(workspace, campaigns, beside, configs, assignment, proof.facts, comments=privacy.comments)
        facts = facts.model_copy(update={"takedowns": told(workspace)})
        write_text(beside / CHANGES, changelog(earlier(workspace.release), beside, facts))
        # Last, when nothing can go wrong any more: what the ledger says once, it says for good.
        add(workspace.ledger, lines, assignment.new)
        return seal(beside, facts, _fingerprint(workspace, campaigns, privacy))


def _splits(
    workspace: Workspace, campaigns: list[Campaign], lines: list[Entry], gone: Gone
) -> tuple[Assignment, Proof]:
    """Return the split of each document that may leave, and the proof that no border cuts apart what belongs together.

    What was taken down counts all the same: its copies stay where they are.
    """
    alike, known = links(workspace), splits(lines)
    documents = documents_of(workspace, campaigns)
    assignment = assign(documents, known, workspace.config.splits, alike=alike.edges, moved=moves(lines))
    proof = prove(alike, assignment)
    if not gone:
        return assignment, proof
    left = {doc: split for doc, split in assignment.splits.items() if doc not in gone.ids}
    held = Counter(left.values())
    leakage = scrubbed(proof.leakage, gone).model_copy(update={"documents": {name: held[name] for name in SPLIT_NAMES}})
    return replace(assignment, splits=left), Proof(leakage)


def _tables(folder: Path, tables: Sequence[Content], workers: int | None, out: Output) -> list[ConfigFacts]:
    written = write(folder, tables, folder / SPLITS, workers=workers, out=out)
    return [
        ConfigFacts(
            name=table.name,
            table=table.kind,
            campaign=table.campaign,
            features=table.features,
            rows=dict(written[table.name].rows),
            bytes=dict(written[table.name].bytes),
            left_out=dict(written[table.name].left_out),
        )
        for table in tables
    ]


def _fingerprint(workspace: Workspace, campaigns: list[Campaign], privacy: Privacy) -> str:
    files = [path for name in CONFIGS for path in parts(workspace.corpus, name)]
    files += [path for path in (workspace.ledger, takedowns(workspace)) if path.exists()]
    files += [one.folder / name for one in campaigns for name in ("labels.parquet", "annotations.parquet")]
    schemes = [(one.name, one.scheme.model_dump()) for one in campaigns]
    rules = (workspace.config.model_dump(), schemes, privacy.comments)
    return digest(FORMAT, [sha256_file(path) for path in files], *rules, length=64)
