"""Texts in the cells of a table without quotes, where a tab or a line break would end them."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from annotation.interchange.losses import Rule
from annotation.interchange.rows import Record
from annotation.schemes.scheme import Scheme

if TYPE_CHECKING:
    from annotation.interchange.formats import Format

BREAKS = str.maketrans("\t\n\r", "   ")


def flat_cells(name: str, tags: re.Pattern[str] | None = None) -> Rule:
    """Return the rule that takes what a cell can't hold out of all texts; they stay as long as they are."""

    def flat(text: str, lost: list[str]) -> str:
        bare = text.translate(BREAKS)
        if tags:
            bare = tags.sub(lambda tag: f"({tag[0][1:-1]})", bare)
        if bare != text:
            lost.append(repr(text[:40]))
        return bare

    def take(record: Record, _scheme: Scheme, _form: "Format") -> Iterable[str]:
        lost: list[str] = []
        record.rater = flat(record.rater, lost)
        record.stratum = record.stratum and flat(record.stratum, lost)
        record.target_id = record.target_id and flat(record.target_id, lost)
        record.doc_ids = [flat(one, lost) for one in record.doc_ids]
        record.segment_ids = [flat(one, lost) for one in record.segment_ids]
        record.data = {key: flat(one, lost) if isinstance(one, str) else one for key, one in record.data.items()}
        record.values = {key: flat(one, lost) if isinstance(one, str) else one for key, one in record.values.items()}
        for at, span in enumerate(record.spans):
            text = str(record.data[f"{span.side}_text"])[span.start : span.end]
            comment = span.comment and flat(span.comment, lost)
            record.spans[at] = span.model_copy(update={"text": text, "comment": comment})
        return lost

    return Rule(name, take)
