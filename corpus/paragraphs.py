"""Lines of an article with their offsets; lines that were glued together are cut without an edit.

Not covered: what a line is (corpus/roles), sentences glued to each other ("stärken.Der ..."), and
glued dates without a time.
"""

import re
from bisect import bisect_left, bisect_right
from itertools import pairwise

from corpus.roles.sign_off import SIGN_OFF

CREDIT = (
    r"(?:Images?|Photos?|Photograph|Picture|Credits?|Source|Video|Graphic|Illustration|Bild(?:er|quelle|rechte)?|"
    r"Fotos?|Quelle|Grafik|Symbolbild|Archivbild|Crédits?|Imagen|Imagem|Fuente|Immagine|Fonte|Beeld|Bron|"
    r"Zdjęcie|Źródło|Zdroj|Фото|Источник|Fotoğraf|Kaynak)\s?"
)
# What stands before the colon of a credit without white space before it: the credit follows a sign
# that ends a sentence, or it stands in brackets.
AFTER_SIGN = rf"(?<=\w[.!?…]|\.\.|[\w.!?][\"”“’»)])(?={CREDIT}\Z)"
IN_BRACKETS = rf"(?<=[^\s(\[])(?=[(\[]{CREDIT}\Z)"
GLUED_CREDIT = re.compile(f"{AFTER_SIGN}|{IN_BRACKETS}")
LONGEST_CREDIT, LONGEST_SIGN_OFF = 20, 40
CLOSING = frozenset(")）]")
MONTH = (
    r"(?i:Jan|Feb|Mar|Apr|Ma[iy]|Jun|Jul|Aug|Sep|O[ck]t|Nov|De[cz]|Jän|Mär|févr|avr|juin|juil|août|déc|"
    r"ene|abr|ago|dic|gen|mag|giu|lug|set|ott|янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек)[^\W\d_]*\.?"
)
DATE = (
    rf"(?:{MONTH} \d{{1,2}}, \d{{4}}|\d{{1,2}}(?:\.|er| de)? ?{MONTH} (?:de )?\d{{4}}|"
    r"\d{1,2}[./]\d{1,2}[./]\d{4}|\d{4}-\d\d-\d\d|\d{4}年)"
)
# From the colon of a time on, up to a date that begins right behind it.
GLUED_DATE = re.compile(rf"(?<=\d):\d\d(?::\d\d)?(?: ?(?:Uhr|h|[AaPp]\.?[Mm]\.?|ч\.?))?(?={DATE})")


def paragraphs(text: str) -> list[tuple[int, int]]:
    """Return the spans of the lines that are not blank, without white space around them.

    A line is cut before a credit or a date that was glued to it and before the sign-off of an agency;
    no character is changed for that.
    """
    found = []
    at = 0
    for line in text.splitlines(keepends=True):
        if bare := line.strip():
            start = at if line[0] == bare[0] else at + line.index(bare[0])
            found.append((start, start + len(bare)))
        at += len(line)
    # Credits and times have a colon: without one nothing is glued that could be told.
    cuts = _glued(text) if ":" in text else []
    cuts += [cut for start, end in found if text[end - 1] in CLOSING and (cut := _signed(text, start, end))]
    return [part for start, end in found for part in _parts(text, start, end, sorted(cuts))] if cuts else found


def _signed(text: str, start: int, end: int) -> int | None:
    """Return where the sign-off of an agency begins behind the last sentence of a line."""
    mark = SIGN_OFF.search(text[:end], max(start, end - LONGEST_SIGN_OFF))
    return mark.start(1) if mark else None


def _glued(text: str) -> list[int]:
    cuts = []
    at = text.find(":")
    while at >= 0:
        begin = max(0, at - LONGEST_CREDIT)
        before = text[begin:at]
        if before[-1:].isdigit():
            if date := GLUED_DATE.match(text, at):
                cuts.append(date.end())
        # A word on its own before the colon is glued to nothing.
        elif (word := before.rsplit(None, 1)[-1:]) and not word[0].isalpha():
            cuts += [begin + credit.start() for credit in GLUED_CREDIT.finditer(before)]
        at = text.find(":", at + 1)
    return sorted({*cuts})


def _parts(text: str, start: int, end: int, cuts: list[int]) -> list[tuple[int, int]]:
    parts = []
    for left, right in pairwise([start, *cuts[bisect_right(cuts, start) : bisect_left(cuts, end)], end]):
        if bare := text[left:right].strip():
            left += text[left:right].index(bare[0])
            parts.append((left, left + len(bare)))
    return parts
