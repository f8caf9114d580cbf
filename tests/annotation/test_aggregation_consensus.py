"""The consensus of spans: a vote on every character, and nothing that nobody marked."""

from collections import Counter
from collections.abc import Iterable
from itertools import groupby, pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from annotation.measures.aggregation.consensus import consensus
from annotation.schema import Span

TEXT = "A 🚗 for „Zoë“: e\u0301 wins."


def span(start: int, end: int, label: str = "favor", **more: Any) -> dict[str, Any]:
    place = {"question": "evidence", "side": "article", "start": start, "end": end, "text": TEXT[start:end]}
    return Span(**place | {"label": label} | more).model_dump()


def agreed(*given: list[dict[str, Any]]) -> list[tuple[int, int, str]]:
    return [(one["start"], one["end"], one["label"]) for one in consensus(given, {"article": TEXT})]


def test_more_than_half_must_mark_a_character() -> None:
    assert agreed([span(0, 6)], [span(3, 9)], [span(4, 12)]) == [(3, 9, "favor")]
    assert agreed([span(0, 6)], [span(3, 9)]) == [(3, 6, "favor")]
    assert agreed([span(0, 6)], [span(0, 6)], [], []) == [], "half is not more than half"


def test_the_text_is_that_of_the_characters() -> None:
    (found,) = consensus([[span(2, 9)], [span(2, 3)]], {"article": TEXT})
    assert (found["text"], Span(**found).text) == ("🚗", TEXT[2:3])


def test_of_one_rater_or_none_there_is_no_consensus() -> None:
    assert agreed([span(0, 6)]) == [] and agreed() == [] and agreed([], []) == []


def test_a_label_without_a_majority_is_not_made_up() -> None:
    assert agreed([span(0, 6)], [span(0, 6, "against")]) == []
    assert agreed([span(0, 6)], [span(0, 4, "against")], [span(0, 4)]) == [(0, 4, "favor")]
    three = [[span(0, 6, label)] for label in ("favor", "against", "mixed")]
    assert agreed(*three) == []


def test_neighbours_with_other_labels_stay_apart_and_with_the_same_one_they_join() -> None:
    apart = [span(0, 4), span(4, 8, "against")]
    assert agreed(apart, apart) == [(0, 4, "favor"), (4, 8, "against")]
    joined = [span(0, 4), span(4, 8)]
    assert agreed(joined, [span(0, 8)]) == agreed(joined, joined) == [(0, 8, "favor")]
    assert agreed([span(0, 3), span(4, 8)], [span(0, 8)]) == [(0, 3, "favor"), (4, 8, "favor")], "a gap stays"


def test_two_marks_on_one_passage_are_two_spans() -> None:
    both = [span(0, 8), span(2, 6, "against")]
    assert agreed(both, both) == [(0, 8, "favor"), (2, 6, "against")]


def test_a_rater_who_marks_a_passage_twice_is_one_rater() -> None:
    assert agreed([span(0, 6), span(2, 8)], [span(7, 9)], []) == [(7, 8, "favor")]


def test_questions_have_nothing_to_do_with_each_other() -> None:
    other = span(0, 6, question="doubt")
    assert agreed([span(0, 6)], [other]) == []
    found = consensus([[span(0, 6), other], [span(0, 6), other]], {"article": TEXT})
    assert [one["question"] for one in found] == ["doubt", "evidence"]


def test_holder_and_severity_need_a_majority_of_those_who_gave_the_label() -> None:
    def severities(*given: str) -> list[str | None]:
        spans = [[span(0, 6, severity=one)] for one in given]
        return [one["severity"] for one in consensus(spans, {"article": TEXT})]

    assert severities("major", "major", "minor") == ["major"]
    assert severities("major", "minor") == [None], "the label is agreed on, the severity is not"
    mixed = [[span(0, 6, holder="author")], [span(0, 6, holder="actor")], [span(0, 6, "against", holder="actor")]]
    assert [(one["label"], one["holder"]) for one in consensus(mixed, {"article": TEXT})] == [("favor", None)]


def test_a_name_needs_a_majority_too_and_comments_are_not_voted_on() -> None:
    def name(*given: str | None) -> str | None:
        spans = [[span(0, 6, holder="actor", holder_name=one, comment="!")] for one in given]
        (found,) = consensus(spans, {"article": TEXT})
        assert found["comment"] is None
        return str(found["holder_name"]) if found["holder_name"] else None

    assert name("Zoë", "Zoë", None) == "Zoë" and name("Zoë", None) is None and name("Zoë", "she") is None


def test_spans_without_a_length_mark_nothing() -> None:
    assert agreed([span(3, 3)], [span(3, 3)]) == []
    assert agreed([span(0, 6), span(3, 3, "against")], [span(0, 6), span(3, 3, "against")]) == [(0, 6, "favor")]


SPANS = st.builds(
    lambda start, length, label, row: span(start, min(start + length, len(TEXT)), label, severity=row),
    st.integers(0, len(TEXT)),
    st.integers(0, 6),
    st.sampled_from(["favor", "against"]),
    st.sampled_from([None, "major", "minor"]),
)
GIVEN = st.lists(st.lists(SPANS, max_size=4), max_size=5)


def by_character(given: list[list[dict[str, Any]]]) -> set[tuple[int, str, str | None]]:
    """The same vote, one character after the other: place, label and severity."""
    found = set()
    for at in range(len(TEXT) if len(given) > 1 else 0):
        marks = [
            {(one["label"], one["severity"]) for one in spans if one["start"] <= at < one["end"]} for spans in given
        ]
        marks = [mark for mark in marks if mark]
        if len(marks) > len(given) / 2:
            for label in chosen({label for label, _ in mark} for mark in marks):
                rows = [{row for one, row in mark if one == label} for mark in marks]
                found |= {(at, label, row) for row in chosen(rows) or [None]}
    return found


def chosen(votes: Iterable[set[Any]]) -> list[Any]:
    given = [vote for vote in votes if vote]
    counts = Counter(one for vote in given for one in vote)
    return [one for one, count in counts.items() if count > len(given) / 2]


@given(given=GIVEN)
def test_a_second_implementation_says_the_same(given: list[list[dict[str, Any]]]) -> None:
    found = consensus(given, {"article": TEXT})
    cells = [(at, one["label"], one["severity"]) for one in found for at in range(one["start"], one["end"])]
    assert len(cells) == len(set(cells)) and set(cells) == by_character(given)


@given(given=GIVEN)
def test_spans_are_whole_sorted_and_cover_their_text(given: list[list[dict[str, Any]]]) -> None:
    found = [Span(**one) for one in consensus(given, {"article": TEXT})]
    assert all(one.text == TEXT[one.start : one.end] and one.start < one.end for one in found)
    assert [one.start for one in found] == sorted(one.start for one in found)
    by_mark = sorted(found, key=lambda one: (one.label, one.severity or "", one.start))
    for _, group in groupby(by_mark, key=lambda one: (one.label, one.severity)):
        runs = list(group)
        assert all(one.end < other.start for one, other in pairwise(runs)), "runs are maximal"


@given(given=GIVEN, data=st.data())
def test_the_order_of_raters_and_of_their_spans_changes_nothing(given: list[list[dict[str, Any]]], data: Any) -> None:
    turned = [data.draw(st.permutations(spans)) for spans in data.draw(st.permutations(given))]
    assert consensus(turned, {"article": TEXT}) == consensus(given, {"article": TEXT})


@given(spans=st.lists(SPANS, max_size=4), raters=st.integers(2, 4))
def test_what_all_mark_alike_is_the_consensus(spans: list[dict[str, Any]], raters: int) -> None:
    found = consensus([spans] * raters, {"article": TEXT})
    cells = {(at, one["label"], one["severity"]) for one in spans for at in range(one["start"], one["end"])}
    assert {(at, one["label"], one["severity"]) for one in found for at in range(one["start"], one["end"])} == cells
