"""Sentences of a document, each with its offsets and an id that survives its neighbours."""

from collections import Counter
from collections.abc import Iterator

from sentencex import get_sentence_boundaries

from corpus.files import digest
from corpus.schema import Document, Segment


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
    for found in get_sentence_boundaries(language, part):
        left, right = found["start_index"], found["end_index"]
        sentence = part[left:right]
        left += len(sentence) - len(sentence.lstrip())
        right -= len(sentence) - len(sentence.rstrip())
        if left < right:
            yield start + left, start + right
