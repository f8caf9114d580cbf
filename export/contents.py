"""The tables of a release: which files they come from, and their rows as they may leave a workspace."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotation.answers.labels import label_features
from annotation.campaign import Campaign
from annotation.schema import Annotation
from annotation.schemes.answers import value_features
from annotation.schemes.scheme import Scheme
from corpus.config import Workspace
from corpus.dataset import parts
from corpus.features import Features, features, schema_of
from corpus.schema import Document, Pair, Segment
from export.privacy import Privacy
from export.schema import TAKEN_DOWN, Table

if TYPE_CHECKING:
    import pyarrow as pa

    from export.takedown import Gone

ROWS: dict[Table, Any] = {Table.DOCUMENTS: Document, Table.SEGMENTS: Segment, Table.PAIRS: Pair}
LEFT_OUT = {
    "stale": "of units that are gone or were changed",
    "deleted": "deleted on the server",
    "control": "of control items",
}
# The path of a folder of this machine; `team/model` is a name on the Hub.
FOLDER = re.compile(r"^([a-z-]+:)?(?:[.~]{0,2}/|[A-Za-z]:[\\/])(?:.*[\\/])?(?=[^\\/])")
READ_ROWS, READ_BYTES = 50_000, 16 << 20  # at once
EVERYTHING = Privacy(comments=True)


@dataclass(frozen=True)
class Piece:
    """A row group of an input file; `start` is its first row in the file, `bytes` its size unpacked."""

    path: Path
    group: int
    start: int
    rows: int
    bytes: int


@dataclass(frozen=True)
class Content:
    """One config: its Features and the files that its rows come from, in their order.

    The rows of a campaign have a `scheme` and pass through the rules of `privacy`; `gone` is what was taken down.
    """

    name: str
    kind: Table
    features: Features
    files: tuple[Path, ...]
    campaign: str | None = None
    scheme: Scheme | None = None
    privacy: Privacy = EVERYTHING
    gone: "Gone | None" = None

    @property
    def schema(self) -> "pa.Schema":
        """The Arrow schema, with the Features in its metadata."""
        return schema_of(self.features)

    def pieces(self) -> list[Piece]:
        """Return the row groups of all files."""
        return [piece for path in self.files for piece in _groups(path)]

    def batches(self, pieces: list[Piece], left_out: Counter[str]) -> "Iterator[pa.RecordBatch]":
        """Yield the rows of some row groups; count in `left_out` what is passed over, by reason."""
        import numpy as np

        schema = self.schema
        for piece, start, batch in _read(pieces):
            rows = np.arange(start, start + batch.num_rows)
            if self.kind is Table.ANNOTATIONS:
                batch, rows = _standing(_named(batch), rows, left_out)
            if self.gone:
                # Before the rules: what was typed about a source that was taken down goes nowhere, and stops nothing.
                kept = self.gone.kept(batch)
                left_out[TAKEN_DOWN] += len(kept) - int(kept.sum())
                batch, rows = self.gone.cut(batch), rows[kept]
            if self.scheme is not None:
                batch = self.privacy.applied(batch, self.scheme, lambda at: f"{piece.path}: row {rows[at] + 1}")  # noqa: B023
            yield batch.cast(schema) if batch.schema != schema else batch.replace_schema_metadata(schema.metadata)


def tables_of(workspace: Workspace, campaigns: list[Campaign], privacy: Privacy, gone: "Gone") -> Iterator[Content]:
    """Yield the tables of a release."""
    for kind, model in ROWS.items():
        yield Content(kind.value, kind, features(model), tuple(parts(workspace.corpus, kind)), gone=gone)
    for one in campaigns:
        labels, answers = (one.folder / f"{name}.parquet" for name in ("labels", "annotations"))
        mine = (one.name, one.scheme, privacy, gone)
        yield Content(one.name, Table.LABELS, label_features(one.scheme), (labels,), *mine)
        columns = features(Annotation, values=value_features(one.scheme))
        yield Content(f"{one.name}_annotations", Table.ANNOTATIONS, columns, (answers,), *mine)


def model_name(text: str) -> str:
    """Return the name of a model as it may leave a workspace: of one in a folder, the last part of the path."""
    return FOLDER.sub(r"\1", text)


def _named(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """Return raw answers with the names of models as they may leave a workspace."""
    import pyarrow as pa

    at = batch.schema.get_field_index("prefilled_by")
    models = batch.column(at).dictionary_encode()
    names = pa.array([model_name(one) for one in models.dictionary.to_pylist()], pa.string())
    return batch.set_column(at, batch.schema.field(at), names.take(models.indices))


def _standing(batch: "pa.RecordBatch", rows: Any, left_out: Counter[str]) -> "tuple[pa.RecordBatch, Any]":
    """Return the answers to what is shipped: those to an earlier text have offsets into another one."""
    import numpy as np
    import pyarrow.compute as pc

    for column, why in LEFT_OUT.items():
        values = batch[column]
        keep = pc.is_null(values) if column == "control" else pc.invert(values)
        gone = batch.num_rows - int(pc.sum(keep).as_py() or 0)
        if gone:
            left_out[why] += gone
            batch, rows = batch.filter(keep), rows[np.asarray(keep)]
    return batch, rows


def _groups(path: Path) -> Iterator[Piece]:
    import pyarrow.parquet as pq

    with path.open("rb") as raw, pq.ParquetFile(raw) as file:
        start = 0
        for group in range(file.num_row_groups):
            told = file.metadata.row_group(group)
            yield Piece(path, group, start, told.num_rows, told.total_byte_size)
            start += told.num_rows


def _read(pieces: list[Piece]) -> "Iterator[tuple[Piece, int, pa.RecordBatch]]":
    import pyarrow.parquet as pq

    for path in dict.fromkeys(piece.path for piece in pieces):
        with path.open("rb") as raw, pq.ParquetFile(raw) as file:
            for piece in (one for one in pieces if one.path == path):
                start = piece.start
                few = max(1, min(READ_ROWS, READ_BYTES * piece.rows // max(piece.bytes, 1)))
                for batch in file.iter_batches(batch_size=few, row_groups=[piece.group], use_threads=False):
                    yield piece, start, batch
                    start += batch.num_rows
