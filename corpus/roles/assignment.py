"""The role of each line of an article, by rules; each tells which rule it was.

A sentence of the story that is marked as boilerplate is worse than boilerplate that stays body: where the
rules are not sure, a line is body. Long lines get cheap checks only.

Not covered: lists, tables, verses, transcripts; captions without a credit near them; bold teasers, since plain
text has no bold type.
"""

import re
from collections.abc import Collection, Sequence
from itertools import pairwise

from corpus.roles.furniture import LONGEST, LONGEST_CAPTION, LONGEST_INNER_CREDIT, caption_with_credit, furniture
from corpus.roles.lexicon import lexicon
from corpus.schema import Role

LONGEST_TITLE, LONGEST_QUESTION, LONGEST_HEADING, LONGEST_HEADING_CJK = 200, 100, 100, 40
LONGEST_SHORT_CAPTION, LONGEST_REPEATED, SHORTEST_LEAD, SHORTEST_STORY = 140, 60, 80, 60
EDGE_FIRST, EDGE_LAST, CONSENT_LAST = 6, 3, 2
CLOSING = "\"'”’“»«)]"
ENDS, QUESTIONS = ".…。।:;,", "!?！？؟"
QUOTES = re.compile('["“”„«»「」]')
NEXT_SENTENCE = re.compile(r"[.!?]\s+[^\W\d_]")
CREDIT = re.compile(r"\b(image|photo|foto|bild|source|quelle|crédit|credit)\s*:", re.IGNORECASE)
WORKING = {"lexicon-newsletter", "lexicon-consent", "literal-translation", "consent-declared"}
LEAD, BOILERPLATE = Role.LEAD, Role.BOILERPLATE
BODY = (Role.BODY, "body")
PICTURE_CREDIT = (Role.CREDIT, "picture-credit")
Assigned = tuple[Role, str]
Roles = list[Assigned | None]


def assign(
    lines: Sequence[str],
    spans: Sequence[tuple[int, int]],
    *,
    title: str | None,
    language: str,
    frequent: Collection[int] = (),
) -> list[Assigned]:
    """Return the role of each line, which stands at its span of the text, and the id of the rule that gave it.

    `title` is the title that the source names apart, `language` an ISO 639 code, `frequent` holds the numbers
    of the lines that stand in many documents of the outlet (`is_frequent`).
    """
    last = len(lines) - EDGE_LAST
    roles: Roles = [
        furniture(line, language, at_edge=at < EDGE_FIRST or at >= last) if len(line) <= LONGEST else None
        for at, line in enumerate(lines)
    ]
    if frequent:
        _frequent(lines, roles, frequent)
    _consent(lines, roles, language)
    _between(lines, roles)
    _title(lines, roles, title)
    if len(set(lines)) < len(lines):
        _repeated(lines, roles)
    _captions(lines, roles, spans)
    _lead(lines, roles)
    _headings(lines, roles)
    return [BODY if role is None else role for role in roles]


def _frequent(lines: Sequence[str], roles: Roles, frequent: Collection[int]) -> None:
    """Mark lines that the outlet repeats, unless they are most of the text: then it is the story that repeats."""
    found = [at for at in frequent if roles[at] is None]
    if sum(len(lines[at]) for at in found) * 2 > sum(map(len, lines)):
        found = []
    for at in found:
        roles[at] = (Role.BOILERPLATE, "frequent-in-outlet")


def _consent(lines: Sequence[str], roles: Roles, language: str) -> None:
    """Mark declarations of consent among the last lines, and beside lines of a newsletter."""
    near = {at + step for at, role in enumerate(roles) if role and role[1] in WORKING for step in (-1, 1)}
    for at in range(1, len(lines)):
        if roles[at] is None and (at in near or at >= len(lines) - CONSENT_LAST) and _declares(lines[at], language):
            roles[at] = (Role.BOILERPLATE, "consent-declared")
            near.add(at + 1)


def _declares(line: str, language: str) -> bool:
    words = lexicon()
    matters = 0
    for word in words.matter.get(language) or words.matter["en"]:
        if word in line:
            matters += 1
    return matters > 1 and words.address.search(line.lower().replace("’", "'")) is not None


def _between(lines: Sequence[str], roles: Roles) -> None:
    """Mark one or two short lines between two lines of a newsletter or a consent."""
    marked = [at for at, role in enumerate(roles) if role and role[1] in WORKING]
    for left, right in pairwise(marked):
        inside = range(left + 1, right)
        if 1 <= len(inside) <= 2 and all(roles[at] is None and len(lines[at]) <= LONGEST for at in inside):
            for at in inside:
                roles[at] = (Role.BOILERPLATE, "between-boilerplate")


def _title(lines: Sequence[str], roles: Roles, title: str | None) -> None:
    """Mark the first line that is no boilerplate, if it reads like a title or is the one that the source names."""
    first = next((at for at, role in enumerate(roles) if role is None or role[0] is not BOILERPLATE), None)
    if first is None:
        return
    if title is not None:
        if lines[first] == title.strip():
            roles[first] = (Role.TITLE, "source-title")
    elif roles[first] is None and len(lines) > 1 and _is_title(lines[first]):
        roles[first] = (Role.TITLE, "first-line")


def _is_title(line: str) -> bool:
    # A headline may ask or call out, but then it is short: longer ones are the lead.
    end = line.rstrip(CLOSING)[-1:]
    longest = LONGEST_QUESTION if end in QUESTIONS else LONGEST_TITLE
    return (
        len(line) <= longest
        and end not in ENDS
        and any(map(str.isalpha, line))
        and not (":" in line and CREDIT.search(line))
    )


def _repeated(lines: Sequence[str], roles: Roles) -> None:
    """Mark short lines that come twice and are no sentences."""
    for at, line in enumerate(lines):
        if roles[at] is None and len(line) <= LONGEST_REPEATED and lines.count(line) > 1 and not _ends(line):
            told = next(roles[other] for other, each in enumerate(lines) if each == line)
            roles[at] = (
                (Role.HEADING, "repeated-title")
                if told is not None and told[0] is Role.TITLE
                else (Role.BOILERPLATE, "repeated-line")
            )


def _captions(lines: Sequence[str], roles: Roles, spans: Sequence[tuple[int, int]]) -> None:
    """Mark lines that hold a picture's credit, and those right before one."""
    for at, line in enumerate(lines):
        role = roles[at]
        if role is None and line.rfind(":", -LONGEST_INNER_CREDIT) > 0 and caption_with_credit(line):
            roles[at] = (Role.CAPTION, "caption-with-credit")
        elif role == PICTURE_CREDIT and at and roles[at - 1] is None:
            before = lines[at - 1]
            if spans[at - 1][1] == spans[at][0] and len(before) <= LONGEST_CAPTION:
                roles[at - 1] = (Role.CAPTION, "glued-to-credit")
            elif _again(before, lines[: at - 1]) or _is_short_caption(before):
                roles[at - 1] = (Role.CAPTION, "before-credit")


def _again(line: str, earlier: Sequence[str]) -> bool:
    return len(line) <= LONGEST_CAPTION and any(each.startswith(line) for each in earlier)


def _is_short_caption(line: str) -> bool:
    return len(line) <= LONGEST_SHORT_CAPTION and not NEXT_SENTENCE.search(line) and not QUOTES.search(line)


def _lead(lines: Sequence[str], roles: Roles) -> None:
    """Mark the first line of the story, if more follow."""
    story = [at for at, role in enumerate(roles) if role is None]
    for at in story[:-1]:
        if len(lines[at]) >= SHORTEST_LEAD or _ends(lines[at]):
            roles[at] = (Role.LEAD, "first-paragraph")
            return


def _headings(lines: Sequence[str], roles: Roles) -> None:
    """Mark short lines without a full stop that stand between two paragraphs of the story."""
    story = [at for at, role in enumerate(roles) if role is None or role[0] is LEAD]
    for before, at, after in zip(story, story[1:], story[2:], strict=False):
        line = lines[at]
        if len(line) <= LONGEST_HEADING and _is_heading(line) and _is_story(lines[before]) and _is_story(lines[after]):
            roles[at] = (Role.HEADING, "between-paragraphs")


def _is_story(line: str) -> bool:
    return len(line) >= SHORTEST_STORY and not line[0].islower() and _ends(line)


def _is_heading(line: str) -> bool:
    if not line[0].isalnum() or line[0].islower() or (line[0] > "\u3000" and len(line) > LONGEST_HEADING_CJK):
        return False
    end = line.rstrip(CLOSING)[-1:]
    if line.endswith(("...", "…")):
        words = line.rstrip(" .…").split()
        return len(words) > 3 and sum(word[0].isupper() for word in words) * 5 >= len(words) * 3
    return end not in ENDS and end not in QUESTIONS and any(map(str.isalpha, line))


def _ends(line: str) -> bool:
    end = line.rstrip(CLOSING)[-1:]
    return end in ENDS or end in QUESTIONS
