"""What the labels of a campaign mean, how they were made, and how far annotators agree."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from export.card import sentences
from export.card.markdown import bullets, counted, fenced, folded, number, paragraphs, plain, table
from export.schema import CampaignFacts, FigureFacts

MOST_RATERS = 50
KINDS = {
    "choice": "one of the values below",
    "number": "a number",
    "spans": "marked passages",
    "text": "words of annotators",
}
MEASURES = {
    "alpha": "Krippendorff's α",
    "fleiss_kappa": "Fleiss' κ",
    "cohen_kappa": "Cohen's κ",
    "gwet_ac1": "Gwet's AC1",
    "pair_agreement": "pairs that agree",
    "kendall_tau_b": "Kendall's τ-b",
    "pearson": "Pearson's r",
}


def campaign(one: CampaignFacts) -> str:
    """Return the section of a campaign."""
    unit = sentences.UNITS[one.unit] + (" and a target" if one.targets else "")
    return paragraphs(
        [
            f"## `{one.name}`: {plain(one.scheme['title'])}",
            f"A unit is {unit}. {counted(one.units, 'unit')} "
            f"{'has' if one.units == 1 else 'have'} an answer; one row is one unit.",
            f"### What the labels of `{one.name}` mean",
            *(_question(one, question) for question in one.scheme["questions"]),
            _targets(one.targets),
            folded("The guideline, as annotators read it", fenced(one.scheme["guideline"], "markdown")),
            f"### How the labels of `{one.name}` were made",
            _made(one),
            _raters(one),
            f"### Agreement in `{one.name}`",
            _agreement(one),
        ]
    )


def _question(one: CampaignFacts, question: Mapping[str, Any]) -> str:
    told = {"choice": _choice, "number": _number, "spans": _spans, "text": _text}[question["type"]]
    asked = f"asked as “{plain(question['title'])}”"
    return f"**`{question['name']}`**: {KINDS[question['type']]}, {asked}\n\n{told(one, question)}"


def _choice(one: CampaignFacts, question: Mapping[str, Any]) -> str:
    found = one.labels.get(question["name"], {})
    rows = [
        [f"`{option['value']}`", _words(option), str(code), number(found.get(option["value"], 0))]
        for code, option in enumerate(question["options"])
    ]
    ties = one.ties.get(question["name"], 0)
    rows += [["", "a tie: no hard label", "", number(ties)]] if ties else []
    name = question["name"]
    model = "the probability of each value by the model that weighs annotators"
    soft = "the same shares" if one.aggregation == "majority" else model
    told = (
        f"`{name}_distribution` has the share of votes of each value, `{name}_soft` {soft}, `{name}_agreement` the "
        "share of pairs of annotators that agree."
    )
    return table(["value", "words on the page", "class", "units"], rows) + f"\n\n{told}"


def _words(option: Mapping[str, Any]) -> str:
    return plain(option["text"]) + (f" ({plain(option['hint'])})" if option.get("hint") else "")


def _number(one: CampaignFacts, question: Mapping[str, Any]) -> str:
    name, found = question["name"], one.numbers.get(question["name"], {})
    told = f"A number from {question['min']:g} to {question['max']:g}. `{name}` is the mean of `{name}_values`"
    if "mean" not in found:
        return f"{told}."
    quartiles = ", ".join(f"{found[at]:.4g}" for at in ("low", "median", "high"))
    return f"{told}; over all units its mean is {found['mean']:.4g}, its quartiles are {quartiles}."


def _spans(one: CampaignFacts, question: Mapping[str, Any]) -> str:
    found = one.marks.get(question["name"], {})
    head = [question["row"] or "", *(f"`{label['value']}`: {_words(label)}" for label in question["labels"])]
    rows = []
    for row in question["rows"] or [None]:
        paths = [f"{row['value']}/{label['value']}" if row else label["value"] for label in question["labels"]]
        counts = [number(found.get(path, 0)) for path in paths]
        rows.append([f"`{row['value']}`: {_words(row)}" if row else "marks", *counts])
    return (
        f"Passages of `{question['side']}_text`; the table counts the marks in all raw answers. `consensus_spans` are "
        f"the passages that more than half of a unit's annotators mark.\n\n{table(head, rows)}"
    )


def _text(one: CampaignFacts, question: Mapping[str, Any]) -> str:
    return "Free words of annotators, in the raw answers only, and left out of most releases: they may name people."


def _targets(targets: Sequence[Mapping[str, Any]]) -> str:
    if not targets:
        return ""
    rows = [
        [plain(one["id"]), plain(one["event"]), plain(language), plain(text)]
        for one in targets
        for language, text in sorted(one["text"].items())
    ]
    return "**Targets**\n\n" + table(["target", "event", "language", "wording"], rows)


def _made(one: CampaignFacts) -> str:
    days = sentences.period(one.period)
    lines = [
        plain(sentences.guideline(one)),
        plain(f"{sentences.annotations(one)}: {sentences.origins_told(one.origins)}{f', {days}' if days else ''}."),
        plain(sentences.overlap(one)),
        plain(sentences.controls(one)),
        plain(sentences.prefilled(one)),
        plain(sentences.aggregation(one)),
        f"Translations are scored by the preset {plain(one.preset)}." if one.preset else "",
    ]
    return bullets(line for line in lines if line)


def _raters(one: CampaignFacts) -> str:
    shown = sorted(one.raters, key=lambda rater: (-rater.answers, rater.name))[:MOST_RATERS]
    rows = [[plain(r.name), plain(r.origin), number(r.answers), number(r.skipped)] for r in shown]
    rest = len(one.raters) - len(shown)
    more = f"\n\nand {counted(rest, 'annotator')} more, in `{one.name}_annotations`" if rest else ""
    return table(["annotator (pseudonym)", "made by", "answers", "skipped"], rows) + more if rows else ""


def _agreement(one: CampaignFacts) -> str:
    if not one.agreement:
        return "Nobody answered a unit that somebody else answered too."
    gap, spans = one.adjudication.get("gap"), one.adjudication.get("spans")
    kept = (
        "*Kept* are the units that the answers settle: a choice that more than half share"
        + (f", numbers at most {gap:g} apart" if gap is not None else "")
        + (f", marks with a mean character F1 of {spans:g} or more" if spans is not None else "")
        + ". Leaving out the others lifts agreement, so both are told. In brackets: 95 % bootstrap intervals, none "
        "below 10 units."
    )
    by = list(_by_language(one.agreement))
    return paragraphs(
        [
            _whole(one.agreement),
            kept,
            table(["question", "measure", "language", "agreement", "units"], by) if by else "",
            folded("Signatures: how each figure was counted", fenced("\n".join(_signatures(one.agreement)))),
        ]
    )


def _whole(figures: Sequence[FigureFacts]) -> str:
    rows: dict[tuple[str, str], dict[str, FigureFacts]] = {}
    for one in figures:
        if not one.group_by:
            rows.setdefault((one.question, one.measure), {})[one.items] = one
    head = ["question", "measure", "all units", "how many", "kept units", "how many are kept"]
    lines = [
        [
            f"`{question}`",
            measure_name(measure),
            *(cell for items in ("all", "kept") for cell in _pair(found.get(items))),
        ]
        for (question, measure), found in rows.items()
    ]
    return table(head, lines)


def _by_language(figures: Sequence[FigureFacts]) -> Iterator[list[str]]:
    for one in figures:
        if one.group_by:
            yield [f"`{one.question}`", measure_name(one.measure), plain(one.group), *_pair(one)]


def _pair(one: FigureFacts | None) -> tuple[str, str]:
    return (value(one), number(one.units)) if one else ("-", "-")


def value(one: FigureFacts) -> str:
    """Return a figure with its interval, or that it is undefined and why."""
    if one.value is None:
        return f"undefined: {plain(one.reason or 'no reason given')}"
    told = f"{one.value:.3f}"
    return told if one.low is None or one.high is None else f"{told} [{one.low:.3f}, {one.high:.3f}]"


def measure_name(measure: str) -> str:
    """Return the name of a measure as papers write it."""
    return MEASURES.get(measure, plain(measure.replace("_", " ").replace("f1", "F1")))


def _signatures(figures: Sequence[FigureFacts]) -> list[str]:
    return [one.signature for one in figures if one.value is not None]
