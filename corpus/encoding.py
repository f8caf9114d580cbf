"""Bytes to text: UTF-8, marked UTF-16 and UTF-32, or a legacy encoding found by how its text reads.

Not covered: UTF-16 and UTF-32 without a mark; they hold NUL and count as binary.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterator

from corpus.language import detect
from corpus.schema import Reason

# UTF-32 before UTF-16: its mark begins with the other's.
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
# In this order: where two read equally well, the one that more news sites used wins.
LEGACY = (
    *("windows-1252", "windows-1250", "iso-8859-2", "windows-1251", "koi8-r", "koi8-u", "windows-1253", "windows-1254"),
    *("windows-1255", "windows-1256", "iso-8859-5", "iso-8859-7", "iso-8859-15", "cp866"),
    *("shift_jis", "cp932", "euc_jp", "gb18030", "big5", "cp949"),
)
MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
HIGH = re.compile(rb"[\x80-\xff]")
# Bytes that no text file holds: C0 controls other than white space, backspace and escape.
CONTROLS = re.compile(rb"[\x01-\x07\x0e-\x1a\x1c-\x1f\x7f]")
PUNCTUATION = frozenset("„“”‘’‚–—…«»‹›€£¥§°©®·•½¼²³¿¡´№\u00a0\u3000、。！？「」『』，：；（）・《》—")
# The letters beyond ASCII of languages whose encodings differ in a few letters only.
ALPHABETS = {
    "cs": "áčďéěíňóřšťúůýž",
    "da": "åæøéüö",
    "de": "äöüßéèêáàôç",
    "en": "éèêëïöüáàñçôâäó",
    "es": "áéíñóúüç",
    "fi": "äöåšžé",
    "fr": "àâæçéèêëîïôœùûüÿöñ",
    "hr": "čćđšžéöü",
    "hu": "áéíóöőúüűäë",
    "it": "àèéìíîòóùúç",
    "nl": "éèëêïöüáàóçôúí",
    "no": "åæøéèòôüö",
    "pl": "ąćęłńóśźżéöü",
    "pt": "ãáàâçéêíóôõúüº",
    "ro": "ăâîșşțţéö",
    "sk": "áäčďéíĺľňóôŕšťúýžöü",
    "sl": "čćđšžéöü",
    "sv": "åäöéüáà",
    "tr": "çğıi̇öşüâîû",
}
SAMPLE = 4_000
MOST_ODD = 0.3


class Undecodable(Exception):
    """Bytes that are no text, or not in one encoding."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def decode(raw: bytes) -> tuple[str, str]:
    """Return text and encoding; raise `Undecodable` with the reason.

    A file that is mostly UTF-8 is broken, not in another encoding: guessing would turn its
    good letters into wrong ones.
    """
    mark = next((mark for mark in MARKS if raw.startswith(mark)), b"")
    if mark:
        return _strictly(raw, MARKS[mark])
    if b"\0" in raw or len(CONTROLS.findall(raw)) > len(raw) // 100:
        raise Undecodable(Reason.BINARY, "holds NUL or control bytes")
    try:
        return raw.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        good = len(MULTIBYTE.findall(raw))
        bad = len(HIGH.findall(MULTIBYTE.sub(b"", raw)))
        if good >= max(bad, 1):
            raise Undecodable(Reason.BROKEN_UTF8, f"byte {error.start}: {error.reason}") from None
    return _guessed(raw)


def _strictly(raw: bytes, encoding: str) -> tuple[str, str]:
    try:
        return raw.decode(encoding), encoding
    except UnicodeDecodeError as error:
        reason = Reason.BROKEN_UTF8 if encoding == "utf-8-sig" else Reason.UNKNOWN_ENCODING
        raise Undecodable(reason, f"byte {error.start}: {error.reason}, though its mark says {encoding}") from None


def _guessed(raw: bytes) -> tuple[str, str]:
    for encoding in _by_likelihood(_sample(raw)):
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise Undecodable(Reason.UNKNOWN_ENCODING, "neither UTF-8 nor a known legacy encoding")


def _sample(raw: bytes) -> bytes:
    # What ASCII says is the same in all candidates: only lines with other bytes tell. A cut
    # before the first such byte can't split a character.
    found = b""
    for line in re.finditer(rb"[^\n]*[\x80-\xff][^\n]*", raw):
        first = HIGH.search(line[0])
        found += line[0][max(0, first.start() - 200) if first else 0 :][:SAMPLE] + b"\n"
        if len(found) > SAMPLE:
            break
    return found


def _by_likelihood(sample: bytes) -> list[str]:
    scores = {}
    for encoding in LEGACY:
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(sample)
        except UnicodeDecodeError:
            continue
        odd = sum(_odd(text)) / max(1, sum(char > "\x7f" for char in text))
        if odd <= MOST_ODD:
            language, score = detect(text)
            scores[encoding] = round(score - 2 * odd - _foreign(text, language), 2)
    return sorted(scores, key=lambda encoding: -scores[encoding])


def _foreign(text: str, language: str) -> float:
    letters = [char for char in text.lower() if char > "\x7f" and char.isalpha()]
    alphabet = ALPHABETS.get(language)
    return sum(char not in alphabet for char in letters) / max(1, len(letters)) if alphabet else 0.0


def _odd(text: str) -> Iterator[int]:
    """Yield the weight of each character that does not stand where writers put it."""
    for before, char, after in zip(" " + text, text, text[1:] + " ", strict=False):
        if char <= "\x7f":
            continue
        if char.isalpha():
            yield _odd_letter(before, char)
        elif unicodedata.category(char) in ("Cc", "Co", "Cn"):
            yield 4
        elif unicodedata.category(char) == "Mn":
            yield int(_script(before) != _script(char))
        elif unicodedata.category(char) == "Cf":
            yield int(char in "\u200e\u200f")
        elif unicodedata.category(char) != "Mc":
            inside = before.isalpha() and after.isalpha() and char not in "’·" and char < "\u2e80"
            yield int(inside or char not in PUNCTUATION)


def _odd_letter(before: str, char: str) -> int:
    if char in "ªº" or "\uff61" <= char <= "\uff9f":
        return 1
    if not before.isalpha():
        return 0
    scripts = {_script(before), _script(char)}
    return int((before.islower() and char.isupper()) or ("LATIN" in scripts and len(scripts) > 1))


def _script(char: str) -> str:
    return unicodedata.name(char, "?").split()[0]
