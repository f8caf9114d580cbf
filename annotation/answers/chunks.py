"""Raw answers as they were fetched: append-only JSON files that everything else is made from.

A chunk keeps what the contract needs and nothing else: names, mails and drafts end here. Its first
line is its head, then each task has a line: a head is read without the tasks.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from annotation.annotators import Pseudonyms
from corpus.errors import WirecopyError
from corpus.files import checked, digest, read_json

EXPORT_HINT = "export the project as JSON (not JSON-MIN) and name that file"
CHUNK_HINT = "restore it, or move the folder of chunks away and pull all answers anew"
TASKS = ',"tasks":['


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


class Head(BaseModel):
    """What a fetch was; `source` names the project or the file, `seen` when each task was last changed.

    `gone` are tasks that the server no longer has. `annotators` is `{account id: {annotator, origin}}`.
    A fetch by ranges of ids notes in `since` the newest change at its start, and is `done` with its last chunk.
    """

    source: str
    server: bool
    seen: dict[int, str] = {}
    gone: list[int] = []
    since: str | None = None
    done: bool = True
    annotators: dict[str, dict[str, str]] = {}


class Chunk(Head):
    """One fetch with its tasks."""

    tasks: list[Answered] = []


@dataclass
class Known:
    """What the chunks tell of one project: its tasks that stand and when each was last changed.

    `watermark` is the change up to which nothing is missing, None where the first fetch did not end;
    that one began at `since`.
    """

    tasks: dict[int, str] = field(default_factory=dict)
    watermark: str | None = None
    since: str | None = None


def files(folder: Path) -> list[Path]:
    """Return the chunks of a folder, oldest first; raise WirecopyError where one of them was lost."""
    found = sorted((path for path in folder.glob("*.json") if path.stem.isdecimal()), key=lambda path: int(path.stem))
    for number, path in enumerate(found, 1):
        if int(path.stem) > number:
            raise WirecopyError(f"{folder}: chunk {number} of the answers is missing", hint=CHUNK_HINT)
    return found


def read(path: Path) -> Chunk:
    """Read one chunk."""
    return checked(
        _parsed(path.read_text(encoding="utf-8", errors="replace"), path), Chunk, where=path, hint=CHUNK_HINT
    )


def heads(folder: Path) -> Iterator[Head]:
    """Yield the head of each chunk, oldest first."""
    for path in files(folder):
        with path.open(encoding="utf-8", errors="replace") as file:
            line = file.readline().rstrip("\n")
        if line.endswith(TASKS):
            yield checked(_parsed(line.removesuffix(TASKS) + "}", path), Head, where=path, hint=CHUNK_HINT)
        else:  # an earlier version indented its chunks
            yield read(path)


def _parsed(text: str, path: Path) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WirecopyError(f"{path} is no readable JSON file: {error}", hint=CHUNK_HINT) from None


def append(folder: Path, chunk: Chunk) -> Path:
    """Write one more chunk and return its path; none is ever written twice, also by two pulls at once."""
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".{os.getpid()}-{os.urandom(4).hex()}.partial"
    head = _line(chunk.model_dump(exclude={"tasks"}))
    tasks = ",\n".join(_line(task.model_dump()) for task in chunk.tasks)
    try:
        beside.write_text(f"{head[:-1]}{TASKS}\n{tasks}\n]}}\n", encoding="utf-8", newline="\n")
        number = max((int(path.stem) for path in files(folder)), default=0) + 1
        while not _taken(beside, folder / f"{number:06}.json"):
            number += 1
    finally:
        beside.unlink(missing_ok=True)
    return folder / f"{number:06}.json"


def _taken(beside: Path, path: Path) -> bool:
    """Give a finished file its number; False where another pull has taken it."""
    try:
        os.link(beside, path)
    except FileExistsError:
        return False
    except OSError:  # no hard links here: the number is taken first
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return False
        beside.replace(path)
    return True


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def known(folder: Path) -> dict[str, Known]:
    """Return what is known of each project, by its source."""
    found: dict[str, Known] = {}
    for head in heads(folder):
        if not head.server:
            continue
        one = found.setdefault(head.source, Known())
        one.tasks.update(head.seen)
        for task in head.gone:
            one.tasks.pop(task, None)
        if head.since is not None:
            one.since = one.since or head.since
        if head.done:
            marks = [one.since] if head.since else head.seen.values()
            one.watermark = max((mark for mark in (one.watermark, *marks) if mark), default=None)
    return found


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
    source = f"file-{digest(exported)}"
    if any(head.source == source for head in heads(folder)):
        return
    table = _authors(exported, pseudonyms)
    tasks = tasks_of(exported, path)
    if not any((task.meta or {}).get("campaign") == campaign for task in tasks):
        raise WirecopyError(
            f"{path} has no task of campaign '{campaign}'", hint="name another --campaign, or another file"
        )
    for number in {str(one.completed_by) for task in tasks for one in task.annotations} - set(table):
        table[number] = pseudonyms.entry(f"{source}:{number}")
    table |= _known_authors(tasks, folder)
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


def _known_authors(tasks: list[Answered], folder: Path) -> dict[str, dict[str, str]]:
    """Return the authors of a server whose answers this export repeats: there, ids mean the same people."""
    here = {one.unique_id for task in tasks for one in task.annotations if one.unique_id}
    for chunk in map(read, files(folder)):
        if here & {one.unique_id for task in chunk.tasks for one in task.annotations}:
            return dict(chunk.annotators)
    return {}
