"""What each document tells, batch by batch: its text without captions, credits and the outlet's own lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from corpus.config import Workspace
from corpus.dataset import parts
from corpus.files import sha256
from corpus.parquet import read_batches
from corpus.schema import Role

if TYPE_CHECKING:
    import pyarrow as pa

TOLD = (Role.TITLE, Role.LEAD, Role.BODY, Role.HEADING)
COLUMNS = ("doc_id", "text", "paragraphs")


@dataclass(frozen=True)
class Texts:
    """Some documents: ids, SHA-256 of the whole texts, and what they tell."""

    ids: list[str]
    hashes: list[str]
    told: list[str]


def texts(workspace: Workspace) -> Iterator[Texts]:
    """Read the documents of the corpus in batches, in the order of its files."""
    for path in parts(workspace.corpus, "documents"):
        for batch in read_batches(path, COLUMNS):
            yield _texts(batch)


def _texts(batch: "pa.RecordBatch") -> Texts:
    whole: list[str] = batch.column("text").to_pylist()
    starts, ends, borders = _spans(batch.column("paragraphs"))
    told = []
    for text, first, last in zip(whole, borders, borders[1:], strict=False):
        lines = [text[start:end] for start, end in zip(starts[first:last], ends[first:last], strict=True)]
        # A text of nothing but credits is still the text.
        told.append("\n".join(lines) or text)
    return Texts(batch.column("doc_id").to_pylist(), [sha256(text.encode()) for text in whole], told)


def _spans(paragraphs: Any) -> tuple[list[int], list[int], list[int]]:
    """Return start and end of the paragraphs that tell something, and where each document's begin, with the end."""
    import pyarrow as pa
    import pyarrow.compute as pc

    flat = paragraphs.flatten()
    kept = pc.is_in(flat.field("role"), value_set=pa.array([role.value for role in TOLD]))
    mask = kept.to_numpy(zero_copy_only=False)
    before = np.concatenate([[0], np.cumsum(mask)])
    counts = np.concatenate([[0], np.cumsum(pc.list_value_length(paragraphs).to_numpy(zero_copy_only=False))])
    starts, ends = (flat.field(name).to_numpy()[mask].tolist() for name in ("start", "end"))
    return starts, ends, before[counts.astype(np.int64)].tolist()
