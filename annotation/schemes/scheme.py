"""What a scheme file may say."""

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from annotation.schemes.checks import Check, check_rule
from annotation.schemes.keys import PATTERN, check_free, keys_of
from corpus.config import Section
from corpus.files import digest

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Unit(StrEnum):
    """What one task shows."""

    DOCUMENT = "document"
    PARAGRAPH = "paragraph"
    PAIR = "pair"


SIDES = {Unit.DOCUMENT: ("article",), Unit.PARAGRAPH: ("article",), Unit.PAIR: ("source", "translation")}
# The columns that a label row has beside its questions, and the names of the texts on a page.
RESERVED = {
    *("key", "campaign", "doc_ids", "segment_ids", "target_id", "languages", "annotators", "skips", "origin"),
    *("method", "adjudicated", "target", "article_text", "source_text", "translation_text", "paragraph", "stratum"),
    *("adjudicated_by", "adjudicated_at", "adjudication_reason", "adjudication_confidence"),
    *("consensus_spans", "adjudicated_spans"),
    *(f"{side}{part}" for side in ("article", "source", "translation") for part in ("", "_before", "_after")),
}
SUFFIXES = ("_soft", "_distribution", "_agreement", "_values")
LOOKS = {"color", "key", "keys", "hint", "alias", "also", "lines"}


class Option(Section):
    """One answer: its value in the data, the words on the page, its key and colour.

    `alias` is its name in the files of others, such as `Accuracy/Mistranslation`; `also` are more of them.
    """

    value: Name
    text: str = Field(min_length=1)
    key: str | None = Field(default=None, pattern=PATTERN)
    color: str | None = Field(default=None, pattern=r"^#[0-9a-fA-F]{6}$")
    hint: str | None = None
    alias: str | None = Field(default=None, min_length=1)
    also: list[str] = Field(default=[])


class Spans(Section):
    """Passages of one side, marked with one key and one drag.

    Each row of labels is one value of `row` (holder or severity), each label one of `label`.
    `keys` has a word of keys for each row, a letter for each label. Spans of the `named` rows may
    carry the name of their holder.
    """

    type: Literal["spans"]
    name: Name
    title: str
    side: str
    row: Literal["holder", "severity"] | None = None
    rows: list[Option] = Field(default=[])
    labels: list[Option] = Field(min_length=1)
    keys: list[str] = Field(default=[])
    named: list[str] = Field(default=[])


class Choice(Section):
    """One answer out of several."""

    type: Literal["choice"]
    name: Name
    title: str
    options: list[Option] = Field(min_length=2)
    required: bool = True


class Number(Section):
    """A number within bounds."""

    type: Literal["number"]
    name: Name
    title: str
    min: float = Field(strict=False, allow_inf_nan=False)
    max: float = Field(strict=False, allow_inf_nan=False)
    step: float = Field(default=1.0, gt=0, strict=False, allow_inf_nan=False)
    required: bool = True


class Text(Section):
    """Free words, in a box of `lines`."""

    type: Literal["text"]
    name: Name
    title: str
    required: bool = False
    lines: int = Field(default=1, ge=1, le=20)


Question = Annotated[Spans | Choice | Number | Text, Field(discriminator="type")]


class Scheme(Section):
    """The questions of a campaign, the guideline that explains them, and the checks of the answers."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    version: str
    unit: Unit = Field(strict=False)
    target: bool | None = None
    title: str
    guideline: str = Field(min_length=1)
    questions: list[Question] = Field(min_length=1)
    checks: list[Check] = Field(default=[])

    @model_validator(mode="after")
    def _sound(self) -> "Scheme":
        if self.target and self.unit is Unit.PAIR:
            raise ValueError("target: a pair has no target")
        _distinct("question", [question.name for question in self.questions])
        for question in self.questions:
            if question.name in RESERVED or question.name.endswith(SUFFIXES):
                raise ValueError(f"'{question.name}' can't name a question: it is a column of the labels")
            _check_question(question, self.sides)
        if all(isinstance(question, Spans) for question in self.questions):
            raise ValueError("questions: one must be other than spans; an optional text will do")
        named = any(isinstance(question, Spans) and question.named for question in self.questions)
        check_free(list(self._keys()), named=named)
        _distinct("check", [check.id for check in self.checks])
        for check in self.checks:
            check_rule(self, check)
        return self

    @property
    def sides(self) -> tuple[str, ...]:
        """The texts that can be marked."""
        return SIDES[self.unit]

    @property
    def has_target(self) -> bool:
        """Whether a unit is asked about a target."""
        return self.unit is not Unit.PAIR if self.target is None else self.target

    @cached_property
    def hash(self) -> str:
        """A hash of what is asked; colours, keys, hints and checks can change under answers."""
        asked = json.loads(self.model_dump_json(include={"questions"}))["questions"]
        return digest(self.unit, self.has_target, _without(asked, LOOKS))

    @cached_property
    def guideline_hash(self) -> str:
        """A hash of the guideline's version: its authors say when its meaning changes."""
        return digest(self.id, self.version)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> "Scheme":
        """Return a copy; what was worked out for this scheme is not the copy's."""
        copy = super().model_copy(update=update, deep=deep)
        for name in ("hash", "guideline_hash"):
            copy.__dict__.pop(name, None)
        return copy

    def on(self, unit: str | None) -> "Scheme":
        """Return the scheme for another unit; None leaves its own.

        Raises ValueError where its questions mark a text that the unit does not have.
        """
        if unit is None or unit == self.unit:
            return self
        return Scheme.model_validate(self.model_dump(by_alias=True) | {"unit": unit})

    def is_named(self, question: str, row: str | None) -> bool:
        """Tell whether spans of this question and row may carry a name."""
        return any(row in one.named for one in self.questions if isinstance(one, Spans) and one.name == question)

    def paths(self) -> set[str]:
        """Return the ways to speak of spans: question, question/row, question/row/label."""
        found = set()
        for question in self.questions:
            if isinstance(question, Spans):
                heads = [f"{question.name}/{row.value}" for row in question.rows]
                found |= {question.name, *heads}
                found |= {f"{head}/{label.value}" for head in heads or [question.name] for label in question.labels}
        return found

    def _keys(self) -> Iterator[str]:
        for question in self.questions:
            if isinstance(question, Spans):
                yield from (key for word in question.keys for key in keys_of(word) if key)
            elif isinstance(question, Choice):
                yield from (option.key for option in question.options if option.key)


def side_of(scheme: Scheme, question: Question) -> str:
    """Return the text that an answer belongs to on the page: Label Studio's `to_name`."""
    if isinstance(question, Spans):
        return question.side
    return scheme.sides[0] if isinstance(question, Choice) else scheme.sides[-1]


def value_of(options: Sequence[Option], name: str) -> str | None:
    """Return the value of the option with this alias or value, or None: `Style/Awkward` is `style_awkward`."""
    found = [option.value for option in options if name in (option.alias, option.value, *option.also)]
    return found[0] if found else None


def alias_of(options: Sequence[Option], value: str) -> str:
    """Return the name that the files of others have for a value; the value where there is none."""
    return next((option.alias for option in options if option.value == value and option.alias), value)


def _check_question(question: Question, sides: tuple[str, ...]) -> None:
    if isinstance(question, Spans):
        _check_spans(question, sides)
    elif isinstance(question, Choice):
        _distinct_options(f"option of {question.name}", question.options)
    elif isinstance(question, Number) and question.min >= question.max:
        raise ValueError(f"question {question.name}: min must be below max")


def _check_spans(question: Spans, sides: tuple[str, ...]) -> None:
    if question.side not in sides:
        raise ValueError(f"question {question.name}: side '{question.side}' is none of {list(sides)}")
    if bool(question.row) != bool(question.rows):
        raise ValueError(f"question {question.name}: row and rows go together")
    _distinct_options(f"row of {question.name}", question.rows)
    _distinct_options(f"label of {question.name}", question.labels)
    rows = [row.value for row in question.rows]
    if unknown := [one for one in question.named if one not in rows or question.row != "holder"]:
        raise ValueError(f"question {question.name}: named: '{unknown[0]}' is no row of holders")
    words = [keys_of(word) for word in question.keys]
    if words and (len(words) != (len(rows) or 1) or any(len(word) != len(question.labels) for word in words)):
        wanted = f"{len(rows) or 1} words of {len(question.labels)} keys"
        raise ValueError(f"question {question.name}: keys needs {wanted}")


def _without(value: Any, names: set[str]) -> Any:
    if isinstance(value, dict):
        return {name: _without(one, names) for name, one in value.items() if name not in names}
    return [_without(one, names) for one in value] if isinstance(value, list) else value


def _distinct_options(what: str, options: list[Option]) -> None:
    _distinct(what, [option.value for option in options])
    _distinct(f"alias, {what}", [name for one in options for name in {one.value, one.alias, *one.also} if name])


def _distinct(what: str, values: list[str]) -> None:
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        raise ValueError(f"{what} '{twice[0]}' stands twice")
