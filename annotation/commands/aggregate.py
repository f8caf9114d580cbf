"""The ways to make one label out of several answers, compared on one's own data."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from annotation.answers import pulled
from annotation.campaign import Campaign
from annotation.commands.campaign import campaigns_of
from annotation.schemes.scheme import Choice
from corpus.errors import WirecopyError
from corpus.output import Output

if TYPE_CHECKING:
    from annotation.measures.aggregation.comparison import Compared, Rated


class Question(NamedTuple):
    """A choice of a campaign, and what each method makes of it and of its raters; who gave how many answers."""

    campaign: Campaign
    name: str
    categories: int
    methods: "list[Compared]"
    raters: "list[Rated]"
    origins: dict[str, int]


def aggregate(*, campaign: str | None, workspace: Path, out: Output) -> None:
    """Compare majority, Dawid-Skene and MACE for each choice of each campaign, and how they rate the raters.

    Raises WirecopyError where no campaign has answers yet, or the one that is named has none.
    """
    from annotation.measures.figure import origins_told
    from annotation.measures.gather import NoAnswers

    found: list[Question] = []
    missing: list[WirecopyError] = []
    for one in campaigns_of(workspace, campaign, imported=True):
        try:
            asked = list(_questions(one))
        except NoAnswers as error:
            missing.append(error)
            continue
        found += asked
        if not asked:
            out.note(f"{one.name} asks for no choice: a number's label is its mean, that of spans their consensus")
    if missing and not found:
        raise missing[0]
    for left in missing:
        out.note(f"left out: {left.message}")
    if out.json:
        out.data([_told(one) for one in found])
        return
    for question in found:
        _show(question, out)
    for name, origins in {one.campaign.name: one.origins for one in found}.items():
        if told := origins_told(origins):
            out.note(f"{name}: answers are {told}")


def _questions(campaign: Campaign) -> Iterator[Question]:
    from annotation.measures.aggregation.comparison import compare, rated
    from annotation.measures.figure import origin_of
    from annotation.measures.gather import gather

    choices = [question.name for question in campaign.scheme.questions if isinstance(question, Choice)]
    if choices:
        answers = gather(campaign)
        for name in choices:
            table = answers.table(name)
            methods = compare(table, origin=origin_of(answers.origins))
            yield Question(campaign, name, len(table.categories), methods, rated(table, methods), answers.origins)


def _told(one: Question) -> dict[str, Any]:
    known = pulled.nicknames(one.campaign)
    methods = [{name: value for name, value in row._asdict().items() if name != "quality"} for row in one.methods]
    raters = [row._asdict() | {"rater": known.get(row.rater, row.rater)} for row in one.raters]
    labels = one.campaign.settings.aggregation
    return {
        "campaign": one.campaign.name,
        "question": one.name,
        "labels": labels,
        "origins": one.origins,
        "methods": methods,
        "raters": raters,
    }


def _show(one: Question, out: Output) -> None:
    told = _told(one)
    out.line(f"{told['campaign']}, {told['question']} (labels are made by {told['labels']}):")
    out.table([_method(row) for row in told["methods"]])
    out.table([_rater(row) for row in told["raters"]])
    for row in told["methods"]:
        out.line(row["signature"])
    rates = one.categories * (one.categories - 1)
    few = [row.rater for row in one.raters if row.answers < rates]
    if few:
        out.note(
            f"dawid-skene estimates {rates} rates of each rater; {len(few)} of {len(one.raters)} raters gave fewer "
            "answers than that: trust majority or mace more"
        )


def _method(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "method": row["method"],
        "labels": row["labels"],
        "ties": row["ties"],
        "agrees with majority": _decimals(row["agreement"]),
        "changed": row["changed"],
        "mean probability": _decimals(row["sureness"]),
        "converged": "yes" if row["converged"] else "no",
        "rounds": row["rounds"],
    }


def _rater(row: dict[str, Any]) -> dict[str, Any]:
    quality = {f"by {method}": _decimals(value) for method, value in row["quality"].items()}
    return {"annotator": row["rater"], "answers": row["answers"], **quality}


def _decimals(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
