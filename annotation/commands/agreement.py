"""Agreement of annotators, as a table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotation.answers import pulled
from annotation.campaign import Campaign
from annotation.commands.campaign import campaigns_of
from corpus.errors import WirecopyError
from corpus.output import Output, listing

if TYPE_CHECKING:
    from annotation.measures.breakdown import Row, Study
    from annotation.measures.figure import Figure
    from annotation.measures.raters import Rater

OWN = ("question", "items", "group", "raters", "rater", "without")  # parts of a signature that stand in the table


def agreement(
    *, campaign: str | None, by: str | None, question: str | None, rounds: int, workspace: Path, out: Output
) -> None:
    """Show how far annotators agree in each campaign, over everything or by `by`, with intervals.

    Raises WirecopyError where no campaign asks `question`, and where none has answers yet.
    """
    from annotation.measures.breakdown import study
    from annotation.measures.gather import NoAnswers, gather

    campaigns = campaigns_of(workspace, campaign, imported=True)
    asking = [one for one in campaigns if question is None or question in _questions(one)]
    if not asking:
        known = listing(sorted({name for one in campaigns for name in _questions(one)}))
        raise WirecopyError(f"no campaign here asks '{question}'", hint=f"--question is one of: {known}")
    told = []
    missing: list[WirecopyError] = []
    for one in asking:
        try:
            answers, names = gather(one), pulled.nicknames(one)
        except NoAnswers as error:
            missing.append(error)
            continue
        with out.waiting(f"{one.name}: {len(answers):,} answers"):
            found = study(answers, by=[by] if by else [], questions=[question] if question else [], rounds=rounds)
        found = _named(found, answers.raters, names)
        told.append(found)
        if not out.json:
            _show(found, out)
    if missing and not told:
        raise missing[0]
    for left in missing:
        out.note(f"left out: {left.message}")
    if out.json:
        out.data([_data(found) for found in told])


def _questions(campaign: Campaign) -> list[str]:
    return [question.name for question in campaign.scheme.questions if question.type != "text"]


def _named(found: "Study", raters: Sequence[str], names: Mapping[str, str]) -> "Study":
    """Return a study whose tables have the names of `wirecopy.toml`; its signatures, made to be printed, have not."""
    from annotation.measures.breakdown import PAIR, pair_of

    known = {name: names.get(name, name) for name in raters}
    pairs = {pair_of(*two): pair_of(*map(known.__getitem__, two)) for two in combinations(raters, 2)}
    figures = [row._replace(group=pairs[row.group]) if row.group_by == PAIR else row for row in found.figures]
    return replace(found, figures=figures, raters=[one._replace(rater=known[one.rater]) for one in found.raters])


def _show(found: "Study", out: Output) -> None:
    from annotation.measures.figure import origins_told

    out.line(f"{found.campaign}:")
    rows = _side_by_side(found.figures)
    out.table([row for row in rows if not row["group"]])
    out.table([row for row in rows if row["group"]])
    out.table([_rater(one) for one in found.raters])
    for line in _signatures(row.figure for row in found.figures if not row.group and row.figure.low is not None):
        out.line(line)
    if any(row.items == "kept" for row in found.figures):
        out.note("kept: the units that answers settle; leaving out the others lifts agreement, so tell both")
    if told := origins_told(found.origins):
        out.note(f"{found.campaign}: answers are {told}")


def _side_by_side(figures: Iterable["Row"]) -> list[dict[str, Any]]:
    """Return one row for each measure and group, all items and kept ones beside each other."""
    found: dict[tuple[str, str, str, str], dict[str, Any]] = {}
    for row in figures:
        place = (row.question, row.measure, row.group_by, row.group)
        here = found.setdefault(place, {"question": row.question, "measure": row.measure, "group": row.group})
        # Values stand in the table as text: those of two items are not to be added up.
        here |= {row.items: _value(row.figure), f"{row.items} units": row.figure.units}
        here |= {f"{row.items} answers": row.figure.answers}
        reason = f"{row.items}: {row.figure.reason}" if row.figure.reason else ""
        here["undefined"] = "; ".join(part for part in (here.pop("undefined", ""), reason) if part)
    return list(found.values())


def _rater(one: "Rater") -> dict[str, Any]:
    severity = _value(one.severity) if one.severity else "-"
    return {
        "question": one.question,
        "rater": one.rater,
        "answers": one.answers,
        "severity": severity,
        "without them": f"{one.without.name} {_value(one.without)}",
    }


def _value(figure: "Figure") -> str:
    if figure.value is None:
        return "undefined"
    told = f"{figure.value:.3f}"
    return told if figure.low is None else f"{told} [{figure.low:.3f}, {figure.high:.3f}]"


def _signatures(figures: Iterable["Figure"]) -> list[str]:
    """Return the signatures without what the table says, measures with the same one together."""
    found: dict[str, dict[str, None]] = {}
    for one in figures:
        measure, *parts = one.signature.split("|")
        rest = "|".join(part for part in parts if part.partition(":")[0] not in OWN)
        found.setdefault(rest, {})[measure] = None
    return [f"{', '.join(measures)}|{rest}" for rest, measures in found.items()]


def _data(found: "Study") -> dict[str, Any]:
    raters = [_plain(one._asdict()) for one in found.raters]
    figures = [_flat(row) for row in found.figures]
    return {"campaign": found.campaign, "origins": found.origins, "figures": figures, "raters": raters}


def _flat(row: "Row") -> dict[str, Any]:
    return {name: value for name, value in row._asdict().items() if name != "figure"} | row.figure._asdict()


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row whose figures are objects, not lists."""
    return {name: value._asdict() if hasattr(value, "_asdict") else value for name, value in row.items()}
