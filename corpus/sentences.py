"""Sentences of a text with their offsets, and ids that survive their neighbours.

sentencex proposes the cuts; what it gets wrong around numbers, initials and small letters is mended
here. Not covered: sentences without an end mark, an abbreviation before a name ("w 2014 r. Krymie").
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from hashlib import sha256
from itertools import accumulate, pairwise

from sentencex import segment

# The splitter counts such white space as one byte and panics; a space of one code point moves no offset.
SPACE = re.compile("[" + "".join(char for char in map(chr, range(0x80, 0x3001)) if char.isspace()) + "]")
# A line of these and of one more character at its end is one sentence for the splitter, in any language: behind any
# other a sentence may end, or an item of a list begin. (`re` is slow with `\w`, quick with ranges.) In some languages
# the splitter takes ten to a thousand times as long.
ONE = re.compile(r"(?!\s)[a-zA-Z0-9À-ɏЀ-ӿؠ-ي一-鿿\w \t\u00a0,\"'“”„«»–(/%&-]*+\S")
# Before a number the splitter often sees no end: "... zu besprechen. 21 Länder ...", "。2010年".
NUMBER_NEXT = re.compile(r"[.!?…。！？](?:(?<=[。！？])[”’」』）]*|[\"'”’“»)\]]*\s+)(?=\d)")
WORD = re.compile(r"[^\W\d_]+")
ORDINAL = re.compile(r"(?:([^\W\d_]+)\s+)?(?<!\d)(?<!\d[.,])\d{1,3}\.\Z")
GOES_ON = frozenset(",;:-–°)%")
WORD_BEFORE = re.compile(r"[^\W\d_]*\Z")
# Words of three letters and more that take a number: "geb. 1950", "approx. 20", "obr. 3".
TAKES_NUMBER = frozenset(
    """
abb abs anl anm approx aprox apt art arts aufl bzw cap cca ch chap cit civ col div ed env etc evtl exkl est fig figs
geb gegr gest ggf godz hrsg inc incl inkl jan jän feb febr febbr mär mrz mar apr avr jun jul juil aug aoû ago sep
sept set okt oct ott nov dez dec déc dic no nos nr nro núm num obr odst okr op para pag pág págs post
pre prof ref rev sec sect sek seq sig std str tab tabl tel tél tlf tlx tyg tys tzv vers vgl vol vols
zzgl ziff kap kol lfd max min mind mio mrd mill mln mld milj paragr roč vyd resp пункт рис руб стр ст табл тел
гл илл изд млн млрд тыс
""".split()  # noqa: SIM905
)
# Abbreviations that sentencex does not know and that end no sentence.
NEVER_LAST = {
    "de": frozenset({"Hl"}),
    "en": frozenset({"Ms"}),
    "es": frozenset({"ca", "aprox"}),
    "fr": frozenset({"M", "MM"}),
    "hi": frozenset({"डॉ", "श्री"}),
    "pl": frozenset({"św", "ds", "ws", "im"}),
    "tr": frozenset({"M.Ö", "M.S"}),
}
# In a language that ends its sentences with a verb, a number with a full stop before a name is an ordinal.
BEFORE_NAMES = frozenset({"az", "tr"})
# Where nouns have capitals, a small letter can't tell an ordinal: these words can.
BEFORE_NOUNS = frozenset({"als", "bar", "de", "gsw", "ksh", "lb", "nds", "pfl", "stq"})
COUNTED = (
    *("Januar", "Jänner", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober"),
    *("November", "Dezember", "Jahrhundert", "Jahrtausend", "Jahrestag", "Jubiläum", "Geburtstag", "Todestag"),
    *("Hochzeitstag", "Lebensjahr", "Klasse", "Minute", "Spieltag", "Runde", "Etage", "Stock", "Auflage", "Mal"),
)
NO_ORDINAL_BEFORE = frozenset(
    """
Aber Alle Allerdings Als Am An Auch Auf Aus Bei Beide Bis Bisher Da Dabei Dadurch Dafür Dagegen Damals Damit Danach
Daneben Dann Daran Darauf Darin Darüber Darum Das Dass Davon Dazu Dem Den Denn Dennoch Der Des Deshalb Die Dies
Diese Dieser Dieses Doch Dort Durch Ein Eine Einem Einen Einer Er Erst Es Etwa Für Gegen Heute Hier Ich Ihr Ihre Im
In Insgesamt Inzwischen Ist Jetzt Kein Keine Man Mehr Mit Nach Nachdem Neben Nicht Noch Nun Nur Ob Obwohl Oder Ohne
Schon Sein Seine Seit Seitdem Sie So Sogar Sollte Später Trotz Trotzdem Über Um Und Unter Viele Vom Von Vor Wann War
Warum Was Weil Weitere Wenn Wer Während Wegen Wie Wir Wo Zu Zudem Zuletzt Zum Zur Zuvor Zwar Zwischen
""".split()  # noqa: SIM905
)
CARDINAL_AFTER = frozenset(
    """
als auf aus bei für gegen mit nach nur rund um unter von über Absatz Artikel Gruppe Kapitel Nummer Platz Punkt Rang
Seite
""".split()  # noqa: SIM905
)


def segment_ids(doc_id: str, texts: Sequence[str]) -> list[str]:
    """Return an id for each sentence: the document's and a hash of the text, `.2` for its second time.

    A new paragraph moves no other id.
    """
    found = [f"{doc_id}#{sha256(text.encode()).hexdigest()[:10]}" for text in texts]
    if len(set(found)) == len(found):
        return found
    ids: list[str] = []
    seen: dict[str, int] = {}
    for one in found:
        times = seen[one] = seen.get(one, 0) + 1
        ids.append(one if times == 1 else f"{one}.{times}")
    return ids


def spans(
    text: str, start: int, end: int, language: str, numbers: Sequence[int] | None = None
) -> list[tuple[int, int]]:
    """Return the offsets of the sentences in `text[start:end]`, without white space around them.

    `numbers` is what `before_numbers` found in the whole text, for those who cut many lines of it.
    """
    if ONE.fullmatch(text, start, end):
        return [(start, end)]
    line = text[start:end]
    if numbers is None:
        cuts = before_numbers(line)
    elif numbers:
        cuts = [cut - start for cut in numbers[bisect_right(numbers, start) : bisect_left(numbers, end)]]
    else:
        cuts = []
    pieces = _pieces(line, language, cuts)
    if len(pieces) == 1:
        bare = line.strip()
        begin = start + line.index(bare[0]) if bare else start
        return [(begin, begin + len(bare))] if bare else []
    found: list[tuple[int, int]] = []
    at, before, last = start, "", -1
    names = language in NEVER_LAST
    for piece in pieces:
        if bare := piece.strip():
            begin = at if piece[0] == bare[0] else at + piece.index(bare[0])
            stop = begin + len(bare)
            # Two letters, a full stop, a space and a capital: most cuts need no second look.
            plain = bare[0].isupper() and before[-3:-1].isalpha() and begin > last and not names
            if before[-1:] == "." and not plain and _goes_on(before, bare, begin == last, language):
                begin = found.pop()[0]
            before, last = bare, stop
            found.append((begin, last))
        at += len(piece)
    return found


def _pieces(text: str, language: str, numbers: Sequence[int]) -> list[str]:
    """What lies between the cuts; joined it is the text."""
    try:
        pieces: list[str] = segment(language, text if text.isprintable() else SPACE.sub(" ", text))
    except BaseException as error:
        # A panic of the Rust splitter is no `Exception`; one text must not end the build.
        if type(error).__name__ != "PanicException":
            raise
        return [text]
    if sum(map(len, pieces)) != len(text):
        return [text]
    if numbers:
        ends = sorted({*accumulate(map(len, pieces)), *numbers})
        return [text[left:right] for left, right in pairwise([0, *ends])]
    return pieces


def before_numbers(text: str) -> list[int]:
    """Return where a number begins behind the end of a sentence, in order."""
    found = []
    for match in NUMBER_NEXT.finditer(text):
        word = WORD_BEFORE.search(text, max(0, match.start() - 40), match.start())
        shortened = word is None or len(word[0]) < 3 or word[0].lower() in TAKES_NUMBER
        if text[match.start()] != "." or not shortened:
            found.append(match.end())
    return found


def _goes_on(before: str, after: str, touching: bool, language: str) -> bool:
    """Whether the cut between two pieces, the first with a full stop at its end, divides a sentence."""
    if after[0].islower():
        return not before.endswith("..")
    if touching and (after[0] in GOES_ON or (before[-2:-1].isalpha() and not before[-3:-2].isalpha())):
        return True
    if before[-2:-1].isdigit():
        return _is_ordinal(before, after, language)
    return before.rsplit(None, 1)[-1][:-1] in NEVER_LAST.get(language, ())


def _is_ordinal(before: str, after: str, language: str) -> bool:
    """Whether the number at the end of `before` counts the name or noun that follows."""
    number = ORDINAL.search(before[-40:])
    if not number or language not in BEFORE_NOUNS:
        return bool(number) and language in BEFORE_NAMES
    if after.startswith(COUNTED):
        return True
    word = WORD.match(after)
    counted = word is not None and word[0][0].isupper() and word[0] not in NO_ORDINAL_BEFORE
    return counted and number[1] is not None and number[1] not in CARDINAL_AFTER
