"""`wirecopy demo`: the whole journey on the built-in sample, with simulated annotators."""

import shutil
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from shlex import quote

from annotation.annotators import Pseudonyms
from annotation.campaign import Campaign
from annotation.campaign import load as load_campaigns
from annotation.controls import bench_of
from annotation.report import save as save_report
from annotation.schema import Task
from annotation.simulate import Truth, annotate, attentive, sign_up
from annotation.studio import server
from annotation.studio.client import Studio
from annotation.studio.pull import pull
from annotation.studio.push import push
from corpus.build import build as build_corpus
from corpus.config import FILE_NAME, load
from corpus.errors import WirecopyError
from corpus.files import replacing_folder, write_text
from corpus.output import Output
from corpus.workspace import IGNORED
from export.release import Released
from export.release import build as build_release

ERROR_RATES = {"rater-1": 0.05, "rater-2": 0.15, "rater-3": 0.3}


def demo(*, folder: Path, out: Output) -> None:
    """Run every stage in `folder`, a new one or an earlier demo; tell how long each took.

    It never leaves its own folder and its own local server: simulated answers belong nowhere else.
    """
    times: dict[str, float] = {}
    _workspace(folder)
    space = load(folder)
    with _timed(times, "corpus", out):
        build_corpus(space.config.sources, root=space.root, folder=space.corpus, config=space.config, out=out)
    with _timed(times, "serve", out):
        running = server.serve(state=space.state, out=out)
        studio = Studio(running.url, server.token(space.state))
    if running.password:
        out.note(f"login: {running.login}  password: {running.password}")
    campaigns = load_campaigns(space)
    with _timed(times, "push", out):
        for one in campaigns:
            push(studio, one, out=out)
    with _timed(times, "simulated annotators", out):
        _simulate(campaigns, studio, out)
    with _timed(times, "pull", out):
        for one in campaigns:
            pull(studio, one, out=out)
    with _timed(times, "report", out):
        reports = [save_report(one) for one in campaigns]
    with _timed(times, "release", out):
        released = build_release(space, out=out)
    _tell(times, folder, running, released, reports, out)


def _simulate(campaigns: list[Campaign], studio: Studio, out: Output) -> None:
    secret = Pseudonyms(campaigns[0].workspace.state)
    raters = [
        sign_up(studio, name, password=secret.of(f"password of {name}"), error_rate=rate)
        for name, rate in ERROR_RATES.items()
    ]
    for one in campaigns:
        annotate(one, raters, truth=attentive(_truth(), bench_of(one, one.tasks())), out=out)


def _workspace(folder: Path) -> None:
    with as_file(files("corpus") / "sample") as sample:
        ours = (sample / FILE_NAME).read_bytes()
        config = folder / FILE_NAME
        if config.is_file() and config.read_bytes() == ours:
            return
        if folder.exists() and any(folder.iterdir()):
            raise WirecopyError(f"{folder} holds other files", hint="name a new folder: wirecopy demo DIR")
        with replacing_folder(folder) as beside:
            shutil.copytree(sample / "articles", beside / "articles")
            write_text(beside / ".gitignore", IGNORED)
            shutil.copy(sample / FILE_NAME, beside / FILE_NAME)


def _truth() -> Truth:
    """Return the sample's own answers; what they don't say is drawn."""
    answers = tomllib.loads((files("corpus") / "sample" / "answers.toml").read_text(encoding="utf-8"))

    def truth(task: Task, question: str) -> str | None:
        known = answers.get(question, {}).get(task.doc_ids[0], {})
        answer = known.get(task.target_id) if task.target_id else None
        return str(answer) if answer else None

    return truth


def _tell(
    times: dict[str, float],
    folder: Path,
    running: server.Server,
    released: Released,
    reports: list[Path],
    out: Output,
) -> None:
    if out.json:
        login = {"url": running.url, "login": running.login, "password": running.password}
        told = {"release": released.folder, "rows": released.rows, "reports": [str(path) for path in reports]}
        out.data({"seconds": times, "server": login} | told)
        return
    out.table([{"part": part, "seconds": f"{seconds:.1f}"} for part, seconds in times.items()])
    released.show(out)
    # `make demo` runs it from a place that is not on the PATH.
    command = "wirecopy" if shutil.which("wirecopy") else f"{quote(sys.executable)} -m wirecopy"
    forgotten = f"shown once; a new one: {command} annotation serve --reset-password --workspace {quote(str(folder))}"
    out.line("")
    out.line(f"Label Studio: {running.url}")
    out.line(f"  login:      {running.login}")
    out.line(f"  password:   {running.password or forgotten}")
    out.line(f"  stop it:    {command} annotation stop --workspace {quote(str(folder))}")
    out.line("Reports:      open them by a double click")
    for path in reports:
        out.line(f"  {path}")
    out.line(f"Release:      {released.folder}   (its labels are simulated)")
    out.line("Load it:")
    out.line("  from datasets import load_dataset")
    out.line(f'  labels = load_dataset("{released.folder}", "stance")')
    out.line('  print(labels["train"][0]["stance_distribution"])')


@contextmanager
def _timed(times: dict[str, float], part: str, out: Output) -> Iterator[None]:
    out.note(f"{part} ...")
    began = time.monotonic()
    yield
    times[part] = time.monotonic() - began
