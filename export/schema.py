"""The rows and facts of the export stage: what a release says of itself.

`manifest.json` holds them all. The card, `croissant.json` and `CITATION.cff` are functions of the manifest,
so that none of them can say anything else.
"""

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from corpus.schema import Row

MANIFEST, CARD, CROISSANT, CITATION = "manifest.json", "README.md", "croissant.json", "CITATION.cff"
LEAKAGE, SPLITS, CHANGES = "leakage.json", "splits.parquet", "CHANGELOG.md"
REHYDRATION = "rehydration.json"
TAKEN_DOWN = "of sources that were taken down"  # why rows are left out
FORMAT = 7  # goes up when the same input gives another release


class Part(BaseModel):
    """A piece of the manifest; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Table(StrEnum):
    """What the rows of a config are."""

    DOCUMENTS = "documents"
    SEGMENTS = "segments"
    PAIRS = "pairs"
    LABELS = "labels"
    ANNOTATIONS = "annotations"


class LinkKind(StrEnum):
    """How two documents were found to look alike; what else holds documents together is no link."""

    EXACT = "exact"
    NEAR_DUPLICATE = "near_duplicate"
    TRANSLATION = "translation"
    PAIR = "pair"
    STORY = "story"


class Link(Row):
    """Two documents that belong together, `left < right`; `score` in 0..1, `method` says how it was found."""

    left: str
    right: str
    kind: LinkKind
    score: float
    method: str


class File(Part):
    """One file of a release; `rows` where it is Parquet."""

    sha256: str
    bytes: int
    rows: int | None = None


class ConfigFacts(Part):
    """One config: its rows and Arrow bytes by split, its Features, how many rows are left out and why."""

    name: str
    table: Table
    campaign: str | None = None
    features: dict[str, Any]
    rows: dict[str, int]
    bytes: dict[str, int]
    left_out: dict[str, int] = {}


class FigureFacts(Part):
    """An agreement figure with its interval, or the reason why it is undefined; `group` is empty over everything."""

    question: str
    measure: str
    items: str
    group_by: str = ""
    group: str = ""
    value: float | None
    low: float | None
    high: float | None
    units: int
    answers: int
    signature: str
    reason: str | None


class RaterFacts(Part):
    """An annotator by pseudonym."""

    name: str
    origin: str
    answers: int
    skipped: int


class CampaignFacts(Part):
    """How the labels of a campaign were made. `scheme` is the scheme file, with its guideline and questions.

    `adjudication` has the bounds beyond which answers disagree; `voices` counts the units by their number of
    answers, `labels` by hard label, `ties` those without one though somebody answered; `marks` counts raw spans by
    `row/label`; `numbers` has count, mean and quartiles of each number. `period` is the first and the last day.
    """

    name: str
    scheme: dict[str, Any]
    scheme_hash: str
    unit: str
    overlap: int
    strata: list[dict[str, Any]]
    aggregation: str
    preset: str | None
    targets: list[dict[str, Any]]
    origins: dict[str, int]
    raters: list[RaterFacts]
    controls: dict[str, int]
    prefill: str | None
    units: int
    adjudicated: int
    ties: dict[str, int]
    labels: dict[str, dict[str, int]]
    agreement: list[FigureFacts]
    adjudication: dict[str, float] = {}
    voices: dict[str, int] = {}
    marks: dict[str, dict[str, int]] = {}
    numbers: dict[str, dict[str, float]] = {}
    period: list[str] = []


class OutletFacts(Part):
    """How many documents an outlet has in a language, and the statement that lets their text be published."""

    outlet: str | None
    language: str
    documents: int
    licence: str | None


class SplitFacts(Part):
    """How the splits were made: settings, documents by split, documents that had to move or have no date.

    `components` is 0 where articles were taken down since: it can't be counted again from the rows.
    """

    strategy: str
    together: list[str]
    shares: dict[str, float]
    documents: dict[str, int]
    components: int
    moves: int
    undated: int


class Check(Part):
    """How one kind of link was looked for: pairs compared (of equal texts: the documents), links found, the score that
    makes one, how many between two splits are weaker, and how many documents are too short to be compared.
    """

    kind: LinkKind
    methods: list[str]
    compared: int
    links: int
    strong_from: float | None
    weaker_across: int
    too_short: int = 0


class Closest(Part):
    """The two documents of two splits that look most alike, by one kind of link."""

    border: list[str]
    link: Link


class LeakageFacts(Part):
    """The short form of `leakage.json`: what was checked, the kinds that nobody looked for, the closest pair of each
    border, how many strong ones `wirecopy.toml` calls distinct.
    """

    checked: list[Check]
    closest: list[Closest]
    unlooked: list[LinkKind] = []
    distinct: int = 0


class TakedownFacts(Part):
    """A source that was removed: its hash (a name may be what has to go), what went, and when."""

    source: str
    documents: int
    rows: dict[str, int]
    date: str


class People(Part):
    """What only people know, from `[release]` of `wirecopy.toml`; `annotators` tells who they are."""

    license: str
    description: str
    motivation: str
    uses: str
    out_of_scope: str
    limits: str
    funding: str
    contact: str
    creators: list[str]
    url: str | None
    date: str | None
    annotators: str = ""
    annotations_creators: list[str] = []


class SourceFacts(Part):
    """Where articles were read from: the last part of the path, and which column of a table is what."""

    name: str
    fields: dict[str, str]


class TwinFacts(Part):
    """What brings the text of a stand-off release back: the release's own `inputs`, the hashes of its files and its
    Arrow bytes by config and split, and how its sources were read.
    """

    inputs: str
    files: dict[str, str]
    bytes: dict[str, dict[str, int]]
    sources: list[SourceFacts]
    nfc: bool


class Facts(Part):
    """All that the card tells. `published` is the first and last day of its articles, `rejects` counts by reason
    the inputs that became no article. A `standoff` release has no text, a `partial` one what could be put back:
    `incomplete` counts the articles without text.
    """

    name: str
    version: str
    kind: Literal["release", "standoff", "partial"] = "release"
    people: People
    languages: list[str]
    configs: list[ConfigFacts]
    campaigns: list[CampaignFacts]
    outlets: list[OutletFacts]
    splits: SplitFacts
    leakage: LeakageFacts
    comments: bool
    takedowns: list[TakedownFacts] = []
    twin: TwinFacts | None = None
    published: list[str] = []
    rejects: dict[str, int] = {}
    incomplete: int = 0


class Manifest(Part):
    """What a release is made of: its facts and every file; `inputs` is a hash of all that it was made from."""

    format: int
    inputs: str
    facts: Facts
    files: dict[str, File]

    def rows(self) -> dict[str, dict[str, int]]:
        """Return `{config: {split: rows}}`."""
        return {one.name: one.rows for one in self.facts.configs}
