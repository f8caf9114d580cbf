"""What comes out of several answers by majority, Dawid-Skene and MACE, side by side."""

from annotation.measures.aggregation.comparison import Compared, compare, rated
from annotation.measures.table import Table
from annotation.report.agreed import together
from annotation.report.content import NONE, Part, Section, decimals, percent, sheet
from annotation.report.material import Material
from annotation.schemes.scheme import Choice


def section(material: Material) -> Section:
    """Return the chapter on aggregation."""
    title = "From several answers to one label"
    used = material.campaign.settings.aggregation
    lead = (
        "The majority counts heads. Dawid-Skene and MACE learn from the answers whom to trust, and weigh them. Where "
        f"they change many labels, look at the units before you choose. This campaign's labels are made by {used}."
    )
    if not material.choices:
        why = "This scheme has no question with fixed answers: numbers are averaged, and marks are put side by side."
        return Section("aggregation", title, lead, empty=why)
    if material.answers is None:
        return Section("aggregation", title, lead, empty=f"There are no answers yet: {material.fill} brings them.")
    parts: list[Part] = []
    for question in material.choices:
        table = material.answers.table(question.name)
        if len(table):
            parts += _methods(question, table)
    if not parts:
        return Section("aggregation", title, lead, empty=f"Nobody answered a choice: {material.fill} brings answers.")
    return Section("aggregation", title, lead, tuple(parts))


def _methods(question: Choice, table: Table) -> list[Part]:
    found = compare(table)
    line = together([one.signature for one in found])
    columns = ("labels", "no label (tie)", "equal to majority", "changed", "sureness", "rounds", "converged")
    methods = sheet(
        f"{question.title}: the methods compared",
        ("method", *columns),
        [_row(one) for one in found],
        numbers=range(1, 7),
        signature=line,
    )
    quality = sheet(
        f"{question.title}: how far each method trusts each annotator (0 to 1)",
        ("annotator", "answers", *(one.method for one in found)),
        [
            (one.rater, f"{one.answers:,}", *(decimals(one.quality[method.method]) for method in found))
            for one in rated(table, found)
        ],
        numbers=range(1, len(found) + 2),
        signature=line,
    )
    return [methods, quality]


def _row(one: Compared) -> tuple[str, ...]:
    rounds = f"{one.rounds:,}" if one.rounds else NONE
    counts = (f"{one.labels:,}", f"{one.ties:,}", percent(one.agreement), f"{one.changed:,}")
    return (one.method, *counts, percent(one.sureness), rounds, "yes" if one.converged else "no")
