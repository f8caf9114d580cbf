"""Agreement of a campaign: all and kept, by group, by pair and without a rater, by numbers that a hand can check."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from annotation import tasks as tasks_file
from annotation.answers import pulled
from annotation.campaign import Campaign, load_all
from annotation.commands.agreement import agreement
from annotation.measures.agreement import alpha
from annotation.measures.breakdown import BY, Study, kept_choices, kept_numbers, study
from annotation.measures.figure import Figure
from annotation.measures.gather import gather
from annotation.measures.raters import severities
from annotation.schema import Annotation, Control, Origin, Span, Status, Task
from annotation.schemes.answers import value_features
from corpus.config import load
from corpus.errors import WirecopyError
from corpus.features import features
from corpus.output import Output
from corpus.parquet import write
from tests.annotation.test_agreement import choices, numbers
from tests.annotation.units import answered, mark, pair
from tests.campaigns import campaign, rebuilt, write_articles

# Unit by unit, what three simulated annotators say of the outlet's stance; a dot is no answer.
SAID = ["ffa", "fff", "aa.", "af.", "faa", "f.."]
WORDS = {"f": "favor", "a": "against"}


def saved(one: Campaign, tasks: Sequence[Task], answers: Sequence[Annotation]) -> Campaign:
    """Write the files of a pull."""
    one.folder.mkdir(parents=True, exist_ok=True)
    tasks_file.save(one.folder / "tasks.parquet", tasks)
    write(one.folder / "annotations.parquet", answers, features(Annotation, values=value_features(one.scheme)))
    return one


def values(stance: str, confidence: str | None = None) -> dict[str, Any]:
    return {"stance": WORDS[stance], "confidence": confidence}


@pytest.fixture
def stance(tmp_path: Path) -> Campaign:
    """Six documents in two languages: the first half in German."""
    one = campaign(tmp_path / "stance", 6)
    rows = [
        {"id": f"doc-{n}", "text": f"The mayor, {n}, wants it.", "language": "de" if n < 3 else "en"} for n in range(6)
    ]
    write_articles(one.workspace.root, rows)
    rebuilt(one.workspace.root)
    tasks = one.tasks()
    answers = [
        answered(task, name, values(letter), *marks(task, name), campaign="stance")
        for task, word in zip(tasks, SAID, strict=True)
        for name, letter in zip(("r1", "r2", "r3"), word, strict=True)
        if letter != "."
    ]
    spoilt = [
        answered(tasks[0], "r9", values("a"), annotation_id="skip", status=Status.SKIPPED),
        answered(tasks[1], "r9", values("a"), annotation_id="stale", stale=True),
        answered(tasks[1], "r9", values("a"), annotation_id="gone", deleted=True),
        answered(tasks[1], "r9", values("a"), annotation_id="control", control=Control.REPEAT),
        answered(tasks[1], "r1", values("a"), annotation_id="older", updated="2025-01-01"),
    ]
    return saved(one, tasks, [*answers, *spoilt])


def marks(task: Task, name: str) -> list[Span]:
    """All mark the first word, the third one more."""
    found = [mark(task, 0, 3, question="evidence")]
    return [*found, mark(task, 4, 9, question="evidence", holder="unspecified")] if name == "r3" else found


def of(found: Study, question: str, measure: str, group: str = "", items: str = "all") -> Figure:
    (one,) = [
        row.figure
        for row in found.figures
        if (row.question, row.measure, row.group, row.items) == (question, measure, group, items)
    ]
    return one


def test_the_figures_of_a_small_campaign(stance: Campaign) -> None:
    found = study(gather(stance), rounds=0)
    words = [word for word in SAID if word != "f.."]
    assert of(found, "stance", "pair_agreement").value == pytest.approx((1 / 3 + 1 + 1 + 0 + 1 / 3) / 5)
    whole = of(found, "stance", "alpha")
    assert (whole.units, whole.answers) == (5, 13)
    # 7 f and 6 a in 13 answers; by unit 2, 0, 0, 2 and 2 ordered pairs over the raters less one.
    assert whole.value == pytest.approx(1 - ((4 / 2) + 0 + 0 + 2 / 1 + 4 / 2) / ((13**2 - 7**2 - 6**2) / 12))
    assert whole.value == pytest.approx(alpha(choices(words, "fa")).value)
    assert of(found, "confidence", "alpha").reason == "no unit has two answers"


def test_kept_items_are_those_that_answers_settle(stance: Campaign) -> None:
    found = study(gather(stance), rounds=0)
    kept = of(found, "stance", "alpha", items="kept")
    assert (kept.units, kept.answers) == (4, 11), "a tie settles nothing"
    assert kept.value == pytest.approx(alpha(choices(["ffa", "fff", "aa.", "faa"], "fa")).value)
    table = choices(["ff", "fa", "f.", "faab", "faa", "...", "fabf"], "fab")
    assert dict(zip(table.units, kept_choices(table).tolist(), strict=True)) == {
        "0": True, "1": False, "2": False, "3": False, "4": True, "6": False,
    }  # fmt: skip
    scores = numbers([[60, 85], [60, 85.5], [60, None], [1, 2, 3]])
    assert kept_numbers(scores, 25).tolist() == [True, False, False, True]


def test_each_group_is_counted_on_its_units(stance: Campaign) -> None:
    found = study(gather(stance), rounds=0, by=["language"])
    parts = {language: of(found, "stance", "alpha", language) for language in ("de", "en")}
    assert {language: (one.units, one.answers) for language, one in parts.items()} == {"de": (3, 8), "en": (2, 5)}
    assert parts["de"].value == pytest.approx(alpha(choices(["ffa", "fff", "aa."], "fa")).value)
    assert parts["en"].value == pytest.approx(alpha(choices(["af.", "faa"], "fa")).value)
    assert "group:language=de" in parts["de"].signature and "items:all" in parts["de"].signature
    assert "raters:3" in parts["de"].signature
    assert {row.group_by for row in study(gather(stance), rounds=0).figures} == {"", "language", "outlet", "pair"}, (
        "one target and one stratum are no groups"
    )


def test_pairs_of_annotators_stand_beside_each_other(stance: Campaign) -> None:
    found = study(gather(stance), rounds=0, by=["pair"])
    shares = {group: of(found, "stance", "pair_agreement", group) for group in ("r1 & r2", "r1 & r3", "r2 & r3")}
    assert {group: one.value for group, one in shares.items()} == pytest.approx(
        {"r1 & r2": 3 / 5, "r1 & r3": 1 / 3, "r2 & r3": 2 / 3}
    )
    assert [one.units for one in shares.values()] == [5, 3, 3]
    one = of(found, "stance", "cohen_kappa", "r1 & r2")
    # Of five units they agree on three; r1 says f of three, r2 says f of three.
    assert one.value == pytest.approx((3 / 5 - 13 / 25) / (1 - 13 / 25))
    assert of(found, "evidence", "overlap_f1", "r1 & r2").value == 1
    assert of(found, "evidence", "overlap_f1", "r1 & r3").value == pytest.approx(2 / 3)
    assert not [row for row in found.figures if row.measure == "cohen_kappa" and not row.group], "three are no pair"


def test_a_rater_left_out_and_how_many_marks_each_makes(stance: Campaign) -> None:
    found = {(one.question, one.rater): one for one in study(gather(stance), rounds=0).raters}
    lone = found["stance", "r3"]
    assert (lone.answers, lone.severity) == (3, None)
    assert lone.without.value == pytest.approx(alpha(choices(["ff", "ff", "aa", "af", "fa"], "fa")).value)
    marking = [found["evidence", name] for name in ("r1", "r2", "r3")]
    severities_ = [one.severity.value for one in marking if one.severity]
    # r1 and r2 share two units, and with r3 three more where the others' mean is 1.5 marks; r3 has 2 to their 1.
    assert severities_ == pytest.approx([-0.5 * 3 / 5, -0.5 * 3 / 5, 1.0])
    assert marking[2].without.value == 1 and marking[0].without.value == pytest.approx(2 * 9 / (9 + 24))


def test_who_gives_lower_scores_than_others_is_strict() -> None:
    """The distances of the third: -30 and -20; the fourth unit is theirs alone."""
    table = numbers([[80, 90, 55], [60, 60, 40], [70, 72, None], [None, None, 10]])
    found = severities(table)
    assert [one.value for one in found.values()] == pytest.approx([(7.5 + 10 - 2) / 3, (22.5 + 10 + 2) / 3, -25])
    assert [one.units for one in found.values()] == [3, 3, 2]
    alone = severities(numbers([[1, None], [None, 2]]))
    assert {one.reason for one in alone.values()} == {"nobody else answered these units"}


def test_intervals_of_groups_have_fewer_rounds_and_say_so(stance: Campaign) -> None:
    answers = gather(stance)
    tiled = replace_units(answers, 4)
    found = study(tiled, rounds=300, by=["language"], questions=["stance"])
    assert {row.question for row in found.figures} == {"stance"}
    whole, part = of(found, "stance", "alpha"), of(found, "stance", "alpha", "de")
    assert whole.low is not None and "rounds:300" in whole.signature
    assert part.low is not None and "rounds:200" in part.signature
    assert of(found, "stance", "alpha", "en").low is None, "eight units are too few"
    other, others = of(found, "stance", "fleiss_kappa"), of(found, "stance", "fleiss_kappa", "de")
    assert other.low is not None and others.value is not None, "groups have the interval of the main measure only"
    assert others.low is None and "rounds" not in others.signature


def replace_units(answers: Any, times: int) -> Any:
    """The same answers, given to so many copies of the units."""
    import pyarrow as pa

    size = len(answers.units)
    return replace(
        answers,
        units=[f"{key} {copy}" for copy in range(times) for key in answers.units],
        unit=np.concatenate([answers.unit + copy * size for copy in range(times)]),
        rater=np.tile(answers.rater, times),
        rows=pa.concat_tables([answers.rows] * times).combine_chunks(),
        facts=pa.concat_tables([answers.facts] * times),
        outlets=list(answers.outlets) * times,
    )


def test_the_command_tells_all_and_kept_beside_each_other(stance: Campaign, capsys: pytest.CaptureFixture[str]) -> None:
    asked: Mapping[str, Any] = {"campaign": None, "rounds": 50, "workspace": stance.workspace.root}
    agreement(**asked, by="language", question="stance", out=Output())
    told = capsys.readouterr()
    lines = [line.split() for line in told.out.splitlines()]
    assert ["stance", "alpha", "0.143", "5", "13", "0.333", "4", "11"] in lines
    assert ["stance", "alpha", "de"] in [line[:3] for line in lines]
    assert ["stance", "r3", "3", "-", "alpha", "0.250"] in lines
    assert "lifts agreement" in told.err
    agreement(**asked, by=None, question=None, out=Output(json=True))
    import json

    (found,) = json.loads(capsys.readouterr().out)
    assert {one["question"] for one in found["figures"]} == {"stance", "confidence", "evidence"}
    assert all(one["signature"].startswith(one["measure"]) for one in found["figures"])
    assert {one["reason"] for one in found["figures"] if one["question"] == "confidence"} == {"no unit has two answers"}
    assert found["raters"][0]["without"]["signature"]
    with pytest.raises(WirecopyError, match="asks 'score'") as error:
        agreement(**asked, by=None, question="score", out=Output())
    assert "stance" in str(error.value.hint)


def test_who_runs_the_campaign_sees_the_names_of_the_file(stance: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulled, "nicknames", lambda campaign: {"r1": "anna"})
    told: list[Any] = []
    out = Output(json=True)
    monkeypatch.setattr(out, "data", told.append)
    agreement(campaign="stance", by="pair", question="stance", rounds=0, workspace=stance.workspace.root, out=out)
    ((found,),) = told
    assert {one["group"] for one in found["figures"] if one["group"]} == {"anna & r2", "anna & r3", "r2 & r3"}
    assert [one["rater"] for one in found["raters"]] == ["anna", "r2", "r3"]
    figures = [*found["figures"], *(one["without"] for one in found["raters"])]
    assert not [one for one in figures if "anna" in one["signature"]], "a signature is printed in papers"
    assert any("pair=r1 & r2" in one["signature"] for one in figures)


def test_answers_that_are_no_peoples_are_told(stance: Campaign, capsys: pytest.CaptureFixture[str]) -> None:
    asked: Mapping[str, Any] = {"campaign": "stance", "question": None, "workspace": stance.workspace.root}
    agreement(**asked, by=None, rounds=0, out=Output())
    assert "answers are" not in capsys.readouterr().err, "those of people are what everybody expects"
    rows = [one.model_copy(update={"origin": Origin.SIMULATED}) for one in pulled.annotations(stance)]
    saved(stance, stance.tasks(), rows[:-7] + [one.model_copy(update={"origin": Origin.HUMAN}) for one in rows[-7:]])
    agreement(**asked, by=None, rounds=0, out=Output())
    count = gather(stance).origins
    assert f"stance: answers are human ({count['human']}), simulated ({count['simulated']})" in capsys.readouterr().err
    found = study(gather(stance), rounds=20)
    figures = [*(row.figure for row in found.figures), *(one.without for one in found.raters)]
    figures += [one.severity for one in found.raters if one.severity]
    assert figures and all("|origin:human+simulated|" in one.signature for one in figures)
    assert found.origins == count


def test_one_question_alone_has_the_measures_that_cost_more(tmp_path: Path) -> None:
    (tmp_path / "wirecopy.toml").write_text(
        'name = "n"\n[campaigns.esa]\nscheme = "translation-esa"\nimported = true\n'
    )
    (one,) = load_all(load(tmp_path), "esa")
    tasks = [pair(at) for at in range(12)]
    answers = [
        answered(task, name, {"score": float(50 + 3 * at + more * (at % 3)), "comment": None})
        for at, task in enumerate(tasks)
        for name, more in (("r1", 0), ("r2", 5))
    ]
    saved(one, tasks, answers)
    plain = study(gather(one), rounds=100)
    assert {row.measure for row in plain.figures if row.question == "score"} == {"alpha", "pearson", "kendall_tau_b"}
    found = study(gather(one), rounds=100, questions=["score"], by=[])
    tau, accuracy = of(found, "score", "kendall_tau_c"), of(found, "score", "pairwise_accuracy")
    assert tau.value is not None and tau.low is not None and "rounds:100" in tau.signature
    assert accuracy.value is not None and accuracy.low is None and "rounds" not in accuracy.signature


def test_a_campaign_without_answers_names_the_next_command(tmp_path: Path) -> None:
    one = campaign(tmp_path / "empty", 1)
    with pytest.raises(WirecopyError, match="no annotations yet") as error:
        agreement(campaign=None, by=None, question=None, rounds=0, workspace=one.workspace.root, out=Output())
    assert error.value.hint == "wirecopy annotation pull"
    assert BY == ("language", "outlet", "target", "stratum", "pair")
