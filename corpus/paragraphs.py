"""Lines of an article with their offsets, and which of them is the title.

Not covered yet: the other roles. Everything that is no title is body.
"""

import re

from corpus.schema import Paragraph, Role

# What ends a line, as `str.splitlines` and Unicode have it. Each is white space of its own.
BREAKS = r"\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
LINE = re.compile(rf"\S(?:[^{BREAKS}]*\S)?")
SENTENCE_END = re.compile(r"""[.…。।:;,]["'”’“»«)\]]*$""")
QUESTION_END = re.compile(r"""[!?！？؟]["'”’“»«)\]]*$""")
CREDIT = re.compile(r"\b(image|photo|foto|bild|source|quelle|crédit|credit)\s*:", re.IGNORECASE)
LONGEST_TITLE, LONGEST_QUESTION = 200, 100


def paragraphs(text: str, *, title: str | None = None) -> list[Paragraph]:
    """Return each line that is not blank; the first is the title if it reads like one.

    A `title` that the source names settles it.
    """
    spans = [match.span() for match in LINE.finditer(text)]
    first = bool(spans) and _is_title(text[slice(*spans[0])], title, alone=len(spans) == 1)
    roles = [Role.TITLE if first and at == 0 else Role.BODY for at in range(len(spans))]
    return [Paragraph(start=start, end=end, role=role) for (start, end), role in zip(spans, roles, strict=True)]


def _is_title(line: str, title: str | None, *, alone: bool) -> bool:
    if title is not None:
        return line == title.strip()
    # A headline may ask or call out, but then it is short: longer ones are the lead.
    longest = LONGEST_QUESTION if QUESTION_END.search(line) else LONGEST_TITLE
    worded = len(line) <= longest and any(map(str.isalpha, line))
    return worded and not alone and not SENTENCE_END.search(line) and not CREDIT.search(line)
