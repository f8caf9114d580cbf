"""Whether annotators change as they work: their distance to others, early and late."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from annotation.measures.figure import signature
from annotation.report import charts
from annotation.report.content import Chart, Part, Section, counted, decimals, sheet
from annotation.report.distance import distances
from annotation.report.material import Material
from annotation.schemes.scheme import Choice, Number

STEPS, LEAST = 10, 5  # tenths of somebody's work, each of so many answers at least


@dataclass(frozen=True)
class Drift:
    """The mean distance of one annotator to others in each stretch of their work, in the order of time.

    `change` is that of the second half minus that of the first.
    """

    annotator: str
    answers: int
    steps: tuple[float, ...]
    change: float


def drifts(material: Material, question: Choice | Number) -> list[Drift]:
    """Return how each annotator drifts, by answers with a time; who has few of these beside others' is left out."""
    assert material.answers is not None
    answers, table = material.answers, material.answers.table(question.name)
    apart = distances(question, table)
    when = np.array(answers.rows["created"].to_pylist())[np.asarray(_given(material, question))]
    found = []
    for code, rater in enumerate(table.raters):
        own = np.flatnonzero((table.rater == code) & ~np.isnan(apart) & (when != ""))
        own = own[np.argsort(when[own], kind="stable")]
        steps = min(STEPS, len(own) // LEAST)
        if steps > 1:
            means = tuple(float(part.mean()) for part in np.array_split(apart[own], steps))
            early, late = np.array_split(apart[own], 2)
            found.append(Drift(rater, len(own), means, float(late.mean() - early.mean())))
    return found


def section(material: Material) -> Section:
    """Return the chapter on drift."""
    title = "Drift over time"
    lead = (
        "Each annotator's work in the order of time, cut into equal stretches. The line is the mean distance to the "
        "others who answered the same units: 0 is full agreement. A line that climbs may mean that somebody tires, or "
        "understands the guideline differently by now." + _timeless(material)
    )
    asked: list[Choice | Number] = [*material.choices, *material.numbers]
    found = [(one, drifts(material, one)) for one in asked] if material.answers else []
    parts: tuple[Part, ...] = tuple(_chart(question, told) for question, told in found if told)
    if not parts:
        why = f"It takes {2 * LEAST} answers of an annotator, with their time, to units that others answered too"
        return Section("drift", title, lead, empty=f"{why}: {material.fill} brings more answers.{_timeless(material)}")
    return Section("drift", title, lead, parts)


def _chart(question: Choice | Number, found: Sequence[Drift]) -> Chart:
    title = question.title
    largest = sorted(found, key=lambda one: (-abs(one.change), one.annotator))
    shown = sorted(largest[: charts.MOST_LINES], key=lambda one: one.annotator)
    most = f"{_signed(largest[0].change)} ({largest[0].annotator})"
    alt = f"{title}: {counted(len(found), 'annotator')}; the largest change is {most}."
    if len(shown) < len(found):
        alt += f" The lines show the {len(shown)} who change most."
    steps = max(len(one.steps) for one in found)
    level = "nominal" if isinstance(question, Choice) else "interval"
    table = sheet(
        title,
        ("annotator", "answers", *(f"{at + 1}" for at in range(steps)), "change"),
        [
            (one.annotator, f"{one.answers:,}", *(decimals(step) for step in one.steps))
            + ("",) * (steps - len(one.steps))
            + (_signed(one.change),)
            for one in found
        ],
        numbers=range(1, steps + 3),
        signature=signature(
            "drift", question=question.name, distance=level, steps=STEPS, items="with a time, answered by others too"
        ),
    )
    drawn = charts.lines(
        {one.annotator: one.steps for one in shown}, axis="stretch of one's work", value="distance to others", alt=alt
    )
    return Chart(title, alt, drawn, table)


def _timeless(material: Material) -> str:
    """Return a sentence on the answers without a time, as in the files of others; nothing where all have one."""
    when = material.answers.rows["created"].to_pylist() if material.answers else []
    missing = when.count("")
    return f" {missing:,} of {counted(len(when), 'answer')} have no time and are left out." if missing else ""


def _signed(value: float) -> str:
    return f"{value + 0.0:+.2f}"


def _given(material: Material, question: Choice | Number) -> Sequence[bool]:
    import pyarrow.compute as pc

    assert material.answers is not None
    valid: Sequence[bool] = pc.struct_field(material.answers.rows["values"], question.name).is_valid().to_pylist()
    return valid
