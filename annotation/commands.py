"""The annotation commands as plain functions: each does its work and prints the result."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotation.campaign import Campaign
from annotation.campaign import load as load_campaigns
from corpus.config import load
from corpus.errors import WirecopyError
from corpus.output import Output

if TYPE_CHECKING:
    from annotation.studio.server import Server


def serve(*, workspace: Path, out: Output) -> "Server":
    """Start the workspace's local server and say how to reach it."""
    from annotation.studio import server

    running = server.serve(state=load(workspace).state, out=out)
    facts: dict[str, Any] = {"url": running.url, "login": running.login}
    if running.password:
        facts["password"] = running.password
    if out.json:
        out.data(facts)
    else:
        out.table([{"Label Studio": name, "": value} for name, value in facts.items()])
        if running.password:
            out.note("the password is shown this once and kept nowhere: note it now")
    return running


def stop(*, workspace: Path, out: Output) -> None:
    """Stop the workspace's local server."""
    from annotation.studio import server

    out.line("stopped" if server.stop(state=load(workspace).state) else "no local Label Studio runs here")


def plan(*, campaign: str | None, workspace: Path, out: Output) -> None:
    """Show what a push would do; reads only."""
    from annotation.studio.connection import connect
    from annotation.studio.plan import plan as make_plan

    campaigns = _campaigns(workspace, campaign)
    studio = connect(campaigns[0].workspace)
    plans = [make_plan(studio, one, one.tasks()) for one in campaigns]
    _show(out, [one.summary() for one in plans])
    for one in plans:
        one.show(out)


def push(*, campaign: str | None, prune: bool, recreate: bool, workspace: Path, out: Output) -> None:
    """Push each campaign; the second time nothing is written."""
    from annotation.studio.connection import connect
    from annotation.studio.project import labelling_link
    from annotation.studio.push import push as push_one

    campaigns = _campaigns(workspace, campaign)
    studio = connect(campaigns[0].workspace)
    pushed = [push_one(studio, one, out=out, prune=prune, recreate=recreate) for one in campaigns]
    _show(out, [asdict(one) | {"link": labelling_link(studio, one.project)} for one in pushed])


def push_to_file(*, campaign: str | None, path: Path, workspace: Path, out: Output) -> None:
    """Write Label Studio's import file and, beside it, the labelling page."""
    from annotation.schemes.interface import labelling_page
    from annotation.tasks import check_sendable, save, write_import
    from corpus.files import write_text

    one = _single(_campaigns(workspace, campaign))
    tasks = one.tasks()
    check_sendable(tasks)
    save(one.folder / "tasks.parquet", tasks)
    write_import(path, tasks)
    page = path.with_suffix(".xml")
    write_text(page, labelling_page(one.scheme) + "\n")
    _show(out, [{"campaign": one.name, "tasks": len(tasks), "file": str(path), "labelling page": str(page)}])


def status(*, campaign: str | None, workspace: Path, out: Output) -> None:
    """Show the progress of each campaign."""
    from annotation.studio.connection import connect
    from annotation.studio.status import status as status_of

    campaigns = _campaigns(workspace, campaign)
    studio = connect(campaigns[0].workspace)
    found = [asdict(status_of(studio, one)) for one in campaigns]
    if out.json:
        out.data(found)
        return
    out.table([{name: value for name, value in one.items() if name not in ("annotators", "link")} for one in found])
    rows = [
        {"campaign": one["campaign"], "annotator": annotator, "done": done}
        for one in found
        for annotator, done in one["annotators"].items()
    ]
    out.table(rows)
    for one in found:
        if one["link"]:
            out.line(f"{one['campaign']}: {one['link']}")


def pull(*, campaign: str | None, source: Path | None, workspace: Path, out: Output) -> int:
    """Pull each campaign, from the server or from an export file; return how many were quarantined."""
    from annotation.studio.pull import pull as pull_one
    from annotation.studio.pull import pull_file

    campaigns = _campaigns(workspace, campaign)
    if source:
        pulled = [pull_file(_single(campaigns), source)]
    else:
        from annotation.studio.connection import connect

        studio = connect(campaigns[0].workspace)
        pulled = [pull_one(studio, one, out=out) for one in campaigns]
    _show(out, [asdict(one) for one in pulled])
    quarantined = sum(one.quarantined for one in pulled)
    if quarantined:
        folder = campaigns[0].workspace.annotation
        out.note(f"{quarantined} annotations in quarantine: {folder}/<campaign>/quarantine.parquet says why")
    return quarantined


def _campaigns(workspace: Path, only: str | None) -> list[Campaign]:
    return load_campaigns(load(workspace), only)


def _single(campaigns: list[Campaign]) -> Campaign:
    if len(campaigns) > 1:
        names = ", ".join(one.name for one in campaigns)
        raise WirecopyError("one file holds one campaign", hint=f"add --campaign NAME, one of: {names}")
    return campaigns[0]


def _show(out: Output, rows: list[dict[str, Any]]) -> None:
    if out.json:
        out.data(rows)
    else:
        out.table(rows)
