"""Scores of translations under named, versioned presets, and whether the differences between them are real.

`rated_of` makes columns of a campaign's answers, `score` the scores of a level, `significance` the comparisons.
Presets are the `*.toml` here, and a team's own in `presets/` of its workspace.
"""

from annotation.measures.scores.changes import Rescored, details
from annotation.measures.scores.foreign import rated_rows, rated_tsv
from annotation.measures.scores.levels import LEVELS, Level, Score, score
from annotation.measures.scores.library import load, preset_for, presets, told
from annotation.measures.scores.paired import TESTS
from annotation.measures.scores.preset import Preset, misfit
from annotation.measures.scores.rated import Rated, Rating, rated, rated_of
from annotation.measures.scores.significance import Place, Significance, significance
from annotation.measures.scores.values import unweighted, valued

__all__ = [
    "LEVELS",
    "TESTS",
    "Level",
    "Place",
    "Preset",
    "Rated",
    "Rating",
    "Rescored",
    "Score",
    "Significance",
    "details",
    "load",
    "misfit",
    "preset_for",
    "presets",
    "rated",
    "rated_of",
    "rated_rows",
    "rated_tsv",
    "score",
    "significance",
    "told",
    "unweighted",
    "valued",
]
