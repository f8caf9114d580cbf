"""The units where annotators differ most, with their texts and what each one answered and marked."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from annotation.measures.figure import signature
from annotation.measures.gather import Answers
from annotation.measures.spans import compared
from annotation.measures.table import Numbers
from annotation.report.content import (
    NONE,
    Case,
    Note,
    Part,
    Passage,
    Piece,
    Section,
    counted,
    decimals,
    name,
    safe,
    sheet,
)
from annotation.report.distance import distances
from annotation.report.material import Material
from annotation.schema import Task
from annotation.schemes.scheme import Choice, Number, Spans, Text
from corpus.output import plain

SHOWN, MOST_RATERS, MOST_MARKS = 20, 12, 12
AROUND, OPENING, LONGEST, SOON = 120, 300, 1_500, 20  # characters round a mark, of an unmarked text, of a passage
SETTLE = "wirecopy annotation adjudicate"


def disagreement(material: Material) -> Numbers:
    """Return for each unit the mean distance between its annotators, 0..1 over its questions; NaN with one answer.

    Where a scheme asks for marks alone, it is 1 - F1 of the marked characters.
    """
    answers = material.answers
    assert answers is not None
    asked: list[Choice | Number] = [*material.choices, *material.numbers]
    if not asked:
        return _of_marks(answers, material.marks())
    found = [_by_unit(distances(one, table), table.unit, len(answers.units))
             for one in asked for table in [answers.table(one.name)]]  # fmt: skip
    told = np.array([~np.isnan(one) for one in found]).sum(axis=0)
    return np.where(told > 0, np.nansum(found, axis=0) / np.maximum(told, 1), np.nan)


def section(material: Material) -> Section:
    """Return the chapter with the units themselves."""
    title = "Where annotators differ"
    lead = (
        f"The {SHOWN} units with the largest mean distance between the answers of two annotators, the worst first. "
        "Marked words are underlined, and the stronger their colour, the more annotators marked them."
    )
    if material.answers is None:
        return Section("differ", title, lead, empty=f"There are no answers yet: {material.fill} brings them.")
    apart = disagreement(material)
    order = np.lexsort((np.arange(len(apart)), -np.nan_to_num(apart, nan=-1.0)))
    differing = int((np.nan_to_num(apart) > 0).sum())
    if not differing:
        compared = int((~np.isnan(apart)).sum())
        why = "No unit has two answers yet" if not compared else "All annotators agree on every unit"
        return Section("differ", title, lead, empty=f"{why}: {material.fill} brings more answers.")
    chosen = [int(at) for at in order[: min(SHOWN, differing)]]
    tasks = {task.key: task for task in material.tasks([material.answers.units[at] for at in chosen])}
    parts: list[Part] = [
        _case(material, task, at, float(apart[at]))
        for at in chosen
        if (task := tasks.get(material.answers.units[at])) is not None
    ]
    more = differing - len(parts)
    told = f"{counted(more, 'more unit')} differ." if more else "These are all units on which annotators differ."
    parts.append(Note(f"{told} {SETTLE} sends what differs to be settled."))
    return Section("differ", title, lead, tuple(parts))


def passages(texts: Sequence[tuple[str, str, str]], spans: Sequence[tuple[int, dict[str, Any]]]) -> tuple[Passage, ...]:
    """Return the texts of a unit as pieces; `texts` are `(side, language, text)`, `spans` come with their rater."""
    return tuple(
        Passage(
            side, name(language), tuple(_pieces(text, [(rater, one) for rater, one in spans if one["side"] == side]))
        )
        for side, language, text in texts
        if text.strip()
    )


def _pieces(text: str, spans: Sequence[tuple[int, dict[str, Any]]]) -> Iterator[Piece]:
    """Yield the windows round the marks, cut at each end of a mark; what lies between is a cut."""
    edges = sorted({edge for _, one in spans for edge in (one["start"], one["end"]) if 0 <= edge <= len(text)})
    windows = _windows(edges, text)
    shown, last = 0, 0
    for start, end in windows:
        if shown >= LONGEST:
            break
        end = min(end, start + LONGEST - shown)
        if start > last:
            yield Piece("", cut=True)
        cuts = sorted({start, end, *(edge for edge in edges if start < edge < end)})
        for left, right in pairwise(cuts):
            raters = {rater for rater, one in spans if one["start"] <= left and right <= one["end"]}
            yield Piece(plain(text[left:right]), len(raters))
        shown, last = shown + end - start, end
    if last < len(text):
        yield Piece("", cut=True)


def _windows(edges: Sequence[int], text: str) -> list[tuple[int, int]]:
    """Return the stretches to show: round each edge, between words where there are some."""
    if not edges:
        return [(0, _before_word(text, 0, OPENING))]
    found: list[tuple[int, int]] = []
    for edge in edges:
        start, end = _after_word(text, edge - AROUND, edge), _before_word(text, edge, edge + AROUND)
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def _after_word(text: str, start: int, edge: int) -> int:
    """Return where the first whole word after `start` begins, if that is soon."""
    space = text.find(" ", start - 1, min(start + SOON, edge)) if start > 0 else -1
    return space + 1 if space >= 0 else max(start, 0)


def _before_word(text: str, edge: int, end: int) -> int:
    """Return where the last whole word before `end` ends, if that is soon."""
    space = text.rfind(" ", max(end - SOON, edge), end + 1) if end < len(text) else -1
    return space if space >= 0 else min(end, len(text))


def _case(material: Material, task: Task, at: int, apart: float) -> Case:
    answers = material.answers
    assert answers is not None
    rows = np.flatnonzero(answers.unit == at)
    given = answers.rows.take(rows).select(["values", "spans"]).to_pylist()
    raters = [int(one) for one in answers.rater[rows]]
    sides = material.campaign.scheme.sides
    languages = [*task.languages, *[""] * len(sides)]
    texts = [(side, languages[place], str(task.data.get(f"{side}_text", ""))) for place, side in enumerate(sides)]
    spans = [(rater, span) for rater, one in zip(raters, given, strict=True) for span in one["spans"]]
    facts = [safe(task.data.get("target", ""), 200), f"distance {decimals(apart)}"]
    facts += [counted(len(rows), "annotator")]
    columns, words = _words(material)
    said = sorted(
        (answers.raters[rater], *(tell(one) for tell in words)) for rater, one in zip(raters, given, strict=True)
    )
    table = sheet(
        "What each annotator said",
        ("annotator", *columns),
        said,
        signature=signature("distance", unit=task.key, items="all"),
        most=MOST_RATERS,
    )
    return Case(" and ".join(name(one) for one in task.doc_ids), " · ".join(one for one in facts if one.strip()),
                passages(texts, spans), table)  # fmt: skip


def _words(material: Material) -> tuple[list[str], list[Any]]:
    """Return the columns of an answer, and for each the function that puts it into words."""
    columns, words = [], []
    for question in material.campaign.scheme.questions:
        columns.append(safe(question.title, 80))
        words.append(_marks(question) if isinstance(question, Spans) else _value(question))
    return columns, words


def _value(question: Choice | Number | Text) -> Any:
    names = {option.value: option.text for option in question.options} if isinstance(question, Choice) else {}

    def tell(row: dict[str, Any]) -> str:
        value = row["values"].get(question.name)
        if value is None or value == "":
            return NONE
        return f"{value:g}" if isinstance(value, float) else safe(names.get(value, value), 300)

    return tell


def _marks(question: Spans) -> Any:
    rows = {option.value: option.text for option in question.rows}
    labels = {option.value: option.text for option in question.labels}

    def tell(row: dict[str, Any]) -> str:
        own = [one for one in row["spans"] if one["question"] == question.name]
        told = [_mark(one, rows, labels) for one in own[:MOST_MARKS]]
        told += [f"and {len(own) - MOST_MARKS} more"] if len(own) > MOST_MARKS else []
        return "\n".join(told) or NONE

    return tell


def _mark(span: dict[str, Any], rows: dict[str, str], labels: dict[str, str]) -> str:
    place = rows.get(span["holder"] or span["severity"] or "", "")
    who = f" {name(span['holder_name'])}" if span["holder_name"] else ""
    comment = f" ({name(span['comment'])})" if span["comment"] else ""
    words = name(span["text"]) if span["text"] else "nothing: a place between two letters"
    head = ", ".join(one for one in (f"{place}{who}", labels.get(span["label"], span["label"])) if one)
    return f"{head}: “{words}”{comment}"


def _by_unit(apart: Numbers, unit: Any, size: int) -> Numbers:
    known = ~np.isnan(apart)
    total = np.bincount(unit[known], weights=apart[known], minlength=size)
    count = np.bincount(unit[known], minlength=size)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _of_marks(answers: Answers, questions: Sequence[Spans]) -> Numbers:
    found = [compared(answers.marks(one.name), answers.unit, answers.rater) for one in questions]
    if not found:
        return np.full(len(answers.units), np.nan)
    shared, marked = (np.sum([one.counts[name] for one in found], axis=0) for name in ("shared", "characters"))
    f1 = np.where(marked > 0, shared / np.maximum(marked, 1), 1.0)
    return _by_unit(1 - f1, found[0].unit, len(answers.units))
