"""The contract of a dataset as a table: the name of each check, and the function that says what it proves."""

from collections.abc import Callable
from typing import Any

from corpus.check import documents, files, pairs, relations, segments

Checks = dict[str, Callable[..., Any]]


READABLE = "Each file can be read, with the columns and types of the contract."
FILES: Checks = {
    "files": files.listed,
    "schema": files.schemas,
    "values": files.values,
    "rows": files.counted,
    "readme": files.readme,
}
DOCUMENT: Checks = {  # (document)
    "text-sha256": documents.text_sha256,
    "paragraph-spans": documents.paragraph_spans,
    "paragraph-cover": documents.paragraph_cover,
    "paragraph-roles": documents.paragraph_roles,
    "edits": documents.edits,
    "language-score": documents.language_score,
    "suspicion": documents.suspicion,
    "evidence": documents.evidence,
}
PAGE: Checks = {"raw-sha256": documents.raw_sha256}  # (document, hashes of the pages in `raw`)
SEGMENT: Checks = {  # (document, its segments)
    "segment-text": documents.segment_text,
    "segment-paragraph": documents.segment_paragraph,
    "segment-role": documents.segment_role,
    "segment-index": documents.segment_index,
    "segment-order": documents.segment_order,
    "segment-cover": documents.segment_cover,
    "segment-id": documents.segment_id,
}
RELATION: Checks = {  # (relations, facts of all documents)
    "relation-order": relations.order,
    "relation-documents": relations.documents,
    "relation-kind": relations.kind,
    "relation-score": relations.score,
    "exact": relations.exact,
    "event": relations.event,
}
FAMILY: Checks = {"family": relations.families, "copies": relations.copies}  # (facts, edges)
PAIR: Checks = {  # (pair, what it stands on)
    "pair-segments": pairs.sides,
    "pair-text": pairs.text,
    "pair-language": pairs.language,
    "pair-id": pairs.pair_id,
    "pair-score": pairs.scores,
    "pair-relation": pairs.relation,
}
USES: Checks = {"pair-once": pairs.Uses.twice, "pair-rank": pairs.Uses.out_of_rank}  # (all pairs)
FACTS: Checks = {"doc-id": relations.unique}  # (facts of all documents)
TOTALS: Checks = {"totals": relations.totals}  # (facts, `build.json`)
ORPHANS: Checks = {"segment-document": segments.without_document}  # (folder, facts)
ROW: dict[str, tuple[str, Callable[..., Any]]] = {  # (a row of that config)
    "raw-page": ("raw", documents.raw_page),
    "reject-reason": ("rejects", documents.reject_reason),
}
ORDER = (
    *("files", "readable", "schema", "values", "rows", "totals", "readme"),
    *("doc-id", "text-sha256", "raw-sha256", "raw-page", *list(DOCUMENT)[1:]),
    *("segment-document", *SEGMENT),
    *(*RELATION, *FAMILY),
    *(*PAIR, *USES),
    "reject-reason",
)


def says() -> dict[str, str]:
    """Return what each check proves, in the order of the contract."""
    known = FILES | DOCUMENT | PAGE | SEGMENT | RELATION | FAMILY | PAIR | USES | FACTS | TOTALS | ORPHANS
    laws = {name: check.__doc__ or "" for name, check in known.items()}
    laws |= {name: check.__doc__ or "" for name, (_, check) in ROW.items()} | {"readable": READABLE}
    return {name: laws[name].splitlines()[0].rstrip(".").replace("`", "") for name in ORDER}
