"""A release, read top to bottom: corpus and labels in, one folder out.

documents, segments, pairs ............. by the split of their documents
<campaign>, <campaign>_annotations ..... labels and raw annotations
splits.parquet, leakage.json ........... where each document is, and the proof that nothing leaks
CHANGELOG.md ........................... what is other than in the version before
README.md, croissant.json, CITATION.cff  what follows from the facts
manifest.json .......................... the facts, and every file with its hash, written last
"""

import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from annotation.answers.tables import made
from annotation.campaign import Campaign
from annotation.campaign import load as load_campaigns
from corpus.config import SPLIT_NAMES, TWINS, Workspace, load
from corpus.dataset import CONFIGS, parts, state
from corpus.errors import WirecopyError
from corpus.files import digest, replacing, replacing_folder, sha256_file, sweep_all, write_text
from corpus.output import Output, listing
from export.alone import alone
from export.contents import Content, tables_of
from export.diff import changelog
from export.facts import gather
from export.leakage import Proof, links, prove
from export.manifest import known as known_release
from export.manifest import seal
from export.privacy import Privacy, privacy_of
from export.schema import CHANGES, FORMAT, MANIFEST, SPLITS, ConfigFacts, Manifest
from export.splits.assignment import Assignment, assign
from export.splits.facts import facts as documents_of
from export.splits.ledger import Entry, add, entries, moves, splits, uphold
from export.tables import save_splits, write
from export.takedown import Gone, scrubbed, taken_down, told
from export.takedown.record import check_kept
from export.takedown.record import place as takedowns
from export.versions import VERSION, earlier, order

ASKED = ("creators", "motivation", "uses")


@dataclass(frozen=True)
class Released:
    """What a release holds; `rows` is `{config: {split: rows}}`.

    `left_out` counts by reason the rows that are in the workspace only; `moves` documents had to leave their split
    for a later one, because they belong together with documents there; `empty` splits have a share and no document.
    """

    folder: str
    version: str
    written: bool
    rows: dict[str, dict[str, int]]
    left_out: dict[str, int]
    moves: int
    empty: list[str]

    def show(self, out: Output) -> None:
        """Print rows per config and split, and what people should know before they use it."""
        if out.json:
            out.data(asdict(self))
            return
        blank = dict.fromkeys(SPLIT_NAMES, 0)
        out.table([{"config": name, **(blank | counts)} for name, counts in self.rows.items()])
        out.line(f"{'written to' if self.written else 'up to date:'} {self.folder}")
        if self.empty:
            out.note(f"no document is in {' or '.join(self.empty)}: too few are left that stand alone")
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
    label is missing, documents that belong together would lie in two splits, the folder was edited, an input
    changes meanwhile, or another process works beside it.

    The same inputs give the same bytes, but for CHANGELOG.md (and its hash in the manifest): it tells what is other
    than in the newest older release that stands beside.
    """
    with alone(workspace.release.parent):
        sweep_all(workspace.release.parent)
        return _build(workspace, workers, comments, out)


def _build(workspace: Workspace, workers: int | None, comments: bool, out: Output) -> Released:
    import pyarrow as pa

    pa.set_memory_pool(pa.system_memory_pool())  # Arrow's own keeps what it has freed
    if state(workspace.corpus) is None:
        raise WirecopyError(f"{workspace.corpus} is not as its build left it", hint="wirecopy corpus build")
    # Never the labels of an older text or scheme: they are made anew where anything has changed since.
    configured = load_campaigns(workspace)
    campaigns = [one for one in configured if made(one).labels]
    if not campaigns:
        raise WirecopyError(f"no labels in {workspace.annotation}", hint="wirecopy annotation pull")
    if without := [one.name for one in configured if one not in campaigns]:
        out.note(f"left out, without labels: {listing(without)}; wirecopy annotation pull")
    check_kept(workspace)
    privacy = privacy_of(workspace, comments=comments)
    before, inputs = known_release(workspace.release), _inputs(workspace, campaigns, privacy)
    if before and before.inputs == _mark(inputs, workspace.ledger):
        return _released(workspace, before, written=False)
    now = _write(workspace, campaigns, privacy, inputs, workers, out)
    for note in _notes(workspace, before, now):
        out.note(note)
    return _released(workspace, now, written=True)


def _released(workspace: Workspace, now: Manifest, *, written: bool) -> Released:
    facts, rows = now.facts, now.rows()
    left_out = Counter[str]()
    for one in facts.configs:
        left_out.update(one.left_out)
    wanted = [name for name in SPLIT_NAMES if getattr(workspace.config.splits, name)]
    empty = [name for name in wanted if not rows["documents"].get(name)]
    return Released(str(workspace.release), facts.version, written, rows, dict(left_out), facts.splits.moves, empty)


def _notes(workspace: Workspace, before: Manifest | None, now: Manifest) -> Iterator[str]:
    """Yield what whoever builds should know, and can't see from the rows."""
    version, people = now.facts.version, workspace.config.release
    if before:
        old, new = ({name: sum(rows.values()) for name, rows in one.rows().items()} for one in (before, now))
        changed = {name: new.get(name, 0) - old.get(name, 0) for name in {**old, **new}}
        told = listing(f"{name} {by:+}" for name, by in changed.items() if by) or "as many rows as before"
        yield f"replaced {version}: {told}; to keep the old one, raise [release] version first"
    beside = [path.parent.name for path in workspace.release.parent.glob(f"*/{MANIFEST}")]
    others = [one for one in beside if VERSION.fullmatch(one) and not one.endswith(TWINS)]
    if (newest := max([version, *others], key=order)) != version:
        yield f"{version} is lower than {newest}, which is here too: [release] version of wirecopy.toml"
    if missing := [name for name in ASKED if not getattr(people, name)]:
        yield f"nobody told {listing(missing)}: the card says so; [release] of wirecopy.toml"


def _write(
    workspace: Workspace,
    campaigns: list[Campaign],
    privacy: Privacy,
    inputs: list[object],
    workers: int | None,
    out: Output,
) -> Manifest:
    """Write tables, card and manifest beside the release and swap them in; return the manifest."""
    known = _mark(inputs, workspace.ledger)
    lines, gone = entries(workspace.ledger), taken_down(workspace)
    uphold(workspace.ledger, splits(lines), workspace.release.parent)
    assignment, proof = _splits(workspace, campaigns, lines, gone)
    # What the ledger says once, it says for good: it is swapped in when all is written, before the release.
    with replacing_folder(workspace.release) as beside, replacing(workspace.ledger) as ledger:
        save_splits(beside / SPLITS, assignment.splits)
        proof.save(beside)
        configs = _tables(beside, list(tables_of(workspace, campaigns, privacy, gone)), workers, out)
        facts = gather(workspace, campaigns, beside, configs, assignment, proof.facts, comments=privacy.comments)
        facts = facts.model_copy(update={"takedowns": told(workspace)})
        write_text(beside / CHANGES, changelog(earlier(workspace.release), beside, facts))
        if workspace.ledger.exists():
            shutil.copyfile(workspace.ledger, ledger)
        add(ledger, lines, assignment.new)
        now = seal(beside, facts, _mark(inputs, ledger))
        if _mark(_inputs(workspace, campaigns, privacy), workspace.ledger) != known:
            raise WirecopyError("inputs changed while the release was built", hint="wirecopy export build")
        return now


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
    left = assignment.without(gone.ids)
    held = Counter(left.splits.values())
    counted = {"documents": {name: held[name] for name in SPLIT_NAMES}, "components": left.components}
    return left, Proof(scrubbed(proof.leakage, gone).model_copy(update=counted))


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


def _inputs(workspace: Workspace, campaigns: list[Campaign], privacy: Privacy) -> list[object]:
    """Return all that a release is made of, files as their hashes; the ledger, which a build adds to, comes later."""
    files = [path for name in CONFIGS for path in parts(workspace.corpus, name)]
    files += [path for path in (takedowns(workspace),) if path.exists()]
    files += [one.folder / name for one in campaigns for name in ("labels.parquet", "annotations.parquet")]
    schemes = [(one.name, one.scheme.model_dump()) for one in campaigns]
    return [[sha256_file(path) for path in files], workspace.config.model_dump(), schemes, privacy.comments]


def _mark(inputs: list[object], ledger: Path) -> str:
    return digest(FORMAT, inputs, sha256_file(ledger) if ledger.exists() else None, length=64)
