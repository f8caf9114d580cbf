"""The corpus stage: sources to Parquet. Read top to bottom, it is the stage.

sources -> articles -> documents -> segments -> pairs
                    -> rejects
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from corpus import readers
from corpus.card import front_matter
from corpus.config import FILE_NAME, Config, Fields, Source, Workspace, load
from corpus.errors import WirecopyError
from corpus.features import features
from corpus.files import digest, replacing_folder, sha256, sha256_file, sweep, write_json, write_text
from corpus.language import detect
from corpus.output import Output, listing, one_line
from corpus.pairs import pairs
from corpus.paragraphs import paragraphs
from corpus.parquet import read, write
from corpus.readers.article import Article, Origin
from corpus.schema import Document, Pair, Reason, Reject, Role, Row, Segment
from corpus.sentences import segments

CONTRACT = 4  # goes up when the same input gives other rows
STATE = "build.json"
MOST_SHOWN = 20
R = TypeVar("R", bound=Row)
Input = tuple[Path, Origin, Fields]
OWN = {"documents", "segments", "pairs", "rejects", "README.md", STATE}
CONFIGS: dict[str, type[Row]] = {"documents": Document, "segments": Segment, "pairs": Pair, "rejects": Reject}


class State(BaseModel):
    """What a build leaves for the next one: what it was made of, and its counts."""

    fingerprint: str
    rows: dict[str, int]


@dataclass(frozen=True)
class Report:
    """What a build did: rows per config, and whether it wrote anything."""

    folder: str
    written: bool
    documents: int
    segments: int
    pairs: int
    rejects: int

    def show(self, out: Output) -> "Report":
        """Print the counts, and where the rejects are if there are any."""
        if out.json:
            out.data(asdict(self))
            return self
        out.table([{"rows": name, "count": getattr(self, name)} for name in CONFIGS])
        out.line(f"{'written to' if self.written else 'up to date:'} {self.folder}")
        self.show_rejects(out)
        return self

    def show_rejects(self, out: Output) -> None:
        """Tell the reasons of the first rejects, and where the others are."""
        if not self.rejects:
            return
        for reject in islice(rows(Path(self.folder), "rejects", Reject), MOST_SHOWN):
            out.note(one_line(f"reject: {reject.source}: {reject.reason}: {reject.detail}"))
        if self.rejects > MOST_SHOWN:
            out.note(f"and {self.rejects - MOST_SHOWN} more: {Path(self.folder) / shard('rejects')}")


def build_workspace(*, sources: list[Path], output: Path | None, workspace: Path, out: Output) -> Report:
    """Build the sources of `wirecopy.toml`, or without a workspace those that are named."""
    if sources:
        named = [Source(path=str(source)) for source in sources]
        return build(sources=named, root=Path.cwd(), folder=output or Path("build/corpus"), config=None, out=out)
    space = load(workspace)
    folder = output or space.corpus
    return build(sources=space.config.sources, root=space.root, folder=folder, config=space.config, out=out)


def build(*, sources: list[Source], root: Path, folder: Path, config: Config | None, out: Output) -> Report:
    """Build the dataset in `folder`; do nothing if it is up to date.

    `root` is what source paths are relative to; `config` gives the events.
    Raises WirecopyError where a source matches no file or `folder` can't be written to.
    """
    target = folder.resolve()  # "." and ".." have no name to put a folder beside
    with _writable(target):
        inputs = _inputs(sources, root, target, config)
        mark = _fingerprint(inputs, config)
        sweep(target)
        known = _state(target)
        if known is not None and known.fingerprint == mark:
            return Report(str(folder), False, **known.rows)
        found = _found(inputs, config, out)
        counts = {name: len(found[name]) for name in CONFIGS}
        with replacing_folder(target) as beside:
            for name, model in CONFIGS.items():
                write(beside / shard(name), found[name], features(model))
            marks = {name: sha256_file(beside / shard(name))[:16] for name in CONFIGS}
            write_text(beside / "README.md", _readme(counts, marks))
            write_json(beside / STATE, {"fingerprint": mark, "rows": counts})
    return Report(str(folder), True, **counts)


def is_current(space: Workspace) -> bool:
    """Tell whether the corpus of a workspace is built from the articles as they are now."""
    inputs = _inputs(space.config.sources, space.root, space.corpus.resolve(), space.config)
    known = _state(space.corpus)
    return known is not None and known.fingerprint == _fingerprint(inputs, space.config)


def shard(name: str) -> str:
    """Return where a config lies inside the corpus folder."""
    return f"{name}/part-00000.parquet"


def rows(folder: Path, name: str, model: type[R]) -> Iterator[R]:
    """Read one config of a built corpus."""
    return read(folder / shard(name), model)


def _inputs(sources: list[Source], root: Path, folder: Path, config: Config | None) -> list[Input]:
    own = {folder}
    if config is not None:
        own |= {root / "build", root / FILE_NAME, root / "splits.parquet"}
    inputs: list[Input] = []
    for number, source in enumerate(sources):
        where = f"{root / FILE_NAME}: [sources.{number} -> path] " if config is not None else ""
        inputs += [(*found, source.fields) for found in readers.files(source, root, own=own, where=where)]
    return inputs


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    """Refuse a folder that holds anything else, since a build replaces it; name what the system refuses."""
    hint = "name a folder of its own: -o DIR"
    try:
        foreign = sorted({path.name for path in folder.iterdir()} - OWN) if folder.exists() else []
        if foreign:
            raise WirecopyError(f"{folder} holds other files: {listing(foreign)}", hint=hint)
        yield
    except OSError as error:
        raise WirecopyError(f"{folder}: {error.strerror or error}", hint=hint) from None


def _found(inputs: list[Input], config: Config | None, out: Output) -> dict[str, Sequence[Row]]:
    with out.progress("reading articles", len(inputs)) as step:
        documents, rejects = _documents(_articles(inputs, step), config)
    sentences = [segment for document in documents for segment in segments(document)]
    matched = list(pairs(documents, sentences))
    return {"documents": documents, "segments": sentences, "pairs": matched, "rejects": rejects}


def _articles(inputs: list[Input], step: Callable[[int], None]) -> Iterator[Article | Reject]:
    for path, origin, fields in inputs:
        yield from readers.read(path, origin, fields)
        step(1)


def _documents(articles: Iterable[Article | Reject], config: Config | None) -> tuple[list[Document], list[Reject]]:
    documents: dict[str, Document] = {}
    rejects = []
    for article in articles:
        if isinstance(article, Reject):
            rejects.append(article)
        elif article.doc_id in documents:
            first = documents[article.doc_id].source
            detail = f"'{article.doc_id}' is already the id of {first}"
            rejects.append(Reject(source=article.source, reason=Reason.DUPLICATE_ID, detail=detail))
        else:
            documents[article.doc_id] = _document(article, config)
    return list(documents.values()), rejects


def _document(article: Article, config: Config | None) -> Document:
    language, score = (article.language, None) if article.language else detect(article.text)
    lines = paragraphs(article.text, title=article.title)
    inside = next((article.text[one.start : one.end] for one in lines if one.role is Role.TITLE), None)
    return Document(
        doc_id=article.doc_id,
        source=article.source,
        outlet=article.outlet,
        url=article.url,
        published=article.published,
        language=language,
        language_score=score,
        encoding=article.encoding,
        title=article.title or inside,
        text=article.text,
        paragraphs=lines,
        raw_sha256=article.raw_sha256,
        text_sha256=sha256(article.text.encode()),
        event_id=config.event_of(article.doc_id) if config else None,
    )


def _fingerprint(inputs: list[Input], config: Config | None) -> str:
    files = [(asdict(origin), fields.model_dump(), _content(path)) for path, origin, fields in inputs]
    events = [event.model_dump() for event in config.events] if config else []
    return digest(CONTRACT, files, events, length=64)


def _content(path: Path) -> str:
    try:
        return sha256_file(path) if path.is_file() else ""
    except OSError as error:  # its reader makes a reject of it
        return f"unreadable: {error.strerror}"


def _state(folder: Path) -> State | None:
    """Return what the last build said; None, so that all is made again, where that is not whole."""
    if not all((folder / shard(name)).is_file() for name in CONFIGS):
        return None
    try:
        known = State.model_validate_json((folder / STATE).read_bytes())
    except (OSError, ValueError):
        return None
    return known if known.rows.keys() == CONFIGS.keys() else None


def _readme(counts: dict[str, int], marks: dict[str, str]) -> str:
    configs = {name: {"train": shard(name)} for name, count in counts.items() if count}
    # `load_dataset` refuses a config without rows, so an empty one is a line only.
    lines = "\n".join(f"- `{name}`: {count} rows" for name, count in counts.items())
    return (
        front_matter(configs, marks)
        + f"\n# Corpus\n\n{lines}\n\nOffsets are Unicode code points, half-open, into the `text` of their own row.\n"
    )
