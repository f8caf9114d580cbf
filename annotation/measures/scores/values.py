"""The value of each answer under a preset, and what is left out before it is counted."""

from typing import NamedTuple

import numpy as np

from annotation.measures.scores.preset import Preset, is_in
from annotation.measures.scores.rated import Rated
from annotation.measures.table import Mask, Numbers, coded


class Valued(NamedTuple):
    """The `value` of each answer and which count; `weight` of each unit in a mean (its words, or 1).

    `left_out` says how many answers of whom or what don't count, and why.
    """

    value: Numbers
    counts: Mask
    weight: Numbers
    left_out: dict[str, int]


def valued(rated: Rated, preset: Preset, *, z: bool = False) -> Valued:
    """Return what each answer is worth; with `z`, in standard deviations from its rater's mean."""
    weight = rated.words.astype(np.float64) if preset.per == "words" else np.ones(len(rated.units))
    value = _numbers(rated, preset) if preset.basis == "number" else _quality(rated, preset, weight)
    dropped = _dropped(rated, preset)[rated.unit]
    missing = np.isnan(value) & ~dropped
    left_out = {"dropped by the preset": int(dropped.sum()), _missing(preset): int(missing.sum())}
    counts = ~dropped & ~missing
    if z:
        value, alone = _standard(rated, value, counts)
        counts &= ~np.isnan(value)
        left_out |= alone
    return Valued(value, counts, weight, {reason: count for reason, count in left_out.items() if count})


def penalties(rated: Rated, preset: Preset) -> Numbers:
    """Return the sum of the weights of each answer's errors: 0 where nothing is marked.

    An error of a category that stands alone replaces all others of its answer; the heaviest such one counts.
    """
    weights = np.array([preset.weight(*kind) or 0.0 for kind in rated.kinds], dtype=np.float64)
    total: Numbers = np.bincount(rated.answer, weights=weights[rated.kind], minlength=len(rated)).astype(np.float64)
    alone = np.array([any(is_in(name, one) for one in preset.alone) for name, _ in rated.kinds], dtype=np.bool_)
    if alone.any():
        mine = alone[rated.kind]
        most = np.full(len(rated), -1.0)
        np.maximum.at(most, rated.answer[mine], weights[rated.kind[mine]])
        total = np.where(most >= 0, most, total)
    return total if preset.cap is None else np.minimum(total, preset.cap)


def unweighted(rated: Rated, preset: Preset) -> dict[tuple[str, str], int]:
    """Return the errors (category, severity) that no rule of a preset covers, which weigh 0, and how many."""
    if preset.basis == "number":
        return {}
    counts = np.bincount(rated.kind, minlength=len(rated.kinds))
    found: dict[tuple[str, str], int] = {}
    for kind, count in zip(rated.kinds, counts.tolist(), strict=True):
        if count and preset.weight(*kind) is None:
            found[kind] = found.get(kind, 0) + count
    return found


def _quality(rated: Rated, preset: Preset, weight: Numbers) -> Numbers:
    penalty = penalties(rated, preset)
    if preset.per == "segment":
        return penalty
    words = weight[rated.unit]
    known = words > 0
    return np.where(known, 100.0 * (1 - penalty / np.where(known, words, 1)), np.nan)


def _numbers(rated: Rated, preset: Preset) -> Numbers:
    low, high = preset.number or (0.0, 0.0)
    fitting = [one for name, one in rated.numbers.items() if rated.bounds.get(name, preset.number) == preset.number]
    if not fitting:
        return np.full(len(rated), np.nan)
    inside = (fitting[0] >= low) & (fitting[0] <= high)
    return np.where(inside, fitting[0], np.nan)


def _dropped(rated: Rated, preset: Preset) -> Mask:
    drop = preset.drop
    found = np.zeros(len(rated.units), dtype=np.bool_)
    columns = ((rated.documents, drop.documents), (rated.outlets, drop.outlets), (rated.types, drop.items))
    for names, patterns in columns:
        known, code = coded(names)
        if known and patterns:
            found |= np.array([any(is_in(name, one) for one in patterns) for name in known], dtype=np.bool_)[code]
    return found


def _standard(rated: Rated, value: Numbers, counts: Mask) -> tuple[Numbers, dict[str, int]]:
    """Return z-scores, NaN for raters who have none: (value - mean) / standard deviation of the rater's answers.

    As Appraise does it (Campaign/management/commands/ComputeZScores.py): by language pair, n - 1 below.
    """
    pairs, pair = coded(rated.pairs)
    group = rated.rater * max(len(pairs), 1) + pair[rated.unit]
    size = len(rated.raters) * max(len(pairs), 1)
    known = np.where(counts, value, 0.0)
    n = np.bincount(group[counts], minlength=size)
    mean = np.bincount(group, weights=known, minlength=size) / np.maximum(n, 1)
    apart = np.where(counts, (value - mean[group]) ** 2, 0.0)
    sd = np.sqrt(np.bincount(group, weights=apart, minlength=size) / np.maximum(n - 1, 1))
    flat = sd <= 1e-9 * np.maximum(np.abs(mean), 1)
    told = {}
    for at in np.flatnonzero((n > 0) & flat).tolist():
        who = rated.raters[at // len(pairs)] + (f" in {pairs[at % len(pairs)]}" if len(pairs) > 1 else "")
        why = "one answer" if n[at] == 1 else "all answers alike"
        told[f"no z-score: {who}, {why}"] = int(n[at])
    return np.where(counts & ~flat[group], (value - mean[group]) / np.where(flat, 1, sd)[group], np.nan), told


def _missing(preset: Preset) -> str:
    if preset.basis == "number":
        low, high = preset.number or (0.0, 0.0)
        return f"no number from {low:g} to {high:g}"
    return "words of the source can't be counted"
