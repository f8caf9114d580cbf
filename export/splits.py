"""Splits that cut nothing apart: a ledger that is only added to.

The documents of a family (exact copies, near-duplicates, translations) go to one split.
Not covered yet: families that grow together across splits; a pair across a border is left
out and told.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from corpus.config import SPLIT_NAMES, Splits
from corpus.features import features
from corpus.files import digest
from corpus.parquet import read, write
from corpus.schema import Document, Row

LEDGER_HINT = "restore it from version control: without it, documents would move between splits"


class Assigned(Row):
    """One line of the ledger."""

    doc_id: str
    split: str


def assign(documents: Iterable[Document], shares: Splits, ledger: Path) -> dict[str, str]:
    """Return the split of each document and add the new ones to the ledger.

    A document in the ledger never moves; a new one joins its family's split, or the split
    that is furthest below its share.
    """
    known = {one.doc_id: one.split for one in read(ledger, Assigned, hint=LEDGER_HINT)} if ledger.exists() else {}
    assigned = dict(known)
    wanted = shares.model_dump()
    groups = families(documents)
    total = sum(map(len, groups))
    sizes = Counter(known[doc_id] for group in groups for doc_id in group if doc_id in known)
    for group in sorted(groups, key=lambda one: (-len(one), digest(one))):
        new = [doc_id for doc_id in group if doc_id not in known]
        held = [known[doc_id] for doc_id in group if doc_id in known]
        # Where a family spans splits already, its newcomers stay out of train.
        split = max(held, key=SPLIT_NAMES.index) if held else _neediest(sizes, wanted, total)
        assigned |= dict.fromkeys(new, split)
        sizes[split] += len(new)
    if assigned != known or not ledger.is_file():
        rows = [Assigned(doc_id=doc_id, split=split) for doc_id, split in sorted(assigned.items())]
        write(ledger, rows, features(Assigned))
    return assigned


def families(documents: Iterable[Document]) -> list[list[str]]:
    """Return the ids of the documents of each family, sorted."""
    groups = defaultdict(list)
    for document in documents:
        groups[document.family_id].append(document.doc_id)
    return [sorted(group) for _, group in sorted(groups.items())]


def torn(groups: Iterable[Iterable[str]], assigned: dict[str, str]) -> int:
    """Count the groups that lie in several splits: assigned before it was known that they belong together."""
    return sum(split_of(group, assigned) is None for group in groups)


def split_of(doc_ids: Iterable[str], assigned: dict[str, str]) -> str | None:
    """Return the one split of some documents, or None where they lie in several."""
    found = {assigned.get(doc_id) for doc_id in doc_ids}
    return found.pop() if len(found) == 1 else None


def _neediest(sizes: Counter[str], shares: dict[str, float], total: int) -> str:
    return max(SPLIT_NAMES, key=lambda name: shares[name] * total - sizes[name])
