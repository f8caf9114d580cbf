"""Small workspaces with as many tasks as a test wants."""

import json
from itertools import count
from pathlib import Path

from annotation.campaign import Campaign
from annotation.campaign import load as load_campaigns
from corpus.build import build
from corpus.config import Workspace, load
from corpus.output import Output

_number = count(1)

CONFIG = """
name = "{name}"
[[sources]]
path = "articles.jsonl"
[[events]]
id = "event"
[[targets]]
id = "toll"
event = "event"
text = {{ en = "Cars should pay a toll.", de = "Autos sollen Maut zahlen." }}
[campaigns.stance]
scheme = "stance"
overlap = 2
"""


def campaign(
    folder: Path, documents: int, *, text: str = "The mayor, {n}, wants a toll for cars. 🚗 „Schön“, she said."
) -> Campaign:
    """Make and build a workspace with one stance task for each of its documents."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "wirecopy.toml").write_text(CONFIG.format(name=f"test {next(_number)} {folder.name}"[:40].strip("-_ ")))
    rows = [{"id": f"doc-{n}", "text": text.format(n=n), "language": "en"} for n in range(documents)]
    write_articles(folder, rows)
    return load_campaigns(rebuilt(folder))[0]


def write_articles(folder: Path, rows: list[dict[str, str]]) -> None:
    """Write the articles of a workspace."""
    (folder / "articles.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def rebuilt(folder: Path) -> Workspace:
    """Build the corpus of a workspace and return it."""
    space = load(folder)
    build(space.config.sources, root=space.root, folder=space.corpus, config=space.config, out=Output())
    return space
