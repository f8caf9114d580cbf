"""Labels by majority: ties stay ties, stale answers and old voices don't count."""

from pathlib import Path
from typing import Any

import pytest

from annotation.adjudication import Decision
from annotation.answers.labels import label_features, label_rows
from annotation.schema import Annotation, Control, Origin, Status
from annotation.schemes import load
from annotation.units import task_of

SCHEME = load("stance", Path())
QUALITY = load("translation-esa", Path())
TASK = task_of("stance", SCHEME, data={"target": "?", "article_text": "A text."}, doc_ids=["a"], languages=["en"])
PAIR = task_of(
    "quality", QUALITY, data={"source_text": "A", "translation_text": "B"}, doc_ids=["a", "b"], languages=["en", "de"]
)


def voice(rater: str, answer: Any, **changed: Any) -> Annotation:
    task = PAIR if isinstance(answer, float) else TASK
    values: dict[str, Any] = {
        "annotation_id": rater,
        "key": task.key,
        "payload": task.payload,
        "stale": False,
        "deleted": False,
        "revisions": 1,
        "campaign": task.campaign,
        "doc_ids": task.doc_ids,
        "segment_ids": [],
        "target_id": None,
        "paragraph": None,
        "stratum": None,
        "control": None,
        "of": None,
        "prefilled_by": None,
        "annotator": rater,
        "origin": Origin.HUMAN,
        "status": Status.SUBMITTED,
        "values": {"score" if isinstance(answer, float) else "stance": answer},
        "spans": [],
        "contradictions": [],
        "lead_time": 1.0,
        "created": "2026-01-01",
        "updated": "2026-01-01",
        "guideline_version": "1",
        "scheme_hash": "",
    }
    return Annotation(**values | changed)


def label(*voices: Annotation, decision: Decision | None = None) -> dict[str, Any]:
    (row,) = label_rows(SCHEME, [TASK], voices, {TASK.key: decision} if decision else {})
    return row


def decided(answer: str) -> Decision:
    return Decision(
        key=TASK.key,
        payload=TASK.payload,
        values={"stance": answer},
        spans=[],
        confidence="high",
        reason="The lead is clear.",
        who="judge",
        origin=Origin.HUMAN,
        when="2026-02-01",
    )


def name_of(row: dict[str, Any]) -> str | None:
    number = row["stance"]
    return None if number is None else label_features(SCHEME)["stance"]["names"][number]


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


def test_controls_and_deleted_answers_give_no_label() -> None:
    hidden = [voice("a", "favor", control=Control.REPEAT, of=TASK.key), voice("b", "favor", deleted=True)]
    assert list(label_rows(SCHEME, [TASK], hidden)) == []
    assert label(*hidden, voice("c", "against"))["annotators"] == 1


def test_a_decision_overrides_the_label_and_leaves_what_the_raters_said() -> None:
    voices = [voice("a", "favor"), voice("b", "favor"), voice("c", "against")]
    before, after = label(*voices), label(*voices, decision=decided("against"))
    assert name_of(before) == "favor" and name_of(after) == "against"
    assert (after["method"], after["adjudicated"], before["adjudicated"]) == ("adjudication", True, False)
    told = ("adjudicated_by", "adjudicated_at", "adjudication_reason", "adjudication_confidence")
    assert [after[name] for name in told] == ["judge", "2026-02-01", "The lead is clear.", "high"]
    for name in ("stance_distribution", "stance_agreement", "annotators", "skips"):
        assert after[name] == before[name]


def test_a_decision_without_answers_is_a_label_too() -> None:
    row = label(voice("a", None, status=Status.SKIPPED), decision=decided("favor"))
    assert name_of(row) == "favor" and (row["annotators"], row["skips"], row["origin"]) == (0, 1, "human")


def test_each_unit_gets_its_own_answers_in_the_order_of_units() -> None:
    tasks = [TASK.model_copy(update={"key": f"{number}"}) for number in range(5)]
    voices = [voice("a", "favor", key="1"), voice("b", "favor", key="1"), voice("a", "against", key="3")]
    rows = list(label_rows(SCHEME, tasks, voices))
    assert [(row["key"], name_of(row), row["annotators"]) for row in rows] == [("1", "favor", 2), ("3", "against", 1)]
