"""What changed between two releases, row by row: added, removed, relabelled, other text, another split.

Rows are compared by a 64-bit hash of their values; shards that both releases have are not read. Memory: some
30 bytes a row of the largest config, twice.
"""

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corpus.config import SPLIT_NAMES
from corpus.errors import WirecopyError
from corpus.output import EXIT_DONE, EXIT_PARTIAL, Output, listing
from export.diff.change import ConfigChange, Moved, compare
from export.diff.version import Proposal, propose
from export.manifest import read
from export.schema import CHANGES, Facts, Table
from export.verify.place import opened

__all__ = ["Difference", "changelog", "diff", "diff_releases"]
HEAD = "# Changelog\n"
COUNTS = ("added", "removed", "relabelled", "text", "values", "moved")


@dataclass(frozen=True)
class Difference:
    """How a release differs from an older one; `gone` and `come` are whole configs.

    `taken_down` has for each source that was taken down since then how many documents it had.
    """

    old: str
    new: str
    gone: list[str]
    come: list[str]
    changes: list[ConfigChange]
    facts: list[str]
    taken_down: list[int]
    proposal: Proposal

    @property
    def moves(self) -> list[Moved]:
        """The documents that are in another split, the first of them."""
        return [move for one in self.changes if one.name == Table.DOCUMENTS for move in one.moves]

    def data(self) -> dict[str, Any]:
        """Return it as JSON."""
        told = self.proposal._asdict() | {"level": self.proposal.level.name.lower()}
        return asdict(self) | {"proposal": told, "changelog": entry(self)}

    def show(self, out: Output) -> None:
        """Print a table of configs, a matrix for each question, and the version that this calls for."""
        if out.json:
            out.data(self.data())
            return
        out.table([{"config": one.name, **{name: getattr(one, name) for name in COUNTS}} for one in self.changes])
        for one in self.changes:
            for question, matrix in one.matrix.items():
                out.table(_matrix(matrix), title=f"\n{one.name}, {question}: old label in rows, new one in columns")
        told = self.proposal
        out.line(f"\n{self.old} -> {self.new}: {told.level.name.lower()}; {'; '.join(told.why) or 'nothing changed'}")
        if not told.enough:
            out.note(f"{self.new} says too little: this calls for {told.version}")


def diff_releases(*, old: str, new: str, out: Output) -> int:
    """Show how `new` differs from `old`, folders or revisions on the Hub; return the exit code.

    Documents that gave way to a later split (train to test) are told, exit 3; raises WirecopyError where one
    came back from a later split: what was tested on may then be trained on.
    """
    with opened(old) as before, opened(new) as after:
        found = diff(before, after)
    found.show(out)
    order = {name: at for at, name in enumerate(SPLIT_NAMES)}
    back = [one for one in found.moves if order[one.after] < order[one.before]]
    if back:
        told = listing(f"{one.doc_id} ({one.before} to {one.after})" for one in back)
        raise WirecopyError(
            f"{len(back)} documents came back from a later split: {told}",
            hint="restore splits.parquet of the workspace from version control, then: wirecopy export build",
        )
    if found.moves:
        out.note(f"{len(found.moves)} documents changed their split: figures of the two releases can't be compared")
    return EXIT_PARTIAL if found.moves else EXIT_DONE


def diff(old: Path, new: Path) -> Difference:
    """Compare two releases; raises WirecopyError where one has no manifest."""
    hint = "name a folder that `wirecopy export build` wrote"
    return _difference(old, new, read(old, hint=hint).facts, read(new, hint=hint).facts)


def changelog(old: Path | None, new: Path, facts: Facts) -> str:
    """Return the whole `CHANGELOG.md` of a release: what is other than in `old`, then what stands there already.

    `new` needs no manifest yet: `facts` tells what is in it.
    """
    if old is None:
        return f"{HEAD}\n{_first(facts)}"
    before = read(old, hint=f"move {old} away, then: wirecopy export build")
    path = old / CHANGES
    earlier = path.read_text(encoding="utf-8").removeprefix(HEAD) if path.is_file() else f"\n{_first(before.facts)}"
    return f"{HEAD}\n{entry(_difference(old, new, before.facts, facts), facts.people.date)}{earlier}"


def entry(found: Difference, date: str | None = None) -> str:
    """Return the part of a changelog that tells a difference, as Markdown."""
    lines = [f"## {found.new}{f' ({date})' if date else ''}", "", f"Since {found.old}:", ""]
    lines += [f"- `{name}` is no longer there" for name in found.gone]
    lines += [f"- `{name}` is new" for name in found.come]
    tables = []
    for one in found.changes:
        if not one.same:
            lines.append(f"- `{one.name}`: {'; '.join(_said(one))}")
        for question, matrix in one.matrix.items():
            tables += ["", f"`{one.name}`, `{question}`: old label in rows, new one in columns", "", *_markdown(matrix)]
    if found.facts:
        lines.append(f"- the facts on the card: {', '.join(found.facts)}")
    if not (found.gone or found.come or found.facts or any(not one.same for one in found.changes)):
        lines.append("- nothing changed")
    lines += map(taken, found.taken_down)
    return "\n".join([*lines, *tables]) + "\n"


def taken(documents: int) -> str:
    """Return the line of a changelog that tells of a source that was taken down."""
    held = f", {documents} document{'s' * (documents != 1)} and what was made of them" if documents else ""
    return f"- taken down: one source{held}"


def _difference(old: Path, new: Path, before: Facts, after: Facts) -> Difference:
    was, is_ = ({one.name: one for one in facts.configs} for facts in (before, after))
    gone, come = [name for name in was if name not in is_], [name for name in is_ if name not in was]
    changes = [compare(old, new, one, is_[name]) for name, one in was.items() if name in is_]
    told = _facts(before, after)
    proposal = propose(before.version, after.version, changes, gone, come, facts=bool(told))
    known = {one.source for one in before.takedowns}
    cut = [one.documents for one in after.takedowns if one.source not in known]
    return Difference(before.version, after.version, gone, come, changes, told, cut, proposal)


def _facts(before: Facts, after: Facts) -> list[str]:
    """Return which facts differ that rows do not tell: the licence, the people, how labels are made."""
    left, right = before.model_dump(mode="json"), after.model_dump(mode="json")
    told = {name for name in left if left[name] != right[name]} - {"version", "configs", "people", "twin"}
    people = {f"{name}" for name in left["people"] if left["people"][name] != right["people"][name]}
    return sorted(told | people)


def _first(facts: Facts) -> str:
    rows = [f"- `{one.name}`: {sum(one.rows.values())} rows" for one in facts.configs]
    rows += [taken(one.documents) for one in facts.takedowns]
    date = f" ({facts.people.date})" if facts.people.date else ""
    return "\n".join([f"## {facts.version}{date}", "", "The first release:", "", *rows]) + "\n"


def _said(one: ConfigChange) -> list[str]:
    words = {"text": "with another text", "values": "with other values", "moved": "in another split"}
    told = [f"{getattr(one, name)} {words.get(name, name)}" for name in COUNTS if getattr(one, name)]
    if one.moves and one.name == Table.DOCUMENTS:
        ways = Counter((move.before, move.after) for move in one.moves)
        told[-1] += f" ({', '.join(f'{count} {old} to {new}' for (old, new), count in sorted(ways.items()))})"
    told += [f"new column `{name}`" for name in one.columns_added]
    told += [f"without column `{name}`" for name in one.columns_removed]
    for name in one.classes_added:
        ways_ = {"new": one.classes_added[name], "gone": one.classes_removed[name]}
        changed = "; ".join(f"{how}: {', '.join(classes)}" for how, classes in ways_.items() if classes)
        told.append(f"classes of `{name}` {changed or 'in another order'}")
    return told


def _matrix(matrix: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
    columns = list(dict.fromkeys(new for row in matrix.values() for new in row))
    return [{"": old, **{new: row.get(new, 0) for new in columns}} for old, row in matrix.items()]


def _markdown(matrix: dict[str, dict[str, int]]) -> list[str]:
    rows = _matrix(matrix)
    head = [name.replace("_", r"\_") for name in rows[0]]
    cells = [[str(value).replace("_", r"\_") for value in row.values()] for row in rows]
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *cells)]
