"""Campaigns with answers that need neither corpus nor server, for what is said of a report."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from annotation.answers import labels
from annotation.campaign import Campaign, load_all
from annotation.report.material import Material, material
from annotation.schema import Annotation, Span, Task
from annotation.schemes import load as load_scheme
from annotation.schemes.answers import value_features
from annotation.tasks import GROUP_BYTES, save
from annotation.units import task_of
from corpus.config import load
from corpus.features import features
from corpus.parquet import write
from tests.annotation.units import answered

HOSTILE = (
    "<script>document.title='owned'</script>",
    "<img src=x onerror=alert(1)>",
    "</style><script>alert(2)</script>",
    "</title></svg><iframe src=data:text/html,x></iframe>",
    "\"' onload='alert(3)",
    "]]>&lt;b&gt;{{ 7*7 }}",
    "\u202eevil\u202c\u2066",
    "x" * 5_000,
)
STANCE, MQM, ESA = (load_scheme(one, Path()) for one in ("stance", "translation-mqm", "translation-esa"))
CONFIG = """
name = "a newsroom"
[[sources]]
path = "articles"
[campaigns.stance]
scheme = "stance"
[campaigns.errors]
scheme = "translation-mqm"
[campaigns.scores]
scheme = "translation-esa"
[annotators.ada]
email = "ada.lovelace@example.org"
"""


def article(at: int, *, outlet: str = "post", target: str = "toll", text: str = "") -> Task:
    """A stance unit with an article of an outlet."""
    data = {"target": "Cars should pay.", "title": " ", "article_text": text or f"The mayor, {at}, wants a toll. 🚗"}
    doc = f"{outlet}/{at}"
    return task_of("stance", STANCE, data=data, doc_ids=[doc], languages=["en"], target_id=target)


def pair(campaign: str, at: int, *, source: str = "", documents: Sequence[str] = ("a/1", "b/1")) -> Task:
    """A unit of a translation campaign."""
    data = {"source_text": source or f"Sentence {at} of a text.", "translation_text": f"Satz {at} eines Textes."}
    blank = {f"{side}_{part}_text": " " for side in ("source", "translation") for part in ("before", "after")}
    scheme = MQM if campaign == "errors" else ESA
    ids = [f"{documents[0]}#{at}", f"{documents[1]}#{at}"]
    return task_of(
        campaign, scheme, data=data | blank, doc_ids=list(documents), segment_ids=ids, languages=["en", "de"]
    )


def said(task: Task, rater: str, stance: str, *spans: Span, **changed: Any) -> Annotation:
    """An answer about an outlet's stance."""
    return answered(task, rater, {"stance": stance, "confidence": "sure"}, *spans, **changed)


def marked(task: Task, start: int, end: int, **more: Any) -> Span:
    """A mark in the text that `side` names, the article without it."""
    side = more.pop("side", "article")
    kind = {"question": "evidence", "label": "favor", "holder": "author"}
    text = task.data[f"{side}_text"][start:end]
    return Span.model_validate({**kind, "side": side, "start": start, "end": end, "text": text} | more)


def error(task: Task, label: str = "fluency_grammar", severity: str = "minor", **more: Any) -> Span:
    """A marked error in the first word of a translation."""
    kind = {"question": "error", "holder": None, "label": label, "severity": severity}
    return marked(task, 0, 4, side="translation", **kind, **more)


def workspace(folder: Path, config: str = CONFIG) -> dict[str, Campaign]:
    """The campaigns of a workspace without files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "wirecopy.toml").write_text(config)
    return {one.name: one for one in load_all(load(folder))}


def written(one: Campaign, tasks: Sequence[Task], annotations: Iterable[Annotation]) -> Campaign:
    """Write the files of a campaign as a pull does."""
    one.folder.mkdir(parents=True, exist_ok=True)
    places = {task.key: at for at, task in enumerate(tasks)}
    rows = sorted(annotations, key=lambda row: places[row.key])
    save(one.folder / "tasks.parquet", tasks)
    columns = features(Annotation, values=value_features(one.scheme))
    write(one.folder / "annotations.parquet", (row.model_dump() for row in rows), columns, group_bytes=GROUP_BYTES)
    labels.save(one, tasks, lambda: rows)
    return one


def stance_material(one: Campaign, votes: Sequence[dict[str, str]], **more: Any) -> Material:
    """What a report reads of units with these answers by rater."""
    tasks = [article(at) for at in range(len(votes))]
    given = [
        said(task, rater, vote, **more) for task, row in zip(tasks, votes, strict=True) for rater, vote in row.items()
    ]
    return material(written(one, tasks, given))


def hostile(one: Campaign) -> Campaign:
    """A campaign in which every text that others write is an attack."""
    tasks, given = [], []
    for at in range(24):
        bad = HOSTILE[at % len(HOSTILE)]
        task = article(at, outlet=bad.replace("/", "|"), text=f"{bad} {bad}").model_copy(update={"target_id": bad})
        data = dict(task.data) | {"target": bad}
        task = task.model_copy(update={"data": data, "languages": [bad]})
        spans = [
            marked(task, 0, 9, holder="actor", holder_name=bad, comment=bad, label=label)
            for label in ("favor", "against")
        ]
        tasks.append(task)
        for rater, vote in ((f"{bad} 1", "favor"), (f"{bad} 2", "against"), ("c", "balanced")):
            given.append(said(task, rater, vote, *spans, contradictions=[bad]))
    return written(one, tasks, given)
