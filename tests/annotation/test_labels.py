"""Labels by majority: ties stay ties, stale answers and old voices don't count."""

from pathlib import Path
from typing import Any

import pytest

from annotation.labels import label_features, label_rows
from annotation.schema import Annotation, Origin, Status
from annotation.schemes import load
from annotation.units import _task

SCHEME = load("stance", Path())
QUALITY = load("translation-esa", Path())
TASK = _task("stance", SCHEME, data={"target": "?", "article_text": "A text."}, doc_ids=["a"], languages=["en"])
PAIR = _task(
    "quality", QUALITY, data={"source_text": "A", "translation_text": "B"}, doc_ids=["a", "b"], languages=["en", "de"]
)


def voice(rater: str, answer: Any, **changed: Any) -> Annotation:
    task = PAIR if isinstance(answer, float) else TASK
    values: dict[str, Any] = {
        "annotation_id": rater,
        "key": task.key,
        "payload": task.payload,
        "stale": False,
        "campaign": task.campaign,
        "doc_ids": task.doc_ids,
        "segment_ids": [],
        "target_id": None,
        "annotator": rater,
        "origin": Origin.HUMAN,
        "status": Status.SUBMITTED,
        "values": {"score" if isinstance(answer, float) else "stance": answer},
        "spans": [],
        "lead_time": 1.0,
        "created": "2026-01-01",
        "updated": "2026-01-01",
        "guideline_version": "1",
        "scheme_hash": "",
    }
    return Annotation(**values | changed)


def label(*voices: Annotation) -> dict[str, Any]:
    (row,) = label_rows(SCHEME, [TASK], voices)
    return row


def name_of(row: dict[str, Any]) -> str | None:
    number = row["stance"]
    return None if number is None else label_features(SCHEME)["stance"].int2str(number)


def test_the_majority_wins() -> None:
    row = label(voice("a", "favor"), voice("b", "against"), voice("c", "favor"))
    assert name_of(row) == "favor"
    assert row["stance_distribution"]["favor"] == pytest.approx(2 / 3)
    assert row["stance_agreement"] == pytest.approx(1 / 3), "one pair of three agrees"
    assert (row["annotators"], row["origin"]) == (3, "human")


@pytest.mark.parametrize("answers", [("favor", "against"), ("favor", "against", "balanced")])
def test_a_tie_stays_a_tie(answers: tuple[str, ...]) -> None:
    row = label(*(voice(str(at), answer) for at, answer in enumerate(answers)))
    assert row["stance"] is None and row["stance_agreement"] == 0
    assert sum(row["stance_distribution"].values()) == pytest.approx(1)


def test_one_voice_has_no_agreement() -> None:
    assert label(voice("a", "favor"))["stance_agreement"] is None


def test_who_answers_twice_has_one_voice_the_newest() -> None:
    row = label(voice("a", "favor", updated="2026-01-02"), voice("a", "against"), voice("b", "favor"))
    assert name_of(row) == "favor" and row["annotators"] == 2


def test_skips_are_counted_and_stale_answers_are_not() -> None:
    skip = voice("b", None, status=Status.SKIPPED)
    row = label(voice("a", "favor"), skip, voice("c", "against", stale=True))
    assert name_of(row) == "favor" and (row["annotators"], row["skips"]) == (1, 1)


def test_a_unit_that_everybody_skipped_has_no_label() -> None:
    assert list(label_rows(SCHEME, [TASK], [voice("a", None, status=Status.SKIPPED)])) == []


def test_people_and_simulated_raters_together_are_mixed() -> None:
    row = label(voice("a", "favor"), voice("b", "favor", origin=Origin.SIMULATED))
    assert row["origin"] == "mixed"


def test_a_number_gives_its_mean_and_its_values() -> None:
    (row,) = label_rows(QUALITY, [PAIR], [voice("a", 90.0), voice("b", 60.0)])
    assert row["score"] == 75 and row["score_values"] == [60, 90]
