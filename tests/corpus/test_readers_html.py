"""Pages to articles: what is taken of a page, what is kept of it, and pages that are none."""

import hashlib
from pathlib import Path

import pytest

from corpus import readers
from corpus.config import Source
from corpus.readers.article import Article
from corpus.readers.html import LARGEST_PAGE

from .conftest import Read, one, reasons

LINES = [
    "Die Brücke über den Fluss bleibt drei Monate lang gesperrt, wie die Stadt am Dienstag mitteilte.",
    "Der Stahl ist älter als gedacht und muss weg, sagte die Ingenieurin der Stadt vor Journalisten.",
    "Die Kosten betragen rund vier Millionen Euro, und im Herbst soll alles wieder offen sein.",
]
HEAD = (
    "<title>Brücke gesperrt | Kurier</title><link rel='canonical' href='https://kurier.example/a/1'/>"
    "<meta property='article:published_time' content='2025-10-28T06:05:00+01:00'/>"
    "<meta property='og:site_name' content='Kurier Muster'/>"
)
BODY = "".join(f"<p>{line}</p>\n" for line in LINES)


def page(*, head: str = HEAD, body: str = BODY, charset: str = "utf-8") -> str:
    return (
        f"<!DOCTYPE html><html lang='de'><head><meta charset='{charset}'>{head}</head><body><nav><a href='/'>Start"
        f"</a></nav><article><h1>Brücke gesperrt</h1>{body}</article><footer>Impressum</footer></body></html>"
    )


@pytest.mark.parametrize("suffix", [".html", ".htm", ".xhtml", ".HTML"])
def test_a_page_is_an_article_with_what_it_says_of_itself(read: Read, suffix: str) -> None:
    article = one(read(f"x{suffix}", page()))
    assert article.text.splitlines() == ["Brücke gesperrt", *LINES]
    assert (article.doc_id, article.title, article.published) == ("x", "Brücke gesperrt", "2025-10-28")
    assert (article.url, article.outlet) == ("https://kurier.example/a/1", "Kurier Muster")


def test_the_raw_page_is_kept_with_its_hash(read: Read) -> None:
    raw = page().encode()
    article = one(read("x.html", raw))
    assert article.html == raw
    assert article.raw_sha256 == hashlib.sha256(raw).hexdigest()


def test_a_given_outlet_goes_before_that_of_the_page(tmp_path: Path) -> None:
    (tmp_path / "post").mkdir()
    (tmp_path / "post" / "x.html").write_text(page())
    (place,) = readers.inputs(Source(path="."), tmp_path, own=[], where="")
    assert one(list(readers.read(place))).outlet == "post"


def test_the_host_is_the_outlet_where_the_page_names_none(read: Read) -> None:
    assert one(read("x.html", page(head=HEAD.replace("og:site_name", "x")))).outlet == "kurier.example"


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [("utf-8", "utf-8"), ("iso-8859-1", "utf-8"), ("iso-8859-1", "cp1252"), ("windows-1252", "cp1252")],
)
def test_good_utf_8_goes_before_the_declared_encoding(read: Read, charset: str, encoding: str) -> None:
    article = one(read("x.html", page(charset=charset).encode(encoding)))
    assert article.text.splitlines()[1:] == LINES
    assert article.encoding == encoding


@pytest.mark.parametrize(("charset", "codec"), [("gb2312", "gb18030"), ("Shift_JIS", "cp932"), ("iso-2022-jp",) * 2])
def test_a_declared_asian_encoding_is_read_as_browsers_read_it(read: Read, charset: str, codec: str) -> None:
    line = "市長は水曜日の記者会見で、川にかかる新しい橋の開通が来年の春以降になると発表した。工事の予定を見直す。"
    raw = page(head="", body=f"<p>{line}</p>" * 3, charset=charset).replace("ü", "u").encode(codec)
    assert line in one(read("x.html", raw)).text


@pytest.mark.parametrize("charset", ["unicode_escape", "idna", "rot13", "zlib", "nothing"])
def test_a_declared_encoding_that_is_none_is_not_used(read: Read, charset: str) -> None:
    assert one(read("x.html", page(charset=charset).encode("cp1252"))).text.splitlines()[1:] == LINES


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<html></html>", "no-text"),
        (b"<", "no-text"),
        (b"<!-- -->", "no-text"),
        (b"<p>\x00</p>", "binary"),
        (page(body="<p>Kurz.</p>").encode()[:200], "no-text"),
        (b"<p>" + "grüßen".encode() * 9 + b"\xff</p>", "broken-utf-8"),
        (page(body="<div>" * 300 + BODY + "</div>" * 300).encode(), "too-deep"),
        (b"<div>" * 100_000, "too-deep"),
        (b"<a " * 100_000, "no-text"),
        (b"x" * (LARGEST_PAGE + 1), "too-large"),
    ],
)
def test_a_page_without_an_article_is_rejected_with_its_reason(read: Read, content: bytes, reason: str) -> None:
    assert reasons(read("x.html", content)) == [reason]


def test_the_same_page_gives_the_same_article(read: Read) -> None:
    first = one(read("x.html", page()))
    for number in range(3):
        read(f"other{number}.html", page(body=BODY * 2))
    assert one(read("x.html", page())) == first


def test_a_broken_page_says_nothing_to_the_terminal(read: Read, capfd: pytest.CaptureFixture[str]) -> None:
    found = read("x.html", "<<<<<html<body>>>&&&#x0;<p")
    assert not any(isinstance(each, Article) for each in found)
    assert capfd.readouterr() == ("", "")
