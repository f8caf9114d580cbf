"""One publishing run in a process of its own, to be killed."""

import os
import sys
from multiprocessing import get_context
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from unittest.mock import patch

import huggingface_hub.constants

import export.hub
from corpus.output import Output
from export.publish import publish
from tests.hub.state import TOKEN

REPO = "team/news"


def context() -> ForkServerContext:
    """Return what starts processes from one that has loaded everything, without the threads of the tests."""
    made = get_context("forkserver")
    made.set_forkserver_preload([__name__, "huggingface_hub.hf_api", "pyarrow.parquet", "yaml"])
    return made


def started(url: str, folder: Path, *, pull_request: bool = False, loads: bool = True) -> BaseProcess:
    """Start a run; without `loads`, what a pull request holds is not loaded."""
    child = context().Process(target=_run, args=(url, folder, pull_request, loads))
    child.start()
    return child


def _run(url: str, folder: Path, pull_request: bool, loads: bool) -> None:
    os.environ.update(HF_ENDPOINT=url, HF_TOKEN=TOKEN, HF_HUB_DISABLE_XET="1", HF_HUB_DISABLE_TELEMETRY="1")
    huggingface_hub.constants.HF_HUB_DISABLE_XET = True
    export.hub.WAITS = (0.0, 0.0)
    if not loads:
        patch("export.publish.to_hub.compared").start()
    with Path(os.devnull).open("w") as nowhere:
        sys.stdout = nowhere
        publish(
            target=REPO,
            folder=folder,
            workspace=folder,
            yes=True,
            public=False,
            gated=None,
            pull_request=pull_request,
            out=Output(json=True),
        )
