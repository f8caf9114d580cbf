"""`wirecopy demo`: the whole journey on the built-in sample, with simulated annotators."""

import shutil
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path

from annotation.annotators import Pseudonyms
from annotation.campaign import load as load_campaigns
from annotation.schema import Task
from annotation.simulate import Truth, annotate, sign_up
from annotation.studio import server
from annotation.studio.connection import connect
from annotation.studio.pull import pull
from annotation.studio.push import push
from corpus.build import build as build_corpus
from corpus.config import FILE_NAME, load
from corpus.errors import WirecopyError
from corpus.output import Output
from export.release import build as build_release

ERROR_RATES = {"rater-1": 0.05, "rater-2": 0.15, "rater-3": 0.3}


def demo(*, folder: Path, out: Output) -> None:
    """Run every stage in `folder`, a new one or an earlier demo; tell how long each took."""
    times: dict[str, float] = {}
    _workspace(folder)
    space = load(folder)
    with _timed(times, "corpus", out):
        build_corpus(sources=space.config.sources, root=space.root, folder=space.corpus, config=space.config, out=out)
    with _timed(times, "serve", out):
        running = server.serve(state=space.state, out=out)
        studio = connect(space)
    campaigns = load_campaigns(space)
    with _timed(times, "push", out):
        for one in campaigns:
            push(studio, one, out=out)
    with _timed(times, "simulated annotators", out):
        secret = Pseudonyms(space.state)
        raters = [
            sign_up(studio, name, password=secret.of(f"password of {name}"), error_rate=rate)
            for name, rate in ERROR_RATES.items()
        ]
        for one in campaigns:
            annotate(one, raters, truth=_truth(), out=out)
    with _timed(times, "pull", out):
        for one in campaigns:
            pull(studio, one, out=out)
    with _timed(times, "release", out):
        released = build_release(space, out=out)
    out.table([{"part": part, "seconds": f"{seconds:.1f}"} for part, seconds in times.items()])
    released.show(out)
    _where(folder, running, released.folder, out)


def _workspace(folder: Path) -> None:
    if (folder / FILE_NAME).is_file():
        return
    if folder.exists() and any(folder.iterdir()):
        raise WirecopyError(f"{folder} holds other files", hint="name a new folder: wirecopy demo DIR")
    with as_file(files("corpus") / "sample") as sample:
        shutil.copytree(sample / "articles", folder / "articles")
        shutil.copy(sample / FILE_NAME, folder / FILE_NAME)
        (folder / ".gitignore").write_text("build/\n.wirecopy/\n")


def _truth() -> Truth:
    """Return the sample's own answers; what they don't say is drawn."""
    answers = tomllib.loads((files("corpus") / "sample" / "answers.toml").read_text(encoding="utf-8"))

    def truth(task: Task, question: str) -> str | None:
        known = answers.get(question, {}).get(task.doc_ids[0], {})
        answer = known.get(task.target_id) if task.target_id else None
        return str(answer) if answer else None

    return truth


def _where(folder: Path, running: server.Server, release: str, out: Output) -> None:
    out.line("")
    out.line(f"Label Studio: {running.url}")
    out.line(f"  login:      {running.login}")
    out.line(f"  password:   {running.password or 'the one that the first run of this demo showed'}")
    out.line(f"  stop it:    wirecopy annotation stop --workspace {folder}")
    out.line(f"Release:      {release}   (its labels are simulated)")
    out.line("Load it:")
    out.line("  from datasets import load_dataset")
    out.line(f'  labels = load_dataset("{release}", "stance")')
    out.line('  print(labels["train"][0]["stance_distribution"])')


@contextmanager
def _timed(times: dict[str, float], part: str, out: Output) -> Iterator[None]:
    out.note(f"{part} ...")
    began = time.monotonic()
    yield
    times[part] = time.monotonic() - began
