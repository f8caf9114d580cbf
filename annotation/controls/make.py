"""The control tasks of a queue, and the queue with them in it.

Which units have a control depends on the annotator and the unit alone, so that a campaign that
grows keeps its controls.
"""

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from annotation.answers.known import Fitting, read
from annotation.controls.injection import TEXT, Donors, Injection
from annotation.queues import chance
from annotation.schema import Control, Known, Task
from annotation.schemes.scheme import Scheme, Unit
from corpus.config import Controls
from corpus.errors import WirecopyError
from corpus.files import digest

# So many units at least stand between a unit and its copy, and so many at most where the queue
# goes on that far: nearer, it is remembered; further, who stops early never meets it.
DISTANCE = 10
WINDOW = 60


def control_key(kind: Control, unit: str) -> str:
    """Return the key of a unit's control task."""
    return digest("control", kind, unit)


def gold_of(path: Path, scheme: Scheme, tasks: Sequence[Task]) -> Fitting[str, Known]:
    """Read a file of gold answers; return them by unit key, in its order.

    Lines that fit no present unit are skipped and counted. Raises WirecopyError with file and line
    where one is malformed or breaks the scheme.
    """
    return read(path, scheme, tasks)


@dataclass(frozen=True)
class Bench:
    """What the controls of a campaign are made from: all its units and its gold answers."""

    scheme: Scheme
    settings: Controls
    tasks: Sequence[Task]
    gold: Mapping[str, Known]

    def __post_init__(self) -> None:
        if self.settings.injected and self.scheme.unit is not Unit.PAIR:
            raise WirecopyError(
                f"[controls -> injected] puts errors into translations, but '{self.scheme.id}' shows none",
                hint="use repeats and gold for this campaign",
            )

    @cached_property
    def units(self) -> dict[str, Task]:
        """The units by key."""
        return {task.key: task for task in self.tasks}

    def injection(self, unit: Task) -> Injection | None:
        """Return the error that the control of a unit holds; None where it has no such control."""
        return self._donors.inject(unit)

    def control(self, kind: Control, unit: Task) -> Task | None:
        """Return a unit's control task, None where it can't have one."""
        made = unit.model_copy(
            update={"key": control_key(kind, unit.key), "of": unit.key, "control": kind, "stratum": None}
        )
        if kind is not Control.INJECTED:
            return made
        found = self.injection(unit)
        if found is None:
            return None
        data = unit.data | {TEXT: found.text}
        text_hash = digest(data)
        payload = digest(text_hash, self.scheme.hash, self.scheme.guideline_hash)
        return made.model_copy(update={"data": data, "text_hash": text_hash, "payload": payload})

    def tutorial(self, languages: Collection[str] = ()) -> list[Task]:
        """Return the tutorial of who reads these languages, all where none are named."""
        golden = self._golden(languages)[: self.settings.tutorial]
        return [made for unit in golden if (made := self.control(Control.TUTORIAL, unit))]

    def queue(
        self, annotator: str, units: Sequence[Task], languages: Collection[str] = (), sent: Sequence[str] = ()
    ) -> list[Task]:
        """Return an annotator's queue: the tutorial, then the units in their order with controls among them.

        `sent` are the keys that stand on the server, in its order and with their present payload. They
        come first, since the server appends: new controls find their place among what is new.
        """
        own = {unit.key: unit for unit in units}
        line = [own[key] for key in dict.fromkeys(sent) if key in own]
        front = len(line) - 1
        known = set(sent)
        line += [unit for unit in units if unit.key not in known]
        placed: list[tuple[float, str, Task]] = [(at, "", unit) for at, unit in enumerate(line)]
        for made, slots in self._controls(annotator, line, front, languages):
            if made.key in known:
                placed.append((front, made.key, made))
            elif slots:
                drawn = random.Random(digest("place", annotator, made.key))
                placed.append((drawn.choice(slots) + 0.5, made.key, made))
        order = sorted(placed, key=lambda one: (one[0], one[1]))
        return [*self.tutorial(languages), *(task for _, _, task in order)]

    def _controls(
        self, annotator: str, line: Sequence[Task], front: int, languages: Collection[str]
    ) -> Iterator[tuple[Task, Sequence[int]]]:
        """Yield an annotator's controls, each with the units after which it may stand: none before `front`."""
        for at, unit in enumerate(line):
            if (kind := self._kind(annotator, unit)) and (made := self.control(kind, unit)):
                yield made, _slots(at, len(line), front, before=kind is Control.INJECTED)
        own = {unit.key: at for at, unit in enumerate(line)}
        for unit in self._gold_for(annotator, len(line), languages):
            if made := self.control(Control.GOLD, unit):
                free = range(front, len(line))
                far = [one for one in free if unit.key not in own or not -DISTANCE <= one - own[unit.key] < DISTANCE]
                yield made, far

    @cached_property
    def _donors(self) -> Donors:
        return Donors(self.tasks)

    def _kind(self, annotator: str, unit: Task) -> Control | None:
        drawn = chance("control", annotator, unit.key)
        if drawn < self.settings.repeats:
            return Control.REPEAT
        return Control.INJECTED if drawn < self.settings.repeats + self.settings.injected else None

    def _golden(self, languages: Collection[str]) -> list[Task]:
        known = [self.units[key] for key in self.gold if key in self.units]
        return [unit for unit in known if not languages or set(languages).issuperset(unit.languages)]

    def _gold_for(self, annotator: str, units: int, languages: Collection[str]) -> list[Task]:
        rest = self._golden(languages)[self.settings.tutorial :]
        rest.sort(key=lambda unit: digest("gold", annotator, unit.key))
        return rest[: round(self.settings.gold_share * units)]


def _slots(at: int, count: int, front: int, *, before: bool) -> list[int]:
    """Return after which units a copy of the unit at `at` may stand; an erroneous one also `before` it."""
    last = max(at, front) + WINDOW
    after = range(max(at + DISTANCE, front), min(last, count - 1) + 1)
    earlier = range(max(at - 1 - WINDOW, front), at - DISTANCE) if before else range(0)
    return [*earlier, *after]
