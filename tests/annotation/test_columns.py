"""Files of a campaign that another scheme, version or program wrote: one clear error, never a wrong figure."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from annotation.campaign import Campaign
from annotation.commands.aggregate import aggregate
from annotation.commands.agreement import agreement
from annotation.measures.gather import gather
from annotation.measures.scores import rated_of
from annotation.report import report
from annotation.schema import Status
from corpus.errors import WirecopyError
from corpus.output import Output
from tests.annotation.reports import article, error, marked, pair, said, workspace, written
from tests.annotation.units import answered

if TYPE_CHECKING:
    import pyarrow as pa

Edit = Callable[["pa.Table"], "pa.Table"]


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    tasks = [article(at) for at in range(3)]
    given = [said(task, rater, "favor", marked(task, 0, 9)) for task in tasks for rater in "ab"]
    return written(workspace(tmp_path)["stance"], tasks, given)


def changed(one: Campaign, file: str, edit: Edit) -> None:
    import pyarrow.parquet as pq

    path = one.folder / f"{file}.parquet"
    pq.write_table(edit(pq.read_table(path)), path)


def column(name: str, made: Callable[[Any], Any]) -> Edit:
    """Replace each value of a column by another one, of whatever type."""

    def edit(table: "pa.Table") -> "pa.Table":
        import pyarrow as pa

        new = pa.array([made(one) for one in table[name].to_pylist()])
        return table.set_column(table.schema.get_field_index(name), name, new)

    return edit


def spans(**told: Any) -> Edit:
    return column("spans", lambda given: [one | told for one in given])


def test_good_files_stay_readable(campaign: Campaign) -> None:
    assert len(gather(campaign)) == 6 and "<figure" in report(campaign)


@pytest.mark.parametrize(
    ("file", "edit", "cause"),
    [
        ("tasks", lambda table: table.slice(1), "which tasks.parquet does not have"),
        ("tasks", lambda table: table.take([0, 0, 1, 2]), "has a task twice"),
        ("tasks", column("doc_ids", lambda _: []), "doc_ids are"),
        ("tasks", column("languages", lambda _: ["en", "de"]), "languages are"),
        ("annotations", lambda table: table.drop_columns(["values"]), "no column 'values'"),
        ("annotations", column("values", lambda _: "favor"), "does not fit the scheme 'stance'"),
        ("annotations", column("values", lambda _: {"other": "favor"}), "it has no question 'stance'"),
        ("annotations", column("values", lambda one: one | {"stance": "maybe"}), "'stance' has no choice 'maybe'"),
        ("annotations", column("updated", lambda _: None), "a row has no 'updated'"),
        ("annotations", column("spans", lambda _: None), "a row has no 'spans'"),
        ("annotations", spans(label="maybe"), "'evidence' has no label 'maybe'"),
        ("annotations", spans(holder="nobody"), "'evidence' has no holder 'nobody'"),
        ("annotations", spans(question="other"), "no question for marks is called 'other'"),
        ("annotations", spans(start=-9, end=0), "a mark can't begin at -9"),
        ("annotations", spans(end=2**31), "not as long as its text"),
    ],
)
def test_what_does_not_fit_is_an_error_that_names_it(file: str, edit: Edit, cause: str, campaign: Campaign) -> None:
    changed(campaign, file, edit)
    for read in (gather, report):
        with pytest.raises(WirecopyError, match=cause) as caught:
            read(campaign)
        assert str(campaign.folder) in caught.value.message and caught.value.hint == "wirecopy annotation pull"


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -1.0, 101.0])
def test_a_number_out_of_bounds_is_an_error(number: float, tmp_path: Path) -> None:
    one, task = workspace(tmp_path)["scores"], pair("scores", 0)
    written(one, [task], [answered(task, "a", {"score": 50.0}, error(task, label="error"))])
    changed(one, "annotations", column("values", lambda told: told | {"score": number}))
    with pytest.raises(WirecopyError, match="'score' is 0 to 100, not"):
        gather(one)


@pytest.mark.parametrize("data", ["{half", "[]"])
def test_texts_that_are_no_json_are_an_error_with_their_row(data: str, tmp_path: Path) -> None:
    one, task = workspace(tmp_path)["scores"], pair("scores", 0)
    written(one, [task], [answered(task, "a", {"score": 50.0})])
    changed(one, "tasks", column("data", lambda _: data))
    with pytest.raises(WirecopyError, match=f"tasks.parquet: task {task.key}: .*no JSON object"):
        rated_of(gather(one))


def test_labels_of_another_scheme_are_an_error(campaign: Campaign) -> None:
    changed(campaign, "labels", column("stance", lambda _: 99))
    with pytest.raises(WirecopyError, match=r"labels\.parquet does not fit the scheme"):
        report(campaign)


def test_only_campaigns_without_answers_are_left_out(
    campaign: Campaign, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told() -> list[str]:
        agreement(campaign=None, by=None, question=None, rounds=0, workspace=tmp_path, out=Output(json=True))
        return [one["campaign"] for one in json.loads(capsys.readouterr().out)]

    assert told() == ["stance"]
    changed(campaign, "annotations", column("values", lambda one: one | {"stance": "maybe"}))
    for command in (told, lambda: aggregate(campaign=None, workspace=tmp_path, out=Output())):
        with pytest.raises(WirecopyError, match="has no choice 'maybe'"):
            command()


def test_a_newer_skip_leaves_a_report_without_answers(tmp_path: Path) -> None:
    task = article(0)
    given = [said(task, "a", "favor", updated="2026-01-01"), answered(task, "a", {}, status=Status.SKIPPED)]
    given[1] = given[1].model_copy(update={"updated": "2026-01-02", "annotation_id": "later"})
    assert "There are no answers yet" in report(written(workspace(tmp_path)["stance"], [task], given))
