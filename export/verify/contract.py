"""The contract of a release as a table: the name of each check, and the function that says what it proves."""

from collections.abc import Callable
from typing import Any

from export.schema import CARD, CROISSANT, Table
from export.verify import (
    answers,
    borders,
    documents,
    facts,
    files,
    index,
    kind,
    loading,
    pairs,
    privacy,
    shapes,
    units,
    votes,
)

Checks = dict[str, Callable[..., Any]]
READABLE = "Each file can be read, with the columns and types of the facts."
FILES: Checks = {  # (release)
    "manifest": files.manifest,
    "files": files.files,
    "names": files.names,
    "derived": files.derived,
    "shards": shapes.shards,
    "schema": shapes.schemas,
    "counts": shapes.counts,
    "bytes": shapes.sizes,
    "yaml": shapes.yaml_block,
    "croissant": shapes.croissant,
    "configs": facts.configs,
    "settings": facts.settings,
    "kind": kind.kind,
    "values": documents.values,
}
PLACES: dict[str, str] = {"yaml": CARD, "croissant": CROISSANT, "values": Table.DOCUMENTS}  # read beside the manifest
FACTS: Checks = {"scheme": facts.scheme, "facts": facts.facts}  # (release)
INDEX: Checks = {"doc-id": index.Index.twice, "family": index.Index.family, "torn": index.Index.torn}  # (index)
BORDERS: Checks = {"rows-split": borders.rows, "leakage": borders.leakage}  # (release)
LEDGER: Checks = {"ledger": borders.ledger, "split-counts": borders.documents}  # (release, index)
DOCUMENT = documents.DOCUMENT | {"segment-document": documents.rows} | documents.SEGMENT
PAIR = pairs.PAIR | pairs.FAMILY | pairs.USES
ANSWER: Checks = {
    "answer-values": answers.lacking,
    "answer": answers.alive,
    "answer-form": answers.formed,
    "answer-words": answers.sound,
}  # (release, config, ...)
PRIVACY: Checks = {"privacy": privacy.rows}  # (release, config, scheme)
LABEL: Checks = {
    "label-values": votes.whole,
    "label-unit": units.unit,
    "label-order": answers.Answers.out_of_order,
    "label-answers": answers.Answers.of,
    "label-counts": votes.counts,
    "label-votes": votes.votes,
    "label-choice": votes.chosen,
    "label-adjudication": votes.decided,
    "label-consensus": votes.marks,
    "span-text": votes.covers,
}
LOADS: Checks = {"loads": loading.loads}  # (release)
NEED_TEXT = {*documents.NEED_TEXT, *pairs.NEED_TEXT, "span-text"}  # not made of a release without text
ORDER = (*FILES, *INDEX, *LEDGER, *BORDERS, *DOCUMENT, *PAIR, *ANSWER, *PRIVACY, *LABEL, *FACTS, *LOADS)
SAID = {
    "segment-document": "Segments stand in the split and the order of their documents.",
    "label-answers": "The answers to each labelled unit are there, and each answer's unit has a label.",
}


def says() -> dict[str, str]:
    """Return what each check proves, in the order of the contract."""
    known = FILES | INDEX | LEDGER | BORDERS | DOCUMENT | PAIR | ANSWER | PRIVACY | LABEL | FACTS | LOADS
    told = {name: SAID.get(name) or (check.__doc__ or "").splitlines()[0] for name, check in known.items()}
    return {"readable": READABLE.rstrip(".")} | {name: told[name].rstrip(".").replace("`", "") for name in ORDER}
