"""What a preset file may say: one way of making scores of answers, with a name and a version.

`fits` tells whether a preset can score what a scheme asks.
"""

from fnmatch import fnmatchcase
from typing import Annotated, Literal

from pydantic import Field, model_validator

from annotation.schemes.scheme import Number, Scheme, Spans, Unit
from corpus.config import Section

Basis = Literal["errors", "number"]
Weight = Annotated[float, Field(ge=0, le=1_000_000, strict=False, allow_inf_nan=False)]  # sums must stay finite
Pattern = Annotated[str, Field(min_length=1)]


class Rule(Section):
    """The weight of an error of one of these categories and one of these severities; empty means any.

    A category is the head of a path (`Fluency` is `Fluency/Grammar` too), or a pattern with `*`. Letter
    case, `-` and `_` make no difference.
    """

    category: list[Pattern] = Field(default=[])
    severity: list[Pattern] = Field(default=[])
    weight: Weight

    def covers(self, category: str, severity: str) -> bool:
        """Tell whether an error falls under this rule."""
        of_category = not self.category or any(is_in(category, one) for one in self.category)
        return of_category and (not self.severity or any(is_in(severity, one) for one in self.severity))


class Drop(Section):
    """What is left out before anything is counted, as patterns with `*`.

    `items` are the types of items that rating tools write: a spoilt text is `BAD` in Appraise.
    """

    documents: list[Pattern] = Field(default=[])
    outlets: list[Pattern] = Field(default=[])
    items: list[Pattern] = Field(default=[])


class Preset(Section):
    """One way of making scores.

    With the `basis` errors an answer is the sum of its errors' weights: the first of `rules` that covers an
    error weighs it, one that none covers weighs 0. An error of an `alone` category replaces all others of its
    answer; `cap` is the most that an answer can weigh. `per` words makes a quality score of it,
    100 x (1 - weight / words of the source). With the basis number an answer is its number within `number`.

    A segment is the mean over its raters, a document over its segments; an outlet or system is the mean over
    its `segments`, or over its `domains`, each the mean of its segments. `schemes` use it unless told otherwise.
    """

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z.]+$")]
    title: str = Field(min_length=1)
    sources: list[str] = Field(min_length=1)
    basis: Basis
    better: Literal["lower", "higher"]
    rules: list[Rule] = Field(default=[])
    alone: list[Pattern] = Field(default=[])
    cap: Weight | None = None
    per: Literal["segment", "words"] = "segment"
    number: tuple[Annotated[float, Field(strict=False)], Annotated[float, Field(strict=False)]] | None = Field(
        default=None, strict=False
    )
    mean: Literal["segments", "domains"] = "segments"
    drop: Drop = Drop()
    schemes: list[str] = Field(default=[])

    @model_validator(mode="after")
    def _sound(self) -> "Preset":
        if (self.basis == "number") != (self.number is not None):
            raise ValueError("number: the basis number has its bounds, number = [0, 100]; the basis errors has none")
        if (self.basis == "errors") != bool(self.rules):
            raise ValueError("rules: the basis errors has rules, the basis number has none")
        if self.basis == "number" and (self.per != "segment" or self.alone or self.cap is not None):
            raise ValueError("basis: per, alone and cap are for errors")
        if self.per == "words" and self.better == "lower":
            raise ValueError("better: a score per words is 100 where nothing is wrong, so higher is better")
        return self

    @property
    def is_higher_better(self) -> bool:
        """Whether more is better."""
        return self.better == "higher"

    def weight(self, category: str, severity: str) -> float | None:
        """Return the weight of an error; None where no rule covers it, which weighs 0."""
        return next((rule.weight for rule in self.rules if rule.covers(category, severity)), None)


def is_in(name: str, pattern: str) -> bool:
    """Tell whether a name is what a pattern says, or stands below it on a path."""
    name, pattern = _folded(name), _folded(pattern)
    return fnmatchcase(name, pattern) or fnmatchcase(name, f"{pattern}/*")


def misfit(preset: Preset, scheme: Scheme) -> str | None:
    """Return why a preset can't score a scheme's answers, or None where it can."""
    if scheme.unit is not Unit.PAIR:
        return f"it is for a {scheme.unit} without its source"
    if preset.basis == "number" and number_of(preset, scheme) is None:
        low, high = preset.number or (0, 0)
        return f"it asks for no number from {low:g} to {high:g}"
    if preset.basis == "errors" and not any(
        isinstance(one, Spans) and one.row == "severity" for one in scheme.questions
    ):
        return "it marks no errors with a severity"
    return None


def number_of(preset: Preset, scheme: Scheme) -> str | None:
    """Return the question whose number a preset takes."""
    numbers = (one for one in scheme.questions if isinstance(one, Number))
    return next((one.name for one in numbers if (one.min, one.max) == preset.number), None)


def _folded(name: str) -> str:
    # Google's files have `Non-translation!`, others `non_translation`: one category.
    parts = name.casefold().replace("_", " ").replace("-", " ").split("/")
    return "/".join(part.strip().removesuffix("!").strip() for part in parts)
