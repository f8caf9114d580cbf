"""One campaign as configured: its scheme, its folder, its units."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from annotation.schema import Task
from annotation.schemes import load as load_scheme
from annotation.schemes.scheme import Scheme
from annotation.units import on, tasks_of
from corpus.config import Annotator, Workspace
from corpus.config import Campaign as Settings
from corpus.dataset import rows, state
from corpus.errors import WirecopyError
from corpus.schema import Document, Pair

LONGEST_TITLE = 50
ADD = 'add one to wirecopy.toml: [campaigns.stance] scheme = "stance"'


@dataclass(frozen=True)
class Campaign:
    """A campaign of a workspace; `folder` holds all its files. A `part` is its adjudication."""

    name: str
    settings: Settings
    scheme: Scheme
    workspace: Workspace
    part: str = ""

    @property
    def folder(self) -> Path:
        """Where tasks, raw chunks, annotations and labels lie."""
        return self.workspace.annotation / self.name / self.part

    @property
    def state(self) -> Path:
        """What belongs to this machine: which projects are ours, which batch is on its way."""
        return self.workspace.state / "campaigns" / self.name / self.part

    @property
    def annotators(self) -> dict[str, Annotator]:
        """Who has a queue of their own here, those who left too; empty where all share one."""
        known = {} if self.settings.imported else self.workspace.config.annotators
        return {name: one for name, one in known.items() if not one.campaigns or self.name in one.campaigns}

    def units(self) -> Iterator[Task]:
        """Yield the units from the built corpus, in a stable order.

        Raises WirecopyError where the corpus is missing or a target lacks a wording.
        """
        corpus = self.workspace.corpus
        if state(corpus) is None:
            raise WirecopyError(f"no corpus in {corpus}", hint="wirecopy corpus build")
        documents = rows(corpus, "documents", Document)
        pairs = rows(corpus, "pairs", Pair)
        yield from tasks_of(self.name, self.settings, self.scheme, self.workspace.config, documents, pairs)

    def tasks(self) -> list[Task]:
        """Return all units at once."""
        return list(self.units())


@dataclass(frozen=True)
class Queue:
    """One project of a campaign on the server: an annotator's own, or, without a name, one for all."""

    campaign: Campaign
    name: str = ""

    @property
    def title(self) -> str:
        """The project's title on Label Studio, which takes 50 characters and trims spaces."""
        parts = ", ".join(part for part in (self.campaign.name, self.campaign.part, self.name) if part)
        room = max(LONGEST_TITLE - len(parts) - 2, 0)
        return f"{self.campaign.workspace.config.name[:room].strip()}: {parts}"[:LONGEST_TITLE]

    @property
    def state(self) -> Path:
        """What this machine knows of the project."""
        return self.campaign.state / "queues" / self.name if self.name else self.campaign.state

    @property
    def overlap(self) -> int:
        """How many annotators Label Studio may ask for each task of the project."""
        return 1 if self.name or self.campaign.part else self.campaign.settings.overlap


def load(workspace: Workspace, only: str | None = None) -> list[Campaign]:
    """Load the campaigns that run on Label Studio, or the one that is named."""
    if only is not None and getattr(workspace.config.campaigns.get(only), "imported", False):
        hint = "its measures: wirecopy annotation agreement, score or report"
        raise WirecopyError(f"campaign '{only}' is imported: it has no tasks on Label Studio", hint=hint)
    found = [one for one in load_all(workspace, only) if not one.settings.imported]
    if not found:
        raise WirecopyError("[campaigns] has only imported ones: nothing is asked on Label Studio", hint=ADD)
    return found


def load_all(workspace: Workspace, only: str | None = None) -> list[Campaign]:
    """Load all campaigns of a workspace, imported ones too, or the one that is named."""
    known = workspace.config.campaigns
    if only is not None and only not in known:
        raise WirecopyError(
            f"[campaigns] has no campaign '{only}'", hint=f"campaigns here: {', '.join(known) or 'none'}"
        )
    if not known:
        raise WirecopyError("[campaigns] is empty", hint=ADD)
    names = [only] if only else list(known)
    return [_campaign(workspace, name, known[name]) for name in names]


def _campaign(workspace: Workspace, name: str, settings: Settings) -> Campaign:
    return Campaign(name, settings, on(load_scheme(settings.scheme, workspace.root), name, settings), workspace)
