"""Google's own scores of the TED talks of WMT21, from the rows of its ratings: every system, document and segment."""

import csv
import json
from pathlib import Path

import pytest

from annotation.commands.score import rescore
from annotation.measures.scores import Level, Rated, presets, rated_tsv, score, significance
from corpus.errors import WirecopyError
from corpus.output import Output

SIX_DECIMALS = 1e-6
GOOGLE = presets()["google-2021"]
HEADER = "system\tdoc\tdocSegId\tglobalSegId\trater\tsource\ttarget\tcategory\tseverity\tmetadata"


@pytest.fixture(scope="module")
def file(gold: Path) -> Path:
    return gold / "mqm" / "mqm_ted_ende.tsv"


@pytest.fixture(scope="module")
def rated(file: Path) -> Rated:
    return rated_tsv(file)[0]


def expected(gold: Path, what: str) -> list[dict[str, str]]:
    with (gold / "mqm" / f"expected_ted_ende_{what}_scores.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def scores(rated: Rated, level: Level, preset: str = "google-2021") -> dict[str, tuple[float | None, int]]:
    return {one.name: (one.figure.value, one.figure.units) for one in score(rated, presets()[preset], level, rounds=0)}


def test_all_fourteen_systems_have_googles_score(gold: Path, rated: Rated) -> None:
    wanted = {one["system"]: one for one in expected(gold, "system")}
    found = scores(rated, "outlet")
    assert found.keys() == wanted.keys() and len(found) == 14
    for system, (value, segments) in found.items():
        assert value == pytest.approx(float(wanted[system]["mqm_from_raw"]), abs=SIX_DECIMALS)
        # Two decimals as Google's README prints them; it prints 1.96 for 1.9688.
        assert value == pytest.approx(float(wanted[system]["mqm_published_readme"]), abs=0.01)
        assert segments == int(wanted[system]["n_segments"]) == 529


def test_every_document_has_googles_score(gold: Path, rated: Rated) -> None:
    wanted = {f"{one['system']}/{one['doc']}": one for one in expected(gold, "document")}
    found = scores(rated, "document")
    assert found.keys() == wanted.keys() and len(found) == 70
    for document, (value, segments) in found.items():
        assert value == pytest.approx(float(wanted[document]["mqm_mean"]), abs=SIX_DECIMALS)
        assert segments == int(wanted[document]["n_segments"])


def test_every_segment_has_googles_score(gold: Path, rated: Rated) -> None:
    wanted = {f"{one['system']}/{one['doc']}#{one['seg_id']}": float(one["mqm"]) for one in expected(gold, "segment")}
    found = scores(rated, "segment")
    assert found.keys() == wanted.keys() and len(found) == 7406
    assert max(abs((found[name][0] or 0) - value) for name, value in wanted.items()) < SIX_DECIMALS


@pytest.mark.parametrize("other", ["wmt23", "wmt24"])
def test_the_other_years_agree_on_a_file_without_anything_that_they_weigh_differently(other: str, rated: Rated) -> None:
    wanted, found = scores(rated, "outlet"), scores(rated, "outlet", other)
    assert {name: one[0] for name, one in found.items()} == pytest.approx(
        {name: one[0] for name, one in wanted.items()}
    )


def test_the_reference_is_told_apart_from_the_machines(rated: Rated) -> None:
    found = significance(rated, GOOGLE, score(rated, GOOGLE, rounds=0), "randomisation", rounds=2000)
    assert len(found.comparisons) == 14 * 13 // 2 and {one.segments for one in found.comparisons} == {529}
    p = {(one.better, one.worse): one.p or 0 for one in found.comparisons}
    assert p["ref", "Nemo"] == 1 / 2001 and p["ref", "Facebook-AI"] > 0.05
    assert found.places[0][:3] == ("en-de", "ref", 1)


def test_rescoring_shows_the_presets_side_by_side(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rescore(file=file, format=None, presets=[], level="outlet", workspace=tmp_path, out=Output(json=True))
    told = json.loads(capsys.readouterr().out)
    assert [one["preset"] for one in told["presets"]] == ["google-2021@1", "mqm-core@1", "wmt23@1", "wmt24@1"]
    assert {"category": "Fluency/Punctuation", "severity": "Minor", "errors": 166}.items() <= told["weights"][0].items()
    assert told["weights"][0]["weights"] == {"google-2021": 0.1, "mqm-core": 1, "wmt23": 0.1, "wmt24": 0.1}
    assert all(one["name"] != "ref" for one in told["moves"]) and told["moves"]
    asked = ["google-2021", "wmt24"]
    rescore(file=file, format="google-mqm", presets=asked, level="outlet", workspace=tmp_path, out=Output())
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["outlet", "google-2021", "rank", "google-2021", "wmt24", "rank", "wmt24"]
    assert lines[1].split() == ["ref", "0.912", "1", "0.912", "1"]
    assert "0 of 14 have another rank under another preset" in lines


def test_esa_can_not_score_ratings_without_numbers(file: Path, tmp_path: Path) -> None:
    with pytest.raises(WirecopyError, match="asks for no number from 0 to 100") as error:
        rescore(file=file, format=None, presets=["esa"], level="outlet", workspace=tmp_path, out=Output())
    assert error.value.hint == "presets that fit: google-2021, mqm-core, wmt23, wmt24"


def test_a_file_of_which_nothing_can_be_read_is_no_table_of_zeros(tmp_path: Path) -> None:
    path = tmp_path / "mqm_ende.tsv"
    path.write_text(HEADER + "\n", encoding="utf-8")
    with pytest.raises(WirecopyError, match="has no rating that can be scored") as error:
        rescore(file=path, format="google-mqm", presets=[], level="outlet", workspace=tmp_path, out=Output())
    assert error.value.hint


def test_rows_of_later_years_are_read_in_their_own_columns_and_categories(tmp_path: Path) -> None:
    rows = [
        ["a", "d", "1", "0", "r1", "One two.", "<v>Eins</v> zwei.", "Creative Reinterpretation", "Major", "{}"],
        ["a", "d", "2", "0", "r1", "Three.", "<v>Drei</v>.", "source_issue", "major", "{}"],
        ["a", "d", "2", "0", "r2", "Three.", "Drei.", "no-error", "no-error", "{}"],
        ["a", "d", "3", "0", "r1", "Four.", "Vier.", "Found", "HOTW-test", "{}"],
        ["a", "d", "4", "0", "", "Five.", "Fünf.", "", "", '{"segment": {}}'],
        ["a", "d", "5", "0", "r1", "Six.", "<v>S</v>echs.", "Style/Awkward", "critical", "{}"],
    ]
    path = tmp_path / "mqm_general_ende.tsv"
    path.write_text("\n".join([HEADER, *("\t".join(row) for row in rows)]) + "\n", encoding="utf-8")
    found, _ = rated_tsv(path)
    values = {name: scores(found, "segment", name) for name in ("google-2021", "wmt23", "wmt24")}
    assert values["google-2021"] == {"a/d#1": (5, 1), "a/d#2": (2.5, 1), "a/d#5": (0, 1)}
    assert values["wmt23"] == values["wmt24"] == {"a/d#1": (0, 1), "a/d#2": (0, 1), "a/d#5": (5, 1)}
    assert found.pairs == ["en-de"] * 3
