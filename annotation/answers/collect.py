"""Raw chunks to rows: every annotation becomes a row, or goes to quarantine with its reason."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from annotation.answers.chunks import Answer, Answered, Chunk
from annotation.campaign import Campaign
from annotation.schema import Annotation, Control, Flaw, Origin, Quarantined, Span, Status, Task
from annotation.schemes.answers import Rejected, parse, value_features
from annotation.schemes.checks import contradictions
from annotation.schemes.scheme import Scheme
from annotation.tasks import from_server
from corpus.files import digest

UNKNOWN = {"annotator": "rater-unknown", "origin": Origin.HUMAN}


@dataclass(frozen=True)
class Seen:
    """One state of one annotation, as a chunk holds it; `row` is what becomes of it.

    `outdated` is None where the present unit decides it.
    """

    identity: str
    updated: str
    state: str
    row: Annotation | Quarantined
    outdated: bool | None = None


def states(campaign: Campaign, chunk: Chunk, task: Answered) -> Iterator[Seen]:
    """Yield every annotation of a task; `stale`, `deleted` and `revisions` are not known before all chunks are."""
    made = from_server(task.model_dump(include={"data", "meta"}))
    edited = made is not None and digest(made.data) != made.text_hash
    for answer in task.annotations:
        # Ids start again on a new server; the unique id, where there is one, does not.
        identity = answer.unique_id or f"{chunk.source}-{answer.id}"
        author = chunk.annotators.get(str(answer.completed_by), UNKNOWN)
        state = digest(answer.was_cancelled, answer.result)
        try:
            row = _row(campaign, identity, answer, _checked(campaign, made, edited=edited), author)
            outdated = _outdated(campaign.scheme, row)
            yield Seen(identity, answer.updated_at, state, row, outdated)
        except Rejected as flaw:
            yield Seen(identity, answer.updated_at, state, _quarantined(identity, answer, task.id, made, author, flaw))


def _checked(campaign: Campaign, task: Task | None, *, edited: bool) -> Task:
    if task is None or task.campaign != campaign.name:
        raise Rejected(Flaw.NO_KEY, "its task was not made by this campaign")
    if edited:
        raise Rejected(Flaw.TASK_EDITED, "the task's text was changed on the server")
    return task


def _outdated(scheme: Scheme, row: Annotation) -> bool | None:
    # An injected error makes another text than its unit's: only new questions can leave it behind.
    if row.control is not Control.INJECTED:
        return None
    return (row.scheme_hash, row.guideline_version) != (scheme.hash, f"{scheme.id}-{scheme.version}")


def _row(campaign: Campaign, identity: str, answer: Answer, task: Task, author: Mapping[str, str]) -> Annotation:
    values, spans = _answers(campaign.scheme, answer, task)
    skipped = answer.was_cancelled
    return Annotation(
        annotation_id=identity,
        **task.model_dump(exclude={"data", "languages", "text_hash", "start", "prefill"}),
        stale=False,
        deleted=False,
        revisions=1,
        prefilled_by=task.prefill,
        annotator=author["annotator"],
        origin=_origin(answer, author),
        status=Status.SKIPPED if skipped else Status.SUBMITTED,
        values=values,
        spans=spans,
        contradictions=[] if skipped else list(contradictions(campaign.scheme, values, spans)),
        lead_time=answer.lead_time,
        created=answer.created_at,
        updated=answer.updated_at,
    )


def _origin(answer: Answer, author: Mapping[str, str]) -> Origin:
    # Simulated answers say so in a region too, so that a bare export keeps it.
    if any(isinstance(one, Mapping) and one.get("origin") == Origin.SIMULATED for one in answer.result):
        return Origin.SIMULATED
    return Origin(author["origin"])


def _answers(scheme: Scheme, answer: Answer, task: Task) -> tuple[dict[str, Any], list[Span]]:
    if answer.was_cancelled:
        return dict.fromkeys(value_features(scheme)), []
    try:
        return parse(scheme, answer.result, task.data)
    except Rejected as flaw:
        if task.scheme_hash == scheme.hash:
            raise
        asked = f"made with other questions ({task.guideline_version}): {flaw.detail}"
        raise Rejected(Flaw.OTHER_QUESTIONS, asked) from None


def _quarantined(
    identity: str, answer: Answer, number: int, task: Task | None, author: Mapping[str, str], flaw: Rejected
) -> Quarantined:
    return Quarantined(
        annotation_id=identity,
        task_id=number,
        key=task.key if task else "",
        annotator=author["annotator"],
        origin=_origin(answer, author),
        reason=flaw.reason,
        detail=flaw.detail,
        raw=json.dumps(answer.model_dump(exclude={"completed_by"}), ensure_ascii=True, sort_keys=True),
    )
