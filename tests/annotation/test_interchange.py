"""Each format to rows and back: what it carries is the same again, all else is named before anything is written."""

import dataclasses
import inspect
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.interchange import FORMATS, fit, guess, losses, named, read, write
from annotation.interchange.offsets import Offsets
from annotation.interchange.rows import Collector, Ratings, Record, article_data, pair_data
from annotation.schema import Flaw, Origin, Span, Status
from annotation.schemes import load
from annotation.schemes.answers import Rejected
from corpus.errors import WirecopyError
from tests.annotation.ratings import ANY, TEXTS, check_identity, ratings, scheme_of

CASES = [(name, at) for name, form in FORMATS.items() for at in range(len(form.schemes))]
NAMES = [f"{name}-{FORMATS[name].schemes[at]}" for name, at in CASES]
SPANS = [name for name, form in FORMATS.items() if form.offsets.ends != "none"]


@pytest.mark.parametrize(("form", "number"), CASES, ids=NAMES)
def test_what_a_format_carries_comes_back_whole(
    form: str, number: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("formats")
    scheme = scheme_of(form, number)

    @ANY
    @given(draw=st.data())
    def holds(draw: st.DataObject) -> None:
        check_identity(draw.draw(ratings(scheme)), form, folder)

    holds()


def esa(*spans: tuple[str, int, int], text: str = "Ein 🚗 Auto.", **more: object) -> Record:
    """A rated translation with marks, as (side, start, end)."""
    scheme = load("translation-esa", Path())
    texts = {"source": "A 🚗 car.", "translation": text}
    found = [
        Span(
            question="omission" if side == "source" else "error",
            side=side,
            start=start,
            end=end,
            text=texts[side][start:end],
            label="omission" if side == "source" else "error",
            severity="minor",
        )
        for side, start, end in spans
    ]
    record = Record(
        rater="Ada",
        doc_ids=["source/talk", "sys/talk"],
        segment_ids=["7"],
        languages=["en", "de"],
        data=pair_data(scheme, list(texts.values()), ["en", "de"]),
        values={"score": 66.0},
        spans=found,
    )
    return dataclasses.replace(record, **more)  # type: ignore[arg-type]


def of(*records: Record, scheme: str = "translation-esa") -> Ratings:
    into = Collector(load(scheme, Path()))
    for record in records:
        into.add(record)
    return into.ratings()


@pytest.mark.parametrize(
    ("form", "wanted"),
    [
        ("appraise", {"empty marks": 1, "marks in the source": 1, "remarks on marks": 1, "strata": 1}),
        ("pearmut", {"empty marks": 1, "marks in the source": 1, "remarks on marks": 1, "strata": 1, "languages": 1}),
        ("label-studio", {"empty marks": 1, "missing text": 1}),
    ],
)
def test_what_is_left_out_is_named_with_a_count_and_an_example(
    form: str, wanted: dict[str, int], tmp_path: Path
) -> None:
    marks = [("translation", 4, 5), ("translation", 3, 9), ("translation", 2, 2), ("source", 2, 3), ("source", 0, 0)]
    record = esa(*marks, stratum="news")
    record.spans[0] = record.spans[0].model_copy(update={"comment": "no car"})
    given = of(record)
    lost = losses(given, form)
    assert {one.what: one.count for one in lost} == wanted
    assert all("Ada sys/talk 7: " in one.example for one in lost) and not list(tmp_path.iterdir())
    write(given, tmp_path / "file", form)
    kept = fit(given, FORMATS[form])[0].annotations[0].spans
    assert [(one.side, one.start, one.end) for one in kept] == [
        mark for mark in (sorted(marks) if form == "label-studio" else marks) if said(form, mark)
    ]


def said(form: str, mark: tuple[str, int, int]) -> bool:
    side, start, end = mark
    if form == "label-studio":
        return start < end
    return mark == ("source", 0, 0) or (side == "translation" and start < end)


def test_what_no_file_should_hold_is_dropped_and_told() -> None:
    model = esa(origin=Origin.MODEL, rater="model")
    skip = esa(status=Status.SKIPPED, rater="Bo", values={})
    given = of(esa(), model, skip)
    half = given.tasks[0].model_copy(update={"data": given.tasks[0].data | {"source_text": "\ud83d"}})
    assert {one.what: one.count for one in losses(given, "appraise")} == {"answers of models": 1, "skips": 1}
    broken = Ratings(given.scheme, [half], given.annotations)
    assert {one.what: one.count for one in losses(broken, "pearmut")} == {"half characters": 3}
    with pytest.raises(Rejected, match="half a character"):
        of(esa(text="\ud83d"))


@pytest.mark.parametrize("form", SPANS)
def test_every_format_declares_how_it_counts(form: str) -> None:
    one = FORMATS[form]
    assert one.offsets.unit == ("utf-16" if form in ("appraise", "pearmut") else "code points")
    wanted = {"appraise": "inclusive", "pearmut": "inclusive", "google-mqm": "inline"}
    assert one.offsets.ends == wanted.get(form, "exclusive")
    assert {"marks", "overlapping marks"} <= one.carries and one.suffix.startswith(".")


@pytest.mark.parametrize(
    ("offsets", "wanted"),
    [
        (Offsets("code points", "exclusive"), (4, 5)),
        (Offsets("code points", "inclusive"), (4, 4)),
        (Offsets("utf-16", "exclusive"), (4, 6)),
        (Offsets("utf-16", "inclusive"), (4, 5)),
    ],
)
def test_units_and_ends(offsets: Offsets, wanted: tuple[int, int]) -> None:
    assert offsets.write("Ein 🚗 Auto.", 4, 5) == wanted
    assert offsets.read("Ein 🚗 Auto.", *wanted) == (4, 5, False)


def test_odd_offsets() -> None:
    page = Offsets("utf-16", "inclusive", uncounted="\n", trimmed=True)
    assert page.write("  a\nb 🚗", 2, 5) == (0, 1) and page.read("  a\nb 🚗", 0, 1) == (2, 5, False)
    assert page.write("  a\nb 🚗", 1, 3) is None and page.write("  a\nb 🚗", 3, 4) is None
    assert page.read("  a\nb 🚗", 3, 3) == (6, 7, True) and page.read("  a\nb 🚗", 4, 4) == (6, 7, True)
    for start, end in ((0, 5), (-1, 0), (2, 1), (5, 5)):
        with pytest.raises(Rejected, match="does not lie in a text of 5 utf-16"):
            page.read("  a\nb 🚗", start, end)


@given(text=TEXTS, draw=st.data())
@pytest.mark.parametrize("unit", ["code points", "utf-16"])
def test_the_end_of_one_convention_is_never_that_of_the_other(unit: str, text: str, draw: st.DataObject) -> None:
    if not text:
        return
    start = draw.draw(st.integers(0, len(text) - 1))
    end = draw.draw(st.integers(start + 1, len(text)))
    inclusive, exclusive = Offsets(unit, "inclusive"), Offsets(unit, "exclusive")  # type: ignore[arg-type]
    one, other = inclusive.write(text, start, end), exclusive.write(text, start, end)
    assert one and other and one[0] == other[0] and one[1] == other[1] - 1
    encoded = text.encode("utf-16-le" if unit == "utf-16" else "utf-32-le", "surrogatepass")
    width = 2 if unit == "utf-16" else 4
    assert encoded[other[0] * width : other[1] * width].decode(encoded_as(unit)) == text[start:end]
    assert inclusive.read(text, *one) == exclusive.read(text, *other) == (start, end, False)


def encoded_as(unit: str) -> str:
    return "utf-16-le" if unit == "utf-16" else "utf-32-le"


def test_a_file_is_known_by_what_it_holds(tmp_path: Path) -> None:
    for name, form in FORMATS.items():
        scheme = form.schemes[0]
        record = esa()
        if "stance" in scheme:
            data = article_data(load(scheme, Path()), "So.", "Toll?")
            record = Record("gold", ["semeval/1"], data, ["und"], {"stance": "favor"}, target_id="Toll?")
        if name in ("google-mqm", "mt-metrics-eval"):
            record.values = {}
        path = tmp_path / f"{name}{form.suffix}"
        write(of(record, scheme=scheme), path, name)
        assert guess(path) == name
    (tmp_path / "other.jsonl").write_text('{"a": 1}\n')
    with pytest.raises(WirecopyError, match="unknown format: it looks like none") as error:
        guess(tmp_path / "other.jsonl")
    assert all(name in error.value.hint for name in FORMATS)
    with pytest.raises(WirecopyError, match="no format is called 'csv'"):
        named("csv")


def test_a_scheme_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    for form, scheme in (("google-mqm", "translation-esa"), ("semeval", "stance"), ("appraise", "translation-mqm")):
        with pytest.raises(WirecopyError, match=f"the scheme '{scheme}' does not fit {form}"):
            read(tmp_path / "none", form, load(scheme, Path()))


def test_simulated_raters_are_told_by_their_names(tmp_path: Path) -> None:
    given = of(esa(origin=Origin.SIMULATED), esa())
    for form in ("appraise", "pearmut", "label-studio"):
        write(given, tmp_path / "file", form)
        back = read(tmp_path / "file", form)
        assert Counter((one.annotator, one.origin) for one in back.annotations) == {
            ("Ada", Origin.SIMULATED): 1,
            ("Ada", Origin.HUMAN): 1,
        }
        assert "Ada@simulated.invalid" in (tmp_path / "file").read_text()


def test_the_same_unit_with_another_text_is_rejected() -> None:
    with pytest.raises(Rejected) as error:
        of(esa(), esa(text="Das Auto."))
    assert error.value.reason is Flaw.TEXT_MISMATCH


def test_no_rule_is_without_a_name() -> None:
    for form in FORMATS.values():
        rules: Sequence[str] = [rule.name for rule in form.loses]
        assert len(rules) == len(set(rules)) and all(rules)
        assert inspect.getdoc(inspect.getmodule(form.read))
