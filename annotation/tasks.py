"""Tasks as files: `tasks.parquet` of a campaign, and Label Studio's import and export format."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from annotation.schema import Task
from corpus.errors import WirecopyError
from corpus.features import features, value
from corpus.files import checked, write_json
from corpus.output import listing
from corpus.parquet import read_dicts, write
from corpus.readers.article import flaw_of

META = (
    *("campaign", "doc_ids", "segment_ids", "target_id", "languages", "text_hash", "scheme_hash", "guideline_version"),
    *("paragraph", "start", "stratum", "control", "of", "prefill"),
)


GROUP_BYTES = 16 << 20  # a campaign is written while its answers are fetched: little at once


def save(path: Path, tasks: Iterable[Task]) -> None:
    """Write tasks to Parquet; `data` is one JSON text, since its keys depend on the scheme."""
    rows = (task.model_dump() | {"data": json.dumps(task.data, ensure_ascii=False)} for task in tasks)
    write(path, rows, features(Task, data=value(str)), group_bytes=GROUP_BYTES)


def read(path: Path, sides: Sequence[str], *, hint: str) -> Iterator[Task]:
    """Read the tasks of a campaign, each with a text for all `sides`; a damaged row is an error that names it."""
    for number, row in enumerate(read_dicts(path, hint=hint), 1):
        where = f"{path}: row {number}"
        data = data_of(row.get("data"), where, hint)
        if absent := [side for side in sides if not isinstance(data.get(f"{side}_text"), str)]:
            raise WirecopyError(f"{where}: [data] no {absent[0]}_text", hint=hint)
        yield checked(row | {"data": data}, Task, where=where, hint=hint)


def data_of(told: Any, where: str, hint: str) -> dict[str, Any]:
    """Return the data of a task from the JSON of its column."""
    try:
        data = json.loads(told)
    except (TypeError, ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise WirecopyError(f"{where}: [data] no JSON object", hint=hint)
    return data


def to_server(task: Task, predictions: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """Return a task in Label Studio's import format; `meta` makes an export explain itself."""
    values = task.model_dump()
    sent = {
        "data": {"key": task.key, "payload": task.payload, **task.data},
        "meta": {name: values[name] for name in META},
    }
    return sent | ({"predictions": [*predictions]} if predictions else {})


def from_server(task: Mapping[str, Any]) -> Task | None:
    """Read a task back from Label Studio's format; None where it is not one of ours."""
    data, meta = task.get("data"), task.get("meta")
    if not isinstance(data, Mapping) or not isinstance(meta, Mapping):
        return None
    texts = {name: value for name, value in data.items() if name not in ("key", "payload")}
    try:
        known = {name: meta[name] for name in META}
        return Task(key=data["key"], payload=data["payload"], data=texts, **known)
    except (KeyError, ValueError):
        return None


def write_import(path: Path, tasks: list[Task]) -> None:
    """Write Label Studio's import file."""
    write_json(path, [to_server(task) for task in tasks])


def check_sendable(tasks: Iterable[Task]) -> None:
    """Refuse texts that a server can't store: one of them would lose a whole batch."""
    bad = [
        f"task {task.key} ({task.doc_ids[0]}): {name}: {flaw[0]}, {flaw[1]}"
        for task in tasks
        for name, value in task.data.items()
        for text in _texts(value)
        if (flaw := flaw_of(text))
    ]
    if bad:
        raise WirecopyError(
            f"can't be sent: {listing(bad, most=3)}", hint="mend the text at its source, then: wirecopy run"
        )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(one)
