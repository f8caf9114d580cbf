"""Scores: each preset on cases where it differs from the others, levels, z-scores and intervals."""

from collections.abc import Sequence
from statistics import fmean, stdev
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from annotation.measures.scores import Level, Preset, Rating, Score, presets, rated, score, unweighted, valued
from annotation.measures.scores.levels import interval

KNOWN = presets()
MQM = ("google-2021", "wmt23", "wmt24", "mqm-core")
SEVERITIES = ("Neutral", "Minor", "Major", "Critical")
CATEGORIES = ("Accuracy/Omission", "Fluency/Punctuation", "Source error", "Non-translation!", "Style/Awkward")
ERRORS = st.lists(st.tuples(st.sampled_from(CATEGORIES), st.sampled_from(SEVERITIES)), max_size=7)
RATINGS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 6), st.sampled_from("rst"), ERRORS), max_size=25)
Errors = Sequence[tuple[str, str]]


def rating(outlet: str, at: int, rater: str = "r", errors: Errors = (), **more: Any) -> Rating:
    facts: dict[str, Any] = {"unit": f"{outlet}{at}", "document": f"{outlet}/d{at // 4}", "item": f"{at}"}
    facts |= {"words": 10 + at} | more
    return Rating(outlet=outlet, rater=rater, errors=tuple(errors), **facts)


def one(preset: str | Preset, *errors: tuple[str, str], words: int = 100) -> float | None:
    """The score of one segment with these errors."""
    chosen = KNOWN[preset] if isinstance(preset, str) else preset
    return score(rated([rating("a", 0, errors=errors, words=words)]), chosen, "segment")[0].figure.value


def by_name(scores: list[Score]) -> dict[str, float | None]:
    return {found.name: found.figure.value for found in scores}


@pytest.mark.parametrize(
    ("category", "severity", "weights"),
    [
        # google-2021, wmt23, wmt24, mqm-core; None is an error that no rule covers
        ("Accuracy/Mistranslation", "Major", (5, 5, 5, 5)),
        ("Accuracy/Mistranslation", "Minor", (1, 1, 1, 1)),
        ("Accuracy/Mistranslation", "Neutral", (0, None, 0, 0)),
        ("Accuracy/Mistranslation", "Critical", (None, 5, 5, 25)),
        ("Accuracy/Mistranslation", "Trivial", (None, 0.1, None, None)),
        ("Fluency/Punctuation", "Minor", (0.1, 0.1, 0.1, 1)),
        ("Fluency/Punctuation", "Major", (5, 5, 5, 5)),
        ("Fluency/Punctuation", "Critical", (None, 5, 5, 25)),
        ("Linguistic conventions/Punctuation", "Minor", (1, 0.1, 1, 1)),
        ("Fluency/Grammar", "Minor", (1, 1, 1, 1)),
        ("Source error", "Major", (5, 0, 0, 5)),
        ("Source error", "Minor", (1, 0, 0, 1)),
        ("Source issue", "Major", (5, 0, 0, 5)),
        ("Creative Reinterpretation", "Major", (5, 0, 0, 5)),
        ("Creative Reinterpretation", "Minor", (1, 0, 0, 1)),
        ("Non-translation!", "Major", (25, 25, 25, 5)),
        ("Non-translation!", "Minor", (25, 25, 25, 1)),
        ("Non-translation!", "Neutral", (25, 25, 0, 0)),
        ("non_translation", "major", (25, 25, 25, 5)),
        ("fluency/punctuation", "minor", (0.1, 0.1, 0.1, 1)),
        ("Fluency/Punctuations", "Minor", (1, 0.1, 0.1, 1)),
        ("Other", "", (None, None, None, None)),
    ],
)
def test_presets_differ_exactly_where_they_should(
    category: str, severity: str, weights: tuple[float | None, ...]
) -> None:
    assert tuple(KNOWN[name].weight(category, severity) for name in MQM) == weights
    table = rated([rating("a", 0, errors=[(category, severity)], words=100)])
    for name, weight in zip(MQM, weights, strict=True):
        points = weight or 0
        assert one(name, (category, severity)) == pytest.approx(100 - points if name == "mqm-core" else points)
        assert unweighted(table, KNOWN[name]) == ({(category, severity): 1} if weight is None else {})


@pytest.mark.parametrize("name", MQM[:3])
def test_errors_add_up_without_a_limit_and_beside_a_non_translation(name: str) -> None:
    assert one(name, *[("Style/Awkward", "Major")] * 6) == 30
    assert one(name, ("Non-translation!", "Major"), ("Style/Awkward", "Major")) == 30
    assert one(name) == 0


def test_a_preset_of_ones_own_may_set_limits() -> None:
    changed = KNOWN["google-2021"].model_copy(update={"cap": 25.0})
    assert one(changed, *[("Style/Awkward", "Major")] * 6) == 25
    changed = KNOWN["google-2021"].model_copy(update={"alone": ["Non-translation"]})
    assert one(changed, ("Style/Awkward", "Major"), ("Non-translation!", "Major"), ("Other", "Major")) == 25
    assert one(changed, ("Style/Awkward", "Major")) == 5


def test_the_quality_score_is_the_example_of_the_mqm_council() -> None:
    # Ten minor errors in a text of 1,000 words.
    assert one("mqm-core", *[("Style/Awkward", "Minor")] * 10, words=1000) == pytest.approx(99)
    assert one("mqm-core", ("Style/Awkward", "Critical"), words=5) == pytest.approx(-400)


def test_penalties_and_words_of_a_document_are_summed_up_before_they_are_divided() -> None:
    table = rated([rating("a", 0, errors=[("S", "Major")], words=10), rating("a", 1, words=90)])
    assert by_name(score(table, KNOWN["mqm-core"], "document")) == {"a/d0": pytest.approx(95)}
    assert by_name(score(table, KNOWN["mqm-core"], "segment")) == {"a1": 100, "a0": 50}


def test_words_that_can_not_be_counted_leave_the_score_undefined() -> None:
    table = rated([rating("a", 0, words=-1), rating("b", 0, words=8)])
    first, last = score(table, KNOWN["mqm-core"])
    assert (first.name, first.figure.value, first.rank) == ("b", 100, 1)
    assert (last.name, last.figure.value, last.rank) == ("a", None, None)
    assert last.figure.reason == "words of the source can't be counted"


@given(RATINGS, st.sampled_from(MQM), st.randoms())
def test_neither_the_order_of_answers_nor_the_names_of_raters_matter(rows: list[Any], name: str, random: Any) -> None:
    before = [
        rating(outlet, at, rater, errors) for outlet, at, rater, errors in {row[:3]: row for row in rows}.values()
    ]
    after = [found._replace(rater={"r": "z", "s": "x", "t": "y"}[found.rater]) for found in before]
    random.shuffle(after)
    for level in ("segment", "document", "outlet"):
        wanted = {found.name: found.figure for found in score(rated(before), KNOWN[name], level, rounds=20)}
        for found in score(rated(after), KNOWN[name], level, rounds=20):
            assert found.figure.value == pytest.approx(wanted[found.name].value)
            assert found.figure[2:4] == wanted[found.name][2:4]
            if found.figure.low is not None:
                assert found.figure.low == pytest.approx(wanted[found.name].low)


@given(RATINGS, RATINGS, st.sampled_from(MQM[:3]))
def test_the_score_of_a_union_is_the_weighted_mean(left: list[Any], right: list[Any], name: str) -> None:
    parts = []
    for side, rows in enumerate((left, right)):
        given_once = {row[1:3]: row[1:] for row in rows}.values()
        parts.append([rating("a", at + 10 * side, rater, errors) for at, rater, errors in given_once])
    figures = [found.figure for part in parts for found in score(rated(part), KNOWN[name], rounds=0)]
    whole = score(rated([*parts[0], *parts[1]]), KNOWN[name], rounds=0)
    if figures:
        total = sum((figure.value or 0) * figure.units for figure in figures)
        assert whole[0].figure.value == pytest.approx(total / sum(figure.units for figure in figures))
        assert whole[0].ratings == sum(figure.answers for figure in figures)


@given(ERRORS, st.sampled_from(MQM))
def test_a_rule_that_never_matches_changes_nothing(errors: Errors, name: str) -> None:
    preset = KNOWN[name]
    rule = preset.rules[0].model_copy(update={"category": ["Nowhere"], "severity": [], "weight": 99.0})
    assert one(preset.model_copy(update={"rules": [rule, *preset.rules]}), *errors) == one(preset, *errors)


@given(ERRORS, st.sampled_from(MQM[:3]))
def test_an_answer_is_the_sum_of_its_errors(errors: Errors, name: str) -> None:
    assert one(name, *errors) == pytest.approx(sum(KNOWN[name].weight(*error) or 0 for error in errors))


def test_a_segment_is_the_mean_of_raters_and_a_system_the_mean_of_segments() -> None:
    table = rated(
        [
            rating("a", 0, "r", [("S", "Major")]),
            rating("a", 0, "s"),
            rating("a", 1, "r", [("S", "Minor")]),
            rating("a", 5, "s", [("S", "Minor")] * 3),
        ]
    )
    google = KNOWN["google-2021"]
    assert by_name(score(table, google, "segment")) == {"a1": 1, "a0": 2.5, "a5": 3}
    assert by_name(score(table, google, "document")) == {"a/d0": 1.75, "a/d1": 3}
    (system,) = score(table, google)
    assert system.figure.value == pytest.approx(6.5 / 3)
    assert (system.figure.units, system.ratings) == (3, 4)


@pytest.mark.parametrize(("name", "wanted"), [("google-2021", 2.0), ("wmt23", 2.0), ("wmt24", 3.0)])
def test_the_mean_of_domains_counts_a_small_domain_as_much_as_a_large_one(name: str, wanted: float) -> None:
    table = rated(
        [rating("a", at, errors=[("S", "Minor")], domain="news") for at in range(3)]
        + [rating("a", 9, errors=[("S", "Major")], domain="speech")]
    )
    (system,) = score(table, KNOWN[name])
    assert system.figure.value == wanted
    assert system.domains == ({"news": 1, "speech": 5} if name == "wmt24" else {})
    assert ("mean:domains" in system.figure.signature) == (name == "wmt24")


def esa(outlet: str, at: int, number: float, rater: str = "r", **more: Any) -> Rating:
    return rating(outlet, at, rater, numbers={"score": number}, **more)


def test_esa_is_the_number_whatever_is_marked() -> None:
    table = rated([esa("a", 0, 70, errors=[("error", "major")] * 4), esa("a", 1, 90), esa("b", 0, 85)])
    found = score(table, KNOWN["esa"])
    assert [(row.name, row.figure.value, row.rank) for row in found] == [("b", 85, 1), ("a", 80, 2)]


def test_esa_drops_what_wmt24_drops_and_says_how_much() -> None:
    rows = [
        esa("a", 0, 60),
        esa("a", 1, 0, document="a/news#incomplete"),
        esa("a", 2, 0, document="a/news#dup1"),
        esa("a", 3, 0, kind="BAD"),
        esa("a-tutorial", 4, 0),
        esa("a", 5, 0, document="a/canary"),
        esa("a", 6, 101),
        rating("a", 7),
    ]
    table = rated(rows)
    assert by_name(score(table, KNOWN["esa"]))["a"] == 60
    assert valued(table, KNOWN["esa"]).left_out == {"dropped by the preset": 5, "no number from 0 to 100": 2}
    assert by_name(score(table, KNOWN["esa"]))["a-tutorial"] is None


def test_the_newest_rating_of_a_rater_counts() -> None:
    rows = [esa("a", 0, 10, updated="2"), esa("a", 0, 90, updated="3"), esa("a", 0, 50, updated="1")]
    assert by_name(score(rated(rows), KNOWN["esa"])) == {"a": 90}
    assert by_name(score(rated([*rows, esa("a", 0, 40, "s")]), KNOWN["esa"])) == {"a": 65}


def test_z_scores_are_standard_deviations_from_the_raters_own_mean() -> None:
    strict, kind = [10.0, 20, 60], [70.0, 90, 95]
    rows = [esa("a", at, number, "strict") for at, number in enumerate(strict)]
    rows += [esa("a", at, number, "kind") for at, number in enumerate(kind)]
    wanted = [
        fmean(((x - fmean(strict)) / stdev(strict), (y - fmean(kind)) / stdev(kind)))
        for x, y in zip(strict, kind, strict=True)
    ]
    found = {row.name: row.figure for row in score(rated(rows), KNOWN["esa"], "segment", z=True)}
    assert [found[f"a{at}"].value for at in range(3)] == pytest.approx(wanted)
    assert "|z:rater|" in found["a0"].signature
    (system,) = score(rated(rows), KNOWN["esa"], z=True)
    assert system.figure.value == pytest.approx(0)


def test_raters_without_a_spread_have_no_z_score_and_are_told() -> None:
    rows = [esa("a", at, number, "r") for at, number in enumerate((50, 60, 70))]
    rows += [esa("a", 0, 99, "once")] + [esa("b", at, 80, "same") for at in range(4)]
    table = rated(rows)
    assert valued(table, KNOWN["esa"], z=True).left_out == {
        "no z-score: once, one answer": 1,
        "no z-score: same, all answers alike": 4,
    }
    first, last = score(table, KNOWN["esa"], z=True)
    assert (first.name, first.ratings) == ("a", 3) and first.figure.value == pytest.approx(0)
    assert last.figure.value is None and "all answers alike" in (last.figure.reason or "")


def test_z_scores_are_made_by_language_pair() -> None:
    rows = [esa("a", at, number, pair="en-de") for at, number in enumerate((10, 20))]
    rows += [esa("a", at, number, pair="en-fr", unit=f"f{at}") for at, number in enumerate((80, 100))]
    found = by_name(score(rated(rows), KNOWN["esa"], "segment", z=True))
    assert found == pytest.approx({"a0": -(0.5**0.5), "a1": 0.5**0.5, "f0": -(0.5**0.5), "f1": 0.5**0.5})


def test_intervals_are_those_of_the_percentile_bootstrap() -> None:
    values = np.random.default_rng(5).integers(0, 101, 80).astype(np.float64)
    found = interval([(values, np.ones(80))], 4000, seed=(1, 2))
    oracle = stats.bootstrap((values,), np.mean, n_resamples=4000, method="percentile", rng=7).confidence_interval
    assert found == pytest.approx((oracle.low, oracle.high), abs=0.8)
    weighted = interval([(values, values + 1)], 500, seed=(1, 2))
    assert weighted and weighted[0] < np.average(values, weights=values + 1) < weighted[1]


def test_an_interval_is_the_same_whatever_else_is_scored() -> None:
    rows = [esa("a", at, at * 5 % 90) for at in range(20)]
    (alone,) = score(rated(rows), KNOWN["esa"])
    both = score(rated([esa("b", at, 99) for at in range(20)] + rows[::-1]), KNOWN["esa"])
    assert both[1].figure == alone.figure and alone.figure.low is not None and alone.figure.high is not None
    assert alone.figure.low < (alone.figure.value or 0) < alone.figure.high
    assert score(rated(rows), KNOWN["esa"], seed=1)[0].figure.low != alone.figure.low
    assert score(rated(rows[:9]), KNOWN["esa"])[0].figure.low is None


def test_ranks_are_by_language_pair_and_shared_by_equals() -> None:
    rows = [esa(name, 0, value) for name, value in (("a", 80), ("b", 90), ("c", 80), ("d", 70))]
    rows += [esa("a", 0, 20, pair="en-fr", unit="f")]
    assert [(row.pair, row.name, row.rank) for row in score(rated(rows), KNOWN["esa"])] == [
        *[("", "b", 1), ("", "a", 2), ("", "c", 2), ("", "d", 4)],
        ("en-fr", "a", 1),
    ]


@pytest.mark.parametrize("level", ["segment", "document", "outlet"])
def test_nothing_rated_is_no_score(level: Level) -> None:
    assert [score(rated([]), preset, level) for preset in KNOWN.values()] == [[]] * len(KNOWN)
