"""What was found, held against the splits: an error that names what leaks, or the proof that nothing does."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.config import SPLIT_NAMES
from corpus.errors import WirecopyError
from corpus.files import write_json
from export.leakage.found import CHECKED, KINDS, OFF, STRONG, Links
from export.schema import LEAKAGE, Check, Closest, LeakageFacts, Link, LinkKind, Part
from export.splits.assignment import Assignment

SHOWN = 5  # leaks that an error names
Places = NDArray[np.int64]
Mask = NDArray[np.bool_]
SCORED = (LinkKind.NEAR_DUPLICATE, LinkKind.STORY)


class Moved(Part):
    """A document that left its split for a later one, the reason, and the id of the document that it names."""

    doc_id: str
    before: str
    after: str
    reason: str
    because: str = ""


class Leakage(Part):
    """`leakage.json`: `held` counts the edges by kind that splits were made from; none runs across a border.

    `components` is 0 where documents were taken down since. `distinct` are strong links between two splits that
    `wirecopy.toml` says are none.
    """

    documents: dict[str, int]
    components: int
    held: dict[str, int]
    checked: list[Check]
    closest: list[Closest]
    distinct: list[Link]
    moves: list[Moved]


@dataclass(frozen=True)
class Proof:
    """The proof that no border between splits cuts apart what belongs together."""

    leakage: Leakage

    @property
    def facts(self) -> LeakageFacts:
        """Return its short form."""
        return facts(self.leakage)

    def save(self, folder: Path) -> None:
        """Write `leakage.json`."""
        write_json(folder / LEAKAGE, self.leakage.model_dump(mode="json"))


def prove(found: Links, assignment: Assignment) -> Proof:
    """Hold what was found against the splits.

    Raises one WirecopyError that names the documents of strong links between two splits.
    """
    split = np.array([SPLIT_NAMES.index(assignment.splits[doc]) for doc in found.ids], np.int64)
    border = np.sort(split[found.pairs], axis=1)
    across = border[:, 0] != border[:, 1]
    strong, alike = found.strong, found.alike
    if leaks := [found[at] for at in np.flatnonzero(across & strong)]:
        raise _error(leaks, assignment.splits)
    held = Counter(SPLIT_NAMES[at] for at in split.tolist())
    return Proof(
        Leakage(
            documents={name: held[name] for name in SPLIT_NAMES},
            components=assignment.components,
            held=dict(assignment.held),
            checked=[_check(found, kind, alike, across) for kind in CHECKED],
            closest=list(_closest(found, border, across & ~alike)),
            distinct=[found[at] for at in np.flatnonzero(across & alike)],
            moves=[Moved(**asdict(one), because=one.because) for one in assignment.moves],
        )
    )


def facts(leakage: Leakage) -> LeakageFacts:
    """Return the short form of `leakage.json`."""
    return LeakageFacts(
        checked=leakage.checked,
        closest=leakage.closest,
        distinct=len(leakage.distinct),
        unlooked=[one.kind for one in leakage.checked if OFF in one.methods],
    )


def _check(found: Links, kind: LinkKind, alike: Mask, across: Mask) -> Check:
    mine = found.kinds == KINDS.index(kind)
    return Check(
        kind=kind,
        methods=list(found.methods_of[kind]),
        compared=found.compared[kind],
        links=int((mine & alike).sum()),
        strong_from=STRONG.get(kind),
        weaker_across=int((mine & ~alike & across).sum()),
        too_short=found.too_short.get(kind, 0),
    )


def _closest(found: Links, border: Places, weaker: Mask) -> Iterator[Closest]:
    """Yield the best weaker link of each kind that has scores, for each two splits that have one."""
    for one, other in combinations(range(len(SPLIT_NAMES)), 2):
        here = weaker & (border[:, 0] == one) & (border[:, 1] == other)
        for kind in SCORED:
            at = np.flatnonzero(here & (found.kinds == KINDS.index(kind)))
            if len(at):
                best = at[np.argmax(found.scores[at])]
                yield Closest(border=[SPLIT_NAMES[one], SPLIT_NAMES[other]], link=found[int(best)])


def _error(leaks: Sequence[Link], splits: Mapping[str, str]) -> WirecopyError:
    """Name each two documents once, by their first kind of link."""
    order = {kind: place for place, kind in enumerate(CHECKED)}
    pairs: dict[tuple[str, str], Link] = {}
    for one in sorted(leaks, key=lambda link: (order[link.kind], -link.score, link.left, link.right)):
        pairs.setdefault((one.left, one.right), one)
    first = list(pairs.values())[:SHOWN]
    lines = [_line(one, splits) for one in first]
    if len(pairs) > SHOWN:
        lines.append(f"and {len(pairs) - SHOWN} more")
    ids = json.dumps([[one.left, one.right] for one in first], ensure_ascii=False)
    count = f"{len(pairs)} pairs of documents belong" if len(pairs) > 1 else "two documents belong"
    return WirecopyError(
        f"{count} together and are in two splits:\n       " + "\n       ".join(lines),
        hint=f"in wirecopy.toml, [splits] joined = {ids} puts them together (train gives way, never test); "
        f"distinct = {ids} says that they only look alike",
    )


def _line(link: Link, splits: Mapping[str, str]) -> str:
    ends = " and ".join(f"'{doc}' ({splits[doc]})" for doc in (link.left, link.right))
    return f"{ends}: {link.kind}, score {link.score:.2f} by {link.method}"
