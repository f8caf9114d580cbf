"""`wirecopy run`: every stage that is out of date, in order."""

from pathlib import Path

from annotation.campaign import load as load_campaigns
from annotation.studio import server
from annotation.studio.client import Studio
from annotation.studio.connection import connect
from annotation.studio.project import labelling_link
from annotation.studio.pull import Pulled, pull
from annotation.studio.push import Pushed, push
from corpus.build import build as build_corpus
from corpus.config import Workspace, load
from corpus.errors import WirecopyError
from corpus.output import Output
from export.release import build as build_release

STAGES = ("corpus", "push", "pull", "release")


def run(*, until: str, workspace: Path, out: Output) -> None:
    """Run the stages up to `until`; stop early, with the links, where nobody has answered yet."""
    if until not in STAGES:
        raise WirecopyError(f"no stage is called '{until}'", hint=f"stages: {', '.join(STAGES)}")
    space = load(workspace)
    wanted = STAGES[: STAGES.index(until) + 1]
    done: dict[str, object] = {"corpus": _corpus(space, out)}
    if "push" in wanted:
        studio = _studio(space, out)
        pushed = _push(space, studio, out)
        done["links"] = {one.campaign: labelling_link(studio, one.project) for one in pushed}
    if "pull" in wanted:
        pulled = _pull(space, studio, out)
        done["annotations"] = {one.campaign: one.annotations for one in pulled}
        if "release" in wanted and any(one.labels for one in pulled):
            released = build_release(space, out=out)
            _say(out, "release", released.written, released.folder)
            done["release"] = released.folder
    if out.json:
        out.data(done)
    elif "release" not in done and "links" in done:
        out.line("Label here, then run it again:")
        out.table([{"campaign": name, "link": link} for name, link in done["links"].items()])  # type: ignore[attr-defined]


def _corpus(space: Workspace, out: Output) -> dict[str, int]:
    report = build_corpus(
        sources=space.config.sources, root=space.root, folder=space.corpus, config=space.config, out=out
    )
    counts = {"documents": report.documents, "segments": report.segments, "rejects": report.rejects}
    _say(out, "corpus", report.written, f"{report.documents} documents, {report.rejects} rejects")
    return counts


def _studio(space: Workspace, out: Output) -> Studio:
    import os

    if not os.environ.get("LABEL_STUDIO_URL"):
        running = server.serve(state=space.state, out=out)
        if running.password:
            out.line(f"Label Studio: {running.url}  login: {running.login}  password: {running.password}")
    return connect(space)


def _push(space: Workspace, studio: Studio, out: Output) -> list[Pushed]:
    pushed = [push(studio, one, out=out) for one in load_campaigns(space)]
    for one in pushed:
        _say(out, f"push {one.campaign}", one.written, f"{one.sent} tasks sent, {one.unchanged} there already")
    return pushed


def _pull(space: Workspace, studio: Studio, out: Output) -> list[Pulled]:
    pulled = [pull(studio, one, out=out) for one in load_campaigns(space)]
    for one in pulled:
        out.note(f"pull {one.campaign}: {one.annotations} annotations, {one.quarantined} in quarantine")
    return pulled


def _say(out: Output, stage: str, written: bool, text: str) -> None:
    out.note(f"{stage}: {'done' if written else 'up to date'}: {text}")
