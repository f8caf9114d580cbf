"""What the documents say, added up batch by batch: outlets, roles, edits, evidence, families, events."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from corpus.check.reading import batches
from corpus.stats.tables import Counts, Sizes, Table, add
from corpus.steps.keyed import hashes

COLUMNS = ("outlet", "language", "text", "paragraphs", "edits", "family_id", "event_id", "mt_suspicion", "mt_evidence")
SUSPECT = 0.5  # of mt_suspicion: from here on a document is counted as suspected
WHO = ("outlet", "language")


@dataclass
class Documents:
    """Counts by outlet and language, or by rule; of families and events the hash of each document's."""

    documents: Counts = field(default_factory=Counter)
    characters: Counts = field(default_factory=Counter)
    suspected: Counts = field(default_factory=Counter)
    roles: Counts = field(default_factory=Counter)
    edits: list[Counts] = field(default_factory=lambda: [Counter(), Counter()])
    evidence: list[Counts] = field(default_factory=lambda: [Counter(), Counter()])
    families: list[Sizes] = field(default_factory=lambda: [np.zeros(0, np.uint64)])
    events: list[Sizes] = field(default_factory=lambda: [np.zeros(0, np.uint64)])

    def outlets(self) -> Table:
        """Return a row for each outlet and language."""
        paragraphs: Counts = Counter()
        for (outlet, language, _), count in self.roles.items():
            paragraphs[outlet, language] += count
        return [
            {
                "outlet": outlet or "(none)",
                "language": language,
                "documents": count,
                "characters": self.characters[outlet, language],
                "paragraphs": paragraphs[outlet, language],
                "suspected": self.suspected[outlet, language],
            }
            for (outlet, language), count in sorted(self.documents.items(), key=lambda one: (-one[1], str(one[0])))
        ]

    def add(self, data: Any) -> None:
        """Take in a batch."""
        import pyarrow as pa
        import pyarrow.compute as pc

        who = {name: data.column(name) for name in WHO}
        suspected = pc.cast(pc.greater_equal(data.column("mt_suspicion"), SUSPECT), pa.int64())
        add(self.documents, who)
        add(self.characters, who, pc.utf8_length(data.column("text")))
        add(self.suspected, who, suspected)
        parts = data.column("paragraphs")
        add(self.roles, {name: who[name].take(parts.value_parent_indices()) for name in WHO} | _field(parts, "role"))
        for into, name in ((self.edits, "edits"), (self.evidence, "mt_evidence")):
            _add_rules(into, data.column(name))
        self.families.append(hashes(data.column("family_id").drop_null().to_pylist()))
        self.events.append(hashes(data.column("event_id").drop_null().to_pylist()))


def take(folder: Path) -> Documents:
    """Read all documents; raise Unreadable where that fails."""
    found = Documents()
    for batch in batches(folder, "documents", COLUMNS):
        found.add(batch.data)
    return found


def _add_rules(into: Sequence[Counts], lists: Any) -> None:
    """Count each rule: how often, and in how many documents."""
    import pyarrow as pa

    rules = _field(lists, "rule")
    add(into[0], rules)
    once = pa.table({"document": lists.value_parent_indices(), **rules}).group_by(["document", "rule"]).aggregate([])
    add(into[1], {"rule": once.column("rule")})


def _field(lists: Any, name: str) -> dict[str, Any]:
    import pyarrow.compute as pc

    return {name: pc.struct_field(lists.flatten(), name)}
