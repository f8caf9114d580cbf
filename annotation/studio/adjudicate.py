"""The project where disagreements are settled: pushed like a queue, pulled with the campaign."""

from dataclasses import replace
from typing import Any

from annotation import prefill
from annotation.adjudication import adjudication_payload, adjudication_scheme, disagreeing, proposals, tasks
from annotation.answers import pulled
from annotation.answers.tables import ADJUDICATION
from annotation.campaign import Campaign, Queue
from annotation.schema import Task
from annotation.studio.client import Held, Studio
from annotation.studio.plan import compare
from annotation.studio.project import find
from annotation.studio.push import Pushed, bring
from annotation.tasks import from_server
from corpus.errors import WirecopyError
from corpus.output import Output


def adjudication_of(campaign: Campaign) -> Campaign:
    """Return the part of a campaign in which its disagreements are settled."""
    return replace(campaign, part=ADJUDICATION, scheme=adjudication_scheme(campaign.scheme))


def adjudicate(studio: Studio, campaign: Campaign, *, out: Output) -> Pushed:
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
    project = find(studio, queue)
    held = list(studio.tasks(project.id)) if project else []
    sent = _sent(held, units)
    wanted = [*sent, *(task for task in new if task.key not in {one.key for one in sent})]
    adopted = proposals(campaign.scheme, new, annotations)

    def shown(_queue: Queue, task: Task) -> tuple[Task, list[dict[str, Any]]]:
        return task, prefill.to_server(campaign.scheme, adopted[task.key], task)

    plan = compare(queue, wanted, {task.key: task.payload for task in wanted}, project, held)
    return bring(studio, plan, {task.key: task.payload for task in wanted}, shown, out=out)


def _sent(held: list[Held], units: list[Task]) -> list[Task]:
    """Return the tasks on the server whose unit still has the text that they show."""
    payloads = {unit.key: adjudication_payload(unit.payload) for unit in units}
    standing = [one for one in held if one.intact and one.of and payloads.get(one.of) == one.payload]
    return [task for one in standing if (task := from_server(one.raw))]
