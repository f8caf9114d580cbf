"""Raw answers as they were fetched: append-only JSON files that everything else is made from.

A chunk keeps what the contract needs and nothing else: names, mails and drafts end here.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from annotation.annotators import Pseudonyms
from corpus.errors import WirecopyError
from corpus.files import checked, digest, read_json, read_model, write_json

EXPORT_HINT = "export the project as JSON (not JSON-MIN) and name that file"
CHUNK_HINT = "restore it, or move the folder of chunks away and pull all answers anew"


class Answer(BaseModel):
    """One annotation in Label Studio's export; all other fields are dropped."""

    model_config = ConfigDict(extra="ignore")

    id: int
    unique_id: str | None = None
    completed_by: int | None = None
    result: list[Any] = []
    was_cancelled: bool = False
    lead_time: float | None = None
    created_at: str = ""
    updated_at: str = ""


class Answered(BaseModel):
    """One task in Label Studio's export; all other fields are dropped."""

    model_config = ConfigDict(extra="ignore")

    id: int
    data: dict[str, Any]
    meta: dict[str, Any] | None = None
    updated_at: str = ""
    annotations: list[Answer]


class Chunk(BaseModel):
    """One fetch: `source` names the project or the file, `seen` when each task was last changed.

    `annotators` is `{account id: {annotator, origin}}`.
    """

    source: str
    server: bool
    seen: dict[int, str] = {}
    annotators: dict[str, dict[str, str]]
    tasks: list[Answered]


def read(folder: Path) -> list[Chunk]:
    """Read all chunks, oldest first."""
    return [read_model(path, Chunk, hint=CHUNK_HINT) for path in sorted(folder.glob("*.json"))]


def append(folder: Path, chunk: Chunk) -> None:
    """Write one more chunk; none is ever written twice."""
    last = max((int(path.stem) for path in folder.glob("*.json")), default=0)
    write_json(folder / f"{last + 1:06}.json", chunk.model_dump())


def known(chunks: Sequence[Chunk], source: str) -> dict[int, str]:
    """Return when each fetched task of a project was last changed; the newest is the watermark."""
    return {task: when for chunk in chunks if chunk.source == source for task, when in chunk.seen.items()}


def tasks_of(exported: list[dict[str, Any]], where: object) -> list[Answered]:
    """Check exported tasks and keep what the contract needs."""
    return [
        checked(task, Answered, where=f"{where}: task {number}", hint=EXPORT_HINT)
        for number, task in enumerate(exported, 1)
    ]


def append_export(folder: Path, path: Path, campaign: str, pseudonyms: Pseudonyms) -> None:
    """Take in a JSON export of Label Studio; the same export again changes nothing.

    Raises WirecopyError where the file is no export, or holds no task of the campaign.
    """
    exported = read_json(path)
    if not isinstance(exported, list):
        raise WirecopyError(f"{path} is no Label Studio export: it must be a list of tasks", hint=EXPORT_HINT)
    chunks = read(folder)
    source = f"file-{digest(exported)}"
    if any(chunk.source == source for chunk in chunks):
        return
    table = _authors(exported, pseudonyms)
    tasks = tasks_of(exported, path)
    if not any((task.meta or {}).get("campaign") == campaign for task in tasks):
        raise WirecopyError(
            f"{path} has no task of campaign '{campaign}'", hint="name another --campaign, or another file"
        )
    for number in {str(one.completed_by) for task in tasks for one in task.annotations} - set(table):
        table[number] = pseudonyms.entry(f"{source}:{number}")
    table |= _known_authors(tasks, chunks)
    append(folder, Chunk(source=source, server=False, annotators=table, tasks=tasks))


def _authors(exported: list[Any], pseudonyms: Pseudonyms) -> dict[str, dict[str, str]]:
    """Return the authors that an export tells with their mail, and leave their ids in its place."""
    table = {}
    for task in exported:
        answers = task.get("annotations") if isinstance(task, dict) else None
        for answer in answers if isinstance(answers, list) else ():
            author = answer.get("completed_by") if isinstance(answer, dict) else None
            if isinstance(author, Mapping):
                answer["completed_by"] = author.get("id")
                table[str(author.get("id"))] = pseudonyms.entry(str(author.get("email") or author.get("id")))
    return table


def _known_authors(tasks: list[Answered], chunks: Sequence[Chunk]) -> dict[str, dict[str, str]]:
    """Return the authors of a server whose answers this export repeats: there, ids mean the same people."""
    here = {one.unique_id for task in tasks for one in task.annotations if one.unique_id}
    for chunk in chunks:
        if here & {one.unique_id for task in chunk.tasks for one in task.annotations}:
            return dict(chunk.annotators)
    return {}
