"""Tables from chunks and export files, without a server: what was told becomes rows, once and in order."""

import csv
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from annotation import adjudication
from annotation.annotators import Pseudonyms
from annotation.answers import chunks
from annotation.answers.labels import label_features
from annotation.answers.tables import pull_file, rebuild
from annotation.schema import Annotation
from annotation.simulate import SKIP
from annotation.tasks import to_server
from corpus.errors import WirecopyError
from corpus.parquet import read_dicts
from tests.annotation.pulls import annotations, choice, span
from tests.annotation.test_pull import export_of, given
from tests.campaigns import campaign, rebuilt, write_articles


def test_exports_of_two_servers_are_two_people_and_nothing_is_lost(tmp_path: Path) -> None:
    one = campaign(tmp_path / "servers", 1)
    pull_file(one, export_of(one, tmp_path / "a.json", given("favor", unique_id="a")))
    pulled = pull_file(one, export_of(one, tmp_path / "b.json", given("against", unique_id="b")))
    assert (pulled.annotations, pulled.quarantined) == (2, 0)
    assert len({row["annotator"] for row in annotations(one)}) == 2


def test_an_older_export_read_later_does_not_win(tmp_path: Path) -> None:
    one = campaign(tmp_path / "older", 1)
    pull_file(one, export_of(one, tmp_path / "new.json", given("favor", unique_id="a")))
    pull_file(one, export_of(one, tmp_path / "old.json", given("against", unique_id="a", updated_at="2026-01-01")))
    assert [row["values"]["stance"] for row in annotations(one)] == ["favor"]


def test_an_export_of_another_campaign_is_refused(tmp_path: Path) -> None:
    one = campaign(tmp_path / "one", 1)
    path = export_of(one, tmp_path / "a.json", given("favor"))
    exported = json.loads(path.read_text())
    exported[0]["meta"]["campaign"] = "another"
    path.write_text(json.dumps(exported))
    with pytest.raises(WirecopyError, match="has no task of campaign 'stance'"):
        pull_file(one, path)


def test_a_simulated_skip_says_so_even_in_a_bare_export(tmp_path: Path) -> None:
    one = campaign(tmp_path / "skip", 1)
    skip = given("favor", unique_id="a", was_cancelled=True) | {"result": [SKIP]}
    pull_file(one, export_of(one, tmp_path / "skip.json", skip))
    assert [(row["status"], row["origin"]) for row in annotations(one)] == [("skipped", "simulated")]


def test_mails_in_an_export_file_end_at_the_door(tmp_path: Path) -> None:
    one = campaign(tmp_path / "mail", 1)
    author = {"id": 7, "email": "jane.doe@example.org", "first_name": "Jane"}
    answer = given("favor", completed_by=author, created_username="jane.doe@example.org, 7")
    assert pull_file(one, export_of(one, tmp_path / "export.json", answer)).annotations == 1
    for path in one.folder.rglob("*"):
        assert not path.is_file() or b"jane" not in path.read_bytes().lower(), path


def test_chunks_written_at_once_are_all_kept(tmp_path: Path) -> None:
    def write(number: int) -> None:
        chunks.append(tmp_path, chunks.Chunk(source=f"{number}", server=True))

    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(write, range(100)))
    found = chunks.files(tmp_path)
    assert [int(path.stem) for path in found] == list(range(1, 101))
    assert {head.source for head in chunks.heads(tmp_path)} == {f"{number}" for number in range(100)}
    assert len(list(tmp_path.iterdir())) == 100, "nothing is left beside them"


def test_answers_to_controls_are_rows_and_no_labels(tmp_path: Path) -> None:
    one = campaign(tmp_path / "control", 1)
    path = export_of(one, tmp_path / "a.json", given("favor", unique_id="a"))
    (task,) = json.loads(path.read_text())
    task["meta"] |= {"control": "repeat", "of": task["data"]["key"], "prefill": "model-1"}
    task["data"]["key"] = "0" * 16
    path.write_text(json.dumps([task]))
    pulled = pull_file(one, path)
    assert (pulled.annotations, pulled.controls, pulled.stale, pulled.labels) == (1, 1, 0, 0)
    (row,) = annotations(one)
    assert (row["control"], row["of"], row["prefilled_by"]) == ("repeat", next(one.units()).key, "model-1")


def test_contradictions_are_counted_and_listed_for_repair_until_they_are_mended(tmp_path: Path) -> None:
    one = campaign(tmp_path / "repair", 1)
    text = next(one.units()).data["article_text"]
    bad = given("unrelated", unique_id="a") | {"result": [span(0, 3, text[:3]), choice("unrelated")]}
    assert pull_file(one, export_of(one, tmp_path / "bad.json", bad)).contradictions == 1
    (row,) = annotations(one)
    with (one.folder / "repairs.csv").open(newline="") as file:
        listed = list(csv.DictReader(file))
    assert [line["contradiction"] for line in listed] == row["contradictions"]
    assert listed[0]["annotator"] == row["annotator"] and listed[0]["doc_ids"] == "doc-0"
    assert (listed[0]["target"], listed[0]["task"].endswith("/1")) == ("toll", True)
    good = given("favor", unique_id="a", updated_at="2026-01-03")
    assert pull_file(one, export_of(one, tmp_path / "good.json", good)).contradictions == 0
    assert not (one.folder / "repairs.csv").exists()


def test_a_decision_is_the_label_until_its_unit_changes(tmp_path: Path) -> None:
    one = campaign(tmp_path / "decide", 1)
    for name, value in (("a", "favor"), ("b", "against")):
        pull_file(
            one, export_of(one, tmp_path / f"{name}.json", given(value, unique_id=name, completed_by=name == "a"))
        )
    (unit,) = one.units()
    found = [Annotation.model_validate(row) for row in annotations(one)]
    (task,) = adjudication.tasks(one.scheme, [adjudication.Disagreement(unit.key, ["stance"])], found, [unit])
    sure = {
        "type": "choices",
        "from_name": "confidence",
        "to_name": "article",
        "id": "c",
        "value": {"choices": ["sure"]},
    }
    answer = given("against", unique_id="d") | {"result": [choice("against"), sure]}
    path = tmp_path / "decision.json"
    path.write_text(json.dumps([to_server(task) | {"id": 9, "annotations": [answer]}]))
    chunks.append_export(one.folder / "adjudication" / "pull", path, one.name, Pseudonyms(one.workspace.state))
    assert rebuild(one).adjudicated == 1
    (row,) = read_dicts(one.folder / "labels.parquet")
    assert label_features(one.scheme)["stance"]["names"][row["stance"]] == "against"
    assert (row["method"], row["adjudication_confidence"], row["annotators"]) == ("adjudication", "sure", 2)
    write_articles(one.workspace.root, [{"id": "doc-0", "text": "Another text.", "language": "en"}])
    rebuilt(one.workspace.root)
    assert (rebuild(one).adjudicated, rebuild(one).labels) == (0, 0)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"source": 1}', '{"source":"1@x","server":true,"tasks":[\n{"id":1']
)
def test_a_damaged_chunk_is_named(content: str, tmp_path: Path) -> None:
    one = campaign(tmp_path / "damaged", 1)
    pull_file(one, export_of(one, tmp_path / "a.json", given("favor", unique_id="a")))
    (one.folder / "pull" / "000002.json").write_text(content)
    with pytest.raises(WirecopyError, match=r"000002\.json") as caught:
        rebuild(one)
    assert "restore it" in caught.value.hint


def test_a_chunk_of_an_earlier_version_is_read(tmp_path: Path) -> None:
    one = campaign(tmp_path / "earlier", 1)
    pull_file(one, export_of(one, tmp_path / "a.json", given("favor", unique_id="a")))
    path = one.folder / "pull" / "000001.json"
    path.write_text(json.dumps(json.loads(path.read_text()), indent=2, sort_keys=True) + "\n")
    assert rebuild(one).annotations == 1 and len(list(chunks.heads(path.parent))) == 1
