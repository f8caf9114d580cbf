"""What changed between two releases, row by row: added, removed, relabelled, other text, another split.

Rows are compared by a 64-bit hash of their values; of shards that both releases have no row is read. Memory: some
30 bytes a row of the largest config, twice.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from corpus.errors import WirecopyError
from corpus.output import EXIT_DONE, EXIT_PARTIAL, Output, one_line
from export.card.markdown import counted
from export.card.markdown import plain as shown
from export.diff.change import ConfigChange, Moved, Way, came_back, compare
from export.diff.side import Side, readable, side
from export.diff.version import Proposal, propose
from export.schema import CHANGES, Facts, Table
from export.verify.place import opened

__all__ = ["Difference", "changelog", "diff", "diff_releases"]
HEAD = "# Changelog\n"
FIGURES = ("campaigns", "leakage", "outlets", "published", "rejects", "splits", "takedowns")  # facts that count
TEXT = {"release": "its text", "standoff": "no text", "partial": "what could be put back of its text"}
COUNTS = ("added", "removed", "relabelled", "text", "values", "moved")


@dataclass(frozen=True)
class Difference:
    """How a release differs from an older one; `gone` and `come` are whole configs.

    `taken_down` has for each source that was taken down since then how many documents it had. `apart` tells where the
    two are of other kinds, such as a release and its twin without text; then no version follows.
    """

    old: str
    new: str
    gone: list[str]
    come: list[str]
    changes: list[ConfigChange]
    facts: list[str]
    taken_down: list[int]
    proposal: Proposal | None
    apart: str = ""

    @property
    def _documents(self) -> ConfigChange | None:
        return next((one for one in self.changes if one.name == Table.DOCUMENTS), None)

    @property
    def moves(self) -> list[Moved]:
        """The documents that are in another split, the first of them."""
        return self._documents.moves if self._documents else []

    @property
    def ways(self) -> list[Way]:
        """How many documents, of all, went from which split to which."""
        return self._documents.ways if self._documents else []

    def data(self) -> dict[str, Any]:
        """Return it as JSON."""
        told = self.proposal and self.proposal._asdict() | {"level": self.proposal.level.name.lower()}
        return asdict(self) | {"proposal": told, "changelog": entry(self)}

    def show(self, out: Output) -> None:
        """Print a table of configs, a matrix for each question, and the version that this calls for."""
        if out.json:
            out.data(self.data())
            return
        if self.apart:
            out.line(f"{self.apart}\n")
        out.table([{"config": one.name, **{name: getattr(one, name) for name in COUNTS}} for one in self.changes])
        for one in self.changes:
            for question, matrix in one.matrix.items():
                out.line("")
                out.line(one_line(f"{one.name}, {question}: old label in rows, new one in columns"))
                out.table(_matrix(matrix))
        if self.proposal:
            out.line("")
            out.line(one_line(f"{self.old} -> {self.new}: {self.proposal.told}"))
            for level, why in self.proposal.why.items():
                out.line(one_line(f"- {level}: {'; '.join(why)}"))
            if not self.proposal.enough:
                out.note(one_line(f"{self.new} says too little: this calls for {self.proposal.version}"))


def diff_releases(*, old: str, new: str, out: Output) -> int:
    """Show how `new` differs from `old`, folders or revisions on the Hub; return the exit code.

    Documents that gave way to a later split (train to test) are told, exit 3; raises WirecopyError where one
    came back from a later split: what was tested on may then be trained on.
    """
    with opened(old) as before, opened(new) as after:
        found = diff(before, after, names=(old, new))
    found.show(out)
    if back := sum(way.rows for way in found.ways if came_back(way)):
        named = [f"{one.doc_id} ({one.before} to {one.after})" for one in found.moves if came_back(one)][:5]
        more = f" and {back - len(named)} more" if back > len(named) else ""
        raise WirecopyError(
            f"{counted(back, 'document')} came back from a later split: {one_line(', '.join(named))}{more}",
            hint="restore splits.parquet of the workspace from version control, then: wirecopy export build",
        )
    if found.ways:
        moved = counted(sum(way.rows for way in found.ways), "document")
        out.note(f"{moved} in another split: figures of the two releases can't be compared")
    return EXIT_PARTIAL if found.ways else EXIT_DONE


def diff(old: Path, new: Path, *, names: tuple[str, str] | None = None) -> Difference:
    """Compare two releases; `names` is what people call them.

    Raises WirecopyError where one has no manifest, or its tables are damaged.
    """
    first, second = names or (str(old), str(new))
    return _difference(side(old, first), side(new, second))


def changelog(old: Path | None, new: Path, facts: Facts) -> str:
    """Return the whole `CHANGELOG.md` of a release: what is other than in `old`, then what stands there already.

    `new` needs no manifest yet: `facts` tells what is in it.
    """
    if old is None:
        return f"{HEAD}\n{_first(facts)}"
    before = side(old, str(old))
    path = old / CHANGES
    earlier = path.read_text(encoding="utf-8").removeprefix(HEAD) if path.is_file() else f"\n{_first(before.facts)}"
    return f"{HEAD}\n{entry(_difference(before, Side(new, str(new), facts)), facts.people.date)}{earlier}"


def entry(found: Difference, date: str | None = None) -> str:
    """Return the part of a changelog that tells a difference, as Markdown."""
    lines = [f"## {found.new}{f' ({date})' if date else ''}", "", f"Since {found.old}:", ""]
    lines += [f"- {found.apart}"] if found.apart else []
    lines += [f"- `{name}` is no longer there" for name in found.gone]
    lines += [f"- `{name}` is new" for name in found.come]
    tables = []
    for one in found.changes:
        if not one.same:
            lines.append(f"- `{one.name}`: {'; '.join(_said(one))}")
        for question, matrix in one.matrix.items():
            tables += ["", f"`{one.name}`, `{question}`: old label in rows, new one in columns", "", *_markdown(matrix)]
    if found.facts:
        figures = ", ".join(name for name in found.facts if name in FIGURES)
        words = [name for name in found.facts if name not in FIGURES]
        lines.append(f"- on the card: {', '.join([*words, *([f'figures of {figures}'] if figures else [])])}")
    if not (found.gone or found.come or found.facts or any(not one.same for one in found.changes)):
        lines.append("- nothing changed")
    lines += map(taken, found.taken_down)
    return "\n".join([*lines, *tables]) + "\n"


def taken(documents: int) -> str:
    """Return the line of a changelog that tells of a source that was taken down."""
    made = "it" if documents == 1 else "them"
    held = f", {counted(documents, 'document')} and what was made of {made}" if documents else ""
    return f"- taken down: one source{held}"


def _difference(old: Side, new: Side) -> Difference:
    with readable(old, new):
        return _compared(old, new)


def _compared(old: Side, new: Side) -> Difference:
    before, after = old.facts, new.facts
    was, is_ = ({one.name: one for one in facts.configs} for facts in (before, after))
    gone, come = [name for name in was if name not in is_], [name for name in is_ if name not in was]
    changes = [compare(old, new, one, is_[name]) for name, one in was.items() if name in is_]
    told = _facts(before, after)
    known = {one.source for one in before.takedowns}
    cut = [one.documents for one in after.takedowns if one.source not in known]
    apart, proposal = "", None
    if before.kind == after.kind:
        proposal = propose(before.version, after.version, changes, gone, come, facts=bool(told))
    else:
        apart = f"the first has {TEXT[before.kind]}, the second {TEXT[after.kind]}: as versions they can't be compared"
    return Difference(before.version, after.version, gone, come, changes, told, cut, proposal, apart)


def _facts(before: Facts, after: Facts) -> list[str]:
    """Return which facts differ that rows do not tell: the licence, the people, how labels are made."""
    left, right = before.model_dump(mode="json"), after.model_dump(mode="json")
    told = {name for name in left if left[name] != right[name]} - {"version", "configs", "people", "twin"}
    people = {f"{name}" for name in left["people"] if left["people"][name] != right["people"][name]}
    return sorted(told | people)


def _first(facts: Facts) -> str:
    rows = [f"- `{one.name}`: {counted(sum(one.rows.values()), 'row')}" for one in facts.configs]
    rows += [taken(one.documents) for one in facts.takedowns]
    date = f" ({facts.people.date})" if facts.people.date else ""
    return "\n".join([f"## {facts.version}{date}", "", "The first release:", "", *rows]) + "\n"


def _said(one: ConfigChange) -> list[str]:
    words = {"text": "with another text", "values": "with other values", "moved": "in another split"}
    told = [f"{getattr(one, name)} {words.get(name, name)}" for name in COUNTS if getattr(one, name)]
    if one.moved and one.name == Table.DOCUMENTS:
        told[-1] += f" ({', '.join(f'{way.rows} {way.before} to {way.after}' for way in one.ways)})"
    told += [f"new column `{name}`" for name in one.columns_added]
    told += [f"without column `{name}`" for name in one.columns_removed]
    for name in one.classes_added:
        ways_ = {"new": one.classes_added[name], "gone": one.classes_removed[name]}
        changed = "; ".join(f"{how}: {shown(', '.join(classes))}" for how, classes in ways_.items() if classes)
        told.append(f"classes of `{name}` {changed or 'in another order'}")
    return told


def _matrix(matrix: dict[str, dict[str, int]]) -> list[dict[str, Any]]:
    columns = list(dict.fromkeys(new for row in matrix.values() for new in row))
    return [{"": old, **{new: row.get(new, 0) for new in columns}} for old, row in matrix.items()]


def _markdown(matrix: dict[str, dict[str, int]]) -> list[str]:
    rows = _matrix(matrix)
    head = [shown(name) for name in rows[0]]
    cells = [[shown(str(value)) for value in row.values()] for row in rows]
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *cells)]
