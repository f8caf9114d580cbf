"""Agreement on marks: by hand, against the set of characters, and stances taken apart."""

from collections import defaultdict
from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.measures import spans as module
from annotation.measures.bootstrap import figure
from annotation.measures.figure import Figure
from annotation.measures.marks import marks
from annotation.measures.spans import MEASURES, Compared, character_f1, compared, mean_f1, measures, span_sums
from annotation.schema import Span
from annotation.schemes.scheme import Spans
from tests.annotation.units import ESA, STANCE

UNITS = st.lists(
    st.lists(
        st.lists(st.tuples(st.integers(0, 12), st.integers(0, 6), st.sampled_from("xyz")), max_size=4),
        min_size=1,
        max_size=4,
    ),
    min_size=1,
    max_size=4,
)


def span(start: int, end: int, *, label: str = "error", question: str = "error", **more: Any) -> Span:
    place = {"question": question, "side": "translation", "start": start, "end": end, "text": "x" * (end - start)}
    return Span.model_validate(place | {"label": label} | more)


def compare(*units: list[list[Span]]) -> Compared:
    """Compare the answers to some units: each a list of answers, each a list of marks."""
    given_to = [(unit, rater, answer) for unit, answers in enumerate(units) for rater, answer in enumerate(answers)]
    kind = pa.struct([(name, pa.int64() if name in ("start", "end") else pa.string()) for name in Span.model_fields])
    rows = pa.table({"spans": pa.array([[one.model_dump() for one in told] for *_, told in given_to], pa.list_(kind))})
    unit, rater = (np.array([one[at] for one in given_to], dtype=np.int64) for at in (0, 1))
    return compared(marks(rows, "error"), unit, rater)


def figures(*units: list[list[Span]]) -> dict[str, Figure]:
    found = compare(*units)
    return {name: figure(span_sums(found, name, len(units))) for name in MEASURES}


def test_characters_count_once_however_many_marks_hold_them() -> None:
    one, other = [span(0, 6), span(2, 4)], [span(3, 9)]
    assert character_f1(one, other) == pytest.approx(2 * 3 / 12)
    assert figures([one, other])["character_f1"].value == pytest.approx(2 * 3 / 12)


def test_answers_without_a_mark_agree_in_the_mean_and_count_nothing_in_the_pool() -> None:
    found = figures([[], []], [[span(0, 4)], [span(2, 6)]], [[], [span(0, 3)]])
    assert found["character_f1_mean"].value == pytest.approx((1 + 0.5 + 0) / 3)
    assert found["character_f1"].value == pytest.approx(2 * 2 / (4 + 4 + 3))
    assert found["overlap_f1"].value == pytest.approx(2 / 3)
    assert (found["character_f1"].units, found["character_f1"].answers) == (3, 6)
    nothing = figures([[], []])
    assert (nothing["overlap_f1"].value, nothing["overlap_f1"].reason) == (None, "nobody marked anything")
    alone = figures([[span(0, 3)]])
    assert {one.reason for one in alone.values()} == {"no unit has two answers"}


def test_any_overlap_will_do_and_each_mark_is_found_once() -> None:
    """Of the one's three marks two meet the other's long one; the other's second meets nothing."""
    found = figures([[span(0, 2), span(4, 6), span(20, 22)], [span(1, 5), span(10, 12)]])
    assert found["overlap_f1"].value == pytest.approx((2 + 1) / (3 + 2))


def test_marks_that_touch_do_not_overlap_and_a_point_meets_a_point() -> None:
    assert figures([[span(0, 3)], [span(3, 6)]])["overlap_f1"].value == 0
    assert figures([[span(3, 3)], [span(3, 3)]])["overlap_f1"].value == 1
    assert figures([[span(3, 3)], [span(3, 6)]])["overlap_f1"].value == 0
    assert figures([[span(3, 3)], [span(3, 3)]])["character_f1"].value is None, "they hold no character"


def test_labels_are_compared_on_marks_matched_by_their_place_alone() -> None:
    """The longer overlap wins, though the shorter one would have the same label."""
    one = [span(0, 10, label="accuracy", severity="major"), span(30, 33, label="style", severity="minor")]
    other = [span(0, 4, label="accuracy"), span(3, 10, label="fluency", severity="major"), span(30, 34, label="style")]
    found = figures([one, other])
    assert found["label_agreement"].value == pytest.approx(1 / 2)
    assert found["severity_agreement"].value == pytest.approx(1 / 2)
    assert figures([[span(0, 2)], [span(5, 7)]])["label_agreement"].reason == "no two marks overlap"


def test_labels_tell_characters_apart_where_that_is_asked() -> None:
    one, other = [span(0, 4, label="favor")], [span(0, 4, label="against")]
    assert character_f1(one, other) == 1 and character_f1(one, other, labelled=True) == 0
    found = figures([one, other])
    assert (found["character_f1"].value, found["labelled_character_f1"].value) == (1, 0)
    assert character_f1([span(0, 4)], [span(0, 4, question="omission")]) == 0, "another text"


def test_stances_are_taken_apart_into_holders_and_their_polarity() -> None:
    """Both find the outlet and Ada Moor, and differ on Moor; one alone finds somebody without a name."""
    moor = {"holder": "actor", "holder_name": "Ada Moor"}
    one = [
        span(0, 2, label="favor", holder="author"),
        span(4, 6, label="against", **moor),
        span(8, 9, label="favor", holder="unspecified"),
    ]
    other = [
        span(10, 12, label="favor", holder="author"),
        span(4, 6, label="against", **moor | {"holder_name": " ada  MOOR"}),
        span(14, 16, label="mixed", **moor),
    ]
    found = figures([one, other])
    assert found["holder_f1"].value == pytest.approx(2 * 2 / (3 + 2))
    assert found["polarity_agreement"].value == pytest.approx(1 / 2)
    assert found["holder_polarity_f1"].value == pytest.approx(2 * 1 / (3 + 2))
    assert figures([[span(0, 2, **moor)], [span(0, 2, holder="actor")]])["holder_f1"].value == 0, "a name is a name"
    apart = figures([[span(0, 2, holder="author")], [span(0, 2, holder="unspecified")]])
    assert (apart["holder_f1"].value, apart["polarity_agreement"].reason) == (0, "no holder was found twice")


def test_the_mean_is_over_all_pairs() -> None:
    answers = [[span(0, 2)], [span(0, 2)], [span(2, 4)]]
    assert mean_f1(answers) == pytest.approx(1 / 3)
    assert figures(answers)["character_f1_mean"].value == pytest.approx(1 / 3)
    assert mean_f1([[span(0, 2)]]) is None


def test_only_what_fits_the_question_is_measured() -> None:
    by_name = {
        one.name: measures(one) for scheme in (ESA, STANCE) for one in scheme.questions if isinstance(one, Spans)
    }
    assert "severity_agreement" in by_name["error"] and "label_agreement" not in by_name["error"]
    assert {"holder_f1", "label_agreement"} < set(by_name["evidence"])
    assert "severity_agreement" not in by_name["evidence"]


@given(told=UNITS)
def test_columns_say_what_sets_of_characters_say(told: Any) -> None:
    units = [[[span(at, at + size, label=label) for at, size, label in one] for one in answers] for answers in told]
    found = compare(*units)
    assert [found.counts[name].tolist() for name in ("f1", "f1_labelled")] == [
        pytest.approx([character_f1(one, other, labelled=labelled) for one, other in pairs(found, units)])
        for labelled in (False, True)
    ]
    met = [sum(meets(a, two) for a in one) + sum(meets(b, one) for b in two) for one, two in pairs(found, units)]
    assert found.counts["met"].tolist() == met


def pairs(found: Compared, units: list[list[list[Span]]]) -> list[tuple[list[Span], list[Span]]]:
    places = zip(found.unit, found.left, found.right, strict=True)
    return [(units[unit][one], units[unit][other]) for unit, one, other in places]


def meets(mark: Span, others: list[Span]) -> bool:
    points = [one for one in others if one.start == one.end == mark.start == mark.end]
    return bool(points) or any(min(mark.end, one.end) > max(mark.start, one.start) for one in others)


@given(told=UNITS)
def test_matching_is_one_to_one_and_most_characters_first(told: Any) -> None:
    units = [[[span(at, at + size, label=label) for at, size, label in one] for one in answers] for answers in told]
    found = compare(*units)
    for at, (one, other) in enumerate(pairs(found, units)):
        near = [
            (-(min(a.end, b.end) - max(a.start, b.start)), i, j)
            for i, a in enumerate(one)
            for j, b in enumerate(other)
            if meets(a, [b])
        ]
        left, right, same = set[int](), set[int](), 0
        for _, i, j in sorted(near):
            if i not in left and j not in right:
                left.add(i)
                right.add(j)
                same += one[i].label == other[j].label
        assert (found.counts["matched"][at], found.counts["same_label"][at]) == (len(left), same)


def test_chunks_of_combinations_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(2)
    units = []
    for _ in range(6):
        places = draw.integers(0, 30, (3, 4)).tolist()
        units.append([[span(at, at + 5, label="xy"[at % 2], holder="h") for at in one] for one in places])
    whole = compare(*units)
    monkeypatch.setattr(module, "COMBINATIONS", 3)
    parts = compare(*units)
    assert all((whole.counts[name] == parts.counts[name]).all() for name in whole.counts)


def test_every_pair_of_answers_is_compared_once() -> None:
    found = compare([[span(0, 1)], [], [span(0, 1)]], [[], []])
    seen: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for unit, one, other in zip(found.unit.tolist(), found.left.tolist(), found.right.tolist(), strict=True):
        seen[unit].append((one, other))
    assert {unit: sorted(told) for unit, told in seen.items()} == {0: list(combinations(range(3), 2)), 1: [(0, 1)]}
