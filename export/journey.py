"""`wirecopy run`: every stage that is out of date, in order."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from annotation.campaign import Campaign
from annotation.campaign import load as load_campaigns
from annotation.studio import server
from annotation.studio.adjudicate import pull_all
from annotation.studio.client import Studio
from annotation.studio.connection import connect, names_a_server
from annotation.studio.project import labelling_link
from annotation.studio.push import push
from corpus.build import build as build_corpus
from corpus.config import Workspace, load
from corpus.output import Output
from export.release import build as build_release

STAGES = ("corpus", "push", "pull", "release")


@dataclass
class Journey:
    """What a run did; `partial` where inputs were rejected or answers quarantined."""

    facts: dict[str, Any] = field(default_factory=dict)
    links: list[dict[str, str]] = field(default_factory=list)
    partial: bool = False

    def show(self, out: Output) -> None:
        """Print the links, how to get in, and the release."""
        if out.json:
            out.data(self.facts | ({"links": self.links} if self.links else {}))
            return
        login = self.facts.get("login")
        if login:
            out.line(f"Label Studio: {login['url']}  login: {login['login']}  password: {login['password']}")
        if self.links:
            out.line("Label here, then run it again:")
            out.table(self.links)
            out.line(f"Accounts of annotators: {self.facts['invite']}")
        if "release" in self.facts:
            out.line(f"Release: {self.facts['release']}")


def run(*, until: str, workspace: Path, out: Output) -> Journey:
    """Run the stages up to `until`; no release is made where nobody has answered yet."""
    space = load(workspace)
    wanted = STAGES[: STAGES.index(until) + 1]
    journey = Journey()
    _corpus(space, journey, out)
    if "push" in wanted:
        campaigns = load_campaigns(space)
        for one in campaigns:
            one.tasks()  # what is wrong with the targets is told before a server starts
        studio = _studio(space, journey, out)
        _push(campaigns, studio, journey, out)
        if "pull" in wanted and _pull(campaigns, studio, journey, out) and "release" in wanted:
            released = build_release(space, out=out)
            _say(out, "release", released.written, released.folder)
            journey.facts["release"] = released.folder
    journey.show(out)
    return journey


def _corpus(space: Workspace, journey: Journey, out: Output) -> None:
    report = build_corpus(space.config.sources, root=space.root, folder=space.corpus, config=space.config, out=out)
    documents = report.rows["documents"]
    _say(out, "corpus", report.written, f"{documents} documents, {report.rejects} rejects")
    report.show_rejects(out)
    journey.partial |= bool(report.rejects)
    journey.facts["corpus"] = {"documents": documents, "rejects": report.rejects}


def _studio(space: Workspace, journey: Journey, out: Output) -> Studio:
    if not names_a_server():
        running = server.serve(state=space.state, out=out)
        if running.password:
            journey.facts["login"] = {"url": running.url, "login": running.login, "password": running.password}
    studio = connect(space)
    journey.facts["invite"] = "wirecopy annotation invite" if space.config.annotators else studio.invite_link()
    return studio


def _push(campaigns: list[Campaign], studio: Studio, journey: Journey, out: Output) -> None:
    for one in campaigns:
        pushed = push(studio, one, out=out)
        _say(out, f"push {one.name}", pushed.written, f"{pushed.sent} tasks sent, {pushed.unchanged} there already")
        journey.links += [
            {"campaign": one.name, "annotator": name or "all", "link": labelling_link(studio, project)}
            for name, project in pushed.projects.items()
        ]


def _pull(campaigns: list[Campaign], studio: Studio, journey: Journey, out: Output) -> int:
    """Pull each campaign; return how many units have a label."""
    labels = 0
    for one in campaigns:
        pulled = pull_all(studio, one, out=out)
        out.note(
            f"pull {one.name}: {pulled.annotations} annotations, {pulled.quarantined} in quarantine; "
            f"{pulled.labels} of {pulled.tasks} units have an answer"
        )
        journey.facts.setdefault("annotations", {})[one.name] = pulled.annotations
        journey.partial |= bool(pulled.quarantined)
        labels += pulled.labels
    return labels


def _say(out: Output, stage: str, written: bool, text: str) -> None:
    out.note(f"{stage}: {'done' if written else 'up to date'}: {text}")
