"""The project where disagreements are settled: pushed like a queue, pulled with the campaign."""

from contextlib import suppress
from dataclasses import replace
from typing import Any

from annotation import prefill
from annotation.adjudication import adjudication_payload, adjudication_scheme, disagreeing, proposals, tasks
from annotation.answers import pulled
from annotation.answers.tables import ADJUDICATION, Tables
from annotation.campaign import Campaign, Queue
from annotation.schema import Task
from annotation.studio.client import Held, Studio
from annotation.studio.plan import compare
from annotation.studio.project import Gone, Project, find, former, start_anew
from annotation.studio.pull import fetch, pull
from annotation.studio.sending import Brought, bring, settle
from annotation.tasks import from_server
from corpus.errors import WirecopyError
from corpus.output import Output


def adjudication_of(campaign: Campaign) -> Campaign:
    """Return the part of a campaign in which its disagreements are settled."""
    return replace(campaign, part=ADJUDICATION, scheme=adjudication_scheme(campaign.scheme))


def adjudicate(studio: Studio, campaign: Campaign, *, out: Output) -> Brought:
    """Send the units whose pulled answers disagree; those that were sent before stay.

    Raises WirecopyError where nothing was pulled yet.
    """
    annotations = list(pulled.annotations(campaign))
    if not annotations:
        raise WirecopyError(f"no answers of '{campaign.name}' were pulled yet", hint=pulled.HINT)
    units = campaign.tasks()
    found = disagreeing(campaign.scheme, campaign.settings.adjudication, annotations, units)
    new = tasks(campaign.scheme, found, annotations, units)
    queue = Queue(adjudication_of(campaign))
    settle(studio, queue)
    project = _standing(studio, queue)
    held = list(studio.tasks(project.id)) if project else []
    sent = _sent(held, units)
    wanted = [*sent, *(task for task in new if task.key not in {one.key for one in sent})]
    adopted = proposals(campaign.scheme, new, annotations)

    def shown(_queue: Queue, task: Task) -> tuple[Task, list[dict[str, Any]]]:
        return task, prefill.to_server(campaign.scheme, adopted[task.key], task)

    plan = compare(queue, wanted, {task.key: task.payload for task in wanted}, project, held)
    return bring(studio, plan, {task.key: task.payload for task in wanted}, shown, out=out)


def pull_all(studio: Studio, campaign: Campaign, *, out: Output, full: bool = False) -> Tables:
    """Bring home the answers of a campaign and the decisions on them."""
    fetch_decisions(studio, campaign, out=out, full=full)
    return pull(studio, campaign, out=out, full=full)


def fetch_decisions(studio: Studio, campaign: Campaign, *, out: Output, full: bool = False) -> None:
    """Append what adjudicators answered since the last pull to their raw chunks; the next tables have it.

    Decisions that were pulled stay where their project is deleted.
    """
    part = adjudication_of(campaign)
    if not (part.state.is_dir() or part.workspace.config.id):
        return
    queue = Queue(part)
    projects = former(studio, queue)
    with suppress(Gone):
        projects += [project] if (project := find(studio, queue)) else []
    for project in projects:
        fetch(studio, part, project, out=out, full=full)


def _standing(studio: Studio, queue: Queue) -> Project | None:
    """Return the project of adjudication; one that was deleted on the server will be made anew."""
    try:
        return find(studio, queue)
    except Gone:
        start_anew(studio, queue)
        return None


def _sent(held: list[Held], units: list[Task]) -> list[Task]:
    """Return the tasks on the server whose unit still has the text that they show."""
    payloads = {unit.key: adjudication_payload(unit.payload) for unit in units}
    standing = [one for one in held if one.intact and one.of and payloads.get(one.of) == one.payload]
    return [task for one in standing if (task := from_server(one.raw))]
