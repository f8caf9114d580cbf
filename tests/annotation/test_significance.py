"""Significance: the tests of WMT and Google held to scipy and to what can be counted by hand, and the clusters."""

from collections.abc import Sequence
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from annotation.measures.scores import TESTS, Rating, presets, rated, score, significance
from annotation.measures.scores.paired import mann_whitney, randomisation, randomisations, wilcoxon, wilcoxon_domains
from annotation.measures.scores.significance import clusters, ranges
from corpus.errors import WirecopyError

SCORES = st.lists(st.tuples(st.integers(0, 25), st.integers(0, 25)), min_size=12, max_size=40)
WMT24, ESA = presets()["wmt24"], presets()["esa"]
Pairs = list[tuple[int, int]]
Columns = tuple[NDArray[np.float64], NDArray[np.float64]]


def run(test: str, better: NDArray[np.float64], worse: NDArray[np.float64]) -> float:
    """p of a test by its name, with all segments in one domain."""
    if test == "wilcoxon-domains":
        return wilcoxon_domains(better, worse, [""] * len(better))
    known = {"mann-whitney": mann_whitney, "wilcoxon": wilcoxon, "randomisation": randomisation}
    return known[test](better, worse)


def columns(pairs: Pairs) -> Columns:
    found = np.array(pairs, dtype=np.float64)
    return found[:, 0], found[:, 1]


@given(SCORES)
def test_mann_whitney_is_scipys(pairs: Pairs) -> None:
    better, worse = columns(pairs)
    assert mann_whitney(better, worse) == stats.mannwhitneyu(better, worse, alternative="greater").pvalue


@given(SCORES)
def test_wilcoxon_is_scipys_and_one_where_nothing_differs(pairs: Pairs) -> None:
    better, worse = columns(pairs)
    assert wilcoxon(better, better) == 1
    apart = better - worse
    if apart.any():
        tied = len({*np.abs(apart), 0.0}) <= len(apart)
        oracle = stats.wilcoxon(apart, alternative="greater", method="asymptotic" if tied else "exact")
        assert wilcoxon(better, worse) == oracle.pvalue


@pytest.mark.parametrize("apart", [[3, 0, 0], [1, 1, 2], [5], [-1, 0]])
def test_a_handful_of_segments_has_a_p_too(apart: list[float]) -> None:
    assert 0 < wilcoxon(np.array(apart, dtype=np.float64), np.zeros(len(apart))) < 1


def test_wilcoxon_has_the_published_p_of_darwins_plants() -> None:
    # Crossed against self-fertilised heights, in eighths of an inch: Fisher, "The Design of Experiments" (1935), 3.
    apart = np.array([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48], dtype=np.float64)
    assert wilcoxon(apart, np.zeros(15), alternative="two-sided") == pytest.approx(0.0413, abs=5e-5)


def test_fishers_randomisation_of_darwins_plants_is_counted_as_he_counted_it() -> None:
    # Of 32,768 sign changes 863 reach the sum of 314, on one side: Fisher (1935), 21.
    apart = np.array([49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48], dtype=np.float64)
    assert randomisation(apart, np.zeros(15), rounds=32_768) == 863 / 32_768
    assert randomisation(apart, np.zeros(15), rounds=20_000) == pytest.approx(863 / 32_768, abs=0.005)


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=7))
def test_all_swaps_of_a_few_segments_are_counted(pairs: Pairs) -> None:
    better, worse = columns(pairs)
    apart = better - worse
    sums = [float(np.array(signs) @ apart) for signs in product((-1, 1), repeat=len(apart))]
    wanted = sum(one >= apart.sum() for one in sums) / len(sums)
    assert randomisation(better, worse, rounds=1 << 7) == pytest.approx(wanted)


def test_random_swaps_follow_googles_formula_and_the_seed() -> None:
    generator = np.random.default_rng(1)
    better, worse = generator.normal(0.15, 1, 300), generator.normal(0, 1, 300)
    p = randomisation(better, worse, rounds=999)
    assert p == randomisation(better, worse, rounds=999) != randomisation(better, worse, rounds=999, seed=1)
    assert (p * 1000) == pytest.approx(round(p * 1000)) and p >= 1 / 1000
    assert randomisation(better + 9, worse, rounds=999) == 1 / 1000
    oracle = stats.permutation_test(
        (better - worse,), np.mean, permutation_type="samples", alternative="greater", n_resamples=9999, rng=3
    )
    assert randomisation(better, worse, rounds=9999) == pytest.approx(oracle.pvalue, abs=0.02)


def test_systems_with_other_segments_in_common_are_told_apart_at_once() -> None:
    generator = np.random.default_rng(3)
    apart = generator.normal(0.1, 1, (60, 3))
    apart[:20, 1] = apart[9:, 2] = 0  # not shared
    p = randomisations(apart, rounds=9_999)
    oracles = [randomisation(one[one != 0], np.zeros(np.count_nonzero(one)), rounds=99_999) for one in apart.T]
    assert p == pytest.approx(oracles, abs=0.02) and oracles[2] * 2**9 == pytest.approx(round(oracles[2] * 2**9))


def test_domains_are_tested_two_sided_and_combined_by_stouffer() -> None:
    generator = np.random.default_rng(2)
    better, worse = generator.uniform(40, 100, 60).round(), generator.uniform(35, 95, 60).round()
    domains = ["news"] * 20 + ["speech"] * 25 + ["social"] * 15
    z = [
        stats.norm.ppf(1 - stats.wilcoxon(better[at] - worse[at], method="asymptotic").pvalue)
        for at in (slice(0, 20), slice(20, 45), slice(45, 60))
    ]
    wanted = 1 - stats.norm.cdf(sum(z) / np.sqrt(3))  # as tools.py of WMT24 writes it
    assert wilcoxon_domains(better, worse, domains) == pytest.approx(wanted, rel=1e-9)
    assert wilcoxon_domains(worse, better, domains) == pytest.approx(wanted, rel=1e-9)
    one = wilcoxon_domains(better, worse, [""] * 60)
    assert one == pytest.approx(stats.wilcoxon(better - worse, method="asymptotic").pvalue)


def test_a_domain_without_any_difference_outweighs_one_whose_p_rounds_to_nothing() -> None:
    """The first p is too small for a float, the second is 1: their z are endless, one up and one down."""
    better = np.concatenate([np.arange(5_000) + 1.0, np.zeros(20)])
    domains = ["large"] * 5_000 + ["alike"] * 20
    assert wilcoxon_domains(better[:5_000], np.zeros(5_000), domains[:5_000]) == 0
    assert wilcoxon_domains(better, np.zeros(5_020), domains) == 1


@pytest.mark.parametrize("test", TESTS)
def test_rounding_is_no_difference(test: str) -> None:
    better = np.array([0.1 + 0.2] * 20)
    assert run(test, better, np.array([0.3] * 20)) >= 0.5


@pytest.mark.parametrize("test", TESTS)
def test_who_is_better_everywhere_is_told_apart(test: str) -> None:
    better, worse = columns([(at + 20, at) for at in range(30)])
    assert run(test, better, worse) < 0.001
    if test != "wilcoxon-domains":  # it asks whether both differ, not who is better
        assert run(test, worse, better) > 0.999


def matrix(names: str, apart: str) -> dict[tuple[str, str], float | None]:
    """p of all pairs: those in `apart` are told apart, all others are not."""
    return {(a, b): 0.01 if a + b in apart.split() else 0.5 for a, b in combinations(names, 2)}


@pytest.mark.parametrize(
    ("apart", "wanted"),
    [
        ("", [1, 1, 1, 1]),
        ("ab ac ad bc bd cd", [1, 2, 3, 4]),
        ("ac ad bc bd", [1, 1, 2, 2]),
        ("ab ac ad", [1, 2, 2, 2]),
        ("ad bd cd", [1, 1, 1, 2]),
        # Not transitive: only b and d are not told apart; a and c are better than both of their neighbours.
        ("ab ac ad bc cd", [1, 2, 2, 2]),
        ("ab bc cd", [1, 1, 1, 1]),
        ("bc bd ad", [1, 1, 1, 1]),
    ],
)
def test_a_cluster_begins_where_all_above_are_better_than_all_below(apart: str, wanted: list[int]) -> None:
    assert clusters("abcd", matrix("abcd", apart)) == wanted


@given(st.lists(st.booleans(), min_size=21, max_size=21))
def test_clusters_are_those_of_the_script_of_wmt24(apart: list[bool]) -> None:
    names = "abcdefg"
    p = {line: 0.01 if one else 0.5 for line, one in zip(combinations(names, 2), apart, strict=True)}
    # The rule as get_clusters has it: a cluster lasts until the last one that somebody in it is not better than.
    wanted, last, cluster = [], -1, 1
    for at in range(len(names)):
        if last <= at:
            last = -1
        last = max([last, *(below for below in range(at + 1, len(names)) if p[names[at], names[below]] > 0.05)])
        wanted.append(cluster)
        cluster += last == -1
    assert clusters(names, p) == wanted


def test_who_was_not_compared_was_not_better() -> None:
    assert clusters("ab", {("a", "b"): None}) == [1, 1]


def test_ranks_that_can_be_claimed() -> None:
    p = matrix("abcd", "ab ac ad bd cd")
    assert ranges("abcd", p) == [(1, 1), (2, 3), (2, 3), (4, 4)]
    assert ranges("abcd", p, neighbours=True) == [(1, 1), (2, 3), (2, 3), (4, 4)]
    p = matrix("abcd", "ab bc")
    assert ranges("abcd", p) == [(1, 3), (2, 3), (2, 4), (1, 4)]
    # WMT25 looks no further than the first neighbour that is told apart.
    assert ranges("abcd", p, neighbours=True) == [(1, 1), (2, 2), (3, 4), (1, 4)]


def ratings(
    values: dict[str, Sequence[float]], *, number: bool = True, pair: str = "en-de", prefix: str = ""
) -> list[Rating]:
    """Give each system a number a segment, or as many minor errors."""
    return [
        Rating(
            unit=f"{pair}/{system}/{at}",
            rater="r",
            document=f"{system}/d",
            outlet=system,
            item=f"{prefix if at else ''}{at}",
            pair=pair,
            numbers={"score": value} if number else {},
            errors=[] if number else [("Style", "Minor")] * int(value),
        )
        for system, found in values.items()
        for at, value in enumerate(found)
    ]


def test_fewer_penalty_points_are_better() -> None:
    few, many = [0, 1] * 15, [3, 4] * 15
    table = rated(ratings({"many": many, "few": few}, number=False))
    found = significance(table, WMT24, score(table, WMT24), "wilcoxon")
    (only,) = found.comparisons
    assert (only.better, only.worse, only.segments) == ("few", "many", 30) and (only.p or 1) < 0.001
    assert [(one.name, one.cluster, one.best, one.worst) for one in found.places] == [
        ("few", 1, 1, 1),
        ("many", 2, 2, 2),
    ]
    assert found.signature.startswith("significance|preset:wmt24@1|test:wilcoxon|alpha:0.05|mean:segments|version:")


def test_tests_compare_segments_also_where_the_score_is_a_mean_of_domains_and_say_so() -> None:
    """One domain of thirty segments says x, one of three says y: the mean of domains ranks y first."""
    rows = ratings({"x": [1] * 30 + [25] * 3, "y": [2] * 30 + [0] * 3}, number=False)
    rows = [one._replace(domain="small" if at % 33 >= 30 else "large") for at, one in enumerate(rows)]
    table = rated(rows)
    assert WMT24.mean == "domains" and [one.name for one in score(table, WMT24)] == ["y", "x"]
    found = significance(table, WMT24, score(table, WMT24), "wilcoxon")
    assert (found.comparisons[0].better, "mean:segments" in found.signature) == ("y", True)
    assert (found.comparisons[0].p or 0) > 0.9


def test_simulated_ratings_are_told_in_the_signature() -> None:
    table = rated([one._replace(origin="simulated") for one in ratings({"a": [90] * 20, "b": [50] * 20})])
    assert "|origin:simulated|" in significance(table, ESA, score(table, ESA), "wilcoxon").signature


def test_only_what_both_translated_is_compared() -> None:
    long = rated(ratings({"a": [90] * 20}) + ratings({"b": [80] * 12}))
    found = significance(long, ESA, score(long, ESA), "randomisation")
    assert [one.segments for one in found.comparisons] == [12] and found.comparisons[0].p == 2**-12 < 0.05
    assert "rounds:10000|seed:2024" in found.signature


def test_nothing_in_common_is_no_comparison() -> None:
    apart = rated(ratings({"a": [90] * 20}, prefix="x")[1:] + ratings({"b": [80] * 20}))
    found = significance(apart, ESA, score(apart, ESA), "mann-whitney")
    (only,) = found.comparisons
    assert (only.p, only.segments, only.reason) == (None, 0, "no segment that both translated was rated")
    assert found.reason == "nothing is paired: no segment that both translated was rated"
    assert {one.cluster for one in found.places} == {None}


def test_some_in_common_are_compared_and_the_others_told() -> None:
    table = rated(ratings({"a": [90] * 20, "b": [50] * 20}) + ratings({"c": [70] * 20}, prefix="x")[1:])
    found = significance(table, ESA, score(table, ESA), "mann-whitney")
    assert [one.p is None for one in found.comparisons] == [True, False, True]
    assert found.reason == "2 of 3 pairs of outlets share no segment, and count as not told apart"
    assert [one.cluster for one in found.places] == [1, 1, 1]


def test_one_system_alone_has_nobody_to_be_better_than() -> None:
    table = rated(ratings({"a": [90] * 20}))
    assert (
        significance(table, ESA, score(table, ESA), "wilcoxon").reason
        == "no two outlets of a language pair have a score"
    )


def test_language_pairs_are_never_compared_with_each_other() -> None:
    table = rated(ratings({"a": [90] * 20, "b": [50] * 20}) + ratings({"a": [10] * 20, "b": [20] * 20}, pair="en-fr"))
    found = significance(table, ESA, score(table, ESA), "wilcoxon")
    assert [(one.pair, one.better) for one in found.comparisons] == [("en-de", "a"), ("en-fr", "b")]


def test_an_unknown_test_is_told_with_the_known_ones() -> None:
    with pytest.raises(WirecopyError, match="no test 't-test'") as error:
        significance(rated([]), ESA, [], "t-test")
    assert "wilcoxon-domains (WMT24)" in error.value.hint
