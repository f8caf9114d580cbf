"""Agreement: what holds for any table, and where it is undefined."""

from collections.abc import Sequence
from statistics import fmean
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.measures.agreement import LEVELS, ac1, alpha, cohen, fleiss, pair_agreement
from annotation.measures.correlation import kendall, pairwise_accuracy, pearson
from annotation.measures.figure import Figure
from annotation.measures.table import Table, long, partners

CELLS = st.lists(st.lists(st.none() | st.integers(0, 4), min_size=3, max_size=3), min_size=1, max_size=12)
CHOICES = {"fleiss": fleiss, "cohen": cohen, "ac1": ac1, "pair_agreement": pair_agreement}
NUMBERS = {"pearson": pearson, "kendall": kendall, "accuracy": pairwise_accuracy}


def numbers(rows: list[list[Any]]) -> Table:
    """A table of numbers: a row for each unit, a column for each rater."""
    return long(
        ((str(unit), str(rater), value) for unit, row in enumerate(rows) for rater, value in enumerate(row)), ()
    )


def choices(rows: Sequence[str], categories: str = "abcde") -> Table:
    """A table of choices: a word for each unit, a letter for each rater, a dot for a missing answer."""
    told = (
        (str(unit), str(rater), None if value == "." else value)
        for unit, row in enumerate(rows)
        for rater, value in enumerate(row)
    )
    return long(told, list(categories))


def every_figure(table: Table) -> dict[str, Figure]:
    found = {level: alpha(table, level) for level in LEVELS}
    return found | {name: measure(table) for name, measure in (CHOICES | NUMBERS).items()}


@pytest.mark.parametrize("rows", [[], [[None]], [[1]], [[1], [2]], [[1, None], [None, 2]]], ids=str)
def test_without_a_unit_that_two_answered_all_is_undefined(rows: list[list[Any]]) -> None:
    for name, found in every_figure(numbers(rows)).items():
        assert (found.value, found.low, found.high, found.units, found.answers) == (None, None, None, 0, 0), name
        assert found.reason == "no unit has two answers", name


@pytest.mark.parametrize("value", [0, 0.1, -3, 1e9 + 0.1])
def test_where_all_answers_are_the_same_chance_says_nothing(value: float) -> None:
    table = numbers([[value] * 3] * 7)
    for level in LEVELS[:3]:
        assert alpha(table, level, rounds=50).value is None
    assert {one.reason for one in (alpha(table), fleiss(table), cohen(table))} == {"all answers are the same"}
    for one in (pearson(table), kendall(table), kendall(table, "c")):
        assert (one.value, one.reason) == (None, "no two raters share three units and differ on them")
    assert (pair_agreement(table).value, pairwise_accuracy(table).value) == (1, 1)


def test_ac1_of_the_same_answers_is_one_by_its_definition_where_the_scale_offers_a_choice() -> None:
    assert ac1(choices(["aa", "aa"], "ab")).value == 1
    alone = ac1(choices(["aa", "aa"], "a"))
    assert (alone.value, alone.reason) == (None, "the scale has one category")


def test_a_ratio_of_negative_numbers_is_undefined() -> None:
    found = alpha(numbers([[-1, 2], [3, 3]]), "ratio")
    assert (found.value, found.reason) == (None, "the ratio level needs values of 0 or more")


def test_a_correlation_wants_three_units_and_a_difference() -> None:
    assert pearson(numbers([[1, 2], [2, 3]])).value is None
    assert kendall(numbers([[1, 2], [1, 3], [1, 4]])).value is None
    assert pearson(numbers([[1, 2], [2, 4], [3, 6]])).value == pytest.approx(1)


def test_one_unit_with_two_values_is_chance() -> None:
    assert alpha(choices(["ab"])).value == 0


def test_units_with_one_answer_count_nothing() -> None:
    found = alpha(choices(["aab", "bb.", "c..", "..."]))
    assert (found.units, found.answers) == (2, 5)
    assert found.value == alpha(choices(["aab", "bb."])).value


def test_large_numbers_lose_no_digits() -> None:
    rows = [[1.0, 2.0], [3.0, 3.0], [5.0, 4.0], [2.0, 2.5]]
    small, large = numbers(rows), numbers([[value + 1e9 for value in row] for row in rows])
    assert alpha(large, "interval").value == pytest.approx(alpha(small, "interval").value, abs=1e-12)
    assert pearson(large).value == pytest.approx(pearson(small).value, abs=1e-12)
    alone = numbers([[1e16, None], *rows])
    assert alpha(alone, "interval").value == pytest.approx(alpha(small, "interval").value, abs=1e-12)


@given(rows=CELLS, level=st.sampled_from(LEVELS))
def test_alpha_is_at_most_one_and_the_order_of_raters_and_units_does_not_matter(rows: Any, level: str) -> None:
    found = alpha(numbers(rows), level).value
    assert found is None or found <= 1
    turned = alpha(numbers([row[::-1] for row in rows[::-1]]), level).value
    assert turned == (found if found is None else pytest.approx(found, abs=1e-12))


@given(rows=CELLS)
def test_a_figure_has_a_value_or_a_reason_and_never_nan(rows: Any) -> None:
    for name, found in every_figure(numbers(rows)).items():
        assert (found.value is None) == (found.reason is not None), name
        assert found.value is None or np.isfinite(found.value), name


@given(rows=CELLS)
def test_every_two_answers_to_a_unit_are_partners_once(rows: Any) -> None:
    table = numbers(rows)
    left, right = partners(table.unit, table.rater)
    found = sorted(zip(table.unit[left], table.rater[left], table.rater[right], strict=True))
    names = [{str(at) for at, value in enumerate(row) if value is not None} for row in rows]
    assert len(found) == len(set(found)) == sum(len(one) * (len(one) - 1) // 2 for one in names)
    assert all(one < other for _, one, other in found) and (table.unit[left] == table.unit[right]).all()


def test_the_mean_over_pairs_of_raters_says_so() -> None:
    two, three = choices(["ab", "aa", "bb"], "ab"), choices(["aba", "aab", "bbb"], "ab")
    assert "pairs" not in cohen(two).signature
    assert "pairs:mean of 3" in cohen(three).signature
    pairs = [
        choices([word[at] + word[to] for word in ("aba", "aab", "bbb")], "ab") for at, to in ((0, 1), (0, 2), (1, 2))
    ]
    expected = fmean(cohen(one).value or 0 for one in pairs)
    assert cohen(three).value == pytest.approx(expected)


def test_a_signature_tells_how_the_figure_was_made() -> None:
    table = numbers([[1, 2], [2, 2], [3, 1]] * 4)
    plain, drawn = alpha(table, "ordinal"), alpha(table, "ordinal", rounds=50, seed=7)
    assert plain.signature.startswith("alpha|level:ordinal|raters:2|version:")
    assert drawn.signature.startswith("alpha|level:ordinal|raters:2|rounds:50|seed:7|version:")
    assert plain.value == drawn.value and plain.low is None and drawn.low is not None


def test_ties_are_neither_rewarded_nor_punished() -> None:
    """Six pairs of four units: two ordered alike, one tied by both, one otherwise, two tied by one alone."""
    found = pairwise_accuracy(numbers([[1, 1], [1, 1], [2, 3], [3, 2]]))
    assert found.value == pytest.approx((4 + 1) / 6)
    assert pairwise_accuracy(numbers([[1, 1], [2, 1], [3, 1]])).value == 0
    assert pairwise_accuracy(numbers([[1, 1], [1, 1], [1, 1]])).value == 1


def test_pairs_of_raters_count_alike_however_many_units_they_share() -> None:
    """Raters 0 and 1 agree on all of five units, 0 and 2 on none of three."""
    rows: list[list[Any]] = [[1, 1, None], [2, 2, None], [3, 3, 1], [4, 4, 0], [2, 2, 2]]
    each = [numbers([[row[at], row[to]] for row in rows]) for at, to in ((0, 1), (0, 2), (1, 2))]
    for measure in NUMBERS.values():
        expected = fmean(measure(one).value or 0 for one in each)
        assert measure(numbers(rows)).value == pytest.approx(expected)
