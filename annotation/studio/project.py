"""The Label Studio project of a queue: found, made, compared.

A project carries a mark in its description. With an id in wirecopy.toml the marks of a queue's
generations can be computed: each clone of the workspace finds the newest, and those before it.
"""

import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel

from annotation.adjudication import PANELS
from annotation.campaign import Queue
from annotation.schemes.interface import instruction, labelling_page
from annotation.studio.client import Doubt, Refused, Studio
from corpus.errors import WirecopyError
from corpus.files import digest, read_model, write_json

MADE_BY = "Made by wirecopy,"
GENERATIONS = 200  # how often a project may be made anew and still be found by a colleague's clone


class Gone(WirecopyError):
    """A project that was made and is no longer on the server."""


@dataclass(frozen=True)
class Project:
    """A project on a server; `drift` has the settings that differ from the campaign's.

    `source` names it apart from the projects of any other server, `mark` is how it was found to be ours.
    """

    id: int
    title: str
    source: str
    drift: dict[str, Any]
    mark: str | None = None


class Made(NamedTuple):
    """What the server says of a project that some clone of the workspace made."""

    generation: int
    project: dict[str, Any]


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
    if chosen := _chosen(queue):
        return _of(_known(studio, queue, chosen), queue)
    if _is_shared(queue, note) and (present := _present(studio, queue, _standing(studio, queue))):
        return _of(present.project, queue)
    if note and note.project is not None:
        return _of(_known(studio, queue, note.project), queue)
    if note:  # by a push that did not live to note the project
        ours = [project for project in studio.projects() if _is_ours(project, note.mark)]
        return _of(min(ours, key=lambda one: int(one["id"])), queue) if ours else None
    if _shared_marks(queue):
        return None
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
    mark = project.mark or note.mark  # the one that was found: a colleague may have made it anew
    noted = note.model_copy(update={"mark": mark, "project": project.id, "instruction": sent})
    if noted != note:
        write_json(_note_path(queue), noted.model_dump())
    return project


def former(studio: Studio, queue: Queue) -> list[Project]:
    """Return the earlier projects of a queue that still stand: answers there are not lost."""
    note = _note(queue)
    noted = [(one, studio.project(one.project)) for one in (note.former if note else [])]
    found = {int(project["id"]): project for one, project in noted if project and _is_ours(project, one.mark)}
    if _is_shared(queue, note) and _chosen(queue) is None:
        standing = _standing(studio, queue)
        present = _present(studio, queue, standing)
        found |= {int(one.project["id"]): one.project for one in standing if one != present}
    return [_of(found[number], queue) for number in sorted(found)]


def start_anew(studio: Studio, queue: Queue) -> None:
    """Note a new mark, so that the next push makes another project; the present one becomes a former one."""
    note = _note(queue)
    former, used = (list(note.former) if note else []), [-1]
    if note and note.project is not None:
        former.append(Former(project=note.project, mark=note.mark))
        # Where the newest was deleted, its mark is used up all the same: clones still know it.
        used += [at for at, mark in enumerate(_shared_marks(queue)) if mark == note.mark]
    if _shared_marks(queue):
        used += [one.generation for one in _standing(studio, queue)]
    write_json(_note_path(queue), Note(mark=_new_mark(queue, max(used) + 1), former=former).model_dump())


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


def _is_shared(queue: Queue, note: Note | None) -> bool:
    """Tell whether other clones find the same project: not where it was made before there was an id."""
    marks = _shared_marks(queue)
    return note.mark in marks if note else bool(marks)


def _standing(studio: Studio, queue: Queue) -> list[Made]:
    """Return what any clone made for a queue and still stands."""
    generations = {f"{MADE_BY} {mark}": at for at, mark in enumerate(_shared_marks(queue))}
    told = [(str(project.get("description")), project) for project in studio.projects()]
    return [Made(generations[mark], project) for mark, project in told if mark in generations]


def _present(studio: Studio, queue: Queue, standing: list[Made]) -> Made | None:
    """Return the newest generation, unless it is older than the noted one; of two made at once, the first."""
    if not standing:
        return None
    newest = max(standing, key=lambda one: (one.generation, -int(one.project["id"])))
    note = _note(queue)
    own = _shared_marks(queue).index(note.mark) if note else -1
    if newest.generation != own or note is None or note.project is None:
        return newest if newest.generation >= own else None
    noted = [one for one in standing if (one.project["id"], one.generation) == (note.project, own)]
    # Where another project stands under the noted number, this is another server than before.
    return noted[0] if noted else newest if studio.project(note.project) is None else None


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
        with suppress(Doubt):  # it is empty: no harm where it stays
            studio.delete_empty_project(made)  # a colleague's push made another at the same time, and first
    return project


def _of(project: dict[str, Any], queue: Queue) -> Project:
    wanted = settings(queue)
    if _chosen(queue):
        wanted.pop("title")
    # The server rewrites the HTML of the guideline, so what was sent is compared, not what it holds.
    note = _note(queue)
    sent = (
        note is not None and note.project == project["id"] and note.instruction == digest(wanted["expert_instruction"])
    )
    told = project | ({"expert_instruction": wanted["expert_instruction"]} if sent else {})
    drift = {name: value for name, value in wanted.items() if told.get(name) != value}
    source = f"{project['id']}@{project['created_at']}"
    made_by, _, mark = str(project.get("description")).rpartition(" ")
    ours = made_by == MADE_BY and not _chosen(queue)
    return Project(int(project["id"]), str(project["title"]), source, drift, mark if ours else None)


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
