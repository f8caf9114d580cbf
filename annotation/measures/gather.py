"""The answers of a campaign that count, as columns: what every measure is made from.

Left out are controls, deleted answers and answers to an earlier text. Of what is left, an annotator's newest
row of a unit counts, as for labels: where that is a skip, there is no answer.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from annotation.campaign import Campaign
from annotation.measures import columns
from annotation.measures.marks import Marks, marks
from annotation.measures.table import Codes, Mask, Table, coded
from annotation.schema import Status
from annotation.schemes.scheme import Choice
from corpus.dataset import parts
from corpus.errors import WirecopyError
from corpus.parquet import read_columns

if TYPE_CHECKING:
    import pyarrow as pa

LIVE = ("key", "annotator", "status", "stale", "deleted", "control", "updated")
SHOWN = ("annotation_id", "origin", "values", "spans", "contradictions", "lead_time", "created", "prefilled_by")
UNIT = ("key", "doc_ids", "segment_ids", "target_id", "paragraph", "stratum", "languages")
GROUPS = ("language", "outlet", "target", "stratum")


class NoAnswers(WirecopyError):
    """A campaign that has no answer that counts yet; nothing is damaged."""


@dataclass(frozen=True, eq=False)
class Answers:
    """The answers that count: row `i` of `rows` is what `raters[rater[i]]` said of `units[unit[i]]`.

    Units are those with an answer, in the order of the campaign; `facts` has a row for each of them, with
    the columns `UNIT`. `outlets` is the outlet of each unit's document, for a pair that of the translation.
    """

    campaign: Campaign
    units: Sequence[str]
    raters: Sequence[str]
    unit: Codes
    rater: Codes
    rows: "pa.Table"
    facts: "pa.Table"
    outlets: Sequence[str]

    def __len__(self) -> int:
        return len(self.unit)

    @property
    def origins(self) -> dict[str, int]:
        """How many answers are those of people, simulated ones and models."""
        return dict(sorted(Counter(self.rows["origin"].to_pylist()).items()))

    def table(self, question: str) -> Table:
        """Return what was answered to a choice (codes of its options) or a number."""
        import pyarrow.compute as pc

        asked = next(one for one in self.campaign.scheme.questions if one.name == question)
        column = pc.struct_field(self.rows["values"], question).combine_chunks()
        given = np.asarray(column.is_valid())
        names = [option.value for option in asked.options] if isinstance(asked, Choice) else []
        if names:
            places = {name: at for at, name in enumerate(names)}
            value = np.array([places[name] for name in column.drop_null().to_pylist()], dtype=np.int64)
        else:
            value = np.asarray(column.drop_null(), dtype=np.float64)
        return Table(self.unit[given], self.rater[given], value, self.units, self.raters, tuple(names))

    def group(self, by: str) -> Sequence[str | None]:
        """Return the language, outlet, target or stratum of each unit; a pair's language is `en-de`."""
        if by == "outlet":
            return self.outlets
        if by == "language":
            return ["-".join(one) for one in self.facts["languages"].to_pylist()]
        return list(self.facts["target_id" if by == "target" else by].to_pylist())

    def marks(self, question: str) -> Marks:
        """Return the marks of one question, as columns."""
        return marks(self.rows, question)


def gather(campaign: Campaign) -> Answers:
    """Read the answers that count from the files of a campaign.

    Raises NoAnswers where there is none yet, and WirecopyError where a file is damaged or of another scheme.
    """
    rows = _live(campaign)
    facts = columns.tasks(campaign, UNIT)
    known = {key: at for at, key in enumerate(facts["key"].to_pylist())}
    keys = rows["key"].to_pylist()
    if strange := next((key for key in keys if key not in known), None):
        where = f"{campaign.folder / 'annotations.parquet'}: an answer to {strange}"
        raise WirecopyError(f"{where}, which tasks.parquet does not have", hint=columns.fill(campaign))
    answered = sorted({known[key] for key in keys})
    facts = facts.take(answered)
    units = facts["key"].to_pylist()
    places = {key: at for at, key in enumerate(units)}
    raters, rater = _sorted(rows["annotator"].to_pylist())
    unit = np.array([places[key] for key in keys], dtype=np.int64)
    return Answers(campaign, units, raters, unit, rater, rows, facts, _outlets(campaign, facts))


def _live(campaign: Campaign) -> "pa.Table":
    import pyarrow.compute as pc

    hint = columns.fill(campaign)
    if not (campaign.folder / "annotations.parquet").exists():
        raise NoAnswers(f"campaign '{campaign.name}' has no annotations yet", hint=hint)
    flags = columns.annotations(campaign, LIVE)
    submitted = np.asarray(pc.equal(flags["status"], Status.SUBMITTED), dtype=np.bool_)
    kept = np.flatnonzero(_newest(flags, _present(flags)) & submitted)
    if not len(kept):
        raise NoAnswers(f"campaign '{campaign.name}' has no answer that counts yet", hint=hint)
    rows = columns.annotations(campaign, ("key", "annotator", "updated", *SHOWN)).take(kept)
    columns.check_answers(campaign, rows)
    return rows


def _present(flags: "pa.Table") -> Mask:
    import pyarrow.compute as pc

    out = pc.or_(flags["stale"], flags["deleted"])
    live = pc.and_(pc.invert(out), pc.is_null(flags["control"]))
    return np.asarray(live.combine_chunks().to_numpy(zero_copy_only=False), dtype=np.bool_)


def _newest(flags: "pa.Table", live: Mask) -> Mask:
    """Return which live rows are the newest of their annotator and unit."""
    newest: dict[tuple[str, str], tuple[str, int]] = {}
    rows = zip(*(flags[name].to_pylist() for name in ("key", "annotator", "updated")), strict=True)
    for at, (key, annotator, updated) in enumerate(rows):
        if live[at]:
            newest[key, annotator] = max(newest.get((key, annotator), ("", -1)), (updated, at))
    kept = np.zeros(len(live), dtype=np.bool_)
    kept[[at for _, at in newest.values()]] = True
    return kept


def _sorted(names: list[str]) -> tuple[list[str], Codes]:
    found, codes = coded(names)
    order = sorted(range(len(found)), key=found.__getitem__)
    rank = np.empty(len(found), dtype=np.int64)
    rank[order] = np.arange(len(found))
    return [found[at] for at in order], rank[codes]


def _outlets(campaign: Campaign, facts: "pa.Table") -> list[str]:
    """Return the outlet of each unit's last document: the translation's, where it is a pair."""
    known: dict[str, str] = {}
    if not campaign.settings.imported:
        for path in parts(campaign.workspace.corpus, "documents"):
            found = read_columns(path, ("doc_id", "outlet"))
            known.update(zip(found["doc_id"].to_pylist(), found["outlet"].to_pylist(), strict=True))
    # Ids of imported documents begin with the name of their system, as those of folders do with their outlet.
    return [known.get(doc) or doc.partition("/")[0] for *_, doc in facts["doc_ids"].to_pylist()]
