"""What became of the rows of one config: added, gone, other text, other label, other values."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from corpus.config import SPLIT_NAMES
from export.diff.rows import Numbers, Rows, equal_shards, key_of, read
from export.diff.side import Side, readable
from export.schema import ConfigFacts, Table

LISTED = 1_000  # rows of a kind that are named one by one
NO_LABEL, OTHER = "no label", "other value"
NAMES = {"_type": "ClassLabel"}


@dataclass
class Moved:
    """A document that is in another split than before."""

    doc_id: str
    before: str
    after: str


@dataclass
class Way:
    """How many rows went from one split to another."""

    before: str
    after: str
    rows: int


@dataclass
class ConfigChange:
    """How one config differs; counts are of rows, lists name the first `LISTED`.

    `ways` counts all rows that moved; `moves` names those that came back from a later split before others. `matrix`
    has for each question `{old label: {new label: rows}}`, of the rows whose label changed; `values` counts rows with
    the same text and labels and another value elsewhere.
    """

    name: str
    before: int
    after: int
    added: int = 0
    removed: int = 0
    relabelled: int = 0
    text: int = 0
    values: int = 0
    moved: int = 0
    matrix: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    columns_added: list[str] = field(default_factory=list)
    columns_removed: list[str] = field(default_factory=list)
    classes_added: dict[str, list[str]] = field(default_factory=dict)
    classes_removed: dict[str, list[str]] = field(default_factory=dict)
    added_rows: list[str] = field(default_factory=list)
    removed_rows: list[str] = field(default_factory=list)
    text_rows: list[str] = field(default_factory=list)
    relabelled_rows: list[dict[str, str]] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    moves: list[Moved] = field(default_factory=list)

    @property
    def same(self) -> bool:
        """Tell whether nothing changed."""
        rows = self.added or self.removed or self.relabelled or self.text or self.values or self.moved
        return not (rows or self.columns_added or self.columns_removed or self.classes_added or self.classes_removed)


def came_back(one: Moved | Way) -> bool:
    """Tell whether rows came from a later split: what was tested on may then be trained on."""
    return SPLIT_NAMES.index(one.after) < SPLIT_NAMES.index(one.before)


def compare(old: Side, new: Side, before: ConfigFacts, after: ConfigFacts) -> ConfigChange:
    """Compare one config of two releases."""
    change = ConfigChange(before.name, sum(before.rows.values()), sum(after.rows.values()))
    _columns(before.features, after.features, change)
    shared = [name for name in before.features if name in after.features and name not in change.columns_removed]
    if key_of(shared) is None:
        change.removed, change.added = change.before, change.after
        return change
    labels = [name for name in shared if _is_label(name, before)]
    was, is_ = ({name: _names(facts.features[name]) for name in labels} for facts in (before, after))
    with readable(old, new):
        skip = equal_shards(old.folder, new.folder, before.name) if before.features == after.features else frozenset()
    with readable(old):
        left = read(old.folder, before.name, shared, was, skip)
    with readable(new):
        right = read(new.folder, before.name, shared, is_, skip)
    _rows(left, right, change)
    _labels(left, right, {name: (was[name], is_[name]) for name in labels}, change)
    return change


def _columns(before: Mapping[str, Any], after: Mapping[str, Any], change: ConfigChange) -> None:
    """Tell which columns came and went; one of another type has gone and come."""
    for name in [*before, *(one for one in after if one not in before)]:
        old, new = before.get(name), after.get(name)
        if old is None or (new is not None and _shape(old) != _shape(new)):
            change.columns_added.append(name)
        if new is None or (old is not None and _shape(old) != _shape(new)):
            change.columns_removed.append(name)
        was, is_ = _names(old), _names(new)
        if was and is_ and was != is_:
            change.classes_removed |= {name: [one for one in was if one not in is_]}
            change.classes_added |= {name: [one for one in is_ if one not in was]}


def _rows(old: Rows, new: Rows, change: ConfigChange) -> None:
    """Count rows that came, went, moved, and those with another text or other values."""
    left, right = _matched(old, new)
    gone, come = _rest(len(old.keys), left), _rest(len(new.keys), right)
    change.removed, change.added = len(gone), len(come)
    change.removed_rows, change.added_rows = old.name(gone[:LISTED].tolist()), new.name(come[:LISTED].tolist())
    text = old.texts[left] != new.texts[right]
    change.text = int(np.count_nonzero(text))
    change.text_rows = new.name(np.sort(right[text])[:LISTED].tolist())
    same_labels = np.ones(len(left), np.bool_)
    for name in old.labels:
        same_labels &= old.labels[name][left] == new.labels[name][right]
    change.values = int(np.count_nonzero(~text & same_labels & (old.values[left] != new.values[right])))
    _moved(old, new, left, right, change)


def _moved(old: Rows, new: Rows, left: Numbers, right: Numbers, change: ConfigChange) -> None:
    was, is_ = old.splits[left], new.splits[right]
    moved = np.flatnonzero(was != is_)
    change.moved = len(moved)
    ways = Counter(zip(was[moved].tolist(), is_[moved].tolist(), strict=True))
    change.ways = [Way(SPLIT_NAMES[one], SPLIT_NAMES[other], count) for (one, other), count in sorted(ways.items())]
    shown = moved[np.lexsort((right[moved], was[moved] < is_[moved]))[:LISTED]]
    shown = shown[np.argsort(right[shown])]
    for at, doc_id in zip(shown.tolist(), new.name(right[shown].tolist()), strict=True):
        change.moves.append(Moved(doc_id, SPLIT_NAMES[was[at]], SPLIT_NAMES[is_[at]]))


def _labels(old: Rows, new: Rows, names: Mapping[str, tuple[list[str], list[str]]], change: ConfigChange) -> None:
    """Count by question which label became which, by their names."""
    left, right = _matched(old, new)
    touched = np.zeros(len(left), np.bool_)
    for question, (was, is_) in names.items():
        before, after = old.labels[question][left], new.labels[question][right]
        if was:
            # Classes may stand in another order: their names are compared.
            codes = np.array([is_.index(one) if one in is_ else len(is_) + at for at, one in enumerate(was)] + [-1])
            differ = codes[before] != after
        else:
            differ = before != after
        touched |= differ
        pairs = Counter(zip(before[differ].tolist(), after[differ].tolist(), strict=True))
        found: dict[str, dict[str, int]] = {}
        for (one, other), count in sorted(pairs.items()):
            row = found.setdefault(_said(was, one), {})
            row[_said(is_, other)] = row.get(_said(is_, other), 0) + count
        if found:
            change.matrix[question] = found
        _listed(question, was, is_, before, after, right, np.flatnonzero(differ), new, change)
    change.relabelled = int(np.count_nonzero(touched))


def _listed(
    question: str,
    was: list[str],
    is_: list[str],
    before: Numbers,
    after: Numbers,
    right: Numbers,
    differ: Numbers,
    new: Rows,
    change: ConfigChange,
) -> None:
    first = differ[np.argsort(right[differ])][: LISTED - len(change.relabelled_rows)]
    for at, name in zip(first.tolist(), new.name(right[first].tolist()), strict=True):
        old, now = _said(was, int(before[at])), _said(is_, int(after[at]))
        change.relabelled_rows.append({"row": name, "question": question, "old": old, "new": now})


def _matched(old: Rows, new: Rows) -> tuple[Numbers, Numbers]:
    """Return the places of the rows that both have; of rows with one key the first counts."""
    _, left, right = np.intersect1d(old.keys, new.keys, return_indices=True)
    return left, right


def _rest(count: int, used: Numbers) -> Numbers:
    return np.flatnonzero(~np.isin(np.arange(count), used))


def _said(names: Sequence[str], code: int) -> str:
    if not names:
        return OTHER
    return names[code] if 0 <= code < len(names) else NO_LABEL


def _names(feature: Any) -> list[str]:
    known = isinstance(feature, dict) and feature.get("_type") == "ClassLabel"
    return [str(name) for name in feature.get("names", [])] if known else []


def _is_label(name: str, config: ConfigFacts) -> bool:
    """Tell whether a column is what a unit was labelled with: a class, or a number that answers a question."""
    feature = config.features[name]
    number = config.table is Table.LABELS and f"{name}_values" in config.features
    return bool(_names(feature)) or number


def _shape(feature: Any) -> Any:
    return "ClassLabel" if _names(feature) else feature
