"""Lines of an article with their offsets; lines that were glued together are cut without an edit.

Not covered: what a line is (corpus/roles), sentences glued to each other ("stärken.Der ..."), and
glued dates without a time.
"""

import re
from bisect import bisect_left, bisect_right
from itertools import pairwise

CREDIT = (
    r"(?:Images?|Photos?|Photograph|Picture|Credits?|Source|Video|Graphic|Illustration|Bild(?:er|quelle|rechte)?|"
    r"Fotos?|Quelle|Grafik|Symbolbild|Archivbild|Crédits?|Imagen|Imagem|Fuente|Immagine|Fonte|Beeld|Bron|"
    r"Zdjęcie|Źródło|Zdroj|Фото|Источник|Fotoğraf|Kaynak)\s?"
)
# What stands before the colon of a credit that has no white space before it. A sign that ends a
# sentence goes before it, but no lone initial and no second dot, or it stands in brackets.
GLUED_CREDIT = re.compile(rf"(?:(?<=\w[.!?…]|\w[\"”“’»)]|[.!?][\"”“’»)])(?={CREDIT}\Z)|(?<=[^\s(\[])(?=[(\[]{CREDIT}\Z))")
LONGEST_CREDIT = 20
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

    A line is cut before a credit or a date that was glued to it; no character is changed for that.
    """
    found = []
    at = 0
    for line in text.splitlines(keepends=True):
        if bare := line.strip():
            start = at if line[0] == bare[0] else at + line.index(bare[0])
            found.append((start, start + len(bare)))
        at += len(line)
    # Credits and times have a colon: without one nothing is glued that could be told.
    if ":" in text and (cuts := _glued(text)):
        return [part for start, end in found for part in _parts(text, start, end, cuts)]
    return found


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
            if credit := GLUED_CREDIT.search(before):
                cuts.append(begin + credit.start())
        at = text.find(":", at + 1)
    return sorted({*cuts})


def _parts(text: str, start: int, end: int, cuts: list[int]) -> list[tuple[int, int]]:
    parts = []
    for left, right in pairwise([start, *cuts[bisect_right(cuts, start) : bisect_left(cuts, end)], end]):
        if bare := text[left:right].strip():
            left += text[left:right].index(bare[0])
            parts.append((left, left + len(bare)))
    return parts
