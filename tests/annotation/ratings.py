"""Generated ratings with all that hurts: astral and joined emoji, combining marks, line breaks, marks of all kinds."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from annotation.interchange import FORMATS, fit, read, write
from annotation.interchange.rows import Collector, Ratings, Record, article_data, pair_data
from annotation.schema import Control, Origin, Span, Status
from annotation.schemes import load
from annotation.schemes.scheme import Choice, Number, Scheme, Spans, Text
from corpus.language import UNKNOWN

PIECES = (
    *(
        "a",
        "B",
        " ",
        "  ",
        "ß",
        "e\u0301",
        "🚗",
        "👩🏽\u200d🚒",
        "🇩🇪",
        "東京",
        "שלום",
        "\u200b",
        "\u2028",
        "\x85",
        "\ufeff",
    ),
    *('"', "'", ",", ";", "<", "<v>", "</v>", "&amp;", "\\n", "\t", "\n", "\r\n", "\\", "{", "missing", "No-error"),
)
TEXTS = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
NAMES = st.sampled_from(["rater1", "Ada B.", "björn", "a,b", 'q"uote', "rater-0a1b2c3d"])
DOCS = st.sampled_from(["talk.1", "news/2024/x", "13", "welcome_0", "d#dup", "ende-tutorial1", "ü d"])
TIMES = st.sampled_from(
    ["", "2024-08-19T23:04:47.807000+00:00", "2026-01-01T00:00:00.000001Z", "yesterday", "2026-01-01"]
)
ANY = settings(suppress_health_check=[HealthCheck.too_slow], max_examples=40)
LANGUAGES = st.sampled_from(["en", "de", "jpn", UNKNOWN])


@st.composite
def ratings(draw: Any, scheme: Scheme) -> Ratings:
    """Ratings of a scheme, made as a reader makes them; whatever does not stand beside the others is not there."""
    into = Collector(scheme, "test")
    units = draw(st.lists(unit(scheme), min_size=1, max_size=3))
    for _ in range(draw(st.integers(1, 6))):
        more = draw(st.sampled_from(units))
        record = draw(answer(scheme, more))
        try:
            into.add(record)
        except Exception as error:
            assert type(error).__name__ == "Rejected", error
    return into.ratings()


@st.composite
def unit(draw: Any, scheme: Scheme) -> dict[str, Any]:
    doc, system = draw(DOCS), draw(st.sampled_from(["sys A", "ONLINE-B", "ref"]))
    control = draw(st.none() | st.none() | st.sampled_from(list(Control)))
    told: dict[str, Any] = {"control": control, "stratum": draw(st.none() | st.sampled_from(["news", "speech"]))}
    if len(scheme.sides) == 2:
        languages = [draw(LANGUAGES), draw(LANGUAGES)]
        data = pair_data(scheme, [draw(TEXTS), draw(TEXTS)], languages)
        if draw(st.integers(0, 4)) == 0:
            data["source_before_text"] = "Before."
        ids = draw(st.sampled_from([["1"], ["12"], ["007"], ["seg#a"], ["one", "two"]]))
        return told | {
            "doc_ids": [draw(st.sampled_from([f"source/{doc}", "elsewhere/x"])), f"{system}/{doc}"],
            "segment_ids": ids,
            "languages": languages,
            "data": data,
        }
    data = article_data(scheme, draw(TEXTS), draw(st.sampled_from(["Cars should pay.", "toll 🚗"])))
    return told | {
        "doc_ids": [draw(st.sampled_from([f"semeval/{doc}", f"{system}/{doc}", "17"]))],
        "target_id": draw(st.sampled_from(["toll", "3469", "Cars should pay.", "toll 🚗"])),
        "languages": [draw(LANGUAGES)],
        "data": data,
        "paragraph": draw(st.none() | st.integers(0, 3)),
        "start": draw(st.integers(0, 3)),
    }


@st.composite
def answer(draw: Any, scheme: Scheme, unit: dict[str, Any]) -> Record:
    origin = draw(st.sampled_from([Origin.HUMAN, Origin.HUMAN, Origin.SIMULATED, Origin.MODEL]))
    status = draw(st.sampled_from([Status.SUBMITTED] * 5 + [Status.SKIPPED]))
    values: dict[str, Any] = {}
    spans: list[Span] = []
    for question in scheme.questions:
        if isinstance(question, Spans):
            spans += draw(st.lists(mark(question, unit["data"]), max_size=4))
        elif isinstance(question, Choice):
            values[question.name] = draw(st.sampled_from([option.value for option in question.options]))
        elif isinstance(question, Number):
            numbers = st.integers(int(question.min), int(question.max)).map(float)
            values[question.name] = draw(numbers | st.floats(question.min, question.max))
        elif isinstance(question, Text):
            values[question.name] = draw(st.none() | TEXTS.map(str.strip).filter(bool))
    return Record(
        rater=draw(NAMES),
        origin=origin,
        status=status,
        values=values,
        spans=spans if status is Status.SUBMITTED else [],
        created=draw(TIMES),
        updated=draw(TIMES),
        lead_time=draw(st.none() | st.sampled_from([0.5, 12.0])),
        **unit,
    )


@st.composite
def mark(draw: Any, question: Spans, data: dict[str, Any]) -> Span:
    text = data[f"{question.side}_text"]
    start = draw(st.integers(0, len(text)))
    end = draw(st.integers(start, len(text)))
    told: dict[str, Any] = {question.row: draw(st.sampled_from(question.rows)).value} if question.row else {}
    if question.row == "holder":
        told["holder_name"] = draw(st.none() | st.sampled_from(["Ada", "Bo 🚗"]))
    comment = draw(st.none() | st.none() | TEXTS.filter(bool))
    label = draw(st.sampled_from(question.labels)).value
    place = {"start": start, "end": end, "text": text[start:end], "comment": comment}
    return Span(question=question.name, side=question.side, label=label, **place, **told)


@lru_cache
def scheme_of(form: str, number: int = 0) -> Scheme:
    return load(FORMATS[form].schemes[number], Path())


def there_and_back(given: Ratings, form: str, folder: Path) -> Ratings:
    """Write what a format carries and read it again."""
    path = folder / f"ratings{FORMATS[form].suffix}"
    write(given, path, form)
    back = read(path, form, given.scheme, campaign="test")
    assert back.rejects == [], back.rejects
    return back


def rows_of(given: Ratings) -> list[dict[str, Any]]:
    return [one.model_dump() for one in (*given.tasks, *given.annotations)]


def check_identity(given: Ratings, form: str, folder: Path) -> None:
    """What a format carries comes back whole; where nothing is named as lost, that is everything."""
    kept, lost = fit(given, FORMATS[form])
    back = there_and_back(given, form, folder)
    assert rows_of(back) == rows_of(kept)
    first = (folder / f"ratings{FORMATS[form].suffix}").read_bytes()
    again = folder / f"again{FORMATS[form].suffix}"
    write(back, again, form)
    assert again.read_bytes() == first
    assert fit(kept, FORMATS[form])[1] == []
    if not lost:
        assert rows_of(kept) == rows_of(ordered(given) if form == "label-studio" else given)


def ordered(given: Ratings) -> Ratings:
    def key(span: Span) -> tuple[object, ...]:
        return span.side, span.start, span.end, span.label

    rows = [one.model_copy(update={"spans": sorted(one.spans, key=key)}) for _, one in given.grouped()]
    return Ratings(given.scheme, given.tasks, rows)
