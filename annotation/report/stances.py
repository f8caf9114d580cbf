"""Stance by outlet, target and holder: from the answer for the outlet, and from the marked evidence."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from annotation.measures.figure import signature
from annotation.measures.gather import Answers
from annotation.measures.table import coded
from annotation.report import charts
from annotation.report.content import NONE, Chart, Part, Section, counted, name, percent, safe, sheet, without_empty
from annotation.report.material import Material
from annotation.report.tally import tally
from annotation.schemes.scheme import Choice, Spans

MOST_BARS, MOST_HOLDERS = 24, 60


@dataclass(frozen=True)
class Stances:
    """How often each answer was given for one outlet on one target."""

    outlet: str
    target: str
    counts: tuple[int, ...]
    units: int


@dataclass(frozen=True)
class Held:
    """The marks of one holder's stance; `name` is that of an actor, as annotators wrote it."""

    outlet: str
    target: str
    holder: str
    name: str
    counts: tuple[int, ...]


def stances(answers: Answers, question: Choice) -> list[Stances]:
    """Return the answers to a question by outlet and target, in their alphabetical order."""
    table = answers.table(question.name)
    groups = list(zip(answers.group("outlet"), answers.group("target"), strict=True))
    places = {group: at for at, group in enumerate(sorted(set(groups), key=_sorting))}
    of = np.array([places[group] for group in groups], dtype=np.int64)
    size = len(table.categories)
    codes = of[table.unit] * size + np.asarray(table.value, dtype=np.int64)
    counts = np.bincount(codes, minlength=len(places) * size).reshape(-1, size)
    units = np.bincount(of[np.unique(table.unit)], minlength=len(places))
    return [
        Stances(str(outlet), str(target or ""), tuple(map(int, counts[at])), int(units[at]))
        for (outlet, target), at in places.items()
        if units[at]
    ]


def held(answers: Answers, question: Spans) -> list[Held]:
    """Return the marks by outlet, target, holder and name of the holder; the most marked holder of each comes first."""
    groups, place = coded(zip(answers.group("outlet"), answers.group("target"), strict=True))
    labels = {option.value: at for at, option in enumerate(question.labels)}
    found: dict[tuple[str, str, str, str], list[int]] = {}
    for at, holder, actor, label, count in tally(answers, question.name, place, ("holder", "holder_name", "label")):
        outlet, target = groups[at]
        who = (str(outlet), str(target or ""), holder or "", name(actor or ""))
        found.setdefault(who, [0] * len(labels))[labels[label]] += count
    order = sorted(found.items(), key=lambda one: (one[0][:2], -sum(one[1]), one[0][2:]))
    return [Held(*place, tuple(counts)) for place, counts in order]


def section(material: Material) -> Section:
    """Return the chapter on stance; only schemes about targets have one."""
    lead = (
        "What the outlets say of each target in their own voice, and whose stances they report. "
        "Every answer and every mark of every annotator counts once; nothing is settled here."
    )
    title = "Stance by outlet, target and holder"
    if not material.campaign.scheme.has_target:
        why = 'This scheme asks about no target: a campaign with scheme = "stance" fills this chapter.'
        return Section("stance", title, lead, empty=why)
    if material.answers is None:
        return Section("stance", title, lead, empty=f"There are no answers yet: {material.fill} brings them.")
    parts: list[Part] = [_outlets(one, stances(material.answers, one)) for one in material.choices]
    for marked in material.marks("holder"):
        found = held(material.answers, marked)
        parts += [_voices(marked, found), _holders(marked, found)] if found else []
    return Section("stance", title, lead, tuple(parts))


def _outlets(question: Choice, found: Sequence[Stances]) -> Chart:
    title = question.title
    options = [option.text for option in question.options]
    largest = sorted(found, key=lambda one: (-sum(one.counts), one.outlet, one.target))[:MOST_BARS]
    shown = sorted(largest, key=lambda one: (one.target, one.outlet))
    bars = [(f"{one.target}: {one.outlet}", [count / sum(one.counts) for count in one.counts]) for one in shown]
    alt = f"{title}: shares of the answers for {counted(len(found), 'pair')} of outlet and target"
    alt += "; the bars show those with most answers." if len(found) > len(shown) else "."
    table = sheet(
        title,
        ("target", "outlet", "units", "answers", *options),
        [
            (
                safe(one.target),
                name(one.outlet),
                f"{one.units:,}",
                f"{sum(one.counts):,}",
                *tuple(percent(count / sum(one.counts)) if count else NONE for count in one.counts),
            )
            for one in sorted(found, key=lambda one: (one.target, one.outlet))
        ],
        numbers=range(2, len(options) + 4),
        signature=signature("stance", question=question.name, by="outlet,target", items="all", share="of answers"),
    )
    palette = charts.colors([option.value for option in question.options])
    return Chart(
        title, alt, charts.stacked(bars, options, palette, axis="share of answers", alt=alt, share=True), table
    )


def _voices(question: Spans, found: Sequence[Held]) -> Chart:
    """Whose stances are reported, by outlet: holders of a kind together."""
    rows = {option.value: option.text for option in question.rows}
    totals: dict[tuple[str, str], Counter[int]] = {}
    for one in found:
        totals.setdefault((one.outlet, one.holder), Counter()).update(dict(enumerate(one.counts)))
    size, title = len(question.labels), "Whose stance is marked, by outlet"
    largest = sorted(totals, key=lambda one: (-totals[one].total(), one))[:MOST_BARS]
    bars = [
        (f"{outlet}: {rows[kind]}", [totals[outlet, kind][at] for at in range(size)])
        for outlet, kind in sorted(largest)
    ]
    marks, outlets = sum(sum(one.counts) for one in found), len({outlet for outlet, _ in totals})
    alt = f"{title}: {counted(marks, 'mark')} in articles of {counted(outlets, 'outlet')}."
    labels = [option.text for option in question.labels]
    table = sheet(
        title,
        ("outlet", "holder", *labels, "marks"),
        [
            (name(outlet), rows[kind], *(f"{counts[at]:,}" for at in range(size)), f"{counts.total():,}")
            for (outlet, kind), counts in sorted(totals.items())
        ],
        numbers=range(2, size + 3),
        signature=signature("marks", question=question.name, by="outlet,holder", items="all"),
    )
    palette = charts.colors([option.value for option in question.labels])
    return Chart(title, alt, charts.stacked(bars, labels, palette, axis="marks", alt=alt), table)


def _holders(question: Spans, found: Sequence[Held]) -> Part:
    rows = {option.value: option.text for option in question.rows}
    labels = [option.text for option in question.labels]
    shown = [
        (
            one.outlet,
            one.target,
            rows.get(one.holder, one.holder),
            one.name or NONE,
            *(f"{count:,}" for count in one.counts),
            f"{sum(one.counts):,}",
        )
        for one in found
    ]
    table = sheet(
        "Stances by outlet, target and holder, as marked in the texts",
        ("outlet", "target", "holder", "name", *labels, "marks"),
        shown,
        numbers=range(4, len(labels) + 5),
        signature=signature("marks", question=question.name, by="outlet,target,holder", items="all"),
        most=MOST_HOLDERS,
    )
    return without_empty(table)


def _sorting(group: tuple[str | None, str | None]) -> tuple[str, str]:
    return group[0] or "", group[1] or ""
