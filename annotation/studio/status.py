"""How far a campaign is: what the server holds now, and what the last pull brought home."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from annotation import prefill
from annotation.annotators import Pseudonyms
from annotation.answers import pulled
from annotation.answers.newest import counted
from annotation.campaign import Campaign
from annotation.controls import answered, verdicts
from annotation.controls.verdict import Verdict
from annotation.measures.agreement import alpha
from annotation.measures.progress import Progress, progress
from annotation.measures.table import long
from annotation.schema import Annotation
from annotation.schemes.scheme import Choice, Number, Scheme
from annotation.studio.client import Studio
from annotation.studio.plan import Plan, plan
from annotation.studio.project import labelling_link
from annotation.studio.shares import overlaps


@dataclass(frozen=True)
class Rater:
    """One annotator's state: `done` and `open` tasks as the server tells, the rest as pulled.

    `per_hour` is tasks an hour of labelling, `agreement` alpha with the others on the first
    question that has one, `end` an ISO date at the pace of the last week.
    """

    annotator: str
    done: int
    open: int | None
    waiting: int
    per_hour: float | None
    skip_rate: float | None
    contradictions: int
    agreement: float | None
    controls: str | None
    end: str | None
    link: str | None


@dataclass(frozen=True)
class Status:
    """Progress on the units of the present corpus; `old` tasks stand on the server beside them.

    `complete` units have as many answers as wanted, `asked` counts the answers wanted. `agreement`
    is `{question: alpha}`, None where it is undefined.
    """

    campaign: str
    units: int
    complete: int
    answers: int
    asked: int
    skipped: int
    old: int
    pulled: int
    contradictions: int
    agreement: dict[str, float | None]
    end: str | None
    own_queues: bool
    link: str | None
    raters: list[Rater] = field(default_factory=list)


def status(studio: Studio, campaign: Campaign, *, now: datetime | None = None) -> Status:
    """Count on the server and in the pulled annotations."""
    now = now or datetime.now(UTC)
    tasks = campaign.tasks()
    plans = plan(studio, campaign, tasks)
    given = answered(campaign, prefill.kept(campaign.folder))
    rows = [one for one in given if not (one.stale or one.deleted)]
    figures = progress(rows)
    home = _Pulled(campaign, rows, figures, verdicts(campaign, tasks, rows), now)
    alone = [one.queue.name for one in plans] == [""]
    raters = _shared_queue(studio, plans[0], home) if alone else _own_queues(studio, plans, home)
    done = _done(campaign, plans)
    ends = [one.end for one in raters if one.end]
    return Status(
        campaign=campaign.name,
        units=len(tasks),
        complete=sum(given >= wanted for given, wanted, _ in done.values()),
        answers=sum(given for given, _, _ in done.values()),
        asked=sum(wanted for _, wanted, _ in done.values()),
        skipped=sum(skipped for _, _, skipped in done.values()),
        old=sum(len(one.old) for one in plans),
        pulled=len(rows),
        contradictions=sum(one.contradictions for one in figures.values()),
        agreement=agreement(campaign.scheme, rows),
        end=max(ends) if ends else None,
        own_queues=not alone,
        link=labelling_link(studio, plans[0].project.id) if alone and plans[0].project else None,
        raters=raters,
    )


def agreement(scheme: Scheme, rows: Iterable[Annotation]) -> dict[str, float | None]:
    """Return alpha of each choice (nominal) and number (interval) over pulled rows, controls left out."""
    answers = counted(rows)
    found: dict[str, float | None] = {}
    for question in scheme.questions:
        if isinstance(question, Choice | Number):
            told = ((one.key, one.annotator, one.values.get(question.name)) for one in answers)
            number = isinstance(question, Number)
            table = long(told, () if number else None)
            found[question.name] = alpha(table, "interval" if number else "nominal").value
    return found


def _done(campaign: Campaign, plans: list[Plan]) -> dict[str, tuple[int, int, int]]:
    """Return `{unit key: (answers, wanted, skips)}` over all queues; controls and old texts left out.

    What waits for a tutorial is wanted too, and so is what too few are left to do.
    """
    units = [task for one in plans for task in (*one.wanted, *one.later) if task.control is None]
    wanted = overlaps(campaign, units)
    found = {key: (0, overlap, 0) for key, overlap in wanted.items()}
    payloads = {task.key: task.payload for task in units}
    for held in (held for one in plans for held in one.there if payloads.get(held.key) == held.payload):
        given, overlap, skipped = found[held.key]
        found[held.key] = given + held.submitted, overlap, skipped + held.skipped
    return found


@dataclass(frozen=True)
class _Pulled:
    """What the last pull tells of the annotators of a campaign."""

    campaign: Campaign
    rows: list[Annotation]
    figures: Mapping[str, Progress]
    judged: Mapping[str, Verdict]
    now: datetime

    def of(self, who: str, remaining: int) -> dict[str, Any]:
        """Return the pulled figures of one annotator, by pseudonym."""
        mine = self.figures.get(who, Progress())
        end = mine.end(remaining, self.now)
        return {
            "per_hour": mine.per_hour,
            "skip_rate": mine.skip_rate,
            "contradictions": mine.contradictions,
            "agreement": _with_others(self.campaign.scheme, self.rows, who),
            "controls": self.judged[who].verdict if who in self.judged else None,
            "end": end.date().isoformat() if end else None,
        }


def _own_queues(studio: Studio, plans: list[Plan], home: _Pulled) -> list[Rater]:
    found = []
    for one in plans:
        named = one.queue.name in home.campaign.annotators
        who = pulled.pseudonym(home.campaign, one.queue.name) if named else ""
        wanted = {(task.key, task.payload) for task in one.wanted}
        done = sum(held.answers > 0 for held in one.there if (held.key, held.payload) in wanted)
        remaining = len(one.wanted) - done
        found.append(
            Rater(
                annotator=one.queue.name,
                done=done,
                open=remaining,
                waiting=one.waiting,
                link=labelling_link(studio, one.project.id) if one.project else None,
                **home.of(who, remaining + one.waiting),
            )
        )
    return found


def _shared_queue(studio: Studio, one: Plan, home: _Pulled) -> list[Rater]:
    """Return who has answered in a shared queue; nobody has open work of their own there."""
    if one.project is None:
        return []
    link = labelling_link(studio, one.project.id)
    pseudonyms = Pseudonyms(home.campaign.workspace.state)
    found = []
    for user in studio.users():
        who = pseudonyms.of(str(user["email"]))
        if done := len(studio.answered_by(one.project.id, int(user["id"]))):
            found.append(Rater(annotator=who, done=done, open=None, waiting=0, link=link, **home.of(who, 0)))
    return sorted(found, key=lambda rater: rater.annotator)


def _with_others(scheme: Scheme, rows: list[Annotation], who: str) -> float | None:
    """Return alpha of the first question that has one, on the units that an annotator answered."""
    units = {one.key for one in counted(rows) if one.annotator == who}
    found = agreement(scheme, [one for one in rows if one.key in units])
    return next(iter(found.values()), None)
