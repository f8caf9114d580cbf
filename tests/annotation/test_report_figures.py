"""The figures of a report: what is counted, compared and left out."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.campaign import Campaign
from annotation.measures.spans import character_f1
from annotation.measures.table import long
from annotation.report import confusion, differ, drift, errors, progress, report, scored, stances, survival
from annotation.report.content import Case, Sheet
from annotation.report.distance import distances
from annotation.report.material import material
from annotation.report.translations import Quality, related
from annotation.schema import Control, Span, Status
from annotation.schemes.scheme import Choice, Number
from corpus.features import value
from corpus.parquet import write
from tests.annotation.reports import (
    ESA,
    STANCE,
    article,
    error,
    marked,
    pair,
    said,
    stance_material,
    workspace,
    written,
)
from tests.annotation.units import answered

SEVERITIES = ["neutral", "minor", "major", "critical"]


@pytest.fixture
def campaigns(tmp_path: Path) -> dict[str, Campaign]:
    return workspace(tmp_path / "work")


def test_the_work_of_annotators_is_counted_by_kind(campaigns: dict[str, Campaign]) -> None:
    tasks = [article(at) for at in range(5)]
    given = [
        said(tasks[0], "a", "favor", lead_time=10.0, created="2026-01-02", contradictions=["c"]),
        said(tasks[1], "a", "favor", lead_time=30.0, created="2026-01-01"),
        said(tasks[2], "a", "favor", lead_time=1000.0, control=Control.REPEAT, created="2026-01-05"),
        said(tasks[3], "a", "favor", stale=True),
        answered(tasks[4], "a", {}, status=Status.SKIPPED, lead_time=1.0),
        said(tasks[0], "b", "favor", deleted=True),
    ]
    work = material(written(campaigns["stance"], tasks, given)).work
    assert work
    one, other = progress.paces(work)
    assert (one.answers, one.skips, one.controls, one.old, one.contradictions) == (2, 1, 1, 1, 1)
    assert (one.seconds, one.first, one.last) == (30.0, "2026-01-01", "2026-01-05")
    assert (other.answers, other.old, other.seconds) == (0, 1, None)


@pytest.mark.parametrize(
    ("days", "size", "names", "counts"),
    [
        (["2026-01-01", "2026-01-03", "2026-01-03"], "day", ("2026-01-01", "2026-01-02", "2026-01-03"), [1, 0, 2]),
        (["2026-01-01", "2026-01-29"], "week", None, [1, 0, 0, 0, 1]),
        (["2025-11-30", "2026-07-01"], "month", None, [1, 0, 0, 0, 0, 0, 0, 0, 1]),
    ],
)
def test_time_is_cut_into_days_weeks_or_months_without_holes(
    days: list[str], size: str, names: tuple[str, ...] | None, counts: list[int], campaigns: dict[str, Campaign]
) -> None:
    tasks = [article(at) for at in range(len(days))]
    given = [said(task, "a", "favor", created=f"{day}T10:00:00Z") for task, day in zip(tasks, days, strict=True)]
    work = material(written(campaigns["stance"], tasks, given)).work
    assert work
    found = progress.periods(work)
    assert found and (found.size, [sum(one) for one in found.counts]) == (size, counts)
    assert names is None or found.names == names


def test_answers_without_a_date_are_counted_but_not_drawn(campaigns: dict[str, Campaign]) -> None:
    task = article(0)
    found = material(written(campaigns["stance"], [task], [said(task, "a", "favor", created="", updated="")]))
    assert found.work and progress.periods(found.work) is None
    page = report(found.campaign)
    assert "Work of each annotator" in page and "Answers by" not in page


def test_confusion_counts_each_pair_of_answers_once() -> None:
    options = ["favor", "against", "balanced"]
    rows = [("1", "a", "favor"), ("1", "b", "favor"), ("1", "c", "against"), ("2", "a", "balanced")]
    found = confusion.confusion("stance", long(rows, options))
    assert found.pairs.tolist() == [[1, 2, 0], [2, 0, 0], [0, 0, 0]]
    assert (found.units, found.answers) == (1, 3)
    assert found.shares[0].tolist() == [0.5, 0.5, 0] and found.shares[1].tolist() == [1, 0, 0]
    assert np.isnan(found.shares[2]).all(), "nobody compared said so"


VOTES = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(0, 100)), unique_by=lambda one: one[:2], min_size=1
)


@given(VOTES)
def test_the_distance_to_others_is_the_mean_over_their_answers(votes: list[tuple[int, int, int]]) -> None:
    score = next(one for one in ESA.questions if isinstance(one, Number))
    table = long([(f"{unit}", f"{rater}", float(vote)) for unit, rater, vote in votes], [])
    found = distances(score, table)
    for at, (unit, rater, vote) in enumerate(votes):
        others = [abs(vote - other) / 100 for place, who, other in votes if place == unit and who != rater]
        assert np.isnan(found[at]) if not others else found[at] == pytest.approx(np.mean(others), abs=1e-12)


@given(VOTES)
def test_the_distance_of_choices_is_the_share_of_others_who_say_otherwise(votes: list[tuple[int, int, int]]) -> None:
    stance = next(one for one in STANCE.questions if isinstance(one, Choice))
    rows = [(unit, rater, vote % 3) for unit, rater, vote in votes]
    table = long([(f"{unit}", f"{rater}", "abc"[vote]) for unit, rater, vote in rows], "abc")
    found = distances(stance, table)
    for at, (unit, rater, vote) in enumerate(rows):
        others = [vote != other for place, who, other in rows if place == unit and who != rater]
        assert np.isnan(found[at]) if not others else found[at] == pytest.approx(np.mean(others), abs=1e-12)


def test_somebody_who_changes_half_way_drifts(campaigns: dict[str, Campaign]) -> None:
    tasks = [article(at) for at in range(40)]
    given = []
    for at, task in enumerate(tasks):
        when = f"2026-01-{at // 2 + 1:02}T{at % 2:02}:00:00Z"
        given += [said(task, rater, "favor", created=when) for rater in "ab"]
        given.append(said(task, "c", "favor" if at < 20 else "against", created=when))
    found = material(written(campaigns["stance"], tasks, given))
    (first, second, third) = drift.drifts(found, found.choices[0])
    assert third.steps == (0, 0, 0, 0, 1, 1, 1, 1) and third.change == 1
    assert first.steps == second.steps == (0, 0, 0, 0, 0.5, 0.5, 0.5, 0.5) and first.change == 0.5


def test_answers_without_a_time_have_no_order_and_are_left_out(campaigns: dict[str, Campaign]) -> None:
    tasks = [article(at) for at in range(24)]
    when = ["" if at % 2 else f"2026-01-{at + 1:02}T00:00:00Z" for at in range(24)]
    votes = [("a", "favor")] * 24, [("b", "favor" if at < 12 else "against") for at in range(24)]
    timeless = [said(task, *vote, created="") for given in votes for task, vote in zip(tasks, given, strict=True)]
    empty = drift.section(material(written(campaigns["stance"], tasks, timeless))).empty
    assert "with their time" in empty and "48 of 48 answers have no time and are left out" in empty
    mixed = [one.model_copy(update={"created": when[at % 24]}) for at, one in enumerate(timeless)]
    found = material(written(campaigns["stance"], tasks, mixed))
    assert [one.answers for one in drift.drifts(found, found.choices[0])] == [12, 12]
    assert "24 of 48 answers have no time" in drift.section(found).lead


def test_stance_is_told_by_outlet_target_and_holder(campaigns: dict[str, Campaign]) -> None:
    tasks = [article(1), article(2), article(3, outlet="herald"), article(4, target="tunnel")]
    actor = {"holder": "actor", "holder_name": "Ada Moor", "label": "against"}
    given = [
        said(tasks[0], "a", "favor", marked(tasks[0], 0, 3), marked(tasks[0], 4, 9, **actor)),
        said(tasks[0], "b", "against", marked(tasks[0], 4, 9, **actor)),
        said(tasks[1], "a", "favor"),
        said(tasks[2], "a", "balanced"),
        said(tasks[3], "a", "favor", marked(tasks[3], 0, 3, label="mixed")),
    ]
    found = material(written(campaigns["stance"], tasks, given))
    assert found.answers
    rows = {(one.outlet, one.target): one for one in stances.stances(found.answers, found.choices[0])}
    assert [one for one in rows] == [("herald", "toll"), ("post", "toll"), ("post", "tunnel")]
    assert rows["post", "toll"].counts == (0, 2, 0, 1, 0, 0, 0, 0) and rows["post", "toll"].units == 2
    told = stances.held(found.answers, found.marks("holder")[0])
    assert [(one.target, one.holder, one.name, one.counts) for one in told] == [
        ("toll", "actor", "Ada Moor", (0, 2, 0)),
        ("toll", "author", "", (1, 0, 0)),
        ("tunnel", "author", "", (0, 0, 1)),
    ]


def test_errors_are_counted_by_category_and_severity(campaigns: dict[str, Campaign]) -> None:
    tasks = [pair("errors", at) for at in range(2)]
    given = [
        answered(tasks[0], "a", {}, error(tasks[0]), error(tasks[0], severity="major")),
        answered(tasks[0], "b", {}, error(tasks[0], label="style_awkward")),
        answered(tasks[1], "a", {}, error(tasks[1], severity="critical")),
    ]
    found = material(written(campaigns["errors"], tasks, given))
    assert found.answers
    assert [(one.category, one.counts) for one in errors.marked(found.answers, found.marks("severity"))] == [
        ("fluency_grammar", (0, 1, 1, 1)),
        ("style_awkward", (0, 1, 0, 0)),
    ]


MARKS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 8), st.integers(1, 9)), max_size=12)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(marks=MARKS)
def test_marks_on_columns_are_counted_and_compared_as_one_by_one(
    marks: list[tuple[int, int, int, int]], tmp_path: Path
) -> None:
    tasks, kinds = [pair("errors", at) for at in range(4)], ("minor", "major", "critical")
    spans: dict[tuple[int, int], list[Span]] = {(unit, rater): [] for unit in range(4) for rater in range(3)}
    for unit, rater, start, size in marks:
        place = {"side": "translation", "question": "error", "label": "style_awkward", "holder": None}
        spans[unit, rater].append(marked(tasks[unit], start, start + size, severity=kinds[size % 3], **place))
    rows = [answered(tasks[unit], f"{rater}", {}, *given) for (unit, rater), given in spans.items()]
    found = material(written(workspace(tmp_path / "marks")["errors"], tasks, rows))
    assert found.answers
    told = Counter((span.question, span.label, span.severity) for row in rows for span in row.spans)
    seen = Counter[tuple[str, str, str | None]]()
    for one in errors.marked(found.answers, found.marks("severity")):
        seen.update({(one.question, one.category, kind): n for kind, n in zip(SEVERITIES, one.counts, strict=True)})
    assert +seen == told
    apart = [
        np.mean([1 - character_f1(spans[unit, a], spans[unit, b]) for a, b in ((0, 1), (0, 2), (1, 2))])
        for unit in range(4)
    ]
    assert differ.disagreement(found).tolist() == pytest.approx(apart)


def test_the_unit_that_differs_most_comes_first(campaigns: dict[str, Campaign]) -> None:
    votes = [{"a": "favor", "b": "favor"}, {"a": "favor", "b": "against"}, {"a": "favor", "b": "favor", "c": "against"}]
    found = stance_material(campaigns["stance"], [*votes, {"a": "favor"}])
    apart = differ.disagreement(found)
    assert apart[:3].tolist() == [0, 1, pytest.approx(2 / 3)] and np.isnan(apart[3])
    shown = [part.title for part in differ.section(found).parts if isinstance(part, Case)]
    assert shown == ["post/1", "post/2"]


def test_marks_alone_differ_by_their_characters(campaigns: dict[str, Campaign]) -> None:
    tasks = [pair("errors", at) for at in range(3)]
    other = error(tasks[1]).model_copy(update={"start": 2, "end": 6, "text": tasks[1].data["translation_text"][2:6]})
    given = [
        *(answered(tasks[0], rater, {}, error(tasks[0])) for rater in "ab"),
        *(answered(tasks[1], rater, {}, span) for rater, span in (("a", error(tasks[1])), ("b", other))),
        *(answered(tasks[2], rater, {}) for rater in "ab"),
    ]
    found = material(written(campaigns["errors"], tasks, given))
    assert differ.disagreement(found).tolist() == [0, 0.5, 0], "two of four characters are shared"


def test_more_than_twenty_units_are_counted_not_shown(campaigns: dict[str, Campaign]) -> None:
    found = stance_material(campaigns["stance"], [{"a": "favor", "b": "against"}] * 30)
    parts = differ.section(found).parts
    assert Counter(part.kind for part in parts) == {"case": 20, "note": 1}
    assert "10 more units differ" in report(found.campaign)


def pieces(text: str, *spans: tuple[int, int, int]) -> list[tuple[str, int]]:
    rows = [(rater, {"side": "article", "start": start, "end": end}) for rater, start, end in spans]
    (shown,) = differ.passages([("article", "en", text)], rows)
    return [("…", -1) if one.cut else (one.text, one.raters) for one in shown.pieces]


def test_marks_are_shown_where_they_stand_in_code_points() -> None:
    assert pieces("Cars 🚗 pay e\u0301 now", (1, 5, 6), (2, 5, 10)) == [
        ("Cars ", 0),
        ("🚗", 2),
        (" pay", 1),
        (" e\u0301 now", 0),
    ]


def test_long_texts_are_cut_around_their_marks() -> None:
    text = "a" * 1000 + "MARK" + "b" * 1000
    found = pieces(text, (1, 1000, 1004))
    assert found == [("…", -1), ("a" * 120, 0), ("MARK", 1), ("b" * 120, 0), ("…", -1)]
    assert pieces("c" * 100_000) == [("c" * 300, 0), ("…", -1)]
    assert sum(len(piece) for piece, _ in pieces("d" * 100_000, (1, 0, 100_000))) <= 1_501
    words = "one two three " * 30
    assert pieces(words, (1, 200, 203))[1][0].startswith("one two three one"), "words stay whole"
    assert pieces("short", (1, 2, 2)) == [("sh", 0), ("ort", 0)], "a mark without length breaks nothing"


def test_scores_fall_into_equal_steps() -> None:
    bins = scored.spread(np.array([0, 9.9, 10, 99, 100, 100]), 0, 100)
    assert [count for _, count in bins] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 3] and bins[0][0] == "0–10"


def test_labels_of_original_and_translation_are_compared() -> None:
    quality = Quality(80.0, Counter({("style_awkward", "minor"): 2}), 3)
    labelled = {
        ("a", "toll"): "favor",
        ("b", "toll"): "strongly_against",
        ("a", "tunnel"): "favor",
        ("c", "toll"): "discusses",
    }
    rows = survival.survived(labelled, [("a", "b"), ("a", "c"), ("a", "x")], {("a", "b"): quality})
    assert [(one.translation, one.target, one.same, one.moved, one.quality) for one in rows] == [
        ("b", "toll", False, -3, quality),
        ("c", "toll", False, None, None),
    ]


def corpus_of(one: Campaign, published: dict[str, str], relations: Sequence[tuple[str, str, str]]) -> None:
    """Write what a report reads of a corpus."""
    text = value(str)
    for config, rows in (
        (
            "documents",
            [{"doc_id": doc, "outlet": doc.split("/")[0], "published": day} for doc, day in published.items()],
        ),
        ("relations", [{"left_doc": left, "right_doc": right, "kind": kind} for left, right, kind in relations]),
    ):
        path = one.workspace.corpus / config / "part-00000.parquet"
        path.parent.mkdir(parents=True)
        write(path, rows, dict.fromkeys(rows[0], text))


def test_the_original_is_the_source_of_a_campaign_or_was_published_first(campaigns: dict[str, Campaign]) -> None:
    one = campaigns["stance"]
    days = {"a/1": "2026-01-02", "b/1": "2026-01-01", "c/1": "2026-01-03"}
    corpus_of(one, days, [("a/1", "b/1", "translation"), ("a/1", "c/1", "translation"), ("b/1", "c/1", "same_event")])
    assert related(one.workspace, [("a/1", "b/1")]) == [("a/1", "b/1"), ("a/1", "c/1")]
    assert related(one.workspace, []) == [("b/1", "a/1"), ("a/1", "c/1")]


def test_stance_across_translations_stands_beside_score_and_errors(campaigns: dict[str, Campaign]) -> None:
    one, scores = campaigns["stance"], campaigns["scores"]
    corpus_of(one, {"a/1": "", "b/1": "", "a/2": "", "b/2": ""}, [("a/2", "b/2", "translation")])
    tasks = [article(at, outlet=outlet) for at in (1, 2) for outlet in "ab"]
    votes = ["favor", "against", "balanced", "balanced"]
    written(one, tasks, [said(task, "a", vote) for task, vote in zip(tasks, votes, strict=True)])
    units = [pair("scores", at) for at in range(2)]
    kind = {"label": "error", "severity": "major"}
    given = [answered(unit, "a", {"score": 40.0 + 20 * at}, error(unit, **kind)) for at, unit in enumerate(units)]
    written(scores, units, given)
    told = sheets(one)
    assert told["Stance of original and translation"].rows[0][:4] == ("all", "2", "1", "50 %")
    (first, second) = told["Pair by pair, those that differ first"].rows
    assert first == ("a/1", "b/1", "toll", "in favour", "against")
    assert second == ("a/2", "b/2", "toll", "balanced", "balanced")
    (rated,) = told["Rated in scores (esa): pair by pair, those that differ first"].rows
    assert rated == ("a/1", "b/1", "toll", "in favour", "against", "50.00", "error, major: 2")
    outcomes = told["Rated in scores (esa): score and errors of the translation, by outcome"].rows
    assert outcomes == (("same stance", "0", "–", "–"), ("another stance", "1", "50.00", "1.00"))
    assert all(part.signature for part in told.values())


def sheets(one: Campaign) -> dict[str, Sheet]:
    """The tables of the chapter on translations, by title."""
    return {part.title: part for part in survival.section(material(one)).parts if isinstance(part, Sheet)}


def test_penalty_points_and_scores_of_a_hundred_are_never_put_together(campaigns: dict[str, Campaign]) -> None:
    one = campaigns["stance"]
    tasks = [article(at, outlet=outlet) for at in range(12) for outlet in "ab"]
    written(one, tasks, [said(task, "a", "favor") for task in tasks])
    both = {at: (f"a/{at}", f"b/{at}") for at in range(12)}
    rated = [(pair("scores", at, documents=both[at]), at) for at in range(12)]
    given = [answered(unit, "a", {"score": 50.0 + at}, error(unit, label="error")) for unit, at in rated]
    written(campaigns["scores"], [unit for unit, _ in rated], given)
    penalised = [pair("errors", at, documents=both[at]) for at in range(4, 12)]
    written(campaigns["errors"], penalised, [answered(unit, "a", {}, error(unit)) for unit in penalised])
    told = sheets(one)
    heads = {title.split(":")[0]: part for title, part in told.items() if title.endswith("by outcome")}
    assert {title: part.rows[0][1:3] for title, part in heads.items()} == {
        "Rated in scores (esa)": ("12", "55.50"),
        "Rated in errors (wmt24)": ("8", "1.00"),
    }
    assert [part.columns[2] for part in heads.values()] == [
        "mean score (lower is better)",
        "mean score (higher is better)",
    ]
    assert "preset:esa@1" in heads["Rated in scores (esa)"].signature
    assert "wmt24" not in heads["Rated in scores (esa)"].signature
    bands = {title: [row[0] for row in part.rows] for title, part in told.items() if "by score" in title}
    assert bands["Rated in scores (esa): by score of the translation"] == [
        "50.0 to 53.0",
        "54.0 to 57.0",
        "58.0 to 61.0",
    ]
    assert bands["Rated in errors (wmt24): by score of the translation"] == ["1.0 to 1.0"]
