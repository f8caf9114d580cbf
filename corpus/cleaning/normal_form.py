"""Unicode's composed form, on request: "e" with an accent of its own becomes "é"."""

import re
from collections.abc import Iterator
from unicodedata import is_normalized, normalize

from corpus.cleaning.edits import Change

# No character composes with white space before it, so words can be taken one by one.
PART = re.compile(r"\s+|\S+")


def changes(text: str) -> Iterator[Change]:
    """Yield the changes that make `text` NFC."""
    if is_normalized("NFC", text):
        return
    for match in PART.finditer(text):
        part = match[0]
        if not is_normalized("NFC", part):
            fixed = normalize("NFC", part)
            head = _shared(part, fixed)
            tail = _shared(part[head:][::-1], fixed[head:][::-1])
            yield "nfc", match.start() + head, match.end() - tail, fixed[head : len(fixed) - tail]


def _shared(left: str, right: str) -> int:
    """How many characters two strings share at their start."""
    pairs = enumerate(zip(left, right, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(left), len(right)))
