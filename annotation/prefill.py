"""Predictions shown to annotators: from a file or a command, with a share left without.

The first prediction of a unit's text stays: `prefill.jsonl` of a campaign holds what was shown.
Controls are never prefilled: a copy would give away who only confirms.
"""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from annotation.answers.known import Fitting, known_answers, read
from annotation.queues import chance
from annotation.schema import Known, Span, Task
from annotation.schemes.answers import results_of
from annotation.schemes.scheme import Scheme
from corpus.config import Prefill
from corpus.errors import WirecopyError
from corpus.files import checked, write_text
from corpus.schema import Row

FILE_NAME = "prefill.jsonl"
SECRETS = {"LABEL_STUDIO_API_KEY", "WIRECOPY_DATABASE_URL", "HF_TOKEN"}
SENT = {"key", "doc_ids", "segment_ids", "target_id", "languages", "data"}
Shown = dict[tuple[str, str], "Prediction"]


class Prediction(Row):
    """What a model says of a unit in one state of its text."""

    key: str
    payload: str
    model: str
    values: dict[str, Any]
    spans: list[Span]


def predict(
    settings: Prefill, scheme: Scheme, tasks: Sequence[Task], *, units: Sequence[Task], root: Path, folder: Path
) -> Fitting[tuple[str, str], Prediction]:
    """Return the predictions of a campaign by (key, payload); keep new ones in its folder.

    The model is asked for those of `tasks` that have none in their present text; `units` are all of
    the campaign, which a file may name; `skipped` of its lines fit none of them.
    """
    shown: Fitting[tuple[str, str], Prediction] = Fitting(kept(folder))
    missing = [task for task in tasks if task.control is None and (task.key, task.payload) not in shown]
    if not missing:
        return shown
    found = predictions(settings, scheme, missing if settings.command else units, root)
    new = {
        (task.key, task.payload): Prediction(
            key=task.key, payload=task.payload, model=settings.model, values=known.values, spans=known.spans
        )
        for task in missing
        if (known := found.get(task.key))
    }
    if new:
        write_text(folder / FILE_NAME, "".join(one.model_dump_json() + "\n" for one in (shown | new).values()))
    shown.update(new)
    shown.skipped = found.skipped
    return shown


def kept(folder: Path) -> Shown:
    """Return the predictions that a campaign's folder keeps, by (key, payload)."""
    path = folder / FILE_NAME
    if not path.exists():
        return {}
    hint = "restore it from a backup: the audit needs what was shown"
    try:
        rows = [json.loads(line) for line in path.read_bytes().splitlines()]
    except (ValueError, RecursionError, OSError) as error:
        raise WirecopyError(f"{path} is damaged: {error}", hint=hint) from None
    found = [checked(row, Prediction, where=f"{path}:{at}", hint=hint) for at, row in enumerate(rows, 1)]
    return {(one.key, one.payload): one for one in found}


def predictions(settings: Prefill, scheme: Scheme, tasks: Sequence[Task], root: Path) -> Fitting[str, Known]:
    """Return the model's predictions by unit key, from the file or the command of the settings.

    Raises WirecopyError where the command fails or a line breaks the scheme; a line of the command
    also where it fits no unit or not its text.
    """
    if settings.file is not None:
        return read(root / settings.file, scheme, tasks)
    where = f"[prefill -> command] {settings.command[0]}"
    units = [task.model_dump(include=SENT) for task in tasks]
    sent = "".join(json.dumps(unit, ensure_ascii=False) + "\n" for unit in units)
    lines = _run(settings.command, sent.encode(), root, where)
    return known_answers(lines, scheme, tasks, where=f"{where}: output", strict=True)


def with_prefill(settings: Prefill, task: Task, shown: Mapping[tuple[str, str], Prediction], annotator: str) -> Task:
    """Return a task with its model named; without, where it has no prediction or is left blank on purpose."""
    prediction = shown.get((task.key, task.payload))
    if task.control or prediction is None or chance("blank", annotator, task.key) < settings.blank:
        return task
    return task.model_copy(update={"prefill": prediction.model})


def to_server(scheme: Scheme, prediction: Prediction, task: Task) -> list[dict[str, Any]]:
    """Return a prediction for a task in Label Studio's import format."""
    result = results_of(scheme, prediction.values, prediction.spans, task.data)
    return [{"model_version": prediction.model, "result": result}]


def _safe() -> dict[str, str]:
    """Return our environment without what opens the server, its database or the Hub."""
    return {name: value for name, value in os.environ.items() if name not in SECRETS}


def _run(command: Sequence[str], sent: bytes, root: Path, where: str) -> list[bytes]:
    hint = "it reads units as JSON lines and writes predictions as JSON lines: try it by hand"
    try:
        done = subprocess.run(list(command), input=sent, capture_output=True, cwd=root, env=_safe(), check=False)
    except OSError as error:
        raise WirecopyError(f"{where}: can't be started: {error.strerror}", hint="check its path") from None
    if done.returncode:
        told = done.stderr.decode("utf-8", errors="replace").strip().splitlines()
        ended = f"signal {-done.returncode}" if done.returncode < 0 else f"exit code {done.returncode}"
        raise WirecopyError(f"{where}: {ended}: {told[-1] if told else 'it says nothing'}", hint=hint)
    return done.stdout.splitlines()
