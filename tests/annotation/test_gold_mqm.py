"""Google's MQM ratings, all 4,031 errors, through a real Label Studio and back: not a character moves."""

import dataclasses
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from annotation.answers.chunks import tasks_of
from annotation.interchange.google_mqm import Mark, Rating, parse, read, spans_of
from annotation.schema import Span
from annotation.schemes import load
from annotation.schemes.answers import parse as parse_answer
from annotation.schemes.answers import results_of
from annotation.schemes.interface import labelling_page
from annotation.schemes.scheme import Scheme
from annotation.studio.accounts import enter
from annotation.studio.client import EXPORT_IDS, Studio
from corpus.errors import WirecopyError

BATCH = 500
EMOJI = "👩🏽\u200d🚒"
Answers = dict[tuple[str, str], list[Span]]  # by segment of a system, and rater
HEADER = "system\tdoc\tdoc_id\tseg_id\trater\tsource\ttarget\tcategory\tseverity\tcomment"


@pytest.fixture(scope="module")
def ratings(gold: Path) -> list[Rating]:
    return read(gold / "mqm" / "mqm_ted_ende.tsv")[0]


@pytest.fixture(scope="module")
def scheme(tmp_path_factory: pytest.TempPathFactory) -> Scheme:
    return load("translation-mqm", tmp_path_factory.mktemp("no-schemes"))


def test_the_file_holds_what_its_readme_counts(gold: Path) -> None:
    ratings, issues = read(gold / "mqm" / "mqm_ted_ende.tsv")
    errors = [error for rating in ratings for error in rating.errors]
    assert Counter(mark.side for error in errors for mark in error.marks) == {"translation": 4017, "source": 14}
    assert len({one.system for one in ratings}) == 14 and len({one.seg_id for one in ratings}) == 529
    assert len({one.rater for one in ratings}) == 4 and max(len(one.errors) for one in ratings) == 5
    assert sum(bool(error.comment) for error in errors) == 38
    assert sum(mark.text != mark.text.strip() for error in errors for mark in error.marks) == 307
    assert [(one.line, one.cause) for one in issues] == [(6444, "target: <v> without </v>: marked to the end")]
    for rating in ratings:
        assert not any("<v" in text or "v>" in text for text in (rating.source, rating.translation))
        for error in rating.errors:
            for mark in error.marks:
                assert getattr(rating, mark.side)[mark.start : mark.end] == mark.text


@pytest.mark.parametrize("shifted", [False, True], ids=["as it is", "an emoji before every span"])
def test_every_span_comes_back_as_it_was(shifted: bool, ratings: list[Rating], scheme: Scheme, studio: Studio) -> None:
    wanted: Answers = {}
    texts: dict[str, dict[str, str]] = {}
    for rating in ratings:
        spans, issues = spans_of(rating, scheme)
        assert issues == []
        data = {"source_text": rating.source, "translation_text": rating.translation}
        if shifted and not spans:
            continue
        texts[key_of(rating)], wanted[key_of(rating), rating.rater] = moved(data, spans) if shifted else (data, spans)
    assert sum(map(len, wanted.values())) == 4031
    number = sent(studio, scheme, texts, wanted)
    back = returned(studio, scheme, number)
    assert back.keys() == wanted.keys()
    assert [(key, back[key], spans) for key, spans in wanted.items() if back[key] != spans] == []


def key_of(rating: Rating) -> str:
    return f"{rating.system}/{rating.doc}/{rating.seg_id}"


def moved(data: dict[str, str], spans: list[Span]) -> tuple[dict[str, str], list[Span]]:
    """Put an emoji of four code points before every span."""
    starts = {side: sorted({one.start for one in spans if one.side == side}) for side in ("source", "translation")}
    texts = dict(data)
    for side, places in starts.items():
        for place in reversed(places):
            text = texts[f"{side}_text"]
            texts[f"{side}_text"] = text[:place] + EMOJI + text[place:]

    def shift(span: Span) -> Span:
        start = span.start + len(EMOJI) * sum(place <= span.start for place in starts[span.side])
        end = span.end + len(EMOJI) * sum(place < span.end for place in starts[span.side])
        return span.model_copy(update={"start": start, "end": end, "text": texts[f"{span.side}_text"][start:end]})

    return texts, [shift(span) for span in spans]


def sent(studio: Studio, scheme: Scheme, texts: dict[str, dict[str, str]], wanted: Answers) -> int:
    """Make a project with one task a segment of a system, and each rater's answer by an account of their own."""
    people = accounts(studio, {rater for _, rater in wanted})
    blank = dict.fromkeys(needed(scheme), "")
    tasks = {
        key: {"data": blank | {"key": key, "payload": "gold"} | text, "annotations": []} for key, text in texts.items()
    }
    for (key, rater), spans in wanted.items():
        answer = {"completed_by": people[rater], "result": results_of(scheme, {}, spans)}
        tasks[key]["annotations"].append(answer)  # type: ignore[attr-defined]
    number = studio.create_project({"title": "gold mqm", "label_config": labelling_page(scheme)})
    rows = list(tasks.values())
    for at in range(0, len(rows), BATCH):
        assert studio.import_tasks(number, rows[at : at + BATCH]) == len(rows[at : at + BATCH])
    return number


def needed(scheme: Scheme) -> set[str]:
    return set(re.findall(r'value="\$(\w+)"', labelling_page(scheme)))


def accounts(studio: Studio, raters: set[str]) -> dict[str, int]:
    mails = {rater: f"{rater}@gold.invalid" for rater in raters}
    for mail in mails.values():
        assert enter(studio, mail, "a password for tests")
    ids = {str(user["email"]): int(user["id"]) for user in studio.users()}
    return {rater: ids[mail] for rater, mail in mails.items()}


def returned(studio: Studio, scheme: Scheme, number: int) -> Answers:
    """Read everything back as a pull does: exported by ids, checked and parsed."""
    names = {int(user["id"]): str(user["email"]).partition("@")[0] for user in studio.users()}
    ids = [held.id for held in studio.tasks(number)]
    back: Answers = {}
    for at in range(0, len(ids), EXPORT_IDS):
        for task in tasks_of(studio.export(number, ids[at : at + EXPORT_IDS]), studio.url):
            for answer in task.annotations:
                assert answer.completed_by is not None
                _, spans = parse_answer(scheme, answer.result, task.data)
                back[str(task.data["key"]), names[answer.completed_by]] = spans
    return back


def one_rating(*rows: tuple[str, str, str, str]) -> tuple[Rating, list[tuple[int, str]]]:
    lines = [
        f"sys\tdoc\t1\t1\trater1\t{source}\t{target}\t{category}\t{severity}\t"
        for source, target, category, severity in rows
    ]
    (rating,), issues = parse([HEADER, *lines, ""], where="test")
    return rating, [(one.line, one.cause) for one in issues]


@pytest.mark.parametrize(
    ("target", "marks", "cause"),
    [
        ("Ein <v>🚗 Auto</v>.", [(4, 10, "🚗 Auto")], None),
        ("<v>Ein</v> Auto<v>.</v>", [(0, 3, "Ein"), (8, 9, ".")], "2 marks for one error"),
        ("Ein Auto.", [], None),
        ("Ein <v></v>Auto.", [(4, 4, "")], "target: nothing between <v> and </v>: an empty mark"),
        ("Ein <v>Auto.", [(4, 9, "Auto.")], "target: <v> without </v>: marked to the end"),
        ("Ein Auto</v>.", [], "target: </v> without <v>: ignored"),
        ("<v>Ein <v>Auto</v>.", [(0, 8, "Ein Auto")], "target: <v> inside of a mark: ignored"),
    ],
)
def test_odd_tags_are_told_and_the_error_stays(target: str, marks: list[Any], cause: str | None) -> None:
    rating, issues = one_rating(("A car.", target, "Style/Awkward", "Minor"))
    (error,) = rating.errors
    assert [dataclasses.astuple(mark)[1:] for mark in error.marks] == marks
    assert [told for _, told in issues] == ([cause] if cause else [])
    assert (error.line, error.category, error.severity) == (2, "Style/Awkward", "Minor")


def test_no_error_is_an_answer_and_omissions_are_in_the_source() -> None:
    rating, issues = one_rating(("A red car.", "Ein Auto.", "No-error", "No-error"))
    assert (rating.errors, rating.source, issues) == ([], "A red car.", [])
    rating, _ = one_rating(("A <v>red</v> car.", "Ein Auto.", "Accuracy/Omission", "Major"))
    assert rating.errors[0].marks == (Mark("source", 2, 5, "red"),)
    rating, issues = one_rating(("A car.", "Ein <v>Auto</v>.", "No-error", "No-error"))
    assert rating.errors == [] and issues == [(2, "No-error with a mark: left out")]


def test_rows_that_do_not_fit_are_told() -> None:
    good = "sys\tdoc\t1\t1\trater1\tA car.\tEin <v>Auto</v>.\tOther\tMinor\t"
    ratings, issues = parse([HEADER, good, "sys\tdoc", good.replace("Ein", "Das"), good + "\tmore"], where="test")
    assert [len(one.errors) for one in ratings] == [2] and ratings[0].errors[1].marks == ()
    assert [one.line for one in issues] == [3, 4, 5]
    with pytest.raises(WirecopyError, match="has no column 'rater'"):
        parse(["system\tdoc\tdoc_id\tseg_id"], where="test")


def test_what_a_scheme_has_no_place_for_is_told(scheme: Scheme) -> None:
    rows = [("A car.", "Es.", "Non-translation!", "Major"), ("A car.", "Es.", "Weird", "Minor")]
    rating, _ = one_rating(*rows, ("A car.", "<v></v>Es.", "Other", "Minor"))
    spans, issues = spans_of(rating, scheme)
    assert [(one.label, one.severity, one.text) for one in spans] == [("non_translation", "major", "Es.")]
    assert [one.cause for one in issues] == [
        "'translation-mqm' has no place for Weird, Minor on the translation",
        "'translation-mqm' has no place for an empty mark",
    ]
