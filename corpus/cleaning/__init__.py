"""Raw text to text by logged edits: nothing changes without a row that says what and why.

Not covered: what is wrong in the words themselves, and markup other than entities.
"""

from collections.abc import Callable, Iterable

from corpus.cleaning import characters, entities, mojibake, normal_form
from corpus.cleaning.edits import Change, apply, compose, edit, restore, to_raw, to_text
from corpus.schema import Edit

__all__ = ["apply", "clean", "restore", "to_raw", "to_text"]

# Entities first: they may hide mojibake. Mojibake before control characters: it is made of them.
RULES: tuple[Callable[[str], Iterable[Change]], ...] = (entities.changes, mojibake.changes, characters.changes)
# What is escaped twice is read twice; a text that is escaped more often was made to cost time.
MOST_ROUNDS = 8


def clean(raw: str, *, nfc: bool = False) -> tuple[str, list[Edit]]:
    """Return the text and the edits that made it of `raw`, sorted, never overlapping, in raw offsets.

    Rules run until none finds anything, so a clean text has no edits (up to eight layers of escapes).
    An edit that two rules made names both: `entity+mojibake`.
    """
    rules = (*RULES, normal_form.changes) if nfc else RULES
    text = raw
    edits: list[Edit] = []
    for _ in range(MOST_ROUNDS):
        before = text
        for rule in rules:
            if found := [edit(text, change) for change in rule(text)]:
                edits = compose(text, edits, found)
                text = apply(text, found)
        if text == before:
            break
    return text, edits
