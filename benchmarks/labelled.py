"""A labelled workspace of any size, without a server, and what a release of it takes.

    python -m benchmarks.labelled FOLDER [--items 100000] [--seed 1] [--check]

Makes `wirecopy.toml`, the corpus (articles of `benchmarks/articles.py`, 2 KB in 12 languages, 5 % of them copies)
and the chunks that a pull of a stance campaign leaves: a unit for each article, two annotations each, two marks an
annotation; 12 simulated annotators who agree on most. The same seed and count give the same chunks. A folder that
was made before is taken as it is.

Then two processes, one after the other: `tables` makes annotations and labels of the answers, as a pull does at its
end; `release` is `wirecopy export build` with splits, proof, card, agreement, Croissant and manifest. Seconds and CPU
seconds are those of the whole process and its workers, `MB` is the largest of them. `--check` fails above 90 s and
1 GB. Takes some six minutes and 1.2 GB of disk at 100,000 items. NOT covered: pairs, adjudication, a real server.
"""

import argparse
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from annotation.annotators import Pseudonyms
from annotation.answers import chunks
from annotation.answers.chunks import Answer, Answered, Chunk
from annotation.campaign import Campaign
from annotation.campaign import load as load_campaigns
from annotation.schema import Task
from annotation.tasks import to_server
from benchmarks.articles import LANGUAGES, write
from corpus.build import build
from corpus.config import load
from corpus.output import Output

RATERS, OVERLAP, MARKS, AT_ONCE = 12, 2, 2, 500
MOST_SECONDS, MOST_MEMORY = 90, 1000  # of a release; MB
TABLES = """
from pathlib import Path
from annotation.answers.tables import rebuild
from annotation.campaign import load as campaigns
from corpus.config import load
for one in campaigns(load(Path())):
    rebuild(one)
"""
RELEASE = """
from pathlib import Path
from corpus.output import Output
from export.release import build_workspace
build_workspace(workspace=Path(), out=Output())
"""
TOLD = """
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage
both = [getrusage(who) for who in (RUSAGE_SELF, RUSAGE_CHILDREN)]
print(sum(one.ru_utime + one.ru_stime for one in both), max(one.ru_maxrss for one in both) / 1024)
"""
STANCES = ("strongly_favor", "favor", "balanced", "against", "strongly_against", "discusses", "unrelated")
TIME = "2026-03-{day:02}T{hour:02}:{minute:02}:{second:02}.000000Z"
CONFIG = """
name = "bench labelled"
[[sources]]
path = "articles/*.jsonl"
[corpus]
vectors = "off"
[[events]]
id = "event"
[[targets]]
id = "toll"
event = "event"
[targets.text]
{wordings}
[campaigns.stance]
scheme = "stance"
overlap = 2
"""


def make(folder: Path, items: int, seed: int, out: Output) -> Campaign:
    """Make the workspace; return its campaign, whose answers are pulled, but in no table yet."""
    folder.mkdir(parents=True, exist_ok=True)
    wordings = "\n".join(f'{language} = "Cars should pay a toll."' for language in LANGUAGES)
    (folder / "wirecopy.toml").write_text(CONFIG.format(wordings=wordings))
    write(folder / "articles", count=items, form="jsonl", seed=seed)
    space = load(folder)
    build(space.config.sources, root=space.root, folder=space.corpus, config=space.config, out=out)
    one = load_campaigns(space)[0]
    draw = random.Random(seed)
    authors = Pseudonyms(space.state)
    table = {str(number): authors.entry(f"rater-{number}@simulated.invalid") for number in range(RATERS)}
    found = answered(one.units(), draw)
    while tasks := list(islice(found, AT_ONCE)):
        seen = {task.id: task.updated_at for task in tasks}
        chunk = Chunk(source="7@bench", server=True, seen=seen, annotators=table, tasks=tasks)
        chunks.append(one.folder / "pull", chunk)
    return one


def answered(units: Iterator[Task], draw: random.Random) -> Iterator[Answered]:
    """Yield each unit as a server exports it, with its answers."""
    for number, unit in enumerate(units, 1):
        sent, truth = to_server(unit), draw.choice(STANCES)
        given = [_answer(number, rater, unit, truth, draw) for rater in draw.sample(range(RATERS), OVERLAP)]
        yield Answered(
            id=number, data=sent["data"], meta=sent["meta"], updated_at=given[-1].updated_at, annotations=given
        )


def _answer(number: int, rater: int, unit: Task, truth: str, draw: random.Random) -> Answer:
    stance = truth if draw.random() < 0.8 else draw.choice(STANCES)
    moment = TIME.format(day=1 + number % 28, hour=number % 24, minute=draw.randrange(60), second=draw.randrange(60))
    marks = [_mark(at, unit.data["article_text"], draw) for at in range(MARKS)]
    chosen = {"stance": stance, "confidence": draw.choice(("sure", "rather_sure", "unsure"))}
    told = [
        {"type": "choices", "from_name": name, "to_name": "article", "value": {"choices": [value]}}
        for name, value in chosen.items()
    ]
    return Answer(
        id=number * 10 + rater,
        unique_id=f"{number:08}-{rater}",
        completed_by=rater,
        result=[*told, *marks],
        lead_time=round(draw.uniform(10, 200), 1),
        created_at=moment,
        updated_at=moment,
    )


def _mark(at: int, text: str, draw: random.Random) -> dict[str, Any]:
    start = draw.randrange(max(len(text) - 80, 1))
    end = min(start + draw.randint(10, 80), len(text))
    place = {"start": start, "end": end, "text": text[start:end].replace("\n", "\\n")}
    label = f"{draw.choice(('author', 'actor', 'unspecified'))}-{draw.choice(('favor', 'against', 'mixed'))}"
    region = {"id": f"r{at}", "type": "labels", "from_name": "evidence", "to_name": "article"}
    return region | {"value": place | {"labels": [label]}, "origin": "simulated"}


def measured(folder: Path, what: str, code: str) -> tuple[float, float]:
    """Run code in a workspace, in a process of its own; tell what it took, and return its seconds and MB."""
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code + TOLD], cwd=folder, check=True, stdout=subprocess.PIPE, text=True
    )
    seconds = time.monotonic() - start
    cpu, memory = map(float, done.stdout.splitlines()[-1].split())
    print(f"{what:10}{seconds:8.1f} s {cpu:8.1f} CPU s {memory:8.0f} MB", flush=True)
    return seconds, memory


def main() -> None:
    """Make a workspace, say where it is, and measure its release."""
    parser = argparse.ArgumentParser(description="Make a labelled workspace, and measure its release.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    if not (given.folder / "wirecopy.toml").exists():
        one = make(given.folder, given.items, given.seed, Output())
        print(f"{given.folder}: {len(chunks.files(one.folder / 'pull'))} chunks of answers", flush=True)
    took = {what: measured(given.folder, what, code) for what, code in (("tables", TABLES), ("release", RELEASE))}
    if given.check and not all(took["release"][at] <= most for at, most in enumerate((MOST_SECONDS, MOST_MEMORY))):
        raise SystemExit(f"the release took more than {MOST_SECONDS} s or {MOST_MEMORY} MB")


if __name__ == "__main__":
    main()
