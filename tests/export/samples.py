"""Releases of the built-in sample with simulated answers, made without a server."""

import json
import random
import shutil
from pathlib import Path
from typing import Any

from annotation.answers.tables import pull_file
from annotation.campaign import Campaign
from annotation.campaign import load as load_campaigns
from annotation.simulate import answer
from annotation.tasks import to_server
from corpus.config import Workspace, load
from corpus.output import Output
from export.release import build
from tests.campaigns import rebuilt
from tests.conftest import SAMPLE, shared_queue

RATERS = {1: 0.1, 2: 0.3, 3: 0.5}  # and how often they are wrong
EDITED = "A &amp; B said &quot;no&quot;\u200b to the toll.\n\nThey want a ferry &amp; a bridge.\n"


def released(folder: Path) -> Path:
    """The release of a fresh sample workspace in `folder`."""
    space = answered(folder)
    return Path(build(space, out=Output()).folder)


def answered(folder: Path) -> Workspace:
    """The sample, one more article whose text was mended, and three annotators who answered everything."""
    shutil.copytree(SAMPLE / "articles", folder / "articles")
    (folder / "articles" / "lone").mkdir()
    (folder / "articles" / "lone" / "harbour-tunnel-09.txt").write_text(EDITED)
    settings = shared_queue((SAMPLE / "wirecopy.toml").read_text())
    (folder / "wirecopy.toml").write_text(settings.replace('"wirecopy-demo"', f'"{folder.parent.name[:40]}"'))
    space = rebuilt(folder)
    for one in load_campaigns(space):
        answer_all(one)
    return load(folder)


def answer_all(one: Campaign, raters: dict[int, float] = RATERS) -> None:
    """Let each rater answer each unit of a campaign; who is wrong more often disagrees more."""
    sent = []
    for number, task in enumerate(one.tasks()):
        given: list[dict[str, Any]] = []
        for rater, rate in raters.items():
            draw = random.Random(f"{rater} {task.key}")
            result = answer(one.scheme, task, lambda _task, _question: None, rate, draw)
            identity = number * 10 + rater
            given.append({"id": identity, "unique_id": f"a{identity}", "completed_by": rater, "result": result})
        sent.append(to_server(task) | {"id": number, "annotations": given})
    path = one.workspace.root / f"{one.name}.json"
    path.write_text(json.dumps(sent))
    pull_file(one, path)
