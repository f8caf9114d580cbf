"""One campaign as configured: its scheme, its folder, its tasks."""

from dataclasses import dataclass
from pathlib import Path

from annotation.schema import Task
from annotation.schemes import load as load_scheme
from annotation.schemes.scheme import Scheme
from annotation.units import tasks_of
from corpus.config import Campaign as Settings
from corpus.config import Workspace
from corpus.dataset import rows, state
from corpus.errors import WirecopyError
from corpus.schema import Document, Pair

LONGEST_TITLE = 50


@dataclass(frozen=True)
class Campaign:
    """A campaign of a workspace; `folder` holds all its files."""

    name: str
    settings: Settings
    scheme: Scheme
    workspace: Workspace

    @property
    def folder(self) -> Path:
        """Where tasks, raw chunks, annotations and labels lie."""
        return self.workspace.annotation / self.name

    @property
    def state(self) -> Path:
        """What belongs to this machine: which project is ours, which batch is on its way."""
        return self.workspace.state / "campaigns" / self.name

    @property
    def title(self) -> str:
        """The project's title on Label Studio, which takes 50 characters and trims spaces."""
        room = LONGEST_TITLE - len(self.name) - 2
        return f"{self.workspace.config.name[:room].strip()}: {self.name}"

    def tasks(self) -> list[Task]:
        """Make the tasks from the built corpus, in a stable order.

        Raises WirecopyError where the corpus is missing or a target lacks a wording.
        """
        corpus = self.workspace.corpus
        if state(corpus) is None:
            raise WirecopyError(f"no corpus in {corpus}", hint="wirecopy corpus build")
        documents = list(rows(corpus, "documents", Document))
        pairs = list(rows(corpus, "pairs", Pair))
        return tasks_of(self.name, self.settings, self.scheme, self.workspace.config, documents, pairs)


def load(workspace: Workspace, only: str | None = None) -> list[Campaign]:
    """Load the campaigns of a workspace, or the one that is named."""
    known = workspace.config.campaigns
    if only is not None and only not in known:
        raise WirecopyError(
            f"[campaigns] has no campaign '{only}'", hint=f"campaigns here: {', '.join(known) or 'none'}"
        )
    if not known:
        raise WirecopyError(
            "[campaigns] is empty", hint='add one to wirecopy.toml: [campaigns.stance] scheme = "stance"'
        )
    names = [only] if only else list(known)
    return [Campaign(name, known[name], load_scheme(known[name].scheme, workspace.root), workspace) for name in names]
