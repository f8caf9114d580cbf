"""Counts as tables, and quantiles from histograms: exact to 0.001, in a few kilobytes whatever the corpus."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.check.reading import batches
from corpus.schema import Role

Table = list[dict[str, Any]]
Counts = Counter[tuple[Any, ...]]
Sizes = NDArray[np.uint64]
Key = tuple[Any, ...]
ROLES = [str(role) for role in Role]
QUANTILES = {"p5": 0.05, "p50": 0.5, "p95": 0.95}
STEP, LARGEST = 0.001, 4.0  # of the histograms; a margin above counts as the largest
BOUNDS = (1, 2, 3, 4, 5, 10, 100, 1_000)  # of families and events: each begins a row


def add(into: Counts, keys: Mapping[str, Any], values: Any = None) -> None:
    """Add to the counts how often each combination of keys stands in a batch, or the sum of its values."""
    import pyarrow as pa

    names = list(keys)
    table = pa.table(dict(keys) | ({"value": values} if values is not None else {}))
    grouped = table.group_by(names).aggregate([("value", "sum") if values is not None else ([], "count_all")])
    columns = [grouped.column(name).to_pylist() for name in names]
    counts = grouped.column("value_sum" if values is not None else "count_all").to_pylist()
    for key, count in zip(zip(*columns, strict=True), counts, strict=True):
        into[key] += count or 0


def counted(folder: Path, config: str, columns: Sequence[str]) -> Counts:
    """Count the combinations of some columns of a config."""
    found: Counts = Counter()
    for batch in batches(folder, config, columns):
        add(found, {name: batch.data.column(name) for name in columns})
    return found


def listed(counts: Counts, names: Sequence[str]) -> Table:
    """Return counts as rows, the largest first."""
    rows = sorted(counts.items(), key=lambda one: (-one[1], str(one[0])))
    return [dict(zip(names, key, strict=True)) | {"count": count} for key, count in rows]


def matrix(counts: Counts, names: Sequence[str]) -> Table:
    """Return counts by names and role as a row for each combination of names and a column for each role there is."""
    found: dict[Key, Counter[str]] = defaultdict(Counter)
    for (*key, role), count in counts.items():
        found[tuple(key)][role] += count
    present = {role for row in found.values() for role in row}
    roles = [role for role in ROLES if role in present] + sorted(present - set(ROLES), key=str)
    rows = sorted(found.items(), key=lambda one: (-one[1].total(), str(one[0])))
    return [
        {name: value or "(none)" for name, value in zip(names, key, strict=True)} | {role: row[role] for role in roles}
        for key, row in rows
    ]


def rules(counts: Sequence[Counts]) -> Table:
    """Return how often each rule was used and in how many documents, the most frequent first."""
    rows = listed(counts[0], ("rule",))
    return [one | {"documents": counts[1][one["rule"],]} for one in rows]


def sizes(found: Sequence[Sizes]) -> Table:
    """Return how many groups of each size there are, and how many documents they hold."""
    _, counts = np.unique(np.concatenate(found), return_counts=True)
    rows = []
    for low, high in zip(BOUNDS, (*BOUNDS[1:], None), strict=True):
        mine = counts[(counts >= low) & (counts < high if high is not None else True)]
        if len(mine):
            size = str(low) if high == low + 1 else f"{low} and more" if high is None else f"{low} to {high - 1}"
            rows.append({"size": size, "count": len(mine), "documents": int(mine.sum())})
    return rows


def relations(folder: Path) -> Table:
    """Return the relations by kind and method, with quantiles of their scores."""
    found: dict[Key, Counter[str]] = defaultdict(Counter)
    scores: dict[Key, Any] = {}
    for batch in batches(folder, "relations", ("kind", "method", "score")):
        keys = _keys(batch.data.column("kind"), batch.data.column("method"))
        _measure(found, scores, keys, {"score": batch.data.column("score")})
    return list(_measured(found, scores, ("kind", "method")))


def pairs(folder: Path) -> Table:
    """Return the pairs by languages and method, with quantiles of scores and margins."""
    import pyarrow.compute as pc

    found: dict[Key, Counter[str]] = defaultdict(Counter)
    measures: dict[Key, Any] = {}
    for batch in batches(folder, "pairs", ("left", "right", "method", "score", "margin")):
        languages = [pc.struct_field(batch.data.column(side), "language") for side in ("left", "right")]
        both = [pc.min_element_wise(*languages), pc.max_element_wise(*languages)]
        keys = _keys(pc.binary_join_element_wise(*both, "-"), batch.data.column("method"))
        _measure(found, measures, keys, {name: batch.data.column(name) for name in ("score", "margin")})
    return list(_measured(found, measures, ("languages", "method")))


def _keys(*columns: Any) -> list[Key]:
    return list(zip(*(column.to_pylist() for column in columns), strict=True))


def _measure(
    counts: dict[Key, Counter[str]], histograms: dict[Key, Any], keys: Sequence[Key], columns: Mapping[str, Any]
) -> None:
    for name, column in columns.items():
        values = column.to_numpy(zero_copy_only=False).astype(np.float64)
        for key in set(keys):
            mine = values[[one == key for one in keys]]
            counts[key][name] += len(mine)
            told = mine[~np.isnan(mine)]
            bins = np.rint(np.clip(told, 0, LARGEST) / STEP).astype(np.int64)
            made = np.bincount(bins, minlength=round(LARGEST / STEP) + 1)
            histograms[*key, name] = histograms.get((*key, name), 0) + made


def _measured(
    counts: dict[Key, Counter[str]], histograms: Mapping[Key, Any], names: Sequence[str]
) -> Iterator[dict[str, Any]]:
    for key, measures in sorted(counts.items(), key=lambda one: (-one[1]["score"], str(one[0]))):
        row = dict(zip(names, key, strict=True)) | {"count": measures["score"]}
        for name in measures:
            row |= {f"{name} {label}": _quantile(histograms[*key, name], at) for label, at in QUANTILES.items()}
        yield row


def _quantile(histogram: Any, share: float) -> float | None:
    """Return the smallest value that at least this share does not exceed; None without values."""
    total = int(histogram.sum())
    return round(int(np.searchsorted(np.cumsum(histogram), share * total)) * STEP, 3) if total else None
