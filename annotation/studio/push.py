"""Bring every queue of a campaign in step with the corpus and with each other."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

from annotation import prefill
from annotation.campaign import Campaign, Queue
from annotation.schema import Task
from annotation.studio.client import Studio
from annotation.studio.plan import Plan, plan
from annotation.studio.project import Gone, find, start_anew
from annotation.studio.sending import Brought, Sent, Shown, bring, delete, settle
from annotation.studio.shares import queues_of
from annotation.tasks import save
from corpus.output import Output

# How often work is given out again because somebody has just begun what should move, or pushes too.
ROUNDS = 3


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
    queues = queues_of(campaign)
    if recreate:
        for queue in _gone(studio, queues) or queues:
            start_anew(studio, queue)
    for queue in queues:
        settle(studio, queue)
    units = {task.key: task.payload for task in tasks}
    rounds: list[Pushed] = []
    plans, moved = _moved(studio, campaign, tasks, out)
    with ThreadPoolExecutor(max_workers=1) as beside:
        written = beside.submit(save, campaign.folder / "tasks.parquet", tasks)  # while the server is waited for
        while True:
            shown = _predicted(campaign, tasks, [task for one in plans for task in one.missing], out)
            brought = {
                one.queue.name: bring(studio, one, units, shown, out=out, prune=prune, prune_answered=prune_answered)
                for one in plans
            }
            rounds.append(_added(campaign, brought, moved))
            # What a colleague sent at the same time may be more than the overlap: look again.
            if len(rounds) == ROUNDS or not any(one.disturbed for one in brought.values()):
                break
            plans, moved = _moved(studio, campaign, tasks, out)
        written.result()
    return _joined(rounds)


def _joined(rounds: list[Pushed]) -> Pushed:
    last = rounds[-1]
    sums = {name: sum(getattr(one, name) for one in rounds) for name in ("sent", "moved", "deleted")}
    return replace(last, **sums, written=any(one.written for one in rounds), unchanged=rounds[0].unchanged)


def _added(campaign: Campaign, brought: dict[str, Brought], moved: int) -> Pushed:
    names = ("sent", "unchanged", "deleted", "old", "waiting")
    sums: dict[str, Any] = {name: sum(getattr(one, name) for one in brought.values()) for name in names}
    projects = {name: one.project for name, one in brought.items()}
    written = moved > 0 or any(one.written for one in brought.values())
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
    """Take open work out of the queues that it leaves; return the plans of what then is to be sent.

    Work that its annotator has just begun stays, and what was to replace it is given out again.
    """
    moved = 0
    for _ in range(ROUNDS):
        plans, stayed = [], 0
        for one in plan(studio, campaign, tasks):
            taken = delete(studio, one.project.id, one.moved) if one.project else 0
            moved, stayed = moved + taken, stayed + len(one.moved) - taken
            plans.append(replace(one, standing=one.standing - taken))
        if not stayed:
            break
    if moved:
        out.note(f"{campaign.name}: {moved} open tasks left the queue they were in")
    return plans, moved


def _predicted(campaign: Campaign, units: list[Task], missing: list[Task], out: Output) -> Shown:
    """Ask the model of a campaign for what it has not said yet; return what adds it to a task."""
    settings = campaign.settings.prefill
    if settings is None:
        return lambda _queue, task: (task, [])
    wanted = list({task.key: task for task in missing}.values())
    root = campaign.workspace.root
    known = prefill.predict(settings, campaign.scheme, wanted, units=units, root=root, folder=campaign.folder)
    if known.skipped:
        out.note(f"{campaign.name}: {known.skipped} predictions fit no unit by now")

    def shown(queue: Queue, task: Task) -> Sent:
        filled = prefill.with_prefill(settings, task, known, queue.name)
        if filled.prefill is None:
            return task, []
        return filled, prefill.to_server(campaign.scheme, known[task.key, task.payload], task)

    return shown
