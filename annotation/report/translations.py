"""Which documents translate each other, and what campaigns on translations say of them.

Of two documents the original is the one that such a campaign calls the source, else the one that was published
first, else the first by name.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from annotation.campaign import load_all
from annotation.measures.scores.levels import score
from annotation.measures.scores.rated import rated_of
from annotation.measures.table import coded
from annotation.report.agreed import together
from annotation.report.errors import levels
from annotation.report.material import Material, material
from annotation.report.scored import chosen, fits
from annotation.report.tally import tally
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


@dataclass(frozen=True)
class Qualities:
    """What one campaign says: quality by original and translation, under one preset with its signature.

    Scores of two campaigns may be penalty points and parts of a hundred: they are never put together.
    `words` are those for the categories.
    """

    campaign: str
    preset: str
    better: str
    of: Mapping[Documents, Quality]
    words: Mapping[str, str]
    signature: str


def related(workspace: Workspace, rated: Iterable[Documents]) -> list[Documents]:
    """Return the documents that translate each other, the original first."""
    known = list({frozenset(one): one for one in rated}.values())
    told = {frozenset(one) for one in known}
    published: dict[str, str] = {}
    for path in parts(workspace.corpus, "documents"):
        published |= {doc: str(when or "") for doc, when in columns_of(path, "doc_id", "published")}
    for path in parts(workspace.corpus, "relations"):
        for left, right, kind in columns_of(path, "left_doc", "right_doc", "kind"):
            if kind == Kind.TRANSLATION and frozenset((left, right)) not in told:
                known.append(_ordered(left, right, published))
    return known


def qualities(workspace: Workspace) -> list[Qualities]:
    """Return what each campaign on translation pairs says, in the order of wirecopy.toml."""
    pairs = [one for one in load_all(workspace) if one.scheme.unit is Unit.PAIR and not one.settings.imported]
    return [_told(one) for one in map(material, pairs) if one.answers is not None and fits(one)]


def _told(one: Material) -> Qualities:
    answers, preset = one.answers, chosen(one)
    assert answers is not None
    documents, place = coded((given[0], given[-1]) for given in answers.facts["doc_ids"].to_pylist())
    rated = replace(rated_of(answers), documents=[f"{at}" for at in place])
    scores = score(rated, preset, "document", rounds=0)
    by_place = {told.name: told.figure for told in scores}
    errors: dict[Documents, Counter[tuple[str, str]]] = defaultdict(Counter)
    asked = one.marks("severity")
    severities = levels(asked)
    for question in asked:
        for at, label, severity, count in tally(answers, question.name, place, ("label", "severity")):
            if severity in severities:
                errors[documents[at]][label, severity] += count
    return Qualities(
        campaign=one.campaign.name,
        preset=preset.id,
        better=preset.better,
        of={
            both: Quality(by_place[f"{at}"].value, errors[both], by_place[f"{at}"].answers)
            for at, both in enumerate(documents)
        },
        words={label.value: label.text for question in asked for label in question.labels},
        signature=together([told.figure.signature for told in scores]),
    )


def _ordered(left: str, right: str, published: dict[str, str]) -> Documents:
    one, other = published.get(left, ""), published.get(right, "")
    return (right, left) if one and other and other < one else (left, right)


def columns_of(path: Path, *names: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of some columns of a file."""
    table = read_columns(path, names)
    return zip(*(table[one].to_pylist() for one in names), strict=True)
