"""Which documents translate each other, and what campaigns on translations say of them.

Of two documents the original is the one that such a campaign calls the source, else the one that was published
first, else the first by name.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from annotation.campaign import load_all
from annotation.measures.scores.levels import score
from annotation.measures.scores.rated import rated_of
from annotation.report.errors import levels
from annotation.report.material import Material, material
from annotation.report.scored import chosen, fits
from annotation.schemes.scheme import Unit
from corpus.config import Workspace
from corpus.dataset import parts
from corpus.parquet import read_columns
from corpus.schema import Kind

Documents = tuple[str, str]


class Quality(NamedTuple):
    """What a translation campaign says of an original and its translation; errors by (category, severity)."""

    score: float | None
    errors: Counter[tuple[str, str]]
    answers: int


@dataclass
class Qualities:
    """Quality by original and translation, what was told of it, and the signatures of the scores."""

    of: dict[Documents, Quality] = field(default_factory=dict)
    words: dict[tuple[str, str], str] = field(default_factory=dict)
    signatures: list[str] = field(default_factory=list)
    higher: bool = True


def related(workspace: Workspace, rated: Iterable[Documents]) -> list[Documents]:
    """Return the documents that translate each other, the original first."""
    known = list(rated)
    told = {frozenset(one) for one in known}
    published: dict[str, str] = {}
    for path in parts(workspace.corpus, "documents"):
        published |= {doc: str(when or "") for doc, when in columns_of(path, "doc_id", "published")}
    for path in parts(workspace.corpus, "relations"):
        for left, right, kind in columns_of(path, "left_doc", "right_doc", "kind"):
            if kind == Kind.TRANSLATION and frozenset((left, right)) not in told:
                known.append(_ordered(left, right, published))
    return known


def qualities(workspace: Workspace) -> Qualities:
    """Return what the campaigns on translation pairs say of each two documents; a later campaign overrides."""
    found = Qualities()
    for campaign in load_all(workspace):
        one = material(campaign) if campaign.scheme.unit is Unit.PAIR and not campaign.settings.imported else None
        if one is not None and one.answers is not None and fits(one):
            _take(one, found)
    return found


def _take(one: Material, found: Qualities) -> None:
    assert one.answers is not None
    documents: list[Documents] = [(given[0], given[-1]) for given in one.answers.facts["doc_ids"].to_pylist()]
    places = {both: f"{at}" for at, both in enumerate(dict.fromkeys(documents))}
    rated, preset = rated_of(one.answers), chosen(one)
    scores = score(replace(rated, documents=[places[both] for both in documents]), preset, "document", rounds=0)
    by_place = {told.name: told.figure for told in scores}
    errors: dict[Documents, Counter[tuple[str, str]]] = defaultdict(Counter)
    asked = one.marks("severity")
    severities = levels(asked)
    for unit, spans in zip(one.answers.unit.tolist(), one.answers.spans(), strict=True):
        kinds = [(span["label"], span["severity"]) for span in spans if span["severity"] in severities]
        errors[documents[unit]].update(kinds)
    for both, place in places.items():
        figure = by_place[place]
        found.of[both] = Quality(figure.value, errors[both], figure.answers)
    found.words |= {(question.name, label.value): label.text for question in asked for label in question.labels}
    found.signatures += sorted({told.figure.signature for told in scores})
    found.higher = preset.is_higher_better


def _ordered(left: str, right: str, published: dict[str, str]) -> Documents:
    one, other = published.get(left, ""), published.get(right, "")
    return (right, left) if one and other and other < one else (left, right)


def columns_of(path: Path, *names: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of some columns of a file."""
    table = read_columns(path, names)
    return zip(*(table[one].to_pylist() for one in names), strict=True)
