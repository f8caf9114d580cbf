"""Files of ratings that are damaged or made to harm: a rejected line or one clear error, never a crash."""

import copy
import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from annotation.interchange import FORMATS, guess, losses, read, write
from corpus.errors import WirecopyError

MARK = {"start": 0, "end": 5, "category": "Accuracy/Mistranslation", "severity": "Major", "is_source_error": False}
LINES: dict[str, dict[str, Any]] = {
    "mt-metrics-eval": {
        **{"source": "Hello 🚗", "hypothesis": "Hallo 🚗", "errors": [MARK], "document_id": "d1", "segment_id": 0},
        **{"system_id": "one", "rater_id": "r1", "src_lang": "en", "tgt_lang": "de"},
    },
    "pearmut": {
        "annotation": [
            {"one": {"score": 50, "error_spans": [{"start_i": 0, "end_i": 4, "severity": "minor", "category": None}]}}
        ],
        "actions": [{"time": 1.0, "action": "load"}, {"time": 2.0, "action": "submit"}],
        **{"item": [{"item_id": "1", "src": "Hello", "tgt": {"one": "Hallo"}}], "user_id": "u1", "item_i": 3},
    },
    "xstance": {
        **{"id": 1, "language": "de", "question_id": 2, "question": "Ja?", "comment": "Nein", "label": "FAVOR"},
        **{"author": "ada", "topic": "Tax"},
    },
}
ODD: list[Any] = [None, True, -1, 10**30, 10**4299 * 9, float("nan"), float("inf"), "", "x", [], {}, [None], {"a": 1}]
ODD += ["\ud83d", "\0", "9" * 5_000, "²", "\n"]
ROW = ["u1", "one", "1", "TGT", "en", "de", "50", "d", "False", "[]", "1.0", "2.0"]
ITEM = {"targetID": "one", "itemID": "1", "documentID": "d", "sourceText": "Hello", "targetText": "Hallo"}


def places(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    yield place
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from places(value[key], (*place, key))


def put(value: Any, place: tuple[Any, ...], other: Any) -> Any:
    """The value with another one at a place."""
    if not place:
        return other
    whole = copy.deepcopy(value)
    inner = whole
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = other
    return whole


def survives(path: Path, form: str) -> None:
    """Read a file; what can be read can be written in each format that fits. Only our own error may come."""
    try:
        given = read(path, form)
    except WirecopyError as error:
        assert error.hint
        return
    for to in FORMATS.values():
        try:
            losses(given, to.name)
            write(given, path.with_name(f"out{to.suffix}"), to.name)
        except WirecopyError as error:
            assert error.hint


@pytest.mark.parametrize("form", LINES)
def test_a_line_with_odd_values_breaks_nothing(form: str, tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    for place in places(LINES[form]):
        for odd in ODD:
            path.write_text(json.dumps(put(LINES[form], place, odd)) + "\n")
            survives(path, form)


def batches(folder: Path, row: list[str], items: Any) -> Path:
    path = folder / "in.csv"
    path.with_suffix(".json").write_text(json.dumps(items))
    told = io.StringIO(newline="")
    csv.writer(told).writerow(row)
    path.write_bytes(told.getvalue().encode(errors="replace"))
    return path


def test_a_row_of_appraise_with_odd_values_breaks_nothing(tmp_path: Path) -> None:
    items = [{"items": [ITEM | {"itemType": "TGT"}]}]
    mark = {"start_i": 0, "end_i": 4, "severity": "minor", "error_type": None}
    for at in range(len(ROW)):
        for odd in (*map(str, ODD[:4]), "nan", "inf", "1e300", "9" * 5_000, "²", "", "x" * 200_000):
            path = batches(tmp_path, [*ROW[:at], odd, *ROW[at + 1 :]], items)
            survives(path, "appraise")
    for odd in ODD:
        for place in places([mark]):
            told = json.dumps(put([mark], place, odd))
            survives(batches(tmp_path, [*ROW[:9], told, *ROW[10:]], items), "appraise")
        for place in places(items):
            survives(batches(tmp_path, ROW, put(items, place, odd)), "appraise")


def test_a_cell_that_no_csv_holds_is_told_with_its_line(tmp_path: Path) -> None:
    path = batches(tmp_path, [*ROW[:9], "x" * 200_000, *ROW[10:]], [])
    before = csv.field_size_limit(100_000)  # the corpus reader raises it for the whole process
    try:
        with pytest.raises(WirecopyError, match=r"in\.csv:1: no CSV: field larger"):
            read(path, "appraise")
        with pytest.raises(WirecopyError, match="unknown format"):
            guess(path)
    finally:
        csv.field_size_limit(before)


def test_a_task_with_odd_values_breaks_nothing(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps(LINES["pearmut"]) + "\n")
    write(read(path, "pearmut"), tmp_path / "good.json", "label-studio")
    good = json.loads((tmp_path / "good.json").read_text())
    path = tmp_path / "in.json"
    for place in places(good):
        for odd in ODD:
            path.write_text(json.dumps(put(good, place, odd)))
            survives(path, "label-studio")


HEAD = "system\tdoc\tdoc_id\tseg_id\trater\tsource\ttarget\tcategory\tseverity"
CELLS = "one\td\t1\t{}\tr\tHello\tHallo\tNo-error\tNo-error"


def test_an_endless_number_is_a_name_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "in.tsv"
    path.write_text(f"{HEAD}\n{CELLS.format('9' * 5_000)}\n")
    survives(path, "google-mqm")
    assert len(read(path, "google-mqm").annotations) == 1


def test_a_table_with_other_line_ends_or_a_mark_is_known(tmp_path: Path) -> None:
    for text in (f"{HEAD}\r\n{CELLS.format(1)}\r\n", f"\ufeff{HEAD}\n{CELLS.format(1)}\n"):
        path = tmp_path / "in.tsv"
        path.write_text(text, newline="")
        assert guess(path) == "google-mqm" and not read(path, "google-mqm").issues


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (HEAD.encode("utf-16"), "not UTF-8: byte 0"),
        (b"\0" * 100, "unknown format"),
        (f"{HEAD}\tsystem\n".encode(), ":1: the column 'system' stands there twice"),
    ],
)
def test_what_is_no_table_says_why(content: bytes, cause: str, tmp_path: Path) -> None:
    path = tmp_path / "in.tsv"
    path.write_bytes(content)
    with pytest.raises(WirecopyError, match=cause) as caught:
        read(path, guess(path))
    assert caught.value.hint and str(path) in caught.value.message


@pytest.mark.parametrize("languages", [["en"], ["en", "de", "fr"]])
def test_languages_are_as_many_as_texts(languages: list[str], tmp_path: Path) -> None:
    path = tmp_path / "in.tsv"
    path.write_text(f"{HEAD}\n{CELLS.format(1)}\n")
    with pytest.raises(WirecopyError, match="shows source and translation"):
        read(path, "google-mqm", languages=languages)
