"""Label Studio's JSON: tasks with their answers, as an import takes them and an export gives them.

What is written makes a project with these answers, once its raters have accounts with the mails that
stand there. What is read is checked as a pull checks it.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from annotation.answers.chunks import Answer, Answered, tasks_of
from annotation.interchange.formats import Format, without
from annotation.interchange.lines import optional
from annotation.interchange.losses import Rule
from annotation.interchange.offsets import Offsets
from annotation.interchange.rows import Collector, Ratings, Record, name_of, rater_of
from annotation.schema import Annotation, Flaw, Status, Task
from annotation.schemes.answers import Rejected, parse, results_of
from annotation.schemes.scheme import Scheme
from annotation.tasks import from_server, to_server
from corpus.errors import WirecopyError
from corpus.files import digest, read_json, write_json

MAIL = "@imported.invalid"  # RFC 2606: nobody's mailbox; Label Studio knows people by their mails


def read(path: Path, into: Collector, _form: Format) -> None:
    """Read an export, or an import file with answers; a line of ours is the number of a task."""
    exported = read_json(path)
    if not isinstance(exported, list):
        raise WirecopyError(f"{path} is no Label Studio file: it must be a list of tasks", hint="export it as JSON")
    for number, raw in enumerate(exported, 1):
        try:
            names, task = _checked(raw, number, path)
            made = _task(task, into.scheme)
        except Rejected as flaw:
            into.tell(number, flaw.detail, flaw.reason)
            continue
        for answer in task.annotations:
            try:
                into.add(_record(made, answer, names, into.scheme))
            except (Rejected, ValueError) as flaw:
                into.tell(number, str(flaw), getattr(flaw, "reason", Flaw.BAD_VALUE))


def _checked(raw: Any, number: int, path: Path) -> tuple[dict[int, str], Answered]:
    """Return a task with its answers, and who gave each of them; numbers that a file does not have are made."""
    names: dict[int, str] = {}
    if isinstance(raw, dict):
        raw = {"id": number} | raw
        answers = optional(raw, "annotations", list) or []
        if not all(isinstance(one, dict) for one in answers):
            raise Rejected(Flaw.BAD_VALUE, "an annotation is no object")
        raw["annotations"] = [{"id": at} | one | {"completed_by": at} for at, one in enumerate(answers)]
        names = {at: _name(one.get("completed_by")) for at, one in enumerate(answers)}
    try:
        return names, tasks_of([raw], path)[0]
    except WirecopyError as error:
        raise Rejected(Flaw.BAD_VALUE, error.message) from None


def _name(author: Any) -> str:
    found = author.get("email") or author.get("id") if isinstance(author, Mapping) else author
    return "" if found is None else str(found).removesuffix(MAIL)


def _task(task: Answered, scheme: Scheme) -> Task:
    made = from_server(task.model_dump(include={"data", "meta"}))
    if made is None:
        raise Rejected(Flaw.NO_KEY, "the task was not made by wirecopy")
    counts = {len(made.doc_ids), len(made.languages)}
    if counts != {len(scheme.sides)} or not all(isinstance(made.data.get(f"{one}_text"), str) for one in scheme.sides):
        raise Rejected(Flaw.NO_KEY, f"the task shows no {' and '.join(scheme.sides)} with document and language")
    if digest(made.data) != made.text_hash:
        raise Rejected(Flaw.TASK_EDITED, "the task's text was changed on the server")
    if made.scheme_hash != scheme.hash:
        raise Rejected(Flaw.OTHER_QUESTIONS, f"the task asks the questions of {made.guideline_version}")
    return made


def _record(made: Task, answer: Answer, names: Mapping[int, str], scheme: Scheme) -> Record:
    skipped = answer.was_cancelled
    values, spans = ({}, []) if skipped else parse(scheme, answer.result, made.data)
    rater, origin = rater_of(names[answer.completed_by or 0])
    return Record(
        rater=rater,
        doc_ids=made.doc_ids,
        data=made.data,
        languages=made.languages,
        values=dict(values),
        spans=spans,
        segment_ids=made.segment_ids,
        target_id=made.target_id,
        paragraph=made.paragraph,
        start=made.start,
        stratum=made.stratum,
        control=made.control,
        prefill=made.prefill,
        status=Status.SKIPPED if skipped else Status.SUBMITTED,
        origin=origin,
        lead_time=answer.lead_time,
        created=answer.created_at,
        updated=answer.updated_at,
    )


def write(ratings: Ratings, path: Path, _form: Format) -> None:
    """Write an import file; times are for who reads the file, a server sets its own."""
    given: dict[str, list[dict[str, Any]]] = {task.key: [] for task in ratings.tasks}
    for task, one in ratings.pairs():
        given[task.key].append(_answer(ratings.scheme, task, one))
    write_json(path, [to_server(task) | {"annotations": given[task.key]} for task in ratings.tasks])


def _answer(scheme: Scheme, task: Task, one: Annotation) -> dict[str, Any]:
    name = name_of(one)
    return {
        "completed_by": {"email": name if "@" in name else name + MAIL},
        "result": results_of(scheme, one.values, one.spans, task.data),
        "was_cancelled": one.status is Status.SKIPPED,
        "lead_time": one.lead_time,
        "created_at": one.created,
        "updated_at": one.updated,
    }


def _ordered(record: Record, _scheme: Scheme, _form: Format) -> Iterable[str]:
    record.spans = sorted(record.spans, key=lambda span: (span.side, span.start, span.end, span.label))
    return ()


def _asked_names(record: Record, scheme: Scheme, _form: Format) -> Iterable[str]:
    """Take the names away that the page would not ask for."""
    spans = record.spans
    lost = [one for one in spans if one.holder_name and not scheme.is_named(one.question, one.holder)]
    record.spans = [one.model_copy(update={"holder_name": None}) if one in lost else one for one in spans]
    return [repr(one.holder_name) for one in lost]


def _grouped(head: str) -> bool:
    return head.lstrip().startswith("[") and '"data"' in head


FORMAT = Format(
    name="label-studio",
    suffix=".json",
    offsets=Offsets("code points", "exclusive"),
    schemes=("translation-esa", "translation-mqm", "translation-mqm-core", "stance", "stance-simple", "fluency"),
    misfit=lambda _scheme: None,
    loses=(
        *without(
            *("skips", "marks", "marks in the source", "overlapping marks", "remarks on marks", "names of holders"),
            *("context", "languages", "strata", "predictions shown", "places in a document", "times", "lead times"),
        ),
        Rule("order of marks", _ordered),
        Rule("names of holders that are not asked for", _asked_names),
    ),
    knows=lambda _path, head: _grouped(head),
    read=read,
    write=write,
    grouped=True,
)
