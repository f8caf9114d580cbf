"""Agreement on random tables with missing values: other people's implementations say the same."""

import warnings
from itertools import combinations, permutations
from typing import Any

import krippendorff
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import fleiss_kappa

from annotation.measures import correlation
from annotation.measures.agreement import LEVELS, ac1, alpha, cohen, fleiss
from annotation.measures.bootstrap import figure
from annotation.measures.correlation import kendall, pairwise_accuracy, pearson
from tests.annotation.test_agreement import choices, numbers

SIZES = st.tuples(st.integers(2, 6), st.integers(1, 25))
NEAR = 1e-9


@st.composite
def tables(draw: st.DrawFn, values: Any) -> list[list[Any]]:
    """Units with the answers of two to six raters, None where one is missing."""
    raters, units = draw(SIZES)
    cell = st.none() | values
    return draw(st.lists(st.lists(cell, min_size=raters, max_size=raters), min_size=units, max_size=units))


def full(values: Any) -> Any:
    """Pairs of answers without a gap."""
    return st.lists(st.tuples(values, values), min_size=3, max_size=40)


@given(
    rows=tables(st.integers(0, 5)) | tables(st.sampled_from([0.5, 1.25, 60, 99.5, 100])), level=st.sampled_from(LEVELS)
)
def test_alpha_is_that_of_krippendorff(rows: list[list[Any]], level: Any) -> None:
    data = np.array([[np.nan if value is None else value for value in row] for row in rows], dtype=float).T
    found = alpha(numbers(rows), level).value
    paired = [value for row in rows if sum(one is not None for one in row) > 1 for value in row if value is not None]
    assert (found is None) == (len(set(paired)) < 2)
    if found is not None:
        assert found == pytest.approx(krippendorff.alpha(data, level_of_measurement=level), rel=0, abs=NEAR)


@given(
    rows=st.integers(2, 6).flatmap(
        lambda n: st.lists(st.lists(st.sampled_from("abcd"), min_size=n, max_size=n), min_size=1, max_size=25)
    )
)
def test_fleiss_is_that_of_statsmodels(rows: list[list[str]]) -> None:
    found = fleiss(choices(["".join(row) for row in rows], "abcd")).value
    counts = [[row.count(name) for name in "abcd"] for row in rows]
    if len({name for row in rows for name in row}) == 1:
        assert found is None
    else:
        assert found == pytest.approx(fleiss_kappa(np.array(counts), method="fleiss"), rel=0, abs=NEAR)


@given(pairs=full(st.sampled_from("abcd")))
def test_cohen_is_that_of_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    found = cohen(choices(["".join(pair) for pair in pairs], "abcd")).value
    if len({name for pair in pairs for name in pair}) == 1:
        assert found is None
    else:
        with warnings.catch_warnings(action="ignore"):
            assert found == pytest.approx(cohen_kappa_score(*zip(*pairs, strict=True)), rel=0, abs=NEAR)


@given(pairs=full(st.integers(0, 6)) | full(st.floats(0, 100, width=16)))
def test_correlations_are_those_of_scipy(pairs: list[tuple[float, float]]) -> None:
    one, other = (np.array(side, dtype=float) for side in zip(*pairs, strict=True))
    table = numbers([list(pair) for pair in pairs])
    if len(set(one)) == 1 or len(set(other)) == 1:
        assert {pearson(table).value, kendall(table).value, kendall(table, "c").value} == {None}
        return
    for variant in "bc":
        assert kendall(table, variant).value == pytest.approx(
            stats.kendalltau(one, other, variant=variant)[0], rel=0, abs=NEAR
        )
    with warnings.catch_warnings(action="ignore"):
        assert pearson(table).value == pytest.approx(stats.pearsonr(one, other)[0], rel=0, abs=NEAR)


@given(pairs=full(st.integers(0, 6)))
def test_pairwise_accuracy_is_a_count_of_pairs(pairs: list[tuple[float, float]]) -> None:
    same = [np.sign(a[0] - b[0]) == np.sign(a[1] - b[1]) for a, b in combinations(pairs, 2)]
    assert pairwise_accuracy(numbers([list(pair) for pair in pairs])).value == pytest.approx(
        np.mean(same), rel=0, abs=NEAR
    )


@pytest.mark.parametrize("variant", ["b", "c", "accuracy"])
def test_many_distinct_values_go_another_way_to_the_same_figure(variant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(3)
    table = numbers([[float(one), float(one + draw.integers(-3, 4))] for one in draw.integers(0, 30, 200)])
    crossed = figure(correlation.kendall_sums(table, variant)).value
    monkeypatch.setattr(correlation, "CELLS", 0)
    assert figure(correlation.kendall_sums(table, variant)).value == pytest.approx(crossed, abs=1e-12)


# Gwet's AC1: no Python library among ours has it, so cases that its author published in the vignette of his R
# package irrCAC (see also test_gold_agreement.py), and a second implementation from its definition.


def test_the_figures_of_the_vignette_of_irrcac_for_two_raters() -> None:
    """The table cont3x3abstractors: 100 pregnancies in three categories."""
    cells = {"ee": 13, "aa": 20, "an": 7, "na": 4, "nn": 56}
    table = choices([pair for pair, count in cells.items() for _ in range(count)], "ean")
    assert cohen(table).value == pytest.approx(0.7964094, abs=5e-8)
    assert ac1(table).value == pytest.approx(0.8493305, abs=5e-8)
    assert alpha(table).value == pytest.approx(0.7972585, abs=5e-8)


def second_ac1(rows: list[list[Any]], scale: str) -> float | None:
    """AC1 from its definition, with plain loops."""
    given_to = [[value for value in row if value is not None] for row in rows]
    rated, paired = [one for one in given_to if one], [one for one in given_to if len(one) > 1]
    if not paired:
        return None
    observed = np.mean([np.mean([a == b for a, b in permutations(one, 2)]) for one in paired])
    share = [np.mean([one.count(name) / len(one) for one in rated]) for name in scale]
    chance = sum(p * (1 - p) for p in share) / (len(scale) - 1)
    return float((observed - chance) / (1 - chance))


@given(rows=tables(st.sampled_from("abcd")))
def test_ac1_is_what_its_definition_says(rows: list[list[Any]]) -> None:
    found = ac1(choices(["".join(value or "." for value in row) for row in rows], "abcd")).value
    assert found == (
        pytest.approx(expected, rel=0, abs=NEAR) if (expected := second_ac1(rows, "abcd")) is not None else None
    )


@given(rows=tables(st.sampled_from("ab")))
def test_fleiss_of_unequal_numbers_is_what_its_definition_says(rows: list[list[Any]]) -> None:
    given_to = [[value for value in row if value is not None] for row in rows]
    rated, paired = [one for one in given_to if one], [one for one in given_to if len(one) > 1]
    assume(paired and len({value for one in rated for value in one}) == 2)
    observed = np.mean([np.mean([a == b for a, b in permutations(one, 2)]) for one in paired])
    chance = sum(np.mean([one.count(name) / len(one) for one in rated]) ** 2 for name in "ab")
    found = fleiss(choices(["".join(value or "." for value in row) for row in rows], "ab")).value
    assert found == pytest.approx((observed - chance) / (1 - chance), rel=0, abs=NEAR)
