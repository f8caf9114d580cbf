"""The dataset card: the README of a release, made from facts."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotation.campaign import Campaign
from annotation.schema import Origin
from annotation.schemes.scheme import Choice, Number, Spans
from corpus.card import front_matter
from corpus.config import SPLIT_NAMES, Config

FILES = "{name}/{split}-*.parquet"
WAYS = {"majority": "majority", "dawid-skene": "the model of Dawid and Skene (1979)", "mace": "MACE (2013)"}
MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+!|~-])")


@dataclass(frozen=True)
class Table:
    """The rows of a config, their Features, and how many rows were left out before."""

    rows: Sequence[Mapping[str, Any]]
    columns: Any
    left_out: int = 0


@dataclass(frozen=True)
class Facts:
    """What the card tells: `tables` by config; once written, `counts` as `{config: {split: rows}}`
    and `marks`, a hash of each config's files.
    """

    config: Config
    campaigns: list[Campaign]
    tables: dict[str, Table]
    torn: int
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)

    def origins(self, campaign: Campaign) -> Counter[str]:
        """Count a campaign's annotations by who made them."""
        return Counter(row["origin"] for row in self.tables[f"{campaign.name}_annotations"].rows)


def card(facts: Facts) -> str:
    """Return the whole README: YAML for `load_dataset`, then Markdown for people."""
    origins = sum((facts.origins(one) for one in facts.campaigns), Counter())
    parts = [
        f"# {facts.config.name} {facts.config.release.version}",
        _warning(origins),
        facts.config.release.description,
        _loading(facts),
        _rows(facts),
        _composition(facts.tables["documents"].rows),
        *(_campaign(facts, one) for one in facts.campaigns),
        _conventions(),
    ]
    return _yaml(facts, origins) + "\n" + "\n\n".join(part for part in parts if part) + "\n"


def _yaml(facts: Facts, origins: Counter[str]) -> str:
    configs = {
        name: {split: FILES.format(name=name, split=split) for split in counts}
        for name, counts in facts.counts.items()
        if counts
    }
    machine = {"annotations_creators": ["machine-generated"]} if set(origins) - {Origin.HUMAN} else {}
    return front_matter(
        configs,
        facts.marks,
        pretty_name=facts.config.name,
        license=facts.config.release.license,
        language=sorted({row["language"] for row in facts.tables["documents"].rows}),
        **machine,
        tags=["news", *sorted({one.scheme.id for one in facts.campaigns}), *(["simulated"] if _fake(origins) else [])],
    )


def _fake(origins: Mapping[str, int]) -> int:
    return origins.get(Origin.SIMULATED, 0)


def _warning(origins: Counter[str]) -> str:
    if not _fake(origins):
        return ""
    share = f"{_fake(origins)} of {origins.total()} annotations"
    return (
        f"> **Simulated labels.** {share} were made by simulated annotators, not by people. "
        "They show how the data looks; they say nothing about the texts. Do not train or evaluate on them."
    )


def _loading(facts: Facts) -> str:
    call = f'labels = load_dataset("PATH_OR_REPO", "{facts.campaigns[0].name}")'
    return f"## Load it\n\n```python\nfrom datasets import load_dataset\n\n{call}\n```"


def _rows(facts: Facts) -> str:
    rows = [
        [name, *(str(counts.get(split, 0)) for split in SPLIT_NAMES)] for name, counts in facts.counts.items() if counts
    ]
    text = "Exact copies and paired translations are in one split."
    if facts.torn:
        text = (
            f"{facts.torn} groups of exact copies or paired translations lie in several splits, because they were "
            "assigned before it was known that they belong together."
        )
    return "## Configs\n\n" + _table(["config", *SPLIT_NAMES], rows) + "\n\n" + text


def _composition(documents: Sequence[Mapping[str, Any]]) -> str:
    found = Counter((row["outlet"] or "not named", row["language"]) for row in documents)
    rows = [[outlet, language, str(count)] for (outlet, language), count in sorted(found.items())]
    return "## Articles\n\n" + _table(["outlet", "language", "articles"], rows)


def _campaign(facts: Facts, campaign: Campaign) -> str:
    origins = ", ".join(f"{count} {origin}" for origin, count in sorted(facts.origins(campaign).items())) or "none"
    adjudicated = any(row.get("adjudicated") for row in facts.tables[campaign.name].rows)
    decided = ", or by an adjudicator's decision where there is one" if adjudicated else ""
    annotators = {row["annotator"] for row in facts.tables[f"{campaign.name}_annotations"].rows}
    lines = [
        f"## {campaign.name}",
        f"Scheme `{campaign.scheme.id}`, guideline version {campaign.scheme.version}. "
        f"Annotations: {origins}, by {len(annotators)} annotators. "
        f"Labels by {WAYS[campaign.settings.aggregation]}{decided}; a tie has no hard label, its distribution is kept. "
        "Votes are in `_distribution`, what the method makes of them in `_soft`; `consensus_spans` are the passages "
        "that more than half of the annotators mark.",
        _questions(campaign),
    ]
    return "\n\n".join(lines)


def _questions(campaign: Campaign) -> str:
    rows = []
    for question in campaign.scheme.questions:
        if isinstance(question, Choice):
            rows.append([question.name, "choice", ", ".join(option.value for option in question.options)])
        elif isinstance(question, Number):
            rows.append([question.name, "number", f"{question.min:g} to {question.max:g}"])
        elif isinstance(question, Spans):
            labels = ", ".join(label.value for label in question.labels)
            by = f" by {question.row}: {', '.join(row.value for row in question.rows)}" if question.rows else ""
            rows.append([question.name, f"spans in {question.side}", labels + by])
    return _table(["question", "kind", "values"], rows)


def _conventions() -> str:
    return (
        "## Conventions\n\n"
        "Offsets are Unicode code points, half-open, into the text that was shown: `text[start:end]` is the span. "
        "Annotators are keyed pseudonyms. `manifest.json` has the hash of every file."
    )


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(head), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _cell(text: str) -> str:
    # Outlets and languages come from other people's files: nothing in them is markup.
    return MARKUP.sub(r"\\\1", " ".join(text.split()))
