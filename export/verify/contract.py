"""The contract of a release as a table: the name of each check, and the function that says what it proves."""

from collections.abc import Callable
from typing import Any

from export.verify import answers, borders, documents, facts, files, index, loading, pairs, shapes, units, votes

Checks = dict[str, Callable[..., Any]]
READABLE = "Each file can be read, with the columns and types of the facts."
FILES: Checks = {  # (release)
    "manifest": files.manifest,
    "files": files.files,
    "derived": files.derived,
    "shards": shapes.shards,
    "schema": shapes.schemas,
    "counts": shapes.counts,
    "yaml": shapes.yaml_block,
    "croissant": shapes.croissant,
    "values": documents.values,
}
FACTS: Checks = {"scheme": facts.scheme, "facts": facts.facts}  # (release)
INDEX: Checks = {"doc-id": index.Index.twice, "family": index.Index.family, "torn": index.Index.torn}  # (index)
BORDERS: Checks = {"rows-split": borders.rows, "leakage": borders.leakage}  # (release)
LEDGER: Checks = {"ledger": borders.ledger, "split-counts": borders.documents}  # (release, index)
DOCUMENT = documents.DOCUMENT | {"segment-document": documents.rows} | documents.SEGMENT
PAIR = pairs.PAIR | pairs.FAMILY | pairs.USES
ANSWER: Checks = {
    "answer-values": answers.lacking,
    "answer": answers.alive,
    "answer-words": answers.sound,
}  # (release, config, ...)
LABEL: Checks = {
    "label-values": votes.whole,
    "label-unit": units.unit,
    "label-answers": answers.Answers.of,
    "label-counts": votes.counts,
    "label-votes": votes.votes,
    "label-choice": votes.chosen,
    "label-adjudication": votes.decided,
    "label-consensus": votes.marks,
    "span-text": votes.covers,
}
LOADS: Checks = {"loads": loading.loads}  # (release)
ORDER = (*FILES, *INDEX, *LEDGER, *BORDERS, *DOCUMENT, *PAIR, *ANSWER, *LABEL, *FACTS, *LOADS)
SAID = {
    "segment-document": "Segments stand in the split and the order of their documents.",
    "label-answers": "The answers to each labelled unit are there, and each answer's unit has a label.",
}


def says(*, quick: bool) -> dict[str, str]:
    """Return what each check proves, in the order of the contract."""
    known = FILES | INDEX | LEDGER | BORDERS | DOCUMENT | PAIR | ANSWER | LABEL | FACTS | ({} if quick else LOADS)
    told = {name: SAID.get(name) or (check.__doc__ or "").splitlines()[0] for name, check in known.items()}
    texts = {name: told[name].rstrip(".").replace("`", "") for name in ORDER if name in told}
    return {"readable": READABLE.rstrip(".")} | texts
