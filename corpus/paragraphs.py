"""Lines of an article with their offsets, and which of them is the title.

Not covered yet: the other roles. Everything that is no title is body.
"""

import re

from corpus.schema import Paragraph, Role

LINE = re.compile(r"\S(?:.*\S)?")
SENTENCE_END = re.compile(r"""[.!?…。！？؟।:;,]["'”’“»«)\]]*$""")
CREDIT = re.compile(r"\b(image|photo|foto|bild|source|quelle|crédit|credit)\s*:", re.IGNORECASE)
LONGEST_TITLE = 200


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
    return not alone and len(line) <= LONGEST_TITLE and not SENTENCE_END.search(line) and not CREDIT.search(line)
