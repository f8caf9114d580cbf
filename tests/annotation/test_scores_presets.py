"""Presets of wirecopy and of one's own, the schemes that they fit, and the scores of a campaign."""

import json
from pathlib import Path
from typing import Any

import pytest

from annotation.campaign import Campaign, load_all
from annotation.commands.score import score as score_command
from annotation.measures.gather import gather
from annotation.measures.scores import Preset, Rated, Score, load, misfit, preset_for, presets, rated_of, score, told
from annotation.measures.scores import values as values_of
from annotation.schema import Annotation, Span, Task
from annotation.schemes import load as load_scheme
from annotation.schemes.answers import value_features
from annotation.schemes.scheme import Scheme
from annotation.tasks import save
from annotation.units import task_of
from corpus.config import load as load_workspace
from corpus.errors import WirecopyError
from corpus.features import features
from corpus.files import digest
from corpus.output import Output
from corpus.parquet import write
from tests.annotation.units import answered

KNOWN = presets()
MQM = {"google-2021", "wmt23", "wmt24", "mqm-core"}

# A preset's rules are its version: whoever changes them gives it another one.
PINNED = {
    "esa@1": "5bd770ae",
    "google-2021@1": "7e6de4a4",
    "mqm-core@1": "483cbc02",
    "wmt23@1": "b0598112",
    "wmt24@1": "8f26e5d7",
}


def test_a_version_of_a_preset_never_changes() -> None:
    rules = {"title", "sources", "schemes"}
    assert {told(one): digest(one.model_dump(exclude=rules))[:8] for one in KNOWN.values()} == PINNED
    assert all(one.sources for one in KNOWN.values())


OWN = """
id = "house"
version = "2"
title = "Our own"
sources = ["our style guide"]
basis = "errors"
better = "lower"
[[rules]]
severity = ["major"]
weight = 3
"""


def put(root: Path, text: str = OWN, name: str = "house") -> Path:
    path = root / "presets" / f"{name}.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_a_team_has_presets_of_its_own(tmp_path: Path) -> None:
    put(tmp_path)
    mine = load("house", tmp_path)
    assert mine == load("presets/house.toml", tmp_path) == presets(tmp_path)["house"]
    assert (mine.weight("Any", "Major"), mine.weight("Any", "Minor")) == (3, None)
    assert told(mine).startswith("house@2+") and len(told(mine)) == len("house@2+") + 8
    put(tmp_path, OWN.replace("weight = 3", "weight = 4"))
    assert told(load("house", tmp_path)) != told(mine)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (("weight = 3", "wieght = 3"), "wieght] unknown key|-> wieght"),
        (("weight = 3", "weight = -3"), "weight"),
        (("weight = 3", "weight = 1e308"), "weight"),
        (('better = "lower"', 'better = "less"'), "better"),
        (('basis = "errors"', 'basis = "number"'), "number"),
        (('id = "house"', 'id = "home"'), "calls itself 'home'"),
        (('version = "2"', ""), "version"),
        (("[[rules]]", "[[rules]"), "not valid TOML"),
        (('better = "lower"', 'better = "lower"\nper = "words"'), "higher is better"),
    ],
)
def test_a_file_that_is_no_preset_is_a_clear_error(change: tuple[str, str], cause: str, tmp_path: Path) -> None:
    path = put(tmp_path, OWN.replace(*change))
    with pytest.raises(WirecopyError, match=cause) as error:
        load("house", tmp_path)
    assert str(path) in error.value.message and error.value.hint


def test_a_preset_of_wirecopy_can_not_be_replaced(tmp_path: Path) -> None:
    put(tmp_path, OWN.replace("house", "wmt24"), "wmt24")
    with pytest.raises(WirecopyError, match="'wmt24' is a preset of wirecopy"):
        load("wmt24", tmp_path)


def test_a_preset_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(WirecopyError, match="no preset is called 'wmt99'") as error:
        load("wmt99", tmp_path)
    assert error.value.hint == "use one of esa, google-2021, mqm-core, wmt23, wmt24, or write presets/wmt99.toml"
    with pytest.raises(WirecopyError, match=r"mine\.toml is missing"):
        load("mine.toml", tmp_path)


@pytest.mark.parametrize(
    ("scheme", "fitting", "own"),
    [
        ("translation-esa", {"esa", *MQM}, "esa"),
        ("translation-mqm", MQM, "wmt24"),
        ("translation-mqm-core", MQM, "mqm-core"),
        ("stance", set(), None),
        ("fluency", set(), None),
    ],
)
def test_schemes_and_the_presets_that_fit_them(scheme: str, fitting: set[str], own: str | None) -> None:
    asked = load_scheme(scheme, Path())
    assert {name for name, preset in KNOWN.items() if misfit(preset, asked) is None} == fitting
    if own:
        assert preset_for(asked).id == own
        return
    with pytest.raises(WirecopyError, match=f"no preset can score the scheme '{scheme}'"):
        preset_for(asked)


def test_a_preset_that_does_not_fit_is_told_with_those_that_do() -> None:
    with pytest.raises(WirecopyError, match=r"'esa' can't score .* 'translation-mqm': it asks for no number") as error:
        preset_for(load_scheme("translation-mqm", Path()), "esa")
    assert error.value.hint == "presets that fit: google-2021, mqm-core, wmt23, wmt24"


CONFIG = """
name = "t"
[[sources]]
path = "a"
[campaigns.mqm]
scheme = "translation-mqm"
imported = true
preset = "google-2021"
[campaigns.stance]
scheme = "stance"
imported = true
"""
PLACES = {"accuracy_omission": "omission", "source_error": "omission"}


def unit(scheme: Scheme, system: str, at: int) -> Task:
    blank = {f"{side}_{part}_text": " " for side in ("source", "translation") for part in ("before", "after")}
    texts = {"source_text": "One two three four five.", "translation_text": "Eins zwei drei vier fünf."}
    return task_of(
        "mqm",
        scheme,
        data=texts | blank | {"source_language": "en", "translation_language": "de"},
        doc_ids=["source/d1", f"{system}/d1"],
        segment_ids=[f"{at}"],
        languages=["en", "de"],
    )


def marked(label: str, severity: str) -> Span:
    question = PLACES.get(label, "error")
    side = "source" if question == "omission" else "translation"
    return Span(question=question, side=side, start=0, end=2, text="On", label=label, severity=severity)


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    """Two systems and two segments: fifteen, zero, two and 0.1 points as Google counts them."""
    (tmp_path / "wirecopy.toml").write_text(CONFIG)
    one = load_all(load_workspace(tmp_path), "mqm")[0]
    tasks = {(system, at): unit(one.scheme, system, at) for system in "ab" for at in (1, 2)}
    rows: list[Annotation] = [
        answered(tasks["a", 1], "r", {"comment": None}, *[marked("accuracy_omission", "major")] * 2),
        answered(tasks["a", 1], "s", {"comment": None}, marked("source_error", "major"), marked("other", "critical")),
        answered(tasks["a", 2], "r", {"comment": None}),
        answered(tasks["b", 1], "r", {"comment": None}, *[marked("style_awkward", "minor")] * 2),
        answered(tasks["b", 2], "r", {"comment": None}, marked("fluency_punctuation", "minor")),
    ]
    save(one.folder / "tasks.parquet", tasks.values())
    write(one.folder / "annotations.parquet", rows, features(Annotation, values=value_features(one.scheme)))
    return one


def values(scores: list[Score]) -> dict[str, float | None]:
    return {found.name: found.figure.value for found in scores}


def test_a_campaign_is_scored_by_the_names_that_others_have_for_its_labels(campaign: Campaign) -> None:
    table = rated_of(gather(campaign))
    assert sorted(set(table.kinds)) == [
        *[("Accuracy/Omission", "major"), ("Fluency/Punctuation", "minor"), ("Other", "critical")],
        *[("Source error", "major"), ("Style/Awkward", "minor")],
    ]
    assert table.words.tolist() == [5] * 4 and set(table.pairs) == {"en-de"}
    google = score(table, KNOWN["google-2021"])
    assert [(row.name, row.figure.value) for row in google] == [("b", pytest.approx(1.05)), ("a", 3.75)]
    assert values(score(table, KNOWN["wmt24"])) == {"b": pytest.approx(1.05), "a": 3.75}
    assert values(score(table, KNOWN["mqm-core"]))["a"] == pytest.approx(100 * (1 - 20 / 10))
    assert values(score(table, KNOWN["google-2021"], "document")) == {"a/d1": 3.75, "b/d1": pytest.approx(1.05)}


def told_by(capsys: pytest.CaptureFixture[str], root: Path, **asked: Any) -> Any:
    given = {"campaign": None, "preset": None, "level": "outlet", "z": False, "test": None}
    score_command(**(given | asked), workspace=root, out=Output(json=True))
    return json.loads(capsys.readouterr().out)


def test_what_answers_are_worth_is_counted_once_a_run(
    campaign: Campaign, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[str] = []
    penalties = values_of.penalties

    def counted(rated: Rated, preset: Preset) -> Any:
        runs.append(preset.id)
        return penalties(rated, preset)

    monkeypatch.setattr(values_of, "penalties", counted)
    told_by(capsys, campaign.workspace.root, test="wilcoxon")
    assert runs == ["google-2021"]


def test_the_command_takes_the_preset_of_the_campaign_and_tells_all(
    campaign: Campaign, capsys: pytest.CaptureFixture[str]
) -> None:
    root = campaign.workspace.root
    (told,) = told_by(capsys, root, test="wilcoxon")
    assert (told["campaign"], told["preset"], told["better"]) == ("mqm", "google-2021@1", "lower")
    assert [(row["name"], row["rank"], row["cluster"], row["ratings"]) for row in told["scores"]] == [
        ("b", 1, 1, 2),
        ("a", 2, 1, 3),
    ]
    assert told["without_a_rule"] == [{"category": "Other", "severity": "critical", "errors": 1}]
    assert [one["segments"] for one in told["significance"]["comparisons"]] == [2]
    (other,) = told_by(capsys, root, preset="wmt24", level="segment")
    assert other["preset"] == "wmt24@1" and len(other["scores"]) == 4 and other["without_a_rule"] == []
    score_command(campaign="mqm", preset=None, level="outlet", z=False, test=None, workspace=root, out=Output())
    shown = capsys.readouterr()
    assert shown.out.splitlines()[1].split() == [
        "outlet",
        "score",
        "95",
        "%",
        "interval",
        "segments",
        "ratings",
        "rank",
    ]
    assert "mqm|preset:google-2021@1|level:outlet|items:all|" in shown.out
    assert "it has no rule for these errors, which weigh 0: Other, critical (1)" in shown.err


@pytest.mark.parametrize(
    ("asked", "cause"),
    [
        ({"campaign": "stance"}, "no preset can score the scheme 'stance'"),
        ({"campaign": "mqm", "preset": "esa"}, "'esa' can't score the scheme 'translation-mqm'"),
        ({"preset": "esa"}, "'esa' can't score the scheme"),
        ({"level": "word"}, "no level 'word'"),
        ({"test": "t"}, "no test 't'"),
        ({"test": "wilcoxon", "level": "document"}, "--test compares outlets"),
    ],
)
def test_what_can_not_be_scored_is_a_clear_error(
    asked: dict[str, Any], cause: str, campaign: Campaign, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(WirecopyError, match=cause) as error:
        told_by(capsys, campaign.workspace.root, **asked)
    assert error.value.hint
