"""Who does what: units to annotators, balanced and reproducible, moving nothing that somebody has begun.

Units are given out in blocks, all of the same documents, so that an article is read once and a
translation in its order.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from annotation.schema import Task
from corpus.config import Annotator, Stratum
from corpus.files import digest

Block = tuple[str, ...]
WHOLE = int("f" * 16, 16)


@dataclass(frozen=True)
class Holding:
    """What stands in one annotator's queue already, by unit key: answered in its present text, or open."""

    answered: Collection[str] = frozenset()
    open: Collection[str] = frozenset()


@dataclass
class _Desk:
    """One annotator while work is given out."""

    name: str
    annotator: Annotator
    units: dict[str, Task] = field(default_factory=dict)
    blocks: set[Block] = field(default_factory=set)

    def take(self, task: Task) -> None:
        self.units[task.key] = task
        self.blocks.add(block_of(task))


def reads(annotator: Annotator, task: Task) -> bool:
    """Tell whether an annotator reads all languages of a unit."""
    return not annotator.languages or set(annotator.languages).issuperset(task.languages)


def block_of(task: Task) -> Block:
    """Return the documents of a unit: what is given out together."""
    return tuple(task.doc_ids)


def blocks_of(units: Iterable[Task]) -> dict[Block, list[Task]]:
    """Return units by block, each in the order of the corpus."""
    found: dict[Block, list[Task]] = defaultdict(list)
    for unit in units:
        found[block_of(unit)].append(unit)
    return dict(found)


def stratified(units: Iterable[Task], strata: Sequence[Stratum], known: Mapping[str, str]) -> list[Task]:
    """Name the stratum of each unit; `known` is what the server holds, by key, so that growth moves none.

    `first` takes whole blocks until it has its number of units; `share` is a threshold on a hash,
    so a block's place does not depend on the others.
    """
    blocks = blocks_of(units)
    chosen: dict[Block, str] = {}
    for stratum in strata:
        free = {block: tasks for block, tasks in blocks.items() if block not in chosen}
        chosen |= dict.fromkeys(_members(stratum, free, known), stratum.name)
    return [
        task.model_copy(update={"stratum": chosen[block]}) if block in chosen else task
        for block, tasks in blocks.items()
        for task in tasks
    ]


def assign(
    units: Sequence[Task],
    annotators: Mapping[str, Annotator],
    overlap: Mapping[str, int],
    held: Mapping[str, Holding],
    *,
    newcomers: Collection[str] = (),
) -> dict[str, list[Task]]:
    """Give each unit to as many annotators as its overlap wants; return `{annotator: units}`.

    `overlap` is by unit key; `held` may name annotators who have left: their answers count, their
    open work goes to others. What is open in an annotator's queue stays there, except that
    `newcomers` get their part of it. A unit that too few annotators can read is given to those.
    The same arguments give the same result; loads differ by one block at most where all read all.
    """
    desks = {name: _Desk(name, one) for name, one in sorted(annotators.items())}
    done = {name: frozenset(one.answered) for name, one in held.items()}
    blocks = blocks_of(units)
    wanted = {task.key: overlap[task.key] - sum(task.key in keys for keys in done.values()) for task in units}
    for task in units:
        keepers = [desk for desk in _free(task, desks, done) if desk.name in held and task.key in held[desk.name].open]
        for desk in sorted(keepers, key=lambda one: digest("keep", one.name, task.key))[: max(wanted[task.key], 0)]:
            desk.take(task)
            wanted[task.key] -= 1
    for block, tasks in sorted(blocks.items(), key=lambda one: (-len(one[1]), digest(one[0]))):
        for task in tasks:
            for desk in _takers(task, block, desks, done)[: max(wanted[task.key], 0)]:
                desk.take(task)
    for name in sorted(set(newcomers) & set(desks)):
        _hand_over(desks[name], desks, blocks, done)
    return {
        name: [task for tasks in blocks.values() for task in tasks if task.key in desk.units]
        for name, desk in desks.items()
    }


def ordered(annotator: str, units: Sequence[Task], first: Collection[str] = ()) -> list[Task]:
    """Return an annotator's units in the order of work: random blocks, the strata `first` before all."""
    blocks = blocks_of(units)

    def place(block: Block) -> tuple[bool, str]:
        return blocks[block][0].stratum not in first, digest("order", annotator, block)

    return [task for block in sorted(blocks, key=place) for task in blocks[block]]


def chance(*parts: object) -> float:
    """Return a number in [0, 1) that depends on `parts` alone."""
    return int(digest(*parts), 16) / (WHOLE + 1)


def _members(stratum: Stratum, free: Mapping[Block, list[Task]], known: Mapping[str, str]) -> list[Block]:
    if stratum.share is not None:
        return [block for block in free if chance("stratum", stratum.name, block) < stratum.share]
    members, room = [], stratum.first or 0
    for block in sorted(
        free, key=lambda one: (not _was_in(stratum, free[one], known), digest("stratum", stratum.name, one))
    ):
        if room <= 0:
            break
        members.append(block)
        room -= len(free[block])
    return members


def _was_in(stratum: Stratum, tasks: Iterable[Task], known: Mapping[str, str]) -> bool:
    return any(known.get(task.key) == stratum.name for task in tasks)


def _free(task: Task, desks: Mapping[str, _Desk], done: Mapping[str, Collection[str]]) -> list[_Desk]:
    return [desk for desk in desks.values() if reads(desk.annotator, task) and task.key not in done.get(desk.name, ())]


def _takers(task: Task, block: Block, desks: Mapping[str, _Desk], done: Mapping[str, Collection[str]]) -> list[_Desk]:
    """Return who may take a unit: first who has others of its block, then who has least."""

    def rank(desk: _Desk) -> tuple[bool, int, str]:
        return block not in desk.blocks, len(desk.units), digest("assign", desk.name, block)

    free = [desk for desk in _free(task, desks, done) if task.key not in desk.units]
    return sorted(free, key=rank)


def _hand_over(
    newcomer: _Desk, desks: Mapping[str, _Desk], blocks: Mapping[Block, list[Task]], done: Mapping[str, Collection[str]]
) -> None:
    """Move open blocks to a newcomer, each time from who has most, until the load is even."""
    share = math.ceil(sum(len(desk.units) for desk in desks.values()) / len(desks))
    offers = {desk.name: _offers(desk, newcomer, blocks, done) for desk in desks.values() if desk is not newcomer}
    while offers:
        donor = desks[max(offers, key=lambda name: (len(desks[name].units), name))]
        tasks = next(offers[donor.name], None)
        if tasks is None:
            del offers[donor.name]
        elif len(tasks) <= min(share - len(newcomer.units), len(donor.units) - len(newcomer.units) - 1):
            for task in tasks:
                del donor.units[task.key]
                newcomer.take(task)


def _offers(
    donor: _Desk, newcomer: _Desk, blocks: Mapping[Block, list[Task]], done: Mapping[str, Collection[str]]
) -> Iterator[list[Task]]:
    """Yield the blocks that can move whole: the donor has begun none of it, the newcomer can read it."""
    for block in sorted(donor.blocks, key=lambda one: digest("move", newcomer.name, one)):
        tasks = [task for task in blocks[block] if task.key in donor.units]
        begun = any(task.key in done.get(donor.name, ()) for task in blocks[block])
        fits = all(reads(newcomer.annotator, task) and task.key not in done.get(newcomer.name, ()) for task in tasks)
        if tasks and fits and not begun and block not in newcomer.blocks:
            yield tasks
