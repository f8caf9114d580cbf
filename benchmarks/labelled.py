"""A labelled workspace of any size, without a server: synthetic articles, and the raw answers of a pull.

    python -m benchmarks.labelled FOLDER [--items 100000] [--seed 1]

Makes `wirecopy.toml`, the corpus (articles of `benchmarks/articles.py`, 2 KB in 12 languages, 5 % of them copies)
and the chunks that a pull of a stance campaign leaves: a unit for each article, two annotations each, two marks an
annotation; 12 simulated annotators who agree on most. The same seed and count give the same chunks.
Takes some three minutes and 700 MB of disk at 100,000 items. NOT covered: pairs, adjudication, a real server.
"""

import argparse
import random
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


def main() -> None:
    """Make a workspace and say where it is."""
    parser = argparse.ArgumentParser(description="Make a labelled workspace.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    one = make(given.folder, given.items, given.seed, Output())
    print(f"{given.folder}: {len(chunks.files(one.folder / 'pull'))} chunks of answers")


if __name__ == "__main__":
    main()
