"""Units and answers that need neither corpus nor server."""

from pathlib import Path
from typing import Any

from annotation.schema import Annotation, Origin, Span, Status, Task
from annotation.schemes import load
from annotation.units import task_of

ESA = load("translation-esa", Path())
STANCE = load("stance", Path())
SENTENCES = (
    "Die Brücke über den Fluss bleibt bis zum Ende des Jahres für Autos gesperrt.",
    "Der Rat der Stadt stimmte am Dienstag nach langer Debatte mit knapper Mehrheit zu.",
    "„Wir haben 🚗 genug“, sagte eine Anwohnerin, die seit Jahren gegen den Lärm kämpft.",
    "Händler fürchten, dass ihnen im Winter die Kunden aus dem Umland fehlen werden.",
)


def pair(at: int, *, size: int = 4, text: str = "", **data: str) -> Task:
    """Return the unit `at` of a campaign whose documents have `size` sentence pairs."""
    words = {"source_text": f"Sentence {at}.", "translation_text": text or f"{SENTENCES[at % 4][:-1]}, Teil {at}."}
    blank = {f"{side}_{part}_text": " " for side in ("source", "translation") for part in ("before", "after")}
    document, languages = [f"s{at // size}", f"t{at // size}"], ["en", "de"]
    return task_of("esa", ESA, data=words | blank | data, doc_ids=document, segment_ids=[f"{at}"], languages=languages)


def article(at: int, **more: Any) -> Task:
    """Return a stance unit: a document and a target."""
    data = {
        "target": "Cars should pay.",
        "title": " ",
        "article_text": f"The mayor, {at}, wants a toll. 🚗 She said so.",
    }
    return task_of("stance", STANCE, data=data, doc_ids=[f"d{at}"], languages=["en"], target_id="toll", **more)


def mark(task: Task, start: int, end: int, *, question: str = "error", **more: Any) -> Span:
    """Return a span of a task's text."""
    side = {"error": "translation", "omission": "source"}.get(question, "article")
    text = task.data[f"{side}_text"][start:end]
    values = {"question": question, "side": side, "start": start, "end": end, "text": text}
    kinds = {"label": "favor", "holder": "author"} if side == "article" else {"label": question, "severity": "minor"}
    return Span.model_validate(values | kinds | more)


def answered(task: Task, rater: str, values: dict[str, Any] | None = None, *spans: Span, **changed: Any) -> Annotation:
    """Return an answer to a task as a pull makes it a row."""
    row = {
        **task.model_dump(exclude={"data", "languages", "text_hash", "start", "prefill"}),
        "annotation_id": f"{rater} {task.key}",
        "stale": False,
        "deleted": False,
        "revisions": 1,
        "prefilled_by": task.prefill,
        "annotator": rater,
        "origin": Origin.HUMAN,
        "status": Status.SUBMITTED,
        "values": values or {},
        "spans": list(spans),
        "contradictions": [],
        "lead_time": 1.0,
        "created": "2026-01-01",
        "updated": "2026-01-01",
    }
    return Annotation.model_validate(row | changed)
