"""`wirecopy corpus show`: a document with its roles, edits and pairs, in colour where there is colour."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.cells import cell_len

from corpus.build import build
from corpus.config import load
from corpus.dataset import rows
from corpus.errors import WirecopyError
from corpus.output import Output
from corpus.schema import Document, Kind, Pair, Relation, Segment
from corpus.show.document import find
from corpus.show.lookup import rows_with
from corpus.show.page import draw
from tests.conftest import SAMPLE

Cli = Callable[..., CompletedProcess[str]]
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
ODD = "Harbour\x1b[2J news\nThe gate &ndash; it is new &ndash; opens\xad on Monday.\r\nNobody\u202e knows why.\r\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample with one odd text, as it was built: the folder of the workspace."""
    root = tmp_path_factory.mktemp("workspace")
    shutil.copytree(SAMPLE / "articles", root / "articles")
    (root / "articles" / "odd.txt").write_bytes(ODD.encode())
    (root / "wirecopy.toml").write_text((SAMPLE / "wirecopy.toml").read_text() + '\n[corpus]\nvectors = "lexical"\n')
    space = load(root)
    build(space.config.sources, root=root, folder=space.corpus, config=space.config, out=Output(json=True), workers=1)
    return root


@pytest.fixture
def corpus(built: Path) -> Path:
    """The dataset."""
    return load(built).corpus


@pytest.fixture
def translation(corpus: Path) -> Relation:
    """The first translation."""
    return next(one for one in rows(corpus, "relations", Relation) if one.kind is Kind.TRANSLATION)


def page(
    folder: Path, doc_id: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int = 100
) -> str:
    """Draw a document without colour."""
    monkeypatch.setenv("COLUMNS", str(width))
    draw(find(folder, doc_id), Output())
    return capsys.readouterr().out


def test_every_paragraph_stands_there_with_its_role_and_rule(
    corpus: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in rows(corpus, "documents", Document):
        lines = page(corpus, one.doc_id, capsys, monkeypatch, 1_000).splitlines()
        for part in one.paragraphs:
            if not [edit for edit in one.edits if edit.rule != "line-end"]:
                assert any(
                    re.fullmatch(rf"{part.role} +{re.escape(one.text[part.start : part.end])}", line) for line in lines
                )
            assert part.rule == part.role or part.rule in [line.split(" ")[0] for line in lines]


def test_the_head_tells_what_is_known(
    corpus: Path, translation: Relation, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = page(corpus, translation.left_doc, capsys, monkeypatch)
    head = dict(line.split(maxsplit=1) for line in shown.split("\n\n")[0].splitlines() if not line.startswith(" "))
    one = next(one for one in rows(corpus, "documents", Document) if one.doc_id == translation.left_doc)
    assert (head["document"], head["source"], head["outlet"]) == (one.doc_id, one.source, one.outlet)
    assert head["language"] == f"{one.language} ({one.language_score:.2f})"
    assert head["family"].startswith(f"{one.family_id}, ")
    assert head["event"].startswith(f"{one.event_id}, ")
    assert f"translation of {translation.right_doc}, {translation.score:.2f}" in shown


def test_edits_stand_in_place_and_nothing_drives_the_terminal(
    corpus: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = page(corpus, "odd", capsys, monkeypatch)
    assert "The gate [&ndash; → –] it is new [&ndash; → –] opens[\\xad → ∅] on Monday." in shown
    assert "Nobody[\\u202e → ∅] knows why." in shown
    assert "2× line-end" in shown
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e\xad]", shown)


def test_pairs_stand_beside_each_other_in_the_order_of_the_document(
    corpus: Path, translation: Relation, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pairs = [one for one in rows(corpus, "pairs", Pair) if one.left.doc == translation.left_doc]
    mine = [one for one in pairs if one.right.doc == translation.right_doc]
    places = {one.segment_id: one.index for one in rows(corpus, "segments", Segment)}
    for doc_id, own, other in (
        (translation.left_doc, "left", "right"),
        (translation.right_doc, "right", "left"),
    ):
        (paired,) = [
            one for one in find(corpus, doc_id).paired if one.doc_id in (translation.left_doc, translation.right_doc)
        ]
        wanted = sorted([places[name] for name in getattr(one, own).segment_ids] for one in mine)
        assert [bead.own for bead in paired.beads] == wanted
        assert {bead.other_text for bead in paired.beads} == {getattr(one, other).text for one in mine}
        shown = page(corpus, doc_id, capsys, monkeypatch, 1_000)
        bead = paired.beads[0]
        assert any(bead.own_text in line and bead.other_text in line for line in shown.splitlines())


def test_a_jump_in_the_order_is_visible(
    corpus: Path,
    translation: Relation,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def pair(at: int, left: Segment, right: Segment) -> dict[str, object]:
        sides = [
            {"doc": one.doc_id, "segment_ids": [one.segment_id], "text": one.text, "language": one.language}
            for one in (left, right)
        ]
        return {
            "pair_id": str(at),
            "left": sides[0],
            "right": sides[1],
            "score": 0.5,
            "margin": None,
            "method": "x",
            "rank": at,
        }

    shutil.copytree(corpus, tmp_path / "copy")
    path = tmp_path / "copy" / "pairs" / "part-00000.parquet"
    segments = list(rows(corpus, "segments", Segment))
    ours = [one for one in segments if one.doc_id == translation.left_doc]
    theirs = [one for one in segments if one.doc_id == translation.right_doc]
    order = [(0, 2), (1, 3), (2, 0), (3, 4)]
    made = [pair(at, ours[i], theirs[j]) for at, (i, j) in enumerate(order)]
    pq.write_table(pa.Table.from_pylist(made, schema=pq.read_schema(path)), path)
    (paired,) = find(tmp_path / "copy", translation.left_doc).paired
    assert [bead.jump for bead in paired.beads] == [False, False, True, False]
    assert "2 → 0 ↑" in page(tmp_path / "copy", translation.left_doc, capsys, monkeypatch)


def test_suspicion_is_told_as_an_aid(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(corpus, tmp_path / "copy")
    path = tmp_path / "copy" / "documents" / "part-00000.parquet"
    table = pq.read_table(path)
    made = table.to_pylist()
    made[0] |= {
        "mt_suspicion": 0.75,
        "mt_evidence": [{"rule": "literal", "start": 0, "end": 5, "detail": "Word by word."}],
    }
    pq.write_table(pa.Table.from_pylist(made, schema=table.schema), path)
    shown = page(tmp_path / "copy", made[0]["doc_id"], capsys, monkeypatch)
    assert "suspicion of machine translation 0.75 – an aid for the eye, no verdict" in shown
    assert f"literal: Word by word. “{made[0]['text'][:5]}”" in shown


@pytest.mark.parametrize("width", [80, 120])
def test_a_page_fits_the_terminal(
    corpus: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    for one in rows(corpus, "documents", Document):
        lines = page(corpus, one.doc_id, capsys, monkeypatch, width).splitlines()
        assert width - 20 < max(map(cell_len, lines)) <= width


def test_colour_is_for_terminals_and_the_text_is_the_same_without(cli: Cli, built: Path, translation: Relation) -> None:
    env = {"COLUMNS": "90", "TERM": "xterm"}
    plain = cli("corpus", "show", translation.left_doc, "-w", built, env=env)
    coloured = cli("corpus", "show", translation.left_doc, "-w", built, env=env | {"FORCE_COLOR": "1"})
    assert (plain.returncode, plain.stderr) == (0, "")
    assert not ESCAPE.search(plain.stdout)
    assert "\x1b[1m" in coloured.stdout
    assert [line.rstrip() for line in ESCAPE.sub("", coloured.stdout).splitlines()] == plain.stdout.splitlines()


def test_json_has_all_of_it(cli: Cli, corpus: Path, translation: Relation) -> None:
    done = cli("corpus", "show", translation.left_doc, "--corpus", corpus, "--json")
    told = json.loads(done.stdout)
    assert Document.model_validate(told["document"]).doc_id == translation.left_doc
    assert translation.right_doc in [one["doc_id"] for one in told["paired"]]
    assert told["family"]["count"] >= 2


def test_an_id_that_does_not_exist_is_an_error_with_the_nearest(cli: Cli, built: Path) -> None:
    done = cli("corpus", "show", "harbour-tunnel-05", "-w", built)
    assert (done.returncode, done.stdout) == (1, "")
    error, hint = done.stderr.splitlines()
    assert error.startswith("error: no document 'harbour-tunnel-05' in ")
    assert hint.startswith("hint: did you mean tagesblatt-muster/harbour-tunnel-05")
    with pytest.raises(WirecopyError, match="no document 'zzzz'") as caught:
        find(load(built).corpus, "zzzz")
    assert "the ids stand in" in caught.value.hint


def test_a_part_that_can_not_be_read_is_an_error_with_a_hint(cli: Cli, corpus: Path, tmp_path: Path) -> None:
    shutil.copytree(corpus, tmp_path / "copy")
    (tmp_path / "copy" / "relations" / "part-00000.parquet").write_bytes(b"PAR1")
    done = cli("corpus", "show", "odd", "--corpus", tmp_path / "copy")
    assert done.returncode == 1
    assert "relations/part-00000.parquet: can't be read" in done.stderr.splitlines()[0]
    assert done.stderr.splitlines()[1] == "hint: wirecopy corpus check tells all"


def test_only_row_groups_that_may_hold_the_document_are_read(corpus: Path, tmp_path: Path) -> None:
    shutil.copytree(corpus, tmp_path / "copy")
    path = tmp_path / "copy" / "segments" / "part-00000.parquet"
    table = pq.read_table(path).sort_by("doc_id")
    pq.write_table(table, path, row_group_size=5, compression="none")
    wanted = table.column("doc_id")[0].as_py()
    data = bytearray(path.read_bytes())
    last = pq.ParquetFile(path).metadata.row_group(pq.ParquetFile(path).num_row_groups - 1).column(6)
    data[last.data_page_offset : last.data_page_offset + 8] = b"\xff" * 8
    path.write_bytes(data)
    found = list(rows_with(tmp_path / "copy", "segments", ["doc_id"], wanted))
    assert [one["doc_id"] for one in found] == table.column("doc_id").to_pylist()[: len(found)]
    assert found
