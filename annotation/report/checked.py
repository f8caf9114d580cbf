"""Control items and predictions: what they say of each annotator, as `wirecopy annotation audit` does."""

from collections.abc import Sequence

from annotation import prefill
from annotation.controls import answered, bench_of
from annotation.controls.verdict import Verdict, verdicts_of
from annotation.measures.audit import RESAMPLES, Audited, Bias, audit, bias
from annotation.measures.figure import signature
from annotation.report.content import NONE, Part, Section, decimals, interval, percent, sheet, without_empty
from annotation.report.material import Material


def section(material: Material) -> Section:
    """Return the chapter on control items and predictions."""
    title = "Control items and predictions"
    lead = (
        "Control items have a known answer: an error put in on purpose, a unit shown twice, or a gold answer. They say "
        "who works with care, and never count as labels. Predictions are what a model said before an annotator did."
    )
    work, campaign = material.work, material.campaign
    shown = prefill.kept(campaign.folder) if work is not None else {}
    if work is None or not (work.control.any() or shown):
        why = "Nobody has answered a control item and no predictions were shown: [campaigns.NAME.controls] and "
        why += "[campaigns.NAME.prefill] in wirecopy.toml ask for them, and wirecopy annotation push sends them."
        return Section("controls", title, lead, empty=why)
    given = list(answered(campaign, shown))
    judged = verdicts_of(bench_of(campaign, list(material.tasks())), given, shown)
    parts: list[Part] = [_verdicts(judged)]
    if shown:
        parts += [_made(audit(given, shown)), _swayed(bias(campaign.scheme, given, shown))]
    return Section("controls", title, lead, tuple(one for one in parts))


def _verdicts(judged: Sequence[Verdict]) -> Part:
    rows = [
        (
            one.annotator,
            one.verdict.value,
            f"{found.hits} of {found.injected}" if found.injected and found.hits is not None else NONE,
            decimals(found.drop, 1),
            decimals(found.p, 3),
            f"{found.repeats}" if found.repeats else NONE,
            f"{found.same} of {found.choices}" if found.choices else NONE,
            decimals(found.gap, 1),
            f"{found.right} of {found.gold}" if found.gold else NONE,
            "; ".join(one.reasons),
        )
        for one in judged
        for found in [one.figures]
    ]
    columns = ("annotator", "controls", "errors seen", "score drop", "p of drop", "repeats")
    return without_empty(
        sheet(
            "What the control items say",
            (*columns, "same answer", "score gap", "gold right", "reasons"),
            rows,
            numbers=range(2, 9),
            signature=signature("controls", test="mann-whitney", level=0.05),
        )
    )


def _made(rows: Sequence[Audited]) -> Part:
    columns = ("answers", "unchanged", "kept", "moved", "relabelled", "removed", "added")
    values = ("values_kept", "values_changed")
    return sheet(
        "What became of predictions",
        ("annotator", *columns, "values kept", "values changed"),
        [(one.annotator or "all", *(f"{getattr(one, column):,}" for column in (*columns, *values))) for one in rows],
        numbers=range(1, 10),
        signature=signature("audit", matching="one-to-one"),
    )


def _swayed(rows: Sequence[Bias]) -> Part:
    def told(one: Bias, value: float | None) -> str:
        return percent(value) if "(share)" in one.measure else decimals(value)

    return sheet(
        "Whether predictions sway: prefilled units against those left blank",
        ("measure", "prefilled", "blank", "difference", "95 % interval", "prefilled answers", "blank answers"),
        [
            (
                one.measure,
                told(one, one.prefilled),
                told(one, one.blank),
                decimals(one.difference),
                interval(one.low, one.high),
                f"{one.prefilled_answers:,}",
                f"{one.blank_answers:,}",
            )
            for one in rows
        ],
        numbers=range(1, 7),
        signature=signature("bias", bootstrap="units", rounds=RESAMPLES),
    )
