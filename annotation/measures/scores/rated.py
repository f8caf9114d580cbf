"""Ratings as columns: what scores are counted on, whatever file or campaign they come from.

Names of categories and severities are those of Google's files where a scheme gives them as aliases.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from annotation.measures import columns
from annotation.measures.gather import Answers
from annotation.measures.table import Codes, Numbers, coded
from annotation.schemes.scheme import Number, Scheme, Spans, alias_of
from annotation.tasks import data_of

if TYPE_CHECKING:
    import pyarrow as pa

UNCOUNTED = -1
# Written without spaces between words, so nothing tells how many there are.
NO_SPACES = {"bo", "dz", "ja", "km", "lo", "my", "th", "yue", "zh"}
NOTHING: Mapping[str, float] = MappingProxyType({})
Errors = Sequence[tuple[str, str]]


class Rating(NamedTuple):
    """What one rater said of one translated segment: its `errors` as (category, severity), its numbers, or both.

    `item` is what was translated, the same for all systems; `words` those of the source. `kind` is the type of
    item in the rating tool. Of two ratings of one rater for one unit the one `updated` last counts.
    """

    unit: str
    rater: str
    document: str
    outlet: str
    item: str
    errors: Errors = ()
    numbers: Mapping[str, float] = NOTHING
    pair: str = ""
    domain: str = ""
    words: int = UNCOUNTED
    kind: str = ""
    updated: str = ""
    origin: str = "human"


@dataclass(frozen=True, eq=False)
class Rated:
    """Answer `i` is what `raters[rater[i]]` said of `units[unit[i]]`; the other columns are by unit.

    `answer` and `kind` have an entry for each error: which answer it is of, and which of `kinds`
    (category, severity). `numbers` has a column by answer for each question that asks for one, NaN where
    nobody answered, and `bounds` what a scheme allows. `words` are those of the source, -1 where they can't be counted.
    """

    units: Sequence[str]
    raters: Sequence[str]
    unit: Codes
    rater: Codes
    answer: Codes
    kind: Codes
    kinds: Sequence[tuple[str, str]]
    numbers: dict[str, Numbers]
    documents: Sequence[str]
    outlets: Sequence[str]
    items: Sequence[str]
    pairs: Sequence[str]
    domains: Sequence[str]
    words: Codes
    types: Sequence[str] = ()
    bounds: dict[str, tuple[float, float]] = field(default_factory=dict)
    origins: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.unit)


def rated(ratings: Iterable[Rating]) -> Rated:
    """Return ratings as columns; a rater's newest rating of a unit counts, of equally new ones the last."""
    newest: dict[tuple[str, str], Rating] = {}
    for one in ratings:
        before = newest.get((one.unit, one.rater))
        if before is None or one.updated >= before.updated:
            newest[one.unit, one.rater] = one
    kept = list(newest.values())
    units, unit = coded([one.unit for one in kept])
    raters, rater = coded([one.rater for one in kept])
    facts = {one.unit: one for one in kept}
    errors = [(at, name) for at, one in enumerate(kept) for name in one.errors]
    kinds, kind = coded([name for _, name in errors])
    names = sorted({name for one in kept for name in one.numbers})
    by_unit = [facts[name] for name in units]
    return Rated(
        units=units,
        raters=raters,
        unit=unit,
        rater=rater,
        answer=np.array([at for at, _ in errors], dtype=np.int64),
        kind=kind,
        kinds=kinds,
        numbers={name: np.array([one.numbers.get(name, np.nan) for one in kept], dtype=float) for name in names},
        documents=[one.document for one in by_unit],
        outlets=[one.outlet for one in by_unit],
        items=[one.item for one in by_unit],
        pairs=[one.pair for one in by_unit],
        domains=[one.domain for one in by_unit],
        words=np.array([one.words for one in by_unit], dtype=np.int64),
        types=[one.kind for one in by_unit],
        origins=_counted(one.origin for one in kept),
    )


def rated_of(answers: Answers) -> Rated:
    """Return the answers of a translation campaign as columns."""
    scheme = answers.campaign.scheme
    answer, kind, kinds = _errors(answers.rows["spans"], scheme)
    facts = answers.facts
    documents = facts["doc_ids"].to_pylist()
    segments = facts["segment_ids"].to_pylist()
    languages = facts["languages"].to_pylist()
    return Rated(
        units=answers.units,
        raters=answers.raters,
        unit=answers.unit,
        rater=answers.rater,
        answer=answer,
        kind=kind,
        kinds=kinds,
        numbers={one.name: _numbers(answers, one.name) for one in scheme.questions if isinstance(one, Number)},
        documents=[found[-1] for found in documents],
        outlets=answers.outlets,
        items=[item_of(*one) for one in zip(documents, segments, strict=True)],
        pairs=["-".join(one) for one in languages],
        domains=[one or "" for one in facts["stratum"].to_pylist()],
        words=_words(answers, languages),
        bounds={one.name: (one.min, one.max) for one in scheme.questions if isinstance(one, Number)},
        origins=_counted(answers.rows["origin"].to_pylist()),
    )


def item_of(documents: Sequence[str], segments: Sequence[str]) -> str:
    """Return what is translated in a unit, the same for all who translated it: the segments of the source."""
    source = documents[0]
    mine = [one for one in segments if one.startswith(f"{source}#")]
    return json.dumps([source, *(mine or segments)])


def words_of(text: str, language: str) -> int:
    """Return how many words a source has, as white space separates them; -1 where the language has no spaces."""
    return UNCOUNTED if language.partition("-")[0].casefold() in NO_SPACES else len(text.split())


def names_of(scheme: Scheme, question: str, label: str, severity: str | None) -> tuple[str, str]:
    """Return category and severity of a mark by the names that the files of others have for them."""
    asked = next((one for one in scheme.questions if isinstance(one, Spans) and one.name == question), None)
    if asked is None or asked.row != "severity":
        return label, severity or ""
    return alias_of(asked.labels, label), alias_of(asked.rows, severity or "")


def _errors(column: "pa.ChunkedArray", scheme: Scheme) -> tuple[Codes, Codes, list[tuple[str, str]]]:
    import pyarrow.compute as pc

    spans = column.combine_chunks()
    answer: Codes = np.asarray(pc.list_parent_indices(spans), dtype=np.int64)
    flat = pc.list_flatten(spans)
    combined: Codes = np.zeros(len(flat), dtype=np.int64)
    names: list[list[str]] = []
    for name in ("question", "label", "severity"):
        found = pc.fill_null(pc.struct_field(flat, name), "").dictionary_encode()
        values = found.dictionary.to_pylist()
        combined = combined * max(len(values), 1) + np.asarray(found.indices, dtype=np.int64)
        names.append(values)
    places, kind = np.unique(combined, return_inverse=True)
    kinds = []
    for place in places.tolist():
        rest, severity = divmod(place, len(names[2]))
        question, label = divmod(rest, len(names[1]))
        kinds.append(names_of(scheme, names[0][question], names[1][label], names[2][severity]))
    return answer, kind.astype(np.int64), kinds


def _numbers(answers: Answers, question: str) -> Numbers:
    import pyarrow.compute as pc

    column = pc.struct_field(answers.rows["values"], question)
    return np.asarray(pc.fill_null(pc.cast(column, "float64"), np.nan), dtype=np.float64)


def _words(answers: Answers, languages: list[list[str]]) -> Codes:
    campaign = answers.campaign
    path, hint = campaign.folder / "tasks.parquet", columns.fill(campaign)
    table = columns.tasks(campaign, ("key", "data"))
    wanted = {key: at for at, key in enumerate(answers.units)}
    words = np.full(len(wanted), UNCOUNTED, dtype=np.int64)
    for batch in table.to_batches(max_chunksize=2_000):
        for key, data in zip(batch["key"].to_pylist(), batch["data"].to_pylist(), strict=True):
            if (at := wanted.get(key)) is not None:
                text = str(data_of(data, f"{path}: task {key}", hint).get("source_text", ""))
                words[at] = words_of(text, languages[at][0])
    return words


def _counted(names: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in names:
        counts[str(name)] = counts.get(str(name), 0) + 1
    return counts
