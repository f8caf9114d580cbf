"""How to cite a release: `CITATION.cff`, held to its own validator, and BibTeX."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
import uv
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from export.citation import author, bibtex, citation, spdx
from export.schema import Facts, LeakageFacts, Manifest, People, SplitFacts

VALIDATOR = "cffconvert==2.0.0"  # in an environment of its own: it needs an older jsonschema than ours


def facts(**told: Any) -> Facts:
    """The facts of an empty release."""
    blank = dict.fromkeys(("description", "motivation", "uses", "out_of_scope", "limits", "funding", "contact"), "")
    people = People(**{"license": "other", "creators": [], "url": None, "date": None, **blank, **told})
    return Facts(
        name="Wire copy",
        version="1.2.0",
        people=people,
        languages=["de", "en"],
        configs=[],
        campaigns=[],
        outlets=[],
        splits=SplitFacts(strategy="family", together=[], shares={}, documents={}, components=0, moves=0, undated=0),
        leakage=LeakageFacts(checked=[], closest=[]),
        comments=False,
    )


def cff(**told: Any) -> str:
    return citation(Manifest(format=6, inputs="", facts=facts(**told), files={}))


FULL: dict[str, Any] = {
    "license": "cc-by-sa-4.0",
    "description": 'News: labels, "quoted" and more\nlines. # No comment.',
    "creators": ["Moor, Ada", "City Desk", "Åström, Öland"],
    "url": "https://huggingface.co/datasets/desk/wire",
    "date": "2026-11-23",
}


@pytest.mark.parametrize("told", [{}, FULL], ids=["empty", "full"])
def test_the_validator_of_the_format_finds_nothing_wrong(told: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "CITATION.cff").write_text(cff(**told))
    command = [uv.find_uv_bin(), "tool", "run", "--quiet", VALIDATOR, "--validate", "-i", "CITATION.cff"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_validator_would_find_a_wrong_key(tmp_path: Path) -> None:
    (tmp_path / "CITATION.cff").write_text(cff(**FULL) + "licence: MIT\n")
    command = [uv.find_uv_bin(), "tool", "run", "--quiet", VALIDATOR, "--validate", "-i", "CITATION.cff"]
    assert subprocess.run(command, capture_output=True, cwd=tmp_path, check=False).returncode != 0


def test_what_people_said_stands_there() -> None:
    found = yaml.safe_load(cff(**FULL))
    assert found["cff-version"] == "1.2.0" and found["type"] == "dataset" and found["license"] == "CC-BY-SA-4.0"
    assert found["authors"][0] == {"family-names": "Moor", "given-names": "Ada"}
    assert found["authors"][1] == {"name": "City Desk"}
    assert found["abstract"] == FULL["description"] and found["date-released"] == "2026-11-23"


def test_what_nobody_said_is_not_made_up() -> None:
    found = yaml.safe_load(cff())
    assert not {"license", "url", "date-released", "abstract"} & found.keys()
    assert found["authors"] == [{"name": "The makers of Wire copy"}]


@settings(deadline=None)
@given(st.lists(st.text(min_size=1).filter(str.strip), min_size=1), st.text())
def test_any_name_and_text_comes_back_from_the_yaml(names: list[str], text: str) -> None:
    found = yaml.safe_load(cff(creators=names, description=text))
    assert found["authors"] == [author(name) for name in names]
    assert found.get("abstract", "") == "\n".join(text.splitlines()).strip()


@pytest.mark.parametrize(
    ("licence", "wanted"),
    [("cc0-1.0", "CC0-1.0"), ("MIT", "MIT"), ("other", None), ("ask us", None), ("mit or apache-2.0", None)],
)
def test_licences_by_their_spdx_id(licence: str, wanted: str | None) -> None:
    assert spdx(licence) == wanted


def test_bibtex_keeps_names_whole_and_takes_no_commands() -> None:
    found = bibtex(facts(**FULL | {"creators": ["Moor, Ada", "Desk & {Sons} \\input{x}"]}))
    assert "author = {Moor, Ada and {Desk \\& \\{Sons\\} input\\{x\\}}}" in found
    assert "year = {2026}" in found and found.count("{") == found.count("}")
    assert found.startswith("@misc{wire-copy-1.2.0,")
