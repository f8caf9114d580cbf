"""`wirecopy corpus check`: what a build makes is clean; each damage is found by the check that is meant for it."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus.build import build
from corpus.check import check
from corpus.check.contract import ORDER
from corpus.check.findings import Checked
from corpus.config import load
from corpus.dataset import CONFIGS
from corpus.features import arrow_schema
from corpus.files import digest
from corpus.output import Output
from corpus.sentences import segment_ids
from tests.conftest import SAMPLE

Cli = Callable[..., CompletedProcess[str]]
Rows = list[dict[str, Any]]
ALONE, EDITED, PAGE = "lone/plain", "lone/edited", "lone/page"
PAGE_HTML = (
    "<html><head><title>Ferry returns</title></head><body><article><h1>Ferry returns</h1>"
    "<p>The old ferry crosses the bay again since Monday, after four years in a dock in the north.</p>"
    "<p>Its captain said that two hundred people had waited on the pier before the sun rose.</p>"
    "</article></body></html>"
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with a page, a text with an entity, a copy and an empty file, as it was built."""
    root = tmp_path_factory.mktemp("workspace")
    shutil.copytree(SAMPLE / "articles", root / "articles")
    lone = root / "articles" / "lone"
    lone.mkdir()
    (lone / "plain.txt").write_text(
        "Quiet hills\nNothing happened here. Nobody came.\nThe sheep stood still. So did we."
    )
    (lone / "edited.txt").write_text("The orchard is open &ndash; at last. Pears cost a crown.")
    (lone / "page.html").write_text(PAGE_HTML)
    (lone / "twin.txt").write_text((lone / "plain.txt").read_text())
    (lone / "empty.txt").touch()
    config = (SAMPLE / "wirecopy.toml").read_text() + '\n[corpus]\nvectors = "lexical"\n'
    (root / "wirecopy.toml").write_text(config)
    space = load(root)
    build(space.config.sources, root=root, folder=space.corpus, config=space.config, out=Output(json=True), workers=1)
    return space.corpus


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


@pytest.fixture
def data(built: Path, tmp_path: Path) -> Dataset:
    """A copy of the dataset, to be damaged."""
    shutil.copytree(built, tmp_path / "corpus")
    return Dataset(tmp_path / "corpus")


def checked(folder: Path) -> Checked:
    return check(folder, Output(json=True))


def test_the_dataset_of_these_tests_has_all_there_is_to_damage(data: Dataset) -> None:
    assert all(data.tables.values())
    assert {one["kind"] for one in data.tables["relations"]} == {"exact", "translation", "same_event", "near_duplicate"}
    assert data.document(EDITED)["edits"] and not data.document(PAGE)["edits"]


def test_what_a_build_makes_is_clean(built: Path) -> None:
    assert checked(built).broken == []


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


@pytest.mark.parametrize(("name", "damage"), DAMAGES, ids=[f"{at}-{name}" for at, (name, _) in enumerate(DAMAGES)])
def test_a_damage_is_found_by_the_check_for_it_alone(
    data: Dataset, name: str, damage: Callable[[Dataset], None]
) -> None:
    damage(data)
    data.write()
    found = checked(data.folder)
    assert found.broken == [name], [one for one in found.results if not one.clean]
    (result,) = [one for one in found.results if not one.clean]
    assert result.unmade is None
    assert all(one.file and one.row and one.what for one in result.examples)


def unlisted(data: Dataset) -> None:
    data.state["files"]["rejects/part-00000.parquet"] += 1


def unmarked(data: Dataset) -> None:
    path = data.folder / "pairs" / "part-00000.parquet"
    pq.write_table(pq.read_table(path).replace_schema_metadata(None), path)
    data.sign()


def other_strings(data: Dataset) -> None:
    path = data.folder / "relations" / "part-00000.parquet"
    table = pq.read_table(path)
    table = table.set_column(0, "left_doc", table.column("left_doc").cast(pa.large_string()))
    pq.write_table(table, path)
    data.sign()


def miscounted(data: Dataset) -> None:
    data.state["rows"]["segments"] += 1


def misjudged(data: Dataset) -> None:
    data.state["families"] += 1


def unreferenced(data: Dataset) -> None:
    path = data.folder / "README.md"
    path.write_text(path.read_text().replace("segments/*.parquet", "segment/*.parquet"))


def renamed_config(data: Dataset) -> None:
    path = data.folder / "README.md"
    path.write_text(path.read_text().replace("config_name: pairs", "config_name: couples"))


FILE_DAMAGES = [
    ("files", unlisted),
    ("schema", unmarked),
    ("schema", other_strings),
    ("rows", miscounted),
    ("totals", misjudged),
    ("readme", unreferenced),
    ("readme", renamed_config),
]


@pytest.mark.parametrize(("name", "damage"), FILE_DAMAGES)
def test_a_damaged_file_is_found_by_the_check_for_it_alone(
    data: Dataset, name: str, damage: Callable[[Dataset], None]
) -> None:
    damage(data)
    (data.folder / "build.json").write_text(json.dumps(data.state))
    assert checked(data.folder).broken == [name]


def test_each_check_has_a_damage() -> None:
    assert {name for name, _ in DAMAGES + FILE_DAMAGES} | {"readable"} == set(ORDER)


def test_rows_in_another_order_and_other_parts_are_no_violation(data: Dataset) -> None:
    for name in ("documents", "segments"):
        data.tables[name].reverse()
    data.tables["segments"] = data.tables["segments"][1::2] + data.tables["segments"][::2]
    data.write()
    path = data.folder / "segments" / "part-00000.parquet"
    table = pq.read_table(path)
    pq.write_table(table.slice(0, 20), path)
    pq.write_table(table.slice(20), path.with_name("part-00001.parquet"))
    data.sign()
    assert checked(data.folder).broken == []


def test_a_removed_document_is_missed_by_all_who_knew_it(data: Dataset) -> None:
    rows = data.state["rows"]["documents"]
    data.tables["documents"].remove(data.document())
    data.write()
    data.state["rows"]["documents"] = rows
    data.sign()
    assert {"rows", "segment-document", "relation-documents"} <= set(checked(data.folder).broken)


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\xff" * 400 + b"PAR1", None])
def test_a_file_that_can_not_be_read_is_a_violation_and_no_traceback(
    data: Dataset, config: str, content: bytes | None
) -> None:
    path = data.folder / config / "part-00000.parquet"
    path.write_bytes(path.read_bytes()[:-9] if content is None else content)
    found = checked(data.folder)
    assert {"files", "readable", "rows"} <= set(found.broken)
    unmade = [one for one in found.results if one.unmade]
    assert unmade and all(config in str(one.unmade) for one in unmade)


@pytest.mark.parametrize("config", CONFIGS)
def test_a_missing_column_or_one_of_another_type_is_told(data: Dataset, config: str) -> None:
    path = data.folder / config / "part-00000.parquet"
    table = pq.read_table(path)
    pq.write_table(table.drop_columns([table.column_names[0]]), path)
    assert {"readable", "schema"} <= set(checked(data.folder).broken)
    numbers = pa.array([[1]] * table.num_rows)
    pq.write_table(table.set_column(0, table.column_names[0], numbers), path)
    assert {"readable", "schema"} <= set(checked(data.folder).broken)


@pytest.mark.parametrize("state", [None, "", "[]", '{"files": 1}'])
def test_a_dataset_without_its_state_is_told(data: Dataset, state: str | None) -> None:
    path = data.folder / "build.json"
    path.unlink() if state is None else path.write_text(state)
    assert checked(data.folder).broken == ["files", "readable", "rows", "totals"]


def test_a_missing_readme_and_missing_folders_are_told(data: Dataset) -> None:
    (data.folder / "README.md").unlink()
    shutil.rmtree(data.folder / "segments")
    assert {"files", "rows", "readme", "segment-cover"} <= set(checked(data.folder).broken)


def test_the_command_says_what_is_wrong_where_and_what_mends_it(cli: Cli, data: Dataset) -> None:
    clean = cli("corpus", "check", "--corpus", data.folder)
    assert (clean.returncode, clean.stderr) == (0, "")
    assert len(clean.stdout.splitlines()) == len(ORDER) + 1
    data.segments()[0]["role"] = "cre\x1bdit"
    data.write()
    done = cli("corpus", "check", "--corpus", data.folder)
    assert done.returncode == 1
    assert "\x1b" not in done.stdout
    assert ["segment-role", "1", "wrong"] in [line.split()[:3] for line in done.stdout.splitlines()]
    assert (
        f"segments/part-00000.parquet row {1 + data.tables['segments'].index(data.segments()[0])} ({ALONE}):"
        in done.stdout
    )
    error, hint = done.stderr.splitlines()
    assert error == f"error: {data.folder}: 1 violation of the contract"
    assert hint.startswith("hint: ") and "wirecopy corpus build" in hint
    told = json.loads(cli("corpus", "check", "--corpus", data.folder, "--json").stdout)
    assert (told["clean"], [one["name"] for one in told["checks"] if one["count"]]) == (False, ["segment-role"])


def test_a_folder_without_a_dataset_is_an_error(cli: Cli, tmp_path: Path) -> None:
    done = cli("corpus", "check", "--corpus", tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[0] == f"error: no dataset in {tmp_path}"
