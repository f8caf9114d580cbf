"""Bring annotations home: raw chunks first, then the tables that are made from them."""

from datetime import datetime, timedelta

from annotation import chunks
from annotation.annotators import Pseudonyms
from annotation.campaign import Campaign
from annotation.chunks import Chunk
from annotation.studio.client import EXPORT_IDS, Held, Studio
from annotation.studio.project import Project, find, former
from annotation.tables import Tables, rebuild
from corpus.errors import WirecopyError
from corpus.output import Output

# A change is stamped before it is committed: one that comes late lies below the watermark.
OVERLAP = timedelta(minutes=10)


def pull(studio: Studio, campaign: Campaign, *, out: Output) -> Tables:
    """Fetch what changed since the last pull, from former projects too; then make the tables."""
    project = find(studio, campaign)
    if project is None:
        raise WirecopyError(
            f"campaign '{campaign.name}' has no project on {studio.url}",
            hint=f"wirecopy annotation push --campaign {campaign.name}",
        )
    for one in (*former(studio, campaign), project):
        fetch(studio, campaign, one, out=out)
    return rebuild(campaign)


def fetch(studio: Studio, campaign: Campaign, project: Project, *, out: Output) -> None:
    """Append the changed tasks of one project to the raw chunks."""
    folder = campaign.folder / "pull"
    known = chunks.known(chunks.read(folder), project.source)
    changed = _changed(studio, project, known)
    table = Pseudonyms(campaign.workspace.state).table(studio.users()) if changed else {}
    with out.progress(f"{campaign.name}: fetching annotations", len(changed)) as step:
        for at in range(0, len(changed), EXPORT_IDS):
            updated = {one.id: one.updated for one in changed[at : at + EXPORT_IDS]}
            tasks = chunks.tasks_of(studio.export(project.id, list(updated)), studio.url)
            seen = {task.id: updated[task.id] for task in tasks if task.id in updated}
            chunk = Chunk(source=project.source, server=True, seen=seen, annotators=table, tasks=tasks)
            chunks.append(folder, chunk)
            step(len(updated))


def _changed(studio: Studio, project: Project, known: dict[int, str]) -> list[Held]:
    listed = studio.tasks(project.id, changed_since=_watermark(known))
    changed = [one for one in listed if (one.answers or one.id in known) and known.get(one.id) != one.updated]
    # Oldest first: a pull that is killed leaves a watermark with no hole behind it.
    return sorted(changed, key=lambda one: (one.updated, one.id))


def _watermark(known: dict[int, str]) -> str | None:
    if not known:
        return None
    newest = max(datetime.fromisoformat(when) for when in known.values())
    return (newest - OVERLAP).isoformat().replace("+00:00", "Z")
