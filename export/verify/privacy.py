"""What must hold of the people who annotated: nobody is named, in no column that they made."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotation.schemes.scheme import Scheme, Text
from corpus.check.findings import Finding
from export.privacy import ADDRESS, COMMENT, NAMES, REASON, VALUES
from export.schema import ConfigFacts
from export.standoff import TEXTS
from export.verify.reading import Release

PSEUDONYM = "^rater-([0-9a-f]{8}|unknown)$"
READ = ("doc_ids", "segment_ids", "target")  # what annotators read, beside the texts
Places = NDArray[np.int64]


def rows(release: Release, config: ConfigFacts, scheme: Scheme) -> Iterator[Finding]:
    """Annotators are pseudonyms, no mail address is in what they made, and no remark unless the facts say so."""
    import pyarrow.compute as pc

    remarks = {REASON, *(f"{VALUES}.{one.name}" for one in scheme.questions if isinstance(one, Text))}
    passed = {*TEXTS[config.table], *READ}
    for batch in release.batches(config):
        every = np.arange(batch.data.num_rows)
        for name in batch.data.schema.names:
            for path, values, places in _leaves(name, batch.data.column(name), every):
                wrong = {}
                if path in NAMES:
                    wrong["is no pseudonym"] = pc.invert(pc.match_substring_regex(values, PSEUDONYM))
                if path not in passed:
                    wrong["has a mail address"] = pc.match_substring_regex(values, ADDRESS)
                if not release.facts.comments and (path in remarks or path.endswith(f".{COMMENT}")):
                    wrong["is a remark, and the facts say that none is shipped"] = pc.is_valid(values)
                for what, hits in wrong.items():
                    found = np.unique(places[np.asarray(pc.fill_null(hits, fill_value=False))]).tolist()
                    yield from (Finding(f"'{path}' {what}", *batch.place(at)) for at in found)


def _leaves(path: str, column: Any, places: Places) -> Iterator[tuple[str, Any, Places]]:
    """Yield the texts in a column, flat, each with the row that it stands in."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_list(column.type):
        yield from _leaves(path, column.flatten(), places[np.asarray(column.value_parent_indices())])
    elif pa.types.is_struct(column.type):
        for field in column.type:
            yield from _leaves(f"{path}.{field.name}", pc.struct_field(column, field.name), places)
    elif pa.types.is_string(column.type):
        yield path, column, places
