"""Scheme files: what they may say, and the one clear line where they say something else."""

from pathlib import Path
from typing import Any

import pytest

from annotation.schema import Span
from annotation.schemes import built_in, load
from annotation.schemes.checks import contradictions
from annotation.schemes.scheme import Scheme, Spans, alias_of, value_of
from corpus.errors import WirecopyError

GOOD = """
id = "mine"
version = "1"
unit = "document"
title = "Mine"
guideline = "Read, then answer."
[[questions]]
type = "choice"
name = "tone"
title = "Tone"
options = [{ value = "warm", text = "warm", key = "1" }, { value = "cold", text = "cold", key = "2" }]
"""


def test_the_built_in_schemes_load() -> None:
    assert built_in() == [
        "fluency",
        "stance",
        "stance-simple",
        "translation-esa",
        "translation-mqm",
        "translation-mqm-core",
    ]
    for name in built_in():
        assert load(name, Path()).id == name


def test_a_team_writes_its_own(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(GOOD)
    assert load("mine.toml", tmp_path).questions[0].name == "tone"


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('title = "Mine"', 'title = "Mine"\ncolour = "red"', "[top level -> colour] unknown key"),
        ('title = "Tone"', 'title = "Tone"\nhue = 1', "[questions.0.choice -> hue] unknown key"),
        ('title = "Mine"\n', "", "[top level -> title] missing"),
        ('unit = "document"', 'unit = "planet"', "[top level -> unit]"),
        ('key = "2"', 'key = "1"', "key '1' stands twice"),
        ('value = "cold"', 'value = "warm"', "option of tone 'warm' stands twice"),
        ('type = "choice"', 'type = "poem"', "[questions -> 0]"),
        ("version =", "version ==", "not valid TOML"),
        ('name = "tone"', 'name = "origin"', "'origin' can't name a question"),
        ('name = "tone"', 'name = "adjudication_reason"', "'adjudication_reason' can't name a question"),
        ('name = "tone"', 'name = "article"', "'article' can't name a question"),
        ('key = "2"', 'key = "u"', "key 'u' is taken by Label Studio or the browser"),
        ('key = "2"', 'key = "alt+r"', "key 'alt+r' is taken"),
        ('key = "2"', 'key = "ctrl+s"', "[questions.0.choice.options.1 -> key]"),
        ('key = "2"', 'key = "shift+1"', None),
        ('unit = "document"', 'unit = "pair"\ntarget = true', "a pair has no target"),
        ('value = "cold"', 'value = "cold", alias = "warm"', "alias, option of tone 'warm' stands twice"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(old: str, new: str, line: str | None, tmp_path: Path) -> None:
    assert old in GOOD
    (tmp_path / "mine.toml").write_text(GOOD.replace(old, new))
    if line is None:
        assert load("mine.toml", tmp_path)
        return
    with pytest.raises(WirecopyError) as caught:
        load("mine.toml", tmp_path)
    assert line in caught.value.message and "mine.toml" in caught.value.message


def test_an_unknown_scheme_names_the_known_ones() -> None:
    with pytest.raises(WirecopyError, match="no scheme is called 'stanse'") as caught:
        load("stanse", Path())
    assert "stance, stance-simple, translation-esa" in caught.value.hint


@pytest.mark.parametrize(
    ("old", "new", "asked", "told"),
    [
        ('"1"\nunit', '"2"\nunit', False, True),
        ("Tone", "Sound", True, False),
        ("Read,", "Look,", False, False),
        ('key = "1"', 'key = "3"', False, False),
    ],
    ids=["version", "question", "wording of the guideline", "key"],
)
def test_only_a_change_of_meaning_moves_a_hash(old: str, new: str, asked: bool, told: bool, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(GOOD)
    (tmp_path / "other.toml").write_text(GOOD.replace(old, new))
    mine, other = load("mine.toml", tmp_path), load("other.toml", tmp_path)
    assert (mine.hash != other.hash, mine.guideline_hash != other.guideline_hash) == (asked, told)


SPANS = """
[[questions]]
type = "spans"
name = "evidence"
title = "Evidence"
side = "article"
row = "holder"
rows = [{ value = "author", text = "Outlet" }, { value = "actor", text = "Actor" }]
labels = [{ value = "favor", text = "for" }, { value = "against", text = "against" }]
keys = ["qw", "shift+qw"]
named = ["actor"]
"""
CHECK = '[[checks]]\nid = "rule"\ntext = "Told."\n'


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('"qw", "shift+qw"', '"qw"', "keys needs 2 words of 2 keys"),
        ('"qw", "shift+qw"', '"qw", "ctrl+qw"', "'ctrl+qw' is no word of keys"),
        ('"qw", "shift+qw"', '"qw", "shift+12"', "'shift+1' is taken: shift+1 to shift+9 choose a name"),
        ('"qw", "shift+qw"', '"qw", "alt+.w"', None),
        ('named = ["actor"]', 'named = ["editor"]', "named: 'editor' is no row of holders"),
        ('row = "holder"', 'row = "severity"', "named: 'actor' is no row of holders"),
        ('side = "article"', 'side = "source"', "side 'source' is none of ['article']"),
    ],
)
def test_spans_say_what_they_can(old: str, new: str, line: str | None, tmp_path: Path) -> None:
    refused_with(GOOD + SPANS, old, new, line, tmp_path)


@pytest.mark.parametrize(
    ("rule", "line"),
    [
        ('with = { tone = ["warm"] }', None),
        ('with = { tone = ["hot"] }', "with: 'tone' has no option 'hot'"),
        ('with = { mood = ["warm"] }', "with: 'mood' has no option 'warm'"),
        ("with = { tone = [] }", "with: 'tone' has no option 'none'"),
        ("below = { tone = 5 }", "check rule: 'tone' is no number"),
        ('spans = ["evidence/actor/favor"]', None),
        ('spans = ["evidence/favor"]', "nothing is marked as 'evidence/favor'"),
        ('without = ["error"]', "nothing is marked as 'error'"),
        ('unnamed = "evidence"', None),
        ('unnamed = "tone"', "unnamed: 'tone' has no named rows"),
        ('blank = ["evidence"]', "blank: 'evidence' has no value"),
        ("", "check rule: it has no condition"),
    ],
)
def test_a_check_speaks_of_what_there_is(rule: str, line: str | None, tmp_path: Path) -> None:
    refused_with(GOOD + SPANS + CHECK + "# rule", "# rule", rule, line, tmp_path)


def refused_with(good: str, old: str, new: str, line: str | None, folder: Path) -> None:
    assert old in good
    (folder / "mine.toml").write_text(good.replace(old, new))
    if line is None:
        assert load("mine.toml", folder)
        return
    with pytest.raises(WirecopyError) as caught:
        load("mine.toml", folder)
    assert line in caught.value.message


def test_spans_alone_are_no_scheme(tmp_path: Path) -> None:
    head = GOOD.partition("[[questions]]")[0]
    refused_with(head + SPANS, "Outlet", "Paper", "one must be other than spans", tmp_path)


def test_google_s_names_of_errors_come_through() -> None:
    scheme = load("translation-mqm", Path())
    error, omission = (next(q for q in scheme.questions if q.name == name) for name in ("error", "omission"))
    assert isinstance(error, Spans) and isinstance(omission, Spans)
    for name in GOOGLE:
        value = value_of(error.labels, name)
        assert value and alias_of(error.labels, value) == name
    assert value_of(omission.labels, "Accuracy/Omission") == "accuracy_omission"
    assert value_of(error.labels, "Accuracy/Mood") is None
    assert alias_of(error.labels, "mood") == "mood"


GOOGLE = [
    *("Style/Awkward", "Accuracy/Mistranslation", "Terminology/Inappropriate for context", "Fluency/Punctuation"),
    *("Fluency/Grammar", "Fluency/Spelling", "Fluency/Inconsistency", "Fluency/Register", "Other", "Fluency/Display"),
    *("Terminology/Inconsistent use of terminology", "Accuracy/Untranslated text", "Accuracy/Addition"),
    *("Non-translation!", "Source error", "Locale convention/Date format", "Fluency/Character encoding"),
]


def test_a_scheme_takes_another_unit_where_it_marks_the_same_text() -> None:
    stance = load("stance", Path())
    assert stance.on(None) is stance and stance.on("document") is stance
    assert (stance.on("paragraph").unit, stance.on("paragraph").has_target) == ("paragraph", True)
    assert stance.on("paragraph").hash != stance.hash
    with pytest.raises(ValueError, match="side"):
        load("translation-esa", Path()).on("paragraph")


@pytest.mark.parametrize(
    ("name", "values", "marks", "found"),
    [
        ("stance", {"stance": "unrelated"}, ["evidence/author/favor"], ["evidence-but-unrelated"]),
        ("stance", {"stance": "discusses"}, ["evidence/unspecified/mixed"], ["evidence-but-no-position"]),
        ("stance", {"stance": "against"}, ["evidence/author/favor"], ["outlet-favors-but-against"]),
        ("stance", {"stance": "against"}, ["evidence/author/favor", "evidence/author/mixed"], []),
        ("stance", {"stance": "favor"}, ["evidence/author/against"], ["outlet-opposes-but-favor"]),
        ("stance", {"stance": "balanced"}, ["evidence/actor/favor"], ["actor-without-name"]),
        ("stance", {"stance": "unrelated"}, [], []),
        ("stance-simple", {"stance": "favor"}, ["evidence/against"], ["favor-without-its-words"]),
        ("translation-esa", {"score": 65.9}, [], ["low-score-without-error"]),
        ("translation-esa", {"score": 66.0}, [], []),
        ("translation-esa", {"score": 10.0}, ["omission/minor/omission"], []),
        ("translation-esa", {"score": 91.0}, ["error/major/error"], ["perfect-with-major-error"]),
        ("fluency", {"score": 20.0}, [], ["low-score-without-error"]),
        ("translation-mqm", {"comment": None}, ["error/minor/other"], ["other-without-comment"]),
        ("translation-mqm", {"comment": "a pun"}, ["error/minor/other"], []),
    ],
)
def test_the_built_in_checks_find_contradictions(
    name: str, values: dict[str, Any], marks: list[str], found: list[str]
) -> None:
    scheme = load(name, Path())
    assert contradictions(scheme, values, [span_of(scheme, mark) for mark in marks]) == found


def span_of(scheme: Scheme, path: str) -> Span:
    name, *row, label = path.split("/")
    question = next(one for one in scheme.questions if one.name == name)
    assert isinstance(question, Spans) and path in scheme.paths()
    place = {str(question.row): row[0]} if row else {}
    return Span(question=name, side=question.side, start=0, end=1, text="A", label=label, **place)
