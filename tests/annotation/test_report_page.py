"""The page of a report: whole, the same each time, safe against what others write, and made by a command."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from annotation.answers import pulled
from annotation.answers.tables import pull_file
from annotation.campaign import Campaign, load_all
from annotation.commands.report import report as write_report
from annotation.report import charts, report, save
from annotation.report.content import decimals, name, percent, safe, sheet
from annotation.schema import Control, Origin, Status
from annotation.schemes.answers import results_of
from annotation.tasks import to_server
from corpus.config import load
from corpus.errors import WirecopyError
from corpus.output import Output
from corpus.parquet import read_dicts
from tests.annotation.reports import (
    CONFIG,
    HOSTILE,
    article,
    hostile,
    said,
    stance_material,
    workspace,
    written,
)
from tests.annotation.units import answered
from tests.campaigns import campaign
from tests.conftest import REPOSITORY


@pytest.fixture
def campaigns(tmp_path: Path) -> dict[str, Campaign]:
    return workspace(tmp_path / "work")


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


REPORT = """
import sys
from pathlib import Path
from annotation.campaign import load_all
from annotation.report import report
from corpus.config import load
sys.stdout.buffer.write(report(load_all(load(Path(sys.argv[1])), "stance")[0]).encode())
"""


def test_another_process_makes_the_same_bytes(campaigns: dict[str, Campaign]) -> None:
    root = hostile(campaigns["stance"]).workspace.root
    pages = [
        subprocess.run(
            [sys.executable, "-c", REPORT, root], env=os.environ | {"PYTHONHASHSEED": seed}, stdout=subprocess.PIPE,
            cwd=REPOSITORY, check=True,
        ).stdout
        for seed in "01"
    ]  # fmt: skip
    assert pages[0] == pages[1] and len(pages[0]) > 20_000


NAMES = ("Augusta Lovelace", "augusta.lovelace@paper.example", "ada-of-the-desk", "ada.lovelace@example.org")


def test_names_and_mails_of_an_export_end_in_the_pull(tmp_path: Path) -> None:
    root = campaign(tmp_path / "work", 1).workspace.root
    with (root / "wirecopy.toml").open("a") as config:
        config.write(f'[annotators.{NAMES[2]}]\nemail = "{NAMES[3]}"\n')
    (one,) = load_all(load(root))
    assert list(pulled.nicknames(one).values()) == [NAMES[2]]
    (task,) = one.units()
    answers = [
        {
            "id": number,
            "unique_id": f"u-{number}",
            "completed_by": {"id": number, "email": mail, "first_name": NAMES[0]},
            "created_username": f" {NAMES[0]} {NAMES[1]}, {number}",
            "created_ago": NAMES[2],
            "draft": {"by": NAMES[3]},
            "created_at": "2026-03-01T10:00:00Z",
            "updated_at": "2026-03-01T10:00:00Z",
            "result": results_of(one.scheme, {"stance": vote, "confidence": "sure"}, [], task.data),
        }
        for number, vote, mail in ((1, "favor", NAMES[1]), (2, "against", NAMES[3]))
    ]
    people = [{"id": 1, "email": NAMES[1], "first_name": NAMES[0]}, {"id": 2, "email": NAMES[3]}]
    export = [to_server(task) | {"id": 1, "annotations": answers, "updated_by": people, "comment_authors": people}]
    path = tmp_path / "export.json"
    path.write_text(json.dumps(export))
    assert pull_file(one, path).annotations == 2
    save(one)
    told = {file: file.read_bytes() for file in sorted(one.folder.rglob("*")) if file.is_file()}
    told |= {file.with_suffix(".text"): _words(file) for file in told if file.suffix == ".parquet"}
    page = told[one.folder / "report.html"].decode()
    raters = set(re.findall(r"rater-[0-9a-f]{8}", page))
    assert len(raters) == 2 and raters > pulled.nicknames(one).keys(), "annotators are there, by pseudonym"
    for file, words in told.items():
        for known in (*NAMES, "Lovelace", "paper.example"):
            assert known.lower().encode() not in words.lower(), file


def _words(path: Path) -> bytes:
    """What stands in a Parquet file, which is compressed."""
    return json.dumps(list(read_dicts(path)), ensure_ascii=False, default=str).encode()


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


def test_no_text_reaches_the_renderer_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    import vl_convert

    seen: list[str] = []

    def rendered(spec: object) -> str:
        seen.append(json.dumps(spec, ensure_ascii=False))
        return '<svg width="1" height="1"/>'

    monkeypatch.setattr(vl_convert, "vegalite_to_svg", rendered)
    bad = "\uffff\u202e"  # the first would end the whole process there, without an exception
    charts.stacked([(bad, [1.0])], [bad], charts.colors([bad]), axis=bad, alt=bad)
    charts.intervals([(bad, 1.0, 0.0, 2.0)], axis=bad, alt=bad)
    charts.histogram([(bad, 1.0)], axis=bad, counts=bad, alt=bad)
    charts.lines({bad: [1.0, 2.0]}, axis=bad, value=bad, alt=bad)
    assert len(seen) == 4 and not [spec for spec in seen for sign in bad if sign in spec]


def test_kept_items_are_told_by_the_bounds_of_the_campaign(tmp_path: Path) -> None:
    bounds = "[campaigns.stance.adjudication]\ngap = 12.5\nspans = 0.3\n"
    one = workspace(tmp_path / "bounds", CONFIG.replace("[campaigns.errors]", f"{bounds}[campaigns.errors]"))["stance"]
    page = report(stance_material(one, [{"a": "favor", "b": "against"}] * 3).campaign)
    assert "no choice has more than half, numbers lie further apart than 12.5, marks overlap less than 0.3" in page
    assert "without an adjudicator" not in page


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
