"""Scores of segments, documents and outlets (systems), best first, with bootstrap intervals."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple, get_args
from zlib import crc32

import numpy as np

from annotation.measures.bootstrap import FEWEST, ROUNDS, SEED
from annotation.measures.figure import Figure, origin_of, signature
from annotation.measures.scores.library import told
from annotation.measures.scores.preset import Preset
from annotation.measures.scores.rated import Rated
from annotation.measures.scores.values import Valued, valued
from annotation.measures.table import Codes, Numbers, coded

Level = Literal["segment", "document", "outlet"]
LEVELS: tuple[Level, ...] = get_args(Level)
BLOCK = 2_000_000


class Score(NamedTuple):
    """The score of the segment, document or outlet `name`; `rank` among those of its language pair, from 1.

    `domains` has the mean of each domain, where the score is the mean of these.
    """

    name: str
    pair: str
    figure: Figure
    rank: int | None
    domains: dict[str, float]

    @property
    def ratings(self) -> int:
        """How many answers it was counted on."""
        return self.figure.answers

    def details(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        figure = self.figure
        found = {"name": self.name, "pair": self.pair or None, "score": figure.value, "rank": self.rank}
        found |= {"low": figure.low, "high": figure.high, "segments": figure.units, "ratings": figure.answers}
        found |= {"reason": figure.reason, "signature": figure.signature}
        return found | ({"domains": self.domains} if self.domains else {})


class Segments(NamedTuple):
    """The units with a score: mean of their raters, how many these are, and their weight in a mean."""

    unit: Codes
    mean: Numbers
    answers: Codes
    weight: Numbers


def segments(rated: Rated, found: Valued) -> Segments:
    """Return the mean of each unit over its raters."""
    mine, size = rated.unit[found.counts], len(rated.units)
    answers = np.bincount(mine, minlength=size)
    total = np.bincount(mine, weights=found.value[found.counts], minlength=size)
    unit = np.flatnonzero(answers)
    return Segments(unit, total[unit] / answers[unit], answers[unit], found.weight[unit])


def score(
    rated: Rated,
    preset: Preset,
    level: Level = "outlet",
    *,
    z: bool = False,
    rounds: int = ROUNDS,
    seed: int = SEED,
    values: Valued | None = None,
) -> list[Score]:
    """Return the scores of a level, best first; what has no answer that counts comes last, undefined.

    The interval holds 95 % of the means of `rounds` drawings of as many segments (of each domain, where the
    score is the mean of domains), with replacement (Koehn, "Statistical Significance Tests for Machine
    Translation Evaluation", 2004); it is the same for the same seed, whatever else is scored. There is
    none for fewer than ten segments. `values` are those of `valued`, where they are known already.
    """
    found = values or valued(rated, preset, z=z)
    mine = segments(rated, found)
    line = score_signature(rated, preset, level, z=z, rounds=rounds, seed=seed)
    domains = rated.domains if preset.mean == "domains" and level == "outlet" else [""] * len(rated.units)
    if level == "segment":
        return _ranked(_of_segments(rated, mine, line), preset) + list(_undefined(rated, mine, level, line, found))
    scores = []
    for name, pair, at in _groups(rated, mine, level):
        inside = _by_domain(mine, at, domains)
        means = {domain: float(np.average(value, weights=weight)) for domain, (value, weight) in inside.items()}
        figure = Figure(level, float(np.mean(list(means.values()))), len(at), int(mine.answers[at].sum()), line)
        if rounds:
            drawn = interval(list(inside.values()), rounds, seed=(seed, crc32(f"{pair} {name}".encode())))
            figure = figure._replace(low=drawn[0], high=drawn[1]) if drawn else figure
        scores.append(Score(name, pair, figure, None, means if preset.mean == "domains" and level == "outlet" else {}))
    return _ranked(scores, preset) + list(_undefined(rated, mine, level, line, found))


def score_signature(
    rated: Rated, preset: Preset, level: Level, *, z: bool = False, rounds: int = ROUNDS, seed: int = SEED
) -> str:
    """Return how a score is made, as one line; simulated raters are told."""
    return signature(
        "esa" if preset.basis == "number" else "mqm",
        preset=told(preset),
        level=level,
        items="all",
        z="rater" if z else None,
        mean=preset.mean if level == "outlet" else None,
        rounds=rounds if level != "segment" and rounds else None,
        seed=seed if level != "segment" and rounds else None,
        origin=origin_of(rated.origins),
    )


def interval(
    strata: list[tuple[Numbers, Numbers]], rounds: int, *, seed: tuple[int, int]
) -> tuple[float, float] | None:
    """Return the 95 % interval of a mean of weighted means of (values, weights), drawn within each stratum."""
    if sum(len(value) for value, _ in strata) < FEWEST:
        return None
    generator = np.random.default_rng(seed)
    drawn = np.zeros(rounds)
    for value, weight in strata:
        # Sorted, so that the order in which answers came changes nothing.
        order = np.lexsort((weight, value))
        drawn += _resampled(value[order], weight[order], rounds, generator) / len(strata)
    low, high = np.percentile(drawn, (2.5, 97.5))
    return float(low), float(high)


def _resampled(value: Numbers, weight: Numbers, rounds: int, generator: np.random.Generator) -> Numbers:
    size = len(value)
    means = np.empty(rounds)
    step = max(BLOCK // size, 1)
    even = bool(np.all(weight == weight[0]))
    for first in range(0, rounds, step):
        chosen = generator.integers(0, size, (min(step, rounds - first), size), dtype=np.int32)
        if even:
            means[first : first + step] = value[chosen].mean(axis=1)
        else:
            parts = weight[chosen]
            means[first : first + step] = (value[chosen] * parts).sum(axis=1) / parts.sum(axis=1)
    return means


def _groups(rated: Rated, mine: Segments, level: Level) -> Iterator[tuple[str, str, Codes]]:
    """Yield name, language pair and places of what belongs together."""
    keys = list(zip(_named(rated, level), rated.pairs, strict=True))
    known, code = coded(keys)
    codes = code[mine.unit]
    order = np.argsort(codes, kind="stable")
    bounds = np.flatnonzero(np.diff(codes[order])) + 1
    for at in np.split(order, bounds) if len(order) else []:
        name, pair = known[codes[at[0]]]
        yield name, pair, at


def _named(rated: Rated, level: Level) -> list[str]:
    names = {"segment": rated.units, "document": rated.documents, "outlet": rated.outlets}
    return list(names[level])


def _by_domain(mine: Segments, at: Codes, domains: Sequence[str]) -> dict[str, tuple[Numbers, Numbers]]:
    named = np.array([domains[unit] for unit in mine.unit[at].tolist()], dtype=object)
    return {domain: (mine.mean[at][named == domain], mine.weight[at][named == domain]) for domain in sorted(set(named))}


def _ranked(scores: list[Score], preset: Preset) -> list[Score]:
    sign = -1 if preset.is_higher_better else 1
    ordered = sorted(scores, key=lambda one: (one.pair, sign * (one.figure.value or 0.0), one.name))
    ranked: list[Score] = []
    place = 0
    for one in ordered:
        before = ranked[-1] if ranked and ranked[-1].pair == one.pair else None
        place = place + 1 if before else 1
        same = before is not None and before.figure.value == one.figure.value
        ranked.append(one._replace(rank=before.rank if before and same else place))
    return ranked


def _of_segments(rated: Rated, mine: Segments, line: str) -> list[Score]:
    columns = zip(mine.unit.tolist(), mine.mean.tolist(), mine.answers.tolist(), strict=True)
    return [
        Score(rated.units[unit], rated.pairs[unit], Figure("segment", mean, 1, answers, line), None, {})
        for unit, mean, answers in columns
    ]


def _undefined(rated: Rated, mine: Segments, level: Level, line: str, found: Valued) -> Iterator[Score]:
    reason = "; ".join(found.left_out) or "no answer"
    keys = list(zip(_named(rated, level), rated.pairs, strict=True))
    done = {keys[unit] for unit in mine.unit.tolist()}
    for name, pair in sorted(set(keys) - done):
        yield Score(name, pair, Figure(level, None, 0, 0, line, reason=reason), None, {})
