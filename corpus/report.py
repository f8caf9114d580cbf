"""What a build did, for people and for programs: counts, growth, and where the time went."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from corpus.dataset import parts, rows
from corpus.engine import Step
from corpus.output import Output, listing, one_line
from corpus.schema import Reject

MOST_SHOWN, SHOWN = 20, 3  # rejects; documents of each kind of growth


@dataclass(frozen=True)
class Growth:
    """Documents that are new, changed or gone since the last build: counts, and the first ids of each."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    examples: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """What a build did: rows per config, growth, and whether it wrote anything."""

    folder: str
    written: bool
    rows: dict[str, int]
    families: int
    events: int
    growth: Growth = field(default_factory=Growth)
    steps: Sequence[Step] = ()

    @property
    def rejects(self) -> int:
        """Return how many inputs are no documents."""
        return self.rows["rejects"]

    def show(self, out: Output) -> "Report":
        """Print the counts, and where the rejects are if there are any."""
        if out.json:
            out.data({**asdict(self), **self.rows})
            return self
        out.table([{"rows": name, "count": count} for name, count in self.rows.items()])
        out.line(f"families: {self.families}, events: {self.events}")
        if self.written:
            self._show_growth(out)
        out.line(f"{'written to' if self.written else 'up to date:'} {self.folder}")
        self.show_rejects(out)
        return self

    def show_rejects(self, out: Output) -> None:
        """Tell the reasons of the first rejects, and where the others are."""
        if not self.rejects:
            return
        for reject in islice(rows(Path(self.folder), "rejects", Reject), MOST_SHOWN):
            out.note(one_line(f"reject: {reject.source}: {reject.reason}: {reject.detail}"))
        if self.rejects > MOST_SHOWN:
            out.note(f"and {self.rejects - MOST_SHOWN} more: {Path(self.folder) / 'rejects'}")

    def _show_growth(self, out: Output) -> None:
        for word in ("new", "changed", "gone"):
            if count := getattr(self.growth, word):
                more = f" and {count - SHOWN} more" if count > SHOWN else ""
                out.line(one_line(f"{word}: {count} ({listing(self.growth.examples[word])}{more})"))


def growth(old: Path, new: Path) -> Growth:
    """Compare the documents of two built folders by id and text."""
    import pyarrow.compute as pc

    before, after = _texts(old, damaged_is_empty=True), _texts(new)
    joined = before.join(after, "doc_id", join_type="full outer", right_suffix="_new")
    was, now = joined.column("text_sha256"), joined.column("text_sha256_new")
    changed = pc.fill_null(pc.not_equal(was, now), False)
    masks = {"new": pc.is_null(was), "changed": changed, "gone": pc.is_null(now)}
    ids = {word: joined.filter(mask).column("doc_id") for word, mask in masks.items()}
    # The join gives no order: the first ones are those of the alphabet.
    examples = {word: _first(found) for word, found in ids.items()}
    return Growth(**{word: len(found) for word, found in ids.items()}, examples=examples)


def _first(ids: Any) -> list[str]:
    import pyarrow as pa
    import pyarrow.compute as pc

    table = pa.table({"id": ids})
    return [one.as_py() for one in table.take(pc.select_k_unstable(table, SHOWN, [("id", "ascending")])).column("id")]


def _texts(folder: Path, *, damaged_is_empty: bool = False) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = ["doc_id", "text_sha256"]
    found = []
    try:
        for path in parts(folder, "documents"):
            with path.open("rb") as file:
                found.append(pq.read_table(file, columns=columns).replace_schema_metadata(None))
    except (pa.ArrowException, OSError):
        if not damaged_is_empty:
            raise
        found = []
    return pa.concat_tables(found) if found else pa.table({name: pa.array([], pa.string()) for name in columns})
