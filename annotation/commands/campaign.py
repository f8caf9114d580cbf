"""Plan, push and pull: tasks out, answers home."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from annotation.campaign import Campaign, Queue, load_all
from annotation.campaign import load as load_campaigns
from annotation.schema import Task
from corpus.config import load
from corpus.errors import WirecopyError
from corpus.output import Output

MOST_SHOWN = 10
# Columns of a plan that are shown only where something stands in them.
RARE = ("annotator", "outdated", "annotations on old", "moved", "gone", "edited", "doubles", "foreign", "waiting")


def plan(*, campaign: str | None, workspace: Path, out: Output) -> None:
    """Show what a push would do; reads only."""
    from annotation.studio.connection import connect
    from annotation.studio.plan import plan as make_plan
    from corpus.build import is_current

    campaigns = campaigns_of(workspace, campaign)
    studio = connect(campaigns[0].workspace)
    plans = [queue for one in campaigns for queue in make_plan(studio, one, one.tasks())]
    if not is_current(campaigns[0].workspace):
        out.note("the articles have changed since the corpus was built: wirecopy corpus build")
    if out.json:
        out.data([one.details() for one in plans])
        return
    out.table(without_empty([one.summary() for one in plans], RARE))
    for one in plans:
        one.show(out)


def push(
    *, campaign: str | None, prune: bool, prune_answered: bool, recreate: bool, workspace: Path, out: Output
) -> None:
    """Push each campaign; the second time nothing is written."""
    from annotation.studio.connection import connect
    from annotation.studio.project import labelling_link
    from annotation.studio.push import push as push_one

    campaigns = campaigns_of(workspace, campaign)
    studio = connect(campaigns[0].workspace)
    pushed = [
        push_one(studio, one, out=out, prune=prune or prune_answered, prune_answered=prune_answered, recreate=recreate)
        for one in campaigns
    ]
    rows = [
        {
            "campaign": one.campaign,
            "annotator": name or None,
            "project": project,
            "link": labelling_link(studio, project),
        }
        for one in pushed
        for name, project in one.projects.items()
    ]
    if out.json:
        out.data([asdict(one) | {"links": [row for row in rows if row["campaign"] == one.campaign]} for one in pushed])
    else:
        counts = [{name: value for name, value in asdict(one).items() if name != "projects"} for one in pushed]
        out.table(without_empty(counts, ("moved", "deleted", "old", "waiting")))
        out.table(without_empty(rows, ("annotator",)))
    for one in pushed:
        if not one.sent + one.unchanged:
            out.note(f"{one.campaign} has no task: check its events, their documents, targets and languages")
    if any(one.old for one in pushed):
        out.note("old tasks that nobody has answered are still in the queue; `push --prune` deletes these")


def push_to_file(*, campaign: str | None, path: Path, workspace: Path, out: Output) -> None:
    """Write Label Studio's import file, one for each queue, and, beside it, the labelling page."""
    from annotation.schemes.interface import labelling_page
    from annotation.studio.shares import Standing, queues_of, shares
    from annotation.tasks import check_sendable, save, write_import
    from corpus.files import write_text

    one = _single(campaigns_of(workspace, campaign))
    tasks = one.tasks()
    check_sendable(tasks)
    save(one.folder / "tasks.parquet", tasks)
    page = path.with_suffix(".xml")
    write_text(page, labelling_page(one.scheme) + "\n")
    rows = []
    for name, share in shares(one, tasks, [Standing(queue, None) for queue in queues_of(one)]).items():
        file = path.with_stem(f"{path.stem}-{name}") if name else path
        write_import(file, share.tasks)
        rows.append(_written(Queue(one, name), share.tasks, file, page))
    if out.json:
        out.data(rows)
    else:
        out.table(without_empty(rows, ("annotator",)))


def pull(*, campaign: str | None, source: Path | None, full: bool, workspace: Path, out: Output) -> int:
    """Pull each campaign, from the server or from an export file; return how many were quarantined."""
    campaigns = campaigns_of(workspace, campaign)
    if source:
        from annotation.answers.tables import pull_file

        pulled = [pull_file(_single(campaigns), source)]
    else:
        from annotation.studio.adjudicate import pull_all
        from annotation.studio.connection import connect

        studio = connect(campaigns[0].workspace)
        pulled = [pull_all(studio, one, out=out, full=full) for one in campaigns]
    rows = [asdict(one) for one in pulled]
    if out.json:
        out.data(rows)
    else:
        out.table(without_empty(rows, ("skipped", "stale", "deleted", "contradictions", "controls", "adjudicated")))
    for one in campaigns:
        _show_quarantine(one, out)
    for table in pulled:
        if table.contradictions:
            told = "answers contradict themselves: wirecopy annotation repairs"
            out.note(f"{table.campaign}: {table.contradictions} {told}")
    return sum(table.quarantined for table in pulled)


def campaigns_of(workspace: Path, only: str | None, *, imported: bool = False) -> list[Campaign]:
    """Load the campaigns that a command is for; those that were `imported` where it measures only."""
    return (load_all if imported else load_campaigns)(load(workspace), only)


def without_empty(rows: list[dict[str, Any]], rare: tuple[str, ...]) -> list[dict[str, Any]]:
    """Leave out the columns `rare` where no row has anything in them."""
    empty = {name for name in rare if not any(row[name] for row in rows)}
    return [{name: value for name, value in row.items() if name not in empty} for row in rows]


def _written(queue: Queue, tasks: list[Task], file: Path, page: Path) -> dict[str, Any]:
    return {
        "campaign": queue.campaign.name,
        "annotator": queue.name or None,
        "tasks": len(tasks),
        "file": str(file),
        "labelling page": str(page),
    }


def _show_quarantine(campaign: Campaign, out: Output) -> None:
    from corpus.parquet import read_dicts

    path = campaign.folder / "quarantine.parquet"
    rows = list(read_dicts(path)) if path.is_file() else []
    for row in rows[:MOST_SHOWN]:
        out.note(f"{campaign.name}: quarantined, task {row['task_id']}: {row['reason']}: {row['detail']}")
    if len(rows) > MOST_SHOWN:
        out.note(f"{campaign.name}: and {len(rows) - MOST_SHOWN} more: {path}")


def _single(campaigns: list[Campaign]) -> Campaign:
    if len(campaigns) > 1:
        names = ", ".join(one.name for one in campaigns)
        raise WirecopyError("one file holds one campaign", hint=f"add --campaign NAME, one of: {names}")
    return campaigns[0]
