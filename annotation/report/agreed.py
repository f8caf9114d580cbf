"""Agreement with its intervals: over everything, by group, and with one annotator left out."""

from collections.abc import Iterable, Sequence

from annotation.measures.breakdown import ALL, BY, KEPT, PAIR, Row, Study, study
from annotation.measures.figure import Figure
from annotation.report import charts
from annotation.report.content import (
    NONE,
    Chart,
    Part,
    Section,
    counted,
    decimals,
    interval,
    name,
    sheet,
    without_empty,
)
from annotation.report.material import Material

MOST_GROUPS, MOST_BARS = 60, 20
WORDS = {
    "alpha": "Krippendorff's alpha",
    "fleiss_kappa": "Fleiss' kappa",
    "cohen_kappa": "Cohen's kappa",
    "gwet_ac1": "Gwet's AC1",
    "pair_agreement": "equal pairs of answers",
    "character_f1": "F1 of marked characters",
    "character_f1_mean": "F1 of marked characters, mean of pairs",
    "labelled_character_f1": "F1 of characters with their label",
    "overlap_f1": "F1 of marks that overlap",
    "label_agreement": "same label, where marks meet",
    "severity_agreement": "same severity, where marks meet",
    "holder_f1": "F1 of holders found",
    "polarity_agreement": "same stance, where the holder is found",
    "holder_polarity_f1": "F1 of holders with their stance",
}
LEAD = (
    "How far annotators agree beyond chance. Alpha is 1 where all agree and 0 where answers might as well be drawn "
    "by lot; researchers like to see 0.80, and use 0.67 with care. Kept items leave out units that the answers do not "
    "settle: no choice has more than half, numbers lie further apart than {gap:g}, marks overlap less than {spans:g}. "
    "Leaving these out lifts agreement: read both. The line is the 95 % interval: how far the value moves when other "
    "units are drawn."
)


def section(material: Material) -> Section:
    """Return the chapter on agreement."""
    title, bounds = "Agreement", material.campaign.settings.adjudication
    lead = LEAD.format(gap=bounds.gap, spans=bounds.spans)
    if material.answers is None:
        return Section("agreement", title, lead, empty=f"There are no answers yet: {material.fill} brings them.")
    found = study(material.answers)
    overall = [row for row in found.figures if not row.group_by]
    if not any(row.figure.value is not None for row in overall):
        why = f"No unit has two answers to compare: {material.fill} brings more."
        return Section("agreement", title, lead, empty=why)
    titles = {one.name: one.title for one in material.campaign.scheme.questions}
    parts: list[Part] = [_overall(overall, titles)]
    for by in BY:
        parts += _grouped(found, by, titles)
    parts.append(_raters(found, titles))
    return Section("agreement", title, lead, tuple(parts))


def mains(rows: Iterable[Row]) -> dict[str, str]:
    """Return the main measure of each question: the first that a study tells."""
    found: dict[str, str] = {}
    for row in rows:
        found.setdefault(row.question, row.measure)
    return found


def together(signatures: Sequence[str]) -> str:
    """Return one signature for many: where a part differs, its values, or how many there are."""
    parts: dict[str, dict[str, None]] = {}
    for one in signatures:
        for part in one.split("|"):
            key, colon, value = part.partition(":")
            parts.setdefault(key + colon if colon else "", {})[value if colon else key] = None
    return "|".join(
        key + ("+".join(values) if len(values) <= 4 or not key else f"({len(values)} values)")
        for key, values in parts.items()
    )


def _overall(rows: Sequence[Row], titles: dict[str, str]) -> Chart:
    main = mains(rows)
    kept = {(row.question, row.measure): row.figure for row in rows if row.items == KEPT}
    everything = [row for row in rows if row.items == ALL]
    bars = [
        (f"{row.question}, {items}", one.value, one.low, one.high)
        for row in everything
        if row.measure == main[row.question]
        for items, one in ((ALL, row.figure), (KEPT, kept.get((row.question, row.measure))))
        if one is not None
    ]
    best = [f"{titles[row.question]}: {_measure(row.measure)} {_value(row.figure)}"
            for row in everything if row.measure == main[row.question]]  # fmt: skip
    title, alt = "Agreement on each question, on all items and on kept ones", "; ".join(best) + "."
    table = sheet(
        title,
        ("question", "measure", "all items", "95 % interval", "units", "kept items", "95 % interval", "units"),
        [
            (
                titles[row.question],
                _measure(row.measure),
                *_told(row.figure),
                *_told(kept.get((row.question, row.measure))),
            )
            for row in everything
        ],
        numbers=range(2, 8),
        signature=together([row.figure.signature for row in rows]),
    )
    return Chart(title, alt, charts.intervals(bars, axis="agreement", alt=alt), table)


def _grouped(found: Study, by: str, titles: dict[str, str]) -> list[Part]:
    main = mains(found.figures)
    rows = [row for row in found.figures if row.group_by == by and row.measure == main[row.question]]
    if not rows:
        return []
    kept = {(row.question, row.group): row.figure for row in rows if row.items == KEPT}
    everything = [row for row in rows if row.items == ALL]
    noun = "pair of annotators" if by == PAIR else by
    title = f"Agreement by {noun}"
    table = sheet(
        title,
        (noun, "question", "measure", "all items", "95 % interval", "units", "kept items", "95 % interval", "units"),
        [
            (
                name(row.group),
                titles[row.question],
                _measure(row.measure),
                *_told(row.figure),
                *_told(kept.get((row.question, row.group))),
            )
            for row in everything
        ],
        numbers=range(3, 9),
        signature=together([row.figure.signature for row in rows]),
        most=MOST_GROUPS,
    )
    shown = [row for row in everything if row.question == _leading(found) and row.figure.value is not None][:MOST_BARS]
    if not shown:
        return [table]
    alt = f"{titles[shown[0].question]}: {_measure(shown[0].measure)} in {counted(len(shown), 'group')}."
    bars = [(row.group, row.figure.value, row.figure.low, row.figure.high) for row in shown]
    return [Chart(title, alt, charts.intervals(bars, axis=_measure(shown[0].measure), alt=alt), table)]


def _leading(found: Study) -> str:
    """Return the question that charts by group show: the first that is answered, else the first that is marked."""
    main = mains(found.figures)
    return next((question for question, measure in main.items() if measure.startswith("alpha")), next(iter(main)))


def _raters(found: Study, titles: dict[str, str]) -> Part:
    rows = [
        (
            one.rater,
            titles[one.question],
            f"{one.answers:,}",
            _signed(one.severity),
            interval(one.severity.low, one.severity.high) if one.severity else NONE,
            _measure(one.without.name),
            _value(one.without),
        )
        for one in sorted(found.raters, key=lambda one: (one.question, one.rater))
    ]
    signatures = [one.without.signature for one in found.raters]
    signatures += [one.severity.signature for one in found.raters if one.severity]
    table = sheet(
        "Each annotator beside the others: severity (how far from their mean), and agreement without this annotator",
        ("annotator", "question", "answers", "severity", "95 % interval", "measure", "without"),
        rows,
        numbers=(2, 3, 4, 6),
        signature=together(signatures),
    )
    return without_empty(table)


def _told(one: Figure | None) -> tuple[str, str, str]:
    return (NONE, NONE, NONE) if one is None else (_value(one), interval(one.low, one.high), f"{one.units:,}")


def _value(one: Figure) -> str:
    return decimals(one.value) if one.value is not None else f"undefined: {one.reason}"


def _signed(one: Figure | None) -> str:
    return NONE if one is None or one.value is None else f"{one.value + 0.0:+.2f}"


def _measure(measure: str) -> str:
    return WORDS.get(measure, measure.replace("_", " "))
