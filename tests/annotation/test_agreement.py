"""Agreement: the published figures of textbooks, and what holds for any table."""

import csv
import json
from pathlib import Path
from typing import Any

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.measures.agreement import Alpha, alpha, character_f1, interval, mean_f1, nominal
from annotation.schema import Span

METRICS = {"nominal": nominal, "interval": interval}
TABLES = st.lists(st.lists(st.none() | st.integers(0, 4), min_size=3, max_size=3), min_size=1, max_size=12)


def span(start: int, end: int, *, label: str = "error", question: str = "error") -> Span:
    return Span(question=question, side="translation", start=start, end=end, text="x" * (end - start), label=label)


def textbook(path: Path) -> list[tuple[float | None, ...]]:
    """A table of the books, with a row for each unit instead of each observer."""
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))[1:]
    return list(zip(*[[float(cell) if cell else None for cell in row[1:]] for row in rows], strict=True))


@pytest.mark.parametrize("name", ["wikipedia_3coders", "krippendorff2011_4observers"])
@pytest.mark.parametrize("metric", list(METRICS))
def test_the_figures_of_the_textbooks(gold: Path, name: str, metric: str) -> None:
    folder = gold / "agreement" / "textbook"
    expected = json.loads((folder / "expected.json").read_text())[name]
    found = alpha(textbook(folder / f"{name}.csv"), METRICS[metric])
    assert found.value == pytest.approx(expected[metric], abs=5e-5)


def test_undefined_is_none_with_the_reason() -> None:
    assert alpha([[1, 1], [1, 1]]) == Alpha(None, 2, 4, "all answers are the same")
    assert alpha([[1, None], [None, 2]]) == Alpha(None, 0, 0, "no unit has two answers")
    assert alpha([]).value is None


def test_one_unit_with_two_values_is_chance() -> None:
    assert alpha([["favor", "against"]]).value == 0


def test_large_numbers_lose_no_digits() -> None:
    small = [[1.0, 2.0], [3.0, 3.0], [5.0, 4.0]]
    large = [[value + 1e9 for value in row] for row in small]
    assert alpha(large, interval).value == pytest.approx(alpha(small, interval).value)


@given(table=TABLES, metric=st.sampled_from(list(METRICS.values())))
def test_alpha_is_at_most_one_and_the_order_of_raters_and_units_does_not_matter(table: Any, metric: Any) -> None:
    found = alpha(table, metric)
    assert found.value is None or found.value <= 1
    turned = alpha([row[::-1] for row in table[::-1]], metric)
    assert turned.value == (found.value if found.value is None else pytest.approx(found.value))


@given(table=TABLES, name=st.sampled_from(list(METRICS)))
def test_a_second_implementation_says_the_same(table: list[list[int | None]], name: Any) -> None:
    found = alpha(table, METRICS[name])
    if found.value is not None:
        data = np.array([[np.nan if value is None else value for value in row] for row in table]).T
        assert found.value == pytest.approx(krippendorff.alpha(data, level_of_measurement=name))


def test_characters_count_once_however_many_spans_hold_them() -> None:
    assert character_f1([span(0, 6), span(2, 4)], [span(3, 9)]) == pytest.approx(2 * 3 / 12)


def test_two_answers_without_a_mark_agree_and_one_against_none_does_not() -> None:
    assert character_f1([], []) == 1 and character_f1([span(0, 3)], []) == 0


def test_labels_count_where_they_are_asked_for() -> None:
    one, other = [span(0, 4, label="favor")], [span(0, 4, label="against")]
    assert character_f1(one, other) == 1 and character_f1(one, other, labelled=True) == 0
    assert character_f1([span(0, 4)], [span(0, 4, question="omission")]) == 0, "another text"


def test_the_mean_is_over_all_pairs() -> None:
    assert mean_f1([[span(0, 2)], [span(0, 2)], [span(2, 4)]]) == pytest.approx(1 / 3)
    assert mean_f1([[span(0, 2)]]) is None
