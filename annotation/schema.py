"""The rows of the annotation stage: tasks out, annotations and labels back."""

from enum import StrEnum
from typing import Any

from pydantic import Field

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


class Control(StrEnum):
    """Why a task with a known answer is in a queue; its answers are never in a release."""

    REPEAT = "repeat"
    INJECTED = "injected"
    GOLD = "gold"
    TUTORIAL = "tutorial"


class Task(Row):
    """One unit as an annotator sees it.

    `key` names the unit and stays; `payload` is a hash of text, guideline and scheme, and moves
    with any of them. `data` holds the exact texts shown, by the name of their side. A paragraph's
    text stands at `start` of its document. A `control` task is a copy of the unit with the key `of`.
    `prefill` names the model whose predictions are shown.
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
    paragraph: int | None = None
    start: int = 0
    stratum: str | None = None
    control: Control | None = None
    of: str | None = None
    prefill: str | None = None
    data: dict[str, Any]


class Span(Row):
    """A marked passage: `text` is `[start:end]` of the side's text, in code points, half-open.

    `comment` is a rater's remark on this mark: free text, which leaves a workspace only when asked for.
    """

    question: str
    side: str
    start: int
    end: int
    text: str
    label: str
    holder: str | None = None
    holder_name: str | None = None
    severity: str | None = None
    comment: str | None = None


class Known(Row):
    """An answer that somebody else gave: a gold answer or a model's prediction.

    It names its unit by `key`, or by `doc_ids` with `segment_ids`, `target_id` and `paragraph`.
    """

    key: str | None = None
    doc_ids: list[str] = Field(default=[])
    segment_ids: list[str] = Field(default=[])
    target_id: str | None = None
    paragraph: int | None = None
    values: dict[str, Any] = Field(default={})
    spans: list[Span] = Field(default=[])


class Annotation(Row):
    """One annotator's answer to one task, raw. `values` has a column for each question.

    `stale` tells that the unit has another text, guideline or scheme by now; `deleted` that the
    server no longer has the answer; `revisions` how many states of it were seen. `contradictions`
    names the checks of the scheme that it fails, `prefilled_by` the model whose prediction was shown.
    """

    annotation_id: str
    key: str
    payload: str
    stale: bool
    deleted: bool
    revisions: int
    campaign: str
    doc_ids: list[str]
    segment_ids: list[str]
    target_id: str | None
    paragraph: int | None
    stratum: str | None
    control: Control | None
    of: str | None
    prefilled_by: str | None
    annotator: str
    origin: Origin
    status: Status
    values: dict[str, Any]
    spans: list[Span]
    contradictions: list[str]
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
