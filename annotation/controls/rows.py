"""The answers that were pulled, as light rows: with what verdicts, audits and progress read of them.

Whole rows of 200,000 answers take 2 GB, and of few of them the marks are compared with anything.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

from annotation.campaign import Campaign
from annotation.measures import columns
from annotation.prefill import Shown
from annotation.schema import Annotation, Control, Span, Status
from corpus.errors import WirecopyError
from corpus.parquet import read_columns

if TYPE_CHECKING:
    import pyarrow as pa

READ = (
    *("key", "payload", "stale", "deleted", "control", "of", "prefilled_by", "annotator", "status"),
    *("contradictions", "lead_time", "created", "updated"),
)
FIELDS, OF_SPAN = {*READ, "values", "spans"}, {*Span.model_fields}
KINDS: Mapping[str, Callable[[str], str]] = {"control": Control, "status": Status}


def answered(campaign: Campaign, shown: Shown) -> Iterator[Annotation]:
    """Yield the rows of `annotations.parquet`, none before the first pull; of their fields, these alone.

    `READ` and `values` of all; `spans` where marks are compared: of controls, of units that have one, and of what
    has a prediction in `shown`. Whoever reads another field gets an AttributeError, never an empty one.
    Raises WirecopyError where the file is damaged.
    """
    if (campaign.folder / "annotations.parquet").exists():
        _give_back()
        yield from _rows(campaign, shown)
        _give_back()


def _rows(campaign: Campaign, shown: Shown) -> Iterator[Annotation]:
    import pyarrow as pa

    path, hint = campaign.folder / "annotations.parquet", columns.fill(campaign)
    table = columns.annotations(campaign, (*READ, "spans"))
    # Whatever scheme it was asked for by: an answer to an older one is an answer.
    values = read_columns(path, ("values",), hint=hint)["values"]
    if not pa.types.is_struct(values.type) or values.null_count:
        raise WirecopyError(f"{path}: [values] has no answers by question", hint=hint)
    try:
        told = {name: _shared(table[name].combine_chunks(), KINDS.get(name)) for name in READ}
        compared = _compared(told, shown)
        spans = _spans(table["spans"].filter(pa.array(compared, pa.bool_())).combine_chunks())
        for given, marked, *row in zip(values, compared, *told.values(), strict=True):
            found: dict[str, Any] = {"spans": next(spans)} if marked else {}
            found |= zip(READ, row, strict=True)
            yield Annotation.model_construct(FIELDS, **found, values=given.as_py())
    except ValueError as error:
        raise WirecopyError(f"{path}: {error}", hint=hint) from None


def _compared(told: Mapping[str, list[Any]], shown: Shown) -> list[bool]:
    """Return for each row whether its marks are compared with others."""
    copied = {*told["of"]} - {None}
    rows = zip(told["control"], told["key"], told["payload"], strict=True)
    return [control is not None or key in copied or (key, payload) in shown for control, key, payload in rows]


def _spans(column: "pa.ListArray") -> Iterator[list[Span]]:
    """Yield the marks of each row."""
    import pyarrow.compute as pc

    flat = pc.list_flatten(column)
    fields = {name: pc.struct_field(flat, name) for name in Span.model_fields}
    for name, one in fields.items():
        if one.null_count and Span.model_fields[name].is_required():
            raise ValueError(f"[spans] a mark has no '{name}'")
    rows = zip(*(_shared(one) for one in fields.values()), strict=True)
    marks = (Span.model_construct(OF_SPAN, **dict(zip(fields, row, strict=True))) for row in rows)
    for size in pc.list_value_length(column).to_pylist():
        yield list(islice(marks, size))


def _shared(column: "pa.Array", kind: Callable[[str], str] | None = None) -> list[Any]:
    """Return the values of a column, equal texts as one object; `kind` makes them words of a vocabulary."""
    import pyarrow as pa

    if not pa.types.is_string(column.type):
        return list(column.to_pylist())
    coded = column.dictionary_encode()
    names = [one if kind is None else kind(one) for one in coded.dictionary.to_pylist()]
    return [None if at is None else names[at] for at in coded.indices.to_pylist()]


def _give_back() -> None:
    """Return to the system what was read and freed: Arrow's own pool keeps it, a quarter of a gigabyte."""
    import pyarrow as pa

    for pool in (pa.default_memory_pool(), pa.system_memory_pool()):
        pool.release_unused()
    pa.set_memory_pool(pa.system_memory_pool())
