"""Tables to articles: every row is an article or a reject with its reason."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import readers
from corpus.config import Fields
from corpus.readers import Input
from corpus.readers.article import Article, Origin
from corpus.schema import Reject

from .conftest import Read, one, reasons

GERMAN = (
    "Der Bürgermeister von Köln kündigte am Dienstag an, dass die Brücke über den Rhein für drei Monate gesperrt "
    "werde. „Die Schäden sind größer als gedacht“, sagte er – und bat um Geduld. Die Kosten: rund 4 Millionen €."
)
SURROGATE = "\\ud800"


# JSON Lines


def test_each_line_is_an_article_with_its_columns(read: Read) -> None:
    row = {
        "id": 7,
        "text": GERMAN,
        "title": " T ",
        "url": "u",
        "outlet": "o",
        "published": "2025-10-28",
        "language": "DE-at",
    }
    article = one(read("x.jsonl", b"\xef\xbb\xbf\n" + json.dumps(row).encode() + b"\r\n\n"))
    assert (article.doc_id, article.source, article.text) == ("7", "x.jsonl:2", GERMAN)
    assert (article.title, article.url, article.outlet) == ("T", "u", "o")
    assert (article.published, article.language) == ("2025-10-28", "de")


def test_columns_are_found_by_the_mapping(read: Read) -> None:
    fields = Fields(id="nr", text="body", title="headline")
    article = one(read("x.jsonl", '{"nr": "a", "body": "Text.", "headline": "H", "text": "no", "id": "no"}', fields))
    assert (article.doc_id, article.text, article.title) == ("a", "Text.", "H")


def test_a_row_without_an_id_gets_one_from_its_text(read: Read) -> None:
    first, second = read("x.jsonl", '{"text": "a"}\n{"text": "b", "id": " "}')
    again, _ = read("x.jsonl", '{"text": "a", "title": "new"}\n{}')
    assert isinstance(first, Article) and isinstance(second, Article) and isinstance(again, Article)
    assert first.doc_id == again.doc_id != second.doc_id
    assert first.doc_id.startswith("x-")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{}", "no-text"),
        ('{"text": null}', "no-text"),
        ('{"text": " \\n"}', "no-text"),
        ('{"text": 3}', "no-text"),
        ('{"text": NaN}', "no-text"),
        ('{"text": ["a"]}', "no-text"),
        ('{"text": "a", "id": "a\\u0000"}', "control-character"),
        (f'{{"text": "a{SURROGATE}"}}', "unpaired-surrogate"),
        (f'{{"text": "a", "id": "{SURROGATE}"}}', "unpaired-surrogate"),
        (f'{{"text": "a", "title": "{SURROGATE}"}}', "unpaired-surrogate"),
        ('{"text": "a", "url": "\\u0000"}', "control-character"),
        ('{"text": "a", "id": ["b"]}', "bad-row"),
        ('{"text": "a", "title": {"en": "b"}}', "bad-row"),
        ('{"text": "a", "text": "b"}', "bad-row"),
        ("[1, 2]", "bad-row"),
        ('"text"', "bad-row"),
        ("{", "bad-row"),
        ("[" * 100_000, "bad-row"),
        ('{"text": ' + '{"a": ' * 50_000, "bad-row"),
        ('{"text": "a", "id": ' + "9" * 5_000 + "}", "bad-row"),
    ],
)
def test_a_line_without_an_article_is_rejected_with_its_reason(read: Read, line: str, reason: str) -> None:
    found = read("x.jsonl", f'{line}\n{{"text": "b", "id": "good"}}')
    assert reasons(found) == [reason, "article good"]
    assert isinstance(found[0], Reject)
    assert found[0].source == "x.jsonl:1"
    assert len(found[0].detail) < 400
    found[0].detail.encode()


def test_numbers_and_truth_make_ids_and_nan_makes_none(read: Read) -> None:
    lines = [
        '{"id": 12, "text": "a"}',
        '{"id": 1.5, "text": "a"}',
        '{"id": true, "text": "a"}',
        '{"id": NaN, "text": "a"}',
    ]
    ids = [found.doc_id for found in read("x.jsonl", "\n".join(lines)) if isinstance(found, Article)]
    assert ids[:3] == ["12", "1.5", "True"]
    assert ids[3].startswith("x-")


def test_a_pair_of_surrogates_is_a_character(read: Read) -> None:
    assert one(read("x.jsonl", '{"text": "\\ud83d\\ude80"}')).text == "🚀"


def test_broken_utf_8_costs_its_line_only(read: Read) -> None:
    found = read("x.jsonl", b'{"text": "\xff"}\n{"text": "b", "id": "b"}')
    assert reasons(found) == ["broken-utf-8", "article b"]


def test_a_line_of_five_megabytes_is_one_article(read: Read) -> None:
    assert len(one(read("x.jsonl", json.dumps({"text": "word " * 1_000_000}))).text) == 5_000_000


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf\r\n"])
@pytest.mark.parametrize("name", ["x.jsonl", "x.csv"])
def test_a_table_without_a_row_is_rejected(read: Read, name: str, content: bytes) -> None:
    assert reasons(read(name, content)) == ["empty"]


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "text", "title", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=150)
@given(JSON.map(json.dumps) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=30))
def test_any_line_is_one_row_or_one_reject(tmp_path_factory: pytest.TempPathFactory, line: str) -> None:
    path = tmp_path_factory.mktemp("any") / "x.jsonl"
    path.write_bytes(line.encode())
    (found,) = readers.read(Input(str(path), Origin("x.jsonl", "x", None), Fields()))
    if isinstance(found, Article):
        assert all(isinstance(value, str | None) for value in vars(found).values())


# CSV


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_the_delimiter_and_the_encoding_are_found(read: Read, delimiter: str, encoding: str) -> None:
    head = delimiter.join(["id", '"text"', '"a, b; c"'])
    article = one(read("x.csv", f'{head}\r\n1{delimiter}"{GERMAN}"{delimiter}z\r\n'.encode(encoding)))
    assert (article.doc_id, article.text, article.encoding) == ("1", GERMAN, encoding)


def test_a_quoted_field_keeps_its_lines_and_rows_are_named_by_their_last_line(read: Read) -> None:
    first, second = read("x.csv", '\nid,text\n1,"a ""b""\r\nc\n\nd"\n2,\n')
    assert isinstance(first, Article)
    assert first.text == 'a "b"\r\nc\n\nd'
    assert isinstance(second, Reject)
    assert (second.source.rpartition("/")[2], second.reason) == ("x.csv:7", "no-text")


def test_old_mac_line_ends_are_line_ends(read: Read) -> None:
    assert reasons(read("x.csv", "id,text\r1,a\r2,b\r")) == ["article 1", "article 2"]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("id,text\n", ["empty"]),
        ("id,body\n1,a\n", ["no-such-column"]),
        ("id,text,text\n1,a,b\n", ["bad-row"]),
        ("id,text\n1,a\n2\n3,c,d\n4,d\n", ["article 1", "no-text", "bad-row", "article 4"]),
        ('id,text\n1,a\n2,"b\n3,c\n', ["article 1", "bad-row"]),
        ('id,text\n1,"a"b\n2,c\n', ["bad-row"]),
        ('"id"x,text\n1,a\n', ["bad-row"]),
        ('id,"text\n1,a\n', ["bad-row"]),
        ("id,text\n1,a\0b\n", ["binary"]),
    ],
)
def test_a_row_that_can_not_be_trusted_is_rejected(read: Read, content: str, expected: list[str]) -> None:
    assert reasons(read("x.csv", content)) == expected


def test_a_field_of_five_megabytes_is_one_article(read: Read) -> None:
    assert len(one(read("x.csv", 'text\n"' + "word\n" * 1_000_000 + '"\n')).text) == 5_000_000


# Parquet


def parquet(folder: Path, **columns: object) -> list[Article | Reject]:
    path = folder / "x.parquet"
    pq.write_table(pa.table(columns), path)
    return list(readers.read(Input(str(path), Origin("x.parquet", "x", None), Fields())))


@pytest.mark.parametrize(
    "kind", [pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int32(), pa.string())]
)
def test_every_kind_of_string_column_is_text(tmp_path: Path, kind: pa.DataType) -> None:
    found = parquet(tmp_path, id=pa.array(["1", "2"]), text=pa.array([GERMAN, None], pa.string()).cast(kind))
    assert reasons(found) == ["article 1", "no-text"]
    assert isinstance(found[0], Article)
    assert found[0].text == GERMAN


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (date(2025, 10, 28), "2025-10-28"),
        (datetime(2025, 10, 28, 6, 5), "2025-10-28T06:05:00"),
        (datetime(2025, 10, 28, 6, 5, tzinfo=UTC), "2025-10-28T06:05:00+00:00"),
        (Decimal("2025.10"), "2025.10"),
        (float("nan"), None),
        (None, None),
    ],
)
def test_published_is_iso_8601_as_exact_as_the_column(tmp_path: Path, value: object, told: str | None) -> None:
    assert one(parquet(tmp_path, text=["a"], published=[value])).published == told


@pytest.mark.parametrize(("unit", "ticks"), [("s", 2**52), ("ms", 2**62), ("us", 2**62), ("ns", 2**62)])
def test_a_time_that_python_has_not_costs_its_row_only(tmp_path: Path, unit: str, ticks: int) -> None:
    times = pa.array([0, ticks, None], pa.int64()).cast(pa.timestamp(unit))
    found = parquet(tmp_path, id=["1", "2", "3"], text=["a", "b", "c"], published=times)
    assert (reasons(found)[0], reasons(found)[2]) == ("article 1", "article 3")
    assert reasons(found)[1] in ("bad-row", "article 2")


def test_broken_utf_8_in_a_cell_costs_its_row_only(tmp_path: Path) -> None:
    broken = pa.StringArray.from_buffers(2, pa.py_buffer(b"\0\0\0\0\2\0\0\0\3\0\0\0"), pa.py_buffer(b"a\xffb"))
    assert reasons(parquet(tmp_path, id=["1", "2"], text=broken)) == ["bad-row", "article 2"]


@pytest.mark.parametrize(
    ("column", "reason"),
    [
        (pa.array([3]), "no-text"),
        (pa.array([b"bytes"]), "no-text"),
        (pa.array([["a"]]), "no-text"),
        (pa.array([{"a": 1}]), "no-text"),
        (pa.array([None]), "no-text"),
        (pa.array([], pa.string()), "empty"),
    ],
)
def test_a_text_column_of_another_type_is_rejected(tmp_path: Path, column: pa.Array, reason: str) -> None:
    assert reasons(parquet(tmp_path, text=column)) == [reason]


def test_a_table_without_the_column_is_rejected_and_says_which_it_has(tmp_path: Path) -> None:
    (found,) = parquet(tmp_path, id=["1"], body=["a"])
    assert isinstance(found, Reject)
    assert (found.reason, found.detail) == ("no-such-column", "'text' is none of: id, body")


def test_other_columns_are_not_read(tmp_path: Path) -> None:
    assert reasons(parquet(tmp_path, id=["1"], text=["a"], image=[b"\xff" * 1_000])) == ["article 1"]


@pytest.mark.parametrize("keep", [0, 4, 100, -1, -9])
def test_a_truncated_parquet_file_is_rejected(tmp_path: Path, read: Read, keep: int) -> None:
    pq.write_table(pa.table({"id": ["1"], "text": [GERMAN]}), tmp_path / "whole.parquet")
    assert reasons(read("x.parquet", (tmp_path / "whole.parquet").read_bytes()[:keep])) == ["unreadable"]
