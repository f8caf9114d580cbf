"""The annotations that the last pull brought home."""

from collections.abc import Iterator

from annotation.annotators import Pseudonyms
from annotation.campaign import Campaign
from annotation.schema import Annotation
from annotation.studio.accounts import login_of
from corpus.parquet import read

HINT = "wirecopy annotation pull"


def annotations(campaign: Campaign) -> Iterator[Annotation]:
    """Yield the rows of `annotations.parquet`; none before the first pull."""
    path = campaign.folder / "annotations.parquet"
    if path.is_file():
        yield from read(path, Annotation, hint=HINT)


def nicknames(campaign: Campaign) -> dict[str, str]:
    """Return the names in `wirecopy.toml` by pseudonym: for who runs the campaign, and for nobody else."""
    return {pseudonym(campaign, name): name for name in campaign.annotators}


def pseudonym(campaign: Campaign, name: str) -> str:
    """Return the pseudonym of an annotator of `wirecopy.toml`."""
    return Pseudonyms(campaign.workspace.state).of(login_of(campaign.workspace.config, name))
