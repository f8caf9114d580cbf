"""What a pull and a push read of a project.

Listings go on from the last id they gave: what is deleted meanwhile shifts no page.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from annotation.studio.client import EXPORT_IDS, PAGE, Studio
from corpus.files import digest

STAMP = "id,updated_at,total_annotations,cancelled_annotations"  # the counts are what a listing costs most
T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True)
class Stamp:
    """A task as a listing tells of it: when it was last changed and how many answers it has."""

    id: int
    updated: str
    answers: int


@dataclass(frozen=True)
class Extent:
    """The first and the last id of a project's tasks, how many there are, and the newest change."""

    first: int
    last: int
    tasks: int
    newest: str


def ahead(call: Callable[[T], R], steps: Iterable[T]) -> Iterator[tuple[T, R]]:
    """Yield each step with what `call` returns for it; the next call runs while this one is used."""
    waiting: list[tuple[T, Future[R]]] = []
    pool = ThreadPoolExecutor(max_workers=1)
    try:
        for step in steps:
            waiting.append((step, pool.submit(call, step)))
            if len(waiting) > 1:
                first, future = waiting.pop(0)
                yield first, future.result()
        for first, future in waiting:
            yield first, future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def stamps(studio: Studio, project_id: int, *, since: str | None = None) -> Iterator[Stamp]:
    """Yield the tasks of a project by id, or those that were changed since then; the fewest fields."""
    last = 0
    while True:
        found = _listed(studio, project_id, "tasks:id", [_above(last), *_since(since)], PAGE)["tasks"]
        for task in found:
            answers = int(task.get("total_annotations") or 0) + int(task.get("cancelled_annotations") or 0)
            yield Stamp(int(task["id"]), str(task["updated_at"]), answers)
        if not found:
            return
        last = int(found[-1]["id"])


def total(studio: Studio, project_id: int) -> int:
    """Return how many tasks a project has, in one small request."""
    return int(_listed(studio, project_id, "tasks:id", [], 1, include="id")["total"])


def extent(studio: Studio, project_id: int) -> Extent | None:
    """Return where the tasks of a project lie; None where it has none."""
    orders = ("tasks:id", "-tasks:id", "-tasks:updated_at")
    ends = [_listed(studio, project_id, order, [], 1, include="id,updated_at") for order in orders]
    first, last, newest = (answer["tasks"] for answer in ends)
    if not (first and last and newest):
        return None
    return Extent(int(first[0]["id"]), int(last[0]["id"]), int(ends[1]["total"]), str(newest[0]["updated_at"]))


def answered(studio: Studio, project_id: int, ids: Iterable[int]) -> list[dict[str, Any]]:
    """Return those of up to `EXPORT_IDS` tasks that are there and have annotations, with these."""
    params = {"exportType": "JSON", "download_all_tasks": "false", "ids[]": list(ids)[:EXPORT_IDS]}
    path = f"api/projects/{project_id}/export"
    return list(studio.read("GET", path, params))


def identity(studio: Studio) -> str:
    """Return a mark of the server's database; another server at the same address has another."""
    found = studio.read("GET", "api/organizations/")
    return digest(sorted((str(one.get("id")), str(one.get("created_at"))) for one in found))


def _listed(
    studio: Studio, project_id: int, order: str, filters: list[dict[str, Any]], size: int, *, include: str = STAMP
) -> dict[str, Any]:
    query = {"filters": {"conjunction": "and", "items": filters}, "ordering": [order]}
    params = {
        "project": project_id,
        "include": include,
        "resolve_uri": "false",
        "query": json.dumps(query),
        "page": 1,
        "page_size": size,
    }
    return dict(studio.read("GET", "api/tasks", params))


def _above(last: int) -> dict[str, Any]:
    return {"filter": "filter:tasks:id", "operator": "greater", "type": "Number", "value": last}


def _since(when: str | None) -> list[dict[str, Any]]:
    kind = {"filter": "filter:tasks:updated_at", "operator": "greater_or_equal", "type": "Datetime"}
    return [kind | {"value": when}] if when else []
