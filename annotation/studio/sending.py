"""Send what one queue lacks: never a double, never a hole.

The server commits a batch whole, even when its answer is lost, and does not dedupe. So each batch
is noted before it is sent, and after any doubt (a lost answer, or a push that was killed) the
keys are read back before anything is sent again. A last look proves the result; should a batch
have been committed later than it was waited for, or sent by a colleague at the same time, its
double is taken out again.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from annotation.campaign import Campaign, Queue
from annotation.schema import Task
from annotation.studio.client import Doubt, Held, Studio
from annotation.studio.plan import Plan, compare
from annotation.studio.project import Project, ensure
from annotation.studio.reading import ahead, total
from annotation.tasks import to_server
from corpus.errors import WirecopyError
from corpus.files import read_model, write_text
from corpus.output import Output

BATCH, BATCH_CHARACTERS = 1_000, 4 << 20
TRIES = 6
SETTLE_SECONDS = (0.0, 0.5, 1.0, 2.0, 4.0)
Mark = tuple[str, str]
Sent = tuple[Task, list[dict[str, Any]]]  # a task and the predictions that come with it
Shown = Callable[[Queue, Task], Sent]
Encoded = tuple[Mark, bytes]  # a task as JSON, ready to be sent


class Journal(BaseModel):
    """The batch that is on its way."""

    project: int
    tasks: list[Mark]


@dataclass(frozen=True)
class Brought:
    """What was done to one queue; `disturbed` where somebody else changed it meanwhile."""

    project: int
    sent: int
    unchanged: int
    deleted: int
    old: int
    waiting: int
    written: bool
    disturbed: bool


def bring(
    studio: Studio,
    before: Plan,
    units: dict[str, str],
    shown: Shown,
    *,
    out: Output,
    prune: bool = False,
    prune_answered: bool = False,
) -> Brought:
    """Bring one queue in step with its plan.

    `units` is `{key: payload}` of the campaign; `shown` adds what is shown already filled in.
    """
    queue = before.queue
    project = ensure(studio, queue, before.project)
    told = f"{queue.campaign.name}{f', {queue.name}' if queue.name else ''}: sending tasks"
    certain = True

    def encode(batch: list[Task]) -> list[Encoded]:
        return [((task.key, task.payload), _json(*shown(queue, task))) for task in batch]

    with out.progress(told, len(before.missing)) as step:
        # The next batch is made ready while the server takes this one.
        for batch, encoded in ahead(encode, _batches(before.missing)):
            certain &= _send(studio, queue, project, encoded, after=before.last)
            step(len(batch))
    undisturbed = total(studio, project.id) == before.standing + len(before.missing)
    proved = certain and undisturbed and not before.doubles
    after = before if proved else _proved(studio, project, units, before)
    old = [held for held in after.old if not held.answers] if prune else []
    deleted = delete(studio, project.id, [*(held for held in after.doubles if not held.answers), *old])
    if prune_answered:
        deleted += _delete_answered(studio, queue.campaign, project, after.old, out)
    (queue.state / "push.json").unlink(missing_ok=True)
    return Brought(
        project=project.id,
        sent=len(before.missing),
        unchanged=len(before.unchanged),
        deleted=deleted,
        old=0 if prune else sum(not held.answers for held in after.old),
        waiting=before.waiting,
        written=before.changes or deleted > 0,
        disturbed=not undisturbed and certain,
    )


def _proved(studio: Studio, project: Project, units: dict[str, str], before: Plan) -> Plan:
    """Read all back, since the count alone does not prove that every task is there once."""
    after = compare(before.queue, before.wanted, units, project, list(studio.tasks(project.id)), before.later)
    if after.missing:
        raise WirecopyError(
            f"{studio.url} lost {len(after.missing)} tasks of project {project.id} after it took them",
            hint="does somebody delete tasks there? Then: "
            f"wirecopy annotation push --campaign {before.queue.campaign.name}",
        )
    return after


def _batches(tasks: Sequence[Task]) -> Iterator[list[Task]]:
    """Cut tasks into batches, smaller ones where texts are long: a server has its limit for a request."""
    batch: list[Task] = []
    size = 0
    for task in tasks:
        length = sum(len(text) for text in task.data.values() if isinstance(text, str))
        if batch and (len(batch) == BATCH or size + length > BATCH_CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(task)
        size += length
    if batch:
        yield batch


def _json(task: Task, filled: list[dict[str, Any]]) -> bytes:
    return json.dumps(to_server(task, filled)).encode()


def _send(studio: Studio, queue: Queue, project: Project, batch: list[Encoded], *, after: int) -> bool:
    """Send one batch; after a doubt look first, then send only what is not there. Tell whether there was none.

    What this push sends has ids above `after`.
    """
    missing = batch
    for attempt in range(TRIES):
        marks = [mark for mark, _ in missing]
        write_text(queue.state / "push.json", Journal(project=project.id, tasks=marks).model_dump_json() + "\n")
        try:
            studio.import_encoded(project.id, b"[" + b",".join(task for _, task in missing) + b"]")
            return attempt == 0
        except Doubt as doubt:
            cause = doubt
        there = _read_back(lambda: studio.tasks(project.id, after=after), set(marks))
        missing = [one for one in missing if one[0] not in there]
        if not missing:
            return False
        time.sleep(min(2.0**attempt / 4, 8))
    raise WirecopyError(
        f"{studio.url} did not take {len(missing)} tasks in {TRIES} tries ({cause})",
        hint=f"when it works again: wirecopy annotation push --campaign {queue.campaign.name}",
    )


def settle(studio: Studio, queue: Queue) -> None:
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


def delete(studio: Studio, project: int, held: list[Held]) -> int:
    """Delete tasks that nobody has answered or begun; return how many. Each is looked at again just before."""
    if not held:
        return 0
    begun = studio.begun(project)
    try:
        return sum(studio.delete_idle_task(one.id) for one in held if one.id not in begun)
    except Doubt as doubt:
        raise _unsure(studio, doubt) from None


def _unsure(studio: Studio, doubt: Doubt) -> WirecopyError:
    return WirecopyError(f"{studio.url} did not confirm a deletion ({doubt})", hint="wirecopy annotation push")


def _delete_answered(studio: Studio, campaign: Campaign, project: Project, old: list[Held], out: Output) -> int:
    """Delete old tasks with their answers, after these are safe in the raw chunks in their present state."""
    from annotation.answers import chunks
    from annotation.studio.pull import fetch

    answered = {held.id for held in old if held.answers}
    if not answered:
        return 0
    fetch(studio, campaign, project, out=out)
    known = chunks.known(campaign.folder / "pull").get(project.source, chunks.Known())
    now = {held.id: held.updated for held in studio.tasks(project.id) if held.id in answered}
    safe = [task for task, updated in now.items() if known.tasks.get(task) == updated]
    try:
        for task in safe:
            studio.delete_task(task)
    except Doubt as doubt:
        raise _unsure(studio, doubt) from None
    out.note(f"{campaign.name}: the answers of {len(safe)} deleted tasks are in {campaign.folder / 'pull'}")
    if len(safe) < len(now):
        out.note(f"{campaign.name}: {len(now) - len(safe)} were answered meanwhile and stay: push again")
    return len(safe)
