"""Raw chunks to rows: every annotation becomes a row, or goes to quarantine with its reason."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from annotation.annotators import Pseudonyms
from annotation.campaign import Campaign
from annotation.schema import Annotation, Flaw, Origin, Quarantined, Span, Status, Task
from annotation.schemes.answers import Rejected, parse, value_features
from annotation.schemes.scheme import Scheme
from annotation.tasks import from_server
from corpus.features import features
from corpus.files import digest
from corpus.parquet import write


@dataclass(frozen=True)
class Collected:
    """The two places where an annotation can be."""

    annotations: list[Annotation] = field(default_factory=list)
    quarantined: list[Quarantined] = field(default_factory=list)


@dataclass
class _Seen:
    """One annotation as last seen, and whether its task still had it at the last look."""

    raw: Mapping[str, Any]
    task: Mapping[str, Any]
    author: Mapping[str, str]
    present: bool = True


def collect(campaign: Campaign, tasks: Iterable[Task], chunks: list[dict[str, Any]]) -> Collected:
    """Read chunks in order; the newest state of an annotation counts."""
    current = {task.key: task.payload for task in tasks}
    found = Collected()
    for identity, seen in sorted(_latest(campaign, chunks).items()):
        task = from_server(seen.task)
        origin = _origin(seen)
        try:
            if not seen.present:
                raise Rejected(Flaw.DELETED, "it is gone from the server")
            if task is None or task.campaign != campaign.name:
                raise Rejected(Flaw.NO_KEY, "its task was not made by this campaign")
            if digest(task.data) != task.text_hash:
                raise Rejected(Flaw.TASK_EDITED, "the task's text was changed on the server")
            found.annotations.append(_row(campaign.scheme, identity, seen, task, origin, current.get(task.key)))
        except Rejected as flaw:
            found.quarantined.append(
                Quarantined(
                    annotation_id=identity,
                    task_id=int(seen.task.get("id") or 0),
                    key=task.key if task else "",
                    annotator=seen.author["annotator"],
                    origin=origin,
                    reason=flaw.reason,
                    detail=flaw.detail,
                    raw=json.dumps(_nameless(seen.raw), ensure_ascii=True, sort_keys=True),
                )
            )
    return found


def save(campaign: Campaign, found: Collected) -> None:
    """Write `annotations.parquet` and `quarantine.parquet`."""
    columns = features(Annotation, values=value_features(campaign.scheme))
    rows = sorted(
        found.annotations,
        key=lambda one: (one.doc_ids, one.segment_ids, one.target_id or "", one.annotator, one.annotation_id),
    )
    write(campaign.folder / "annotations.parquet", rows, columns)
    write(campaign.folder / "quarantine.parquet", found.quarantined, features(Quarantined))


def _latest(campaign: Campaign, chunks: list[dict[str, Any]]) -> dict[str, _Seen]:
    pseudonyms = Pseudonyms(campaign.workspace.state)
    seen: dict[str, _Seen] = {}
    of_task: dict[tuple[int, int], set[str]] = {}
    for chunk in chunks:
        for task in chunk["tasks"]:
            now = {}
            for raw in task.get("annotations") or []:
                author = pseudonyms.look_up(raw.get("completed_by"), chunk["annotators"])
                now[_identity(raw, chunk["project"])] = _Seen(raw, task, author)
            place = chunk["project"], int(task.get("id") or 0)
            for lost in of_task.get(place, set()) - set(now):
                seen[lost].present = False
            of_task[place] = set(now) | of_task.get(place, set())
            seen |= now
    return seen


def _identity(raw: Mapping[str, Any], project: int) -> str:
    # Ids start again on a new server; the unique id, where there is one, does not.
    return str(raw.get("unique_id") or f"{project}-{raw['id']}")


def _row(scheme: Scheme, identity: str, seen: _Seen, task: Task, origin: Origin, current: str | None) -> Annotation:
    skipped = bool(seen.raw.get("was_cancelled"))
    values: dict[str, str | float | None] = dict.fromkeys(value_features(scheme))
    spans: list[Span] = []
    if not skipped:
        values, spans = _answers(scheme, seen, task)
    return Annotation(
        annotation_id=identity,
        key=task.key,
        payload=task.payload,
        stale=task.payload != current,
        campaign=task.campaign,
        doc_ids=task.doc_ids,
        segment_ids=task.segment_ids,
        target_id=task.target_id,
        annotator=seen.author["annotator"],
        origin=origin,
        status=Status.SKIPPED if skipped else Status.SUBMITTED,
        values=values,
        spans=spans,
        lead_time=seen.raw.get("lead_time"),
        created=str(seen.raw.get("created_at") or ""),
        updated=str(seen.raw.get("updated_at") or ""),
        guideline_version=task.guideline_version,
        scheme_hash=task.scheme_hash,
    )


def _answers(scheme: Scheme, seen: _Seen, task: Task) -> tuple[dict[str, str | float | None], list[Span]]:
    try:
        return parse(scheme, seen.raw.get("result") or [], task.data)
    except Rejected as flaw:
        if task.scheme_hash == scheme.hash:
            raise
        asked = f"made with other questions ({task.guideline_version}): {flaw.detail}"
        raise Rejected(Flaw.OTHER_QUESTIONS, asked) from None


def _origin(seen: _Seen) -> Origin:
    # Simulated answers say so in each of their regions too, so that a bare export keeps it.
    regions = seen.raw.get("result") or []
    if any(isinstance(one, Mapping) and one.get("origin") == Origin.SIMULATED for one in regions):
        return Origin.SIMULATED
    return Origin(seen.author["origin"])


def _nameless(raw: Mapping[str, Any]) -> dict[str, Any]:
    personal = ("completed_by", "updated_by", "last_created_by", "created_username", "created_ago")
    return {name: value for name, value in raw.items() if name not in personal}
