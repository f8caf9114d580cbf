"""What a scheme file may say."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from corpus.config import Section
from corpus.files import digest

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Unit(StrEnum):
    """What one task shows."""

    DOCUMENT = "document"
    PAIR = "pair"


SIDES = {Unit.DOCUMENT: ("article",), Unit.PAIR: ("source", "translation")}


# The columns that a label row has beside its questions.
RESERVED = {
    *("key", "campaign", "doc_ids", "segment_ids", "target_id", "languages", "annotators", "skips", "origin"),
    *("method", "adjudicated", "target", "article_text", "source_text", "translation_text"),
}
SUFFIXES = ("_distribution", "_agreement", "_values")


class Option(Section):
    """One answer: its value in the data, the words on the page, its key and colour."""

    value: Name
    text: str = Field(min_length=1)
    key: str | None = Field(default=None, max_length=1)
    color: str | None = Field(default=None, pattern=r"^#[0-9a-fA-F]{6}$")
    hint: str | None = None


class Spans(Section):
    """Passages of one side, marked with one key and one drag.

    Each row of labels is one value of `row` (holder or severity), each label one of `label`.
    `keys` has a word of keys for each row, a letter for each label.
    """

    type: Literal["spans"]
    name: Name
    title: str
    side: str
    row: Literal["holder", "severity"] | None = None
    rows: list[Option] = Field(default=[])
    labels: list[Option] = Field(min_length=1)
    keys: list[str] = Field(default=[])


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
    min: float = Field(strict=False)
    max: float = Field(strict=False)
    step: float = Field(default=1, strict=False)
    required: bool = True


Question = Annotated[Spans | Choice | Number, Field(discriminator="type")]


class Scheme(Section):
    """The questions of a campaign and the guideline that explains them."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    version: str
    unit: Unit = Field(strict=False)
    title: str
    guideline: str = Field(min_length=1)
    questions: list[Question] = Field(min_length=1)

    @model_validator(mode="after")
    def _sound(self) -> "Scheme":
        _distinct("question", [question.name for question in self.questions])
        _distinct("key", list(self._keys()))
        for question in self.questions:
            if question.name in RESERVED or question.name.endswith(SUFFIXES):
                raise ValueError(f"'{question.name}' can't name a question: it is a column of the labels")
            if isinstance(question, Spans):
                _check_spans(question, SIDES[self.unit])
            elif isinstance(question, Choice):
                _distinct(f"option of {question.name}", [option.value for option in question.options])
            elif question.min >= question.max:
                raise ValueError(f"question {question.name}: min must be below max")
        return self

    @property
    def hash(self) -> str:
        """A hash of what is asked; colours, keys and hints can change under answers."""
        looks = {"color", "key", "keys", "hint"}
        return digest(self.unit, [_without(question.model_dump(), looks) for question in self.questions])

    @property
    def guideline_hash(self) -> str:
        """A hash of the guideline's version: its authors say when its meaning changes."""
        return digest(self.id, self.version)

    def _keys(self) -> Iterator[str]:
        for question in self.questions:
            if isinstance(question, Spans):
                yield from (key for word in question.keys for key in word)
            elif isinstance(question, Choice):
                yield from (option.key for option in question.options if option.key)


def _check_spans(question: Spans, sides: tuple[str, ...]) -> None:
    if question.side not in sides:
        raise ValueError(f"question {question.name}: side '{question.side}' is none of {list(sides)}")
    if bool(question.row) != bool(question.rows):
        raise ValueError(f"question {question.name}: row and rows go together")
    _distinct(f"row of {question.name}", [row.value for row in question.rows])
    _distinct(f"label of {question.name}", [label.value for label in question.labels])
    rows = len(question.rows) or 1
    if question.keys and (
        len(question.keys) != rows or any(len(word) != len(question.labels) for word in question.keys)
    ):
        raise ValueError(f"question {question.name}: keys needs {rows} words of {len(question.labels)} keys")


def _without(value: Any, names: set[str]) -> Any:
    if isinstance(value, dict):
        return {name: _without(one, names) for name, one in value.items() if name not in names}
    return [_without(one, names) for one in value] if isinstance(value, list) else value


def _distinct(what: str, values: list[str]) -> None:
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        raise ValueError(f"{what} '{twice[0]}' stands twice")
