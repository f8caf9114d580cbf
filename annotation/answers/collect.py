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

# What an answer that nobody thought of may raise: it must not keep the others from their tables.
HOSTILE = (ValueError, TypeError, OverflowError, RecursionError, KeyError, AttributeError)
UNKNOWN = {"annotator": "rater-unknown", "origin": Origin.HUMAN}


@dataclass(frozen=True)
class Seen:
    """One state of one annotation, as a chunk holds it; `row` is what becomes of it, `told` as JSON.

    `outdated` is None where the present unit decides it.
    """

    identity: str
    updated: str
    state: str
    row: Annotation | Quarantined
    told: str
    outdated: bool | None = None


def states(campaign: Campaign, chunk: Chunk, task: Answered) -> Iterator[Seen]:
    """Yield every annotation of a task; `stale`, `deleted` and `revisions` are not known before all chunks are."""
    made = from_server({"data": task.data, "meta": task.meta})
    edited = made is not None and _edited(made)
    for answer in task.annotations:
        # Ids start again on a new server; the unique id, where there is one, does not.
        identity = _whole(answer.unique_id or f"{chunk.source}-{answer.id}")
        author = chunk.annotators.get(str(answer.completed_by), UNKNOWN)
        row: Annotation | Quarantined
        try:
            row = _row(campaign, identity, answer, _checked(campaign, made, edited=edited), author)
            told, outdated = row.model_dump_json(), _outdated(campaign.scheme, row)
        except (Rejected, *HOSTILE) as error:
            flaw = (
                error if isinstance(error, Rejected) else Rejected(Flaw.BAD_VALUE, f"{type(error).__name__}: {error}")
            )
            row = _quarantined(identity, answer, task.id, made, author, flaw)
            told, outdated = row.model_dump_json(), None
        yield Seen(identity, _whole(answer.updated_at), _state(answer), row, told, outdated)


def _edited(task: Task) -> bool:
    try:
        return digest(task.data) != task.text_hash
    except HOSTILE:
        return True


def _state(answer: Answer) -> str:
    try:
        return digest(answer.was_cancelled, answer.result)
    except HOSTILE:
        return digest(answer.was_cancelled, answer.updated_at)


def _whole(text: str) -> str:
    """Return a text that can be stored: half a character is escaped."""
    return text.encode(errors="backslashreplace").decode()


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
        key=_whole(task.key) if task else "",
        annotator=author["annotator"],
        origin=_origin(answer, author),
        reason=flaw.reason,
        detail=_whole(flaw.detail),
        raw=_raw(answer),
    )


def _raw(answer: Answer) -> str:
    whole = {name: value for name, value in answer if name != "completed_by"}
    try:
        return json.dumps(whole, ensure_ascii=True, sort_keys=True)
    except HOSTILE:  # brackets too deep to be written again; the chunk has them
        return json.dumps(whole | {"result": None}, ensure_ascii=True, sort_keys=True)
