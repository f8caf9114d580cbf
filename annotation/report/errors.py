"""Errors by category and severity, as marked."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from annotation.measures.figure import signature
from annotation.measures.gather import Answers
from annotation.report import charts
from annotation.report.content import NONE, Chart, Section, counted, decimals, sheet
from annotation.report.material import Material
from annotation.report.tally import tally
from annotation.schemes.scheme import Spans


@dataclass(frozen=True)
class Marked:
    """The marks of one category, by severity in the scheme's order."""

    question: str
    category: str
    counts: tuple[int, ...]


def marked(answers: Answers, questions: Sequence[Spans]) -> list[Marked]:
    """Return the marks of each category that occurs, the commonest first; severities are those of all questions."""
    severities = levels(questions)
    anywhere = np.zeros(len(answers.units), dtype=np.int64)
    found: dict[tuple[str, str], list[int]] = {}
    for question in questions:
        for _, label, severity, count in tally(answers, question.name, anywhere, ("label", "severity")):
            if severity in severities:
                found.setdefault((question.name, label), [0] * len(severities))[severities[severity]] += count
    order = sorted(found.items(), key=lambda one: (-sum(one[1]), one[0]))
    return [Marked(*place, tuple(counts)) for place, counts in order]


def levels(questions: Sequence[Spans]) -> dict[str, int]:
    """Return the severities of some questions and their places, mildest first."""
    names = dict.fromkeys(row.value for question in questions for row in question.rows)
    return {value: at for at, value in enumerate(names)}


def section(material: Material) -> Section:
    """Return the chapter on errors; only schemes that mark by severity have one."""
    title = "Errors by category and severity"
    lead = (
        "Each mark of each annotator counts once, so an error that three people saw counts three times. "
        "The last column sets the marks against the number of answers."
    )
    questions = material.marks("severity")
    if not questions:
        why = 'This scheme marks no errors: a campaign with scheme = "translation-mqm" or "translation-esa" does.'
        return Section("errors", title, lead, empty=why)
    if material.answers is None:
        return Section("errors", title, lead, empty=f"There are no answers yet: {material.fill} brings them.")
    found = marked(material.answers, questions)
    if not found:
        return Section("errors", title, lead, empty="No error was marked in any answer.")
    return Section("errors", title, lead, (_chart(questions, found, len(material.answers)),))


def _chart(questions: Sequence[Spans], found: Sequence[Marked], answers: int) -> Chart:
    severities = levels(questions)
    words = {row.value: row.text for question in questions for row in question.rows}
    names = {(one.name, label.value): label.text for one in questions for label in one.labels}
    sides = {one.name: one.side for one in questions}
    several = len(set(sides.values())) > 1
    total = sum(sum(one.counts) for one in found)
    title, alt = "Marked errors", f"{counted(total, 'mark')} in {counted(len(found), 'category', 'categories')}."

    def label(one: Marked) -> str:
        return names[one.question, one.category] + (f" ({sides[one.question]})" if several else "")

    table = sheet(
        title,
        ("category", *(words[one] for one in severities), "marks", "per 100 answers"),
        [
            (
                label(one),
                *(f"{count:,}" if count else NONE for count in one.counts),
                f"{sum(one.counts):,}",
                decimals(100 * sum(one.counts) / answers, 1),
            )
            for one in found
        ],
        numbers=range(1, len(severities) + 3),
        signature=signature("marks", by="category,severity", items="all", answers=answers),
    )
    bars = [(label(one), one.counts) for one in found[:30]]
    drawn = charts.stacked(
        bars, [words[one] for one in severities], charts.colors(list(severities)), axis="marks", alt=alt
    )
    return Chart(title, alt, drawn, table)
