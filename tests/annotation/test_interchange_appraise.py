"""Appraise: inclusive ends in UTF-16 units of the trimmed text, "missing" for what is missing, texts beside it."""

import dataclasses
import json
from pathlib import Path

import pytest

from annotation.interchange import FORMATS, read, write
from annotation.interchange.offsets import Offsets
from annotation.interchange.rows import Collector, Ratings
from annotation.schema import Control, Flaw
from corpus.errors import WirecopyError
from tests.annotation.ratings import scheme_of

TEXT = " Ein 🚗 Auto."
ROW = 'eng1,sys,7,TGT,eng,deu,66,talk,False,"{}",1724108687.807,1724108688.639\n'


def marks(*spans: str) -> str:
    return ROW.replace("{}", "[" + ",".join(spans) + "]")


def mark(start: object, end: object, severity: str = "minor") -> str:
    told = json.dumps({"start_i": start, "end_i": end, "severity": severity, "error_type": None})
    return told.replace('"', '""')


def given(folder: Path, csv: str, text: str = TEXT) -> Ratings:
    item = {"sourceText": "A 🚗 car.", "targetText": text, "itemID": 7, "sourceID": "x", "isCompleteDocument": False}
    items = [
        item | {"targetID": "sys+twin", "documentID": doc, "itemType": kind}
        for doc, kind in (("talk", "TGT"), ("talk#bad", "BAD"), ("talk#dup", "TGT"), ("ende-tutorial1", "TGT"))
    ]
    (folder / "some.json").write_text(json.dumps([{"task": {}, "items": items}]))
    (folder / "some.csv").write_text(csv)
    return read(folder / "some.csv", "appraise")


def test_a_row_to_ours_and_back(tmp_path: Path) -> None:
    csv = marks(mark(4, 5), mark("missing", "missing", "major"), mark(0, 11)) + marks().replace("sys", "twin")
    found = given(tmp_path, csv)
    assert found.issues == []
    one = found.annotations[0]
    assert [(span.side, span.start, span.end, span.text, span.severity) for span in one.spans] == [
        ("translation", 5, 6, "🚗", "minor"),
        ("source", 0, 0, "", "major"),
        ("translation", 1, 12, TEXT[1:], "minor"),
    ]
    assert one.values == {"score": 66.0} and one.lead_time == 0.832 and one.annotator == "eng1"
    assert one.created == "2024-08-19T23:04:47.807000+00:00" and found.tasks[1].doc_ids[1] == "twin/talk"
    write(found, tmp_path / "again.csv", "appraise")
    written = (tmp_path / "again.csv").read_text()
    assert written.replace(" ", "") == csv.replace(" ", "").replace('"[]"', "[]")
    assert read(tmp_path / "again.csv", "appraise").annotations == found.annotations


@pytest.mark.parametrize(
    "offsets",
    [
        Offsets("utf-16", "exclusive", trimmed=True),
        Offsets("code points", "inclusive", trimmed=True),
        Offsets("utf-16", "inclusive"),
    ],
)
def test_any_other_way_to_count_is_off_by_one(offsets: Offsets, tmp_path: Path) -> None:
    given(tmp_path, marks(mark(4, 5)))
    wrong = dataclasses.replace(FORMATS["appraise"], offsets=offsets)
    into = Collector(scheme_of("appraise"))
    wrong.read(tmp_path / "some.csv", into, wrong)
    assert [one.text for one in into.ratings().annotations[0].spans] != ["🚗"] or into.issues
    into = Collector(scheme_of("appraise"))
    given(tmp_path, marks(mark(0, 11)))
    wrong.read(tmp_path / "some.csv", into, wrong)
    assert not [one for one in into.ratings().annotations if one.spans[0].text == TEXT[1:]]


def test_half_a_character_is_widened_and_told(tmp_path: Path) -> None:
    found = given(tmp_path, marks(mark(5, 6)))
    assert found.annotations[0].spans[0].text == "🚗 "
    assert [one.cause for one in found.issues] == ["a mark cuts a character in two: it is widened to the whole one"]


def test_items_that_check_raters_are_controls(tmp_path: Path) -> None:
    csv = "".join(
        marks().replace(",talk,", f",{doc},").replace("TGT", kind)
        for doc, kind in (("talk#bad", "BAD"), ("talk#dup", "TGT"), ("ende-tutorial1", "TGT"))
    )
    found = given(tmp_path, csv)
    assert [task.control for task in found.tasks] == [Control.INJECTED, Control.REPEAT, Control.TUTORIAL]
    assert found.rejects == []


def test_broken_rows_are_told(tmp_path: Path) -> None:
    rows = [marks(mark(4, 12)), marks("{"), marks(mark(4, 5, "undecided")), marks().replace(",7,", ",8,")]
    rows += [marks().replace("66", "101"), marks().replace("False", "True"), marks().replace("1724108687.807", "soon")]
    rows += ["eng1,sys\n", marks(mark("4", 5)), marks().replace("66", "")]
    found = given(tmp_path, "".join(rows))
    wanted = [Flaw.BAD_SPAN, Flaw.BAD_VALUE, Flaw.UNKNOWN_CHOICE, Flaw.NO_KEY, *[Flaw.BAD_VALUE] * 6]
    assert [(one.line, one.flaw) for one in found.rejects] == list(enumerate(wanted, 1))
    assert found.annotations == []


def test_texts_are_wanted(tmp_path: Path) -> None:
    (tmp_path / "some.csv").write_text(marks())
    with pytest.raises(WirecopyError, match=r"holds no texts, and some\.json is missing"):
        read(tmp_path / "some.csv", "appraise")
    (tmp_path / "some.json").write_text('[{"items": [{"itemID": 7}]}]')
    with pytest.raises(WirecopyError, match="no batches of Appraise"):
        read(tmp_path / "some.csv", "appraise")
