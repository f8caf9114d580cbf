"""Google's MQM table: odd tags, broken rows, other columns."""

from pathlib import Path
from typing import Any

import pytest

from annotation.interchange import losses, read, write
from annotation.interchange.google_mqm import marks_of
from annotation.interchange.rows import Ratings
from annotation.schema import Flaw
from corpus.errors import WirecopyError

HEADER = "system\tdoc\tdoc_id\tseg_id\trater\tsource\ttarget\tcategory\tseverity\tcomment"


def rows(folder: Path, *cells: tuple[str, ...], header: str = HEADER, rater: str = "rater1") -> Ratings:
    """Read rows of (source, target, category, severity, comment...)."""
    lines = [header, *("\t".join(["sys", "doc", "1", "1", rater, *one]) for one in cells), ""]
    (folder / "some.tsv").write_text("\n".join(lines), encoding="utf-8")
    return read(folder / "some.tsv", "google-mqm")


def told(given: Ratings) -> list[tuple[int, str]]:
    return [(one.line, one.cause) for one in given.issues]


@pytest.mark.parametrize(
    ("target", "marks", "wanted", "cause"),
    [
        ("Ein <v>🚗 Auto</v>.", [(4, 10, "🚗 Auto")], (4, 10), None),
        (
            "<v>Ein</v> Auto<v>.</v>",
            [(0, 3, "Ein"), (8, 9, ".")],
            (0, 3),
            "2 marks for one error: the first one in the translation counts",
        ),
        ("Ein Auto.", [], (0, 9), "an error without a mark: the whole translation is marked"),
        ("Ein <v></v>Auto.", [(4, 4, "")], (4, 4), None),
        ("Ein <v>Auto.", [(4, 9, "Auto.")], (4, 9), "target: <v> without </v>: marked to the end"),
        ("<v>Ein <v>Auto</v>.", [(0, 8, "Ein Auto")], (0, 8), "target: <v> inside of a mark: ignored"),
    ],
)
def test_odd_tags_are_told_and_the_error_stays(
    target: str, marks: list[Any], wanted: tuple[int, int], cause: str | None, tmp_path: Path
) -> None:
    assert [(one.start, one.end, one.text) for one in marks_of(target, "translation")] == marks
    given = rows(tmp_path, ("A car.", target, "Style/Awkward", "Minor", ""))
    (one,) = given.annotations
    assert [(span.start, span.end, span.label, span.severity) for span in one.spans] == [
        (*wanted, "style_awkward", "minor")
    ]
    assert told(given) == ([(2, cause)] if cause else []) and given.rejects == []


def test_no_error_is_an_answer_and_omissions_are_in_the_source(tmp_path: Path) -> None:
    (one,) = rows(tmp_path, ("A red car.", "Ein Auto.", "No-error", "No-error", "fine")).annotations
    assert one.spans == [] and one.values == {"comment": "fine"}
    (one,) = rows(tmp_path, ("A <v>red</v> car.", "Ein Auto.", "Accuracy/Omission", "Major", "")).annotations
    (span,) = one.spans
    assert (span.side, span.start, span.end, span.text, span.question) == ("source", 2, 5, "red", "omission")
    given = rows(tmp_path, ("A car.", "Ein <v>Auto</v>.", "No-error", "No-error", ""))
    assert given.annotations[0].spans == [] and told(given) == [(2, "No-error with a mark: the mark is left out")]


def test_an_answer_with_a_broken_row_is_rejected_whole(tmp_path: Path) -> None:
    good = ("A car.", "Ein <v>Auto</v>.", "Other", "Minor", "")
    given = rows(tmp_path, good, ("A car.", "Ein <v>Auto</v>.", "Other", "Weird", ""))
    assert given.annotations == [] and given.tasks == []
    assert sorted(told(given)) == [
        (2, "line 3 of this answer is broken"),
        (3, "the scheme has no place for Other, Weird on the translation"),
    ]
    given = rows(tmp_path, good, ("A car.", "Das Auto.", "Other", "Minor", ""))
    assert [one.flaw for one in given.rejects] == [Flaw.BAD_VALUE, Flaw.TEXT_MISMATCH]
    given = rows(tmp_path, good, ("A car.",), (*good, "more"))
    assert len(given.annotations) == 1 and [one.line for one in given.rejects] == [3, 4]


def test_a_category_of_another_year_is_read_and_told(tmp_path: Path) -> None:
    given = rows(
        tmp_path,
        ("A <v>car</v>.", "Ein Auto.", "Source issue", "Minor", ""),
        ("A car.", "Ein <v>Auto</v>.", "Accuracy/Gender Mismatch", "Major", "he"),
        ("A car.", "<v>Ein</v> Auto.", "Accuracy/Creative Reinterpretation", "Minor", ""),
    )
    spans = given.annotations[0].spans
    assert [(one.label, one.comment) for one in spans] == [
        ("source_error", None),
        ("other", "Accuracy/Gender Mismatch: he"),
        ("creative_reinterpretation", None),
    ]
    assert [cause for _, cause in told(given)][-2:] == [
        "the category 'Accuracy/Gender Mismatch' is 'Other' here: 1 times",
        "the category 'Source issue' is 'Source error' here: 1 times",
    ]


def test_every_line_is_a_row_or_a_reject(tmp_path: Path) -> None:
    given = rows(tmp_path, ("A car.", "Ein Auto.", "HOTW", "HOTW-test", ""))
    assert told(given) == [(2, "a hands-on-the-wheel test is no answer")] and len(given.rejects) == 1
    given = rows(tmp_path, ("A car.", "Ein Auto.", "Other", "Minor", ""), rater="")
    assert told(given) == [(2, "nobody gave it: it has no rater")]
    with pytest.raises(WirecopyError, match="has no column 'rater'"):
        rows(tmp_path, header="system\tdoc\tdoc_id\tseg_id")


def test_the_columns_of_2022_and_what_has_no_place(tmp_path: Path) -> None:
    header = HEADER.replace("doc_id", "docSegId").replace("seg_id", "globalSegId") + "\tdomain\tmetadata"
    given = rows(tmp_path, ("A.", "<v>B</v>.", "Other", "Minor", "why", "news", "{}"), header=header)
    assert given.tasks[0].stratum == "news" and given.tasks[0].segment_ids == ["1"]
    assert told(given) == [(1, "the column 'metadata' has no place in our rows: left out")]
    write(given, tmp_path / "again.tsv", "google-mqm")
    wanted = f"{HEADER}\tdomain\nsys\tdoc\t1\t1\trater1\tA.\t<v>B</v>.\tOther\tMinor\twhy\tnews\n"
    assert (tmp_path / "again.tsv").read_text() == wanted and losses(given, "google-mqm") == []


def test_a_tag_that_moves_by_one_is_another_mark(tmp_path: Path) -> None:
    given = rows(tmp_path, ("A.", "Ein 🚗 <v>Auto</v>.", "Other", "Minor", ""))
    write(given, tmp_path / "as-it-is.tsv", "google-mqm")
    text = (tmp_path / "as-it-is.tsv").read_text()
    (tmp_path / "moved.tsv").write_text(text.replace("Auto</v>.", "Auto.</v>"))
    assert read(tmp_path / "as-it-is.tsv", "google-mqm").annotations == given.annotations
    assert read(tmp_path / "moved.tsv", "google-mqm").annotations[0].spans[0].text == "Auto."


def test_the_place_in_a_document_is_told_where_it_is_not_the_order(tmp_path: Path) -> None:
    lines = [f"sys\tdoc\t{place}\t{segment}\tr\tA.\tB.\tNo-error\tNo-error\t" for place, segment in ((1, 9), (2, 10))]
    (tmp_path / "a.tsv").write_text("\n".join([HEADER, *lines]))
    assert read(tmp_path / "a.tsv", "google-mqm").issues == []
    (tmp_path / "a.tsv").write_text("\n".join([HEADER, *lines]).replace("\t2\t10\t", "\t5\t10\t"))
    assert told(read(tmp_path / "a.tsv", "google-mqm")) == [
        (1, "doc_id: 1 segments are not at the place that their seg_id says: left out")
    ]
