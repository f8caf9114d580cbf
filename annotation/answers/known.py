"""Answers that somebody else gave, gold or predicted: JSON lines, held against units and scheme.

A campaign outlives its articles: a line whose unit is gone, or whose text was edited since, is
skipped and counted. What no edit explains is an error.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from annotation.schema import Flaw, Known, Span, Task
from annotation.schemes.answers import Rejected, parse, results_of
from annotation.schemes.scheme import Scheme, Spans
from corpus.errors import WirecopyError

T = TypeVar("T")
Key = TypeVar("Key")
Place = tuple[tuple[str, ...], tuple[str, ...], str | None, int | None]


class Fitting(dict[Key, T]):
    """What fits the units of a campaign; `skipped` lines name a unit that is gone or another text."""

    skipped: int = 0


def read(path: Path, scheme: Scheme, tasks: Sequence[Task]) -> Fitting[str, Known]:
    """Read a file of known answers; return them by unit key, in its order.

    Raises WirecopyError with file and line where a line is malformed or breaks the scheme.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise WirecopyError(f"{path}: can't be read: {error.strerror}", hint=f"check {path}") from None
    return known_answers(lines, scheme, tasks, where=str(path))


def known_answers(
    lines: Iterable[bytes], scheme: Scheme, tasks: Sequence[Task], *, where: str, strict: bool = False
) -> Fitting[str, Known]:
    """Return the known answer of each unit that the JSON lines of `where` name; at most one a unit.

    With `strict`, a line that fits no unit or not its text is an error too.
    """
    units = {task.key: task for task in tasks}
    places = {_place_of(task): task for task in tasks}
    found: Fitting[str, Known] = Fitting()
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        known = _known(line, scheme, where, number)
        task = units.get(known.key) if known.key is not None else places.get(_place_of(known))
        told = _other_text(scheme, known, task) if task else f"no unit of this campaign is {_told(known)}"
        if told and strict:
            raise _wrong(where, number, told)
        if told or task is None:
            found.skipped += 1
        elif task.key in found:
            raise _wrong(where, number, f"the unit {_told(known)} stands twice")
        else:
            found[task.key] = known.model_copy(update={"key": task.key})
    return found


def _known(line: bytes, scheme: Scheme, where: str, number: int) -> Known:
    try:
        known = Known.model_validate_json(line)
    except ValueError as error:
        raise _wrong(where, number, _first(error)) from None
    if known.key is None and not known.doc_ids:
        raise _wrong(where, number, "no unit is named: it has neither key nor doc_ids")
    if told := _flaw_of(scheme, known):
        raise _wrong(where, number, told)
    return known


def _flaw_of(scheme: Scheme, known: Known) -> str | None:
    """Return how a known answer breaks the scheme, whatever its text; it may leave questions open."""
    asked = {question.name: isinstance(question, Spans) for question in scheme.questions}
    for name in known.values:
        if asked.get(name, True):
            return f"the scheme has no question '{name}' that takes a value"
    for span in known.spans:
        if not asked.get(span.question, False):
            return f"the scheme has no question '{span.question}' that takes spans"
        # A page shows a line break inside a mark as a backslash and an n.
        if span.start < 0 or span.end - span.start not in (len(span.text), len(span.text.replace("\\n", "\n"))):
            return f"'{span.question}' [{span.start}:{span.end}] is not as long as its text"
    # Each mark on a text of its own, which is that mark.
    alone = [one.model_copy(update={"start": 0, "end": len(one.text)}) for one in known.spans]
    flaws = [_parsed(scheme, {}, [one], {f"{one.side}_text": one.text}) for one in alone]
    return next((told for told in (_parsed(scheme, known.values, [], {}), *flaws) if told), None)


def _other_text(scheme: Scheme, known: Known, task: Task) -> str | None:
    """Return how the spans of a known answer do not fit the present text of its unit."""
    return _parsed(scheme, known.values, known.spans, task.data)


def _parsed(scheme: Scheme, values: Mapping[str, Any], spans: Sequence[Span], data: Mapping[str, Any]) -> str | None:
    try:
        parse(scheme, results_of(scheme, values, spans, data), data)
    except Rejected as flaw:
        return None if flaw.reason is Flaw.MISSING_ANSWER else flaw.detail
    return None


def _place_of(one: Task | Known) -> Place:
    return tuple(one.doc_ids), tuple(one.segment_ids), one.target_id, one.paragraph


def _told(known: Known) -> str:
    parts = (*known.doc_ids, *known.segment_ids, known.target_id, known.paragraph)
    return known.key or ", ".join(str(part) for part in parts if part is not None)


def _wrong(where: str, number: int, told: str) -> WirecopyError:
    return WirecopyError(f"{where}:{number}: {told}", hint="mend that line, then run it again")


def _first(error: ValueError) -> str:
    from pydantic import ValidationError

    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"[{place}] {first['msg']}" if place else str(first["msg"])
