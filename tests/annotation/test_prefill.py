"""Predictions: from a file or a command, kept as they were shown, with a share left blank."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from annotation.prefill import FILE_NAME, Prediction, Shown, kept, predict, predictions, to_server, with_prefill
from annotation.schema import Control, Task
from annotation.schemes.answers import parse
from corpus.config import Prefill
from corpus.errors import WirecopyError
from tests.annotation.units import STANCE, article, mark

UNITS = [article(at) for at in range(400)]
SOME = UNITS[:4]
FAVOR = """
import json, sys
for line in sys.stdin:
    unit = json.loads(line)
    text = unit["data"]["article_text"]
    start = text.index("a toll")
    span = {"question": "evidence", "side": "article", "start": start, "end": start + 6, "text": "a toll"}
    span |= {"label": "favor", "holder": "author"}
    print(json.dumps({"key": unit["key"], "values": {"stance": "favor"}, "spans": [span]}))
"""


def script(folder: Path, code: str = FAVOR, name: str = "model.py") -> Prefill:
    (folder / name).write_text(code)
    return Prefill(model="m1", command=[sys.executable, name], blank=0)


def asked(settings: Prefill, folder: Path, tasks: list[Task] = SOME, units: list[Task] = UNITS) -> Shown:
    return predict(settings, STANCE, tasks, units=units, root=folder, folder=folder / "campaign")


def test_a_command_reads_units_and_writes_predictions(tmp_path: Path) -> None:
    shown = asked(script(tmp_path), tmp_path)
    assert list(shown) == [(unit.key, unit.payload) for unit in SOME]
    for unit in SOME:
        prediction = shown[unit.key, unit.payload]
        (sent,) = to_server(STANCE, prediction, unit)
        assert sent["model_version"] == "m1"
        values, spans = parse(STANCE, [*sent["result"], *_rest()], unit.data)
        assert (values["stance"], spans) == ("favor", prediction.spans) and spans[0].text == "a toll"


def _rest() -> list[dict[str, Any]]:
    """What the scheme asks beside the stance: a prediction may leave it open."""
    others = [q for q in STANCE.questions if getattr(q, "required", False) and q.name != "stance"]
    value = {"choices": [others[0].options[0].value]} if others else {}  # type: ignore[union-attr]
    return [{"from_name": one.name, "type": "choices", "to_name": "article", "value": value} for one in others]


def test_a_file_gives_the_same_and_may_name_all_units(tmp_path: Path) -> None:
    rows = [{"doc_ids": unit.doc_ids, "target_id": "toll", "values": {"stance": "against"}} for unit in UNITS]
    (tmp_path / "guess.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    shown = asked(Prefill(model="m1", file="guess.jsonl"), tmp_path)
    assert [one.values["stance"] for one in shown.values()] == ["against"] * len(SOME)


def test_lines_of_a_file_that_fit_no_unit_any_more_are_skipped_and_counted(tmp_path: Path) -> None:
    place: dict[str, Any] = {"question": "evidence", "side": "article", "start": 4, "end": 9}
    span = place | {"text": "Mayor", "label": "favor", "holder": "author"}
    rows = [{"key": "gone"}, {"key": SOME[0].key, "spans": [span]}, {"key": SOME[1].key, "values": {"stance": "favor"}}]
    (tmp_path / "guess.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    shown = predict(
        *(Prefill(model="m1", file="guess.jsonl"), STANCE, SOME), units=UNITS, root=tmp_path, folder=tmp_path / "c"
    )
    assert (list(shown), shown.skipped) == ([(SOME[1].key, SOME[1].payload)], 2)
    assert kept(tmp_path / "c") == shown


def test_the_first_prediction_of_a_text_stays_and_a_new_text_gets_its_own(tmp_path: Path) -> None:
    first, record = asked(script(tmp_path), tmp_path), tmp_path / "campaign" / FILE_NAME
    before = record.read_bytes()
    other = script(tmp_path, FAVOR.replace('"stance": "favor"', '"stance": "against"'))
    edited = SOME[0].model_copy(update={"payload": "new"})
    shown = asked(other, tmp_path, [edited, *UNITS[1:6]])
    assert first.items() <= shown.items() and shown == kept(tmp_path / "campaign")
    assert record.read_bytes().startswith(before), "what stands there stays, in its place"
    assert [shown[one.key, one.payload].values["stance"] for one in (edited, *UNITS[1:6])] == [
        *("against", "favor", "favor", "favor", "against", "against")
    ]


def test_a_command_is_not_asked_again_for_what_is_known(tmp_path: Path) -> None:
    settings = script(tmp_path)
    asked(settings, tmp_path)
    before = (tmp_path / "campaign" / FILE_NAME).read_bytes()
    asked(script(tmp_path, "raise SystemExit(1)"), tmp_path)
    assert (tmp_path / "campaign" / FILE_NAME).read_bytes() == before


def test_controls_are_never_predicted_nor_prefilled(tmp_path: Path) -> None:
    control = SOME[0].model_copy(update={"control": Control.REPEAT, "of": SOME[0].key})
    assert asked(script(tmp_path), tmp_path, [control]) == {}
    shown = asked(script(tmp_path), tmp_path)
    assert with_prefill(Prefill(model="m1", file="x", blank=0), control, shown, "a") == control


def test_a_share_is_left_blank_by_annotator_and_unit() -> None:
    shown = {
        (unit.key, unit.payload): Prediction(key=unit.key, payload=unit.payload, model="m1", values={}, spans=[])
        for unit in UNITS[:-1]
    }
    settings = Prefill(model="m1", file="guess.jsonl", blank=0.25)
    blank = {
        name: [unit.key for unit in UNITS[:-1] if with_prefill(settings, unit, shown, name).prefill is None]
        for name in ("", "a", "b")
    }
    assert all(0.18 < len(keys) / len(UNITS) < 0.32 for keys in blank.values())
    assert blank["a"] != blank["b"] != blank[""]
    assert with_prefill(settings, UNITS[-1], shown, "a").prefill is None, "no prediction"
    assert not [unit for unit in UNITS if with_prefill(settings, unit, {}, "a").prefill]
    filled = next(unit for unit in UNITS if unit.key not in blank["a"])
    assert with_prefill(settings, filled, shown, "a") == filled.model_copy(update={"prefill": "m1"})


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import sys; print('first\\nno such model', file=sys.stderr); sys.exit(3)", "exit code 3: no such model"),
        ("raise SystemExit(2)", "exit code 2: it says nothing"),
        ("import os; os.kill(os.getpid(), 9)", "signal 9"),
        ("print('{}\\nnot json')", "output:1: .*neither key nor doc_ids"),
        ("print('\\nnot json')", "output:2: Invalid JSON"),
        ("import sys; sys.stdout.buffer.write(b'\\xff\\n')", "output:1: "),
        ('print(\'{"key": "other"}\')', "output:1: no unit of this campaign is other"),
        (FAVOR.replace('"favor"}', '"perhaps"}'), "output:1: 'stance' has no choice 'perhaps'"),
        (FAVOR.replace('"label": "favor"', '"label": "perhaps"'), "output:1: 'evidence' has no label"),
        (FAVOR.replace('"text": "a toll"', '"text": "no tax"'), r"output:1: 'evidence' \[\d+:\d+\] is 'a toll'"),
        (FAVOR.replace('"text": "a toll"', '"text": "no toll"'), r"output:1: 'evidence' \[20:26\] is not as long"),
        (FAVOR + "    print(json.dumps({'key': unit['key']}))\n", "output:2: the unit .* stands twice"),
    ],
)
def test_a_command_that_fails_is_told_with_its_last_words(tmp_path: Path, code: str, told: str) -> None:
    with pytest.raises(WirecopyError, match=told) as error:
        predictions(script(tmp_path, code), STANCE, SOME, tmp_path)
    assert error.value.hint and not (tmp_path / "campaign").exists()


def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(WirecopyError, match="can't be started"):
        predictions(Prefill(model="m", command=["./none"]), STANCE, SOME, tmp_path)


def test_a_command_that_reads_nothing_and_says_nothing_predicts_nothing(tmp_path: Path) -> None:
    assert asked(script(tmp_path, ""), tmp_path, UNITS) == {}


def test_a_damaged_record_is_no_record(tmp_path: Path) -> None:
    asked(script(tmp_path), tmp_path)
    path = tmp_path / "campaign" / FILE_NAME
    path.write_text(path.read_text()[:-20])
    with pytest.raises(WirecopyError, match="prefill"):
        kept(tmp_path / "campaign")


def test_the_record_holds_what_was_shown(tmp_path: Path) -> None:
    shown = asked(script(tmp_path), tmp_path)
    assert kept(tmp_path / "campaign") == shown
    start = SOME[0].data["article_text"].index("a toll")
    assert shown[SOME[0].key, SOME[0].payload].spans == [mark(SOME[0], start, start + 6, question="evidence")]
