"""How often what was marked, counted on columns."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from annotation.measures.gather import Answers
from annotation.measures.table import Codes


def tally(answers: Answers, question: str, place: Codes, fields: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Yield `(place, *fields, count)` for the marks of a question, each combination that occurs once, in no order.

    `place` has a code for each unit; `fields` are those of `Span`, with their values, None where there is none.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    column = answers.rows["spans"].combine_chunks()
    spans, answer = pc.list_flatten(column), np.asarray(pc.list_parent_indices(column), dtype=np.int64)
    parts = [pc.struct_field(spans, one) for one in fields]
    names = ["place", *fields]
    table = pa.table([pa.array(place[answers.unit[answer]]), *parts], names)
    asked = table.filter(pc.equal(pc.struct_field(spans, "question"), question))
    counts = asked.group_by(names).aggregate([([], "count_all")]).select([*names, "count_all"])
    return zip(*(one.to_pylist() for one in counts.columns), strict=True)
