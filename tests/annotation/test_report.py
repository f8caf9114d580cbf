"""The report's figures on constructed campaigns, and its page: the same bytes, every text escaped."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.answers import labels
from annotation.campaign import Campaign, load_all
from annotation.commands.report import report as write_report
from annotation.measures.table import long
from annotation.report import charts, confusion, differ, drift, errors, progress, report, scored, stances, survival
from annotation.report.content import Case, Sheet, decimals, name, percent, safe, sheet
from annotation.report.distance import distances
from annotation.report.material import Material, material
from annotation.report.translations import Qualities, Quality, related
from annotation.schema import Annotation, Control, Origin, Span, Status, Task
from annotation.schemes import load as load_scheme
from annotation.schemes.answers import value_features
from annotation.schemes.scheme import Choice, Number
from annotation.tasks import GROUP_BYTES, save
from annotation.units import task_of
from corpus.config import load
from corpus.errors import WirecopyError
from corpus.features import features, value
from corpus.output import Output
from corpus.parquet import write
from tests.annotation.units import answered

HOSTILE = (
    "<script>document.title='owned'</script>",
    "<img src=x onerror=alert(1)>",
    "</style><script>alert(2)</script>",
    "</title></svg><iframe src=data:text/html,x></iframe>",
    "\"' onload='alert(3)",
    "]]>&lt;b&gt;{{ 7*7 }}",
    "\u202eevil\u202c\u2066",
    "x" * 5_000,
)
STANCE, MQM, ESA = (load_scheme(one, Path()) for one in ("stance", "translation-mqm", "translation-esa"))
CONFIG = """
name = "a newsroom"
[[sources]]
path = "articles"
[campaigns.stance]
scheme = "stance"
[campaigns.errors]
scheme = "translation-mqm"
[campaigns.scores]
scheme = "translation-esa"
[annotators.ada]
email = "ada.lovelace@example.org"
"""


def article(at: int, *, outlet: str = "post", target: str = "toll", text: str = "") -> Task:
    """A stance unit with an article of an outlet."""
    data = {"target": "Cars should pay.", "title": " ", "article_text": text or f"The mayor, {at}, wants a toll. 🚗"}
    doc = f"{outlet}/{at}"
    return task_of("stance", STANCE, data=data, doc_ids=[doc], languages=["en"], target_id=target)


def pair(campaign: str, at: int, *, source: str = "", documents: Sequence[str] = ("a/1", "b/1")) -> Task:
    """A unit of a translation campaign."""
    data = {"source_text": source or f"Sentence {at} of a text.", "translation_text": f"Satz {at} eines Textes."}
    blank = {f"{side}_{part}_text": " " for side in ("source", "translation") for part in ("before", "after")}
    scheme = MQM if campaign == "errors" else ESA
    ids = [f"{documents[0]}#{at}", f"{documents[1]}#{at}"]
    return task_of(
        campaign, scheme, data=data | blank, doc_ids=list(documents), segment_ids=ids, languages=["en", "de"]
    )


def said(task: Task, rater: str, stance: str, *spans: Span, **changed: Any) -> Annotation:
    """An answer about an outlet's stance."""
    return answered(task, rater, {"stance": stance, "confidence": "sure"}, *spans, **changed)


def marked(task: Task, start: int, end: int, **more: Any) -> Span:
    """A mark in the text that `side` names, the article without it."""
    side = more.pop("side", "article")
    kind = {"question": "evidence", "label": "favor", "holder": "author"}
    text = task.data[f"{side}_text"][start:end]
    return Span.model_validate({**kind, "side": side, "start": start, "end": end, "text": text} | more)


def error(task: Task, label: str = "fluency_grammar", severity: str = "minor", **more: Any) -> Span:
    """A marked error in the first word of a translation."""
    kind = {"question": "error", "holder": None, "label": label, "severity": severity}
    return marked(task, 0, 4, side="translation", **kind, **more)


def workspace(folder: Path, config: str = CONFIG) -> dict[str, Campaign]:
    """The campaigns of a workspace without files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "wirecopy.toml").write_text(config)
    return {one.name: one for one in load_all(load(folder))}


def written(one: Campaign, tasks: Sequence[Task], annotations: Iterable[Annotation]) -> Campaign:
    """Write the files of a campaign as a pull does."""
    one.folder.mkdir(parents=True, exist_ok=True)
    places = {task.key: at for at, task in enumerate(tasks)}
    rows = sorted(annotations, key=lambda row: places[row.key])
    save(one.folder / "tasks.parquet", tasks)
    columns = features(Annotation, values=value_features(one.scheme))
    write(one.folder / "annotations.parquet", (row.model_dump() for row in rows), columns, group_bytes=GROUP_BYTES)
    labels.save(one, tasks, lambda: rows)
    return one


@pytest.fixture
def campaigns(tmp_path: Path) -> dict[str, Campaign]:
    return workspace(tmp_path / "work")


def stance_material(one: Campaign, votes: Sequence[dict[str, str]], **more: Any) -> Material:
    """What a report reads of units with these answers by rater."""
    tasks = [article(at) for at in range(len(votes))]
    given = [
        said(task, rater, vote, **more) for task, row in zip(tasks, votes, strict=True) for rater, vote in row.items()
    ]
    return material(written(one, tasks, given))


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
    rows = survival.survived(labelled, [("a", "b"), ("a", "c"), ("a", "x")], Qualities({("a", "b"): quality}))
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
    parts = survival.section(material(one)).parts
    told = {part.title: part for part in parts if isinstance(part, Sheet)}
    assert told["Stance of original and translation"].rows[0][:4] == ("all", "2", "1", "50 %")
    (first, second) = told["Pair by pair, those that differ first"].rows
    assert first[:6] == ("a/1", "b/1", "toll", "in favour", "against", "50.00") and first[6] == "error, major: 2"
    assert second[:6] == ("a/2", "b/2", "toll", "balanced", "balanced", "–")
    outcomes = told["Scores and errors of the translation, by outcome"].rows
    assert outcomes == (("same stance", "0", "–", "–"), ("another stance", "1", "50.00", "1.00"))
    assert all(part.signature for part in told.values())


def test_an_empty_chapter_says_why_and_what_fills_it(campaigns: dict[str, Campaign]) -> None:
    page = report(campaigns["stance"])
    assert page.count('class="empty"') == page.count("<section") == 11
    empty = re.findall(r'<p class="empty">(.*?)</p>', page, re.S)
    assert all("wirecopy" in one or "campaign" in one or "scheme" in one for one in empty)
    assert "<figure" not in page and 'class="warning"' not in page


def test_controls_and_skips_alone_are_no_answers(campaigns: dict[str, Campaign]) -> None:
    tasks = [article(0)]
    given = [said(tasks[0], "a", "favor", control=Control.REPEAT), answered(tasks[0], "b", {}, status=Status.SKIPPED)]
    assert "There are no answers yet" in report(written(campaigns["stance"], tasks, given))


@pytest.mark.parametrize(
    ("origins", "told"),
    [
        ([Origin.HUMAN], None),
        ([Origin.HUMAN, Origin.SIMULATED], "1 of 2 answers come from a program"),
        ([Origin.MODEL, Origin.MODEL], "2 of 2 answers come from a model"),
    ],
)
def test_answers_that_are_not_people_s_are_told_at_the_very_top(
    origins: list[Origin], told: str | None, campaigns: dict[str, Campaign]
) -> None:
    task = article(0)
    given = [said(task, f"{at}", "favor", origin=origin) for at, origin in enumerate(origins)]
    page = report(written(campaigns["stance"], [task], given))
    top = page.split("<h1>")[0]
    assert (told in top) if told else ('class="warning"' not in page)


def test_the_same_files_give_the_same_bytes(campaigns: dict[str, Campaign]) -> None:
    votes = [{"a": "favor", "b": "against", "c": "favor"}, {"a": "balanced", "b": "favor"}] * 12
    found = stance_material(campaigns["stance"], votes)
    first = report(found.campaign)
    assert report(found.campaign) == first and len(first) > 20_000


def test_people_are_pseudonyms_and_their_mails_are_nowhere(campaigns: dict[str, Campaign]) -> None:
    found = stance_material(campaigns["stance"], [{"rater-1": "favor", "rater-2": "against"}] * 12)
    page = report(found.campaign)
    assert "rater-1" in page and "ada" not in page.lower().split("<body")[1] and "lovelace" not in page


def hostile(one: Campaign) -> Campaign:
    """A campaign in which every text that others write is an attack."""
    tasks, given = [], []
    for at in range(24):
        bad = HOSTILE[at % len(HOSTILE)]
        task = article(at, outlet=bad.replace("/", "|"), text=f"{bad} {bad}").model_copy(update={"target_id": bad})
        data = dict(task.data) | {"target": bad}
        task = task.model_copy(update={"data": data, "languages": [bad]})
        spans = [
            marked(task, 0, 9, holder="actor", holder_name=bad, comment=bad, label=label)
            for label in ("favor", "against")
        ]
        tasks.append(task)
        for rater, vote in ((f"{bad} 1", "favor"), (f"{bad} 2", "against"), ("c", "balanced")):
            given.append(said(task, rater, vote, *spans, contradictions=[bad]))
    return written(one, tasks, given)


def test_hostile_texts_are_words_in_the_page(campaigns: dict[str, Campaign]) -> None:
    page = report(hostile(campaigns["stance"]))
    assert "&lt;script&gt;" in page and "&lt;img src=x onerror=" in page
    for bad in ("<script", "<img", "<iframe", "\u202e", "\u2066", "{{", "x" * 700):
        assert bad not in page.replace("{{ 7*7 }}", ""), bad
    assert "{{ 7*7 }}" in page, "a template in a text stays as it is"


def test_drawings_hold_shapes_and_words_alone() -> None:
    bad = [(text, [1.0, 2.0]) for text in HOSTILE]
    svg = charts.stacked(bad, HOSTILE[:2], charts.colors(HOSTILE[:2]), axis="<b>", alt='"><script>')
    assert set(re.findall(r"<(\w+)", svg)) <= charts.TAGS
    attributes = set(re.findall(r' ([\w:-]+)="', re.sub(r">[^<]*<", "><", svg)))
    assert attributes <= {*charts.KEPT, "class", "fill", "role", "aria-label"}
    assert "#" not in re.sub(r">[^<]*<", "><", svg), "colours are classes, so that they change at night"


def test_what_is_cut_alike_stays_apart_in_a_chart() -> None:
    long_name = "x" * 100
    found = charts.distinct([long_name, long_name + "y", "z"])
    assert len(set(found)) == 3 and max(map(len, found)) < 70


def test_numbers_and_texts_are_made_readable() -> None:
    assert [decimals(one) for one in (None, float("nan"), -0.001, 1234.5)] == ["–", "–", "0.00", "1,234.50"]
    assert [percent(one) for one in (0.005, 1.0, None)] == ["0 %", "100 %", "–"]
    assert safe("a" * 700).endswith("… (700 characters)") and name("a\nb\u202e") == "a b\\u202e"
    found = sheet("t", ("a",), [(f"{at}",) for at in range(120)])
    assert len(found.rows) == 100 and found.more == "and 20 more rows"


def test_the_command_writes_a_page_for_each_campaign(
    campaigns: dict[str, Campaign], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = campaigns["stance"].workspace.root
    write_report(campaign=None, output=None, workspace=root, out=Output(json=True))
    told = json.loads(capsys.readouterr().out)
    assert [one["campaign"] for one in told] == ["stance", "errors", "scores"]
    for one in told:
        page = Path(one["report"])
        assert page == campaigns[one["campaign"]].folder / "report.html" and page.stat().st_size == one["bytes"]
    target = tmp_path / "deep" / "one.html"
    write_report(campaign="stance", output=target, workspace=root, out=Output())
    assert target.read_bytes() == (campaigns["stance"].folder / "report.html").read_bytes()


@pytest.mark.parametrize(
    ("campaign", "output", "message"),
    [
        (None, lambda folder: folder / "one.html", "takes one campaign, and there are 3"),
        ("stance", lambda folder: folder, "is a folder"),
        ("stance", lambda folder: folder / "file" / "one.html", "can't be written"),
        ("other", lambda folder: None, "no campaign 'other'"),
    ],
)
def test_a_page_that_can_t_be_written_is_an_error_with_a_hint(
    campaign: str | None,
    output: Callable[[Path], Path | None],
    message: str,
    campaigns: dict[str, Campaign],
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_text("")
    root = campaigns["stance"].workspace.root
    with pytest.raises(WirecopyError, match=message) as caught:
        write_report(campaign=campaign, output=output(tmp_path), workspace=root, out=Output())
    assert caught.value.hint


def test_the_page_asks_nobody_for_anything(campaigns: dict[str, Campaign]) -> None:
    page = report(stance_material(campaigns["stance"], [{"a": "favor", "b": "against"}] * 12).campaign)
    assert "default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; img-src data:" in page
    assert not re.search(r"(?:src|href)=\"(?!#)", page) and "url(" not in page and "@import" not in page
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
