"""Tasks in processes of this machine."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from pathlib import Path
from typing import Any

from corpus.engine import Done, Task, perform
from corpus.errors import WirecopyError


class Local:
    """`workers` processes; one worker, or one task, needs no process of its own."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def run(self, root: Path, tasks: Sequence[Task]) -> Iterator[tuple[int, Done]]:
        """Perform the tasks; a worker that the system kills is an error that says how to go on."""
        if self._workers == 1 or len(tasks) <= 1:
            yield from enumerate(map(partial(perform, root), tasks))
            return
        try:
            pool = self._started()
            places = {pool.submit(perform, root, task): place for place, task in enumerate(tasks)}
            for future in as_completed(places):
                yield places[future], future.result()
        except BrokenProcessPool:
            hint = "it may have had too little memory; run it again with fewer --workers: it resumes"
            raise WirecopyError("a worker process was killed", hint=hint) from None

    def close(self) -> None:
        """End the processes, also in the middle of a task."""
        if self._pool is not None:
            processes = list(self._pool._processes.values())
            self._pool.shutdown(wait=False, cancel_futures=True)
            for process in processes:
                process.terminate()

    def _started(self) -> ProcessPoolExecutor:
        # "spawn": a forked copy of a process with Arrow's threads may hang.
        if self._pool is None:
            # A new Python looks for modules in the current folder first, and that may be somebody's articles.
            os.environ.setdefault("PYTHONSAFEPATH", "1")
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self._workers, mp_context=context, initializer=_alone)
        return self._pool


def _alone() -> None:
    """Leave Ctrl+C to the parent, and end when it is gone, however it went."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: Any) -> None:
    parent.join()
    os._exit(1)
