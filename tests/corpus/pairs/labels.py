"""Sentences that name their meaning, and vectors that read it: what an aligner does is then exact.

`en:3 4` and `de:3 4` mean the same, and the first half of it is `de:3`.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from corpus.pairs.vectors import Rows, Scale

LONG = "x" * 60  # lengths of sentences of two meanings are twice those of one


class Labels:
    """One direction of its own for each meaning, and one that all share."""

    name = "labels"
    note = ""
    scale = Scale(
        unrelated=0.5, weight=75.0, level=0.91, fair=1.0, good=1.1, strong=1.2, anchored=0.5, proof=1.1
    )  # fmt: skip

    def encode(self, texts: Sequence[str]) -> Rows:
        rows = np.zeros((len(texts), 512), np.float32)
        for row, text in zip(rows, texts, strict=True):
            meanings = [int(one) for one in text.split("|")[0].split(":")[1].split()]
            row[0] = len(meanings)
            row[[one + 1 for one in meanings]] = 1
            row /= np.linalg.norm(row)
        return rows


def told(language: str, meanings: Iterable[int | tuple[int, ...]]) -> list[str]:
    """Write sentences of one or more meanings each."""
    parts = [one if isinstance(one, tuple) else (one,) for one in meanings]
    return [f"{language}:{' '.join(map(str, one))}|{LONG * len(one)}" for one in parts]
