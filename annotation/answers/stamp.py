"""Whether the tables of a campaign are still what its corpus, scheme and raw answers give.

`tables.json` tells what they were made of and the hash of each; whatever differs, they are made anew.
"""

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel

from annotation.campaign import Campaign
from corpus.dataset import parts
from corpus.files import digest, sha256_file, write_json

FORMAT = 1  # goes up when the same answers give other tables
FILES = ("tasks.parquet", "annotations.parquet", "quarantine.parquet", "labels.parquet", "repairs.csv")
STAMP = "tables.json"
ELSEWHERE = {"release", "splits", "sources", "corpus"}  # parts of `wirecopy.toml` that no table depends on


class Stamp(BaseModel):
    """What tables were made of, the hash of each file (None where there is none), and how many rows of each kind."""

    inputs: str
    files: dict[str, str | None]
    counts: dict[str, int]


def units_of(campaign: Campaign) -> str:
    """Return a hash of all that the units follow from."""
    config = campaign.workspace.config.model_dump(exclude=ELSEWHERE)
    files = [path for name in ("documents", "pairs") for path in parts(campaign.workspace.corpus, name)]
    return digest(FORMAT, campaign.name, config, campaign.scheme.model_dump(), [sha256_file(path) for path in files])


def save(campaign: Campaign, units: str, chunks: Iterable[Path], counts: dict[str, int]) -> None:
    """Write what the tables were just made of; `units` is the hash of before, `chunks` are those that were read."""
    stamp = Stamp(inputs=digest(units, _hashes(chunks)), files=_files(campaign), counts=counts)
    write_json(campaign.folder / STAMP, stamp.model_dump())


def counts(campaign: Campaign, chunks: Iterable[Path]) -> dict[str, int] | None:
    """Return how many rows of each kind there are; None where the tables have to be made anew."""
    try:
        stamp = Stamp.model_validate_json((campaign.folder / STAMP).read_bytes())
    except (OSError, ValueError):
        return None
    fresh = stamp.files == _files(campaign) and stamp.inputs == digest(units_of(campaign), _hashes(chunks))
    return stamp.counts if fresh else None


def _hashes(paths: Iterable[Path]) -> list[tuple[str, str]]:
    return [(path.name, sha256_file(path)) for path in paths]


def _files(campaign: Campaign) -> dict[str, str | None]:
    paths = {name: campaign.folder / name for name in FILES}
    return {name: sha256_file(path) if path.is_file() else None for name, path in paths.items()}
