"""What a format is: how it counts, which schemes it fits, what it loses, and how it is read and written."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from annotation.interchange.losses import RULES, Rule
from annotation.interchange.offsets import Offsets
from annotation.interchange.rows import Collector, Ratings
from annotation.schemes.scheme import Scheme

Reader = Callable[[Path, Collector, "Format"], None]
Writer = Callable[[Ratings, Path, "Format"], None]


@dataclass(frozen=True)
class Format:
    """A format of other people; `schemes` are the built-in ones that it is for, the first where none is named.

    `misfit` says why a scheme does not fit, or None. `loses` are the rules that take away what it has no
    place for. `knows` tells a file by its path and its first lines. With `once` a rater answers a unit once; `grouped`
    answers stand with their unit.
    """

    name: str
    suffix: str
    offsets: Offsets
    schemes: tuple[str, ...]
    misfit: Callable[[Scheme], str | None]
    loses: tuple[Rule, ...]
    knows: Callable[[Path, str], bool]
    read: Reader
    write: Writer
    once: bool = False
    grouped: bool = False

    @property
    def carries(self) -> frozenset[str]:
        """What of an answer comes back whole."""
        return frozenset(RULES) - {rule.name for rule in self.loses}


def without(*carried: str) -> tuple[Rule, ...]:
    """Return the rules of all that a format loses, from what it carries."""
    if unknown := set(carried) - set(RULES):
        raise ValueError(f"no rule is called {sorted(unknown)[0]}")
    return tuple(rule for name, rule in RULES.items() if name not in carried)


def suffixes(formats: Iterable[Format]) -> str:
    """Return the names of formats, for a message."""
    return ", ".join(f"{one.name} (*{one.suffix})" for one in formats)
