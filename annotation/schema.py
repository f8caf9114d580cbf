"""The rows of the annotation stage: tasks out, annotations and labels back."""

from enum import StrEnum
from typing import Any

from corpus.schema import Row


class Origin(StrEnum):
    """Who made an annotation."""

    HUMAN = "human"
    SIMULATED = "simulated"
    MODEL = "model"
    MIXED = "mixed"


class Status(StrEnum):
    """What an annotator did with a task."""

    SUBMITTED = "submitted"
    SKIPPED = "skipped"


class Flaw(StrEnum):
    """Why an annotation can't be a row."""

    NO_KEY = "no-key"
    OTHER_QUESTIONS = "other-questions"
    UNKNOWN_TAG = "unknown-tag"
    UNKNOWN_CHOICE = "unknown-choice"
    BAD_VALUE = "bad-value"
    BAD_SPAN = "bad-span"
    TEXT_MISMATCH = "text-mismatch"
    MISSING_ANSWER = "missing-answer"
    REPEATED_ANSWER = "repeated-answer"
    TASK_EDITED = "task-edited"
    DELETED = "deleted-on-server"


class Task(Row):
    """One unit as an annotator sees it.

    `key` names the unit and stays; `payload` is a hash of text, guideline and scheme, and moves
    with any of them. `data` holds the exact texts shown, by the name of their side.
    """

    key: str
    payload: str
    campaign: str
    doc_ids: list[str]
    segment_ids: list[str]
    target_id: str | None
    languages: list[str]
    text_hash: str
    scheme_hash: str
    guideline_version: str
    data: dict[str, str]


class Span(Row):
    """A marked passage: `text` is `[start:end]` of the side's text, in code points, half-open."""

    question: str
    side: str
    start: int
    end: int
    text: str
    label: str
    holder: str | None = None
    severity: str | None = None


class Annotation(Row):
    """One annotator's answer to one task, raw. `values` has a column for each question.

    `stale` tells that the unit has another text, guideline or scheme by now.
    """

    annotation_id: str
    key: str
    payload: str
    stale: bool
    campaign: str
    doc_ids: list[str]
    segment_ids: list[str]
    target_id: str | None
    annotator: str
    origin: Origin
    status: Status
    values: dict[str, Any]
    spans: list[Span]
    lead_time: float | None
    created: str
    updated: str
    guideline_version: str
    scheme_hash: str


class Quarantined(Row):
    """An annotation that breaks the contract, whole, with the reason."""

    annotation_id: str
    task_id: int
    key: str
    annotator: str
    origin: Origin
    reason: Flaw
    detail: str
    raw: str
