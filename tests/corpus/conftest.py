"""What the corpus tests share: a build in this process, and what came out of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from corpus import readers
from corpus.build import build
from corpus.config import Config, Fields, Source
from corpus.dataset import rows
from corpus.output import Output
from corpus.readers.article import Article
from corpus.report import Report
from corpus.schema import Document, Pair, Raw, Reject, Relation, Segment

from ..conftest import SAMPLE


@dataclass(frozen=True)
class Built:
    """A built corpus, read back from its files."""

    report: Report
    folder: Path

    @property
    def documents(self) -> list[Document]:
        return list(rows(self.folder, "documents", Document))

    @property
    def segments(self) -> list[Segment]:
        return list(rows(self.folder, "segments", Segment))

    @property
    def relations(self) -> list[Relation]:
        return list(rows(self.folder, "relations", Relation))

    @property
    def raw(self) -> list[Raw]:
        return list(rows(self.folder, "raw", Raw))

    @property
    def pairs(self) -> list[Pair]:
        return list(rows(self.folder, "pairs", Pair))

    @property
    def rejects(self) -> list[Reject]:
        return list(rows(self.folder, "rejects", Reject))

    @property
    def reasons(self) -> dict[str, str]:
        return {one.source: one.reason.value for one in self.rejects}


Make = Callable[..., Built]
Read = Callable[..., list[Article | Reject]]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Build sources, relative to `tmp_path`, into `tmp_path/out`."""

    def run(*sources: Source | str, output: str = "out", config: Config | None = None, **how: Any) -> Built:
        named = [one if isinstance(one, Source) else Source(path=one) for one in sources]
        folder = tmp_path / output
        how.setdefault("workers", 1)
        report = build(named, root=tmp_path, folder=folder, config=config, out=Output(json=True), **how)
        return Built(report, folder)

    return run


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    """An empty folder for articles."""
    folder = tmp_path / "articles"
    folder.mkdir()
    return folder


@pytest.fixture
def sample_articles() -> Path:
    """The articles of the built-in sample."""
    return SAMPLE / "articles"


@pytest.fixture
def snapshot() -> Callable[[Path], dict[str, tuple[bytes, int]]]:
    """Return the bytes and the time of change of each file below a folder."""

    def take(folder: Path) -> dict[str, tuple[bytes, int]]:
        files = (path for path in sorted(folder.rglob("*")) if path.is_file())
        return {str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}

    return take


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write a file and read it."""

    def run(name: str, content: bytes | str, fields: Fields = Fields()) -> list[Article | Reject]:  # noqa: B008
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        found = readers.inputs(Source(path=name, fields=fields), tmp_path, own=[], where="")
        return [article for one in found for article in readers.read(one)]

    return run


def one(found: list[Article | Reject]) -> Article:
    """Return the only article of a file."""
    (article,) = found
    assert isinstance(article, Article), article
    return article


def reasons(found: list[Article | Reject]) -> list[str]:
    """Tell of each input why it was rejected, or which article it is."""
    return [each.reason.value if isinstance(each, Reject) else f"article {each.doc_id}" for each in found]
