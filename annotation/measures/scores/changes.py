"""What becomes of the same ratings under several presets: scores and ranks side by side, and why they differ."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from annotation.measures.scores.levels import Score
from annotation.measures.scores.library import told
from annotation.measures.scores.preset import Preset
from annotation.measures.scores.rated import Rated
from annotation.measures.scores.values import unweighted


@dataclass(frozen=True)
class Change:
    """Errors of one kind, and what each preset weighs one with; None where no rule covers it, which weighs 0."""

    category: str
    severity: str
    errors: int
    weights: dict[str, float | None]


@dataclass(frozen=True)
class Rescored:
    """Ratings, and by preset their scores, and how many were left out of these and why."""

    rated: Rated
    presets: dict[str, Preset]
    scores: dict[str, list[Score]]
    left_out: dict[str, dict[str, int]]

    def by_name(self) -> dict[tuple[str, str], dict[str, Score]]:
        """Return the scores of each name and language pair by preset, in the order of the first preset."""
        found: dict[tuple[str, str], dict[str, Score]] = {}
        for preset, scores in self.scores.items():
            for one in scores:
                found.setdefault((one.name, one.pair), {})[preset] = one
        return found

    def weights(self) -> list[Change]:
        """Return the kinds of error that the presets weigh differently, the most frequent first."""
        counted = {name: one for name, one in self.presets.items() if one.basis == "errors"}
        totals: dict[tuple[str, str], int] = {}
        for kind, count in zip(self.rated.kinds, _counts(self.rated), strict=True):
            totals[kind] = totals.get(kind, 0) + count
        found = []
        for (category, severity), errors in totals.items():
            weights = {name: preset.weight(category, severity) for name, preset in counted.items()}
            if errors and len({one or 0.0 for one in weights.values()}) > 1:
                found.append(Change(category, severity, errors, weights))
        return sorted(found, key=lambda one: (-one.errors, one.category, one.severity))

    def moves(self) -> Iterator[tuple[tuple[str, str], dict[str, int]]]:
        """Yield each name and language pair whose rank is not the same under all presets, with its ranks."""
        for key, scores in self.by_name().items():
            ranks = {preset: one.rank for preset, one in scores.items() if one.rank is not None}
            if len(set(ranks.values())) > 1:
                yield key, ranks

    def signatures(self) -> dict[str, str]:
        """Return the signature of each preset's scores."""
        return {preset: scores[0].figure.signature for preset, scores in self.scores.items() if scores}

    def details(self) -> dict[str, Any]:
        """Return all of it, as JSON has it."""
        return {
            "presets": [
                details(self.rated, preset, self.left_out[name])
                | {"scores": [one.details() for one in self.scores[name]]}
                for name, preset in self.presets.items()
            ],
            "weights": [vars(one) for one in self.weights()],
            "moves": [{"name": name, "pair": pair or None, "ranks": ranks} for (name, pair), ranks in self.moves()],
        }


def details(rated: Rated, preset: Preset, left_out: dict[str, int]) -> dict[str, Any]:
    """Return what there is to know of a preset's work on some ratings, as JSON has it."""
    missed = unweighted(rated, preset).items()
    return {
        "preset": told(preset),
        "title": preset.title,
        "better": preset.better,
        "origins": rated.origins,
        "left_out": left_out,
        "without_a_rule": [
            {"category": category, "severity": severity, "errors": count} for (category, severity), count in missed
        ],
    }


def _counts(rated: Rated) -> list[int]:
    counts: list[int] = np.bincount(rated.kind, minlength=len(rated.kinds)).tolist()
    return counts
