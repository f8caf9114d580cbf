"""Which outlets (systems) are better than which, paired on the segments that both translated, and in clusters."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby
from typing import NamedTuple

import numpy as np

from annotation.measures.figure import origin_of, signature
from annotation.measures.scores.levels import Score, segments
from annotation.measures.scores.library import told
from annotation.measures.scores.paired import (
    ROUNDS,
    SEED,
    TESTS,
    mann_whitney,
    randomisations,
    wilcoxon,
    wilcoxon_domains,
)
from annotation.measures.scores.preset import Preset
from annotation.measures.scores.rated import Rated
from annotation.measures.scores.values import Valued, valued
from annotation.measures.table import Codes, Numbers, coded
from corpus.errors import WirecopyError

ALPHA = 0.05
UNPAIRED = "no segment that both translated was rated"
Pairwise = Mapping[tuple[str, str], float | None]


class Comparison(NamedTuple):
    """Whether `better`, the one with the better score, is better than `worse` by more than chance."""

    pair: str
    better: str
    worse: str
    p: float | None
    segments: int
    reason: str | None


class Place(NamedTuple):
    """Where an outlet stands: its `cluster`, from 1, and the best and worst rank that it can claim."""

    pair: str
    name: str
    cluster: int | None
    best: int | None
    worst: int | None


@dataclass(frozen=True)
class Significance:
    """The comparisons of all outlets of a language pair with each other, and the places that follow.

    `reason` tells why there are no clusters, where there are none.
    """

    test: str
    comparisons: Sequence[Comparison]
    places: Sequence[Place]
    signature: str
    reason: str | None


def significance(
    rated: Rated,
    preset: Preset,
    ranked: Sequence[Score],
    test: str,
    *,
    z: bool = False,
    rounds: int = ROUNDS,
    seed: int = SEED,
    alpha: float = ALPHA,
    values: Valued | None = None,
) -> Significance:
    """Compare `ranked` outlets, as `score` returns them, pairwise on the segments that both have.

    All tests compare segments, each with the same weight, as those who use them do; so also where the score of an
    outlet is the mean of its domains or of its words (`mean:segments` in the signature). By these, the better of
    two may be the other one. `values` are those of `valued`, where they are known already.
    Raises WirecopyError for a test that is none of `TESTS`. WMT25 asks for p < 0.025 in place of 0.05.
    """
    if test not in TESTS:
        known = ", ".join(f"{name} ({users})" for name, users in TESTS.items())
        raise WirecopyError(f"there is no test '{test}'", hint=f"use one of {known}")
    shared = _by_item(rated, preset, values or valued(rated, preset, z=z))
    comparisons: list[Comparison] = []
    places: list[Place] = []
    for pair, group in groupby((one for one in ranked if one.figure.value is not None), key=lambda one: one.pair):
        names = [one.name for one in group]
        lines = list(combinations(names, 2))
        common = [_common(shared[better, pair], shared[worse, pair]) for better, worse in lines]
        found = dict(zip(lines, _tested(test, common, rounds, seed), strict=True))
        for (better, worse), one in zip(lines, common, strict=True):
            reason = None if len(one.items) else UNPAIRED
            comparisons.append(Comparison(pair, better, worse, found[better, worse], len(one.items), reason))
        places += _places(pair, names, found, alpha, neighbours=test == "wilcoxon")
    line = signature(
        "significance",
        preset=told(preset),
        test=test,
        alpha=alpha,
        mean="segments",
        z="rater" if z else None,
        rounds=rounds if test == "randomisation" else None,
        seed=seed if test == "randomisation" else None,
        origin=origin_of(rated.origins),
    )
    return Significance(test, comparisons, places, line, _reason(comparisons))


def clusters(names: Sequence[str], p: Pairwise, alpha: float = ALPHA) -> list[int]:
    """Return the cluster of each of `names`, which come best first.

    A new one begins where everyone above is better than everyone below with p < `alpha`: so WMT draws its
    lines (Kocmi et al. 2024; get_clusters in humeval/tools.py of wmt24-news-systems). Whoever was not
    compared was not better.
    """
    found, cluster = [], 1
    for at, _ in enumerate(names):
        lines = ((above, below) for above in names[:at] for below in names[at:])
        if at and all(_is_better(p[line], alpha) for line in lines):
            cluster += 1
        found.append(cluster)
    return found


def ranges(
    names: Sequence[str], p: Pairwise, alpha: float = ALPHA, *, neighbours: bool = False
) -> list[tuple[int, int]]:
    """Return the best and the worst rank that each of `names`, best first, can claim.

    From one more than those it lost to, to all but those it won against: WMT until 2024. Among `neighbours`,
    from its own rank up and down to the first one that is told apart: WMT25 (08-compute_clusters.py).
    """
    found = []
    for at, name in enumerate(names):
        lost = [_is_better(p[above, name], alpha) for above in reversed(names[:at])]
        won = [_is_better(p[name, below], alpha) for below in names[at + 1 :]]
        if neighbours:
            found.append((at + 1 - _until(lost), at + 1 + _until(won)))
        else:
            found.append((1 + sum(lost), len(names) - sum(won)))
    return found


def _places(pair: str, names: Sequence[str], p: Pairwise, alpha: float, *, neighbours: bool) -> list[Place]:
    if not any(one is not None for one in p.values()):
        return [Place(pair, name, None, None, None) for name in names]
    found = zip(names, clusters(names, p, alpha), ranges(names, p, alpha, neighbours=neighbours), strict=True)
    return [Place(pair, name, cluster, *between) for name, cluster, between in found]


def _reason(comparisons: Sequence[Comparison]) -> str | None:
    if not comparisons:
        return "no two outlets of a language pair have a score"
    alone = sum(one.p is None for one in comparisons)
    if alone == len(comparisons):
        return f"nothing is paired: {UNPAIRED}"
    told_so = f"{alone} of {len(comparisons)} pairs of outlets share no segment, and count as not told apart"
    return told_so if alone else None


def _is_better(p: float | None, alpha: float) -> bool:
    return p is not None and p < alpha


def _until(told_apart: Sequence[bool]) -> int:
    return told_apart.index(True) if True in told_apart else len(told_apart)


class Shared(NamedTuple):
    """The items that an outlet has or two have in common, their domains, and the scores: higher is better."""

    items: Codes
    domains: Sequence[str]
    score: Numbers
    other: Numbers


def _by_item(rated: Rated, preset: Preset, values: Valued) -> dict[tuple[str, str], Shared]:
    """Return for each outlet and language pair the items it has, in order, and its mean score of each."""
    mine = segments(rated, values)
    sign = 1.0 if preset.is_higher_better else -1.0
    known = {name: at for at, name in enumerate(sorted(set(rated.items)))}
    item = np.array([known[name] for name in rated.items], dtype=np.int64)
    domains = {code: rated.domains[unit] for unit, code in enumerate(item.tolist())}
    owners, owner = coded(list(zip(rated.outlets, rated.pairs, strict=True)))
    found: dict[tuple[str, str], Shared] = {}
    for at, name in enumerate(owners):
        places = np.flatnonzero(owner[mine.unit] == at)
        items, place = np.unique(item[mine.unit[places]], return_inverse=True)
        means = sign * np.bincount(place, weights=mine.mean[places]) / np.maximum(np.bincount(place), 1)
        found[name] = Shared(items, [domains[code] for code in items.tolist()], means, means)
    return found


def _common(left: Shared, right: Shared) -> Shared:
    items, first, second = np.intersect1d(left.items, right.items, assume_unique=True, return_indices=True)
    return Shared(items, [left.domains[at] for at in first.tolist()], left.score[first], right.score[second])


def _tested(test: str, common: Sequence[Shared], rounds: int, seed: int) -> list[float | None]:
    """Return p of each comparison; None where nothing is in common."""
    if test == "randomisation":
        items = np.unique(np.concatenate([one.items for one in common])) if common else np.empty(0, dtype=np.int64)
        apart = np.zeros((len(items), len(common)))
        for at, one in enumerate(common):
            apart[np.searchsorted(items, one.items), at] = one.score - one.other
        p = randomisations(apart, rounds=rounds, seed=seed)
        return [value if len(one.items) else None for value, one in zip(p, common, strict=True)]
    runs: dict[str, Callable[[Shared], float]] = {
        "mann-whitney": lambda one: mann_whitney(one.score, one.other),
        "wilcoxon-domains": lambda one: wilcoxon_domains(one.score, one.other, one.domains),
        "wilcoxon": lambda one: wilcoxon(one.score, one.other),
    }
    return [runs[test](one) if len(one.items) else None for one in common]
