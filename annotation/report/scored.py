"""Scores: how the numbers that annotators gave spread, and what presets make of answers, by outlet."""

from collections.abc import Sequence

import numpy as np

from annotation.measures.figure import signature
from annotation.measures.scores.levels import Score, score
from annotation.measures.scores.library import preset_for, presets
from annotation.measures.scores.preset import Preset, misfit
from annotation.measures.scores.rated import Rated, rated_of
from annotation.measures.table import Numbers
from annotation.report import charts
from annotation.report.agreed import together
from annotation.report.content import Chart, Note, Part, Section, counted, decimals, interval, name, percent, sheet
from annotation.report.material import Material
from annotation.schemes.scheme import Number

BINS, MOST_BARS, MOST_DOCUMENTS = 10, 24, 30
ROUNDS = 1000


def section(material: Material) -> Section:
    """Return the chapter on scores."""
    title = "Scores"
    lead = (
        "How the scores spread, and the mean of each outlet with its interval: two outlets whose intervals overlap "
        "widely can't be told apart. A preset says how marks and numbers become a score; scores of two presets are "
        "not comparable."
    )
    fitting = fits(material)
    if not material.numbers and not fitting:
        why = (
            "This scheme gives no scores: a campaign on translations does, such as translation-mqm or translation-esa."
        )
        return Section("scores", title, lead, empty=why)
    if material.answers is None:
        return Section("scores", title, lead, empty=f"There are no answers yet: {material.fill} brings them.")
    parts: list[Part] = []
    for question in material.numbers:
        values = np.asarray(material.answers.table(question.name).value, dtype=np.float64)
        parts += [_numbers(question, values)] if len(values) else []
    if fitting:
        parts += _presets(material, fitting)
    return Section("scores", title, lead, tuple(parts))


def fits(material: Material) -> dict[str, Preset]:
    """Return the presets that can score the campaign, by name."""
    known = presets(material.campaign.workspace.root)
    return {one: preset for one, preset in known.items() if misfit(preset, material.campaign.scheme) is None}


def chosen(material: Material) -> Preset:
    """Return the preset that the campaign names, or the one that its scheme is scored with."""
    campaign = material.campaign
    return preset_for(campaign.scheme, campaign.settings.preset, campaign.workspace.root)


def spread(values: Numbers, low: float, high: float, bins: int = BINS) -> list[tuple[str, int]]:
    """Return how many values lie in each of `bins` equal steps from `low` to `high`, with their names.

    A step holds its lower end, the last one its upper end too.
    """
    counts, edges = np.histogram(values, bins=bins, range=(low, high if high > low else low + 1))
    return [(f"{a:g}–{b:g}", int(n)) for a, b, n in zip(edges, edges[1:], counts, strict=False)]


def _numbers(question: Number, values: Numbers) -> Chart:
    found = spread(values, question.min, question.max)
    middle = float(np.median(values))
    title = f"{question.title}: how answers spread"
    alt = f"{counted(len(values), 'answer')} from {values.min():g} to {values.max():g}, half of them above {middle:g}."
    return _histogram(
        title, alt, found, len(values), "answers", signature("spread", question=question.name, items="all")
    )


def _histogram(title: str, alt: str, found: Sequence[tuple[str, int]], total: int, counts: str, line: str) -> Chart:
    table = sheet(
        title,
        ("score", counts, "share"),
        [(label, f"{count:,}", percent(count / total)) for label, count in found],
        numbers=(1, 2),
        signature=line,
    )
    return Chart(title, alt, charts.histogram(found, axis="score", counts=counts, alt=alt), table)


def _presets(material: Material, fitting: dict[str, Preset]) -> list[Part]:
    assert material.answers is not None
    ratings, preset = rated_of(material.answers), chosen(material)
    outlets = score(ratings, preset, "outlet", rounds=ROUNDS)
    told = f"Scores are made with the preset {preset.id}. {preset.title}."
    parts: list[Part] = [Note(told), _outlets(preset, outlets)]
    if preset.basis == "errors":
        parts.append(_segments(ratings, preset))
    others = {one: score(ratings, known, "outlet", rounds=0) for one, known in fitting.items()}
    if len(others) > 1:
        parts.append(_compared(others))
    documents = [one for one in score(ratings, preset, "document", rounds=ROUNDS) if one.figure.value is not None]
    return [*parts, _worst(preset, documents)] if documents else parts


def _outlets(preset: Preset, found: Sequence[Score]) -> Chart:
    better = f"{preset.better} is better"
    title = f"Preset {preset.id}, by outlet ({better})"
    told = [one for one in found if one.figure.value is not None]
    first = f"; the best is {name(told[0].name)} with {decimals(told[0].figure.value)}" if told else ""
    alt = f"Scores of {counted(len(found), 'outlet')}{first}."
    several = len({one.pair for one in found}) > 1
    bars = [(f"{one.name} ({one.pair})" if several else one.name, one.figure.value, one.figure.low, one.figure.high)
            for one in told[:MOST_BARS]]  # fmt: skip
    table = sheet(
        title,
        ("outlet", "languages", "rank", "score", "95 % interval", "segments", "answers"),
        [(name(one.name), one.pair, str(one.rank or ""), *_told(one)) for one in found],
        numbers=range(2, 7),
        signature=together([one.figure.signature for one in found]),
    )
    return Chart(title, alt, charts.intervals(bars, axis=f"score, {better}", alt=alt), table)


def _told(one: Score) -> tuple[str, str, str, str]:
    """Return a score with its interval and what it was counted on."""
    figure = one.figure
    return decimals(figure.value), interval(figure.low, figure.high), f"{figure.units:,}", f"{figure.answers:,}"


def _segments(ratings: Rated, preset: Preset) -> Chart:
    found = score(ratings, preset, "segment")
    values = np.array([one.figure.value for one in found if one.figure.value is not None], dtype=np.float64)
    low, high = (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)
    title, alt = (
        f"Preset {preset.id}: how segments spread",
        f"{counted(len(values), 'segment')} from {low:g} to {high:g}.",
    )
    bins = spread(values, low, high)
    return _histogram(
        title, alt, bins, max(len(values), 1), "segments", together([one.figure.signature for one in found[:1]])
    )


def _compared(found: dict[str, list[Score]]) -> Part:
    scores: dict[tuple[str, str], dict[str, Score]] = {}
    for preset, given in found.items():
        for one in given:
            scores.setdefault((one.pair, one.name), {})[preset] = one
    return sheet(
        "The same answers under each preset that fits",
        ("outlet", "languages", *found),
        [
            (name(outlet), pair, *(decimals(told[one].figure.value) if one in told else "" for one in found))
            for (pair, outlet), told in sorted(scores.items())
        ],
        numbers=range(2, len(found) + 2),
        signature=together([given[0].figure.signature for given in found.values() if given]),
    )


def _worst(preset: Preset, found: Sequence[Score]) -> Part:
    sign = 1 if preset.is_higher_better else -1
    worst = sorted(found, key=lambda one: (sign * (one.figure.value or 0.0), one.name, one.pair))
    return sheet(
        f"Preset {preset.id}: the documents with the worst scores",
        ("document", "languages", "score", "95 % interval", "segments", "answers"),
        [(one.name, one.pair, *_told(one)) for one in worst],
        numbers=range(2, 6),
        signature=together([one.figure.signature for one in worst]),
        most=MOST_DOCUMENTS,
    )
