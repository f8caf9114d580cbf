"""One rule for all: of an annotator's live rows of a unit the newest counts, and where it is a skip, none does."""

from pathlib import Path
from typing import Any

from annotation import tasks as tasks_file
from annotation.adjudication import answers_of
from annotation.answers.labels import label_rows
from annotation.answers.newest import counted, newest
from annotation.campaign import load_all
from annotation.measures.audit import audit
from annotation.measures.gather import gather
from annotation.measures.scores import rated_rows
from annotation.prefill import Prediction
from annotation.schema import Annotation, Control, Status
from annotation.schemes.answers import value_features
from annotation.studio.status import agreement
from corpus.config import load
from corpus.features import features
from corpus.parquet import write
from tests.annotation.units import ESA, answered, pair

EARLY, LATE, LATEST = "2026-01-01", "2026-01-02", "2026-01-03"
CONFIG = 'name = "n"\n[campaigns.esa]\nscheme = "translation-esa"\nimported = true\n'
UNIT = pair(0, prefill="m")


def row(who: str, score: float | None, when: str, **changed: Any) -> Annotation:
    """A score, or a skip where there is none."""
    status = Status.SKIPPED if score is None else Status.SUBMITTED
    told = {"annotation_id": f"{who} {when}", "updated": when, "status": status, "prefilled_by": "m"} | changed
    return answered(UNIT, who, {"score": score, "comment": None}, **told)


ROWS = [
    # Rows of a file come in any order.
    row("skips", None, LATE),
    row("skips", 10, EARLY),
    row("returns", None, EARLY),
    row("returns", 80, LATE),
    row("changes", 70, LATE),
    row("changes", 20, EARLY),
    row("outdated", 60, EARLY),
    row("outdated", None, LATE, stale=True),
    row("outdated", 5, LATEST, deleted=True),
    row("control", None, LATE, control=Control.REPEAT),
    row("control", 50, EARLY),
]
COUNTED = {"returns": 80, "changes": 70, "outdated": 60, "control": 50}


def test_labels_measures_adjudication_audit_and_status_count_the_same_answers(tmp_path: Path) -> None:
    (tmp_path / "wirecopy.toml").write_text(CONFIG)
    (one,) = load_all(load(tmp_path), "esa")
    one.folder.mkdir(parents=True)
    tasks_file.save(one.folder / "tasks.parquet", [UNIT])
    write(one.folder / "annotations.parquet", ROWS, features(Annotation, values=value_features(one.scheme)))

    assert {found.annotator: found.values["score"] for found in counted(ROWS)} == COUNTED
    answers = gather(one)
    table = answers.table("score")
    assert dict(zip([answers.raters[at] for at in table.rater], table.value.tolist(), strict=True)) == COUNTED
    (label,) = label_rows(ESA, [UNIT], ROWS)
    assert (label["score_values"], label["annotators"], label["skips"]) == (sorted(COUNTED.values()), 4, 1)
    assert {found.annotator for found in answers_of(ROWS)[UNIT.key]} == {*COUNTED}
    shown = {(UNIT.key, UNIT.payload): Prediction(key=UNIT.key, payload=UNIT.payload, model="m", values={}, spans=[])}
    assert [(found.annotator, found.answers) for found in audit(ROWS, shown)][:-1] == [
        (name, 1) for name in sorted(COUNTED)
    ]
    scored = rated_rows(ESA, [UNIT], ROWS)
    assert dict(zip([scored.raters[at] for at in scored.rater], scored.numbers["score"], strict=True)) == COUNTED
    two = [found for found in ROWS if found.annotator in ("skips", "returns")]
    assert agreement(ESA, two)["score"] is None, "one answer is left, and the other of the two is a skip"


def test_of_equally_new_rows_the_last_counts() -> None:
    assert [one.values["score"] for one in newest([row("a", 1, EARLY), row("a", 2, EARLY)])] == [2]
