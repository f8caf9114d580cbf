"""How far a campaign is, as the server tells."""

from dataclasses import dataclass

from annotation.annotators import Pseudonyms
from annotation.campaign import Campaign
from annotation.studio.client import Studio
from annotation.studio.project import find, labelling_link


@dataclass(frozen=True)
class Status:
    """Progress on the tasks of the present corpus; `old` ones stand on the server beside them.

    `annotators` has done tasks by pseudonym.
    """

    campaign: str
    project: int | None
    link: str | None
    tasks: int
    old: int
    complete: int
    annotations: int
    skipped: int
    annotators: dict[str, int]


def status(studio: Studio, campaign: Campaign) -> Status:
    """Count; a task is complete when as many annotators as `overlap` answered it."""
    project = find(studio, campaign)
    if project is None:
        return Status(campaign.name, None, None, 0, 0, 0, 0, 0, {})
    wanted = {(task.key, task.payload) for task in campaign.tasks()}
    found = list(studio.tasks(project.id))
    held = [one for one in found if (one.key, one.payload) in wanted]
    pseudonyms = Pseudonyms(campaign.workspace.state)
    done = {
        pseudonyms.entry(str(user["email"]))["annotator"]: len(studio.answered_by(project.id, int(user["id"])))
        for user in studio.users()
    }
    return Status(
        campaign=campaign.name,
        project=project.id,
        link=labelling_link(studio, project.id),
        tasks=len(held),
        old=len(found) - len(held),
        complete=sum(one.submitted >= campaign.settings.overlap for one in held),
        annotations=sum(one.submitted for one in held),
        skipped=sum(one.skipped for one in held),
        annotators={name: count for name, count in sorted(done.items()) if count},
    )
