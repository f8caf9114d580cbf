"""What must hold of labels: their unit and its text, the answers behind them, and every span."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotation.schema import Status
from annotation.schemes.scheme import Scheme
from corpus.check.findings import Finding
from corpus.steps.keyed import hashes
from export.schema import MANIFEST, CampaignFacts, ConfigFacts, Table
from export.verify import answers, units, votes
from export.verify.answers import Answers
from export.verify.facts import scheme_of
from export.verify.index import Index
from export.verify.reading import Release

Named = tuple[str, Finding]
Row = dict[str, Any]
LISTS = ("doc_ids", "segment_ids", "languages", "consensus_spans", "adjudicated_spans")
WANTED = ("key", *LISTS, "annotators", "adjudicated", "method")
Hashes = NDArray[np.uint64]


@dataclass(frozen=True)
class Labelled:
    """A campaign in a release: its facts, its scheme and its two configs."""

    release: Release
    facts: CampaignFacts
    scheme: Scheme
    labels: ConfigFacts | None
    answers: ConfigFacts | None


def campaigns(release: Release) -> list[Labelled]:
    """Return the campaigns of a release; raise Unreadable where a scheme is none."""
    found = []
    for one in release.facts.campaigns:
        configs = {config.table: config for config in release.facts.configs if config.campaign == one.name}
        found.append(Labelled(release, one, scheme_of(one), configs.get(Table.LABELS), configs.get(Table.ANNOTATIONS)))
    return found


def rows(one: Labelled, index: Index) -> Iterator[Named]:
    """Yield what is wrong with each label and with the answers to its unit, with the name of the law."""
    if one.labels is None or one.answers is None:
        yield "label-answers", Finding(f"campaign '{one.facts.name}' has no labels or no answers", MANIFEST)
        return
    given = answers.gather(one.release, one.answers)
    texts = units.texts(one.release, one.scheme)
    keys: list[Hashes] = [np.zeros(0, np.uint64)]
    for batch in one.release.batches(one.labels):
        found = batch.data.to_pylist()
        named = [row["key"] or "" for row in found]
        for at, (label, mine) in enumerate(zip(found, given.of(named), strict=True)):
            flaws = [Finding(what, *batch.place(at), named[at]) for what in _flaws(one, label)]
            flaws += [given.finding(number, what) for number, answer in mine.items() for what in _flaws(one, answer)]
            yield from (("label-values", finding) for finding in flaws)
            if flaws:
                continue  # the other laws would read what is not there
            for name, what in _label(one, label, list(mine.values()), texts, index):
                yield name, Finding(what, *batch.place(at), named[at])
            yield from _given(one, label, mine, given)
        keys.append(hashes(named))
    known = np.concatenate(keys)
    yield from (("label-order", finding) for finding in given.out_of_order(known))
    yield from _alone(one, given, np.sort(known))


def _flaws(one: Labelled, row: Row) -> Iterator[str]:
    """Yield what keeps the laws from reading a label or an answer."""
    if lacking := [name for name in WANTED if name in row and row[name] is None]:
        yield f"no value in '{lacking[0]}'"
    else:
        yield from votes.whole(one.scheme, row, textless=one.release.textless)


def _label(
    one: Labelled, label: Row, mine: Sequence[Row], texts: units.Texts, index: Index
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with one label."""
    yield from (("label-unit", what) for what in units.unit(one, label, index, texts))
    counted, skips = votes.counted(mine)
    if not counted and not label["adjudicated"]:
        yield "label-answers", "no answer to its unit is released"
        return
    bare = one.release.textless
    marked = [*(label["consensus_spans"] or []), *(label["adjudicated_spans"] or [])]
    for name, law in {
        "label-counts": votes.counts(label, counted, skips),
        "label-votes": votes.votes(one.scheme, label, counted),
        "label-choice": votes.chosen(one.scheme, label, counted),
        "label-adjudication": votes.decided(label, one.facts.aggregation),
        "label-consensus": votes.marks(one.scheme, label, counted, textless=bare),
        "span-text": votes.covers(label, marked, textless=bare),
    }.items():
        yield from ((name, what) for what in law)


def _given(one: Labelled, label: Row, mine: Mapping[int, Row], given: Answers) -> Iterator[Named]:
    """Yield what is wrong with the answers to one unit, each at its own place."""
    for number, answer in mine.items():
        if answer["doc_ids"] != label["doc_ids"]:
            yield "label-answers", given.finding(number, f"names other documents than the label of {label['key']}")
        for what in votes.covers(label, answer["spans"] or [], textless=one.release.textless):
            yield "span-text", given.finding(number, what)


def _alone(one: Labelled, given: Answers, known: Hashes) -> Iterator[Named]:
    """Yield labels of one unit, and answers whose unit has no label."""
    if twice := int(np.count_nonzero(known[1:] == known[:-1])):
        yield "label-unit", Finding(f"{twice} units have two labels", one.facts.name)
    status = given.table["status"].to_pylist()
    for at in np.flatnonzero(~np.isin(given.keys, known)).tolist():
        if status[at] != Status.SKIPPED:
            yield "label-answers", given.finding(at, "its unit has no label")
