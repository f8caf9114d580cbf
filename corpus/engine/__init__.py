"""Shard tasks: pure functions of what their key names, each with a folder of its own.

A task writes its files beside its folder and renames it when they are whole. A folder that
stands is done: that is the resume after a kill, the growth without doing the old work again,
and the second run that does nothing. Where the folders lie may be thrown away at any time.
"""

import gc
import secrets
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ValidationError

from corpus.errors import WirecopyError
from corpus.output import Output

DONE = "done.json"
Counters = dict[str, int]


@dataclass(frozen=True)
class Task:
    """One piece of a step; `key` names all that its files depend on, `weight` is for the progress bar."""

    step: str
    key: str
    work: Callable[[Path], Counters]
    weight: int = 1


class Done(BaseModel):
    """What a finished task leaves beside its files: counters, CPU seconds, size and time of each file."""

    counters: Counters
    seconds: float
    files: dict[str, tuple[int, int]]


class Executor(Protocol):
    """Runs tasks anywhere; yields the place of each in the list as it ends, in any order."""

    def run(self, root: Path, tasks: Sequence[Task]) -> Iterator[tuple[int, Done]]:
        """Perform the tasks in folders below `root`."""
        ...

    def close(self) -> None:
        """End what runs in the background."""
        ...


@dataclass(frozen=True)
class Step:
    """What a step did: its tasks, how many of them stood already, CPU seconds of the others, counters of all."""

    step: str
    tasks: int
    reused: int
    seconds: float
    counters: Counters


@dataclass(frozen=True)
class Result:
    """The folder of a finished task and its counters."""

    folder: Path
    counters: Counters


class Engine:
    """Runs the steps of a stage, one after the other, below one folder."""

    def __init__(self, root: Path, executor: Executor, out: Output) -> None:
        self.root = root
        self.steps: list[Step] = []
        self._executor = executor
        self.out = out
        self._used: set[Path] = set()

    def run(self, tasks: Sequence[Task], text: str, *, unit: str = "") -> list[Result]:
        """Return the results of the tasks of one step, in their order; only what is missing is done."""
        found = {at: done for at, task in enumerate(tasks) if (done := finished(self.root, task)) is not None}
        # One folder is made once, whoever else wants it.
        first = {task.key: at for at, task in reversed(list(enumerate(tasks)))}
        open_ = [at for at in range(len(tasks)) if at not in found and first[tasks[at].key] == at]
        seconds = 0.0
        with self.out.progress(text, sum(task.weight for task in tasks), unit=unit) as advance:
            advance(sum(tasks[at].weight for at in found))
            for place, done in self._executor.run(self.root, [tasks[at] for at in open_]):
                found[open_[place]] = done
                seconds += done.seconds
                advance(tasks[open_[place]].weight)
        found |= {at: found[first[task.key]] for at, task in enumerate(tasks) if at not in found}
        if tasks:
            total: Counter[str] = Counter()
            for done in found.values():
                total.update(done.counters)
            reused = len(tasks) - len(open_)
            self.steps.append(Step(tasks[0].step, len(tasks), reused, round(seconds, 3), dict(sorted(total.items()))))
        self._used.update(_folder(self.root, task) for task in tasks)
        return [Result(_folder(self.root, task), found[at].counters) for at, task in enumerate(tasks)]

    def sweep(self) -> None:
        """Remove what no task of this run has used: of older builds, of killed runs."""
        for folder in self.root.glob("*/*"):
            if folder.is_dir() and folder not in self._used:
                shutil.rmtree(folder, ignore_errors=True)


def finished(root: Path, task: Task) -> Done | None:
    """Return what a task left, or None where it has not ended or its files were changed since."""
    folder = _folder(root, task)
    try:
        done = Done.model_validate_json((folder / DONE).read_bytes())
        whole = all(_stamp(folder / name) == stamp for name, stamp in done.files.items())
    except (OSError, ValidationError):
        return None
    return done if whole else None


def perform(root: Path, task: Task) -> Done:
    """Do one task: its files appear together or not at all."""
    folder = _folder(root, task)
    beside = folder.with_name(f".{task.key}.{secrets.token_hex(4)}")
    try:
        beside.mkdir(parents=True)
        started = time.process_time()
        with _without_collector():
            counters = task.work(beside)
        seconds = time.process_time() - started
        files = {path.name: _stamp(path) for path in sorted(beside.iterdir())}
        done = Done(counters=counters, seconds=seconds, files=files)
        (beside / DONE).write_text(done.model_dump_json(), encoding="utf-8")
        if folder.exists():  # damaged: `finished` did not take it
            shutil.rmtree(folder)
        beside.replace(folder)
    except OSError as error:
        shutil.rmtree(beside, ignore_errors=True)
        raise WirecopyError(
            f"{error.filename or folder}: {error.strerror or error}", hint="make room, then run it again: it resumes"
        ) from None
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return done


@contextmanager
def _without_collector() -> Iterator[None]:
    """Let the garbage collector rest: a task makes many rows and hardly a cycle, and is soon over."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _folder(root: Path, task: Task) -> Path:
    return root / task.step / task.key


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns
