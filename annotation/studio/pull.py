"""Bring annotations home: raw chunks first, append-only; then rows and quarantine from them.

A chunk is what the server said, whole, with mails taken out. Everything below it can be made again.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotation import collect, labels
from annotation.annotators import Pseudonyms
from annotation.campaign import Campaign
from annotation.studio.client import EXPORT_IDS, Studio
from annotation.studio.project import find
from annotation.tasks import read_export, save
from corpus.errors import WirecopyError
from corpus.files import read_json, write_json
from corpus.output import Output


@dataclass(frozen=True)
class Pulled:
    """What a pull brought."""

    campaign: str
    tasks: int
    annotations: int
    skipped: int
    stale: int
    quarantined: int
    labels: int


def pull(studio: Studio, campaign: Campaign, *, out: Output) -> Pulled:
    """Fetch the tasks that changed since the last pull, then rebuild the campaign's tables."""
    project = find(studio, campaign)
    if project is None:
        raise WirecopyError(
            f"campaign '{campaign.name}' has no project on {studio.url}",
            hint=f"wirecopy annotation push --campaign {campaign.name}",
        )
    folder = campaign.folder / "pull"
    known = _known(folder, project.id)
    listed = studio.tasks(project.id, changed_since=max(known.values(), default=None))
    changed = [one for one in listed if (one.answers or one.id in known) and known.get(one.id) != one.updated]
    # Oldest first: a pull that is killed leaves a watermark with no hole behind it.
    changed.sort(key=lambda one: (one.updated, one.id))
    table = Pseudonyms(campaign.workspace.state).table(studio.users()) if changed else {}
    with out.progress(f"{campaign.name}: fetching annotations", len(changed)) as step:
        for at in range(0, len(changed), EXPORT_IDS):
            batch = changed[at : at + EXPORT_IDS]
            tasks = studio.export(project.id, [one.id for one in batch])
            _append(folder, project.id, tasks, table, {str(one.id): one.updated for one in batch})
            step(len(batch))
    return rebuild(campaign)


def pull_file(campaign: Campaign, path: Path) -> Pulled:
    """Take in a JSON export of Label Studio; no server is needed."""
    tasks = read_export(path)
    chunks = _chunks(campaign.folder / "pull")
    pseudonyms = Pseudonyms(campaign.workspace.state)
    table = dict(chunks[-1]["annotators"]) if chunks else {}
    for raw in (raw for task in tasks for raw in task.get("annotations") or []):
        author = raw.get("completed_by")
        if isinstance(author, dict):  # some exports carry names and mails: they end here
            raw["completed_by"] = author.get("id")
            table[str(author.get("id"))] = pseudonyms.look_up(author, {})
    if tasks not in [chunk["tasks"] for chunk in chunks]:
        _append(campaign.folder / "pull", 0, tasks, table, {})
    return rebuild(campaign)


def rebuild(campaign: Campaign) -> Pulled:
    """Make annotations, quarantine and labels from the raw chunks: the same chunks, the same bytes."""
    tasks = campaign.tasks()
    save(campaign.folder / "tasks.parquet", tasks)
    found = collect.collect(campaign, tasks, _chunks(campaign.folder / "pull"))
    collect.save(campaign, found)
    labelled = labels.save(campaign, tasks, found.annotations)
    return Pulled(
        campaign=campaign.name,
        tasks=len(tasks),
        annotations=len(found.annotations),
        skipped=sum(one.status == "skipped" for one in found.annotations),
        stale=sum(one.stale for one in found.annotations),
        quarantined=len(found.quarantined),
        labels=labelled,
    )


def _append(
    folder: Path, project: int, tasks: list[dict[str, Any]], table: dict[str, Any], seen: dict[str, str]
) -> None:
    number = len(list(folder.glob("*.json"))) + 1
    write_json(folder / f"{number:06}.json", {"project": project, "seen": seen, "annotators": table, "tasks": tasks})


def _chunks(folder: Path) -> list[dict[str, Any]]:
    return [read_json(path) for path in sorted(folder.glob("*.json"))]


def _known(folder: Path, project: int) -> dict[int, str]:
    """Return when each fetched task of a project was last changed; the newest is the watermark."""
    chunks = [chunk for chunk in _chunks(folder) if chunk["project"] == project]
    return {int(number): str(when) for chunk in chunks for number, when in chunk["seen"].items()}
