"""`annotation import` and `convert`: files of others become the rows of a campaign, and rows become files."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from annotation.campaign import load_all
from annotation.commands.interchange import convert, import_
from annotation.interchange import FORMATS
from annotation.measures.gather import gather
from corpus.config import load
from corpus.errors import WirecopyError
from corpus.output import Output
from corpus.parquet import read_dicts
from tests.conftest import REPOSITORY, Cli

HEADER = "system\tdoc\tdoc_id\tseg_id\trater\tsource\ttarget\tcategory\tseverity\tcomment\n"
ROWS = (
    "sys\ttalk\t1\t1\tAda Byron\tA car.\tEin <v>🚗 Auto</v>.\tStyle/Awkward\tMinor\twhy\n"
    "sys\ttalk\t1\t1\tBo\tA car.\tEin 🚗 Auto.\tNo-error\tNo-error\t\n"
    "ref\ttalk\t1\t1\tAda Byron\tA car.\tDer Wagen.\tNo-error\tNo-error\t\n"
)
CONFIG = """
name = "others"
[[sources]]
path = "articles"
[campaigns.mqm]
scheme = "translation-mqm"
imported = true
[campaigns.live]
scheme = "translation-mqm"
[campaigns.esa]
scheme = "translation-esa"
imported = true
"""
FILES = ("tasks", "annotations", "quarantine", "labels")


@pytest.fixture
def space(tmp_path: Path) -> Path:
    (tmp_path / "wirecopy.toml").write_text(CONFIG)
    (tmp_path / "some.tsv").write_text(HEADER + ROWS)
    return tmp_path


def imported(space: Path, name: str = "some.tsv", campaign: str = "mqm", **more: Any) -> int:
    options = {"format": None, "languages": "en-de", "out": Output(json=True)} | more
    return import_(source=space / name, campaign=campaign, workspace=space, **options)


def converted(space: Path, **more: Any) -> int:
    options: dict[str, Any] = dict.fromkeys(("source", "campaign", "from_", "to", "scheme", "languages"))
    return convert(**{**options, "lossy": False, "workspace": space, "out": Output(json=True), **more})


def folder(space: Path) -> Path:
    return space / "build" / "annotation" / "mqm"


def contents(space: Path) -> dict[str, tuple[bytes, int]]:
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder(space).iterdir()}


def test_a_file_becomes_the_tables_of_a_campaign(space: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert imported(space) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {
        **{"campaign": "mqm", "format": "google-mqm", "units": 2, "answers": 3, "labels": 2},
        **{"rejected": 0, "raters": 2, "replaces": None, "notes": {}},
    }
    tasks, answers, lost, labels = (list(read_dicts(folder(space) / f"{name}.parquet")) for name in FILES)
    assert [one["doc_ids"] for one in tasks] == [["source/talk", "sys/talk"], ["source/talk", "ref/talk"]]
    data = json.loads(tasks[0]["data"])
    assert data["translation_text"] == "Ein 🚗 Auto." and data["source_before_text"] == " "
    assert data["source_language"] == "en" and tasks[0]["languages"] == ["en", "de"]
    (span,) = answers[0]["spans"]
    assert (span["text"], span["start"], span["end"], span["comment"]) == ("🚗 Auto", 4, 10, "why")
    assert {one["origin"] for one in answers} == {"human"} and lost == [] and len(labels) == 2
    assert [one["key"] for one in labels] == [one["key"] for one in tasks]
    found = gather(load_all(load(space), "mqm")[0])
    assert len(found) == 3 and list(found.outlets) == ["sys", "ref"]


def test_no_name_of_a_rater_is_in_any_file(space: Path) -> None:
    (space / "some.tsv").write_text(HEADER + ROWS + "sys\ttalk\t1\t2\tAda Byron\tA.\tB.\tOther\tWeird\t\n")
    assert imported(space) == 1
    names = {one["annotator"] for one in read_dicts(folder(space) / "annotations.parquet")}
    assert len(names) == 2 and all(name.startswith("rater-") for name in names)
    for path in folder(space).iterdir():
        assert b"Byron" not in path.read_bytes(), path
        assert path.suffix != ".parquet" or "Byron" not in str(list(read_dicts(path))), path


def test_the_same_file_twice_changes_nothing_and_another_takes_its_place(
    space: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    imported(space)
    before = contents(space)
    imported(space, out=Output())
    assert contents(space) == before and "some.tsv is already here" in capsys.readouterr().err
    (space / "other.tsv").write_text(HEADER + ROWS.splitlines(keepends=True)[0])
    imported(space, "other.tsv", out=Output())
    assert "other.tsv takes the place of some.tsv" in capsys.readouterr().err
    assert len(list(read_dicts(folder(space) / "annotations.parquet"))) == 1


def test_broken_lines_are_in_quarantine_with_their_number(space: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (space / "some.tsv").write_text(HEADER + ROWS + "sys\ttalk\n" + "x\ty\t1\t1\tBo\tA.\tB<v>.\tOther\tMinor\t\n")
    assert imported(space, out=Output()) == 1
    said = capsys.readouterr()
    assert "some.tsv:5: rejected: 2 columns, not 10" in said.err
    assert "some.tsv:6: note: target: <v> without </v>: marked to the end" in said.err
    (lost,) = read_dicts(folder(space) / "quarantine.parquet")
    assert lost["detail"] == "some.tsv:5: 2 columns, not 10" and lost["reason"] == "bad-value"
    imported(space)
    assert json.loads(capsys.readouterr().out)["notes"] == {"target: <v> without </v>: marked to the end": 1}


@pytest.mark.parametrize(
    ("campaign", "cause", "hint"),
    [
        (
            "other",
            "has no campaign 'other'",
            '[campaigns.other]\n       scheme = "translation-mqm"\n       imported = true',
        ),
        ("live", "is asked on Label Studio", "imported = true"),
        ("esa", "the scheme 'translation-esa' does not fit google-mqm", "translation-mqm"),
    ],
)
def test_a_campaign_that_is_not_ready_says_what_to_write(campaign: str, cause: str, hint: str, space: Path) -> None:
    with pytest.raises(WirecopyError) as error:
        imported(space, campaign=campaign)
    assert cause in error.value.message and hint in error.value.hint
    assert not (space / "build").exists()


def test_a_file_that_is_nothing_of_the_kind_leaves_all_as_it_is(space: Path) -> None:
    imported(space)
    before = contents(space)
    for text, form in ((HEADER, None), ("a\tb\n", "google-mqm"), ("nothing", None), ("{}", "label-studio")):
        (space / "bad.tsv").write_text(text)
        with pytest.raises(WirecopyError):
            imported(space, "bad.tsv", format=form)
    with pytest.raises(WirecopyError, match="can't be read"):
        imported(space, "missing.tsv")
    (space / "bad.tsv").write_bytes(b"system\xff")
    with pytest.raises(WirecopyError, match="not UTF-8: byte 6"):
        imported(space, "bad.tsv", format="google-mqm")
    assert contents(space) == before


def test_pulled_answers_are_never_replaced(space: Path) -> None:
    (folder(space) / "pull").mkdir(parents=True)
    (folder(space) / "pull" / "000001.json").write_text("{}")
    with pytest.raises(WirecopyError, match="has answers pulled from Label Studio"):
        imported(space)


def test_from_format_to_format(space: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(WirecopyError, match="remarks on marks: 1, first Ada Byron sys/talk 1: 'why'"):
        converted(space, source=space / "some.tsv", target=space / "some.jsonl", to="mt-metrics-eval")
    assert not (space / "some.jsonl").exists()
    way = {"source": space / "some.tsv", "target": space / "some.jsonl", "to": "mt-metrics-eval", "lossy": True}
    assert converted(space, **way, out=Output()) == 0
    assert "left out: remarks on marks: 1" in capsys.readouterr().err
    assert converted(space, **way) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["left_out"][0]["count"] == 1 and said["answers"] == 3
    converted(space, source=space / "some.jsonl", target=space / "again.tsv")
    assert (space / "again.tsv").read_text() == HEADER + ROWS.replace("why", "")


def test_from_a_campaign_to_a_format(space: Path) -> None:
    imported(space)
    with pytest.raises(WirecopyError, match="google-mqm can't carry all of it"):
        converted(space, campaign="mqm", target=space / "out.tsv")
    converted(space, campaign="mqm", target=space / "out.tsv", lossy=True)
    text = (space / "out.tsv").read_text()
    assert text.count("rater-") == 3 and "Ein <v>🚗 Auto</v>.\tStyle/Awkward\tMinor\twhy" in text
    converted(space, campaign="mqm", target=space / "out.json")
    assert json.loads((space / "out.json").read_text())[0]["meta"]["campaign"] == "mqm"


def test_what_convert_has_to_be_told(space: Path) -> None:
    with pytest.raises(WirecopyError, match="a file or a campaign"):
        converted(space, target=space / "out.tsv")
    with pytest.raises(WirecopyError, match=r"it could be mt-metrics-eval, pearmut"):
        converted(space, source=space / "some.tsv", target=space / "out.jsonl")
    with pytest.raises(WirecopyError, match="no format that fits ends so"):
        converted(space, source=space / "some.tsv", target=space / "out.xml")
    with pytest.raises(WirecopyError, match="has no annotations yet"):
        converted(space, campaign="mqm", target=space / "out.tsv")


def test_a_campaign_of_articles_goes_out_and_its_losses_are_named(sample_answers: Path) -> None:
    with pytest.raises(WirecopyError, match="names of source documents: "):
        converted(sample_answers, campaign="translation_quality", target=sample_answers / "out.csv")
    converted(sample_answers, campaign="translation_quality", target=sample_answers / "out.csv", lossy=True)
    assert (sample_answers / "out.json").is_file()


@pytest.fixture
def sample_answers(space: Path) -> Path:
    """A campaign with ids and contexts as a corpus gives them."""
    from annotation.schema import Annotation
    from annotation.schemes.answers import value_features
    from annotation.tasks import save
    from corpus.features import features
    from corpus.parquet import write
    from tests.annotation.units import ESA, answered, pair

    (space / "wirecopy.toml").write_text(CONFIG + '[campaigns.translation_quality]\nscheme = "translation-esa"\n')
    where = space / "build" / "annotation" / "translation_quality"
    tasks = [pair(at, source_before_text="Before.") for at in range(3)]
    languages = {"source_language": "en", "translation_language": "de"}
    tasks = [task.model_copy(update={"data": task.data | languages}) for task in tasks]
    save(where / "tasks.parquet", tasks)
    rows = [answered(task, "rater-1", {"score": 50.5}) for task in tasks]
    write(where / "annotations.parquet", rows, features(Annotation, values=value_features(ESA)))
    return space


def test_the_guide_is_right(space: Path, cli: Cli) -> None:
    guide = (REPOSITORY / "docs" / "interchange.md").read_text()
    (config,), (commands,) = (re.findall(rf"```{kind}\n(.*?)```", guide, re.DOTALL) for kind in ("toml", "sh"))
    (space / "wirecopy.toml").write_text(CONFIG + config)
    (space / "some.tsv").rename(space / "ratings.tsv")
    for line in commands.splitlines():
        done = cli(*shlex.split(line)[1:], cwd=space)
        assert done.returncode == 0, f"{line}: {done.stderr}"
    assert (space / "wmt.json").is_file() and (space / "ratings.jsonl").is_file()
    for form in FORMATS.values():
        told = next(row for row in guide.splitlines() if row.startswith(f"| `{form.name}`"))
        assert f"`{form.suffix}`" in told and ("UTF-16" in told) == (form.offsets.unit == "utf-16")
        assert form.offsets.ends in told or form.offsets.ends in ("inline", "none")


def test_an_import_that_is_cut_off_leaves_the_old_tables_whole(space: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    imported(space)
    before = {path.name: path.read_bytes() for path in folder(space).iterdir()}
    (space / "other.tsv").write_text(HEADER + ROWS.replace("talk", "news"))

    def cut(*_given: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("annotation.commands.interchange.labels.save", cut)
    with pytest.raises(KeyboardInterrupt):
        imported(space, "other.tsv")
    assert {path.name: path.read_bytes() for path in folder(space).iterdir()} == before
    assert [path.name for path in folder(space).parent.iterdir()] == ["mqm"]


def test_a_second_import_at_once_waits_for_the_first(space: Path) -> None:
    (campaign,) = load_all(load(space), "mqm")
    campaign.state.mkdir(parents=True)
    with FileLock(campaign.state / "import.lock"), pytest.raises(WirecopyError, match="another import into"):
        imported(space)


@pytest.mark.parametrize("content", ["[]", "{}", '{"sha256": 5}', ""])
def test_a_damaged_record_of_the_last_import_is_told(content: str, space: Path) -> None:
    imported(space)
    (folder(space) / "import.json").write_text(content)
    with pytest.raises(WirecopyError, match=r"import\.json") as caught:
        imported(space)
    assert caught.value.hint


@pytest.mark.parametrize("languages", ["", "-", "en-", "en", "en-de-fr", "e n-de", "\n-x"])
def test_languages_are_two_codes(languages: str, space: Path) -> None:
    with pytest.raises(WirecopyError, match="languages") as caught:
        imported(space, languages=languages)
    assert "--languages en-de" in caught.value.hint


def test_a_file_never_takes_the_place_of_its_source(space: Path) -> None:
    imported(space)
    of_mqm = {"scheme": "translation-mqm"}
    converted(space, campaign="mqm", target=space / "whole.json")
    for source, target in (("whole.json", "whole.json"), ("some.tsv", "some.tsv")):
        before = (space / source).read_bytes()
        with pytest.raises(WirecopyError, match="its own source"):
            converted(space, source=space / source, target=space / target, lossy=True, **of_mqm)
        assert (space / source).read_bytes() == before


def test_a_file_without_a_rating_makes_no_empty_file(space: Path) -> None:
    (space / "none.tsv").write_text(HEADER)
    with pytest.raises(WirecopyError, match="no rating"):
        converted(space, source=space / "none.tsv", target=space / "out.jsonl", to="mt-metrics-eval")
    assert not (space / "out.jsonl").exists()
