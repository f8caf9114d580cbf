"""The Label Studio project of a campaign: found, made, compared."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotation.campaign import Campaign
from annotation.schemes.interface import instruction, labelling_page
from annotation.studio.client import Doubt, Studio
from corpus.errors import WirecopyError
from corpus.files import read_json, write_json


@dataclass(frozen=True)
class Project:
    """A project on a server; `drift` names the settings that differ from the campaign's."""

    id: int
    title: str
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

    Raises WirecopyError where it was deleted on the server, or its title is used twice.
    """
    known = campaign.settings.project or _remembered(campaign)
    if known is not None:
        return _of(_known(studio, campaign, known), campaign)
    found = studio.projects(campaign.title)
    if len(found) > 1:
        ids = ", ".join(str(project["id"]) for project in found)
        raise WirecopyError(
            f"the title '{campaign.title}' is used by {len(found)} projects on {studio.url}: {ids}",
            hint=f"choose one in wirecopy.toml: [campaigns.{campaign.name}] project = {found[0]['id']}",
        )
    return _of(found[0], campaign) if found else None


def ensure(studio: Studio, campaign: Campaign, project: Project | None) -> Project:
    """Return the project of a campaign, made or brought in step where it must be."""
    if project is None:
        _create(studio, campaign)
        project = find(studio, campaign)
    if project is None:
        raise WirecopyError(f"{studio.url} made no project '{campaign.title}'", hint="wirecopy annotation push")
    remember(campaign, project.id)
    if project.drift:
        try:
            studio.update_project(project.id, project.drift)
        except Doubt as doubt:
            # The same values again do no harm: the next push compares and mends.
            raise WirecopyError(f"{studio.url} did not answer ({doubt})", hint="wirecopy annotation push") from None
    return project


def remember(campaign: Campaign, project_id: int) -> None:
    """Note the project's id, so that a deleted project is noticed."""
    path = _note(campaign)
    if _remembered(campaign) != project_id:
        write_json(path, {"project": project_id})


def forget(campaign: Campaign) -> None:
    """Forget the project, so that the next push makes it anew."""
    _note(campaign).unlink(missing_ok=True)


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
    if not chosen and project["title"] != campaign.title:
        raise WirecopyError(
            f"project {project_id} on {studio.url} is called '{project['title']}', not '{campaign.title}'",
            hint=f"another server? Choose it in wirecopy.toml: [campaigns.{campaign.name}] project = {project_id}",
        )
    return project


def _create(studio: Studio, campaign: Campaign) -> None:
    try:
        studio.create_project(settings(campaign))
    except Doubt as doubt:
        # Made or not: the look-up by title that follows decides.
        if not studio.projects(campaign.title):
            raise WirecopyError(f"{studio.url} did not answer ({doubt})", hint="wirecopy annotation push") from None


def _of(project: dict[str, Any], campaign: Campaign) -> Project:
    wanted = settings(campaign)
    if campaign.settings.project:
        wanted.pop("title")
    drift = {name: value for name, value in wanted.items() if project.get(name) != value}
    return Project(int(project["id"]), str(project["title"]), drift)


def _note(campaign: Campaign) -> Path:
    return campaign.folder / "project.json"


def _remembered(campaign: Campaign) -> int | None:
    return int(read_json(_note(campaign))["project"]) if _note(campaign).is_file() else None
