"""UTF-8 that was read in another encoding ("Ã¼" for "ü"), mended by ftfy behind a gate.

Quotes, ligatures, widths and everything else that ftfy could change stay as they are.
"""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import cache
from typing import TYPE_CHECKING

from corpus.cleaning.edits import Change

if TYPE_CHECKING:
    from ftfy import TextFixerConfig

# The second and later bytes of a UTF-8 character, as Latin-1 and Windows-1252 show them, -1250, -1251.
WESTERN = "\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
CENTRAL = "ĄąĽľŁłŚśŞşŤťŹźŻż˘ˇ˛˝"
CYRILLIC = "\x80-\xbf€‚„…†‡‰‹‘’“”•–—™›ЂЃѓЉЊЌЋЏђљњќћџЎўЈҐЁЄЇІіґё№єјЅѕї"
# A first byte, then as many others as it asks for; or what Mac Roman and code page 437 make of them.
# Letters of healthy words are mostly followed by ASCII: that is asked first.
GATE = re.compile(
    rf"[Â-ïðĂĐŃĹРС√‚├Γ](?=[^\x00-\x7f])(?:(?<=[à-ï])[{WESTERN}]{{2}}|(?<=[Â-ßĂĐŃĹ])[{WESTERN}{CENTRAL}]"
    rf"|(?<=ð)[{WESTERN}]{{2}}|(?<=[РС])[{CYRILLIC}][РС][{CYRILLIC}]|(?<=√)\S|(?<=‚)Ä|(?<=├)[^\s─]|(?<=Γ)Ç)"
)
# ftfy decides for a whole text, and the comparison takes quadratic time: so, in parts of a line.
ASCII = re.compile(r"([\x00-\x7f]+)")
PART = re.compile(r"[^\n]{1,800}(?: |$)|[^\n]{1,800}", re.MULTILINE)


def changes(text: str) -> Iterator[Change]:
    """Yield the changes that give mojibake its letters back, each as short as it can be."""
    if text.isascii() or not GATE.search(text):
        return
    from ftfy import fix_encoding

    for match in PART.finditer(text):
        part = match[0]
        if GATE.search(part):
            yield from _differences(part, fix_encoding(part, _config()), match.start())


def _differences(broken: str, fixed: str, at: int) -> Iterator[Change]:
    """Yield what differs: runs of other letters between the ASCII that both texts have."""
    if broken == fixed:
        return
    parts, mended = ASCII.split(broken), ASCII.split(fixed)
    if parts[1::2] != mended[1::2]:
        yield from _compared(broken, fixed, at)
        return
    for part, new in zip(parts, mended, strict=True):
        if part != new:
            yield "mojibake", at, at + len(part), new
        at += len(part)


def _compared(broken: str, fixed: str, at: int) -> Iterator[Change]:
    """Yield what differs where ASCII was made of other letters; takes quadratic time.

    Letters that are the same by chance inside of mojibake divide no change.
    """
    blocks = SequenceMatcher(None, broken, fixed, autojunk=False).get_matching_blocks()
    left = right = 0
    for one in blocks:
        if one.size and not broken[one.a : one.a + one.size].isascii():
            continue
        if (left, right) != (one.a, one.b):
            yield "mojibake", at + left, at + one.a, fixed[right : one.b]
        left, right = one.a + one.size, one.b + one.size


@cache
def _config() -> "TextFixerConfig":
    from ftfy import TextFixerConfig

    # Lossy sequences and single control characters are no mojibake that can be told for sure.
    return TextFixerConfig(replace_lossy_sequences=False, fix_c1_controls=False, explain=False)
