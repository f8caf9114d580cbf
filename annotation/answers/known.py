"""Answers that somebody else gave, gold or predicted: JSON lines, held against units and scheme."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from annotation.schema import Flaw, Known, Task
from annotation.schemes.answers import Rejected, parse, results_of
from annotation.schemes.scheme import Scheme, Spans
from corpus.errors import WirecopyError

Place = tuple[tuple[str, ...], tuple[str, ...], str | None, int | None]


def read(path: Path, scheme: Scheme, tasks: Sequence[Task]) -> dict[str, Known]:
    """Read a file of known answers; return them by unit key, in its order.

    Raises WirecopyError with file and line.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise WirecopyError(f"{path}: can't be read: {error.strerror}", hint=f"check {path}") from None
    return known_answers(lines, scheme, tasks, where=str(path))


def known_answers(lines: Iterable[bytes], scheme: Scheme, tasks: Sequence[Task], *, where: str) -> dict[str, Known]:
    """Return the known answer of each unit that the JSON lines of `where` name; at most one a unit."""
    units = {task.key: task for task in tasks}
    places = {_place_of(task): task for task in tasks}
    found: dict[str, Known] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            known = Known.model_validate_json(line)
        except ValueError as error:
            raise _wrong(where, number, _first(error)) from None
        task = units.get(known.key) if known.key is not None else places.get(_place_of(known))
        if task is None:
            raise _wrong(where, number, f"no unit of this campaign is {known.key or _told(known)}")
        if task.key in found:
            raise _wrong(where, number, f"the unit {known.key or _told(known)} stands twice")
        if told := flaw_of(scheme, known, task):
            raise _wrong(where, number, told)
        found[task.key] = known.model_copy(update={"key": task.key})
    return found


def flaw_of(scheme: Scheme, known: Known, task: Task) -> str | None:
    """Return how a known answer breaks the scheme or the text of its unit; it may leave questions open."""
    asked = {question.name: isinstance(question, Spans) for question in scheme.questions}
    for name in known.values:
        if asked.get(name, True):
            return f"the scheme has no question '{name}' that takes a value"
    for span in known.spans:
        if not asked.get(span.question, False):
            return f"the scheme has no question '{span.question}' that takes spans"
    results = results_of(scheme, known.values, known.spans, task.data)
    try:
        parse(scheme, results, task.data)
    except Rejected as flaw:
        return None if flaw.reason is Flaw.MISSING_ANSWER else flaw.detail
    return None


def _place_of(one: Task | Known) -> Place:
    return tuple(one.doc_ids), tuple(one.segment_ids), one.target_id, one.paragraph


def _told(known: Known) -> str:
    parts = (*known.doc_ids, *known.segment_ids, known.target_id, known.paragraph)
    return ", ".join(str(part) for part in parts if part is not None) or "named: it has neither key nor doc_ids"


def _wrong(where: str, number: int, told: str) -> WirecopyError:
    return WirecopyError(f"{where}:{number}: {told}", hint="mend that line, then run it again")


def _first(error: ValueError) -> str:
    from pydantic import ValidationError

    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"[{place}] {first['msg']}" if place else str(first["msg"])
