"""Push, plan and pull against the plain ways of Label Studio's SDK, on one real server in one run.

    python benchmarks/studio.py [--tasks 20000] [--tasks 100000] [--alone] [--check]

With --alone the SDK's ways are left out.

Each way runs in a process of its own, one after the other on the same server. Its wall and CPU time are those of the
work, without the start of Python; `client MB` is the highest resident memory of that process, `server +MB` how far the
server's grew above what it had before. Tasks are English articles of some 1,800 characters with one target each; those
of the pull were imported with two annotations each, which is not timed.

push       wirecopy: the plan before, the import, the read back that proves it. The server's own import time is the
           sum of its response times to the import requests of that very push.
sdk push   projects.import_tasks in batches of 500, with the SDK's defaults (its retries make doubles)
no-op      wirecopy's plan where nothing changed; sdk list: the same tasks over tasks.list
pull       wirecopy: fetch, raw chunks and all tables
bare       the best the server gives: export requests with 500 ids in a row, ids known, answers thrown away; the
           better of one run before and one after the pull
sdk pull   tasks.list with fields="all"; one export: a single request, at most at 20,000 tasks, since the server needs
           4.6 GB for 100,000

NOT covered: PostgreSQL, several users at once, a server on another machine.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
MOST_ADDED, LEAST_OF_BEST, MOST_PLAN_SECONDS = 0.05, 0.9, 120.0
MOST_CLIENT, MOST_GROWTH = 400, 200  # MB
PEERS = ("sdk push", "sdk list", "sdk pull", "one export")
ONE_EXPORT_TASKS, BATCH, SAMPLE_SECONDS = 20_000, 500, 0.5
CONFIG = """
name = "bench {name}"
[[sources]]
path = "articles.jsonl"
[corpus]
vectors = "off"
[[events]]
id = "event"
[[targets]]
id = "toll"
event = "event"
text = {{ en = "Cars should pay a toll." }}
[campaigns.stance]
scheme = "stance"
overlap = 2
"""
WORDS = """
the mayor council driver street traffic price plan vote morning evening report people city money road bridge
week year bus train office court school river market paper answer question reason number member party leader
wants says pays takes gives makes sees knows finds keeps holds brings begins shows hears plays runs moves
lives believes large new old public local early late long short high low
""".split()  # noqa: SIM905


@dataclass(frozen=True)
class Run:
    """One way to do the work, done; `server` are the seconds that the server took for imports."""

    seconds: float
    cpu: float
    items: int
    client: int
    growth: int = 0
    server: float = 0.0

    @property
    def rate(self) -> float:
        """Tasks a second."""
        return self.items / self.seconds


class Bench:
    """What a job works with: a client of the server, and a campaign by the name of its workspace."""

    def __init__(self, folder: Path) -> None:
        from annotation.studio import server
        from annotation.studio.client import Studio

        self.folder = folder
        running = server.find(folder / "state")
        if running is None:
            raise SystemExit("the server is gone")
        self.studio = Studio(running.url, server.token(folder / "state"))
        self.sdk: Any = self.studio._sdk

    def campaign(self, name: str) -> Any:
        """Return the campaign of a workspace."""
        from annotation.campaign import load as load_campaigns
        from corpus.config import load

        return load_campaigns(load(self.folder / name))[0]

    def project(self, name: str) -> int:
        """Return the id of its project."""
        from annotation.campaign import Queue
        from annotation.studio.project import find

        found = find(self.studio, Queue(self.campaign(name)))
        if found is None:
            raise SystemExit(f"{name} has no project")
        return found.id


def push_ours(bench: Bench) -> int:
    """Push with wirecopy."""
    from annotation.studio.push import push
    from corpus.output import Output

    return int(push(bench.studio, bench.campaign("push"), out=Output()).sent)


def push_sdk(bench: Bench) -> int:
    """Push as the SDK's documentation does."""
    from annotation.schemes.interface import labelling_page
    from annotation.tasks import to_server

    one = bench.campaign("push")
    project = bench.sdk.projects.create(title="sdk", label_config=labelling_page(one.scheme)).id
    tasks = [to_server(task) for task in one.units()]
    for at in range(0, len(tasks), BATCH):
        bench.sdk.projects.import_tasks(project, request=tasks[at : at + BATCH])
    return len(tasks)


def plan_ours(bench: Bench) -> int:
    """Compare with wirecopy; nothing has changed."""
    from annotation.studio.plan import plan

    one = bench.campaign("push")
    (found,) = plan(bench.studio, one, one.tasks())
    if found.changes:
        raise SystemExit(f"the plan finds changes: {found.summary()}")
    return len(found.unchanged)


def list_sdk(bench: Bench) -> int:
    """List the same tasks with the SDK."""
    return sum(1 for _ in bench.sdk.tasks.list(project=bench.project("push"), page_size=1_000))


def import_answered(bench: Bench) -> int:
    """Make the project of the pull: tasks with two annotations each; not timed."""
    from annotation.campaign import Queue
    from annotation.studio.project import ensure
    from annotation.tasks import to_server

    one = bench.campaign("pull")
    project = ensure(bench.studio, Queue(one), None)
    tasks = list(one.units())
    for at in range(0, len(tasks), BATCH):
        batch = [
            to_server(task) | {"annotations": _answers(task.data["article_text"])} for task in tasks[at : at + BATCH]
        ]
        bench.studio.import_tasks(project.id, batch)
    return len(tasks)


def _answers(text: str) -> list[dict[str, Any]]:
    mark = {"start": 0, "end": 6, "text": text[:6], "labels": ["unspecified-favor"]}
    found = []
    for number, value in enumerate(("favor", "against")):
        span = {"type": "labels", "from_name": "evidence", "to_name": "article", "id": "r0", "value": mark}
        choice = {"type": "choices", "from_name": "stance", "to_name": "article", "id": "r1"}
        result = [span, choice | {"value": {"choices": [value]}}]
        found.append({"result": result, "lead_time": 10.0 + number})
    return found


def pull_ours(bench: Bench) -> int:
    """Pull with wirecopy, tables included."""
    from annotation.studio.pull import pull
    from corpus.output import Output

    tables = pull(bench.studio, bench.campaign("pull"), out=Output())
    if tables.annotations != 2 * tables.tasks or tables.labels != tables.tasks:
        raise SystemExit(f"the pull is not whole: {tables}")
    return tables.tasks


def bare(bench: Bench) -> int:
    """Export 500 ids a request, ids known before the clock starts."""
    from annotation.studio.reading import extent

    project = bench.project("pull")
    place = extent(bench.studio, project)
    if place is None:
        raise SystemExit("no task")
    ids = list(range(place.first, place.last + 1))
    return sum(len(bench.studio.export(project, ids[at : at + BATCH])) for at in range(0, len(ids), BATCH))


def pull_sdk(bench: Bench) -> int:
    """List tasks with their annotations."""
    return sum(1 for _ in bench.sdk.tasks.list(project=bench.project("pull"), fields="all", page_size=500))


def one_export(bench: Bench) -> int:
    """Export a whole project in one request."""
    params = {"exportType": "JSON", "download_all_tasks": "true"}
    return len(bench.studio.read("GET", f"api/projects/{bench.project('pull')}/export", params))


JOBS: dict[str, Callable[[Bench], int]] = {
    "push": push_ours,
    "sdk push": push_sdk,
    "no-op": plan_ours,
    "sdk list": list_sdk,
    "answers": import_answered,
    "bare": bare,
    "pull": pull_ours,
    "bare again": bare,
    "sdk pull": pull_sdk,
    "one export": one_export,
}


def job(name: str, folder: Path) -> None:
    """Do one job in this process and print what it cost."""
    bench = Bench(folder)
    imports = [0.0]
    _time_imports(imports)
    began, before = time.perf_counter(), time.process_time()
    items = JOBS[name](bench)
    seconds, cpu = time.perf_counter() - began, time.process_time() - before
    print(json.dumps({"seconds": seconds, "cpu": cpu, "items": items, "client": _peak(), "server": imports[0]}))


def _peak() -> int:
    """Return the highest resident memory of this process, in MB."""
    # Not `ru_maxrss`: that begins with what the parent held when it started this process.
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) >> 10


def _time_imports(total: list[float]) -> None:
    """Add up what the server takes for the import requests, from the first byte sent to the last byte of the answer."""
    import httpx

    send = httpx.Client.send

    def timed(self: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
        began = time.perf_counter()
        response = send(self, request, **options)
        if request.method == "POST" and request.url.path.endswith("/import"):
            total[0] += time.perf_counter() - began
        return response

    httpx.Client.send = timed  # type: ignore[method-assign]


def run(name: str, folder: Path) -> Run:
    """Run one job in a process of its own, and watch the server's memory."""
    with growth(folder) as grown:
        command = [sys.executable, str(Path(__file__)), "--job", name, str(folder)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name} failed: {done.stderr.strip()[-1_000:]}")
    return Run(**json.loads(done.stdout.strip().splitlines()[-1]), growth=grown[0])


@contextmanager
def growth(folder: Path) -> Iterator[list[int]]:
    """Yield a list whose value, at the end, is how many MB the server's memory rose at most."""
    from annotation.studio import server

    running = server.find(folder / "state")
    grown, over = [0], threading.Event()
    if running is None:
        raise SystemExit("the server is gone")
    pid, before = running.pid, _memory(running.pid)

    def watch() -> None:
        while not over.wait(SAMPLE_SECONDS):
            grown[0] = max(grown[0], (_memory(pid) - before) >> 20)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield grown
    finally:
        over.set()
        thread.join()


def _memory(pid: int) -> int:
    """Return the memory of a process and its children; what they share counts once (PSS)."""
    import psutil

    total, process = 0, psutil.Process(pid)
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # a helper of the server, gone meanwhile
            total += int(one.memory_full_info().pss)
    return total


def workspace(folder: Path, count: int) -> None:
    """Make a workspace with one task for each of `count` articles."""
    from corpus.build import build
    from corpus.config import load
    from corpus.output import Output

    folder.mkdir()
    (folder / "wirecopy.toml").write_text(CONFIG.format(name=folder.name), encoding="utf-8")
    draw = random.Random(folder.name)
    with (folder / "articles.jsonl").open("w", encoding="utf-8") as file:
        for number in range(count):
            words = " ".join(draw.choices(WORDS, k=320))
            file.write(
                json.dumps({"id": f"a{number:07}", "text": f"Story {number}. {words}.", "language": "en"}) + "\n"
            )
    space = load(folder)
    build(space.config.sources, root=space.root, folder=space.corpus, config=space.config, out=Output())


def compare(folder: Path, count: int, *, alone: bool) -> list[str]:
    """Run all jobs at one size and print them; return what missed its mark."""
    from annotation.studio import server
    from corpus.output import Output

    for name in ("push", "pull"):
        workspace(folder / name, count)
    server.serve(state=folder / "state", out=Output())
    try:
        without = PEERS if alone else PEERS[-1:] if count > ONE_EXPORT_TASKS else ()
        runs = {name: run(name, folder) for name in JOBS if name not in without}
    finally:
        server.stop(state=folder / "state")
    return show(runs, count)


def show(runs: dict[str, Run], count: int) -> list[str]:
    """Print ratios, then what each way took; return what missed its mark."""
    push, plan, pull = runs["push"], runs["no-op"], runs["pull"]
    best = max(runs["bare"].rate, runs["bare again"].rate)
    wall, cpu = (push.seconds - push.server) / push.server, push.cpu / push.server
    print(f"\n{count:,} tasks")
    print(f"push adds {wall:.1%} wall and {cpu:.1%} CPU to the server's own import time")
    print(f"pull is at {pull.rate / best:.3f} of the server's best rate")
    for name, ours in zip(PEERS, ("push", "no-op", "pull", "pull"), strict=True):
        if name in runs:
            print(f"{ours} is {runs[name].seconds / runs[ours].seconds:.2f} x as fast as {name}")
    print(f"\n{'':11} {'tasks/s':>8} {'wall s':>8} {'client CPU s':>13} {'client MB':>10} {'server +MB':>11}")
    for name, one in runs.items():
        print(f"{name:11} {one.rate:8,.0f} {one.seconds:8.1f} {one.cpu:13.1f} {one.client:10,} {one.growth:11,}")
    return verdict(
        [
            (f"push adds at most {MOST_ADDED:.0%} wall", wall <= MOST_ADDED),
            (f"push adds at most {MOST_ADDED:.0%} CPU", cpu <= MOST_ADDED),
            (f"a no-op plan takes at most {MOST_PLAN_SECONDS:g} s", plan.seconds <= MOST_PLAN_SECONDS),
            (f"a pull has at least {LEAST_OF_BEST:g} of the server's best rate", pull.rate >= LEAST_OF_BEST * best),
            (f"a pull needs at most {MOST_CLIENT} MB", pull.client <= MOST_CLIENT),
            (f"a pull makes the server grow by at most {MOST_GROWTH} MB", pull.growth <= MOST_GROWTH),
        ]
    )


def verdict(marks: list[tuple[str, bool]]) -> list[str]:
    """Print each mark; return those missed."""
    for what, met in marks:
        print(f"{'met   ' if met else 'MISSED'} {what}")
    return [what for what, met in marks if not met]


def main() -> int:
    """Read the arguments, run, and print; exit 1 with --check where a mark is missed."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--tasks", type=int, action="append", help="20000 where none is named; can be repeated")
    parser.add_argument("--alone", action="store_true", help="leave out the SDK's ways")
    parser.add_argument("--check", action="store_true", help="exit 1 where a mark is missed")
    parser.add_argument("--job", nargs=2, metavar=("NAME", "FOLDER"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    if given.job:
        job(given.job[0], Path(given.job[1]))
        return 0
    missed = []
    for count in given.tasks or [20_000]:
        with tempfile.TemporaryDirectory(prefix="wirecopy-bench-") as folder:
            missed += compare(Path(folder), count, alone=given.alone)
    return int(given.check and bool(missed))


if __name__ == "__main__":
    sys.exit(main())
