"""Send what is missing: never a double, never a hole.

The server commits a batch whole, even when its answer is lost, and does not dedupe. So each batch
is noted before it is sent, and after any doubt (a lost answer, or a push that was killed) the
keys are read back before anything is sent again. A last read proves the result; should a batch
have been committed later than it was waited for, its double is taken out again.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from annotation.campaign import Campaign
from annotation.schema import Task
from annotation.studio.client import Doubt, Held, Studio
from annotation.studio.plan import Plan, compare, plan
from annotation.studio.project import Project, ensure, start_anew
from annotation.tasks import save, to_server
from corpus.errors import WirecopyError
from corpus.files import read_model, write_json
from corpus.output import Output

BATCH = 500
TRIES = 6
SETTLE_SECONDS = (0.0, 0.5, 1.0, 2.0, 4.0)
Mark = tuple[str, str]


class Journal(BaseModel):
    """The batch that is on its way."""

    project: int
    tasks: list[Mark]


@dataclass(frozen=True)
class Pushed:
    """What a push did; `old` tasks nobody has answered still stand in the queue."""

    campaign: str
    project: int
    sent: int
    unchanged: int
    deleted: int
    old: int
    written: bool


def push(studio: Studio, campaign: Campaign, *, out: Output, prune: bool = False, recreate: bool = False) -> Pushed:
    """Bring the server in step with the corpus; write nothing where it is.

    `prune` deletes old and gone tasks that nobody has answered. Raises WirecopyError where the
    server keeps failing.
    """
    tasks = campaign.tasks()
    save(campaign.folder / "tasks.parquet", tasks)
    if recreate:
        start_anew(campaign)
    _settle(studio, campaign)
    before = plan(studio, campaign, tasks)
    project = ensure(studio, campaign, before.project)
    with out.progress(f"{campaign.name}: sending tasks", len(before.missing)) as step:
        for at in range(0, len(before.missing), BATCH):
            _send(studio, campaign, project, before.missing[at : at + BATCH])
            step(min(BATCH, len(before.missing) - at))
    after = _proved(studio, campaign, project, tasks, before)
    extra = [*after.outdated, *after.gone] if prune else []
    deleted = _delete(studio, [held for held in (*after.doubles, *extra) if not held.answers])
    _journal(campaign).unlink(missing_ok=True)
    old = 0 if prune else sum(not held.answers for held in (*after.outdated, *after.gone))
    written = before.changes or deleted > 0
    return Pushed(campaign.name, project.id, len(before.missing), len(before.unchanged), deleted, old, written)


def _proved(studio: Studio, campaign: Campaign, project: Project, tasks: list[Task], before: Plan) -> Plan:
    """Read back, until every task is there once."""
    if not before.changes and not before.doubles:
        return before
    after = compare(campaign, tasks, project, list(studio.tasks(project.id)))
    if after.missing:
        raise WirecopyError(
            f"{studio.url} lost {len(after.missing)} tasks of project {project.id} after it took them",
            hint=f"does somebody delete tasks there? Then: wirecopy annotation push --campaign {campaign.name}",
        )
    return after


def _send(studio: Studio, campaign: Campaign, project: Project, batch: list[Task]) -> None:
    """Send one batch; after a doubt look first, then send only what is not there."""
    missing = batch
    for attempt in range(TRIES):
        sending = Journal(project=project.id, tasks=[(one.key, one.payload) for one in missing])
        write_json(_journal(campaign), sending.model_dump())
        try:
            studio.import_tasks(project.id, [to_server(task) for task in missing])
            return
        except Doubt as doubt:
            cause = doubt
        there = _read_back(lambda: studio.tasks(project.id), {(one.key, one.payload) for one in missing})
        missing = [task for task in missing if (task.key, task.payload) not in there]
        if not missing:
            return
        time.sleep(min(2.0**attempt / 4, 8))
    raise WirecopyError(
        f"{studio.url} did not take {len(missing)} tasks in {TRIES} tries ({cause})",
        hint=f"when it works again: wirecopy annotation push --campaign {campaign.name}",
    )


def _settle(studio: Studio, campaign: Campaign) -> None:
    """After a push that was killed, wait for the batch that the server may still be writing."""
    journal = _journal(campaign)
    if not journal.exists():
        return
    note = read_model(journal, Journal, hint="wait ten seconds, delete it, then: wirecopy annotation push")
    if studio.project(note.project) is not None:
        _read_back(lambda: studio.tasks(note.project), set(note.tasks))
    journal.unlink()


def _read_back(tasks: Callable[[], Iterable[Held]], batch: set[Mark]) -> set[Mark]:
    """Return which of a batch the server holds; a batch comes whole, so one is enough to stop."""
    there: set[Mark] = set()
    for pause in SETTLE_SECONDS:
        time.sleep(pause)
        there = {(held.key, held.payload) for held in tasks()} & batch
        if there:
            break
    return there


def _delete(studio: Studio, held: list[Held]) -> int:
    try:
        # Each is looked at again: somebody may have answered it since it was listed.
        return sum(studio.delete_idle_task(one.id) for one in held)
    except Doubt as doubt:
        hint = "wirecopy annotation push"
        raise WirecopyError(f"{studio.url} did not confirm a deletion ({doubt})", hint=hint) from None


def _journal(campaign: Campaign) -> Path:
    return campaign.state / "push.json"
