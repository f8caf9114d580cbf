"""Annotations to labels: one row a unit, by majority or by a model of the raters.

A tie stays a tie, and an adjudicator's decision overrides. Numbers have their mean: aggregation names
choices only.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from statistics import fmean
from typing import TYPE_CHECKING, Any

from annotation.answers.newest import is_live, newest
from annotation.answers.posteriors import Posteriors, posteriors
from annotation.campaign import Campaign
from annotation.measures.aggregation.consensus import consensus
from annotation.schema import Annotation, Origin, Span, Status, Task
from annotation.schemes.scheme import Choice, Number, Scheme
from annotation.tasks import GROUP_BYTES
from corpus.features import Features, class_label, features, listed, value
from corpus.parquet import write

if TYPE_CHECKING:
    from annotation.adjudication import Decision

MAJORITY, ADJUDICATION = "majority", "adjudication"
NOBODY: Mapping[str, "Decision"] = {}


def label_rows(
    scheme: Scheme,
    tasks: Iterable[Task],
    annotations: Iterable[Annotation],
    decisions: Mapping[str, "Decision"] = NOBODY,
    model: Posteriors | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield one row for each task with an answer to its present text, in the order of tasks.

    `annotations` come in that order too; stale and deleted ones and controls are passed over. Each
    choice `q` gives `q` (None on a tie), `q_soft` (the probabilities of a model, else the shares),
    `q_distribution` (shares, sum 1) and `q_agreement` (share of the annotator pairs that agree, None
    for one annotator); each number gives its mean and `q_values`. `consensus_spans` is what most
    marked. A decision replaces `q`, never what the raters said, and brings its spans.
    """
    groups = voices(annotations)
    key, group = next(groups, (None, []))
    for task in tasks:
        given: list[Annotation] = []
        if key == task.key:
            given = group
            key, group = next(groups, (None, []))
        submitted = [one for one in given if one.status == Status.SUBMITTED]
        decision = decisions.get(task.key)
        if submitted or decision:
            row = _row(scheme, task, submitted, model, skips=len(given) - len(submitted))
            yield row | (_decided(scheme, decision, submitted) if decision else {})


def voices(annotations: Iterable[Annotation]) -> Iterator[tuple[str, list[Annotation]]]:
    """Yield each unit's key and one answer for each annotator: whoever answers twice has one voice, the newest."""
    for key, group in groupby(filter(is_live, annotations), key=lambda one: one.key):
        yield key, sorted(newest(group), key=lambda one: one.annotator)


def label_features(scheme: Scheme) -> Features:
    """Return the Features of label rows: class labels carry the names of the choices."""
    text, number = value(str), value(float)
    columns: dict[str, Any] = {
        "key": text,
        "campaign": text,
        "doc_ids": listed(text),
        "segment_ids": listed(text),
        "target_id": text,
        "paragraph": value(int),
        "languages": listed(text),
        **{name: text for name in shown(scheme)},
    }
    for question in scheme.questions:
        if isinstance(question, Choice):
            names = [option.value for option in question.options]
            columns[question.name] = class_label(names)
            columns[f"{question.name}_soft"] = {name: number for name in names}
            columns[f"{question.name}_distribution"] = {name: number for name in names}
            columns[f"{question.name}_agreement"] = number
        elif isinstance(question, Number):
            columns[question.name] = number
            columns[f"{question.name}_values"] = listed(number)
    counts = {"annotators": value(int), "skips": value(int)}
    decided = {f"adjudicat{end}": text for end in ("ed_by", "ed_at", "ion_reason", "ion_confidence")}
    marked = {f"{by}_spans": listed(features(Span)) for by in ("consensus", "adjudicated")}
    return columns | counts | {"origin": text, "method": text, "adjudicated": value(bool)} | decided | marked


def shown(scheme: Scheme) -> tuple[str, ...]:
    """Return which texts of a task go with its label."""
    sides = tuple(f"{side}_text" for side in scheme.sides)
    return ("target", *sides) if scheme.has_target else sides


def save(
    campaign: Campaign,
    tasks: Iterable[Task],
    annotations: Callable[[], Iterable[Annotation]],
    decisions: Mapping[str, "Decision"] = NOBODY,
) -> int:
    """Write `labels.parquet`, in the way that the campaign's `aggregation` names; return how many rows.

    `annotations` is called once, and twice for a model, which has to see all answers first.
    """
    scheme, method = campaign.scheme, campaign.settings.aggregation
    # Adjudicators decide one by one: there is nothing to learn about them.
    model = None if method == MAJORITY or campaign.part else posteriors(scheme, method, voices(annotations()))
    rows = label_rows(scheme, tasks, annotations(), decisions, model)
    return write(campaign.folder / "labels.parquet", rows, label_features(scheme), group_bytes=GROUP_BYTES)


def _row(
    scheme: Scheme, task: Task, submitted: list[Annotation], model: Posteriors | None, *, skips: int
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "key": task.key,
        "campaign": task.campaign,
        "doc_ids": task.doc_ids,
        "segment_ids": task.segment_ids,
        "target_id": task.target_id,
        "paragraph": task.paragraph,
        "languages": task.languages,
        **{name: task.data[name] for name in shown(scheme)},
    }
    for question in scheme.questions:
        if isinstance(question, Choice):
            names = [option.value for option in question.options]
            row |= _choice(question.name, names, _given(submitted, question.name))
            if model:
                row[question.name] = model.label(task.key, question.name)
                row[f"{question.name}_soft"] = model.soft(task.key, question.name, names)
        elif isinstance(question, Number):
            numbers = sorted(_given(submitted, question.name))
            row |= {question.name: fmean(numbers) if numbers else None, f"{question.name}_values": numbers}
    return row | {
        "annotators": len(submitted),
        "skips": skips,
        "origin": _origin({one.origin for one in submitted}),
        "method": model.method if model else MAJORITY,
        "adjudicated": False,
        "adjudicated_by": None,
        "adjudicated_at": None,
        "adjudication_reason": None,
        "adjudication_confidence": None,
        "consensus_spans": _consensus(scheme, task, submitted),
        "adjudicated_spans": [],
    }


def _consensus(scheme: Scheme, task: Task, submitted: list[Annotation]) -> list[dict[str, Any]]:
    texts = {side: task.data[f"{side}_text"] for side in scheme.sides}
    return consensus([[span.model_dump() for span in one.spans] for one in submitted], texts)


def _decided(scheme: Scheme, decision: "Decision", submitted: list[Annotation]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for question in scheme.questions:
        value = decision.values.get(question.name)
        if isinstance(question, Choice):
            names = [option.value for option in question.options]
            row[question.name] = None if value is None else names.index(str(value))
        elif isinstance(question, Number):
            row[question.name] = value
    return row | {
        "origin": _origin({decision.origin, *(one.origin for one in submitted)}),
        "method": ADJUDICATION,
        "adjudicated": True,
        "adjudicated_by": decision.who,
        "adjudicated_at": decision.when,
        "adjudication_reason": decision.reason,
        "adjudication_confidence": decision.confidence,
        "adjudicated_spans": [span.model_dump() for span in decision.spans],
    }


def _origin(origins: set[Origin]) -> Origin:
    return Origin.MIXED if len(origins) != 1 else origins.pop()


def _choice(name: str, names: list[str], votes: list[str]) -> dict[str, Any]:
    counts, total = Counter(votes), len(votes)
    leaders = [vote for vote, count in counts.items() if count == max(counts.values())]
    agreeing = sum(count * (count - 1) for count in counts.values())
    shares = {one: counts[one] / total if total else 0.0 for one in names}
    return {
        name: names.index(leaders[0]) if len(leaders) == 1 else None,
        f"{name}_soft": shares,
        f"{name}_distribution": shares,
        f"{name}_agreement": agreeing / (total * (total - 1)) if total > 1 else None,
    }


def _given(submitted: list[Annotation], name: str) -> list[Any]:
    return [one.values[name] for one in submitted if one.values.get(name) is not None]
