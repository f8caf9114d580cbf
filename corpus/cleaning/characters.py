"""Line ends, control characters and what nobody sees.

Stays: joiners inside words and emoji, zero-width spaces between Thai, Lao, Burmese or Khmer words,
the marks that say which way a neutral sign is read (U+200E, U+200F, U+061C), and spaces of any width.
"""

import re
from collections.abc import Iterator

from corpus.cleaning.edits import Change

UNSEEN = "\u200b-\u200d\u2060-\u2064\ufeff"
WRITTEN = rf"[^\x00-\x7f\s\xad\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f{UNSEEN}]"
WITHOUT_SPACES = "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]"
TAGS = "[\U000e0000-\U000e007f]"
RULES = {
    "line-end": r"\r\n?",
    # U+0085 is a line end of its own; the other four have no meaning there.
    "windows-1252": r"[\x80\x82-\x84\x86-\x8c\x8e\x91-\x9c\x9e\x9f]",
    "control-character": rf"[\x00-\x08\x0e-\x1b\x1f\x7f\x81\x8d\x8f\x90\x9d\ufff9-\ufffb\ufffe\uffff]"
    rf"|(?<!🏴)(?<!{TAGS}){TAGS}+",
    "soft-hyphen": "\xad",
    "zero-width": rf"(?<!{WRITTEN})[\u200c\u200d]+(?!{WRITTEN})"
    rf"|(?<!{WITHOUT_SPACES})\u200b+(?!{WITHOUT_SPACES})|[\u2060-\u2064\ufeff]",
    # They can show a reader another text than the stored one (CVE-2021-42574).
    "bidi-control": r"[\u202a-\u202e\u2066-\u206f]",
}
ANY = re.compile("|".join(f"(?P<{name.replace('-', '_')}>{pattern})" for name, pattern in RULES.items()))
LINE_ENDS = re.compile(f"(?P<line_end>{RULES['line-end']})")
GATE = re.compile("[\x00-\x08\r\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\xad\u200b-\u200d\u202a-\u202e\u2060-\u206f\ufeff"
                  "\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]")  # fmt: skip


def changes(text: str) -> Iterator[Change]:
    """Yield the changes of line ends and unseen characters."""
    # What prints is clean; only texts with other spaces or with controls need the closer look.
    if text.replace("\n", "").isprintable() or not GATE.search(text):
        return
    # Most often it is the line ends alone, which are found sooner than all else.
    plain = text.replace("\r", "")
    alone = plain.replace("\n", "").isprintable() or not GATE.search(plain)
    for match in (LINE_ENDS if alone else ANY).finditer(text):
        rule = (match.lastgroup or "").replace("_", "-")
        yield rule, match.start(), match.end(), _replacement(rule, match[0])


def _replacement(rule: str, found: str) -> str:
    if rule == "line-end":
        return "\n"
    return found.encode("latin-1").decode("windows-1252") if rule == "windows-1252" else ""
