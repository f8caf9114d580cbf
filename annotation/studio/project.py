"""The Label Studio project of a campaign: found, made, compared."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from annotation.campaign import Campaign
from annotation.schemes.interface import instruction, labelling_page
from annotation.studio.client import Doubt, Refused, Studio
from corpus.errors import WirecopyError
from corpus.files import digest, read_model, write_json

MADE_BY = "Made by wirecopy,"


@dataclass(frozen=True)
class Project:
    """A project on a server; `drift` has the settings that differ from the campaign's.

    `source` names it apart from the projects of any other server.
    """

    id: int
    title: str
    source: str
    drift: dict[str, Any]


class Former(BaseModel):
    """A project that was left behind."""

    project: int
    mark: str


class Note(BaseModel):
    """What a workspace remembers of its project: `mark` is in the project's description."""

    mark: str
    project: int | None = None
    instruction: str | None = None
    former: list[Former] = []


def settings(campaign: Campaign) -> dict[str, Any]:
    """Return what the project of a campaign must say."""
    return {
        "title": campaign.title,
        "label_config": labelling_page(campaign.scheme),
        "expert_instruction": instruction(campaign.scheme),
        "show_instruction": True,
        "maximum_annotations": campaign.settings.overlap,
        "sampling": "Sequential sampling",
        "show_skip_button": True,
        "enable_empty_annotation": True,
        "show_collab_predictions": False,
        "color": "#617ADA",
    }


def find(studio: Studio, campaign: Campaign) -> Project | None:
    """Return the project of a campaign, or None where it was never made.

    Raises WirecopyError where it was deleted on the server, or somebody else's has its title.
    """
    note = _note(campaign)
    known = campaign.settings.project or (note.project if note else None)
    if known is not None:
        return _of(_known(studio, campaign, known), campaign)
    found = studio.projects(campaign.title)
    if note:  # the push that noted the mark did not live to note the project
        ours = [project for project in found if _is_ours(project, note.mark)]
        return _of(ours[0], campaign) if ours else None
    if found:
        ids = ", ".join(str(project["id"]) for project in found)
        raise WirecopyError(
            f"projects called '{campaign.title}' on {studio.url} that this workspace did not make: {ids}",
            hint=f"choose one in wirecopy.toml: [campaigns.{campaign.name}] project = {found[0]['id']}; or change name",
        )
    return None


def ensure(studio: Studio, campaign: Campaign, project: Project | None) -> Project:
    """Return the project of a campaign, made or brought in step where it must be."""
    if project is None:
        project = _create(studio, campaign)
    if project.drift:
        _update(studio, campaign, project)
    note = _note(campaign) or Note(mark=_new_mark())
    noted = note.model_copy(update={"project": project.id, "instruction": digest(instruction(campaign.scheme))})
    if noted != note:
        write_json(_note_path(campaign), noted.model_dump())
    return project


def former(studio: Studio, campaign: Campaign) -> list[Project]:
    """Return the earlier projects of a campaign that still stand: answers there are not lost."""
    note = _note(campaign)
    found = [(one, studio.project(one.project)) for one in (note.former if note else [])]
    return [_of(project, campaign) for one, project in found if project and _is_ours(project, one.mark)]


def start_anew(campaign: Campaign) -> None:
    """Note a new mark, so that the next push makes another project; the present one becomes a former one."""
    note = _note(campaign)
    former = list(note.former) if note else []
    if note and note.project is not None:
        former.append(Former(project=note.project, mark=note.mark))
    write_json(_note_path(campaign), Note(mark=_new_mark(), former=former).model_dump())


def labelling_link(studio: Studio, project_id: int) -> str:
    """Return the link for annotators: the stream, which shows nobody else's answers."""
    return f"{studio.url}/projects/{project_id}/data?labeling=1"


def _known(studio: Studio, campaign: Campaign, project_id: int) -> dict[str, Any]:
    project = studio.project(project_id)
    if project is None:
        raise WirecopyError(
            f"project {project_id} of campaign '{campaign.name}' is gone from {studio.url}",
            hint=f"make it anew: wirecopy annotation push --campaign {campaign.name} --recreate",
        )
    chosen = campaign.settings.project == project_id
    note = _note(campaign)
    if not chosen and not (note and _is_ours(project, note.mark)):
        raise WirecopyError(
            f"project {project_id} on {studio.url}, '{project['title']}', was not made by this workspace",
            hint="is it another server than before? Set LABEL_STUDIO_URL, or start anew: "
            f"wirecopy annotation push --campaign {campaign.name} --recreate",
        )
    return project


def _is_ours(project: dict[str, Any], mark: str) -> bool:
    return str(project.get("description")) == f"{MADE_BY} {mark}"


def _update(studio: Studio, campaign: Campaign, project: Project) -> None:
    try:
        studio.update_project(project.id, project.drift)
    except Doubt as doubt:
        # The same values again do no harm: the next push compares and mends.
        raise WirecopyError(f"{studio.url} did not answer ({doubt})", hint="wirecopy annotation push") from None
    except Refused as refused:
        raise WirecopyError(
            f"project {project.id} of '{campaign.name}' has answers that new questions can't hold: {refused.message}",
            hint=f"start a new project: wirecopy annotation push --campaign {campaign.name} --recreate",
        ) from None


def _create(studio: Studio, campaign: Campaign) -> Project:
    """Make the project under a mark that is noted first: after a doubt, the mark finds it."""
    note = _note(campaign) or Note(mark=_new_mark())
    write_json(_note_path(campaign), note.model_dump())
    try:
        studio.create_project(settings(campaign) | {"description": f"{MADE_BY} {note.mark}"})
        cause = "it is not there"
    except Doubt as doubt:
        cause = str(doubt)
    project = find(studio, campaign)
    if project is None:
        raise WirecopyError(f"{studio.url} made no project: {cause}", hint="wirecopy annotation push")
    return project


def _of(project: dict[str, Any], campaign: Campaign) -> Project:
    wanted = settings(campaign)
    if campaign.settings.project:
        wanted.pop("title")
    # The server rewrites the HTML of the guideline, so what was sent is compared, not what it holds.
    note = _note(campaign)
    sent = note is not None and note.instruction == digest(wanted["expert_instruction"])
    told = project | ({"expert_instruction": wanted["expert_instruction"]} if sent else {})
    drift = {name: value for name, value in wanted.items() if told.get(name) != value}
    source = f"{project['id']}@{project['created_at']}"
    return Project(int(project["id"]), str(project["title"]), source, drift)


def _note_path(campaign: Campaign) -> Path:
    return campaign.state / "project.json"


def _note(campaign: Campaign) -> Note | None:
    path = _note_path(campaign)
    hint = f"delete it and name the project: [campaigns.{campaign.name}] project = N"
    return read_model(path, Note, hint=hint) if path.exists() else None


def _new_mark() -> str:
    return secrets.token_hex(8)
