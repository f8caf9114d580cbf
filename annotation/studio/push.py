"""Bring every queue of a campaign in step: never a double, never a hole.

The server commits a batch whole, even when its answer is lost, and does not dedupe. So each batch
is noted before it is sent, and after any doubt (a lost answer, or a push that was killed) the
keys are read back before anything is sent again. A last read proves the result; should a batch
have been committed later than it was waited for, or sent by a colleague at the same time, its
double is taken out again.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from annotation import prefill
from annotation.campaign import Campaign, Queue
from annotation.schema import Task
from annotation.studio.client import Doubt, Held, Studio
from annotation.studio.plan import Plan, compare, plan
from annotation.studio.project import Gone, Project, ensure, find, start_anew
from annotation.studio.reading import total
from annotation.studio.shares import queues_of
from annotation.tasks import save, to_server
from corpus.errors import WirecopyError
from corpus.files import read_model, write_json
from corpus.output import Output

BATCH = 500
TRIES = 6
SETTLE_SECONDS = (0.0, 0.5, 1.0, 2.0, 4.0)
MOVES = 3  # how often work is given out again because somebody has just begun what should move
Mark = tuple[str, str]
Sent = tuple[Task, list[dict[str, Any]]]  # a task and the predictions that come with it
Shown = Callable[[Queue, Task], Sent]


class Journal(BaseModel):
    """The batch that is on its way."""

    project: int
    tasks: list[Mark]


@dataclass(frozen=True)
class Pushed:
    """What a push did; `old` tasks nobody has answered still stand in the queues.

    `projects` is `{annotator: project id}`, or `{"": project id}` where all share one.
    """

    campaign: str
    sent: int = 0
    unchanged: int = 0
    moved: int = 0
    deleted: int = 0
    old: int = 0
    waiting: int = 0
    written: bool = False
    projects: dict[str, int] = field(default_factory=dict)

    @property
    def project(self) -> int:
        """The shared project, or the first annotator's."""
        return next(iter(self.projects.values()))


def push(
    studio: Studio,
    campaign: Campaign,
    *,
    out: Output,
    prune: bool = False,
    prune_answered: bool = False,
    recreate: bool = False,
) -> Pushed:
    """Bring the server in step with the corpus; write nothing where it is.

    `prune` deletes old tasks that nobody has answered, `prune_answered` also the others, once
    their answers are safe in the raw chunks. Raises WirecopyError where the server keeps failing.
    """
    tasks = campaign.tasks()
    save(campaign.folder / "tasks.parquet", tasks)
    queues = queues_of(campaign)
    if recreate:
        for queue in _gone(studio, queues) or queues:
            start_anew(queue)
    for queue in queues:
        _settle(studio, queue)
    plans, moved = _moved(studio, campaign, tasks, out)
    units = {task.key: task.payload for task in tasks}
    predicted = _predicted(campaign, tasks, [task for one in plans for task in one.missing])
    done = [bring(studio, one, units, predicted, out=out, prune=prune, prune_answered=prune_answered) for one in plans]
    return _added(campaign, done, moved)


def bring(
    studio: Studio,
    before: Plan,
    units: dict[str, str],
    shown: Shown,
    *,
    out: Output,
    prune: bool = False,
    prune_answered: bool = False,
) -> Pushed:
    """Bring one queue in step with its plan.

    `units` is `{key: payload}` of the campaign; `shown` adds what is shown already filled in.
    """
    queue = before.queue
    project = ensure(studio, queue, before.project)
    told = f"{queue.campaign.name}{f', {queue.name}' if queue.name else ''}: sending tasks"
    certain = True
    with out.progress(told, len(before.missing)) as step:
        for at in range(0, len(before.missing), BATCH):
            batch = before.missing[at : at + BATCH]
            certain &= _send(studio, queue, project, [shown(queue, task) for task in batch])
            step(len(batch))
    after = _proved(studio, project, units, before, certain=certain)
    deleted = _delete(studio, [held for held in (*after.doubles, *(after.old if prune else ())) if not held.answers])
    if prune_answered:
        deleted += _delete_answered(studio, queue.campaign, project, after.old, out)
    (queue.state / "push.json").unlink(missing_ok=True)
    return Pushed(
        queue.campaign.name,
        sent=len(before.missing),
        unchanged=len(before.unchanged),
        deleted=deleted,
        old=0 if prune else sum(not held.answers for held in after.old),
        waiting=before.waiting,
        written=before.changes or deleted > 0,
        projects={queue.name: project.id},
    )


def _added(campaign: Campaign, done: list[Pushed], moved: int) -> Pushed:
    sums = {
        name: sum(getattr(one, name) for one in done) for name in ("sent", "unchanged", "deleted", "old", "waiting")
    }
    projects = {name: project for one in done for name, project in one.projects.items()}
    written = moved > 0 or any(one.written for one in done)
    return Pushed(campaign.name, **sums, moved=moved, written=written, projects=projects)


def _gone(studio: Studio, queues: list[Queue]) -> list[Queue]:
    """Return the queues whose project is no longer there."""
    gone = []
    for queue in queues:
        try:
            find(studio, queue)
        except Gone:
            gone.append(queue)
    return gone


def _moved(studio: Studio, campaign: Campaign, tasks: list[Task], out: Output) -> tuple[list[Plan], int]:
    """Take open work out of the queues that it leaves; return the plan of what then is to be sent.

    Work that its annotator has just begun stays, and what was to replace it is given out again.
    """
    moved = 0
    for _ in range(MOVES):
        plans = plan(studio, campaign, tasks)
        leaving = [held for one in plans for held in one.moved]
        taken = _delete(studio, leaving)
        moved += taken
        if taken == len(leaving):
            break
    if moved:
        out.note(f"{campaign.name}: {moved} open tasks left the queue they were in")
    return plans, moved


def _proved(studio: Studio, project: Project, units: dict[str, str], before: Plan, *, certain: bool) -> Plan:
    """Return what stands in the queue, once every task is there once.

    Where the server confirmed each batch, its count proves that; else, or where the count is another
    one because somebody works there too, all is read back.
    """
    if certain and not before.doubles and total(studio, project.id) == before.standing + len(before.missing):
        return before
    after = compare(before.queue, before.wanted, units, project, list(studio.tasks(project.id)))
    if after.missing:
        raise WirecopyError(
            f"{studio.url} lost {len(after.missing)} tasks of project {project.id} after it took them",
            hint="does somebody delete tasks there? Then: "
            f"wirecopy annotation push --campaign {before.queue.campaign.name}",
        )
    return after


def _predicted(campaign: Campaign, units: list[Task], missing: list[Task]) -> Shown:
    """Ask the model of a campaign for what it has not said yet; return what adds it to a task."""
    settings = campaign.settings.prefill
    if settings is None:
        return lambda _queue, task: (task, [])
    wanted = list({task.key: task for task in missing}.values())
    root = campaign.workspace.root
    known = prefill.predict(settings, campaign.scheme, wanted, units=units, root=root, folder=campaign.folder)

    def shown(queue: Queue, task: Task) -> Sent:
        filled = prefill.with_prefill(settings, task, known, queue.name)
        if filled.prefill is None:
            return task, []
        return filled, prefill.to_server(campaign.scheme, known[task.key, task.payload], task)

    return shown


def _send(studio: Studio, queue: Queue, project: Project, batch: list[Sent]) -> bool:
    """Send one batch; after a doubt look first, then send only what is not there. Tell whether there was none."""
    missing = batch
    for attempt in range(TRIES):
        sending = Journal(project=project.id, tasks=[(one.key, one.payload) for one, _ in missing])
        write_json(queue.state / "push.json", sending.model_dump())
        try:
            studio.import_tasks(project.id, [to_server(task, filled) for task, filled in missing])
            return attempt == 0
        except Doubt as doubt:
            cause = doubt
        there = _read_back(lambda: studio.tasks(project.id), {(one.key, one.payload) for one, _ in missing})
        missing = [one for one in missing if (one[0].key, one[0].payload) not in there]
        if not missing:
            return False
        time.sleep(min(2.0**attempt / 4, 8))
    raise WirecopyError(
        f"{studio.url} did not take {len(missing)} tasks in {TRIES} tries ({cause})",
        hint=f"when it works again: wirecopy annotation push --campaign {queue.campaign.name}",
    )


def _settle(studio: Studio, queue: Queue) -> None:
    """After a push that was killed, wait for the batch that the server may still be writing."""
    journal: Path = queue.state / "push.json"
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


def _delete_answered(studio: Studio, campaign: Campaign, project: Project, old: list[Held], out: Output) -> int:
    """Delete old tasks with their answers, after these are safe in the raw chunks."""
    from annotation.answers import chunks
    from annotation.studio.pull import fetch

    fetch(studio, campaign, project, out=out)
    known = chunks.known(campaign.folder / "pull").get(project.source, chunks.Known())
    answered = [held for held in old if held.answers]
    if lost := [held.id for held in answered if held.id not in known.tasks]:
        raise WirecopyError(
            f"the answers of {len(lost)} tasks could not be saved first: nothing of them was deleted",
            hint=f"wirecopy annotation pull --campaign {campaign.name}",
        )
    for held in answered:
        studio.delete_task(held.id)
    if answered:
        out.note(f"{campaign.name}: the answers of {len(answered)} deleted tasks are in {campaign.folder / 'pull'}")
    return len(answered)
