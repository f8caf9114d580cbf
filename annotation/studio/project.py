"""The Label Studio project of a queue: found, made, compared."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from annotation.adjudication import PANELS
from annotation.campaign import Queue
from annotation.schemes.interface import instruction, labelling_page
from annotation.studio.client import Doubt, Refused, Studio
from corpus.errors import WirecopyError
from corpus.files import digest, read_model, write_json

MADE_BY = "Made by wirecopy,"
GENERATIONS = 20  # how often a project may be made anew and still be found by a colleague's clone


class Gone(WirecopyError):
    """A project that was made and is no longer on the server."""


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


def settings(queue: Queue) -> dict[str, Any]:
    """Return what the project of a queue must say."""
    campaign = queue.campaign
    return {
        "title": queue.title,
        "label_config": labelling_page(campaign.scheme, panels=PANELS if campaign.part else ()),
        "expert_instruction": instruction(campaign.scheme),
        "show_instruction": True,
        "maximum_annotations": queue.overlap,
        "sampling": "Sequential sampling",
        "show_skip_button": True,
        "enable_empty_annotation": True,
        "show_collab_predictions": bool(campaign.part or campaign.settings.prefill),
        "color": "#617ADA",
    }


def find(studio: Studio, queue: Queue) -> Project | None:
    """Return the project of a queue, or None where it was never made.

    Raises WirecopyError where it was deleted on the server, or somebody else's has its title.
    """
    note = _note(queue)
    known = _chosen(queue) or (note.project if note else None)
    if known is not None:
        return _of(_known(studio, queue, known), queue)
    marks = [note.mark] if note else _shared_marks(queue)
    if marks:  # by a push that did not live to note the project, or by a colleague's
        ours = [project for project in studio.projects() if any(_is_ours(project, mark) for mark in marks)]
        return _of(_latest(ours, marks), queue) if ours else None
    if found := studio.projects(queue.title):
        ids = ", ".join(str(project["id"]) for project in found)
        raise WirecopyError(
            f"projects called '{queue.title}' on {studio.url} that this workspace did not make: {ids}",
            hint=f"choose one in wirecopy.toml: [campaigns.{queue.campaign.name}] project = {found[0]['id']}; "
            "or change name",
        )
    return None


def ensure(studio: Studio, queue: Queue, project: Project | None) -> Project:
    """Return the project of a queue, made or brought in step where it must be."""
    if project is None:
        project = _create(studio, queue)
    if project.drift:
        _update(studio, queue, project)
    note = _note(queue) or Note(mark=_new_mark(queue))
    sent = digest(instruction(queue.campaign.scheme))
    noted = note.model_copy(update={"project": project.id, "instruction": sent})
    if noted != note:
        write_json(_note_path(queue), noted.model_dump())
    return project


def former(studio: Studio, queue: Queue) -> list[Project]:
    """Return the earlier projects of a queue that still stand: answers there are not lost."""
    note = _note(queue)
    found = [(one, studio.project(one.project)) for one in (note.former if note else [])]
    return [_of(project, queue) for one, project in found if project and _is_ours(project, one.mark)]


def start_anew(queue: Queue) -> None:
    """Note a new mark, so that the next push makes another project; the present one becomes a former one."""
    note = _note(queue)
    former = list(note.former) if note else []
    if note and note.project is not None:
        former.append(Former(project=note.project, mark=note.mark))
    write_json(_note_path(queue), Note(mark=_new_mark(queue, len(former)), former=former).model_dump())


def labelling_link(studio: Studio, project_id: int) -> str:
    """Return the link for annotators: the stream, which shows nobody else's answers."""
    return f"{studio.url}/projects/{project_id}/data?labeling=1"


def _chosen(queue: Queue) -> int | None:
    """Return the project that the user has chosen: only where all share one."""
    return None if queue.name or queue.campaign.part else queue.campaign.settings.project


def _known(studio: Studio, queue: Queue, project_id: int) -> dict[str, Any]:
    project = studio.project(project_id)
    name = queue.campaign.name
    if project is None:
        raise Gone(
            f"project {project_id} of {_named(queue)} is gone from {studio.url}",
            hint=f"make it anew: wirecopy annotation push --campaign {name} --recreate",
        )
    note = _note(queue)
    if _chosen(queue) != project_id and not (note and _is_ours(project, note.mark)):
        raise WirecopyError(
            f"project {project_id} on {studio.url}, '{project['title']}', was not made by this workspace",
            hint="is it another server than before? Set LABEL_STUDIO_URL, or start anew: "
            f"wirecopy annotation push --campaign {name} --recreate",
        )
    return project


def _named(queue: Queue) -> str:
    return f"campaign '{queue.campaign.name}'" + (f", queue '{queue.name}'" if queue.name else "")


def _is_ours(project: dict[str, Any], mark: str) -> bool:
    return str(project.get("description")) == f"{MADE_BY} {mark}"


def _latest(projects: list[dict[str, Any]], marks: list[str]) -> dict[str, Any]:
    """Return the newest generation; of two that were made at once, the first."""
    return max(
        projects, key=lambda one: (max(at for at, mark in enumerate(marks) if _is_ours(one, mark)), -int(one["id"]))
    )


def _update(studio: Studio, queue: Queue, project: Project) -> None:
    try:
        studio.update_project(project.id, project.drift)
    except Doubt as doubt:
        # The same values again do no harm: the next push compares and mends.
        raise WirecopyError(f"{studio.url} did not answer ({doubt})", hint="wirecopy annotation push") from None
    except Refused as refused:
        raise WirecopyError(
            f"project {project.id} of {_named(queue)} has answers that new questions can't hold: {refused.message}",
            hint=f"start a new project: wirecopy annotation push --campaign {queue.campaign.name} --recreate",
        ) from None


def _create(studio: Studio, queue: Queue) -> Project:
    """Make the project under a mark that is noted first: after a doubt, the mark finds it."""
    note = _note(queue) or Note(mark=_new_mark(queue))
    write_json(_note_path(queue), note.model_dump())
    made, cause = None, "it is not there"
    try:
        made = studio.create_project(settings(queue) | {"description": f"{MADE_BY} {note.mark}"})
    except Doubt as doubt:
        cause = str(doubt)
    project = find(studio, queue)
    if project is None:
        raise WirecopyError(f"{studio.url} made no project: {cause}", hint="wirecopy annotation push")
    if made is not None and made != project.id:
        studio.delete_empty_project(made)  # a colleague's push made it at the same time, and first
    return project


def _of(project: dict[str, Any], queue: Queue) -> Project:
    wanted = settings(queue)
    if _chosen(queue):
        wanted.pop("title")
    # The server rewrites the HTML of the guideline, so what was sent is compared, not what it holds.
    note = _note(queue)
    sent = note is not None and note.instruction == digest(wanted["expert_instruction"])
    told = project | ({"expert_instruction": wanted["expert_instruction"]} if sent else {})
    drift = {name: value for name, value in wanted.items() if told.get(name) != value}
    source = f"{project['id']}@{project['created_at']}"
    return Project(int(project["id"]), str(project["title"]), source, drift)


def _note_path(queue: Queue) -> Path:
    return queue.state / "project.json"


def _note(queue: Queue) -> Note | None:
    path = _note_path(queue)
    hint = f"delete it and name the project: [campaigns.{queue.campaign.name}] project = N"
    return read_model(path, Note, hint=hint) if path.exists() else None


def _new_mark(queue: Queue, generation: int = 0) -> str:
    """Return a mark that only this workspace knows; with an id in wirecopy.toml, all its clones do."""
    campaign = queue.campaign
    shared = campaign.workspace.config.id
    if shared is None:
        return secrets.token_hex(8)
    return digest("project", shared, campaign.name, campaign.part, queue.name, generation)


def _shared_marks(queue: Queue) -> list[str]:
    known = queue.campaign.workspace.config.id
    return [_new_mark(queue, generation) for generation in range(GENERATIONS)] if known else []
