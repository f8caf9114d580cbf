"""Raw chunks to rows: whatever one answer holds, it ends in quarantine and the others in their tables."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.answers import chunks, collect, tables
from annotation.answers.chunks import Answer, Answered, Chunk
from annotation.answers.collect import states
from annotation.answers.spool import Spool
from annotation.campaign import Campaign
from annotation.schema import Annotation, Flaw, Quarantined
from annotation.tasks import to_server
from corpus.parquet import read_dicts
from tests.annotation.test_answers import ANY_TEXT, JSON
from tests.campaigns import campaign

HALF = "half \ud83d"
CHOICE = {"type": "choices", "from_name": "stance", "to_name": "article", "value": {"choices": ["favor"]}}
REGION = st.fixed_dictionaries(
    {"from_name": st.sampled_from(["stance", "evidence", "evidence-typed"]) | JSON, "value": JSON},
    optional={"id": JSON, "to_name": JSON, "origin": JSON},
)


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    return campaign(tmp_path_factory.mktemp("collect") / "w", 1)


def chunk(one: Campaign, *answers: dict[str, Any], **changed: Any) -> Chunk:
    task: dict[str, Any] = {"id": 1, "annotations": [], **to_server(one.tasks()[0])}
    task["data"] |= changed
    given = [Answer.model_validate({"id": at, "completed_by": 1} | answer) for at, answer in enumerate(answers)]
    return Chunk(source="1@now", server=True, tasks=[Answered.model_validate(task | {"annotations": given})])


def flaws(one: Campaign, taken: Chunk) -> list[Flaw | None]:
    rows = [seen.row for seen in states(one, taken, taken.tasks[0])]
    return [row.reason if isinstance(row, Quarantined) else None for row in rows]


@given(
    results=st.lists(REGION | JSON, max_size=3),
    texts=st.fixed_dictionaries({}, optional={name: ANY_TEXT for name in ("unique_id", "created_at", "updated_at")}),
)
def test_any_answer_becomes_a_row_or_goes_to_quarantine(
    one: Campaign, results: list[Any], texts: dict[str, str]
) -> None:
    taken = chunk(one, {"result": results} | texts, {"result": [CHOICE], "unique_id": "good"})
    with Spool(one) as spool:
        list(spool.units(one.units()))
        spool._take(taken)
        kept, bad = list(spool.rows()), list(spool.quarantined())
    assert len(kept) + len(bad) == 2 and "good" in [row.annotation_id for row in kept]


def test_a_rebuild_with_hostile_answers(tmp_path: Path) -> None:
    one = campaign(tmp_path / "w", 1)
    hostile: list[dict[str, Any]] = [
        {"result": [CHOICE | {"from_name": HALF}]},
        {"result": [CHOICE | {"value": {"choices": [HALF]}}]},
        {"result": [CHOICE | {"id": HALF, "value": HALF}]},
        {
            "result": [
                {"from_name": "evidence", "to_name": "article", "value": {"labels": ["actor-favor"], "start": HALF}}
            ]
        },
        {"result": [CHOICE], "created_at": HALF},
        {"result": [CHOICE], "updated_at": HALF},
    ]
    good: list[dict[str, Any]] = [{"result": [CHOICE], "unique_id": name} for name in ("good", HALF)]
    chunks.append(one.folder / "pull", chunk(one, *hostile, *good))
    made = tables.rebuild(one)
    assert (made.annotations, made.quarantined, made.labels) == (2, len(hostile), 1)
    kept = [row["annotation_id"] for row in read_dicts(one.folder / "annotations.parquet")]
    assert kept == ["good", "half \\ud83d"], "an id is kept, its half character escaped"


def test_half_a_character_in_the_task_sends_all_its_answers_to_quarantine(one: Campaign) -> None:
    for taken in (chunk(one, {"result": [CHOICE]}, article_text=HALF), chunk(one, {"result": [CHOICE]}, key=HALF)):
        assert all(flaws(one, taken))
        with Spool(one) as spool:
            spool._take(taken)
            assert list(spool.quarantined())


def test_brackets_too_deep_to_be_read_go_to_quarantine(one: Campaign) -> None:
    deep: list[Any] = []
    for _ in range(20_000):
        deep = [deep]
    for result in ([deep], [CHOICE | {"value": {"choices": deep}}], [CHOICE | {"from_name": deep}]):
        taken = chunk(one)
        taken.tasks[0].annotations.append(Answer.model_construct(id=1, result=result, completed_by=None))
        (seen,) = states(one, taken, taken.tasks[0])
        assert isinstance(seen.row, Quarantined) and seen.told == seen.row.model_dump_json()


@pytest.mark.parametrize(
    "error",
    [ValueError, TypeError, OverflowError, RecursionError, KeyError, AttributeError],
    ids=lambda one: one.__name__,
)
def test_what_nobody_thought_of_is_a_bad_value(
    one: Campaign, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_arguments: object) -> Any:
        raise error("odd")

    monkeypatch.setattr(collect, "parse", broken)
    taken = chunk(one, {"result": [CHOICE]}, {"result": [], "was_cancelled": True})
    assert flaws(one, taken) == [Flaw.BAD_VALUE, None]
    (row, kept) = (seen.row for seen in states(one, taken, taken.tasks[0]))
    assert isinstance(row, Quarantined) and "odd" in row.detail and isinstance(kept, Annotation)
