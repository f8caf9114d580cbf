"""HTML pages: the main text by trafilatura, a line for each paragraph; title, date, outlet and address of the page.

The raw page is kept. The settings are fixed and nothing is fetched, so the same page gives the same text.
Not covered: text that scripts would load, comments below an article, pages of more than 10 MB.
"""

import logging
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, BinaryIO

from corpus.encoding import Refused, decode
from corpus.files import sha256
from corpus.readers.article import Article, Origin, flaw_of
from corpus.readers.inputs import Input
from corpus.readers.stream import whole
from corpus.schema import Reason

LARGEST_PAGE = 10 << 20
HEAD = 4_096
CHARSET = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
XML_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
# Only what the page states is its date; the upper bound is fixed, else the day of the build would matter.
DATES = {"original_date": True, "extensive_search": False, "max_date": "2100-01-01"}


def read(file: BinaryIO, one: Input) -> Iterator[Article]:
    """Read a page as one article."""
    yield article(whole(file, LARGEST_PAGE), one.origin)


def article(raw: bytes, origin: Origin, *, url: str | None = None, charset: str | None = None) -> Article:
    """Make an article of the bytes of a page; raise `Refused` where it has none.

    `url` and `charset` are what the server said.
    """
    if not raw.strip():
        raise Refused(Reason.EMPTY, f"{len(raw)} bytes, no page")
    page, encoding = decode(raw, charset or _declared(raw))
    found = _extracted(page, url)
    text = found.text if found is not None else None
    if not text or not any(map(str.isalpha, text)):
        raise Refused(Reason.NO_TEXT, "a page without a main text")
    told = {
        "outlet": origin.outlet or _line(found.sitename) or _line(found.hostname),
        "url": url or _line(found.url),
        "published": _line(found.date),
        "title": _line(found.title),
    }
    for value in (text, *told.values()):
        if value and (flaw := flaw_of(value)):
            raise Refused(*flaw)
    return Article(origin.stem, origin.name, text, sha256(raw), encoding, **told, html=raw)


def _extracted(page: str, url: str | None) -> Any:
    bare_extraction = _extraction()
    try:
        tree = _tree(page)
        if tree is None:
            return None
        return bare_extraction(tree, url=url, include_comments=False, with_metadata=True, date_extraction_params=DATES)
    except Refused:
        raise
    except RecursionError:
        raise Refused(Reason.TOO_DEEP, "nested too deeply") from None
    except Exception as error:  # the extractor walks any tree; what it trips over is not in its contract
        raise Refused(Reason.UNREADABLE, f"the text can't be extracted: {type(error).__name__}: {error}") from None


def _tree(page: str) -> Any:
    from lxml import etree, html

    parser = html.HTMLParser(remove_comments=True, remove_pis=True, collect_ids=False, encoding="utf-8")
    try:
        tree = html.document_fromstring(page.encode(), parser=parser)
    except etree.LxmlError:
        return None  # nothing in it
    # libxml2 leaves out what lies deeper than 256 levels, and says so here only.
    if any(entry.type_name == "ERR_RESOURCE_LIMIT" for entry in parser.error_log):
        raise Refused(Reason.TOO_DEEP, "nested deeper than 256 levels")
    return tree


@cache
def _extraction() -> Any:
    from trafilatura import bare_extraction

    for name in ("trafilatura", "htmldate", "courlan", "justext"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what a page lacks is told by its reject
    return bare_extraction


def _declared(raw: bytes) -> str | None:
    found = XML_ENCODING.search(raw[:HEAD]) or CHARSET.search(raw[:HEAD])
    return found[1].decode("ascii", "ignore") if found else None


def _line(told: str | None) -> str | None:
    return " ".join(told.split()) or None if told else None
