"""One answer out of several: what must hold for each method, whatever was answered."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pytest
from crowdkit.aggregation import DawidSkene
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.measures.aggregation import METHODS, aggregate
from annotation.measures.aggregation.comparison import compare, rated
from annotation.measures.aggregation.dawid_skene import dawid_skene, fitted
from annotation.measures.aggregation.mace import mace
from annotation.measures.table import Table, long

NAMES = ("favor", "against", "unrelated")
MODELS = [name for name in METHODS if name != "majority"]
Rows = list[tuple[str, str, str]]


def unique(rows: Rows) -> Rows:
    return list({row[:2]: row for row in rows}.values())


ANSWERS = st.tuples(
    st.sampled_from([f"u{n}" for n in range(8)]), st.sampled_from([f"r{n}" for n in range(4)]), st.sampled_from(NAMES)
)
ROWS = st.lists(ANSWERS, min_size=1, max_size=30).map(unique)
every_method = pytest.mark.parametrize("method", list(METHODS))


def labels(table: Table, method: str) -> dict[str, str | None]:
    found = aggregate(table, method).labels
    return {unit: None if code < 0 else table.categories[code] for unit, code in zip(table.units, found, strict=True)}


def soft(table: Table, method: str) -> dict[tuple[str, str], float]:
    found = aggregate(table, method).soft
    cells = [(unit, name) for unit in table.units for name in table.categories]
    return dict(zip(cells, found.ravel().tolist(), strict=True))


def simulated(skills: Sequence[float], units: int = 300, seed: int = 1) -> tuple[Table, np.ndarray[Any, Any]]:
    """Everybody answers everything: right as often as their skill says, else anything."""
    draw = np.random.default_rng(seed)
    truth = draw.integers(0, 3, units)
    raters = [f"r{at}" for at in range(len(skills))]
    guesses = draw.integers(0, 3, (units, len(skills)))
    values = np.where(draw.random((units, len(skills))) < np.array(skills), truth[:, None], guesses)
    unit, rater = np.divmod(np.arange(values.size), len(skills))
    return Table(unit, rater, values.ravel(), [f"u{at}" for at in range(units)], raters, NAMES), truth


@every_method
@settings(max_examples=40)
@given(rows=ROWS)
def test_probabilities_add_up_and_labels_are_their_top(method: str, rows: Rows) -> None:
    table = long(rows, NAMES)
    found = aggregate(table, method)
    assert found.soft.sum(axis=1) == pytest.approx(1)
    assert not np.isnan(found.soft).any() and ((found.soft >= 0) & (found.soft <= 1)).all()
    top = np.sort(found.soft, axis=1)
    assert (found.labels < 0).tolist() == (top[:, -1] - top[:, -2] <= 1e-9).tolist()
    named = found.labels >= 0
    assert (found.labels[named] == found.soft[named].argmax(axis=1)).all()
    assert all(0 <= value <= 1 for value in found.quality.values())


@every_method
@settings(max_examples=40)
@given(rows=ROWS, data=st.data())
def test_the_order_of_answers_changes_nothing(method: str, rows: Rows, data: Any) -> None:
    turned = long(data.draw(st.permutations(rows)), NAMES)
    assert soft(turned, method) == pytest.approx(soft(long(rows, NAMES), method), abs=1e-6)
    one, other = (aggregate(table, method).quality for table in (long(rows, NAMES), turned))
    assert one == pytest.approx(other, abs=1e-6)


@every_method
@settings(max_examples=40)
@given(rows=ROWS, order=st.permutations(NAMES))
def test_classes_by_other_names_are_the_same_classes(method: str, rows: Rows, order: list[str]) -> None:
    names = dict(zip(NAMES, order, strict=True))
    before = soft(long(rows, NAMES), method)
    after = soft(long([(unit, rater, names[value]) for unit, rater, value in rows], NAMES), method)
    assert {(unit, names[value]): share for (unit, value), share in before.items()} == pytest.approx(after, abs=1e-6)


@every_method
@settings(max_examples=40)
@given(rows=ROWS)
def test_where_all_agree_that_is_the_label(method: str, rows: Rows) -> None:
    agreed = {unit: value for unit, _, value in rows}
    assert labels(long([(unit, rater, agreed[unit]) for unit, rater, _ in rows], NAMES), method) == agreed


@every_method
def test_a_rater_who_guesses_is_rated_lowest_and_is_outvoted(method: str) -> None:
    table, truth = simulated([0.9, 0.8, 0.7, 0.6, 0.0])
    found = aggregate(table, method)
    assert min(found.quality, key=found.quality.__getitem__) == "r4"
    assert list(found.quality.values())[:4] == sorted(list(found.quality.values())[:4], reverse=True)
    assert (found.labels == truth).mean() > 0.85


@pytest.mark.parametrize("method", MODELS)
def test_models_trust_one_good_rater_more_than_three_guessing_ones(method: str) -> None:
    table, truth = simulated([0.97, 0.9, 0.1, 0.1, 0.1])
    right = {name: (aggregate(table, name).labels == truth).mean() for name in ("majority", method)}
    assert right[method] > right["majority"] + 0.1


@every_method
def test_what_can_not_be_told_apart_stays_a_tie(method: str) -> None:
    rows = [("u", "a", "favor"), ("u", "b", "against"), ("v", "a", "against"), ("v", "b", "favor")]
    assert labels(long(rows, NAMES), method) == {"u": None, "v": None}


@every_method
def test_one_rater_is_believed(method: str) -> None:
    rows = [("u", "a", "favor"), ("v", "a", "against"), ("w", "a", "favor")]
    assert labels(long(rows, NAMES), method) == {"u": "favor", "v": "against", "w": "favor"}


@every_method
def test_one_category_is_the_answer(method: str) -> None:
    found = aggregate(long([("u", "a", "yes"), ("u", "b", "yes")]), method)
    assert found.labels.tolist() == [0] and found.soft.tolist() == [[1.0]]


@every_method
@pytest.mark.parametrize("categories", [(), NAMES])
def test_an_empty_table_has_no_labels(method: str, categories: tuple[str, ...]) -> None:
    nothing = np.array([], dtype=np.int64)
    found = aggregate(Table(nothing, nothing, nothing, ["u", "v"], ["a"], categories), method)
    assert found.labels.tolist() == [-1, -1] and found.soft.shape == (2, len(categories)) and not found.soft.any()
    assert found.converged and found.quality == {}


@every_method
def test_numbers_are_refused(method: str) -> None:
    with pytest.raises(ValueError, match="no categories"):
        aggregate(long([("u", "a", 1.0)], ()), method)


@every_method
def test_units_and_raters_without_an_answer_change_nothing(method: str) -> None:
    rows = [("u", "a", "favor"), ("u", "b", "favor"), ("v", "a", "against"), ("v", "b", "favor")]
    table = long(rows, NAMES)
    wider = Table(table.unit + 1, table.rater + 1, table.value, ["x", *table.units], ["0", *table.raters], NAMES)
    found = aggregate(wider, method)
    assert found.labels[0] == -1 and not found.soft[0].any() and "0" not in found.quality
    assert found.soft[1:] == pytest.approx(aggregate(table, method).soft)


@pytest.mark.parametrize("method", [dawid_skene, mace])
def test_too_few_rounds_are_told(method: Any) -> None:
    table, _ = simulated([0.9, 0.6, 0.5, 0.4])
    assert (method(table, rounds=1).converged, method(table, rounds=1).rounds) == (False, 1)
    assert method(table).converged and method(table).rounds > 1
    assert method(table, rounds=1).signature != method(table).signature


def test_a_category_that_nobody_chose_gets_nothing_from_dawid_and_skene() -> None:
    table, _ = simulated([0.7, 0.6, 0.5])
    wider = Table(table.unit, table.rater, table.value, table.units, table.raters, (*NAMES, "never"))
    found = dawid_skene(wider)
    assert not found.soft[:, 3].any() and found.soft[:, :3] == pytest.approx(dawid_skene(table).soft, abs=1e-6)


def test_an_answer_given_twice_counts_twice() -> None:
    rows = [("u", "a", "favor"), ("u", "b", "against"), ("v", "a", "favor"), ("v", "b", "favor"), ("w", "b", "against")]
    once, twice = long(rows, NAMES), long([*rows, rows[0]], NAMES)
    assert labels(once, "majority")["u"] is None and labels(twice, "majority")["u"] == "favor"
    assert fitted(twice).votes.by_unit.sum() == len(rows) + 1


@pytest.mark.parametrize("seed", range(3))
def test_crowd_kit_has_the_same_posteriors(seed: int) -> None:
    table, _ = simulated([0.8, 0.7, 0.6, 0.5, 0.3], units=80, seed=seed)
    table = table.only(np.random.default_rng(seed).random(len(table)) < 0.8)
    told = pd.DataFrame({"task": table.unit, "worker": table.rater, "label": table.value})
    for rounds in (1, 2, 40):
        oracle = DawidSkene(n_iter=rounds, tol=-1.0).fit(told).probas_
        assert oracle is not None
        wanted = oracle.sort_index().sort_index(axis=1).to_numpy()
        assert dawid_skene(table, rounds=rounds).soft[np.unique(table.unit)] == pytest.approx(wanted, abs=1e-6)


def test_the_comparison_counts_what_each_method_changes() -> None:
    table, _ = simulated([0.97, 0.9, 0.1, 0.1])
    rows = {row.method: row for row in compare(table)}
    base = aggregate(table, "majority").labels
    assert list(rows) == list(METHODS)
    assert (rows["majority"].changed, rows["majority"].agreement) == (0, 1)
    assert rows["majority"].ties == (base < 0).sum() > 0
    for method in MODELS:
        mine = aggregate(table, method).labels
        both = (base >= 0) & (mine >= 0)
        assert rows[method].labels == (mine >= 0).sum() and rows[method].changed == (mine != base).sum() > 0
        assert rows[method].agreement == pytest.approx((mine == base)[both].mean())
        assert rows[method].sureness == pytest.approx(aggregate(table, method).soft.max(axis=1).mean())
    assert [one.rater for one in rated(table, list(rows.values()))] == ["r0", "r1", "r2", "r3"]


def test_the_comparison_of_nothing_is_undefined() -> None:
    for row in compare(long([], NAMES)):
        assert (row.labels, row.ties, row.agreement, row.sureness) == (0, 0, None, None)


def test_of_a_rater_who_only_ties_the_majority_can_say_nothing() -> None:
    table = long([("u", "a", "favor"), ("u", "b", "against"), ("v", "b", "favor")], NAMES)
    first, second = rated(table, compare(table))
    assert (first.rater, first.answers, first.quality["majority"]) == ("a", 1, None)
    assert (second.answers, second.quality["majority"]) == (2, 1.0)
