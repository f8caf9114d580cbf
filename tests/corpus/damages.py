"""Damages of a built corpus, one for each invariant of the contract, and the check that has to find it."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from corpus.dataset import CONFIGS
from corpus.features import arrow_schema
from corpus.files import digest
from corpus.sentences import segment_ids

Rows = list[dict[str, Any]]
ALONE, EDITED, PAGE = "lone/plain", "lone/edited", "lone/page"


class Dataset:
    """A copy of a dataset whose rows can be changed and written back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tables = {name: pq.read_table(folder / name).to_pylist() for name in CONFIGS}
        self.state: dict[str, Any] = json.loads((folder / "build.json").read_text())

    def document(self, doc_id: str = ALONE) -> dict[str, Any]:
        """One document."""
        return next(one for one in self.tables["documents"] if one["doc_id"] == doc_id)

    def segments(self, doc_id: str = ALONE) -> Rows:
        """The segments of one document."""
        return [one for one in self.tables["segments"] if one["doc_id"] == doc_id]

    def relation(self, kind: str) -> dict[str, Any]:
        """The first relation of a kind."""
        return next(one for one in self.tables["relations"] if one["kind"] == kind)

    def twins(self) -> dict[str, Any]:
        """The relation of the plain document and its copy."""
        return next(one for one in self.tables["relations"] if one["left_doc"] == ALONE)

    def write(self) -> None:
        """Write the rows as one part each; let `build.json` tell what there is now."""
        for name, rows in self.tables.items():
            shutil.rmtree(self.folder / name)
            (self.folder / name).mkdir()
            table = pa.Table.from_pylist(rows, schema=arrow_schema(CONFIGS[name]))
            pq.write_table(table, self.folder / name / "part-00000.parquet")
            self.state["rows"][name] = len(rows)
        documents = self.tables["documents"]
        self.state["families"] = len({one["family_id"] for one in documents})
        self.state["events"] = len({one["event_id"] for one in documents} - {None})
        self.sign()

    def sign(self) -> None:
        """Write `build.json` with the sizes of the files that are there."""
        files = sorted(self.folder.glob("*/part-*.parquet"))
        self.state["files"] = {path.relative_to(self.folder).as_posix(): path.stat().st_size for path in files}
        (self.folder / "build.json").write_text(json.dumps(self.state))


def text_grown(data: Dataset) -> None:
    one = data.document()
    one["text"] += "\n\nlost"
    one["text_sha256"] = one["raw_sha256"] = hashlib.sha256(one["text"].encode()).hexdigest()
    data.tables["relations"].remove(data.twins())
    family_split(data)


def document_twice(data: Dataset) -> None:
    data.tables["documents"].append(dict(data.document(EDITED)))


def spans_overlap(data: Dataset) -> None:
    paragraphs = data.document()["paragraphs"]
    paragraphs[1]["start"] = paragraphs[0]["end"] - 1


def role_unknown(data: Dataset) -> None:
    data.document()["paragraphs"][0]["role"] = "headline"
    for one in data.segments():
        one["role"] = "headline" if one["paragraph"] == 0 else one["role"]


def evidence_outside(data: Dataset) -> None:
    data.document()["mt_suspicion"] = 0.5
    data.document()["mt_evidence"] = [{"rule": "x", "start": 0, "end": 10**6, "detail": "x"}]


def segment_of_nobody(data: Dataset) -> None:
    data.tables["segments"].append(data.segments()[0] | {"doc_id": "nobody"})


def segment_text_changed(data: Dataset) -> None:
    one = data.segments()[-1]
    one["text"] = one["text"].upper()
    one["segment_id"] = segment_ids(ALONE, [one["text"]])[0]


def segment_moved(data: Dataset) -> None:
    last = data.segments()[-1]
    last["paragraph"], last["role"] = 1, data.document()["paragraphs"][1]["role"]


def segments_swapped(data: Dataset) -> None:
    one, two = data.segments()[-2:]
    one["index"], two["index"] = two["index"], one["index"]


def segment_gone(data: Dataset) -> None:
    data.tables["segments"].remove(data.segments()[-1])


def count_from_one(data: Dataset) -> None:
    for one in data.segments():
        one["index"] += 1


def sides_swapped(data: Dataset) -> None:
    one = data.relation("same_event")
    one["left_doc"], one["right_doc"] = one["right_doc"], one["left_doc"]


def relation_to_nobody(data: Dataset) -> None:
    data.tables["relations"].append(data.relation("same_event") | {"left_doc": ALONE, "right_doc": "nobody"})


def exact_differs(data: Dataset) -> None:
    data.tables["relations"].append(data.relation("translation") | {"kind": "exact"})


def event_differs(data: Dataset) -> None:
    one = data.document(data.relation("same_event")["right_doc"])
    one["event_id"] = {"night-trains": "harbour-tunnel", "harbour-tunnel": "night-trains"}[one["event_id"]]


def family_split(data: Dataset) -> None:
    data.document("lone/twin")["family_id"] = "lone/twin"


def family_merged(data: Dataset) -> None:
    data.document(EDITED)["family_id"] = PAGE


def family_named_by_nobody(data: Dataset) -> None:
    data.document(EDITED)["family_id"] = "nobody"


def copies_apart(data: Dataset) -> None:
    data.tables["relations"].remove(data.twins())
    family_split(data)


def pair(data: Dataset) -> dict[str, Any]:
    """A pair that is no first one."""
    return next(one for one in data.tables["pairs"] if one["rank"] == 1)


def renamed(one: dict[str, Any]) -> None:
    one["pair_id"] = digest(one["left"]["segment_ids"], one["right"]["segment_ids"])


def side_of_nothing(data: Dataset) -> None:
    pair(data)["left"]["segment_ids"] = ["nothing"]
    renamed(pair(data))


def side_not_adjacent(data: Dataset) -> None:
    one = pair(data)
    mine = [each for each in data.segments(one["right"]["doc"]) if each["role"] in ("lead", "body", "heading")]
    first, last = mine[0], mine[-1]
    data.tables["pairs"] = [one]
    one["rank"] = 0
    one["right"]["segment_ids"] = [first["segment_id"], last["segment_id"]]
    one["right"]["text"] = f"{first['text']} {last['text']}"
    renamed(one)


def segment_used_twice(data: Dataset) -> None:
    one = pair(data)
    other = next(
        each
        for each in data.tables["pairs"]
        if each["rank"] == 0
        and [each[side]["doc"] for side in ("left", "right")] == [one["left"]["doc"], one["right"]["doc"]]
    )
    one["right"] = other["right"]
    renamed(one)


def set_in(config: str, **values: Any) -> Callable[[Dataset], None]:
    """Set columns of a row: the plain document's, or the first of the config."""

    def change(data: Dataset) -> None:
        rows = data.tables[config]
        mine = [one for one in rows if one.get("doc_id") == ALONE] or rows
        mine[0].update(values)

    return change


def set_side(**values: Any) -> Callable[[Dataset], None]:
    return lambda data: data.tables["pairs"][0]["left"].update(values)


def set_kind(old: str, new: str) -> Callable[[Dataset], None]:
    def change(data: Dataset) -> None:
        for one in data.tables["relations"]:
            one["kind"] = new if one["kind"] == old else one["kind"]

    return change


def set_edit(**values: Any) -> Callable[[Dataset], None]:
    return lambda data: data.document(EDITED)["edits"][0].update(values)


DAMAGES: list[tuple[str, Callable[[Dataset], None]]] = [
    ("values", set_in("rejects", detail=None)),
    ("doc-id", document_twice),
    ("text-sha256", lambda data: data.document(EDITED).update(text_sha256="0" * 64)),
    ("raw-sha256", set_in("documents", raw_sha256="0" * 64)),
    ("raw-page", set_in("raw", data=b"<html>")),
    ("paragraph-spans", spans_overlap),
    ("paragraph-cover", text_grown),
    ("paragraph-roles", role_unknown),
    ("edits", set_edit(replacement="x")),
    ("edits", set_edit(original="&n;")),
    ("edits", set_edit(raw_start=-3, raw_end=4)),
    ("language-score", set_in("documents", language_score=float("nan"))),
    ("suspicion", set_in("documents", mt_suspicion=0.5)),
    ("evidence", evidence_outside),
    ("segment-document", segment_of_nobody),
    ("segment-text", segment_text_changed),
    ("segment-paragraph", segment_moved),
    ("segment-role", set_in("segments", role="credit")),
    ("segment-index", count_from_one),
    ("segment-order", segments_swapped),
    ("segment-cover", segment_gone),
    ("segment-id", set_in("segments", segment_id="x")),
    ("relation-order", sides_swapped),
    ("relation-documents", relation_to_nobody),
    ("relation-kind", set_kind("same_event", "alike")),
    ("relation-score", set_in("relations", score=1.5)),
    ("exact", exact_differs),
    ("event", event_differs),
    ("family", family_split),
    ("family", family_merged),
    ("family", family_named_by_nobody),
    ("copies", copies_apart),
    ("pair-segments", side_of_nothing),
    ("pair-segments", side_not_adjacent),
    ("pair-text", set_side(text="x")),
    ("pair-language", set_side(language="xx")),
    ("pair-id", set_in("pairs", pair_id="x")),
    ("pair-score", set_in("pairs", score=-0.1)),
    ("pair-score", set_in("pairs", margin=float("inf"))),
    ("pair-relation", set_kind("translation", "near_duplicate")),
    ("pair-once", segment_used_twice),
    ("pair-rank", set_in("pairs", rank=7)),
    ("reject-reason", set_in("rejects", reason="dull")),
]
