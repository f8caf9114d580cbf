"""The Label Studio project of a campaign: found, made, compared."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotation.campaign import Campaign
from annotation.schemes.interface import instruction, labelling_page
from annotation.studio.client import Doubt, Refused, Studio
from corpus.errors import WirecopyError
from corpus.files import digest, read_json, write_json

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
    known = campaign.settings.project or note.get("project")
    if known is not None:
        return _of(_known(studio, campaign, known), campaign)
    found = studio.projects(campaign.title)
    if note:  # the push that noted the mark did not live to note the project
        ours = [project for project in found if _is_ours(project, note)]
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
    note = _note(campaign)
    if project.drift:
        _update(studio, campaign, project)
    noted = note | {"project": project.id, "instruction": digest(instruction(campaign.scheme))}
    if noted != note:
        write_json(_note_path(campaign), noted)
    return project


def former(studio: Studio, campaign: Campaign) -> list[Project]:
    """Return the earlier projects of a campaign that still stand: answers there are not lost."""
    found = [(note, studio.project(note["project"])) for note in _note(campaign).get("former", [])]
    return [_of(project, campaign) for note, project in found if project and _is_ours(project, note)]


def start_anew(campaign: Campaign) -> None:
    """Note a new mark, so that the next push makes another project; the present one becomes a former one."""
    note = _note(campaign)
    present = [{"project": note["project"], "mark": note.get("mark")}] if "project" in note else []
    earlier = [*note.get("former", []), *present]
    write_json(_note_path(campaign), {"mark": secrets.token_hex(8), "former": earlier})


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
    if not chosen and not _is_ours(project, _note(campaign)):
        raise WirecopyError(
            f"project {project_id} on {studio.url}, '{project['title']}', was not made by this workspace",
            hint="is it another server than before? Set LABEL_STUDIO_URL, or start anew: "
            f"wirecopy annotation push --campaign {campaign.name} --recreate",
        )
    return project


def _is_ours(project: dict[str, Any], note: dict[str, Any]) -> bool:
    return str(project.get("description")).endswith(f"{MADE_BY} {note.get('mark')}")


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
    if not _note(campaign):
        start_anew(campaign)
    try:
        studio.create_project(settings(campaign) | {"description": f"{MADE_BY} {_note(campaign)['mark']}"})
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
    sent = _note(campaign).get("instruction") == digest(wanted["expert_instruction"])
    told = project | ({"expert_instruction": wanted["expert_instruction"]} if sent else {})
    drift = {name: value for name, value in wanted.items() if told.get(name) != value}
    source = f"{project['id']}@{project['created_at']}"
    return Project(int(project["id"]), str(project["title"]), source, drift)


def _note_path(campaign: Campaign) -> Path:
    return campaign.state / "project.json"


def _note(campaign: Campaign) -> dict[str, Any]:
    path = _note_path(campaign)
    return dict(read_json(path)) if path.is_file() else {}
