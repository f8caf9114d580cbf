"""Markdown out of facts: nothing that others wrote is markup."""

import re
from collections.abc import Iterable, Sequence

from corpus.output import plain as visible

# Also what GitHub's Markdown makes a link by itself: an address, www., a mail.
MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&!@]|:(?=//)|(?<=\bwww)\.)", re.IGNORECASE)
FENCE = re.compile(r"`{3,}")
NUMBER = re.compile(r"[\d,.]+%?|-?")


def plain(text: str) -> str:
    """Return text on one line that shows as it is: no markup, no link, no tag, no control character."""
    return MARKUP.sub(r"\\\1", visible(" ".join(text.split())))


def number(count: float) -> str:
    """Return a number as people read it: 12,345."""
    return f"{count:,}" if isinstance(count, int) else f"{count:,.4g}"


def counted(count: int, one: str, more: str = "") -> str:
    """Return a number with its noun: `1 unit`, `2 units`."""
    return f"{number(count)} {one if count == 1 else more or f'{one}s'}"


def listed(words: Sequence[str]) -> str:
    """Return words as an enumeration: `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; cells are Markdown already. Columns of numbers stand to the right."""
    lines = [list(row) for row in rows]
    right = [all(NUMBER.fullmatch(line[at]) for line in lines) and bool(lines) for at in range(len(head))]
    ruler = ["---:" if one else "---" for one in right]
    return "\n".join("| " + " | ".join(line) + " |" for line in [list(head), ruler, *lines])


def bullets(lines: Iterable[str]) -> str:
    """Return a list of points."""
    return "\n".join(f"- {line}" for line in lines)


def fenced(text: str, language: str = "") -> str:
    """Return text as a block of code, which it can't end from within."""
    longest = max((len(one) for one in FENCE.findall(text)), default=2)
    fence = "`" * max(3, longest + 1)
    shown = "\t".join(map(visible, text.strip().split("\t")))
    return f"{fence}{language}\n{shown}\n{fence}"


def folded(title: str, text: str) -> str:
    """Return text that a reader opens with a click; `title` is plain words of ours."""
    return f"<details>\n<summary>{title}</summary>\n\n{text}\n\n</details>"


def asked(question: str, answer: str) -> str:
    """Return a question with its answer."""
    return f"**{question}** {answer}"


def paragraphs(parts: Iterable[str]) -> str:
    """Return the parts that say something, with a blank line between them."""
    return "\n\n".join(part for part in parts if part)
