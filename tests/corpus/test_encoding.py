"""Bytes to text: real encodings with real news, and what is no text at all."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import readers
from corpus.config import Fields
from corpus.readers import Input
from corpus.readers.article import Article, Origin

from .conftest import Read, one, reasons

GERMAN = (
    "Der Bürgermeister von Köln kündigte am Dienstag an, dass die Brücke über den Rhein für drei Monate gesperrt "
    "werde. „Die Schäden sind größer als gedacht“, sagte er – und bat um Geduld. Die Kosten: rund 4 Millionen €."
)
FRENCH = (
    "Le maire a annoncé mercredi que le nouveau pont sur la rivière ne serait pas ouvert avant le printemps. "
    "D’après lui, la livraison de l’acier a été retardée et le calendrier doit être réexaminé."
)
SWEDISH = "Borgmästaren sade på onsdagen att den nya bron över ån öppnar först nästa vår. Stålet är försenat."
POLISH = (
    "Wczoraj wieczorem rząd ogłosił, że stopy procentowe pozostaną bez zmian. Zdaniem ekonomistów decyzja była "
    "słuszna, ponieważ inflacja wciąż rośnie. Minister podkreślił również, że podwyżki nie są planowane."
)
CZECH = (
    "Starosta města ve středu oznámil, že nový most přes řeku se otevře nejdříve příští jaro. Podle něj se zpozdila "
    "dodávka oceli a harmonogram prací se musí přepracovat."
)
RUSSIAN = (
    "В среду мэр города сообщил, что новый мост через реку откроют не раньше следующей весны. По его словам, "
    "подрядчик задержал поставку стали, и теперь график работ придётся пересмотреть."
)
GREEK = "Ο δήμαρχος ανακοίνωσε την Τετάρτη ότι η νέα γέφυρα πάνω από το ποτάμι δεν θα ανοίξει πριν από την άνοιξη."
TURKISH = "Belediye başkanı çarşamba günü yaptığı açıklamada, yeni köprünün ilkbahardan önce açılmayacağını söyledi."
JAPANESE = (
    "市長は水曜日の記者会見で、川にかかる新しい橋の開通が来年の春以降になると発表した。鋼材の納入が遅れたため、"
    "工事の予定を見直す必要があるという。住民からは不満の声も上がっている。"
)
SIMPLIFIED = (
    "市长在星期三的记者会上表示，跨河新桥要到明年春天以后才能通车。由于钢材交付延迟，施工计划必须重新安排。"
    "附近居民对此表示不满，要求政府尽快公布新的时间表。"
)
TRADITIONAL = (
    "市長在星期三的記者會上表示，跨河新橋要到明年春天以後才能通車。由於鋼材交付延遲，施工計畫必須重新安排。"
    "附近居民對此表示不滿，要求政府盡快公布新的時間表。"
)
KOREAN = "시장은 수요일 기자회견에서 강을 가로지르는 새 다리가 내년 봄 이후에야 개통될 것이라고 밝혔다."
MARKED = ["utf-8", "utf-8-sig", "utf-16", "utf-32"]
LEGACY = {
    "windows-1252": [GERMAN, FRENCH, SWEDISH],
    "windows-1250": [POLISH, CZECH],
    "iso-8859-2": [POLISH, CZECH],
    "windows-1251": [RUSSIAN],
    "koi8-r": [RUSSIAN],
    "windows-1253": [GREEK],
    "windows-1254": [TURKISH],
    "shift_jis": [JAPANESE],
    "euc_jp": [JAPANESE],
    "gb18030": [SIMPLIFIED],
    "big5": [TRADITIONAL],
    "cp949": [KOREAN],
}
NEWS = [
    GERMAN,
    FRENCH,
    POLISH,
    RUSSIAN,
    GREEK,
    JAPANESE,
    SIMPLIFIED,
    KOREAN,
    "e\u0301 👩🏽\u200d🚀 \u202eabc\u2066\u2028d\x85\fe\r\n",
]


@pytest.mark.parametrize("encoding", MARKED)
@pytest.mark.parametrize("text", NEWS)
def test_unicode_comes_as_it_is(read: Read, encoding: str, text: str) -> None:
    article = one(read("x.txt", text.encode(encoding)))
    assert (article.text, article.encoding) == (text, encoding)


@pytest.mark.parametrize("mark", ["utf-16-be", "utf-32-be"])
def test_big_endian_is_told_by_its_mark(read: Read, mark: str) -> None:
    assert one(read("x.txt", ("\ufeff" + POLISH).encode(mark))).text == POLISH


@pytest.mark.parametrize(("encoding", "text"), [(name, text) for name, texts in LEGACY.items() for text in texts])
def test_a_legacy_encoding_is_found_by_how_its_text_reads(read: Read, encoding: str, text: str) -> None:
    article = one(read("x.txt", text.encode(encoding)))
    assert article.text == text
    assert article.encoding not in (None, *MARKED)
    assert one(read("long.txt", "\r\n".join([text] * 3_000).encode(encoding))).text.splitlines()[-1] == text


def test_a_lone_legacy_letter_far_down_an_english_text_is_found(read: Read) -> None:
    text = "The mayor spoke again about the bridge. " * 5_000 + "Then they all met in a café near the harbour."
    assert one(read("x.txt", text.encode("windows-1252"))).text == text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\t\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
        (b"%PDF-1.7\n" + bytes(range(1, 32)) * 9, "binary"),
        (b"text\0text", "binary"),
        ("Köln ist schön. Grüße!".encode() + b"\xff", "broken-utf-8"),
        ("Köln ist schön".encode()[:-3] + b"\xc3", "broken-utf-8"),
        (b"\xef\xbb\xbfabc\xff", "broken-utf-8"),
        (b"\xff\xfea\0b", "unknown-encoding"),
        (b"\xff\xfe\x00\xd8a\0", "unknown-encoding"),
        (bytes(Random(1).choices([*range(0x20, 0x7F), *range(0x80, 0x100)], k=300)), "unknown-encoding"),
    ],
)
def test_what_is_no_text_is_rejected_with_its_reason(read: Read, content: bytes, reason: str) -> None:
    assert reasons(read("x.txt", content)) == [reason]


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=300) | st.text(max_size=80).map(lambda text: text.encode("utf-16", "surrogatepass")))
def test_any_bytes_are_one_article_or_one_reject(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "x.txt"
    path.write_bytes(raw)
    (found,) = readers.read(Input(str(path), Origin("x.txt", "x", None), Fields()))
    if isinstance(found, Article):
        assert found.text.strip()
        found.text.encode()
