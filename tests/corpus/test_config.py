"""`wirecopy.toml`: what is wrong is said with its file, section, key and reason."""

import os
from pathlib import Path

import pytest

from corpus.build import build
from corpus.config import load, parse
from corpus.errors import WirecopyError
from corpus.output import Output
from corpus.workspace import init

LEAST = 'name = "x"\n[[sources]]\npath = "a"\n'
STRATUM = '[[campaigns.c.strata]]\nname = "gold"\noverlap = 3\nfirst = 5\n'
EVENT = '[[events]]\nid = "e"\n'


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "wirecopy.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refusal(folder: Path, text: str | bytes) -> str:
    path = write(folder, text)
    with pytest.raises(WirecopyError) as caught:
        parse(path)
    assert str(path) in caught.value.message
    assert str(path) in caught.value.hint
    return caught.value.message


def test_name_and_a_source_are_enough(tmp_path: Path) -> None:
    config = parse(write(tmp_path, LEAST))
    assert (config.name, config.sources[0].path, config.events) == ("x", "a", [])
    assert config.sources[0].fields.text == "text"


def test_columns_are_mapped_by_the_source(tmp_path: Path) -> None:
    config = parse(write(tmp_path, LEAST + '[sources.fields]\nid = "nr"\ntext = "body"\n'))
    assert (config.sources[0].fields.id, config.sources[0].fields.text) == ("nr", "body")
    assert config.sources[0].fields.title == "title"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "[top level -> name] missing"),
        ('name = "x"', "[[sources]] is missing"),
        ('name = "x"\nsources = []', "[[sources]] is missing"),
        ('name = "x"\n[campaigns.c]\nscheme = "s"', "[[sources]] is missing"),
        (LEAST + '[campaigns.c]\nscheme = "s"\nimported = true\nproject = 3', "project says how units are labelled"),
        (LEAST + "colour = 1", "[sources.0 -> colour] unknown key"),
        ("colour = 1\n" + LEAST, "[top level -> colour] unknown key"),
        ('name = "x"\n[[sources]]\npath = 3', "[sources.0 -> path] Input should be a valid string, not 3"),
        ('name = "x"\n[[sources]]\npath = ""', "[sources.0 -> path] String should have at least 1 character, not ''"),
        ('name = "x"\nsources = "a"', "[top level -> sources] Input should be a valid list, not 'a'"),
        (LEAST + '[sources.fields]\nbody = "b"', "[sources.0.fields -> body] unknown key"),
        (LEAST + EVENT + EVENT, "[[events]] has 'e' twice"),
        (LEAST + '[[targets]]\nid = "t"\nevent = "e"\ntext = {en = "x"}', "target 't' names the event 'e'"),
        (LEAST + '[campaigns.c]\nscheme = "s"\nevents = ["e"]', "campaign 'c' names the event 'e'"),
        (LEAST + '[campaigns.c]\nscheme = "s"\noverlap = true', "[campaigns.c -> overlap] Input should be a valid int"),
        (LEAST + '[campaigns.c]\nscheme = "s"\noverlap = 0', "[campaigns.c -> overlap] Input should be greater"),
        (LEAST + '[campaigns.c]\nscheme = "s"\n' + STRATUM + STRATUM, "[campaigns -> c] [[strata]] has 'gold' twice"),
        (
            LEAST + '[campaigns.c]\nscheme = "s"\nproject = 7\n[annotators.ann]\nactive = false',
            "campaign 'c' has project = 7, which all annotators share, but [annotators] gives ann a project each",
        ),
        (LEAST + '[campaigns.documents]\nscheme = "s"', "'documents' can't name a campaign"),
        (LEAST + "[splits]\ntrain = 0.5", "[top level -> splits] train, validation and test must add up to 1"),
        (LEAST + "[splits]\ntrain = nan", "[splits -> train]"),
        (LEAST + '[release]\nversion = "one"', "[release -> version] String should match pattern"),
        (LEAST + '[release]\nversion = "٣.1.0"', "[release -> version] String should match pattern"),
        (LEAST + '[release]\nversion = "1.0.0-standoff"', "[release -> version] a version must not end in -standoff"),
        (LEAST + '[release]\ndate = "2026-02-31"', "[release -> date] day is out of range for month, not '2026-02-31'"),
        (LEAST + '[release]\ndate = "20260201"', "[release -> date] a day is written YYYY-MM-DD"),
        (LEAST + '[splits]\ntest_from = "9999-99-99"', "[splits -> test_from] month must be in 1..12"),
        (LEAST + '[release]\ncreators = ["A", " "]', "[release.creators -> 1] String should match pattern"),
        (LEAST + '[release.outlets]\nwire = " \\t\u200b"', "[release.outlets -> wire] String should match pattern"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, text: str, line: str) -> None:
    assert line in refusal(tmp_path, text)


def test_a_chosen_project_stands_beside_the_annotators_of_other_campaigns(tmp_path: Path) -> None:
    other = '[campaigns.d]\nscheme = "s"\n[annotators.ann]\ncampaigns = ["d"]'
    config = parse(write(tmp_path, LEAST + '[campaigns.c]\nscheme = "s"\nproject = 7\n' + other))
    assert config.campaigns["c"].project == 7


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    message = refusal(tmp_path, "one = 1\ntwo = 2")
    assert (message.count("unknown key"), message.count("missing")) == (2, 1)


@pytest.mark.parametrize(
    "text",
    ["name = ", "a = " + "[" * 5_000, "a = " + "9" * 5_000, 'name = "x"\nname = "y"', 'a = "\\ud800"', b"a = '\0'"],
)
def test_what_is_no_toml_is_said_so(tmp_path: Path, text: str | bytes) -> None:
    assert "not valid TOML" in refusal(tmp_path, text)


def test_other_encodings_than_utf_8_are_refused_but_a_mark_is_taken(tmp_path: Path) -> None:
    assert "not UTF-8: byte 8" in refusal(tmp_path, b'name = "\xfc"')
    assert parse(write(tmp_path, b"\xef\xbb\xbf" + LEAST.replace("\n", "\r\n").encode())).name == "x"


def test_a_workspace_of_imported_campaigns_needs_no_articles(tmp_path: Path) -> None:
    config = parse(write(tmp_path, 'name = "x"\n[campaigns.c]\nscheme = "translation-mqm"\nimported = true'))
    assert (config.sources, config.campaigns["c"].imported) == ([], True)
    with pytest.raises(WirecopyError, match="names no articles"):
        build(config.sources, root=tmp_path, folder=tmp_path / "out", config=config, out=Output())


def test_a_long_wrong_value_is_cut(tmp_path: Path) -> None:
    assert len(refusal(tmp_path, LEAST.replace('"x"', f'"{"x" * 5_000}"'))) < 400 + len(str(tmp_path))


def test_the_workspace_is_found_from_below(tmp_path: Path) -> None:
    write(tmp_path, LEAST)
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    space = load(below)
    assert space.root == tmp_path.resolve()
    assert space.corpus == tmp_path.resolve() / "build" / "corpus"


def test_no_workspace_is_an_error_with_the_way_to_one(tmp_path: Path) -> None:
    with pytest.raises(WirecopyError) as caught:
        load(tmp_path)
    assert "no wirecopy.toml in" in caught.value.message
    assert "wirecopy init" in caught.value.hint


@pytest.mark.parametrize("name", ["My articles", 'quo"te\\', "Zürich", "[x]*", "tab\tnew\nline", "\x7f"])
def test_init_writes_a_workspace_that_loads_and_finds_the_articles(tmp_path: Path, name: str) -> None:
    articles = tmp_path / name
    articles.mkdir()
    init(folder=tmp_path / "space", articles=articles, out=Output())
    source = load(tmp_path / "space").config.sources[0]
    assert (tmp_path / "space" / source.path).resolve() == articles.resolve()


def test_init_never_overwrites(tmp_path: Path) -> None:
    write(tmp_path, LEAST)
    with pytest.raises(WirecopyError, match="exists already"):
        init(folder=tmp_path, articles=None, out=Output())


def test_init_refuses_articles_that_are_missing_or_have_no_unicode_name(tmp_path: Path) -> None:
    with pytest.raises(WirecopyError, match="does not exist"):
        init(folder=tmp_path / "space", articles=tmp_path / "none", out=Output())
    odd = tmp_path / os.fsdecode(b"\xff")
    odd.mkdir()
    with pytest.raises(WirecopyError, match="no Unicode"):
        init(folder=tmp_path / "space", articles=odd, out=Output())
