"""What publishing would change, to be read before it happens."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from corpus.output import Output

What = Literal["new", "changed", "same", "gone"]
MOST = 60  # lines of a plan; beyond, files are counted by folder


@dataclass(frozen=True)
class Change:
    """What happens to one file of the target; `bytes` is its size here, or there where it goes."""

    file: str
    what: What
    bytes: int


@dataclass(frozen=True)
class Plan:
    """What a target has, and the steps that bring the release there; no steps where nothing is to do.

    `notes` are what people should know before they agree.
    """

    target: str
    version: str
    files: Sequence[Change]
    steps: Sequence[str]
    notes: Sequence[str]

    @property
    def changes(self) -> list[Change]:
        """The files that are not the same there."""
        return [one for one in self.files if one.what != "same"]

    @property
    def bytes(self) -> int:
        """How many bytes of files are new or changed: the most that has to be sent."""
        return sum(one.bytes for one in self.files if one.what in ("new", "changed"))

    def show(self, out: Output) -> None:
        """Print files, steps and notes."""
        out.table(_lines(self.changes))
        same = len(self.files) - len(self.changes)
        if self.changes:
            out.line(f"{len(self.changes)} files change ({size(self.bytes)} to send), {same} stay")
        for step in self.steps:
            out.line(f"- {step}")
        if not self.steps:
            out.line(f"nothing to do: {self.target} has version {self.version}")
        for note in self.notes:
            out.note(f"note: {note}")

    def data(self) -> dict[str, object]:
        """Return the plan for programs."""
        return asdict(self) | {"bytes": self.bytes}


def size(count: int) -> str:
    """Return bytes as people write them."""
    for unit, step in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= step:
            return f"{count / step:.1f} {unit}"
    return f"{count} B"


def _lines(changes: Sequence[Change]) -> list[dict[str, str]]:
    if len(changes) <= MOST:
        return [{"file": one.file, "change": one.what, "size": size(one.bytes)} for one in changes]
    held: Counter[tuple[str, What]] = Counter()
    files: Counter[tuple[str, What]] = Counter()
    for one in changes:
        key = (one.file.rpartition("/")[0] or ".", one.what)
        held[key] += one.bytes
        files[key] += 1
    return [
        {"folder": folder, "change": what, "files": str(files[folder, what]), "size": size(count)}
        for (folder, what), count in sorted(held.items())
    ]
