"""Lines around a story that were translated word by word, or credits that were left in another language."""

from collections.abc import Iterator, Sequence
from functools import cache

from corpus.roles.furniture import phrase
from corpus.roles.lexicon import lexicon
from corpus.schema import Evidence, Role

BOILERPLATE, CREDIT = Role.BOILERPLATE, Role.CREDIT
LITERAL = (BOILERPLATE, "literal-translation")


def credit_lines(
    text: str, spans: Sequence[tuple[int, int]], roles: Sequence[Role], language: str
) -> Iterator[Evidence]:
    """Yield the lines that no person of the language would write."""
    if BOILERPLATE not in roles and CREDIT not in roles:
        return
    for (start, end), role in zip(spans, roles, strict=True):
        if role is BOILERPLATE and phrase(text[start:end].lower().replace("’", "'")) == LITERAL:
            detail = "A line of the page, translated word by word."
            yield Evidence(rule="literal-line", start=start, end=end, detail=detail)
        elif role is CREDIT:
            yield from _foreign(text[start:end], start, language)


def _foreign(line: str, start: int, language: str) -> Iterator[Evidence]:
    """Yield the keyword of a credit that the document's language does not have."""
    if language not in _languages():
        return
    head = line.replace("：", ":").partition(":")[0]
    word = head.strip("([（ ©\xa0")
    words = lexicon()
    codes = words.pictures.get(word.lower(), frozenset()) | words.sources.get(word.lower(), frozenset())
    if codes and language not in codes:
        at = start + head.index(word)
        told = f"'{word}' is not how a credit begins in this language ({language})."
        yield Evidence(rule="foreign-credit", start=at, end=at + len(word), detail=told)


@cache
def _languages() -> frozenset[str]:
    """Return the languages whose words for the credit of a picture are known."""
    return frozenset().union(*lexicon().pictures.values())
