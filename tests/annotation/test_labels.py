"""Labels: ties stay ties, stale answers and old voices don't count, models and decisions say so."""

from pathlib import Path
from typing import Any

import pytest

from annotation.adjudication import Decision
from annotation.answers.labels import label_features, label_rows, save, voices
from annotation.answers.posteriors import Posteriors, posteriors
from annotation.campaign import Campaign
from annotation.measures.aggregation import METHODS, aggregate
from annotation.measures.table import long
from annotation.schema import Annotation, Control, Origin, Span, Status
from annotation.schemes import load
from annotation.schemes.scheme import RESERVED, SUFFIXES
from annotation.units import task_of
from corpus.config import Workspace, parse
from corpus.parquet import read_dicts
from tests.campaigns import CONFIG

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


# What three raters say of five units; of the sixth, two say different things.
SAID = {"a": "ffffx", "b": "fxffx", "c": "fxfxx"}
ANSWERS = {"f": "favor", "x": "against"}
TASKS = [TASK.model_copy(update={"key": f"k{at}"}) for at in range(6)]
VOICES = [
    *(voice(who, ANSWERS[said[at]], key=f"k{at}") for at in range(5) for who, said in SAID.items()),
    *(voice("a", "favor", key="k5"), voice("b", "against", key="k5")),
]
NAMES = list(label_features(SCHEME)["stance"]["names"])
LONG = long([(one.key, one.annotator, one.values["stance"]) for one in VOICES], NAMES)


def model(method: str, voiced: list[Annotation] = VOICES) -> Posteriors:
    return posteriors(SCHEME, method, voices(voiced))


@pytest.mark.parametrize("method", ["dawid-skene", "mace"])
def test_a_model_gives_label_and_probabilities_and_leaves_the_shares(method: str) -> None:
    rows = list(label_rows(SCHEME, TASKS, VOICES, model=model(method)))
    plain = list(label_rows(SCHEME, TASKS, VOICES))
    found = aggregate(LONG, method)
    assert [row["stance"] for row in rows] == [int(code) if code >= 0 else None for code in found.labels]
    for row, before, soft in zip(rows, plain, found.soft, strict=True):
        assert list(row["stance_soft"].values()) == pytest.approx(soft.tolist(), abs=1e-8)
        assert (row["method"], before["method"]) == (method, "majority")
        for name in ("stance_distribution", "stance_agreement", "annotators"):
            assert row[name] == before[name]


def test_under_the_majority_probabilities_are_shares() -> None:
    rows = list(label_rows(SCHEME, TASKS, VOICES))
    assert all(row["stance_soft"] == row["stance_distribution"] for row in rows)
    found = aggregate(LONG, "majority")
    assert [row["stance"] for row in rows] == [int(code) if code >= 0 else None for code in found.labels]
    assert rows[5]["stance"] is None, "two that disagree are a tie"


@pytest.mark.parametrize("method", ["dawid-skene", "mace"])
def test_a_tie_of_a_model_has_no_label(method: str) -> None:
    voiced = [
        voice(who, answer, key=key)
        for key, answers in {"k0": ("favor", "against"), "k1": ("against", "favor")}.items()
        for who, answer in zip("ab", answers, strict=True)
    ]
    rows = label_rows(SCHEME, TASKS, voiced, model=model(method, voiced))
    assert [row["stance"] for row in rows] == [None, None]


def test_a_decision_overrides_a_model_too_and_leaves_its_probabilities() -> None:
    made = model("dawid-skene")
    decision = decided("balanced").model_copy(update={"key": "k0"})
    before, *_ = label_rows(SCHEME, TASKS, VOICES, model=made)
    after, *_ = label_rows(SCHEME, TASKS, VOICES, {"k0": decision}, made)
    assert (name_of(before), name_of(after), after["method"]) == ("favor", "balanced", "adjudication")
    assert after["stance_soft"] == before["stance_soft"]
    (only,) = label_rows(SCHEME, [TASK], [], {TASK.key: decided("favor")}, made)
    assert name_of(only) == "favor" and not any(only["stance_soft"].values()), "nobody else has said anything"


def test_skips_controls_and_old_voices_teach_a_model_nothing() -> None:
    hidden = [
        voice("d", None, key="k0", status=Status.SKIPPED),
        voice("d", "against", key="k0", control=Control.REPEAT),
        voice("a", "against", key="k0", updated="2025-01-01"),
    ]
    mixed = sorted([*VOICES, *hidden], key=lambda one: one.key)
    one, other = (model("mace", voiced).soft("k0", "stance", NAMES) for voiced in (VOICES, mixed))
    assert one == other and one["favor"] > 0.5


def mark(start: int, end: int, label: str = "favor") -> Span:
    text = "A text."[start:end]
    return Span(question="evidence", side="article", start=start, end=end, text=text, label=label, holder="author")


def test_what_most_marked_is_in_the_labels() -> None:
    marks = [[mark(0, 6)], [mark(2, 7)], [mark(2, 6, "against")]]
    row = label(*(voice(str(at), "favor", spans=spans) for at, spans in enumerate(marks)))
    assert row["consensus_spans"] == [mark(2, 6).model_dump()]
    alone, skip = voice("a", "favor", spans=[mark(0, 6)]), voice("b", None, status=Status.SKIPPED)
    assert label(alone)["consensus_spans"] == label(alone, skip)["consensus_spans"] == []


def campaign(folder: Path, method: str) -> Campaign:
    (folder / "wirecopy.toml").write_text(CONFIG.format(name="labels") + f'aggregation = "{method}"\n')
    space = Workspace(folder, parse(folder / "wirecopy.toml"))
    return Campaign("stance", space.config.campaigns["stance"], SCHEME, space)


@pytest.mark.parametrize("method", list(METHODS))
def test_the_file_says_how_it_was_made_and_is_the_same_each_time(tmp_path: Path, method: str) -> None:
    one = campaign(tmp_path, method)
    path = one.folder / "labels.parquet"
    assert save(one, TASKS, lambda: iter(VOICES)) == len(TASKS)
    rows, first = list(read_dicts(path)), path.read_bytes()
    assert {row["method"] for row in rows} == {method}
    assert all(sum(row["stance_soft"].values()) == pytest.approx(1, abs=1e-8) for row in rows)
    turned = [one for task in TASKS for one in reversed(VOICES) if one.key == task.key]
    save(one, TASKS, lambda: iter(turned))
    assert path.read_bytes() == first


def test_no_question_can_be_named_like_a_column_of_the_labels() -> None:
    asked = {question.name for question in (*SCHEME.questions, *QUALITY.questions)}
    columns = {*label_features(SCHEME), *label_features(QUALITY)} - asked
    assert {name for name in columns if name not in RESERVED and not name.endswith(SUFFIXES)} == set()
