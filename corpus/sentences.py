"""Sentences of a document, each with its offsets and an id that survives its neighbours."""

from collections import Counter
from collections.abc import Iterator

from sentencex import get_sentence_boundaries

from corpus.files import digest
from corpus.schema import Document, Segment

# The splitter counts such white space as one byte and panics; a space of one code point moves no offset.
SPACES = {ord(char): " " for char in map(chr, range(0x80, 0x3001)) if char.isspace()}


def segments(document: Document) -> list[Segment]:
    """Cut each paragraph into sentences; no sentence crosses a paragraph.

    The id is the document's and a hash of the text, with a number from the second repeat on:
    a new paragraph moves no other id.
    """
    seen: Counter[str] = Counter()
    found: list[Segment] = []
    for number, paragraph in enumerate(document.paragraphs):
        for start, end in spans(document.text, paragraph.start, paragraph.end, document.language):
            text = document.text[start:end]
            mark = digest(text, length=10)
            seen[mark] += 1
            repeat = f".{seen[mark]}" if seen[mark] > 1 else ""
            found.append(
                Segment(
                    segment_id=f"{document.doc_id}#{mark}{repeat}",
                    doc_id=document.doc_id,
                    index=len(found),
                    paragraph=number,
                    start=start,
                    end=end,
                    text=text,
                    role=paragraph.role,
                    language=document.language,
                )
            )
    return found


def spans(text: str, start: int, end: int, language: str) -> Iterator[tuple[int, int]]:
    """Yield the offsets of the sentences in `text[start:end]`, without white space around them."""
    part = text[start:end]
    for left, right in _boundaries(language, part):
        sentence = part[left:right]
        left += len(sentence) - len(sentence.lstrip())
        right -= len(sentence) - len(sentence.rstrip())
        if left < right:
            yield start + left, start + right


def _boundaries(language: str, text: str) -> list[tuple[int, int]]:
    try:
        found = get_sentence_boundaries(language, text.translate(SPACES))
    except BaseException as error:
        # A panic of the Rust splitter is no `Exception`; one text must not end the build.
        if type(error).__name__ != "PanicException":
            raise
        return [(0, len(text))]
    return [(one["start_index"], one["end_index"]) for one in found]
