"""Who has answered how much, and when."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from statistics import median

import numpy as np

from annotation.measures.figure import signature
from annotation.report import charts
from annotation.report.content import NONE, Chart, Part, Section, counted, decimals, percent, sheet
from annotation.report.material import Material, Work

MOST_DAYS, MOST_WEEKS = 21, 26
MOST_RATERS = 6


@dataclass(frozen=True)
class Pace:
    """One annotator's work: answers and skips to present units, controls apart, and the usual seconds for one."""

    annotator: str
    answers: int
    skips: int
    controls: int
    old: int
    contradictions: int
    seconds: float | None
    first: str
    last: str


@dataclass(frozen=True)
class Periods:
    """Answers in each stretch of time, for each annotator; `size` is day, week or month."""

    size: str
    names: tuple[str, ...]
    raters: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


def paces(work: Work) -> list[Pace]:
    """Return the work of each annotator, by pseudonym; deleted answers and those to old texts are `old`."""
    names, created, seconds = np.array(work.of("annotator")), np.array(work.of("created")), work.of("lead_time")
    contrary = np.array([bool(one) for one in work.of("contradictions")])
    given, found = work.live & work.submitted, []
    for rater in sorted(set(names.tolist())):
        own = names == rater
        times = [seconds[at] for at in np.flatnonzero(own & given) if seconds[at] is not None]
        found.append(
            Pace(
                rater,
                answers=int((own & given & ~work.control).sum()),
                skips=int((own & work.live & ~work.submitted).sum()),
                controls=int((own & given & work.control).sum()),
                old=int((own & ~work.live).sum()),
                contradictions=int((own & work.live & contrary).sum()),
                seconds=median(times) if times else None,
                first=min(created[own])[:10],
                last=max(created[own])[:10],
            )
        )
    return found


def periods(work: Work) -> Periods | None:
    """Return the answers of each day, or week or month where days are many; periods without one count 0.

    None where no answer has a date, as in files of others.
    """
    names, created = work.of("annotator"), work.of("created")
    told = [(_day(created[at]), names[at]) for at in np.flatnonzero(work.live & work.submitted)]
    days = Counter((day, rater) for day, rater in told if day is not None)
    if not days:
        return None
    raters = sorted({rater for _, rater in days})
    first, last = min(day for day, _ in days), max(day for day, _ in days)
    span = (last - first).days + 1
    size = "day" if span <= MOST_DAYS else "week" if span <= 7 * MOST_WEEKS else "month"
    every = (first + timedelta(days=at) for at in range(span))
    steps = list(dict.fromkeys(_period(one, size) for one in every))
    counts = Counter[tuple[str, str]]()
    for (day, rater), number in days.items():
        counts[_period(day, size), rater] += number
    return Periods(
        size, tuple(steps), tuple(raters), tuple(tuple(counts[step, rater] for rater in raters) for step in steps)
    )


def section(material: Material) -> Section:
    """Return the chapter on progress."""
    lead = "How much each annotator has done, and when. The time for one answer is the median, so pauses do not count."
    work = material.work
    if work is None or not work.columns.num_rows:
        return Section("progress", "Progress", lead, empty=f"Nobody has answered yet: {material.fill} brings answers.")
    parts: list[Part] = [_table(paces(work))]
    if found := periods(work):
        parts.insert(0, _chart(found))
    return Section("progress", "Progress", lead, tuple(parts))


def _table(found: Sequence[Pace]) -> Part:
    columns = ("annotator", "answers", "skips", "skipped", "control items", "outdated", "contradictions")
    rows = [
        (
            one.annotator,
            f"{one.answers:,}",
            f"{one.skips:,}",
            percent(_share(one)),
            f"{one.controls:,}",
            f"{one.old:,}",
            f"{one.contradictions:,}",
            decimals(one.seconds, 0),
            one.first,
            one.last,
        )
        for one in found
    ]
    return sheet(
        "Work of each annotator",
        (*columns, "seconds for one", "first answer", "last answer"),
        rows,
        numbers=range(1, 10),
        signature=signature("progress", items="live", time="median"),
    )


def _share(one: Pace) -> float | None:
    total = one.answers + one.controls + one.skips
    return one.skips / total if total else None


def _chart(found: Periods) -> Chart:
    apart = len(found.raters) <= MOST_RATERS
    raters = found.raters if apart else ("all annotators",)
    counts = found.counts if apart else tuple((sum(one),) for one in found.counts)
    title = f"Answers by {found.size}"
    total, most = sum(map(sum, counts)), max(range(len(counts)), key=lambda at: (sum(counts[at]), -at))
    alt = f"{title}: {counted(total, 'answer')} in {counted(len(counts), found.size)}, most in {found.names[most]}."
    drawn = list(zip(found.names, counts, strict=True))
    table = sheet(
        title,
        (found.size, *found.raters, "all"),
        [
            (step, *(f"{one:,}" if one else NONE for one in given), f"{sum(given):,}")
            for step, given in zip(found.names, found.counts, strict=True)
        ],
        numbers=range(1, len(found.raters) + 2),
        signature=signature("answers", by=found.size, items="live"),
    )
    svg = charts.stacked(drawn[-40:], raters, charts.colors(raters), axis="answers", alt=alt)
    return Chart(title, alt, svg, table)


@lru_cache(maxsize=4096)
def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _day(created: str | None) -> date | None:
    return _date((created or "")[:10])


def _period(day: date, size: str) -> str:
    if size == "day":
        return day.isoformat()
    if size == "month":
        return day.isoformat()[:7]
    year, week, _ = day.isocalendar()
    return f"{year} week {week:02}"
