"""The report of a campaign: figures, then charts, then one HTML page.

The same files give the same bytes: nothing here asks what day it is.
"""

from collections.abc import Callable
from pathlib import Path

from annotation.campaign import Campaign
from annotation.report import (
    aggregated,
    agreed,
    checked,
    confusion,
    differ,
    drift,
    errors,
    progress,
    scored,
    stances,
    survival,
)
from annotation.report.content import NONE, Section, counted
from annotation.report.material import Material, material
from annotation.report.page import Head, html
from annotation.schema import Origin
from corpus.files import write_text

SECTIONS: tuple[Callable[[Material], Section], ...] = (
    progress.section,
    agreed.section,
    confusion.section,
    aggregated.section,
    stances.section,
    differ.section,
    errors.section,
    scored.section,
    checked.section,
    drift.section,
    survival.section,
)
WHOSE = {
    Origin.SIMULATED: "Simulated annotators: {} of {} answers come from a program, not from people.",
    Origin.MODEL: "A model's answers: {} of {} answers come from a model, not from people.",
    Origin.MIXED: "Of mixed origin: {} of {} answers come from people and programs together.",
}


def report(campaign: Campaign) -> str:
    """Return the page of a campaign; chapters without data say what fills them.

    Raises WirecopyError where a file of the campaign can't be read.
    """
    found = material(campaign)
    return html(head(found), [section(found) for section in SECTIONS])


def save(campaign: Campaign, path: Path | None = None) -> Path:
    """Write the page of a campaign, to its own folder or to `path`; return where it is."""
    target = path or campaign.folder / "report.html"
    write_text(target, report(campaign))
    return target


def head(found: Material) -> Head:
    """Return what stands above all chapters."""
    campaign, work = found.campaign, found.work
    scheme = campaign.scheme
    facts = [("scheme", f"{scheme.title} ({scheme.id}, version {scheme.version})")]
    facts.append(("units", NONE if found.units is None else f"{found.units:,}"))
    if found.answers is not None:
        facts.append(("answers that count", f"{len(found.answers):,}"))
        facts.append(("units with an answer", f"{len(found.answers.units):,}"))
        facts.append(("annotators", f"{len(found.answers.raters):,}"))
    newest = max(work.of("updated"), default="") if work is not None else ""
    when = newest[:16].replace("T", " ") + (" UTC" if newest.endswith("Z") else "")
    facts.append(("newest answer", when or NONE))
    title = f"Annotation report: {campaign.name}"
    return Head(title, campaign.workspace.config.name, tuple(facts), tuple(_warnings(found)))


def _warnings(found: Material) -> list[str]:
    if found.work is None:
        return []
    origins = found.work.of("origin")
    total = counted(len(origins), "answer").split()[0]
    return [text.format(f"{origins.count(kind):,}", total) for kind, text in WHOSE.items() if kind in origins]
