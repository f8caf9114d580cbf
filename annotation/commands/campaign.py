"""The annotation commands as plain functions: each does its work and prints the result."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotation.campaign import Campaign
from annotation.campaign import load as load_campaigns
from corpus.config import load
from corpus.errors import WirecopyError
from corpus.output import Output

if TYPE_CHECKING:
    from annotation.studio.server import Server

MOST_SHOWN = 10


def serve(*, reset_password: bool, workspace: Path, out: Output) -> "Server":
    """Start the workspace's local server and say how to reach it."""
    from annotation.studio import server

    state = load(workspace).state
    running = server.serve(state=state, out=out)
    if reset_password:
        running = replace(running, password=server.reset_password(state=state, out=out))
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

    stopped = server.stop(state=load(workspace).state)
    if out.json:
        out.data({"stopped": stopped})
    else:
        out.line("stopped" if stopped else "no local Label Studio runs here")


def plan(*, campaign: str | None, workspace: Path, out: Output) -> None:
    """Show what a push would do; reads only."""
    from annotation.studio.connection import connect
    from annotation.studio.plan import plan as make_plan
    from corpus.build import is_current

    campaigns = _campaigns(workspace, campaign)
    studio = connect(campaigns[0].workspace)
    plans = [make_plan(studio, one, one.tasks()) for one in campaigns]
    if not is_current(campaigns[0].workspace):
        out.note("the articles have changed since the corpus was built: wirecopy corpus build")
    _show(out, [one.details() if out.json else one.summary() for one in plans])
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
    for one in pushed:
        if not one.sent + one.unchanged:
            out.note(f"{one.campaign} has no task: check its events, their documents, targets and languages")
    if any(one.old for one in pushed):
        out.note("old tasks that nobody has answered are still in the queue; `push --prune` deletes these")


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
    out.line(f"annotators make their accounts here: {studio.invite_link()}")


def pull(*, campaign: str | None, source: Path | None, workspace: Path, out: Output) -> int:
    """Pull each campaign, from the server or from an export file; return how many were quarantined."""
    campaigns = _campaigns(workspace, campaign)
    if source:
        from annotation.tables import pull_file

        pulled = [pull_file(_single(campaigns), source)]
    else:
        from annotation.studio.connection import connect
        from annotation.studio.pull import pull as pull_one

        studio = connect(campaigns[0].workspace)
        pulled = [pull_one(studio, one, out=out) for one in campaigns]
    _show(out, [asdict(one) for one in pulled])
    for one in campaigns:
        _show_quarantine(one, out)
    return sum(one.quarantined for one in pulled)


def _show_quarantine(campaign: Campaign, out: Output) -> None:
    from corpus.parquet import read_dicts

    path = campaign.folder / "quarantine.parquet"
    rows = list(read_dicts(path)) if path.is_file() else []
    for row in rows[:MOST_SHOWN]:
        out.note(f"{campaign.name}: quarantined, task {row['task_id']}: {row['reason']}: {row['detail']}")
    if len(rows) > MOST_SHOWN:
        out.note(f"{campaign.name}: and {len(rows) - MOST_SHOWN} more: {path}")


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
