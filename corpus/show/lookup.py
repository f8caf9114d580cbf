"""Single rows out of a large dataset: only the row groups whose statistics allow them are read."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import reduce
from pathlib import Path
from typing import Any

from corpus.check.reading import batches, reading
from corpus.dataset import parts

MOST_COMPARED = 200_000  # ids: looking for a likeness takes 10 microseconds each
LIKE, SHOWN, BATCH_ROWS = 0.6, 3, 2_000


def rows_with(
    folder: Path, config: str, keys: Sequence[str], wanted: str, columns: Sequence[str] = ()
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a config where one of the columns `keys` (`left.doc` is inside of `left`) is `wanted`."""
    import pyarrow.parquet as pq

    for path in parts(folder, config):
        with reading(f"{config}/{path.name}"), path.open("rb") as raw, pq.ParquetFile(raw) as file:
            groups = [at for at in range(file.num_row_groups) if _may_hold(file.metadata.row_group(at), keys, wanted)]
            chosen = list(columns) or None
            for batch in file.iter_batches(batch_size=BATCH_ROWS, row_groups=groups, columns=chosen) if groups else ():
                yield from batch.filter(_mask(batch, keys, wanted)).to_pylist()


def nearest(folder: Path, wanted: str) -> list[str]:
    """Return the ids that are most like one that does not exist: those that contain it first."""
    inside, like, compared = list[str](), list[str](), 0
    for batch in batches(folder, "documents", ["doc_id"]):
        ids = [one for one in batch.data.column("doc_id").to_pylist() if one is not None]
        inside += [one for one in ids if wanted and wanted in one][: SHOWN - len(inside)]
        if len(inside) == SHOWN:
            return inside
        if compared < MOST_COMPARED:
            like = get_close_matches(wanted, [*like, *ids], n=SHOWN, cutoff=LIKE)
        compared += len(ids)
    return list(dict.fromkeys([*inside, *like]))[:SHOWN]


def _may_hold(group: Any, keys: Sequence[str], wanted: str) -> bool:
    for at in range(group.num_columns):
        column = group.column(at)
        if column.path_in_schema in keys:
            told = column.statistics
            if told is None or not told.has_min_max or told.min <= wanted <= told.max:
                return True
    return False


def _mask(batch: Any, keys: Sequence[str], wanted: str) -> Any:
    import pyarrow.compute as pc

    masks = []
    for key in keys:
        name, *inner = key.split(".")
        column = batch.column(name)
        masks.append(pc.equal(pc.struct_field(column, inner) if inner else column, wanted))
    return reduce(pc.or_kleene, masks)
