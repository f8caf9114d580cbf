"""A number as it is told: with its interval, what it was counted on, and a signature that says how."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from annotation.schema import Origin


class Figure(NamedTuple):
    """A value, or None and the `reason` why it is undefined.

    `low` and `high` are its 95 % bootstrap interval where one was asked for; `units` and `answers`
    say what it was counted on. Two figures may be compared where their signatures are equal.
    """

    name: str
    value: float | None
    units: int
    answers: int
    signature: str = ""
    low: float | None = None
    high: float | None = None
    reason: str | None = None


def signature(measure: str, **parts: object) -> str:
    """Return how a number was made, as one line: `alpha|level:nominal|items:all|version:0.1.0`.

    The form is that of sacrebleu (Post, "A Call for Clarity in Reporting BLEU Scores", 2018).
    """
    told = [f"{name}:{value}" for name, value in parts.items() if value is not None]
    return "|".join([measure, *told, f"version:{_version()}"])


def origin_of(origins: Iterable[str]) -> str | None:
    """Return who gave the answers, for a signature: None where all are people's, else such as `simulated`."""
    found = {str(one) for one in origins}
    return "+".join(sorted(found)) if found - {Origin.HUMAN} else None


def origins_told(origins: Mapping[str, int]) -> str | None:
    """Return how many answers are whose, None where all are people's."""
    return ", ".join(f"{name} ({count})" for name, count in origins.items()) if origin_of(origins) else None


def extended(line: str, **parts: object) -> str:
    """Return a signature with more parts."""
    told, _, made_by = line.rpartition("|")
    return "|".join([told, *(f"{name}:{value}" for name, value in parts.items() if value is not None), made_by])


@lru_cache(maxsize=1)
def _version() -> str:
    from importlib.metadata import version

    return version("wirecopy")
