"""Memory of a rebuild: ten times the tasks need hardly more."""

import subprocess
import sys
from pathlib import Path

from annotation.answers import chunks
from annotation.answers.chunks import Answer, Answered, Chunk
from annotation.campaign import Campaign
from annotation.tasks import to_server
from corpus.parquet import read_dicts
from tests.campaigns import campaign
from tests.conftest import REPOSITORY

FEW, MANY, A_CHUNK = 2_000, 20_000, 500
MOST_GROWTH = 96 << 20  # a row group of Parquet is gathered in memory: 64 MB at most
# The first, small rebuild loads every library; what comes on top is the campaign's own.
REBUILD = """
import resource, sys
from pathlib import Path
from annotation.campaign import load as load_campaigns
from annotation.answers.tables import rebuild
from corpus.config import load
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
small, large = (load_campaigns(load(Path(folder)))[0] for folder in sys.argv[1:])
rebuild(small)
before = peak()
rebuild(large)
print(peak() - before)
"""


def choice(value: str) -> dict[str, object]:
    return {
        "type": "choices",
        "from_name": "stance",
        "to_name": "article",
        "id": "a",
        "value": {"choices": [value]},
    }


def generated(folder: Path, documents: int) -> Campaign:
    """A campaign whose chunks hold two answers to each task, as a server would give them."""
    one = campaign(folder, documents, text="Number {n}. " + "The mayor wants a toll for cars, and says so. " * 40)
    people = {str(number): {"annotator": f"rater-{number}", "origin": "simulated"} for number in (1, 2)}
    tasks = list(one.units())
    for at in range(0, len(tasks), A_CHUNK):
        answered = [
            Answered(
                **to_server(task),
                id=number,
                annotations=[
                    Answer(id=2 * number + person, unique_id=f"{number}-{person}", completed_by=person + 1,
                           result=[choice("favor")], updated_at="2026-01-01")
                    for person in range(2)
                ],
            )
            for number, task in enumerate(tasks[at : at + A_CHUNK], at)
        ]  # fmt: skip
        chunks.append(one.folder / "pull", Chunk(source="1@2026", server=True, annotators=people, tasks=answered))
    return one


def test_ten_times_the_tasks_need_hardly_more_memory(tmp_path: Path) -> None:
    small, large = generated(tmp_path / "small", FEW), generated(tmp_path / "large", MANY)
    folders = [str(one.workspace.root) for one in (small, large)]
    command = [sys.executable, "-c", REBUILD, *folders]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=False)
    assert done.returncode == 0, done.stderr
    assert sum(1 for _ in read_dicts(large.folder / "annotations.parquet")) == 2 * MANY
    assert int(done.stdout) < MOST_GROWTH
