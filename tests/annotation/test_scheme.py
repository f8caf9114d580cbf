"""Scheme files: what they may say, and the one clear line where they say something else."""

from pathlib import Path

import pytest

from annotation.schemes import built_in, load
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
    assert built_in() == ["stance", "translation-esa"]
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
    ],
)
def test_what_is_wrong_is_named_with_its_place(old: str, new: str, line: str, tmp_path: Path) -> None:
    assert old in GOOD
    (tmp_path / "mine.toml").write_text(GOOD.replace(old, new))
    with pytest.raises(WirecopyError) as caught:
        load("mine.toml", tmp_path)
    assert line in caught.value.message and "mine.toml" in caught.value.message


def test_an_unknown_scheme_names_the_known_ones() -> None:
    with pytest.raises(WirecopyError, match="no scheme is called 'stanse'") as caught:
        load("stanse", Path())
    assert "stance, translation-esa" in caught.value.hint


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
