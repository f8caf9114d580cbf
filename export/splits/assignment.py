"""Which component goes to which split: old ones stay, new ones go where most is missing.

The cost of an assignment is the sum, over splits and amounts (documents, units of each label), of
(has - wanted)^2 / wanted; each new component, the largest first, goes where the cost grows least. It is
the greedy way of Sechidis, Tsoumakas, Vlahavas, "On the Stratification of Multi-Label Data" (2011),
over components and with all amounts at once.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from corpus.config import SPLIT_NAMES, Splits
from corpus.errors import WirecopyError
from corpus.files import digest
from corpus.output import listing
from export.splits.ledger import BY, GONE, NEW, TOGETHER, Move
from export.splits.together import NONE, Amounts, Codes, Documents, Edges, between, edges, groups

ALIKE = "alike"


@dataclass(frozen=True)
class Assignment:
    """The split of each document of the corpus, what is new by document (with the reason), and who had to move.

    `moves` are all that ever were, so that a release built again from its ledger says the same. `held` counts
    by kind the edges that no border runs across; `component` has a number for each document, the same one for those
    that belong together.
    """

    splits: Mapping[str, str]
    new: Mapping[str, tuple[str, str]]
    moves: Sequence[Move] = ()
    undated: Sequence[str] = field(default=())
    component: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[str, int] = field(default_factory=dict)

    @property
    def components(self) -> int:
        """Count the groups of documents that stay whole."""
        return len({self.component[doc] for doc in self.splits})

    def without(self, gone: Collection[str]) -> "Assignment":
        """Return the same without some documents; what is new still has them."""
        return replace(
            self,
            splits={doc: split for doc, split in self.splits.items() if doc not in gone},
            moves=[one for one in self.moves if one.doc_id not in gone],
            undated=[doc for doc in self.undated if doc not in gone],
        )


def assign(
    documents: Documents,
    known: Mapping[str, str],
    settings: Splits,
    *,
    alike: Codes | None = None,
    moved: Sequence[Move] = (),
) -> Assignment:
    """Assign every document: a known one stays where it is, unless it belongs together with one in a later split.

    Train gives way to validation and both to test, never the other way: what was tested on stays unseen.
    `alike` are more edges (k, 2), between places of documents that look alike: a new document follows those that
    it looks like, two known ones of one split move together, and two of different splits stay where they are.
    `moved` is what the ledger tells of earlier moves; what left the corpus is not named any more.
    """
    alike = NONE if alike is None else alike
    found = edges(documents, settings.links, settings.joined)
    held = {kind: len(pairs) for kind, pairs in found.items()}
    # All edges count here, also those between known documents: built again from its ledger, a release says the same.
    component = dict(zip(documents.ids, groups(documents, found | {ALIKE: alike}).tolist(), strict=True))
    found[ALIKE] = alike[~_across(documents, known, alike)]
    new, moves, fresh = _follow(documents, known, found)
    now = {**known, **{doc: split for doc, (split, _) in new.items()}}
    by_time = settings.strategy == "time"
    places = _by_time(documents, fresh, settings) if by_time else _by_need(documents, fresh, now, settings)
    for at, split in zip(fresh, places, strict=True):
        new |= {documents.ids[one]: (split, NEW) for one in at}
    whole = now | {doc: split for doc, (split, _) in new.items()}
    there = {doc: whole[doc] for doc in documents.ids}
    told = [*(_named(one, there) for one in moved if one.doc_id in there), *moves]
    undated = [doc for doc, date in zip(documents.ids, documents.published, strict=True) if by_time and not date]
    return Assignment(there, new, told, undated, component, held)


def _across(documents: Documents, known: Mapping[str, str], pairs: Codes) -> NDArray[np.bool_]:
    """Tell of each pair whether both are known and in different splits."""
    split = np.array([SPLIT_NAMES.index(known[doc]) if doc in known else -1 for doc in documents.ids], np.int64)
    left, right = split[pairs].T
    return np.asarray((left != right) & (left >= 0) & (right >= 0))


def _named(move: Move, there: Mapping[str, str]) -> Move:
    return replace(move, reason=GONE) if move.because and move.because not in there else move


def _follow(
    documents: Documents, known: Mapping[str, str], found: Edges
) -> tuple[dict[str, tuple[str, str]], list[Move], list[Codes]]:
    """Return what is new because of known documents, who has to move, and the components without known ones."""
    component = groups(documents, found)
    new: dict[str, tuple[str, str]] = {}
    moves: list[Move] = []
    fresh = []
    for at in _members(component):
        anchor = _anchor(documents, at, known)
        if anchor is None:
            fresh.append(at)
            continue
        split = known[documents.ids[anchor]]
        new |= {doc: (split, NEW) for one in at if (doc := documents.ids[one]) not in known}
        moves += _moves(documents, at, anchor, known, component, found)
    return new | {one.doc_id: (one.after, one.reason) for one in moves}, moves, fresh


def _anchor(documents: Documents, at: Codes, known: Mapping[str, str]) -> int | None:
    """Return the document whose split all of a component take: of those known, one in the latest split."""
    held: list[int] = [one for one in at.tolist() if documents.ids[one] in known]
    if not held:
        return None
    return max(held, key=lambda one: (SPLIT_NAMES.index(known[documents.ids[one]]), documents.ids[one]))


def _moves(
    documents: Documents, at: Codes, anchor: int, known: Mapping[str, str], component: Codes, found: Edges
) -> list[Move]:
    because = documents.ids[anchor]
    leaving = [one for one in at.tolist() if known.get(documents.ids[one], known[because]) != known[because]]
    if not leaving:
        return []
    kinds = between(anchor, leaving, component, found)
    ids = [(documents.ids[one], f"{TOGETHER}{because}{BY}{listing(kinds[one])}") for one in leaving]
    return [Move(doc, known[doc], known[because], reason) for doc, reason in ids]


def _members(component: Codes) -> list[Codes]:
    order = np.argsort(component, kind="stable")
    borders = np.flatnonzero(np.diff(component[order])) + 1
    return np.split(order, borders) if len(order) else []


def _by_need(documents: Documents, fresh: list[Codes], now: Mapping[str, str], settings: Splits) -> list[str]:
    """Return the split of each new component."""
    wanted = np.outer([getattr(settings, name) for name in SPLIT_NAMES], documents.amounts.sum(axis=0))
    has = _held(documents, now)
    open_ = wanted[:, 0] > 0
    # A label too rare to be in every split says nothing about where its units should go.
    common = np.asarray((wanted[open_] >= 1).all(axis=0))
    common[0] = True
    weight = common / np.where(wanted > 0, wanted, np.inf)
    amounts = np.array([documents.amounts[at].sum(axis=0) for at in fresh]).reshape(len(fresh), wanted.shape[1])
    marks = [digest(*sorted(documents.ids[one] for one in at)) for at in fresh]
    order = sorted(range(len(fresh)), key=lambda one: (-amounts[one].sum(), marks[one]))
    # Few labels are in one component: plain numbers are quicker here than arrays.
    slope, weights = (2 * (has - wanted) * weight).tolist(), weight.tolist()
    found = [""] * len(fresh)
    for place in order:
        mine = [(at, float(amounts[place, at])) for at in np.flatnonzero(amounts[place]).tolist()]
        growth = [
            sum(much * (slope[split][at] + much * weights[split][at]) for at, much in mine) if possible else math.inf
            for split, possible in enumerate(open_.tolist())
        ]
        best = growth.index(min(growth))
        for at, much in mine:
            slope[best][at] += 2 * much * weights[best][at]
        found[place] = SPLIT_NAMES[best]
    return found


def _held(documents: Documents, now: Mapping[str, str]) -> Amounts:
    has = np.zeros((len(SPLIT_NAMES), documents.amounts.shape[1]))
    known = [(SPLIT_NAMES.index(now[doc]), at) for at, doc in enumerate(documents.ids) if doc in now]
    for split, at in known:
        has[split] += documents.amounts[at]
    return has


def _by_time(documents: Documents, fresh: list[Codes], settings: Splits) -> list[str]:
    """Return the split of each new component by its newest document."""
    if settings.validation_from is None or settings.test_from is None:
        raise WirecopyError('[splits] strategy = "time" needs two dates', hint=_dates(documents, settings))
    found = []
    for at in fresh:
        dates = [date for one in at if (date := documents.published[one])]
        newest = max(dates, default="")[:10]
        later = [newest >= settings.validation_from, newest >= settings.test_from]
        found.append(SPLIT_NAMES[sum(later)])
    return found


def _dates(documents: Documents, settings: Splits) -> str:
    dates = sorted(date[:10] for date in documents.published if date)
    if not dates:
        return "the articles have no dates: choose another strategy"
    shares = (settings.train, settings.train + settings.validation)
    first, second = (dates[min(int(share * len(dates)), len(dates) - 1)] for share in shares)
    return f'for your shares: validation_from = "{first}" and test_from = "{second}"'
