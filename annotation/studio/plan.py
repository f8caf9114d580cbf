"""What a push would change: the tasks of each queue against those the server really holds."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from annotation.campaign import Campaign, Queue
from annotation.schema import Task
from annotation.studio.client import Held, Studio
from annotation.studio.project import Project, find, former
from annotation.studio.shares import Standing, queues_of, shares
from annotation.tasks import check_sendable
from corpus.output import Output, listing

WORDS_A_MINUTE = 180
SECONDS_A_QUESTION = 15
MOST_NAMED = 20


@dataclass(frozen=True)
class Plan:
    """The tasks of one queue by what has to happen to them; `project` is None before the first push.

    `later` tasks are held back until the tutorial is done; `standing` counts all that the project
    holds, `last` is its highest id. `changed_why` has, by cause, how many tasks change and how many
    answers become stale by it.
    """

    queue: Queue
    project: Project | None
    wanted: list[Task] = field(default_factory=list)
    there: list[Held] = field(default_factory=list)
    new: list[Task] = field(default_factory=list)
    unchanged: list[Task] = field(default_factory=list)
    changed: list[Task] = field(default_factory=list)
    changed_why: dict[str, tuple[int, int]] = field(default_factory=dict)
    outdated: list[Held] = field(default_factory=list)
    moved: list[Held] = field(default_factory=list)
    gone: list[Held] = field(default_factory=list)
    edited: list[Held] = field(default_factory=list)
    doubles: list[Held] = field(default_factory=list)
    foreign: list[Held] = field(default_factory=list)
    later: list[Task] = field(default_factory=list)
    standing: int = 0
    last: int = 0
    skipped_gold: int = 0

    @property
    def waiting(self) -> int:
        """How many tasks are held back."""
        return len(self.later)

    @property
    def missing(self) -> list[Task]:
        """The tasks to send."""
        return [*self.new, *self.changed]

    @property
    def hours(self) -> float:
        """How long all annotators together need for what is missing."""
        return _hours(self.missing, self.queue)

    @property
    def old(self) -> list[Held]:
        """What stands in the queue and is asked no more."""
        return [*self.outdated, *self.gone, *self.edited]

    @property
    def changes(self) -> bool:
        """Whether a push would send or move tasks, or make or change the project."""
        return self.project is None or bool(self.missing or self.moved or self.drift)

    @property
    def drift(self) -> list[str]:
        """The settings that differ on the server."""
        return sorted(self.project.drift) if self.project else []

    def summary(self) -> dict[str, object]:
        """Return the counts, for a table or as JSON."""
        return {
            "campaign": self.queue.campaign.name,
            "annotator": self.queue.name or None,
            "project": self.project.id if self.project else None,
            "new": len(self.new),
            "unchanged": len(self.unchanged),
            "changed": len(self.changed),
            "outdated": len(self.outdated),
            "annotations on old": sum(held.answers for held in self.old),
            "moved": len(self.moved),
            "gone": len(self.gone),
            "edited": len(self.edited),
            "doubles": len(self.doubles),
            "foreign": len(self.foreign),
            "waiting": self.waiting,
            "hours": round(self.hours, 1),
        }

    def details(self) -> dict[str, object]:
        """Return the counts and every task and setting behind them, as JSON."""
        why = {cause: {"tasks": tasks, "stale": stale} for cause, (tasks, stale) in self.changed_why.items()}
        return self.summary() | {
            "changed_why": why,
            "changed_tasks": [
                {"key": task.key, "doc_ids": task.doc_ids, "target": task.target_id} for task in self.changed
            ],
            "settings": self.drift,
        }

    def show(self, out: Output) -> None:
        """Tell what the counts mean, where they need words."""
        who = f"{self.queue.campaign.name}, {self.queue.name}" if self.queue.name else self.queue.campaign.name
        if self.project is None:
            out.note(f"{who}: the project will be made")
        elif self.drift:
            out.note(f"{who}: settings that differ on the server: {listing(self.drift)}")
        for cause, (tasks, stale) in sorted(self.changed_why.items()):
            out.note(
                f"{who}: {tasks} changed by {cause}: each is sent as a new task; "
                f"{stale} annotations on the old ones are kept, tied to what was asked then, and marked stale"
            )
        if self.changed:
            out.note(f"{who}: changed: {listing(_names(self.changed), most=MOST_NAMED)}")
        if self.moved:
            out.note(f"{who}: {len(self.moved)} open tasks go to other annotators")
        if self.waiting:
            out.note(f"{who}: {self.waiting} tasks wait for the tutorial: when it is done, pull, then push")
        if self.skipped_gold:
            out.note(f"{who}: {self.skipped_gold} gold answers fit no unit by now")
        if self.gone:
            out.note(f"{who}: {len(self.gone)} tasks on the server are no longer in the corpus; they stay")
        if idle := sum(1 for held in self.old if not held.answers):
            out.note(f"{who}: {idle} outdated or gone tasks nobody has answered: `push --prune`")


def plan(studio: Studio, campaign: Campaign, tasks: list[Task]) -> list[Plan]:
    """Compare every queue of a campaign; reads only."""
    check_sendable(tasks)
    standings = [_standing(studio, queue) for queue in queues_of(campaign)]
    wanted = shares(campaign, tasks, standings)
    units = {task.key: task.payload for task in tasks}
    return [
        replace(
            compare(one.queue, share.tasks, units, one.project, one.held, share.later, one.begun),
            skipped_gold=share.skipped,
        )
        for one in standings
        for share in [wanted[one.queue.name]]
        if share.tasks or one.project or not one.queue.name
    ]


def compare(
    queue: Queue,
    tasks: list[Task],
    units: dict[str, str],
    project: Project | None,
    held: Collection[Held],
    later: Sequence[Task] = (),
    begun: Collection[int] = (),
) -> Plan:
    """Sort the tasks that a queue should have and those it holds into a plan.

    `units` is `{key: payload}` of the whole campaign, whoever does them; `later` tasks are held back,
    tasks with the ids `begun` have a draft.
    """
    wanted = {(task.key, task.payload) for task in tasks}
    keys = {task.key for task in tasks}
    waiting = {task.key for task in later}
    ours = [one for one in held if one.key and one.payload]
    there, doubles = _once(one for one in ours if one.intact)
    edited = [one for one in ours if not one.intact]
    rest = [one for mark, one in there.items() if mark not in wanted]
    outdated, others = _parted(rest, lambda one: one.key in keys or units.get(one.key, one.payload) != one.payload)
    elsewhere, gone = _parted(others, lambda one: (one.of or one.key) in units)
    moved = [one for one in elsewhere if not one.answers and one.key not in waiting and one.id not in begun]
    earlier: dict[str, list[Held]] = defaultdict(list)
    for one in (*outdated, *edited):
        earlier[one.key].append(one)
    missing = [task for task in tasks if (task.key, task.payload) not in there]
    changed = [task for task in missing if task.key in earlier]
    return Plan(
        queue=queue,
        project=project,
        wanted=tasks,
        there=list(there.values()),
        new=[task for task in missing if task.key not in earlier],
        unchanged=[task for task in tasks if (task.key, task.payload) in there],
        changed=changed,
        changed_why=_causes(changed, earlier),
        outdated=outdated,
        moved=moved,
        gone=gone,
        edited=edited,
        doubles=doubles,
        foreign=[one for one in held if not (one.key and one.payload)],
        later=[*later],
        standing=len(held),
        last=max((one.id for one in held), default=0),
    )


def _parted(held: Iterable[Held], holds: Callable[[Held], bool]) -> tuple[list[Held], list[Held]]:
    yes: list[Held] = []
    no: list[Held] = []
    for one in held:
        (yes if holds(one) else no).append(one)
    return yes, no


def _standing(studio: Studio, queue: Queue) -> Standing:
    project = find(studio, queue)
    held = list(studio.tasks(project.id)) if project else []
    before = [one for old in former(studio, queue) for one in studio.tasks(old.id)] if queue.name else []
    begun = studio.begun(project.id) if project and queue.name else ()
    return Standing(queue, project, held, before, begun)


def _once(held: Iterable[Held]) -> tuple[dict[tuple[str, str], Held], list[Held]]:
    """Return one task for each key and payload, the one with most answers, and the doubles."""
    there: dict[tuple[str, str], Held] = {}
    doubles = []
    for one in sorted(held, key=lambda one: (-one.answers, one.id)):
        if (one.key, one.payload) in there:
            doubles.append(one)
        else:
            there[one.key, one.payload] = one
    return there, doubles


def _causes(changed: list[Task], earlier: dict[str, list[Held]]) -> dict[str, tuple[int, int]]:
    tasks: Counter[str] = Counter()
    stale: Counter[str] = Counter()
    for task in changed:
        cause = _cause(task, earlier[task.key][0])
        tasks[cause] += 1
        stale[cause] += sum(one.answers for one in earlier[task.key])
    return {cause: (tasks[cause], stale[cause]) for cause in tasks}


def _cause(task: Task, old: Held) -> str:
    if not old.intact:
        return "hand on the server"
    if old.meta.get("text_hash") != task.text_hash:
        return "text"
    return "questions" if old.meta.get("scheme_hash") != task.scheme_hash else "guideline"


def _hours(tasks: list[Task], queue: Queue) -> float:
    words = sum(_words(text) for task in tasks for text in task.data.values() if isinstance(text, str))
    questions = len(tasks) * len(queue.campaign.scheme.questions)
    return queue.overlap * (words / WORDS_A_MINUTE / 60 + questions * SECONDS_A_QUESTION / 3600)


def _words(text: str) -> float:
    # Chinese and Japanese have no spaces: two characters count as a word there.
    unspaced = len(re.findall("[\u3040-\u30ff\u3400-\u9fff]", text))
    return len(text.split()) + unspaced / 2


def _names(tasks: list[Task]) -> list[str]:
    return [f"{' / '.join(task.doc_ids)}{f' ({task.target_id})' if task.target_id else ''}" for task in tasks]
