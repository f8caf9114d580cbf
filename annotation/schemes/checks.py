"""Contradictions: rules of a scheme that tell which answers can't be meant."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from annotation.schema import Span
from corpus.config import Section

if TYPE_CHECKING:
    from annotation.schemes.scheme import Scheme

Path = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(/[a-z][a-z0-9_]*){0,2}$")]


class Check(Section):
    """A rule that an answer breaks where all of its conditions hold at once.

    `with`: a choice has one of these values. `below`, `above`: a number is under or over a bound.
    `spans`: one of these is marked, as question, question/row or question/row/label. `without`: none
    of these is marked. `unnamed`: a span of this question needs a name and has none. `blank`: one of
    these is not answered.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    text: str = Field(min_length=1)
    with_: dict[str, list[str]] = Field(default={}, alias="with")
    below: dict[str, Annotated[float, Field(strict=False)]] = Field(default={})
    above: dict[str, Annotated[float, Field(strict=False)]] = Field(default={})
    spans: list[Path] = Field(default=[])
    without: list[Path] = Field(default=[])
    unnamed: str | None = None
    blank: list[str] = Field(default=[])


def contradictions(scheme: "Scheme", values: Mapping[str, Any], spans: Sequence[Span]) -> list[str]:
    """Return the ids of the checks that an answer breaks, in the order of the scheme.

    A skip has no answers, so it is not to be asked.
    """
    marked = {path for span in spans for path in paths_of(span)}
    nameless = {span.question for span in spans if not span.holder_name and scheme.is_named(span.question, span.holder)}
    return [check.id for check in scheme.checks if _broken(check, values, marked, nameless)]


def paths_of(span: Span) -> tuple[str, ...]:
    """Return the ways in which a check may speak of a span: question, question/row, question/row/label."""
    row = span.holder or span.severity
    parts = [span.question, *([row] if row else []), span.label]
    return tuple("/".join(parts[:length]) for length in range(1, len(parts) + 1))


def _broken(check: Check, values: Mapping[str, Any], marked: set[str], nameless: set[str]) -> bool:
    return (
        all(values.get(name) in wanted for name, wanted in check.with_.items())
        and all(_number(values, name) < bound for name, bound in check.below.items())
        and all(_number(values, name, -1) > bound for name, bound in check.above.items())
        and (not check.spans or not marked.isdisjoint(check.spans))
        and marked.isdisjoint(check.without)
        and (check.unnamed is None or check.unnamed in nameless)
        and (not check.blank or any(values.get(name) is None for name in check.blank))
    )


def _number(values: Mapping[str, Any], name: str, sign: int = 1) -> float:
    value = values.get(name)
    return sign * float("inf") if value is None else float(value)


def check_rule(scheme: "Scheme", check: Check) -> None:
    """Raise ValueError where a check speaks of something that the scheme does not have, or of nothing."""
    conditions = (check.with_, check.below, check.above, check.spans, check.without, check.unnamed, check.blank)
    if not any(conditions):
        raise ValueError(f"check {check.id}: it has no condition")
    for flaw in _flaws(scheme, check):
        raise ValueError(f"check {check.id}: {flaw}")


def _flaws(scheme: "Scheme", check: Check) -> Iterator[str]:
    questions = {question.name: question for question in scheme.questions}
    kinds = {name: question.type for name, question in questions.items()}
    paths = scheme.paths()
    for name, wanted in check.with_.items():
        known = [option.value for option in getattr(questions.get(name), "options", [])]
        yield from (f"with: '{name}' has no option '{value}'" for value in wanted or ["none"] if value not in known)
    yield from (f"'{name}' is no number" for name in (*check.below, *check.above) if kinds.get(name) != "number")
    yield from (
        f"blank: '{name}' has no value" for name in check.blank if kinds.get(name) not in ("choice", "number", "text")
    )
    yield from (f"nothing is marked as '{path}'" for path in (*check.spans, *check.without) if path not in paths)
    if check.unnamed and not getattr(questions.get(check.unnamed), "named", None):
        yield f"unnamed: '{check.unnamed}' has no named rows"
