"""A 64-bit hash of every row of an Arrow column, however nested, without a Python value a row."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus.steps.keyed import hashes

if TYPE_CHECKING:
    import pyarrow as pa

Hashes = NDArray[np.uint64]
NOTHING, LIST, STRUCT = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0x165667B19E3779F9)


def hash_rows(batch: "pa.RecordBatch", columns: list[str]) -> Hashes:
    """Return a hash of some columns of each row; the order of the columns counts."""
    found: Hashes = np.full(batch.num_rows, STRUCT, np.uint64)
    for name in columns:
        found = _mixed(found ^ hash_column(batch.column(name)))
    return found


def hash_column(column: "pa.Array") -> Hashes:
    """Return a hash of each value; nulls are equal to each other and to no value."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    found: Hashes = np.full(len(column), STRUCT, np.uint64)
    if pa.types.is_struct(kind):
        for field in kind:
            found = _mixed(found ^ hash_column(pc.struct_field(column, field.name)))
    elif pa.types.is_list(kind):
        found = _lists(column)
    elif pa.types.is_string(kind) or pa.types.is_binary(kind):
        found = _words(column)
    else:
        # Adding 0 makes one zero of both.
        filled = np.asarray(pc.fill_null(column, pa.scalar(0, pa.int64()).cast(kind)))
        wide = (filled + 0.0).view(np.uint64) if pa.types.is_floating(kind) else filled.astype(np.int64).view(np.uint64)
        found = _mixed(wide)
    nulls = column.is_null().to_numpy(zero_copy_only=False)
    return np.where(nulls, NOTHING, found)


def _words(column: "pa.Array") -> Hashes:
    coded = column.dictionary_encode()
    known = np.append(hashes(value or "" for value in coded.dictionary.to_pylist()), NOTHING)
    return np.asarray(known[np.asarray(coded.indices.fill_null(len(known) - 1))])


def _lists(column: "pa.ListArray") -> Hashes:
    import pyarrow.compute as pc

    lengths = np.asarray(pc.list_value_length(column).fill_null(0)).astype(np.int64)
    ends = np.concatenate([[0], np.cumsum(lengths)])
    places = np.arange(ends[-1]) - np.repeat(ends[:-1], lengths)
    parts = _mixed(hash_column(column.flatten()) ^ _mixed(places.astype(np.uint64)))
    sums: Any = np.concatenate([np.zeros(1, np.uint64), np.cumsum(parts, dtype=np.uint64)])
    return _mixed((sums[ends[1:]] - sums[ends[:-1]]) ^ LIST ^ lengths.astype(np.uint64))


def _mixed(values: Hashes) -> Hashes:
    """Return numbers whose bits all hang on all bits. SOURCE: the finaliser of SplitMix64 (Steele et al., 2014)."""
    values = values + NOTHING
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(values ^ (values >> np.uint64(31)))
