"""How far two answers mark the same: characters, overlaps, labels, and the stances of holders.

A figure is pooled: counts are summed over every two answers to one unit, then divided, so that answers without
a mark neither help nor hurt (`character_f1_mean` alone takes two of them for agreement, a pair at a time).
A mark without length meets only another one at its place.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean

import numpy as np

from annotation.measures.bootstrap import Sums, ratio
from annotation.measures.marks import Marks
from annotation.measures.table import Codes, Mask, Numbers, partners
from annotation.schema import Span
from annotation.schemes.scheme import Spans

COMBINATIONS = 2_000_000  # of marks of two answers, held at a time
NOTHING = "nobody marked anything"
APART = "no two marks overlap"
# What is counted, what it is divided by, and why the quotient may be undefined.
MEASURES = {
    "character_f1": ("shared", "characters", NOTHING),
    "character_f1_mean": ("f1", "pairs", NOTHING),
    "labelled_character_f1": ("shared_labelled", "characters_labelled", NOTHING),
    "overlap_f1": ("met", "marks", NOTHING),
    "label_agreement": ("same_label", "matched", APART),
    "severity_agreement": ("same_severity", "matched", APART),
    "holder_f1": ("same_holder", "holders", NOTHING),
    "polarity_agreement": ("same_polarity", "held", "no holder was found twice"),
    "holder_polarity_f1": ("same_stance", "holders", NOTHING),
}


@dataclass(frozen=True, eq=False)
class Compared:
    """What every two answers to one unit share: `unit`, the two raters, and by name what was counted."""

    unit: Codes
    left: Codes
    right: Codes
    counts: Mapping[str, Numbers]

    def only(self, keep: Mask | Codes, *, alone: bool = False) -> "Compared":
        """Return some of the pairs; `alone` gives each a unit of its own."""
        unit = np.arange(len(self.unit[keep])) if alone else self.unit[keep]
        counts = {name: values[keep] for name, values in self.counts.items()}
        return Compared(unit, self.left[keep], self.right[keep], counts)


def measures(question: Spans) -> list[str]:
    """Return which measures fit a question: labels, severities and holders only where there are some."""
    names = ["character_f1", "character_f1_mean", "overlap_f1"]
    if len(question.labels) > 1:
        names += ["labelled_character_f1", "label_agreement"]
    if question.row == "severity":
        names.append("severity_agreement")
    if question.row == "holder":
        names += ["holder_f1", "polarity_agreement", "holder_polarity_f1"]
    return names


def compared(marks: Marks, unit: Codes, rater: Codes) -> Compared:
    """Return what every two answers to one unit share; `unit` and `rater` have an entry for each answer.

    Overlap F1 counts the marks that overlap with any of the other answer's. To compare labels, marks are matched
    one to one, those with most characters in common first, whatever their labels. Two answers find the same
    stance where they mark the same holder in the unit, that is towards the same target; by name, where the holder
    is named. Where the marks stand does not matter: annotators choose other words for the same stance. Its
    polarity is the set of labels that the answer gives to the holder.
    """
    left, right = partners(unit, rater)
    size = len(unit)
    shared, characters = _characters(marks, np.zeros(len(marks), dtype=np.int64), left, right, size)
    labelled, characters_labelled = _characters(marks, marks.label, left, right, size)
    both = np.bincount(marks.answer, minlength=size)
    f1 = np.where(characters_labelled > 0, ratio(labelled, characters_labelled), 1.0)
    counts = {
        "shared": shared,
        "characters": characters,
        "shared_labelled": labelled,
        "characters_labelled": characters_labelled,
        "f1": np.where(characters > 0, ratio(shared, characters), 1.0),
        "f1_labelled": f1,
        "pairs": np.ones(len(left)),
        "marks": (both[left] + both[right]).astype(np.float64),
        **_matched(marks, left, right, size),
        **_stances(marks, left, right, size),
    }
    return Compared(unit[left], rater[left], rater[right], counts)


def span_sums(found: Compared, measure: str, units: int) -> Sums:
    """Return a measure as sums over `units` units."""
    above, below, undefined = MEASURES[measure]
    pairs = np.bincount(found.unit, minlength=units).astype(np.float64)
    # So many pairs come of so many answers.
    answers = np.where(pairs > 0, np.rint((1 + np.sqrt(1 + 8 * pairs)) / 2), 0)
    counted = [np.bincount(found.unit, found.counts[name], units) for name in (above, below)]
    return Sums(measure, (pairs > 0, answers, *counted), lambda sums: ratio(sums[:, 2], sums[:, 3]), undefined)


def character_f1(one: Iterable[Span], other: Iterable[Span], *, labelled: bool = False) -> float:
    """Return F1 of the characters that two answers mark; two answers without a mark agree."""
    return _f1(_marked(one, labelled=labelled), _marked(other, labelled=labelled))


def mean_f1(answers: Sequence[Iterable[Span]], *, labelled: bool = False) -> float | None:
    """Return the mean character F1 over all pairs of answers, None for fewer than two."""
    sets = [_marked(spans, labelled=labelled) for spans in answers]
    return fmean([_f1(one, other) for one, other in combinations(sets, 2)]) if len(sets) > 1 else None


def _marked(spans: Iterable[Span], *, labelled: bool) -> set[tuple[str, str, int]]:
    return {(span.question, span.label if labelled else "", at) for span in spans for at in range(span.start, span.end)}


def _f1(one: set[tuple[str, str, int]], other: set[tuple[str, str, int]]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one or other else 1.0


def _characters(marks: Marks, kind: Codes, left: Codes, right: Codes, size: int) -> tuple[Numbers, Numbers]:
    """Return for each pair twice the characters that both mark with the same kind, and those of each added up."""
    answer, kind, start, end = _united(marks, kind)
    total = np.bincount(answer, end - start, size)
    found = np.zeros(len(left))
    for pair, one, other in _crossed(answer, left, right, size):
        common = np.minimum(end[one], end[other]) - np.maximum(start[one], start[other])
        found += np.bincount(pair, np.where(kind[one] == kind[other], np.maximum(common, 0), 0), len(left))
    return 2 * found, (total[left] + total[right]).astype(np.float64)


def _united(marks: Marks, kind: Codes) -> tuple[Codes, Codes, Codes, Codes]:
    """Return the marks of each answer and kind without overlaps, sorted: answer, kind, start, end."""
    order = np.lexsort((marks.start, kind, marks.answer))
    answer, kind, start, end = (one[order] for one in (marks.answer, kind, marks.start, marks.end))
    if not len(order):
        return answer, kind, start, end
    group = np.cumsum(np.r_[0, (answer[1:] != answer[:-1]) | (kind[1:] != kind[:-1])])
    room = int(end.max()) + 1  # so that each answer and kind has places of its own
    reach = np.maximum.accumulate(group * room + end)
    first = np.flatnonzero(np.r_[True, group[1:] * room + start[1:] > reach[:-1]])
    last = np.r_[first[1:], len(order)] - 1
    return answer[first], kind[first], start[first], reach[last] - group[first] * room


def _crossed(answer: Codes, left: Codes, right: Codes, size: int) -> Iterator[tuple[Codes, Codes, Codes]]:
    """Yield every item of a pair's left answer with every one of its right: the pair and the two items.

    Items stand in the order of their `answer`. Some pairs come at a time, so that memory is bounded.
    """
    count = np.bincount(answer, minlength=size)
    first = np.cumsum(count) - count
    many = count[left] * count[right]
    before = np.cumsum(many)
    begin = 0
    while begin < len(left):
        spent = before[begin - 1] if begin else 0
        end = max(int(np.searchsorted(before, spent + COMBINATIONS, side="right")), begin + 1)
        here = many[begin:end]
        pair = np.repeat(np.arange(begin, end), here)
        place = np.arange(len(pair)) - np.repeat(np.cumsum(here) - here, here)
        width = count[right][pair] if len(pair) else place
        yield pair, first[left[pair]] + place // width, first[right[pair]] + place % width
        begin = end


def _matched(marks: Marks, left: Codes, right: Codes, size: int) -> dict[str, Numbers]:
    """Return how many marks overlap with one of the other answer, and what the matched ones share."""
    order = np.argsort(marks.answer, kind="stable")
    marks = marks.only(order)
    names = ("met", "matched", "same_label", "same_severity")
    counts: dict[str, Numbers] = {name: np.zeros(len(left)) for name in names}
    for pair, one, other in _crossed(marks.answer, left, right, size):
        common = np.minimum(marks.end[one], marks.end[other]) - np.maximum(marks.start[one], marks.start[other])
        point = (common == 0) & (marks.start[one] == marks.end[one]) & (marks.start[other] == marks.end[other])
        near = (common > 0) | point
        pair, one, other, common = pair[near], one[near], other[near], common[near]
        for side in (one, other):
            _, first = np.unique(pair * len(marks) + side, return_index=True)
            counts["met"] += np.bincount(pair[first], minlength=len(left))
        chosen = _one_to_one(pair, one, other, common, len(marks))
        pair, one, other = pair[chosen], one[chosen], other[chosen]
        counts["matched"] += np.bincount(pair, minlength=len(left))
        for name, column in (("same_label", marks.label), ("same_severity", marks.severity)):
            counts[name] += np.bincount(pair, column[one] == column[other], len(left))
    return counts


def _one_to_one(pair: Codes, one: Codes, other: Codes, common: Codes, size: int) -> Codes:
    """Return which combinations match their two marks, most characters in common first, then by place."""
    order = np.lexsort((other, one, -common, pair))
    chosen = [order[:0]]
    while len(order):
        best = np.ones(len(order), dtype=np.bool_)
        for side in (one, other):
            # The first combination of a mark is its best; what is best for both marks is settled.
            _, first, place = np.unique(pair[order] * size + side[order], return_index=True, return_inverse=True)
            best &= np.arange(len(order)) == first[place]
        settled = order[best]
        chosen.append(settled)
        free = [
            ~np.isin(pair[order] * size + side[order], pair[settled] * size + side[settled]) for side in (one, other)
        ]
        order = order[free[0] & free[1]]
    return np.concatenate(chosen)


def _stances(marks: Marks, left: Codes, right: Codes, size: int) -> dict[str, Numbers]:
    """Return how many holders two answers name, share, and give the same labels."""
    held = marks.only(marks.holder >= 0)
    width = int(held.holder.max()) + 1 if len(held) else 1
    places, holder_of = np.unique(held.answer * width + held.holder, return_inverse=True)
    labels = np.zeros((len(places), max(len(marks.labels), 1)), dtype=np.bool_)
    labels[holder_of, held.label] = True
    polarity = np.unique(labels, axis=0, return_inverse=True)[1].ravel()
    answer, holder = places // width, places % width
    count = np.bincount(answer, minlength=size)
    same, alike = np.zeros(len(left)), np.zeros(len(left))
    for pair, one, other in _crossed(answer, left, right, size):
        found = holder[one] == holder[other]
        same += np.bincount(pair, found, len(left))
        alike += np.bincount(pair, found & (polarity[one] == polarity[other]), len(left))
    holders = (count[left] + count[right]).astype(np.float64)
    return {"same_holder": 2 * same, "held": same, "same_polarity": alike, "same_stance": 2 * alike, "holders": holders}
