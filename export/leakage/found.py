"""All pairs of documents that look alike, strong ones (they must not be cut apart) and weaker ones.

Which texts are equal, near-duplicates or one wire story is found anew; translations are those of the corpus
stage. Memory: 0.5 KB a document, and at most 270 MB for the features of stories.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from corpus.config import FILE_NAME, Workspace
from corpus.errors import WirecopyError
from corpus.output import listing
from corpus.relations.components import components
from export.contents import model_name
from export.leakage import copies, stories, told
from export.leakage.copies import Copies
from export.leakage.stories import Stories
from export.leakage.texts import texts
from export.schema import Link, LinkKind

KINDS = list(LinkKind)
STRONG = {LinkKind.NEAR_DUPLICATE: copies.THRESHOLD, LinkKind.STORY: stories.STRONG}  # any score, of the others
CHECKED = (LinkKind.EXACT, LinkKind.NEAR_DUPLICATE, LinkKind.TRANSLATION, LinkKind.PAIR, LinkKind.STORY)
LOOKED = "vectors = "  # how translations were looked for, where none was found
OFF = f"{LOOKED}off"
Places = NDArray[np.int64]
Scores = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Links:
    """Pairs (k, 2) of places in `ids`, which are sorted, each with a kind, a score and a method.

    `strong` tells which may not be cut apart; `compared` counts the pairs that were looked at (of equal texts: the
    documents) and `methods_of` tells how, by kind; `too_short` counts the documents that could not be compared;
    `distinct` are pairs of documents that look alike and do not belong together, by `wirecopy.toml`.
    """

    ids: Sequence[str]
    pairs: Places
    kinds: NDArray[np.int8]  # places in KINDS
    scores: Scores
    methods: NDArray[np.int16]  # places in names
    names: Sequence[str]
    compared: Mapping[str, int]
    methods_of: Mapping[str, Sequence[str]]
    distinct: Collection[tuple[str, str]] = ()
    too_short: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.pairs)

    def __getitem__(self, at: int) -> Link:
        """Return one link by its number."""
        left, right = sorted(self.ids[place] for place in self.pairs[at].tolist())
        kind, method = KINDS[int(self.kinds[at])], self.names[int(self.methods[at])]
        return Link(left=left, right=right, kind=kind, score=round(float(self.scores[at]), 4), method=method)

    @property
    def alike(self) -> NDArray[np.bool_]:
        """Tell of each pair whether its documents look so alike that they belong together."""
        least = np.array([STRONG.get(kind, 0.0) for kind in KINDS])
        return np.asarray(self.scores >= least[self.kinds])

    @property
    def strong(self) -> NDArray[np.bool_]:
        """Tell the same, but for the pairs that are said to be distinct."""
        return np.asarray(self.alike & ~self._told_apart)

    @property
    def edges(self) -> Places:
        """Return the strong pairs, for `assign`."""
        return self.pairs[self.strong]

    @property
    def _told_apart(self) -> NDArray[np.bool_]:
        places = {doc: at for at, doc in enumerate(self.ids)} if self.distinct else {}
        apart = [sorted((places[one], places[other])) for one, other in self.distinct]
        packed = np.array([one << 32 | other for one, other in apart], np.int64)
        equal = self.kinds == KINDS.index(LinkKind.EXACT)
        return np.asarray(np.isin(self.pairs[:, 0] << 32 | self.pairs[:, 1], packed) & ~equal)


def links(workspace: Workspace) -> Links:
    """Compare all documents of the corpus with each other.

    Raises WirecopyError where `distinct` or `joined` names a document that is not there.
    """
    alike, paraphrased = Copies(), Stories()
    ids: list[str] = []
    for batch in texts(workspace):
        ids += batch.ids
        alike.add(batch.hashes, batch.told)
        paraphrased.add(batch.told)
    settings = workspace.config.splits
    _check([doc for group in (*settings.joined, *settings.distinct) for doc in group], ids)
    made = _Made(ids)
    equal = alike.equal()
    made.put(LinkKind.EXACT, copies.EQUAL, equal, np.ones(len(equal)))
    made.compared[LinkKind.EXACT] = len(ids)
    pairs, scores, compared = alike.near()
    made.put(LinkKind.NEAR_DUPLICATE, copies.METHOD, pairs, scores)
    made.compared[LinkKind.NEAR_DUPLICATE], made.too_short[LinkKind.NEAR_DUPLICATE] = compared, alike.too_short
    groups = components(len(ids), np.concatenate([equal, pairs[scores >= copies.THRESHOLD]]))
    pairs, scores, compared = paraphrased.find(groups)
    made.put(LinkKind.STORY, paraphrased.method, pairs, scores)
    made.compared[LinkKind.STORY], made.too_short[LinkKind.STORY] = compared, paraphrased.too_short
    for kind, method, pairs, scores in (*told.relations(workspace, made.column), *told.pairs(workspace, made.column)):
        made.put(kind, method, pairs, scores)
        if kind in (LinkKind.TRANSLATION, LinkKind.PAIR):
            made.compared[kind] += len(pairs)
    vectors = model_name(workspace.config.corpus.vectors)
    for kind in (LinkKind.TRANSLATION, LinkKind.PAIR):
        # Nothing found reads otherwise where nothing was looked for.
        made.methods[kind] = made.methods[kind] or {f"{LOOKED}{vectors}"}
    return made.links([(one, other) for one, other in settings.distinct])


class _Made:
    """Links as they are found, over documents in the order of the files."""

    def __init__(self, ids: Sequence[str]) -> None:
        import pyarrow as pa

        self.column: pa.Array = pa.array(ids, pa.string())
        self.compared = {kind: 0 for kind in CHECKED}
        self.too_short: dict[str, int] = {}
        self.methods: dict[LinkKind, set[str]] = {kind: set() for kind in CHECKED}
        self._ids, self._names = ids, list[str]()
        self._parts: list[tuple[Places, int, Scores, int]] = []

    def put(self, kind: LinkKind, method: str, pairs: Places, scores: Scores) -> None:
        if method not in self._names:
            self._names.append(method)
        self.methods[kind].add(method)
        self._parts.append((pairs, KINDS.index(kind), scores, self._names.index(method)))

    def links(self, distinct: Collection[tuple[str, str]]) -> Links:
        """Return them all, over sorted ids, in one order whatever order the files have."""
        order = sorted(range(len(self._ids)), key=self._ids.__getitem__)
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        pairs = np.concatenate([np.empty((0, 2), np.int64), *(part[0] for part in self._parts)])
        pairs = np.sort(rank[pairs], axis=1)
        kinds = np.concatenate([np.full(len(part[0]), part[1], np.int8) for part in self._parts])
        scores = np.concatenate([part[2] for part in self._parts])
        methods = np.concatenate([np.full(len(part[0]), part[3], np.int16) for part in self._parts])
        at = np.lexsort((-scores, methods, kinds, pairs[:, 1], pairs[:, 0]))
        what = np.column_stack([pairs, kinds, methods])[at]
        # The corpus stage and the search anew find much the same.
        at = at[np.append(True, (what[1:] != what[:-1]).any(axis=1))[: len(at)]]
        compared = {kind.value: count for kind, count in self.compared.items()}
        ids = [self._ids[place] for place in order]
        how = {kind.value: sorted(names) for kind, names in self.methods.items()}
        return Links(
            ids, pairs[at], kinds[at], scores[at], methods[at], self._names, compared, how, distinct, self.too_short
        )


def _check(named: Iterable[str], ids: Sequence[str]) -> None:
    if unknown := sorted(set(named).difference(ids)):
        raise WirecopyError(
            f"{FILE_NAME}: [splits] joined or distinct names documents that are not in the corpus: {listing(unknown)}",
            hint="`wirecopy corpus stats` and the documents table have the ids; take out what is gone",
        )
