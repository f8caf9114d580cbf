"""Arrow files between the steps of the build: uncompressed, mapped into memory, never all loaded."""

import mmap
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

Flat = Sequence[Sequence[Any]]


@contextmanager
def writing(path: Path, schema: "pa.Schema") -> Iterator[Callable[["pa.RecordBatch"], None]]:
    """Open `path` for batches; yield the function that takes one."""
    import pyarrow as pa

    # The open file, not its name: Arrow takes only names that are Unicode.
    with path.open("wb") as file, pa.ipc.new_file(file, schema) as writer:
        yield writer.write_batch


def batches(path: Path) -> Iterator["pa.RecordBatch"]:
    """Yield the batches of a file, mapped: only what is looked at is read."""
    reader = _reader(path)
    for at in range(reader.num_record_batches):
        yield reader.get_batch(at)


def loaded(path: Path) -> "pa.Table":
    """Return a whole small file, read: it stays open no longer."""
    import pyarrow as pa

    return pa.ipc.open_file(pa.py_buffer(path.read_bytes())).read_all()


def table(path: Path) -> "pa.Table":
    """Return a whole file as one mapped table."""
    return _reader(path).read_all()


def column(path: Path, name: str) -> list[Any]:
    """Return one column as Python values."""
    return [value for batch in batches(path) for value in batch.column(name).to_pylist()]


def structs(kind: "pa.DataType", counts: Sequence[int], columns: Flat) -> "pa.Array":
    """Return a list<struct> column from the length of each list and the flat columns of the fields."""
    import numpy as np
    import pyarrow as pa

    fields = list(kind.value_type)
    arrays = [pa.array(values, type=field.type) for values, field in zip(columns, fields, strict=True)]
    offsets = np.concatenate(([0], np.cumsum(counts, dtype=np.int64))).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.StructArray.from_arrays(arrays, fields=fields), type=kind)


def _reader(path: Path) -> Any:
    import pyarrow as pa

    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return pa.ipc.open_file(pa.BufferReader(pa.py_buffer(mapped)))
