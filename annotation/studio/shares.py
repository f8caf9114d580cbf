"""What each queue of a campaign should hold, given what it holds already."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from annotation.answers import pulled
from annotation.campaign import Campaign, Queue
from annotation.controls import bench_of
from annotation.controls.make import Bench
from annotation.controls.verdict import tutorial_passed
from annotation.queues import Holding, assign, ordered, reads, stratified
from annotation.schema import Control, Task
from annotation.studio.client import Held
from annotation.studio.project import Project
from corpus.config import Annotator
from corpus.errors import WirecopyError


@dataclass(frozen=True)
class Standing:
    """A queue as the server holds it; `before` are the tasks of its former projects, `begun` ids have a draft."""

    queue: Queue
    project: Project | None
    held: list[Held] = field(default_factory=list)
    before: list[Held] = field(default_factory=list)
    begun: Collection[int] = frozenset()

    @property
    def opened(self) -> bool:
        """Whether more than the tutorial was ever sent: a gate that was opened stays open."""
        return any(one.meta.get("control") != Control.TUTORIAL for one in (*self.held, *self.before))


@dataclass(frozen=True)
class Share:
    """The tasks of one queue in their order; those of `later` come when the tutorial is done.

    `skipped` gold answers are for units that are gone or have another text by now.
    """

    tasks: list[Task] = field(default_factory=list)
    later: list[Task] = field(default_factory=list)
    skipped: int = 0


def queues_of(campaign: Campaign) -> list[Queue]:
    """Return the queues of a campaign, also of annotators who are no longer named but once were."""
    known = campaign.state / "queues"
    former = {path.name for path in known.iterdir()} if known.is_dir() else set()
    names = sorted({*campaign.annotators, *former})
    if not names or campaign.part:
        _check_shared(campaign)
        return [Queue(campaign)]
    return [Queue(campaign, name) for name in names]


def shares(campaign: Campaign, units: Sequence[Task], standings: Sequence[Standing]) -> dict[str, Share]:
    """Return what each queue should hold, by its name.

    Raises WirecopyError where more annotators are wanted for a unit than are named who read it.
    """
    if [one.queue.name for one in standings] == [""]:
        return {"": Share(list(units))}
    tasks = stratified(units, campaign.settings.strata, _strata(standings))
    holdings = {one.queue.name: _holding(one, tasks) for one in standings}
    bench = bench_of(campaign, tasks)
    active = {name: one for name, one in campaign.annotators.items() if one.active}
    opened = {one.queue.name for one in standings if one.opened}
    passed = {name: name in opened or passed for name, passed in _passed(campaign, bench, active).items()}
    working = {name: one for name, one in active.items() if passed[name] is not False}
    wanted = overlaps(campaign, tasks)
    _check_readers(campaign, tasks, wanted, holdings)
    newcomers = [one.queue.name for one in standings if not one.held and not one.before]
    given = assign(tasks, working, wanted, holdings, newcomers=newcomers)
    first = {stratum.name for stratum in campaign.settings.strata if stratum.first}
    skipped = getattr(bench.gold, "skipped", 0)
    found = {}
    for one in standings:
        name, held = one.queue.name, holdings[one.queue.name]
        mine = {task.key for task in given.get(name, ())} | set(held.answered)
        order = ordered(name, [task for task in tasks if task.key in mine], first)
        queue = bench.queue(name, order, active[name].languages, _sent(one, tasks)) if name in active else order
        found[name] = replace(_gated(queue, passed.get(name, True)), skipped=skipped)
    return found


def overlaps(campaign: Campaign, tasks: Sequence[Task]) -> dict[str, int]:
    """Return how many annotators each unit wants, by its key."""
    known = {stratum.name: stratum.overlap for stratum in campaign.settings.strata}
    return {task.key: known.get(task.stratum or "", campaign.settings.overlap) for task in tasks}


def _check_shared(campaign: Campaign) -> None:
    settings = campaign.settings
    for key, wanted in (("strata", settings.strata), ("controls", settings.controls != type(settings.controls)())):
        if wanted and not campaign.part:
            raise WirecopyError(
                f"[campaigns.{campaign.name} -> {key}] needs annotators with queues of their own",
                hint="name them in wirecopy.toml: [annotators.NAME], one table each",
            )


def _strata(standings: Sequence[Standing]) -> dict[str, str]:
    held = (held for one in standings for held in (*one.before, *one.held))
    return {one.key: str(one.meta["stratum"]) for one in held if one.meta.get("stratum")}


def _holding(one: Standing, tasks: Sequence[Task]) -> Holding:
    payloads = {task.key: task.payload for task in tasks}
    present = [held for held in (*one.held, *one.before) if payloads.get(held.key) == held.payload and held.intact]
    # What is begun stays, as what is answered does.
    answered = {held.key for held in present if held.answers or held.id in one.begun}
    # Who had the old text of a unit gets the new one.
    return Holding(answered, {held.key for held in one.held if held.key in payloads} - answered)


def _sent(one: Standing, tasks: Sequence[Task]) -> list[str]:
    """Return the keys that stand on the server with their present text, in the order in which they are shown."""
    payloads = {task.key: task.payload for task in tasks}
    present = (held for held in one.held if held.intact and payloads.get(held.key, held.payload) == held.payload)
    return [held.key for held in sorted(present, key=lambda held: held.id)]


def _check_readers(
    campaign: Campaign, tasks: Sequence[Task], wanted: Mapping[str, int], holdings: Mapping[str, Holding]
) -> None:
    short: Counter[tuple[str, int, int]] = Counter()
    for task in tasks:
        # Who has left counts here: that a campaign ends with too few is no mistake in the file.
        readers = {name for name, one in campaign.annotators.items() if reads(one, task)}
        if len(readers | {name for name, held in holdings.items() if task.key in held.answered}) < wanted[task.key]:
            short[" and ".join(task.languages), wanted[task.key], len(readers)] += 1
    for (languages, overlap, few), count in short.most_common(1):
        raise WirecopyError(
            f"{count} units of campaign '{campaign.name}' in {languages} want {overlap} annotators; {few} read them",
            hint="name more in wirecopy.toml ([annotators.NAME] languages), or ask for less overlap",
        )


def _passed(campaign: Campaign, bench: Bench, active: Mapping[str, Annotator]) -> dict[str, bool | None]:
    """Return who has passed the tutorial, by what was pulled; None where it is not done."""
    if not campaign.settings.controls.tutorial:
        return dict.fromkeys(active, True)
    given = list(pulled.annotations(campaign))
    return {
        name: tutorial_passed(bench, pulled.pseudonym(campaign, name), given, one.languages)
        for name, one in active.items()
    }


def _gated(queue: list[Task], passed: bool | None) -> Share:
    """Keep all but the tutorial back from an annotator who has not done it."""
    if passed:
        return Share(queue)
    tutorial = [task for task in queue if task.control is Control.TUTORIAL]
    return Share(tutorial, [task for task in queue if task.control is not Control.TUTORIAL])
