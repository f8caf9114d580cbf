"""Raw chunks to rows: every annotation becomes a row, or goes to quarantine with its reason."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from annotation.campaign import Campaign
from annotation.chunks import Answer, Answered, Chunk
from annotation.schema import Annotation, Flaw, Origin, Quarantined, Span, Status, Task
from annotation.schemes.answers import Rejected, parse, value_features
from annotation.schemes.scheme import Scheme
from annotation.tasks import from_server
from corpus.features import features
from corpus.files import digest
from corpus.parquet import write

UNKNOWN = {"annotator": "rater-unknown", "origin": Origin.HUMAN}


@dataclass(frozen=True)
class Collected:
    """The two places where an annotation can be."""

    annotations: list[Annotation] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)


@dataclass
class _Seen:
    """One annotation in its newest state, and whether its task still had it at the last look."""

    identity: str
    answer: Answer
    task: Answered
    author: Mapping[str, str]
    present: bool = True

    @property
    def origin(self) -> Origin:
        # Simulated answers say so in a region too, so that a bare export keeps it.
        if any(isinstance(one, Mapping) and one.get("origin") == Origin.SIMULATED for one in self.answer.result):
            return Origin.SIMULATED
        return Origin(self.author["origin"])


def collect(campaign: Campaign, tasks: Iterable[Task], chunks: Iterable[Chunk]) -> Collected:
    """Sort the newest state of every annotation that any chunk holds."""
    current = {task.key: task.payload for task in tasks}
    found = Collected()
    for _, seen in sorted(_newest(chunks).items()):
        task = from_server(seen.task.model_dump())
        try:
            found.annotations.append(_row(campaign, seen, task, current))
        except Rejected as flaw:
            found.quarantined.append(_quarantined(seen, task, flaw))
    return found


def save(campaign: Campaign, found: Collected) -> None:
    """Write `annotations.parquet` and `quarantine.parquet`, in a stable order."""
    columns = features(Annotation, values=value_features(campaign.scheme))
    rows = sorted(found.annotations, key=_place)
    write(campaign.folder / "annotations.parquet", rows, columns)
    write(campaign.folder / "quarantine.parquet", found.quarantined, features(Quarantined))


def _place(one: Annotation) -> tuple[object, ...]:
    return one.doc_ids, one.segment_ids, one.target_id or "", one.annotator, one.annotation_id


def _newest(chunks: Iterable[Chunk]) -> dict[str, _Seen]:
    seen: dict[str, _Seen] = {}
    of_task: dict[tuple[str, int], set[str]] = {}
    for chunk in chunks:
        for task in chunk.tasks:
            now = {one.identity: one for one in (_seen(answer, task, chunk) for answer in task.annotations)}
            # Only a server tells by silence: a file may hold a part of the answers.
            for lost in of_task.get((chunk.source, task.id), set()) - set(now) if chunk.server else ():
                seen[lost].present = False
            of_task[chunk.source, task.id] = set(now) | of_task.get((chunk.source, task.id), set())
            for identity, one in now.items():
                if identity not in seen or one.answer.updated_at >= seen[identity].answer.updated_at:
                    seen[identity] = one
    return seen


def _seen(answer: Answer, task: Answered, chunk: Chunk) -> _Seen:
    # Ids start again on a new server; the unique id, where there is one, does not.
    identity = answer.unique_id or f"{chunk.source}-{answer.id}"
    return _Seen(identity, answer, task, chunk.annotators.get(str(answer.completed_by), UNKNOWN))


def _row(campaign: Campaign, seen: _Seen, task: Task | None, current: Mapping[str, str]) -> Annotation:
    if not seen.present:
        raise Rejected(Flaw.DELETED, "it is gone from the server")
    if task is None or task.campaign != campaign.name:
        raise Rejected(Flaw.NO_KEY, "its task was not made by this campaign")
    if digest(task.data) != task.text_hash:
        raise Rejected(Flaw.TASK_EDITED, "the task's text was changed on the server")
    values, spans = _answers(campaign.scheme, seen.answer, task)
    return Annotation(
        annotation_id=seen.identity,
        **task.model_dump(exclude={"data", "languages", "text_hash"}),
        stale=task.payload != current.get(task.key),
        annotator=seen.author["annotator"],
        origin=seen.origin,
        status=Status.SKIPPED if seen.answer.was_cancelled else Status.SUBMITTED,
        values=values,
        spans=spans,
        lead_time=seen.answer.lead_time,
        created=seen.answer.created_at,
        updated=seen.answer.updated_at,
    )


def _answers(scheme: Scheme, answer: Answer, task: Task) -> tuple[dict[str, str | float | None], list[Span]]:
    if answer.was_cancelled:
        return dict.fromkeys(value_features(scheme)), []
    try:
        return parse(scheme, answer.result, task.data)
    except Rejected as flaw:
        if task.scheme_hash == scheme.hash:
            raise
        asked = f"made with other questions ({task.guideline_version}): {flaw.detail}"
        raise Rejected(Flaw.OTHER_QUESTIONS, asked) from None


def _quarantined(seen: _Seen, task: Task | None, flaw: Rejected) -> Quarantined:
    return Quarantined(
        annotation_id=seen.identity,
        task_id=seen.task.id,
        key=task.key if task else "",
        annotator=seen.author["annotator"],
        origin=seen.origin,
        reason=flaw.reason,
        detail=flaw.detail,
        raw=json.dumps(seen.answer.model_dump(exclude={"completed_by"}), ensure_ascii=True, sort_keys=True),
    )
