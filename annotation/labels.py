"""Annotations to labels: one row a unit, by majority; a tie stays a tie.

Not covered yet: Dawid-Skene, MACE, adjudication, span consensus.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from statistics import fmean
from typing import Any

from annotation.campaign import Campaign
from annotation.schema import Annotation, Origin, Status, Task
from annotation.schemes.scheme import Choice, Number, Scheme
from corpus.parquet import write

METHOD = "majority"


def label_rows(scheme: Scheme, tasks: Iterable[Task], annotations: Iterable[Annotation]) -> Iterator[dict[str, Any]]:
    """Yield one row for each task with an answer to its present text, in the order of tasks.

    Each choice `q` gives `q` (the majority, None on a tie), `q_distribution` (shares, sum 1),
    `q_agreement` (share of the annotator pairs that agree, None for one annotator); each number
    gives its mean and `q_values`.
    """
    answers: dict[str, dict[str, Annotation]] = defaultdict(dict)
    for annotation in sorted(annotations, key=lambda one: one.updated):
        if not annotation.stale:
            # Whoever answers twice has one voice: the newest.
            answers[annotation.key][annotation.annotator] = annotation
    for task in tasks:
        given = list(answers[task.key].values())
        submitted = [one for one in given if one.status is Status.SUBMITTED]
        if submitted:
            yield _row(scheme, task, submitted, skips=len(given) - len(submitted))


def label_features(scheme: Scheme) -> Any:
    """Return the Features of label rows: class labels carry the names of the choices."""
    from datasets import ClassLabel, Features, List, Value

    text, number = Value("string"), Value("float64")
    columns: dict[str, Any] = {
        "key": text,
        "campaign": text,
        "doc_ids": List(text),
        "segment_ids": List(text),
        "target_id": text,
        "languages": List(text),
        **{name: text for name in shown(scheme)},
    }
    for question in scheme.questions:
        if isinstance(question, Choice):
            names = [option.value for option in question.options]
            columns[question.name] = ClassLabel(names=names)
            columns[f"{question.name}_distribution"] = {name: number for name in names}
            columns[f"{question.name}_agreement"] = number
        elif isinstance(question, Number):
            columns[question.name] = number
            columns[f"{question.name}_values"] = List(number)
    counts = {"annotators": Value("int64"), "skips": Value("int64")}
    return Features(columns | counts | {"origin": text, "method": text, "adjudicated": Value("bool")})


def shown(scheme: Scheme) -> tuple[str, ...]:
    """Return which texts of a task go with its label."""
    return ("target", "article_text") if scheme.unit == "document" else ("source_text", "translation_text")


def save(campaign: Campaign, tasks: list[Task], annotations: list[Annotation]) -> int:
    """Write `labels.parquet`; return how many rows."""
    rows = label_rows(campaign.scheme, tasks, annotations)
    return write(campaign.folder / "labels.parquet", rows, label_features(campaign.scheme))


def _row(scheme: Scheme, task: Task, submitted: list[Annotation], *, skips: int) -> dict[str, Any]:
    row: dict[str, Any] = {
        "key": task.key,
        "campaign": task.campaign,
        "doc_ids": task.doc_ids,
        "segment_ids": task.segment_ids,
        "target_id": task.target_id,
        "languages": task.languages,
        **{name: task.data[name] for name in shown(scheme)},
    }
    for question in scheme.questions:
        if isinstance(question, Choice):
            names = [option.value for option in question.options]
            row |= _choice(question.name, names, _given(submitted, question.name))
        elif isinstance(question, Number):
            numbers = sorted(_given(submitted, question.name))
            row |= {question.name: fmean(numbers) if numbers else None, f"{question.name}_values": numbers}
    origins = {one.origin for one in submitted}
    return row | {
        "annotators": len(submitted),
        "skips": skips,
        "origin": origins.pop() if len(origins) == 1 else Origin.MIXED,
        "method": METHOD,
        "adjudicated": False,
    }


def _choice(name: str, names: list[str], votes: list[str]) -> dict[str, Any]:
    counts, total = Counter(votes), len(votes)
    leaders = [vote for vote, count in counts.items() if count == max(counts.values())]
    agreeing = sum(count * (count - 1) for count in counts.values())
    return {
        name: names.index(leaders[0]) if len(leaders) == 1 else None,
        f"{name}_distribution": {one: counts[one] / total if total else 0.0 for one in names},
        f"{name}_agreement": agreeing / (total * (total - 1)) if total > 1 else None,
    }


def _given(submitted: list[Annotation], name: str) -> list[Any]:
    return [one.values[name] for one in submitted if one.values.get(name) is not None]
