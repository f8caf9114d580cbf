"""The tables of a campaign, made from the corpus and the raw chunks: the same input, the same bytes."""

from dataclasses import dataclass
from pathlib import Path

from annotation import chunks, collect, labels
from annotation.annotators import Pseudonyms
from annotation.campaign import Campaign
from annotation.schema import Status
from annotation.tasks import save


@dataclass(frozen=True)
class Tables:
    """How many rows each table of a campaign has."""

    campaign: str
    tasks: int
    annotations: int
    skipped: int
    stale: int
    quarantined: int
    labels: int


def rebuild(campaign: Campaign) -> Tables:
    """Make tasks, annotations, quarantine and labels anew; files that stay the same are not touched."""
    tasks = campaign.tasks()
    save(campaign.folder / "tasks.parquet", tasks)
    found = collect.collect(campaign, tasks, chunks.read(campaign.folder / "pull"))
    collect.save(campaign, found)
    labelled = labels.save(campaign, tasks, found.annotations)
    return Tables(
        campaign=campaign.name,
        tasks=len(tasks),
        annotations=len(found.annotations),
        skipped=sum(one.status is Status.SKIPPED for one in found.annotations),
        stale=sum(one.stale for one in found.annotations),
        quarantined=len(found.quarantined),
        labels=labelled,
    )


def pull_file(campaign: Campaign, path: Path) -> Tables:
    """Take in a JSON export of Label Studio; no server is needed."""
    chunks.append_export(campaign.folder / "pull", path, campaign.name, Pseudonyms(campaign.workspace.state))
    return rebuild(campaign)
