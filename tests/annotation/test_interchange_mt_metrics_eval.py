"""mt-metrics-eval: ends are exclusive, in code points, and segments count from 0."""

import dataclasses
import json
from pathlib import Path
from typing import Any

from annotation.interchange import FORMATS, read, write
from annotation.interchange.offsets import Offsets
from annotation.interchange.rows import Collector, Ratings
from annotation.schema import Flaw
from tests.annotation.ratings import scheme_of


def error(start: int, end: int, category: str, *, source: bool = False) -> dict[str, Any]:
    told = {"category": category, "severity": "Minor", "score": None, "is_source_error": source}
    return {"start": start, "end": end} | told


LINE: dict[str, Any] = {
    "source": "A red 🚗 car.",
    "hypothesis": "Ein 🚗 Auto.",
    "errors": [error(4, 5, "Style/Awkward"), error(2, 5, "Accuracy/Omission", source=True), error(11, 11, "Other")],
    "document_id": "talk.1",
    "segment_id": 0,
    "system_id": "ref",
    "rater_id": "rater1",
    "src_lang": "en",
    "tgt_lang": None,
}


def given(folder: Path, *lines: dict[str, Any]) -> Ratings:
    (folder / "some.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return read(folder / "some.jsonl", "mt-metrics-eval")


def test_a_line_to_rows_and_back(tmp_path: Path) -> None:
    found = given(tmp_path, LINE, LINE | {"document_id": None, "system_id": None, "segment_id": None, "rater_id": None})
    assert found.issues == []
    first, second = found.annotations
    assert [(one.side, one.text) for one in first.spans] == [
        ("translation", "🚗"),
        ("source", "red"),
        ("translation", ""),
    ]
    assert (first.doc_ids, first.segment_ids, first.annotator) == (["source/talk.1", "ref/talk.1"], ["1"], "rater1")
    assert found.tasks[0].languages == ["en", "und"] and second.annotator == ""
    write(found, tmp_path / "again.jsonl", "mt-metrics-eval")
    lines = [json.loads(line) for line in (tmp_path / "again.jsonl").read_text().splitlines()]
    assert lines == [json.loads(line) for line in (tmp_path / "some.jsonl").read_text().splitlines()]


def test_inclusive_ends_would_be_others(tmp_path: Path) -> None:
    given(tmp_path, LINE)
    wrong = dataclasses.replace(FORMATS["mt-metrics-eval"], offsets=Offsets("code points", "inclusive"))
    into = Collector(scheme_of("mt-metrics-eval"))
    wrong.read(tmp_path / "some.jsonl", into, wrong)
    assert into.ratings().annotations == []  # its last mark would lie behind the text
    assert [one.flaw for one in into.issues] == [Flaw.BAD_SPAN]
    line = LINE | {"errors": LINE["errors"][:1]}
    given(tmp_path, line)
    into = Collector(scheme_of("mt-metrics-eval"))
    wrong.read(tmp_path / "some.jsonl", into, wrong)
    assert into.ratings().annotations[0].spans[0].text == "🚗 "
    assert read(tmp_path / "some.jsonl", "mt-metrics-eval").annotations[0].spans[0].text == "🚗"


def test_broken_lines_and_what_has_no_place(tmp_path: Path) -> None:
    first = LINE["errors"][0]
    found = given(
        tmp_path,
        LINE | {"errors": [first | {"end": 12}]},
        LINE | {"errors": [first | {"start": True}]},
        LINE | {"errors": [first | {"severity": "Weird"}]},
        LINE | {"errors": "none"},
        LINE | {"source": 3},
        LINE | {"hypothesis": "\ud83d"},
        LINE | {"errors": [first | {"score": 5.0}], "more": 1},
    )
    assert [(one.line, one.flaw) for one in found.rejects] == [
        *((1, Flaw.BAD_SPAN), (2, Flaw.BAD_VALUE), (3, Flaw.UNKNOWN_CHOICE)),
        *((4, Flaw.BAD_VALUE), (5, Flaw.BAD_VALUE), (6, Flaw.BAD_VALUE)),
    ]
    assert [one.cause for one in found.issues if not one.flaw] == [
        "the field 'errors.score' has no place in our rows: left out",
        "the field 'more' has no place in our rows: left out",
    ]
    assert len(found.annotations) == 1
    (tmp_path / "some.jsonl").write_text("{\n[1]\n")
    found = read(tmp_path / "some.jsonl", "mt-metrics-eval")
    assert [one.line for one in found.rejects] == [1, 2] and found.tasks == []
