"""A release without text, and the way back: nothing of an article is left, and nothing of the release is lost."""

import json
import shutil
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from datasets import load_dataset
from hypothesis import given
from hypothesis import strategies as st

from corpus.config import Workspace
from corpus.errors import WirecopyError
from corpus.files import write_json
from corpus.output import EXIT_PARTIAL
from corpus.paragraphs import paragraphs
from export.manifest import read, seal
from export.rehydrate import Rehydrated, rehydrate, rehydrate_folder
from export.rehydrate.fill import cut
from export.rehydrate.matching import UNKNOWN, patch, sentences
from export.schema import MANIFEST, Manifest
from export.shards import replaced, rewrite
from export.standoff import standoff, standoff_workspace
from tests.twins import OUT, workspace

TEXTS = {"title", "text", "original", "replacement", "detail", "article_text", "source_text", "translation_text"}
SOURCES = ("articles", "pages", "table.jsonl")


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    return workspace(tmp_path)


@pytest.fixture
def twin(space: Workspace) -> Path:
    return Path(standoff(space.release, space.config, out=OUT).folder)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def table(folder: Path, config: str) -> list[dict[str, Any]]:
    return [row for path in sorted((folder / config).glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def manifest(folder: Path) -> Manifest:
    return read(folder, hint="")


def copies(space: Workspace, folder: Path) -> list[str]:
    """Copy one's own articles to another place."""
    folder.mkdir()
    for name in SOURCES:
        if (space.root / name).is_dir():
            shutil.copytree(space.root / name, folder / name)
        else:
            shutil.copy(space.root / name, folder / name)
    return [str(folder / name) for name in SOURCES]


def back(twin: Path, sources: list[str], **options: Any) -> tuple[Rehydrated, Path]:
    done = rehydrate(twin, sources, out=OUT, **options)
    return done, Path(done.folder)


def quoted(folder: Path, space: Workspace) -> Iterator[tuple[str, str]]:
    """Yield each file of a folder that has a sentence of the corpus in any of its bytes, unpacked ones too."""
    told = [row["text"] for row in table(space.release, "segments") if len(row["text"]) >= 20]
    told += [row["title"] for row in table(space.release, "documents") if row["title"]]
    forms = {text: {text.encode(), json.dumps(text)[1:-1].encode()} for text in told}
    for name, data in contents(folder).items():
        whole = b"".join(unpacked(name, data))
        yield from ((name, text) for text, found in forms.items() if any(one in whole for one in found))


def unpacked(name: str, data: bytes) -> list[bytes]:
    if not name.endswith(".parquet"):
        return [data]
    sink = pa.BufferOutputStream()
    pq.write_table(pq.read_table(pa.BufferReader(data)), sink, compression="none", use_dictionary=False)
    return [data, sink.getvalue().to_pybytes()]


def test_no_byte_of_it_has_a_sentence_or_a_title(space: Workspace, twin: Path) -> None:
    assert len({name for name, _ in quoted(space.release, space)}) > 10, "the scan finds what there is"
    assert list(quoted(twin, space)) == []


def test_all_but_text_stays(space: Workspace, twin: Path) -> None:
    for config in manifest(space.release).rows():
        for one, other in zip(table(space.release, config), table(twin, config), strict=True):
            assert without(one) == without(other)
            assert config in {"stance", "paragraphs", "quality"} or without(other) == nulls(other)


def without(value: Any) -> Any:
    """Return a row with null for each text; evidence that quotes nothing is no text."""
    if isinstance(value, dict):
        return {name: None if name in TEXTS else without(one) for name, one in value.items()}
    return [without(one) for one in value] if isinstance(value, list) else value


def nulls(row: dict[str, Any]) -> dict[str, Any]:
    shown = [one | {"detail": None} for one in row.get("mt_evidence", [])]
    return row | ({"mt_evidence": shown} if shown else {})


def test_it_loads_and_a_second_run_writes_nothing(space: Workspace, twin: Path) -> None:
    before = contents(twin)
    assert not standoff(space.release, space.config, out=OUT).written and contents(twin) == before
    rows = load_dataset(str(twin), "stance", split="train")
    assert set(rows["article_text"]) == {None} and rows.features["stance"].names[0] == "strongly_favor"
    assert manifest(twin).facts.kind == "standoff"


@pytest.mark.parametrize("workers", [1, 2])
def test_the_same_articles_give_the_same_release_byte_for_byte(
    space: Workspace, twin: Path, tmp_path: Path, workers: int
) -> None:
    done, folder = back(twin, copies(space, tmp_path / "mine"), workers=workers)
    assert done.whole and done.documents["edited"] == done.documents["missing"] == 0 and not done.told
    assert contents(folder) == contents(space.release)
    assert not [*folder.parent.glob(".*")], "no half release is left beside it"
    again, _ = back(twin, [], workers=workers)
    assert again.whole and again.documents == done.documents and again.segments == done.segments


def test_a_file_under_another_name_is_found_by_its_text(space: Workspace, twin: Path, tmp_path: Path) -> None:
    sources = copies(space, tmp_path / "mine")
    path = Path(sources[0]) / "wire-desk" / "harbour-tunnel-01.txt"
    path.rename(path.with_name("0000.txt"))
    done, folder = back(twin, sources)
    assert done.whole and contents(folder) == contents(space.release)


def test_an_edited_and_a_missing_article_are_told_sentence_by_sentence(
    space: Workspace, twin: Path, tmp_path: Path
) -> None:
    sources = copies(space, tmp_path / "mine")
    edited, gone = (
        Path(sources[0]) / name for name in ("city-post/night-trains-04.txt", "wire-desk/night-trains-04.txt")
    )
    gone_id, edited_id = "wire-desk/night-trains-04", "city-post/night-trains-04"
    rows = [row for row in table(space.release, "segments") if row["doc_id"] == edited_id]
    first, last = rows[0], rows[-1]
    text = edited.read_text().replace(last["text"], "Nobody said a word about it afterwards.")
    edited.write_text(text.replace(rows[2]["text"], f"A new sentence stands here now. {rows[2]['text']}"))
    gone.unlink()
    done, folder = back(twin, sources)
    assert (done.documents["edited"], done.documents["missing"], done.whole) == (1, 1, False)
    told = {one.doc_id: one for one in done.told}
    assert told.keys() == {edited_id, gone_id} and told[gone_id].state == "missing"
    assert told[edited_id].missing == [last["segment_id"]] and told[edited_id].exact == 2
    shift = len("A new sentence stands here now. ")
    assert [(start, now) for _, start, _, now, _ in told[edited_id].moved] == [
        (row["start"], row["start"] + shift) for row in rows[2:-1]
    ]
    missing = [row for row in table(space.release, "segments") if row["doc_id"] == gone_id]
    assert done.segments["missing"] == len(missing) + 1 and done.segments["moved"] == len(rows) - 3
    assert first["segment_id"] not in told[edited_id].missing
    assert json.loads((folder / "rehydration.json").read_text())["segments"] == done.segments


def test_what_is_put_back_is_what_was_there(space: Workspace, twin: Path, tmp_path: Path) -> None:
    sources = copies(space, tmp_path / "mine")
    edited = Path(sources[0]) / "city-post" / "harbour-tunnel-02.txt"
    edited.write_text("A line on top that nobody has seen before.\n" + edited.read_text())
    done, folder = back(twin, sources)
    assert done.segments["missing"] == 0 and not done.whole and manifest(folder).facts.kind == "partial"
    for config in manifest(space.release).rows():
        lost = 0
        for one, other in zip(table(space.release, config), table(folder, config), strict=True):
            lost += holes(one, other)
        whole = config in {"segments", "pairs", "quality", "quality_annotations"}
        assert whole == (lost == 0), f"{config}: a sentence is there, a text of several is not"


def holes(one: Any, other: Any) -> int:
    """Count what is null and was none; anything else is as it was."""
    if isinstance(one, dict):
        return sum(holes(one[name], other[name]) for name in one)
    if isinstance(one, list):
        return sum(holes(*pair) for pair in zip(one, other, strict=True))
    assert other is None or one == other
    return int(one is not None and other is None)


def test_the_exit_code_says_that_a_part_is_missing(
    space: Workspace, twin: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "other"
    empty.mkdir()
    (empty / "one.txt").write_text("An article that has nothing to do with any of this at all.\n")
    options: dict[str, Any] = {"output": tmp_path / "out", "workers": 1, "out": OUT}
    assert rehydrate_folder(folder=twin, sources=[str(empty)] * 3, **options) == EXIT_PARTIAL
    assert "what could be put back is in" in capsys.readouterr().out
    assert list(quoted(tmp_path / "out", space)) == []
    sources = [str(space.root / name) for name in SOURCES]
    assert rehydrate_folder(folder=twin, sources=sources, **options) == 0
    assert contents(tmp_path / "out") == contents(space.release)


def test_sources_are_known_by_name_or_by_place(space: Workspace, twin: Path) -> None:
    with pytest.raises(WirecopyError, match="3 sources, and 1 are named") as error:
        back(twin, [str(space.root)])
    assert "articles, pages, table.jsonl" in error.value.hint
    done, _ = back(twin, [str(space.root / name) for name in reversed(SOURCES)])
    assert done.whole


def test_what_is_no_whole_stand_off_release_is_refused(space: Workspace, twin: Path, tmp_path: Path) -> None:
    with pytest.raises(WirecopyError, match="is no stand-off release"):
        back(space.release, ["articles"])
    with pytest.raises(WirecopyError, match="is itself no release"):
        standoff(twin, space.config, out=OUT)
    told = json.loads((twin / MANIFEST).read_text())
    (tmp_path / "secret").write_text("x")
    told["files"]["../../../../secret"] = told["files"]["splits.parquet"]
    write_json(twin / MANIFEST, told)
    with pytest.raises(WirecopyError, match=r"is not whole: \.\./"):
        back(twin, ["articles"])
    (space.release / "splits.parquet").unlink()
    with pytest.raises(WirecopyError, match=r"not as it was written .*: splits\.parquet"):
        standoff(space.release, space.config, out=OUT)


def test_the_next_command_is_told(
    space: Workspace, twin: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    standoff_workspace(workspace=space.root, out=OUT)
    told = capsys.readouterr().out
    assert f"export publish TARGET --folder {twin}\n" in told and f"export rehydrate {twin} ARTICLES\n" in told
    with pytest.raises(WirecopyError, match="no release in") as error:
        back(twin.parent, ["articles"])
    assert error.value.hint == f"name the folder of a stand-off release: {space.release}, {twin}"
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").touch()
    with pytest.raises(WirecopyError, match="holds other files") as error:
        back(twin, ["articles"], output=tmp_path / "mine")
    assert error.value.hint == "choose another -o"
    (twin / "README.md").unlink()
    with pytest.raises(WirecopyError, match="changed by hand") as error:
        standoff(space.release, space.config, out=OUT)
    assert error.value.hint.endswith(f"move {twin} away, then: wirecopy export standoff")


def test_no_other_release_is_replaced(space: Workspace, twin: Path, tmp_path: Path) -> None:
    sources, before = [str(space.root / name) for name in SOURCES], contents(twin)
    shutil.copytree(twin, tmp_path / "other")
    for output in (twin, twin / "back", tmp_path / "other"):
        with pytest.raises(WirecopyError, match="is another release, or in one") as error:
            back(twin, sources, output=output)
        assert error.value.hint == "choose another -o"
    assert contents(twin) == contents(tmp_path / "other") == before


def test_the_folder_one_stands_in_is_one_too(space: Workspace, twin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(twin)
    done, folder = back(Path(), [str(space.root / name) for name in SOURCES])
    assert done.whole and folder == twin.with_name("1.0.0-rehydrated")


def test_a_release_of_another_format_is_told(space: Workspace) -> None:
    told = json.loads((space.release / MANIFEST).read_text())
    write_json(space.release / MANIFEST, told | {"format": 1, "new": []})
    with pytest.raises(WirecopyError, match="was made by another version of wirecopy"):
        standoff(space.release, space.config, out=OUT)


def test_a_holder_that_is_a_whole_sentence_is_refused(space: Workspace) -> None:
    release = manifest(space.release)
    (config,) = (one for one in release.facts.configs if one.name == "stance_annotations")
    path = space.release / config.name / "test-00000-of-00001.parquet"
    doc = pq.read_table(path)["doc_ids"].to_pylist()[0][0]
    sentence = next(row["text"] for row in table(space.release, "segments") if row["doc_id"] == doc)

    def named(batch: pa.RecordBatch) -> pa.RecordBatch:
        return replaced(
            batch, "spans.holder_name", lambda parent: pc.fill_null(pa.nulls(len(parent), pa.string()), sentence)
        )

    rewrite(path, path.with_suffix(".new"), config.features, named)
    path.with_suffix(".new").replace(path)
    seal(space.release, release.facts, release.inputs)
    with pytest.raises(WirecopyError, match=f"row 1: 'holder_name' quotes a sentence of {doc}"):
        standoff(space.release, space.config, out=OUT)


SENTENCES = [
    f"The {word} of the town came together on day {at}." for at, word in enumerate(("board", "choir", "guild"))
]


@given(
    st.lists(st.sampled_from([*SENTENCES, "Nobody else came."]), min_size=1),
    st.lists(st.integers(0, 8)),
    st.text("ab. \n"),
)
def test_whatever_was_edited_a_passage_is_right_or_unknown(kept: list[str], order: list[int], new: str) -> None:
    text = "\n".join(kept)
    rows = [("d", one, start, start + len(piece)) for one, (start, piece) in told(text).items()]
    mine = "\n".join([new, *(kept[at] for at in order if at < len(kept))])
    there = told(mine)
    found = patch([(start, there[one][1]) for _, one, start, _ in rows if one in there])
    assert all(char in (UNKNOWN, text[at]) for at, char in enumerate(found))
    for _, one, start, end in rows:
        assert cut(found, start, end) == (text[start:end] if one in there else None)


def told(text: str) -> dict[str, tuple[int, str]]:
    lines = [{"start": start, "end": end} for start, end in paragraphs(text)]
    return sentences("d", text, lines, "en")


def test_shards_keep_their_row_groups(space: Workspace, twin: Path) -> None:
    for name in contents(space.release):
        if name.endswith(".parquet"):
            groups = [pq.read_metadata(folder / name) for folder in (space.release, twin)]
            assert [one.num_row_groups for one in groups] == [groups[0].num_row_groups] * 2
    assert {key for key, _ in groupby(sorted(name.partition("/")[0] for name in contents(twin)))} >= {"pairs"}
