"""What a push would change: the corpus's tasks against those the server really holds."""

import re
from collections import Counter
from dataclasses import dataclass, field

from annotation.campaign import Campaign
from annotation.schema import Task
from annotation.studio.client import Held, Studio
from annotation.studio.project import Project, find
from annotation.tasks import check_sendable
from corpus.output import Output, listing

WORDS_A_MINUTE = 180
SECONDS_A_QUESTION = 15
MOST_NAMED = 20


@dataclass(frozen=True)
class Plan:
    """Tasks by what has to happen to them; `project` is None before the first push."""

    campaign: str
    project: Project | None
    new: list[Task] = field(default_factory=list)
    unchanged: list[Task] = field(default_factory=list)
    changed: list[Task] = field(default_factory=list)
    changed_why: dict[str, int] = field(default_factory=dict)
    outdated: list[Held] = field(default_factory=list)
    gone: list[Held] = field(default_factory=list)
    doubles: list[Held] = field(default_factory=list)
    foreign: list[Held] = field(default_factory=list)
    hours: float = 0.0

    @property
    def missing(self) -> list[Task]:
        """The tasks to send."""
        return [*self.new, *self.changed]

    @property
    def changes(self) -> bool:
        """Whether a push would send tasks, or make or change the project."""
        return self.project is None or bool(self.missing or self._drift())

    def _drift(self) -> list[str]:
        return sorted(self.project.drift) if self.project else []

    def summary(self) -> dict[str, object]:
        """Return the counts, for a table or as JSON."""
        kept = sum(held.answers for held in self.outdated)
        return {
            "campaign": self.campaign,
            "project": self.project.id if self.project else None,
            "new": len(self.new),
            "unchanged": len(self.unchanged),
            "changed": len(self.changed),
            "outdated": len(self.outdated),
            "annotations on old": kept,
            "gone": len(self.gone),
            "doubles": len(self.doubles),
            "foreign": len(self.foreign),
            "hours": round(self.hours, 1),
        }

    def details(self) -> dict[str, object]:
        """Return the counts and every task and setting behind them, as JSON."""
        return self.summary() | {
            "changed_why": self.changed_why,
            "changed_tasks": [
                {"key": task.key, "doc_ids": task.doc_ids, "target": task.target_id} for task in self.changed
            ],
            "settings": self._drift(),
        }

    def show(self, out: Output) -> None:
        """Tell what the counts mean, where they need words."""
        if self.project is None:
            out.note(f"{self.campaign}: the project will be made")
        elif self._drift():
            out.note(f"{self.campaign}: settings that differ on the server: {listing(self._drift())}")
        if self.changed:
            why = ", ".join(f"{count} by {cause}" for cause, count in sorted(self.changed_why.items()))
            out.note(
                f"{self.campaign}: {len(self.changed)} changed ({why}): each is sent as a new task; "
                "annotations on the old one are kept, tied to the old text, and marked stale"
            )
            out.note(f"{self.campaign}: changed: {listing(_names(self.changed), most=MOST_NAMED)}")
        if self.gone:
            out.note(f"{self.campaign}: {len(self.gone)} tasks on the server are no longer in the corpus; they stay")
        if self.outdated or self.gone:
            idle = sum(1 for held in (*self.outdated, *self.gone) if not held.answers)
            if idle:
                out.note(f"{self.campaign}: {idle} outdated or gone tasks nobody has answered: `push --prune`")


def plan(studio: Studio, campaign: Campaign, tasks: list[Task]) -> Plan:
    """Compare; reads only."""
    check_sendable(tasks)
    project = find(studio, campaign)
    held = list(studio.tasks(project.id)) if project else []
    return compare(campaign, tasks, project, held)


def compare(campaign: Campaign, tasks: list[Task], project: Project | None, held: list[Held]) -> Plan:
    """Sort tasks and held tasks into a plan."""
    wanted = {(task.key, task.payload) for task in tasks}
    keys = {task.key for task in tasks}
    ours = [one for one in held if one.key and one.payload]
    there, doubles = _once(ours)
    old = [one for mark, one in there.items() if mark not in wanted]
    earlier = {one.key: one for one in old}
    missing = [task for task in tasks if (task.key, task.payload) not in there]
    changed = [task for task in missing if task.key in earlier]
    return Plan(
        campaign=campaign.name,
        project=project,
        new=[task for task in missing if task.key not in earlier],
        unchanged=[task for task in tasks if (task.key, task.payload) in there],
        changed=changed,
        changed_why=dict(Counter(_cause(task, earlier[task.key]) for task in changed)),
        outdated=[one for one in old if one.key in keys],
        gone=[one for one in old if one.key not in keys],
        doubles=doubles,
        foreign=[one for one in held if not (one.key and one.payload)],
        hours=_hours(missing, campaign),
    )


def _once(held: list[Held]) -> tuple[dict[tuple[str, str], Held], list[Held]]:
    """Return one task for each key and payload, the one with most answers, and the doubles."""
    there: dict[tuple[str, str], Held] = {}
    doubles = []
    for one in sorted(held, key=lambda one: (-one.answers, one.id)):
        if (one.key, one.payload) in there:
            doubles.append(one)
        else:
            there[one.key, one.payload] = one
    return there, doubles


def _cause(task: Task, old: Held) -> str:
    meta = old.raw.get("meta") or {}
    if meta.get("text_hash") != task.text_hash:
        return "text"
    return "questions" if meta.get("scheme_hash") != task.scheme_hash else "guideline"


def _hours(tasks: list[Task], campaign: Campaign) -> float:
    words = sum(_words(text) for task in tasks for text in task.data.values())
    questions = len(tasks) * len(campaign.scheme.questions)
    return campaign.settings.overlap * (words / WORDS_A_MINUTE / 60 + questions * SECONDS_A_QUESTION / 3600)


def _words(text: str) -> float:
    # Chinese and Japanese have no spaces: two characters count as a word there.
    unspaced = len(re.findall("[\u3040-\u30ff\u3400-\u9fff]", text))
    return len(text.split()) + unspaced / 2


def _names(tasks: list[Task]) -> list[str]:
    return [f"{' / '.join(task.doc_ids)}{f' ({task.target_id})' if task.target_id else ''}" for task in tasks]
