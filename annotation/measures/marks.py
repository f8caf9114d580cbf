"""The marks of a campaign's answers to one question, as columns."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from annotation.measures.table import Codes, Mask

if TYPE_CHECKING:
    import pyarrow as pa

COLUMNS = ("answer", "start", "end", "label", "severity", "holder")


@dataclass(frozen=True, eq=False)
class Marks:
    """One entry of each column for each mark, in the order of the answers.

    `answer` is the place of its answer. `label`, `severity` and `holder` are codes, -1 where there is none;
    `labels` names the labels. A holder is its row and its name, in which case and spaces do not matter.
    """

    answer: Codes
    start: Codes
    end: Codes
    label: Codes
    severity: Codes
    holder: Codes
    labels: Sequence[str]

    def __len__(self) -> int:
        return len(self.answer)

    def only(self, keep: Mask | Codes) -> "Marks":
        """Return some of the marks."""
        place = {name: getattr(self, name)[keep] for name in COLUMNS}
        return replace(self, **place)


def marks(rows: "pa.Table", question: str) -> Marks:
    """Return the marks of one question in the column `spans`."""
    import pyarrow.compute as pc

    column = rows["spans"].combine_chunks()
    answer, spans = pc.list_parent_indices(column), pc.list_flatten(column)
    asked = pc.equal(pc.struct_field(spans, "question"), question)
    answer, spans = answer.filter(asked), spans.filter(asked)
    start, end = (np.asarray(pc.struct_field(spans, name).fill_null(0), dtype=np.int64) for name in ("start", "end"))
    label, labels = _codes(pc.struct_field(spans, "label"))
    severity, _ = _codes(pc.struct_field(spans, "severity"))
    holder, holders = _codes(pc.struct_field(spans, "holder"))
    name, names = _codes(pc.struct_field(spans, "holder_name"))
    return Marks(
        np.asarray(answer, dtype=np.int64), start, end, label, severity, _holders(holder, name, holders, names), labels
    )


def _holders(holder: Codes, name: Codes, holders: list[str], names: list[str]) -> Codes:
    plain = [" ".join(one.casefold().split()) for one in names]
    places = {one: at for at, one in enumerate(sorted({*plain, ""}))}
    alike = np.array([*(places[one] for one in plain), 0], dtype=np.int64)  # the last is for none
    return np.where(holder < 0, -1, holder * len(places) + alike[name])


def _codes(column: "pa.Array") -> tuple[Codes, list[str]]:
    coded = column.dictionary_encode()
    return np.asarray(coded.indices.fill_null(-1), dtype=np.int64), coded.dictionary.to_pylist()
