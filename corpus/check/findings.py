"""What a check finds: where, and what is wrong; counted, with the first examples kept."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from corpus.errors import WirecopyError
from corpus.output import Output, one_line

MOST_EXAMPLES, LONGEST = 3, 60


class Finding(NamedTuple):
    """One violation. `row` counts from 1 in `file`; both are None where they make no sense."""

    what: str
    file: str | None = None
    row: int | None = None
    doc_id: str | None = None

    def told(self) -> str:
        """Return it as one line."""
        row = f" row {self.row}" if self.row is not None else ""
        doc = f" ({self.doc_id})" if self.doc_id is not None else ""
        where = f"{self.file or ''}{row}{doc}"
        return one_line(f"{where}: {self.what}" if where else self.what)


class Unreadable(Exception):
    """A file that can't be read as its config: the checks that need it can't be made."""

    def __init__(self, file: str, cause: str) -> None:
        super().__init__(f"{file}: {cause}")
        self.finding = Finding(cause, file)


@dataclass
class Result:
    """What one check found: `count` violations, why it was not made or not ended, if so, and why that is no fault."""

    name: str
    says: str
    count: int = 0
    unmade: str | None = None
    skipped: str | None = None
    examples: list[Finding] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Tell whether the check was made and found nothing."""
        return not self.count and self.unmade is None

    def add(self, finding: Finding) -> None:
        """Count a violation."""
        self.count += 1
        if len(self.examples) < MOST_EXAMPLES:
            self.examples.append(finding)


@dataclass(frozen=True)
class Checked:
    """All results, in the order of the contract."""

    folder: str
    results: Sequence[Result]

    @property
    def broken(self) -> list[str]:
        """Return the names of the checks that found something or could not be made."""
        return [one.name for one in self.results if not one.clean]

    def show(self, out: Output) -> "Checked":
        """Print the table of checks and the first violations of each."""
        if out.json:
            checks = [asdict(one) | {"examples": [each._asdict() for each in one.examples]} for one in self.results]
            out.data({"folder": self.folder, "clean": not self.broken, "checks": checks})
            return self
        out.table([{"check": one.name, "found": _verdict(one), "contract": one.says} for one in self.results])
        for one in self.results:
            if not one.clean:
                _show_examples(one, out)
        return self

    def settle(self) -> None:
        """Raise WirecopyError where anything is broken, with what mends it."""
        if not self.broken:
            return
        found = sum(one.count for one in self.results)
        unmade = sum(one.unmade is not None for one in self.results)
        told = [f"{found} violation{'s' * (found != 1)} of the contract"] if found else []
        told += [f"{unmade} check{'s' * (unmade != 1)} that can't be made"] if unmade else []
        raise WirecopyError(
            f"{self.folder}: {' and '.join(told)}",
            hint=f"delete {self.folder} and build it again: wirecopy corpus build",
        )


class Tally:
    """The results of all checks, while they are made."""

    def __init__(self, says: dict[str, str]) -> None:
        self.results = {name: Result(name, text) for name, text in says.items()}
        self._unreadable: set[Finding] = set()

    def add(self, name: str, finding: Finding) -> None:
        """Count a violation of one invariant."""
        self.results[name].add(finding)

    @contextmanager
    def making(self, names: Sequence[str], file: str | None = None) -> Iterator[None]:
        """Make these checks on `file`; what they can't read, or don't know, ends them and is itself a violation."""
        try:
            yield
        except WirecopyError:
            raise
        except Unreadable as error:
            self._end(names, f"needs {error.finding.file}", error.finding)
        except Exception as error:  # rows may be anything: what they make of a check is not known beforehand
            cause = f"{type(error).__name__}: {error}"
            checks = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
            self._end(names, f"ended by {cause}", Finding(f"{checks} can't be told of it: {cause}", file))

    def _end(self, names: Sequence[str], why: str, finding: Finding) -> None:
        for name in names:
            self.results[name].unmade = why
        if finding not in self._unreadable:
            self._unreadable.add(finding)
            self.add("readable", finding)


def short(value: Any) -> str:
    """Quote a value for a message."""
    told = repr(value)
    return told if len(told) <= LONGEST else f"{told[: LONGEST - 4]}...{told[-1]}"


def _verdict(one: Result) -> str:
    if one.unmade is not None:
        return f"{one.count} wrong, not ended" if one.count else "not made"
    return f"{one.count} wrong" if one.count else one.skipped or "ok"


def _show_examples(one: Result, out: Output) -> None:
    out.line(f"\n{one.name}: {_verdict(one)}")
    for example in one.examples:
        out.line(f"  {example.told()}")
    if one.count > len(one.examples):
        out.line(f"  and {one.count - len(one.examples)} more")
    if one.unmade is not None:
        out.line(f"  {one_line(one.unmade)}")
