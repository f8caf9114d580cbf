"""Intervals: those of a plain loop over tables of units drawn again, and they cover what they should."""

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from statistics import fmean
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.measures import bootstrap
from annotation.measures.agreement import (
    LEVELS,
    ac1_sums,
    alpha,
    alpha_sums,
    cohen_sums,
    fleiss_sums,
    pair_agreement,
    pair_sums,
)
from annotation.measures.bootstrap import SEED, Sums, figure, interval, pooled, resampled, values
from annotation.measures.correlation import kendall_sums, pearson_sums
from annotation.measures.table import Table, partners
from tests.annotation.test_agreement import choices, numbers

PAIRWISE = ("cohen", "pearson", "tau_b", "tau_c")
CHOICES = ("nominal", "fleiss", "ac1", "cohen", "pairs")


def at_level(level: str) -> Callable[[Table], Sums]:
    return lambda table: alpha_sums(table, level)


MEASURES: dict[str, Callable[[Table], Sums]] = {
    **{level: at_level(level) for level in LEVELS},
    "fleiss": fleiss_sums,
    "ac1": ac1_sums,
    "cohen": cohen_sums,
    "pairs": pair_sums,
    "pearson": pearson_sums,
    "tau_b": kendall_sums,
    "tau_c": lambda table: kendall_sums(table, "c"),
}


def again(table: Table, times: Any) -> Table:
    """The table in which unit `i` stands `times[i]` times, under new names."""
    answers = [(at, copy) for at, unit in enumerate(table.unit.tolist()) for copy in range(int(times[unit]))]
    at = np.array([one for one, _ in answers], dtype=np.int64)
    names = {place: code for code, place in enumerate(sorted({(int(table.unit[one]), copy) for one, copy in answers}))}
    unit = np.array([names[int(table.unit[one]), copy] for one, copy in answers], dtype=np.int64)
    return replace(table, unit=unit, rater=table.rater[at], value=table.value[at], units=[""] * len(names))


def each_pair(table: Table, times: Any, measure: Callable[[Table], Sums]) -> float | None:
    """The mean over the pairs of raters that have a value in the table itself, each of its units drawn again."""
    found: list[float] = []
    for one, other in combinations(range(len(table.raters)), 2):
        two = table.only(np.isin(table.rater, [one, other]))
        two = two.of_units(np.bincount(two.unit, minlength=len(table.units)) == 2)
        value = figure(measure(again(two, times))).value
        if figure(measure(two)).value is not None and value is not None:
            found.append(value)
    return fmean(found) if found else None


def sample(*, distinct: int, units: int = 40) -> Table:
    """Answers of three raters with gaps, who agree more often than not."""
    draw = np.random.default_rng(1)
    truth = draw.integers(0, distinct, units)
    rows: list[list[Any]] = [
        [int(one if draw.random() < 0.6 else draw.integers(0, distinct)) for _ in "abc"] for one in truth
    ]
    rows = [[None if draw.random() < 0.2 else one for one in row] for row in rows]
    return numbers(rows)


@pytest.mark.parametrize("name", list(MEASURES))
@pytest.mark.parametrize("distinct", [3, 200])
def test_each_round_is_the_measure_of_a_table_of_units_drawn_again(name: str, distinct: int) -> None:
    """Units of one kind add the same, so any of them stands for the kind; the draws are the same."""
    table, rounds = sample(distinct=distinct), 8
    if name in CHOICES:
        names = [str(one) for one in range(distinct)]
        table = replace(table, value=table.value.astype(np.int64), categories=names)
    sums = MEASURES[name](table)
    columns = sums.columns if isinstance(sums.columns, np.ndarray) else sums.columns.toarray()
    kinds, times = pooled(sums.columns)
    kinds = kinds if isinstance(kinds, np.ndarray) else kinds.toarray()
    first = [int(np.flatnonzero((columns == kind).all(axis=1))[0]) for kind in kinds]
    found = values(sums.columns, sums.like(sums.value(sums.total(None))), rounds=rounds, seed=5)
    drawn = np.concatenate(list(resampled(times, rounds=rounds, seed=5)))
    assert drawn.shape[0] == rounds and set(drawn.sum(axis=1)) == {times.sum()}
    if len(set(first)) == len(first):
        for at, weights in enumerate(drawn):
            copies = np.zeros(len(table.units))
            copies[first] = weights
            if name in PAIRWISE:
                expected = each_pair(table, copies, MEASURES[name])
            else:
                expected = figure(MEASURES[name](again(table, copies))).value
            assert found[at] == pytest.approx(np.nan if expected is None else expected, abs=1e-9, nan_ok=True)
    else:
        assert times.max() == 1, "not pooled: equal units are drawn one by one"


def contradicted() -> Table:
    """Two raters agree on forty units; each of thirty others shares two units with the first and says the opposite."""
    rows: list[list[Any]] = [[at, at + at % 3, *[None] * 30] for at in range(40)]
    for other in range(30):
        for ours, theirs in ((0, 1), (1, 0)):
            rows.append([ours, None, *(theirs if at == other else None for at in range(30))])
    return numbers(rows)


@pytest.mark.parametrize("name", ["pearson", "tau_b", "tau_c"])
def test_pairs_that_are_left_out_of_a_figure_are_left_out_of_its_interval(name: str) -> None:
    """Thirty pairs share two units, and are at -1 in each round that draws one of these twice."""
    table = contradicted()
    found = figure(MEASURES[name](table), rounds=400)
    assert "pairs" not in found.signature, "one pair is no mean"
    assert found.value is not None and found.low is not None and found.high is not None
    assert 0.9 < found.low <= found.value <= found.high


def test_a_pair_that_shares_too_few_of_the_units_asked_for_is_left_out_of_their_interval() -> None:
    """All pairs share enough of all units; of the first twenty, the third rater has answered two."""
    rows: list[list[Any]] = [[at, at, None] for at in range(20)] + [[at, at, at] for at in range(20, 40)]
    rows[0][2], rows[1][2] = 100.0, 0.0
    for sums in (pearson_sums(numbers(rows)), kendall_sums(numbers(rows))):
        found = figure(sums, np.arange(20), rounds=400)
        assert (found.value, found.low, found.high) == pytest.approx((1, 1, 1))


def test_the_memory_of_many_pairs_of_raters_is_bounded() -> None:
    """Two hundred raters are 19,900 pairs: rounds are few at a time, and pairs that count nothing have no column."""
    draw = np.random.default_rng(3)
    unit = np.repeat(np.arange(4_000), 5)
    rater = np.concatenate([draw.choice(200, 5, replace=False) for _ in range(4_000)])
    value = draw.integers(0, 101, 20_000).astype(np.float64)
    table = Table(unit, rater, value, [""] * 4_000, [""] * 200)
    sums = pearson_sums(table)
    left, right = partners(unit, rater)
    enough = (np.unique(rater[left] * 200 + rater[right], return_counts=True)[1] >= 3).sum()
    assert sums.columns.shape[1] == 2 + 6 * enough
    tracemalloc.start()
    figure(sums, rounds=1_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 150e6


def test_units_of_one_kind_are_drawn_as_often_as_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    table = choices(["aab", "aaa", "bbb", "abb"] * 50, "ab")
    sums = alpha_sums(table)
    kinds, times = pooled(sums.columns)
    assert len(kinds) == 4 and times.sum() == 200
    together = values(sums.columns, sums.value, rounds=4_000, seed=1)
    monkeypatch.setattr(bootstrap, "pooled", lambda columns: (columns, np.ones(len(columns), dtype=np.int64)))
    apart = values(sums.columns, sums.value, rounds=4_000, seed=1)
    assert together.mean() == pytest.approx(apart.mean(), abs=0.003)
    assert np.quantile(together, [0.025, 0.5, 0.975]) == pytest.approx(
        np.quantile(apart, [0.025, 0.5, 0.975]), abs=0.01
    )


@given(rows=st.lists(st.lists(st.sampled_from([-0.0, 0.0, 1.5, 2.0]), min_size=3, max_size=3), min_size=1, max_size=60))
def test_pooling_loses_no_unit(rows: list[list[float]]) -> None:
    columns = np.array(rows)
    kinds, times = pooled(columns)
    assert times.sum() == columns.any(axis=1).sum()
    assert times @ kinds == pytest.approx(columns.sum(axis=0))


def test_the_interval_covers_what_is_known() -> None:
    """Two raters agree on 70 % of units: the interval holds that in some 95 of 100 campaigns."""
    draw, held, campaigns = np.random.default_rng(11), 0, 300
    for seed in range(campaigns):
        table = choices(["aa" if same else "ab" for same in draw.random(120) < 0.7], "ab")
        found = pair_agreement(table, rounds=300, seed=seed)
        assert found.low is not None and found.high is not None
        held += found.low <= 0.7 <= found.high
    assert 0.91 <= held / campaigns <= 0.98


def test_the_same_seed_gives_the_same_interval() -> None:
    table = sample(distinct=4)
    one, two, other = (alpha(table, rounds=200, seed=seed) for seed in (SEED, SEED, 1))
    assert one == two and (one.low, one.high) != (other.low, other.high)


def test_few_units_have_no_interval_and_no_rounds_in_their_signature() -> None:
    nine, ten = choices(["ab", "aa", "bb"] * 3, "ab"), choices(["ab", "aa", "bb"] * 3 + ["aa"], "ab")
    few, enough = alpha(nine, rounds=100), alpha(ten, rounds=100)
    assert few.value is not None and few.low is None and "rounds" not in few.signature
    assert enough.low is not None and "rounds:100" in enough.signature


def test_where_too_many_rounds_are_undefined_there_is_no_interval() -> None:
    """One unit of thirty differs: a third of the rounds leave it out, and all their answers are the same."""
    found = alpha(choices(["aa"] * 29 + ["ab"], "ab"), rounds=400)
    assert found.value is not None and (found.low, found.high) == (None, None)
    columns = np.array([[1.0], [1.0], [0.0]])
    assert interval(columns, lambda sums: np.full(len(sums), np.nan), rounds=20) == (None, None)


def test_rounds_are_made_some_at_a_time_and_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    table = sample(distinct=200)
    whole = alpha(table, "interval", rounds=50)
    monkeypatch.setattr(bootstrap, "WEIGHTS", 100)
    assert alpha(table, "interval", rounds=50) == whole
