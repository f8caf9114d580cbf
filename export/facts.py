"""The facts of a release: what its files hold, how its labels were made, and what only people know."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from annotation.campaign import Campaign
from corpus.config import SPLIT_NAMES, Workspace
from corpus.dataset import parts
from corpus.parquet import read_columns
from export.labelling import campaign_facts, counted
from export.reading import columns_of, ends
from export.schema import ConfigFacts, Facts, LeakageFacts, OutletFacts, People, SplitFacts, Table
from export.splits.assignment import Assignment


def gather(
    workspace: Workspace,
    campaigns: list[Campaign],
    folder: Path,
    configs: list[ConfigFacts],
    assignment: Assignment,
    leakage: LeakageFacts,
    *,
    comments: bool = False,
) -> Facts:
    """Return the facts of the tables in `folder`."""
    config = workspace.config
    licences = sorted(config.release.outlets.items())
    facts = Facts(
        name=config.name,
        version=config.release.version,
        people=People(**{name: getattr(config.release, name) for name in People.model_fields}),
        languages=[],
        configs=configs,
        campaigns=[campaign_facts(one) for one in campaigns],
        outlets=[OutletFacts(outlet=one, language="", documents=0, licence=text) for one, text in licences],
        splits=_splits(workspace, assignment),
        leakage=leakage,
        comments=comments,
        rejects=_rejects(workspace),
    )
    return recount(facts, folder)


def recount(facts: Facts, folder: Path) -> Facts:
    """Return facts with all that can be counted from the tables in `folder` counted anew.

    `facts.configs` must tell of these tables. What only the workspace knows (controls, rejected inputs, licence
    statements, how splits were made) stays as it is.
    """
    licences = {one.outlet or "": one.licence for one in facts.outlets}
    outlets, published = _documents(folder, licences)
    documents = next(one.rows for one in facts.configs if one.table is Table.DOCUMENTS)
    splits = facts.splits.model_copy(update={"documents": {name: documents.get(name, 0) for name in SPLIT_NAMES}})
    told = {
        "outlets": outlets,
        "languages": sorted({one.language for one in outlets}),
        "published": published,
        "splits": splits,
        "campaigns": [counted(one, folder) for one in facts.campaigns],
        "incomplete": incomplete(folder) if facts.kind == "partial" else 0,
    }
    return facts.model_copy(update=told)


def incomplete(folder: Path) -> int:
    """Count the articles whose text is not there; sentences of some of them may be."""
    return sum(table["text"].null_count for table in columns_of(folder / Table.DOCUMENTS, ("text",)))


def _splits(workspace: Workspace, assignment: Assignment) -> SplitFacts:
    settings = workspace.config.splits
    return SplitFacts(
        strategy=settings.strategy,
        together=list(settings.together),
        shares={name: getattr(settings, name) for name in SPLIT_NAMES},
        documents={},
        components=assignment.components,
        moves=len(assignment.moves),
        undated=len(assignment.undated),
    )


def _documents(folder: Path, licences: Mapping[str, str | None]) -> tuple[list[OutletFacts], list[str]]:
    """Return how many documents each outlet has in each language, and the first and last day of all."""
    found: Counter[tuple[str, str]] = Counter()
    dates = []
    for table in columns_of(folder / Table.DOCUMENTS, ("outlet", "language", "published")):
        grouped = table.group_by(["outlet", "language"]).aggregate([([], "count_all")]).to_pylist()
        found.update({(row["outlet"] or "", row["language"]): row["count_all"] for row in grouped})
        dates.append(table["published"])
    outlets = [
        OutletFacts(outlet=outlet or None, language=language, documents=count, licence=licences.get(outlet))
        for (outlet, language), count in sorted(found.items())
    ]
    return outlets, ends(dates)


def _rejects(workspace: Workspace) -> dict[str, int]:
    found: Counter[str] = Counter()
    for path in parts(workspace.corpus, "rejects"):
        found.update(read_columns(path, ["reason"])["reason"].to_pylist())
    return dict(sorted(found.items()))
