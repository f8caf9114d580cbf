"""The same tasks on a Ray cluster, over a file system that all its machines share.

Not covered: sending wirecopy itself to the machines; it must be installed there.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from corpus.engine import Done, Task, perform
from corpus.errors import WirecopyError


class OnRay:
    """A cluster at `address` (`ray://host:port`), or a local one with `workers` CPUs."""

    def __init__(self, address: str | None, workers: int) -> None:
        ray = _library()
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        # "local" is one of its own, also where somebody else's cluster runs on this machine.
        own = {"address": "local", "num_cpus": workers, "include_dashboard": False}
        options: dict[str, Any] = {"address": address} if address else own
        try:
            ray.init(logging_level="ERROR", log_to_driver=False, **options)
        except (ConnectionError, OSError, RuntimeError, ValueError) as error:
            told = [line for line in str(error).splitlines() if line.strip()]
            cause = told[-1].strip() if told else type(error).__name__
            hint = "check that it runs, with the same Ray and Python as here; if it wants a token: RAY_AUTH_MODE=token"
            raise WirecopyError(f"Ray at {address or 'this machine'}: {cause}", hint=hint) from None

    def run(self, root: Path, tasks: Sequence[Task]) -> Iterator[tuple[int, Done]]:
        """Perform the tasks wherever the cluster has room."""
        ray = _library()
        remote = ray.remote(perform)
        places = {remote.remote(root, task): place for place, task in enumerate(tasks)}
        while places:
            ready, _ = ray.wait(list(places))
            for one in ready:
                yield places.pop(one), _result(ray, one)

    def close(self) -> None:
        """Leave the cluster; a local one ends."""
        _library().shutdown()


def _result(ray: Any, one: Any) -> Done:
    try:
        done: Done = ray.get(one)
    except ray.exceptions.RayTaskError as error:
        if isinstance(error.cause, WirecopyError):
            raise error.cause from None
        raise
    except ray.exceptions.RayError as error:
        cause = str(error).splitlines()[0]
        raise WirecopyError(f"Ray lost a task: {cause}", hint="run it again: it resumes") from None
    return done


def _library() -> Any:
    try:
        import ray
    except ImportError:
        raise WirecopyError("Ray is not installed", hint='pip install "wirecopy[ray]"') from None
    return ray
