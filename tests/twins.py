"""A workspace with everything that a release can quote: pages, columns, edits, evidence, units of each kind, marks."""

import json
import random
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from annotation.answers.tables import pull_file
from annotation.campaign import load as load_campaigns
from annotation.schema import Span, Task
from annotation.schemes.answers import results_of
from annotation.schemes.scheme import Choice, Number, Scheme, Spans
from annotation.tasks import to_server
from corpus.config import Workspace, load
from corpus.output import Output
from export.release import build
from tests.campaigns import rebuilt
from tests.conftest import REPOSITORY

OUT = Output()
CONFIG = """
name = "twins"
[[sources]]
path = "articles"
[[sources]]
path = "pages"
outlet = "web-desk"
[[sources]]
path = "table.jsonl"
fields = { id = "key", text = "body", title = "headline" }
[corpus]
vectors = "lexical"
nfc = true
[[events]]
id = "harbour-tunnel"
documents = ["*/harbour-tunnel-*", "harbour*", "row-*"]
[[targets]]
id = "tunnel"
event = "harbour-tunnel"
[targets.text]
en = "Marisholm should build the tunnel under the harbour."
de = "Marisholm soll den Tunnel unter dem Hafen bauen."
fr = "Marisholm doit construire le tunnel sous le port."
[campaigns.stance]
scheme = "stance"
[campaigns.paragraphs]
scheme = "stance-simple"
unit = "paragraph"
[campaigns.quality]
scheme = "translation-esa"
[release]
version = "1.0.0"
"""
PAGE = """<html><head><title>Harbour talks resume</title></head><body><article><h1>Harbour talks resume</h1>
<p>The harbour board will meet again on Monday, its speaker said in a short note on Friday evening.</p>
<p>Nobody of the board wanted to say how long the talks about the tunnel would go on this time.</p>
<p>Last year the same board met eleven times before it came to a decision about the northern quay.</p>
</article></body></html>"""
FLIPPED = (
    "Mr Orvik Tornquist opened the new quay on Sunday.\r\n"
    "“It took us eleven years”, said Orvik Tornqvist to a small crowd\u200b by the water.\r\n"
    "The cafe\u0301 on the quay will open its doors a week later, if the weather is kind to it.\r\n"
)


@cache
def made() -> Path:
    """Make a workspace with a release, once; nobody changes it."""
    root = Path(mkdtemp(prefix="wirecopy-test-")) / "w"
    shutil.copytree(REPOSITORY / "corpus" / "sample" / "articles", root / "articles")
    (root / "pages").mkdir()
    (root / "pages" / "harbour-talks.html").write_text(PAGE)
    table = [
        {"key": f"row-{at}", "headline": f"Number {at} of the quay's many openings", "body": FLIPPED + extra}
        for at, extra in enumerate(("", "There was cake as well, and it was gone before the speeches ended.\n"))
    ]
    (root / "table.jsonl").write_text("".join(json.dumps(one) + "\n" for one in table))
    (root / "wirecopy.toml").write_text(CONFIG)
    for one in load_campaigns(rebuilt(root)):
        answered = [answers(one.scheme, task) for task in one.tasks()]
        (root / "export.json").write_text(json.dumps(list(answered)))
        pull_file(one, root / "export.json")
    build(load(root), out=OUT)
    return root


def workspace(folder: Path) -> Workspace:
    """Copy a workspace with a release into `folder`."""
    return load(Path(shutil.copytree(made(), folder / "w")))


def answers(scheme: Scheme, task: Task) -> dict[str, Any]:
    """Let two raters answer a task, with marks in every text of it."""
    given = []
    for rater in range(2):
        rng = random.Random(f"{task.key} {rater}")
        spans = list(_spans(scheme, task, rng))
        values = {one.name: _value(one, rng) for one in scheme.questions if isinstance(one, Choice | Number)}
        results = results_of(scheme, values, spans, task.data)
        identity = int(task.key[:8], 16) * 2 + rater
        given.append({"id": identity, "unique_id": f"{task.key}-{rater}", "completed_by": rater, "result": results})
    return to_server(task) | {"id": int(task.key[:8], 16), "annotations": given}


def _spans(scheme: Scheme, task: Task, rng: random.Random) -> Iterator[Span]:
    for one in scheme.questions:
        if isinstance(one, Spans):
            text = task.data[f"{one.side}_text"]
            # The first is the same of both raters, so that there is a consensus.
            for start, end in ((0, len(text) // 2), sorted(rng.sample(range(len(text)), 2))):
                row = {one.row: one.rows[0].value} if one.row else {}
                mark = {"start": start, "end": end, "text": text[start:end], "label": one.labels[0].value}
                yield Span(question=one.name, side=one.side, **mark, **row)


def _value(question: Choice | Number, rng: random.Random) -> str | float:
    return rng.choice(question.options).value if isinstance(question, Choice) else float(rng.randrange(50, 90))
