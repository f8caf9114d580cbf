"""Bring annotations home: raw chunks first, then the tables that are made from them."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from annotation.annotators import Pseudonyms
from annotation.answers import chunks
from annotation.answers.chunks import Chunk, Known
from annotation.answers.spool import Spool
from annotation.answers.tables import Tables, give_back_what_is_freed, save_units, write_tables
from annotation.campaign import Campaign
from annotation.studio.client import EXPORT_IDS, Studio
from annotation.studio.project import Gone, Project, find, former
from annotation.studio.reading import Stamp, ahead, answered, extent, identity, stamps
from annotation.studio.shares import queues_of
from corpus.errors import WirecopyError
from corpus.files import read_model, write_json
from corpus.output import Output

# A change is stamped before it is committed: one that comes late lies below the watermark.
OVERLAP = timedelta(minutes=10)
FULL_AFTER = timedelta(hours=24)


class Look(BaseModel):
    """On which server a project was seen, and when all of its tasks were last listed."""

    server: str
    full: datetime


class Looks(BaseModel):
    """What a workspace remembers of its pulls, by the source of each project."""

    sources: dict[str, Look] = {}


@dataclass(frozen=True)
class Step:
    """One export: the stamps of its tasks, empty for a range of ids; `since` and `done` go to the chunk."""

    ids: list[int]
    stamps: dict[int, str]
    since: str | None = None
    done: bool = True


def pull(studio: Studio, campaign: Campaign, *, out: Output, full: bool = False) -> Tables:
    """Fetch what changed since the last pull, then make the tables.

    Once a day, or where it is `full`, all tasks are listed, so that those deleted on the server are noticed.
    """
    give_back_what_is_freed()
    with Spool(campaign) as spool, ThreadPoolExecutor(max_workers=1) as beside:
        # The corpus is read while the server is asked: it takes a fifth of that time.
        units = beside.submit(save_units, campaign, spool)
        try:
            error = _fetch_all(studio, campaign, spool, out=out, full=full)
            units.result()
        except BaseException:
            spool.close()
            raise
        tables = write_tables(campaign, spool)
    if error:
        raise error
    return tables


def _fetch_all(studio: Studio, campaign: Campaign, spool: Spool, *, out: Output, full: bool) -> WirecopyError | None:
    """Fetch every project; return the error that ended it where something had come until then."""
    spool.catch_up()
    known = spool.chunks
    try:
        _note_gone_projects(studio, campaign)
        spool.catch_up()
        for project in projects_of(studio, campaign):
            fetch(studio, campaign, project, out=out, full=full, each=spool.catch_up)
    except WirecopyError as error:
        if spool.chunks == known:
            raise
        return error
    return None


def projects_of(studio: Studio, campaign: Campaign) -> list[Project]:
    """Return every project that can hold answers, the left ones too; raise WirecopyError where none stands."""
    found: list[Project] = []
    gone: WirecopyError | None = None
    for queue in queues_of(campaign):
        found += former(studio, queue)
        try:
            found += [project] if (project := find(studio, queue)) else []
        except Gone as error:
            gone = error
    if not found:
        raise gone or WirecopyError(
            f"campaign '{campaign.name}' has no project on {studio.url}",
            hint=f"wirecopy annotation push --campaign {campaign.name}",
        )
    return found


def fetch(
    studio: Studio,
    campaign: Campaign,
    project: Project,
    *,
    out: Output,
    full: bool = False,
    each: Callable[[Chunk, Path], None] = lambda chunk, path: None,
) -> None:
    """Append the changed tasks of one project to the raw chunks; call `each` with every chunk and its path."""
    folder = campaign.folder / "pull"
    known = chunks.known(folder).get(project.source, Known())
    looks = _looks(campaign)
    last = looks.sources.get(project.source)
    began = datetime.now(UTC)
    full = full or last is None or began - last.full > FULL_AFTER
    steps, gone = _steps(studio, project, known, full=full)
    table = _annotators(studio, campaign) if steps else {}
    with out.progress(f"{campaign.name}: fetching annotations", sum(len(step.ids) for step in steps)) as progress:
        for step, chunk in _chunks(studio, project, steps):
            if chunk is not None:
                _keep(folder, chunk.model_copy(update={"annotators": table}), each)
            progress(len(step.ids))
    if gone:
        _keep(folder, Chunk(source=project.source, server=True, gone=gone), each)
    resumed = known.watermark is None and bool(known.tasks)  # what was deleted meanwhile was not looked for
    if full and not resumed:
        _note(campaign, project.source, Look(server=identity(studio), full=began))


def _keep(folder: Path, chunk: Chunk, each: Callable[[Chunk, Path], None]) -> None:
    each(chunk, chunks.append(folder, chunk))


def _steps(studio: Studio, project: Project, known: Known, *, full: bool) -> tuple[list[Step], list[int]]:
    """Return the exports to make, and the tasks that are gone from the server."""
    if known.watermark is None and (ranges := _ranges(studio, project, known)) is not None:
        return ranges, []
    listed = {one.id: one for one in stamps(studio, project.id, since=None if full else _watermark(known))}
    changed = (one for one in listed.values() if one.answers or one.id in known.tasks)
    # Oldest first: a pull that is killed leaves a watermark with no hole behind it.
    ordered = sorted((one for one in changed if known.tasks.get(one.id) != one.updated), key=_age)
    steps = [_step(ordered[at : at + EXPORT_IDS]) for at in range(0, len(ordered), EXPORT_IDS)]
    missing = sorted(known.tasks.keys() - listed.keys()) if full else []
    return steps, _truly_gone(studio, project, missing)


def _ranges(studio: Studio, project: Project, known: Known) -> list[Step] | None:
    """Return a first fetch by ranges of ids, or None where these have wide gaps.

    A listing costs a server a third of what the answers cost; ranges spare it. One that was killed goes on.
    """
    place = extent(studio, project.id)
    if place is None:
        return []
    if place.last - place.first + 1 > 2 * place.tasks + EXPORT_IDS:
        return None
    first = max(known.tasks, default=place.first - 1) + 1
    since = known.since or place.newest
    starts = range(first, place.last + 1, EXPORT_IDS) or [first]
    return [
        Step(list(range(start, min(start + EXPORT_IDS, place.last + 1))), {}, since, start == starts[-1])
        for start in starts
    ]


def _chunks(studio: Studio, project: Project, steps: list[Step]) -> Iterator[tuple[Step, Chunk | None]]:
    """Yield each export as a chunk, None where it brought nothing to keep."""
    kept = False
    for step, exported in ahead(lambda step: _export(studio, project, step), steps):
        tasks = chunks.tasks_of(exported, studio.url)
        stamps_of = step.stamps or {task.id: task.updated_at for task in tasks}
        seen = {task.id: stamps_of[task.id] for task in tasks if task.id in stamps_of}
        kept = kept or bool(tasks)
        worth = bool(tasks) or (kept and step.since is not None and step.done)
        chunk = Chunk(source=project.source, server=True, seen=seen, since=step.since, done=step.done, tasks=tasks)
        yield step, chunk if worth else None


def _export(studio: Studio, project: Project, step: Step) -> list[dict[str, Any]]:
    if step.stamps:
        return studio.export(project.id, step.ids)
    return answered(studio, project.id, step.ids) if step.ids else []


def _truly_gone(studio: Studio, project: Project, missing: list[int]) -> list[int]:
    """Return those that the server, asked for them, does not have."""
    there: set[int] = set()
    for at in range(0, len(missing), EXPORT_IDS):
        part = missing[at : at + EXPORT_IDS]
        there |= {int(task["id"]) for task in studio.export(project.id, part)}
    return [task for task in missing if task not in there]


def _note_gone_projects(studio: Studio, campaign: Campaign) -> None:
    """Note the tasks of projects that this very server says are gone; of another server's nothing is known."""
    folder = campaign.folder / "pull"
    looks = _looks(campaign).sources
    for source, known in chunks.known(folder).items():
        look, number = looks.get(source), int(source.split("@")[0])
        if not known.tasks or look is None or studio.project(number) is not None:
            continue
        if look.server == identity(studio):
            chunks.append(folder, Chunk(source=source, server=True, gone=sorted(known.tasks)))


def _annotators(studio: Studio, campaign: Campaign) -> dict[str, dict[str, str]]:
    return Pseudonyms(campaign.workspace.state).table(studio.users())


def _step(part: Iterable[Stamp]) -> Step:
    found = {one.id: one.updated for one in part}
    return Step(list(found), found)


def _age(one: Stamp) -> tuple[str, int]:
    return one.updated, one.id


def _watermark(known: Known) -> str | None:
    if known.watermark is None:
        return None
    return (datetime.fromisoformat(known.watermark) - OVERLAP).isoformat().replace("+00:00", "Z")


def _path(campaign: Campaign) -> Path:
    return campaign.state / "pull.json"


def _looks(campaign: Campaign) -> Looks:
    path = _path(campaign)
    return read_model(path, Looks, hint=f"delete {path}: the next pull lists all tasks") if path.exists() else Looks()


def _note(campaign: Campaign, source: str, look: Look) -> None:
    looks = _looks(campaign)
    looks.sources[source] = look
    write_json(_path(campaign), looks.model_dump(mode="json"))
