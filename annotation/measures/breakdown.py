"""Agreement of a whole campaign: each question, all and by group, on all items and on kept ones.

Filtering lifts agreement: of the items that annotators disagree on, none is kept. So each figure is told twice,
on `all` units and on the `kept` ones that answers settle: a choice that over half of them share, numbers no
further apart than the campaign's adjudication gap, marks whose mean labelled character F1 its adjudication lets
pass. Units with one answer are no kept ones: nothing was compared.

The level of a choice is nominal. Whether its options have an order, no scheme says; who knows it asks
`agreement.alpha` for it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from annotation.measures import agreement, correlation, spans
from annotation.measures.bootstrap import ROUNDS, SEED, Sums, figure
from annotation.measures.figure import Figure, origin_of
from annotation.measures.gather import GROUPS, Answers
from annotation.measures.raters import Rater, alone, severities
from annotation.measures.table import Codes, Mask, Table, coded, partners
from annotation.schemes.scheme import Choice, Number, Question, Spans, Text

ALL, KEPT = "all", "kept"
PAIR = "pair"
BY = (*GROUPS, PAIR)
GROUP_ROUNDS = 200  # groups are many
MOST_PAIRS = 1_000  # of annotators: those with most units in common


class Row(NamedTuple):
    """A figure of one question on `all` items or `kept` ones; `group_by` and `group` are empty over everything."""

    question: str
    measure: str
    group_by: str
    group: str
    items: str
    figure: Figure


@dataclass(frozen=True)
class Study:
    """All that was found about a campaign; `origins` says whose its answers are, and how many."""

    campaign: str
    figures: list[Row]
    raters: list[Rater]
    origins: dict[str, int]


@dataclass(frozen=True, eq=False)
class Asked:
    """A question with its answers: `unit` and `rater` of each, and which units are kept.

    `sums` are its measures, the main one first. `pairs` holds every two answers to one unit; `of_pair` returns
    the measures of some of them, those of two annotators, with a unit for each.
    """

    name: str
    unit: Codes
    rater: Codes
    kept: Mask
    sums: Sequence[Sums]
    pairs: tuple[Codes, Codes, Codes]
    of_pair: Callable[[Codes], Sequence[Sums]]
    without: Callable[[int], Sums]
    numbers: Table | None


def study(
    answers: Answers,
    *,
    by: Sequence[str] = BY,
    questions: Sequence[str] = (),
    rounds: int = ROUNDS,
    seed: int = SEED,
    each_rater: bool = True,
) -> Study:
    """Return the agreement of a campaign over everything and by group, and how each rater differs.

    `questions` are all but texts where none is named; of one alone, a number has tau-c and pairwise accuracy too.
    Figures over everything have `rounds` rounds of bootstrap; of groups, pairs and raters, where figures are many,
    the main measure has at most 200, the others none. Signatures say how many, and where answers are no people's.
    Without `each_rater` there are no `raters`, which take a pass over all answers each.
    """
    origin = origin_of(answers.origins)
    rows: list[Row] = []
    raters: list[Rater] = []
    for question in answers.campaign.scheme.questions:
        if isinstance(question, Text) or (questions and question.name not in questions):
            continue
        asked = _asked(answers, question, alone=len(questions) == 1)
        few = min(rounds, GROUP_ROUNDS)
        told = {"question": asked.name, "origin": origin}
        whole = {"": np.arange(len(answers.units))}
        rows += _figures(asked, "", whole, rounds=[rounds] * len(asked.sums), seed=seed, **told)
        of_groups = [few, *[0] * (len(asked.sums) - 1)]
        for name in by:
            if name == PAIR:
                rows += _by_pair(asked, answers.raters, few, seed, **told)
            else:
                rows += _figures(asked, name, _groups(answers.group(name)), rounds=of_groups, seed=seed, **told)
        if not each_rater:
            continue
        severe = severities(asked.numbers, rounds=few, seed=seed, **told) if asked.numbers else {}
        raters += alone(asked.name, answers.raters, asked.rater, asked.without, severe, origin=origin)
    return Study(answers.campaign.name, rows, raters, answers.origins)


def pair_of(one: str, other: str) -> str:
    """Return the name of the group of two annotators."""
    return f"{one} & {other}"


def kept_choices(table: Table) -> Mask:
    """Return the units where over half of two answers or more are the same."""
    size = max(int(table.value.max()) + 1 if len(table) else 1, 1)
    given = np.bincount(table.unit, minlength=len(table.units))
    most = np.zeros(len(table.units), dtype=np.int64)
    cells, count = np.unique(table.unit * size + table.value.astype(np.int64), return_counts=True)
    np.maximum.at(most, cells // size, count)
    return np.asarray((given > 1) & (2 * most > given), dtype=np.bool_)


def kept_numbers(table: Table, gap: float) -> Mask:
    """Return the units where two answers or more are no further apart than `gap`."""
    low, high = np.full(len(table.units), np.inf), np.full(len(table.units), -np.inf)
    np.minimum.at(low, table.unit, table.value)
    np.maximum.at(high, table.unit, table.value)
    given = np.bincount(table.unit, minlength=len(table.units))
    return np.asarray((given > 1) & (high <= low + gap), dtype=np.bool_)


def kept_spans(found: spans.Compared, units: int, least: float) -> Mask:
    """Return the units whose answers have a mean labelled character F1 of `least` or more."""
    pairs = np.bincount(found.unit, minlength=units)
    total = np.bincount(found.unit, found.counts["f1_labelled"], units)
    return np.asarray((pairs > 0) & (total >= least * pairs), dtype=np.bool_)


def _asked(answers: Answers, question: Question, *, alone: bool) -> Asked:
    if isinstance(question, Spans):
        return _marked(answers, question)
    table = answers.table(question.name)
    left, right = partners(table.unit, table.rater)
    number = _numbers if alone else _number
    measured = _choice if isinstance(question, Choice) else number
    gap = answers.campaign.settings.adjudication.gap

    def of_pair(chosen: Codes) -> list[Sums]:
        one, other, size = left[chosen], right[chosen], len(chosen)
        unit, rater = np.tile(np.arange(size), 2), np.repeat([0, 1], size)
        value = np.concatenate([table.value[one], table.value[other]])
        return measured(Table(unit, rater, value, [""] * size, ["", ""], table.categories), two=True)

    return Asked(
        name=question.name,
        unit=table.unit,
        rater=table.rater,
        kept=kept_choices(table) if isinstance(question, Choice) else kept_numbers(table, gap),
        sums=measured(table, two=len(np.unique(table.rater)) == 2),
        pairs=(table.unit[left], table.rater[left], table.rater[right]),
        of_pair=of_pair,
        without=lambda rater: _level(table.only(table.rater != rater), question),
        numbers=table if isinstance(question, Number) else None,
    )


def _level(table: Table, question: Question) -> Sums:
    return agreement.alpha_sums(table, "interval" if isinstance(question, Number) else "nominal")


def _choice(table: Table, *, two: bool) -> list[Sums]:
    cohen = [agreement.cohen_sums(table)] if two else []
    chance = [agreement.fleiss_sums(table), agreement.ac1_sums(table)]
    return [agreement.alpha_sums(table), *cohen, *chance, agreement.pair_sums(table)]


def _number(table: Table, *, two: bool) -> list[Sums]:
    ordered = [correlation.pearson_sums(table), correlation.kendall_sums(table)]
    return [agreement.alpha_sums(table, "interval"), *ordered]


def _numbers(table: Table, *, two: bool) -> list[Sums]:
    # These two take as long again as all others.
    return [*_number(table, two=two), *(correlation.kendall_sums(table, one) for one in ("c", "accuracy"))]


def _marked(answers: Answers, question: Spans) -> Asked:
    marks, units = answers.marks(question.name), len(answers.units)
    found = spans.compared(marks, answers.unit, answers.rater)
    count = np.bincount(marks.answer, minlength=len(answers)).astype(np.float64)
    names = spans.measures(question)

    def of_pair(chosen: Codes) -> list[Sums]:
        return [spans.span_sums(found.only(chosen, alone=True), name, len(chosen)) for name in names]

    def without(rater: int) -> Sums:
        return spans.span_sums(found.only((found.left != rater) & (found.right != rater)), names[0], units)

    return Asked(
        name=question.name,
        unit=answers.unit,
        rater=answers.rater,
        kept=kept_spans(found, units, answers.campaign.settings.adjudication.spans),
        sums=[spans.span_sums(found, name, units) for name in names],
        pairs=(found.unit, found.left, found.right),
        of_pair=of_pair,
        without=without,
        numbers=Table(answers.unit, answers.rater, count, answers.units, answers.raters),
    )


def _groups(names: Sequence[str | None]) -> dict[str, Codes]:
    """Return the rows of the units of each group, sorted by name; nothing where there is one group only."""
    found, code = coded("none" if name is None else name for name in names)
    order = np.argsort(code, kind="stable")
    ends = np.cumsum(np.bincount(code, minlength=len(found)))
    parts = dict(zip(found, np.split(order, ends[:-1]), strict=True)) if len(found) > 1 else {}
    return dict(sorted(parts.items()))


def _figures(
    asked: Asked, by: str, groups: Mapping[str, Codes], *, rounds: Sequence[int], seed: int, **told: object
) -> Iterator[Row]:
    """Yield the figures of groups of units; `rounds` are those of each measure."""
    code = np.full(len(asked.kept), -1, dtype=np.int64)
    for at, units in enumerate(groups.values()):
        code[units] = at
    for items in (ALL, KEPT):
        inside = code if items == ALL else np.where(asked.kept, code, -1)
        present = _raters(asked, inside, len(groups))
        for at, (group, units) in enumerate(groups.items()):
            chosen = units if items == ALL else units[asked.kept[units]]
            here = {"items": items, "group": f"{by}={group}" if by else None, "raters": str(present[at])}
            for sums, times in zip(asked.sums, rounds, strict=True):
                found = figure(sums, chosen, rounds=times, seed=seed, **told, **here)
                yield Row(asked.name, found.name, by, group, items, found)


def _raters(asked: Asked, code: Codes, groups: int) -> Codes:
    """Return how many raters answered in each group of units."""
    of = code[asked.unit]
    width = int(asked.rater.max()) + 1 if len(asked.rater) else 1
    seats = np.unique(of[of >= 0] * width + asked.rater[of >= 0])
    return np.bincount(seats // width, minlength=groups)


def _by_pair(asked: Asked, names: Sequence[str], rounds: int, seed: int, **told: object) -> Iterator[Row]:
    unit, left, right = asked.pairs
    found, pair, count = np.unique(left * len(names) + right, return_inverse=True, return_counts=True)
    chosen = np.sort(np.argsort(-count, kind="stable")[:MOST_PAIRS])
    parts = np.split(np.argsort(pair, kind="stable"), np.cumsum(count)[:-1])
    for at in chosen if len(found) > 1 else []:
        one, other = divmod(int(found[at]), len(names))
        group, here = pair_of(names[one], names[other]), parts[at]
        kept = np.flatnonzero(asked.kept[unit[here]])
        for place, sums in enumerate(asked.of_pair(here)):
            for items, rows in ((ALL, np.arange(len(here))), (KEPT, kept)):
                who = {"items": items, "group": f"{PAIR}={group}", "raters": 2}
                row = figure(sums, rows, rounds=0 if place else rounds, seed=seed, **told, **who)
                yield Row(asked.name, row.name, PAIR, group, items, row)
