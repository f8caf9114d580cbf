"""SemEval's table and x-stance's lines: one stance a text, and nobody's name."""

import json
from pathlib import Path

from annotation.interchange import FORMATS, fit, losses, read, write
from annotation.interchange.rows import Collector, Record, article_data
from annotation.schema import Flaw, Origin
from tests.annotation.ratings import scheme_of

TABLE = 'ID\tTarget\tTweet\tStance\n2312\tAtheism\tSaid "so" 🚗 #SemST\tAGAINST\n2313\tAtheism\tMaybe.\tNONE\n'
LINE = {
    "id": 20475,
    "language": "de",
    "question_id": 3469,
    "question": "Soll es Zölle geben?",
    "comment": "Nein. 🚗",
    "label": "AGAINST",
    "author": "8aa829c3b86f",
    "topic": "Foreign Policy",
}


def test_semeval_to_rows_and_back(tmp_path: Path) -> None:
    (tmp_path / "some.tsv").write_text(TABLE)
    given = read(tmp_path / "some.tsv", "semeval", languages=["en"])
    assert [one.values for one in given.annotations] == [{"stance": "against"}, {"stance": "none"}]
    task = given.tasks[0]
    assert (task.doc_ids, task.target_id, task.languages) == (["semeval/2312"], "Atheism", ["en"])
    assert task.data == {"target": "Atheism", "title": " ", "article_text": 'Said "so" 🚗 #SemST'}
    assert [one.what for one in losses(given, "semeval")] == ["languages"]
    write(given, tmp_path / "again.tsv", "semeval")
    assert (tmp_path / "again.tsv").read_text() == TABLE


def test_semeval_tells_broken_rows_and_other_columns(tmp_path: Path) -> None:
    table = TABLE.replace("Stance\n", "Stance\tSentiment\n").replace("NONE", "UNKNOWN\tpos") + "1\t2\n"
    (tmp_path / "some.tsv").write_text(table)
    given = read(tmp_path / "some.tsv", "semeval")
    assert [(one.line, one.flaw) for one in given.rejects] == [(3, Flaw.UNKNOWN_CHOICE), (4, Flaw.BAD_VALUE)]
    assert "the column 'Sentiment' has no place in our rows: left out" in [one.cause for one in given.issues]


def test_xstance_to_rows_and_back(tmp_path: Path) -> None:
    (tmp_path / "some.jsonl").write_text(json.dumps(LINE) + "\n")
    given = read(tmp_path / "some.jsonl", "xstance")
    (task,) = given.tasks
    assert (task.doc_ids, task.target_id, task.stratum) == (["8aa829c3b86f/20475"], "3469", "Foreign Policy")
    assert task.languages == ["de"] and given.annotations[0].values == {"stance": "against"}
    assert given.issues == [] and losses(given, "xstance") == []
    write(given, tmp_path / "again.jsonl", "xstance")
    assert json.loads((tmp_path / "again.jsonl").read_text()) == LINE


def test_xstance_tells_lines_without_a_label_and_other_fields(tmp_path: Path) -> None:
    blind = {name: value for name, value in LINE.items() if name != "label"}
    lines = [LINE | {"numerical_label": 0, "test_set": "new"}, blind, LINE | {"label": "MAYBE"}, LINE | {"id": None}]
    (tmp_path / "some.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    given = read(tmp_path / "some.jsonl", "xstance")
    assert [one.line for one in given.rejects] == [2, 3, 4] and len(given.annotations) == 1
    assert [one.cause.split("'")[1] for one in given.issues if not one.flaw] == ["numerical_label", "test_set"]


def test_what_these_files_can_t_say_is_left_out_and_told() -> None:
    into = Collector(scheme_of("xstance"))
    for rater, stance, origin in (
        *(("Ada", "none", Origin.HUMAN), ("Bo", "favor", Origin.HUMAN), ("Cy", "against", Origin.HUMAN)),
        ("Di", "favor", Origin.SIMULATED),
    ):
        data = article_data(scheme_of("xstance"), "So.\tYes.", "Toll?")
        into.add(Record(rater, ["d/1"], data, ["en"], {"stance": stance}, target_id="toll", origin=origin))
    given = into.ratings()
    assert {one.what: one.count for one in losses(given, "xstance")} == {
        "other answers": 1,
        "names of raters": 3,
        "more than one answer to a unit": 1,
    }
    kept, lost = fit(given, FORMATS["semeval"])
    assert {one.what for one in lost} == {
        *("names of raters", "more than one answer to a unit", "languages", "outlets of documents", "ids of targets"),
        "line breaks and tabs in texts",
    }
    assert [one.values["stance"] for one in kept.annotations] == ["none"]
    assert kept.tasks[0].data["article_text"] == "So. Yes."
