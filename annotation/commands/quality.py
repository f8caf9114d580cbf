"""Status, repairs, the audit of predictions, and adjudication."""

import csv
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotation.answers import pulled
from annotation.commands.campaign import campaigns_of, without_empty
from corpus.output import Output

if TYPE_CHECKING:
    from annotation.controls.verdict import Verdict
    from annotation.studio.client import Studio
    from annotation.studio.status import Rater, Status

RARE = ("skipped", "old", "contradictions", "end")
RARE_OF_RATER = ("open", "waiting", "contradictions", "agreement", "controls", "end")
WATCH_SECONDS = 10


def status(*, campaign: str | None, watch: bool, workspace: Path, out: Output) -> None:
    """Show the progress of each campaign; with `watch` again and again until interrupted."""
    from annotation.studio.connection import connect
    from annotation.studio.status import status as status_of

    campaigns = campaigns_of(workspace, campaign)
    studio = connect(campaigns[0].workspace)
    while True:
        found = [status_of(studio, one) for one in campaigns]
        if watch:
            out.clear()
        _show(studio, found, out)
        if not watch:
            return
        time.sleep(WATCH_SECONDS)


def repairs(*, campaign: str | None, workspace: Path, out: Output) -> None:
    """List the answers that contradict themselves, with the task where each can be mended."""
    rows = []
    for one in campaigns_of(workspace, campaign):
        path, known = one.folder / "repairs.csv", pulled.nicknames(one)
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as file:
                rows += [_repair(one.name, row, known) for row in csv.DictReader(file)]
    if out.json:
        out.data(rows)
    else:
        out.table(rows)
        if not rows:
            out.line("nothing to repair in what was pulled")


def _show(studio: "Studio", found: "list[Status]", out: Output) -> None:
    if out.json:
        out.data([asdict(one) for one in found])
        return
    out.table(without_empty([_row(one) for one in found], RARE))
    raters = [_rater(one, rater) for one in found for rater in one.raters]
    out.table(without_empty(raters, RARE_OF_RATER))
    for one in found:
        for link, names in _links(one).items():
            out.line(f"{one.campaign}{f', {names}' if one.own_queues else ''}: {link}")
    if any(one.own_queues for one in found):
        out.line("accounts: wirecopy annotation invite")
    else:
        out.line(f"annotators make their accounts here: {studio.invite_link()}")
    if any(one.contradictions for one in found):
        out.note("answers that contradict themselves: wirecopy annotation repairs")


def _links(one: "Status") -> dict[str, str]:
    """Return who works where: a shared queue has one link, also before anybody has answered."""
    links = {rater.link: rater.annotator for rater in one.raters if rater.link}
    return links or ({one.link: ""} if one.link else {})


def _repair(campaign: str, row: dict[str, str], known: dict[str, str]) -> dict[str, str]:
    project, _, task = row.pop("task").partition("/")
    who = known.get(row.pop("annotator"), "")
    return {"campaign": campaign, "annotator": who, "page": f"/projects/{project}/data?task={task}", **row}


def _row(one: "Status") -> dict[str, Any]:
    return {
        "campaign": one.campaign,
        "units": one.units,
        "complete": one.complete,
        "answers": f"{one.answers} of {one.asked}",
        "skipped": one.skipped,
        "old": one.old,
        "contradictions": one.contradictions,
        "agreement": ", ".join(f"{name} {_decimals(value, 2)}" for name, value in one.agreement.items()),
        "end": one.end,
    }


def _rater(one: "Status", rater: "Rater") -> dict[str, Any]:
    return {
        "campaign": one.campaign,
        "annotator": rater.annotator,
        "done": rater.done,
        "open": rater.open,
        "waiting": rater.waiting,
        "tasks/h": _decimals(rater.per_hour, 0),
        "skips": f"{rater.skip_rate:.0%}" if rater.skip_rate is not None else "-",
        "contradictions": rater.contradictions,
        "agreement": _decimals(rater.agreement, 2),
        "controls": rater.controls,
        "end": rater.end,
    }


def _decimals(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def audit(*, campaign: str | None, workspace: Path, out: Output) -> None:
    """Judge annotators by what was pulled: control items, and what they made of predictions."""
    from annotation import prefill
    from annotation.controls import answered, verdicts
    from annotation.measures.audit import audit as audit_of
    from annotation.measures.audit import bias

    told = []
    for one in campaigns_of(workspace, campaign):
        shown, known = prefill.kept(one.folder), pulled.nicknames(one)
        given = list(answered(one, shown))
        judged = list(verdicts(one, one.tasks(), given).values())
        made = [row.model_dump() | {"annotator": _who(row.annotator, known)} for row in audit_of(given, shown)]
        swayed = [row.model_dump() for row in bias(one.scheme, given, shown)] if shown else []
        told.append({"campaign": one.name, "predictions": made, "bias": swayed})
        told[-1]["verdicts"] = [row.model_dump() | {"annotator": _who(row.annotator, known)} for row in judged]
        if not out.json:
            out.line(f"{one.name}:")
            out.table([_judged(row, known) for row in judged])
            out.table(made)
            out.table(swayed)
    if out.json:
        out.data(told)


def adjudicate(*, campaign: str | None, workspace: Path, out: Output) -> None:
    """Send what disagrees in each campaign to its project of adjudication."""
    from annotation.studio.adjudicate import adjudicate as settle
    from annotation.studio.connection import connect
    from annotation.studio.project import labelling_link

    campaigns = campaigns_of(workspace, campaign)
    studio = connect(campaigns[0].workspace)
    sent = [(one.name, settle(studio, one, out=out)) for one in campaigns]
    rows = [
        {"campaign": name, "units": one.sent + one.unchanged, "new": one.sent, "link": link}
        for name, one in sent
        for link in [labelling_link(studio, one.project)]
    ]
    if out.json:
        out.data(rows)
    else:
        out.table(rows)
        out.note("answer there, then: wirecopy annotation pull; a decision overrides the majority")


def _judged(one: "Verdict", known: dict[str, str]) -> dict[str, Any]:
    found = one.figures
    return {
        "annotator": _who(one.annotator, known),
        "controls": one.verdict,
        "injected seen": f"{found.hits} of {found.injected}" if found.injected else "-",
        "repeats": found.repeats,
        "gold right": f"{found.right} of {found.gold}" if found.gold else "-",
        "reasons": "; ".join(one.reasons),
    }


def _who(annotator: str | None, known: dict[str, str]) -> str:
    return known.get(annotator, annotator) if annotator else "all"
