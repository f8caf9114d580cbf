"""The facts of a release: each number is counted from its tables, and says what a plain count says."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.adjudication import Decision
from annotation.answers.labels import label_features, label_rows
from annotation.measures.breakdown import study
from annotation.measures.gather import gather as answers_of
from annotation.schema import Annotation, Span, Task
from annotation.schemes import load as load_scheme
from annotation.schemes.answers import value_features
from annotation.schemes.scheme import Choice, Scheme
from corpus.config import Adjudication, Prefill, load
from corpus.errors import WirecopyError
from corpus.features import features
from corpus.output import Output
from corpus.parquet import read_dicts, write
from export.contents import Content
from export.facts import recount
from export.labelling import campaign_facts, counted
from export.manifest import DERIVED, data_only, read, seal
from export.release import build
from export.schema import LEAKAGE, TAKEN_DOWN, CampaignFacts, Manifest, Table
from export.takedown import take_down
from tests.campaigns import rebuilt, write_articles
from tests.export.test_release import labelled, released, same
from tests.twins import workspace

SCHEME = load_scheme("stance", Path())
TEXT = "The mayor wants a toll for cars."
CHOICES = {one.name: [option.value for option in one.options] for one in SCHEME.questions if isinstance(one, Choice)}


def unit(number: int, language: str = "en") -> Task:
    """A unit of a stance campaign."""
    return Task(
        key=f"key-{number:03}",
        payload="p",
        campaign="stance",
        doc_ids=[f"doc-{number}"],
        segment_ids=[],
        target_id="toll",
        languages=[language],
        text_hash="t",
        scheme_hash="s",
        guideline_version="2",
        data={"article_text": TEXT, "target": "A toll."},
    )


def answer(task: Task, rater: str, stance: str | None, *, updated: int = 0, skipped: bool = False) -> Annotation:
    """One annotator's answer, which marks the mayor."""
    span = Span(question="evidence", side="article", start=0, end=9, text=TEXT[:9], label="favor", holder="actor")
    return Annotation(
        annotation_id=f"{task.key}-{rater}-{updated}",
        **{name: getattr(task, name) for name in ("key", "payload", "campaign", "doc_ids", "segment_ids", "target_id")},
        **{"stale": False, "deleted": False, "revisions": 1, "paragraph": None, "stratum": None, "control": None},
        **{"of": None, "prefilled_by": None, "contradictions": [], "lead_time": None, "guideline_version": "2"},
        annotator=rater,
        origin="human",
        status="skipped" if skipped else "submitted",
        values={"stance": None if skipped else stance, "confidence": None},
        spans=[] if skipped or stance is None else [span],
        created=f"2026-03-{1 + updated:02}T10:00:00Z",
        updated=f"2026-03-{1 + updated:02}T10:00:00Z",
        scheme_hash="s",
    )


def tables(folder: Path, tasks: list[Task], given: list[Annotation], **decisions: Decision) -> Path:
    """Write labels and raw answers as a release has them; `decisions` by key."""
    scheme = SCHEME
    for one in (folder / "stance", folder / "stance_annotations"):
        one.mkdir(parents=True)
    rows = sorted(given, key=lambda one: one.key)
    columns = features(Annotation, values=value_features(scheme))
    write(folder / "stance_annotations" / "train-00000-of-00001.parquet", rows, columns)
    labels = label_rows(scheme, tasks, rows, {key.replace("_", "-"): one for key, one in decisions.items()})
    write(folder / "stance" / "train-00000-of-00001.parquet", labels, label_features(scheme))
    return folder


def decided(task: Task, stance: str | None) -> Decision:
    """What an adjudicator said of a unit."""
    nothing: dict[str, Any] = {"spans": [], "confidence": None, "reason": None}
    values = {"stance": stance, "confidence": None}
    told = {"who": "z", "origin": "human", "when": "2026-03-09T10:00:00Z"}
    return Decision(key=task.key, payload=task.payload, values=values, **nothing, **told)


def campaign(scheme: Scheme = SCHEME) -> CampaignFacts:
    """The facts of a campaign before anything is counted."""
    told: dict[str, Any] = {name: {} for name in ("origins", "controls", "ties", "labels")}
    return CampaignFacts(
        name="stance",
        scheme=scheme.model_dump(mode="json", by_alias=True),
        scheme_hash=scheme.hash,
        unit="document",
        overlap=2,
        strata=[],
        aggregation="majority",
        preset=None,
        targets=[],
        raters=[],
        prefill=None,
        units=0,
        adjudicated=0,
        agreement=[],
        adjudication=Adjudication().model_dump(),
        **told,
    )


votes = st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from([*CHOICES["stance"], None])), max_size=4)


@settings(max_examples=25, deadline=None)
@given(st.lists(votes, min_size=1, max_size=6))
def test_labels_ties_raters_and_marks_are_what_a_plain_count_says(
    tmp_path_factory: pytest.TempPathFactory, units: list[list[tuple[str, str | None]]]
) -> None:
    tasks = [unit(number) for number in range(len(units))]
    rows = [
        answer(task, rater, stance, updated=at, skipped=stance is None)
        for task, given_ in zip(tasks, units, strict=True)
        for at, (rater, stance) in enumerate(given_)
    ]
    folder = tables(tmp_path_factory.mktemp("release"), tasks, rows)
    found = counted(campaign(), folder)
    labels = list(read_dicts(folder / "stance" / "train-00000-of-00001.parquet"))
    hard = Counter(CHOICES["stance"][row["stance"]] for row in labels if row["stance"] is not None)
    assert found.labels["stance"] == {name: hard[name] for name in CHOICES["stance"]}
    assert found.ties["stance"] == sum(row["stance"] is None for row in labels)
    assert found.units == len(labels)
    assert {rater.name: (rater.answers, rater.skipped) for rater in found.raters} == {
        name: (
            sum(one.annotator == name and one.status == "submitted" for one in rows),
            sum(one.annotator == name and one.status == "skipped" for one in rows),
        )
        for name in {one.annotator for one in rows}
    }
    assert found.marks.get("evidence", {}).get("actor/favor", 0) == sum(len(one.spans) for one in rows)
    assert sum(found.voices.values()) == found.units


def test_only_the_newest_answer_of_an_annotator_counts_in_agreement(tmp_path: Path) -> None:
    tasks = [unit(number) for number in range(4)]
    stances = ["favor", "against", "favor", "against"]
    rows = [answer(task, rater, stances[at]) for at, task in enumerate(tasks) for rater in "ab"]
    # An older answer that disagrees, and an answer taken back by a skip.
    rows += [answer(tasks[0], "a", "favor", updated=3), answer(tasks[0], "a", "unrelated", updated=1)]
    rows += [answer(tasks[1], "c", None, updated=2, skipped=True), answer(tasks[1], "c", "unrelated", updated=1)]
    found = counted(campaign(), tables(tmp_path, tasks, rows))
    (alpha,) = [one for one in found.agreement if (one.question, one.measure, one.items) == ("stance", "alpha", "all")]
    assert (alpha.value, alpha.units, alpha.answers) == (1.0, 4, 8)
    assert found.period == ["2026-03-01", "2026-03-04"]


def test_agreement_is_that_of_the_annotation_stage(tmp_path: Path) -> None:
    one = labelled(tmp_path / "w", 12, ("favor", "favor", "against"))
    _, folder = released(one.workspace)
    (found,) = read(folder, hint="").facts.campaigns
    wanted = {(row.question, row.measure, row.items): row.figure for row in study(answers_of(one), by=[]).figures}
    assert study(answers_of(one), by=[], each_rater=False).raters == [], "the card has no use for them"
    told = {(row.question, row.measure, row.items): row for row in found.agreement if not row.group_by}
    assert told.keys() == wanted.keys() and len(told) > 4
    for place, figure in wanted.items():
        assert told[place].value == pytest.approx(figure.value) and told[place].units == figure.units
        assert told[place].signature == figure.signature


def test_a_tie_that_was_decided_is_none(tmp_path: Path) -> None:
    tasks = [unit(number) for number in range(3)]
    rows = [answer(task, rater, stance) for task in tasks for rater, stance in (("a", "favor"), ("b", "against"))]
    decision = decided(tasks[1], "against")
    found = counted(campaign(), tables(tmp_path, tasks, rows, key_001=decision, key_002=decided(tasks[2], None)))
    assert (found.ties["stance"], found.adjudicated, found.labels["stance"]["against"]) == (1, 2, 1)


def test_agreement_by_language_where_there_are_several(tmp_path: Path) -> None:
    tasks = [unit(number, "en" if number % 2 else "de") for number in range(8)]
    rows = [answer(task, rater, "favor" if at % 3 else "against") for at, task in enumerate(tasks) for rater in "ab"]
    found = counted(campaign(), tables(tmp_path, tasks, rows))
    groups = {(one.question, one.measure, one.group) for one in found.agreement if one.group_by}
    assert {("stance", "alpha", "de"), ("stance", "alpha", "en")} <= groups
    assert all(one.group_by in ("", "language") for one in found.agreement)


def test_a_campaign_that_nobody_answered_has_no_agreement(tmp_path: Path) -> None:
    found = counted(campaign(), tables(tmp_path, [unit(0)], [answer(unit(0), "a", None, skipped=True)]))
    assert (found.units, found.agreement, found.ties) == (0, [], {"stance": 0, "confidence": 0})
    assert [(one.name, one.answers, one.skipped) for one in found.raters] == [("a", 0, 1)]


def test_articles_without_text_are_counted_where_text_was_put_back_in_part(tmp_path: Path) -> None:
    _, folder = released(labelled(tmp_path / "w").workspace)
    facts = read(folder, hint="").facts.model_copy(update={"kind": "partial", "incomplete": 9})
    path = next((folder / "documents").glob("train-*.parquet"))
    rows = [row | {"text": None} if at < 2 else row for at, row in enumerate(read_dicts(path))]
    write(path, rows, facts.configs[0].features)
    assert recount(facts, folder).incomplete == 2
    assert recount(facts.model_copy(update={"kind": "release"}), folder).incomplete == 0


def test_after_a_takedown_only_what_is_left_is_counted(tmp_path: Path) -> None:
    space = workspace(tmp_path)
    before = read(space.release, hint="").facts.splits
    take_down(space, "wire-desk", day="2026-01-31", out=Output())
    cut = read(space.release, hint="").facts.splits
    assert before.components > 0 == cut.components, "the rows that are left do not tell it"
    config = space.root / "wirecopy.toml"
    config.write_text(config.read_text().replace('version = "1.0.0"', 'version = "2.0.0"'))
    later = load(space.root)
    build(later, out=Output())
    facts = read(later.release, hint="").facts
    assert 0 < facts.splits.components <= sum(facts.splits.documents.values()) < sum(before.documents.values())
    assert json.loads((later.release / LEAKAGE).read_text())["components"] == facts.splits.components
    lost = sum(one.left_out.get(TAKEN_DOWN, 0) for one in facts.configs)
    assert lost and f"\n{lost} rows of all configs went with them." in (later.release / "README.md").read_text()


def test_only_control_answers_that_stand_are_counted(tmp_path: Path) -> None:
    one = labelled(tmp_path / "w", 2)
    path = one.folder / "annotations.parquet"
    rows = list(read_dicts(path))
    states = [("repeat", False, False), ("injected", True, False), ("repeat", False, True), ("injected", False, False)]
    marks = [dict(zip(("control", "deleted", "stale"), state, strict=True)) for state in states]
    columns = features(Annotation, values=value_features(one.scheme))
    write(path, [row | mark for row, mark in zip(rows, marks, strict=False)], columns)
    assert campaign_facts(one).controls == {"injected": 1, "repeat": 1}


def test_of_a_model_in_a_folder_only_its_name_leaves(tmp_path: Path) -> None:
    """In the facts and in the rows: the path is one of this machine."""
    one = labelled(tmp_path / "w", 3)
    columns = features(Annotation, values=value_features(one.scheme))
    models = ["/srv/models/m3", "team/m3", None]
    given = read_dicts(one.folder / "annotations.parquet")
    path = tmp_path / "answers.parquet"
    write(path, [row | {"prefilled_by": models[at % 3]} for at, row in enumerate(given)], columns)
    content = Content("stance_annotations", Table.ANNOTATIONS, columns, (path,))
    told = [row for batch in content.batches(content.pieces(), Counter()) for row in batch["prefilled_by"].to_pylist()]
    assert told == ["m3", "team/m3", None] * 3
    prefill = Prefill(model="/srv/models/m3", file="x.jsonl")
    shown = replace(one, settings=one.settings.model_copy(update={"prefill": prefill}))
    assert campaign_facts(shown).prefill == "m3"


def test_counting_again_gives_the_same_facts_and_sees_what_went(tmp_path: Path) -> None:
    _, folder = released(labelled(tmp_path / "w").workspace)
    facts = read(folder, hint="").facts
    assert recount(facts, folder) == facts
    (gone,) = (folder / "stance").glob("train-*.parquet")
    units = sum(1 for _ in read_dicts(gone))
    gone.unlink()
    with pytest.raises(WirecopyError, match=r"an answer to [0-9a-f]+, which has no row in stance"):
        recount(facts, folder)
    next(iter((folder / "stance_annotations").glob("train-*.parquet"))).unlink()
    assert recount(facts, folder).campaigns[0].units == facts.campaigns[0].units - units


def test_an_outlet_keeps_the_statement_that_lets_its_text_be_published(tmp_path: Path) -> None:
    space = labelled(tmp_path / "w", 2).workspace
    write_articles(space.root, [same(0)[0] | {"outlet": "Paper"}, same(1)[0] | {"outlet": "Wire"}])
    with (space.root / "wirecopy.toml").open("a") as config:
        config.write('[release.outlets]\nPaper = "By letter of 3 March"\n')
    _, folder = released(rebuilt(space.root))
    facts = read(folder, hint="").facts
    wanted = [("Paper", 1, "By letter of 3 March"), ("Wire", 1, None)]
    assert [(one.outlet, one.documents, one.licence) for one in facts.outlets] == wanted
    assert recount(facts, folder).outlets == facts.outlets


def test_the_manifest_read_again_makes_the_same_card(tmp_path: Path) -> None:
    _, folder = released(labelled(tmp_path / "w").workspace)
    manifest = read(folder, hint="")
    for name, made in DERIVED.items():
        assert made(data_only(manifest)) == (folder / name).read_text(), name
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    seal(folder, manifest.facts, manifest.inputs)
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_columns_and_classes_keep_their_order_in_the_manifest(tmp_path: Path) -> None:
    _, folder = released(labelled(tmp_path / "w").workspace)
    facts = Manifest.model_validate(json.loads((folder / "manifest.json").read_text())).facts
    (labels,) = [one for one in facts.configs if one.name == "stance"]
    assert list(labels.features) == list(label_features(load_scheme("stance", tmp_path)))
    assert list(facts.configs[0].rows) == ["train", "validation", "test"]
