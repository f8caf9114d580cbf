"""Other people's ratings, in and out: import into a campaign, and convert from format to format."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from shutil import rmtree

from filelock import FileLock, Timeout
from pydantic import BaseModel

from annotation import interchange
from annotation.annotators import Pseudonyms
from annotation.answers import chunks, labels
from annotation.campaign import Campaign, load_all
from annotation.interchange import appraise
from annotation.interchange.appraise import BESIDE
from annotation.interchange.rows import Issue, Ratings
from annotation.measures import columns
from annotation.schema import Annotation, Origin, Quarantined
from annotation.schemes import load as load_scheme
from annotation.schemes.answers import value_features
from annotation.tasks import GROUP_BYTES, save
from annotation.tasks import read as read_tasks
from corpus.config import load
from corpus.errors import WirecopyError
from corpus.features import features
from corpus.files import digest, read_model, replacing, sha256_file, write_json
from corpus.output import Output
from corpus.parquet import read, write

MOST_SHOWN = 10
RECORD = "import.json"
TABLES = ("tasks.parquet", "annotations.parquet", "quarantine.parquet", "labels.parquet")


class Imported(BaseModel):
    """What was imported last, and how it was read."""

    name: str
    sha256: str
    format: str
    languages: list[str] = []


def import_(
    *, source: Path, campaign: str, format: str | None, languages: str | None, workspace: Path, out: Output
) -> int:
    """Make a file of ratings the rows of a campaign; return how many lines became none.

    The same file again changes nothing; another file takes the place of the first.
    """
    form = interchange.named(format or interchange.guess(source))
    into = _campaign(workspace, campaign, form.name)
    interchange.check_fit(form, into.scheme)
    given = interchange.read(source, form.name, into.scheme, campaign=campaign, languages=_pair(languages))
    _check_some(given, source, form.name, out)
    told = Imported(
        name=source.name, sha256=sha256_file(source), format=form.name, languages=list(given.tasks[0].languages)
    )
    with _alone(into):
        before = _replaced(into.folder / RECORD, told, out)
        counts = _save(into, given, source.name, told)
    _show_issues(given.issues, source, out)
    row = {"campaign": campaign, "format": form.name, **counts}
    if out.json:
        out.data(row | {"replaces": before, "notes": _noted(given.issues)})
    else:
        out.table([row])
    return len(given.rejects)


def convert(
    *,
    source: Path | None,
    target: Path,
    campaign: str | None,
    from_: str | None,
    to: str | None,
    scheme: str | None,
    languages: str | None,
    lossy: bool,
    workspace: Path,
    out: Output,
) -> int:
    """Write ratings in another format, from a file or a campaign; return how many lines could not be read.

    Raises WirecopyError where the format can't carry all of it, unless `lossy`.
    """
    if (source is None) == (campaign is None):
        raise WirecopyError("convert wants a file or a campaign", hint="name a SOURCE, or --campaign NAME")
    if source:
        asked = load_scheme(scheme, workspace) if scheme else None
        form = from_ or interchange.guess(source)
        given = interchange.read(source, form, asked, languages=_pair(languages))
        _check_some(given, source, form, out)
    else:
        given = _kept(load_all(load(workspace), campaign)[0])
    goal = to or _by_suffix(target, given)
    _check_target(source, target, goal)
    lost = interchange.losses(given, goal)
    if lost and not lossy:
        told = "\n       ".join(map(str, lost))
        raise WirecopyError(f"{goal} can't carry all of it:\n       {told}", hint="leave it out with --lossy")
    interchange.write(given, target, goal)
    _show_issues(given.issues, source or target, out)
    for one in lost:
        out.note(f"left out: {one}")
    kept = interchange.read(target, goal, given.scheme) if lost else given
    row = {"file": str(target), "format": goal, "units": len(kept.tasks), "answers": len(kept.annotations)}
    left = [{"what": one.what, "count": one.count, "example": one.example} for one in lost]
    if out.json:
        out.data(row | {"rejected": len(given.rejects), "left_out": left})
    else:
        out.table([row])
    return len(given.rejects)


def _check_some(given: Ratings, source: Path, form: str, out: Output) -> None:
    if not given.annotations:
        _show_issues(given.issues, source, out)
        raise WirecopyError(f"{source} has no rating that can be a row", hint=f"check that it is {form}")


def _check_target(source: Path | None, target: Path, form: str) -> None:
    written = (target, target.with_suffix(BESIDE)) if form == appraise.FORMAT.name else (target,)
    for one in written:
        if source and one.exists() and one.samefile(source):
            raise WirecopyError(f"{one} would take the place of its own source", hint="name another target")


def _pair(languages: str | None) -> Sequence[str]:
    found = languages.split("-") if languages is not None else []
    if not all(re.fullmatch(r"[A-Za-z]{2,3}(_[A-Za-z0-9]+)*", one) for one in found):
        raise WirecopyError(f"--languages {languages!r} names no languages", hint="name their codes: --languages en-de")
    return found


def _campaign(workspace: Path, name: str, form: str) -> Campaign:
    """Return the campaign of an import; the error where there is none shows what to add."""
    space = load(workspace)
    scheme = interchange.FORMATS[form].schemes[0]
    if name not in space.config.campaigns:
        lines = f'[campaigns.{name}]\n       scheme = "{scheme}"\n       imported = true'
        raise WirecopyError(f"wirecopy.toml has no campaign '{name}'", hint=f"add to wirecopy.toml:\n       {lines}")
    (found,) = load_all(space, name)
    if not found.settings.imported:
        raise WirecopyError(
            f"campaign '{name}' is asked on Label Studio; ratings of others would mix with its answers",
            hint=f"take another campaign, or add to [campaigns.{name}]:\n       imported = true",
        )
    if chunks.files(found.folder / "pull"):
        raise WirecopyError(
            f"campaign '{name}' has answers pulled from Label Studio in {found.folder}",
            hint="take another name for what is imported",
        )
    return found


def _replaced(path: Path, told: Imported, out: Output) -> str | None:
    """Return the name of the file that was imported before, where it was another one."""
    if not path.is_file():
        return None
    before = read_model(path, Imported, hint=f"delete {path}, then import again")
    if before == told:
        out.note(f"{told.name} is already here: nothing new in it")
    if before.sha256 == told.sha256:
        return None
    out.note(f"{told.name} takes the place of {before.name}, which was imported before")
    return before.name


@contextmanager
def _alone(into: Campaign) -> Iterator[None]:
    """Keep a second import into the same campaign out."""
    into.state.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(into.state / "import.lock", timeout=0):
            yield
    except Timeout:
        told = f"another import into campaign '{into.name}' is running"
        raise WirecopyError(told, hint="wait for it, then import again") from None


def _save(into: Campaign, given: Ratings, name: str, told: Imported) -> dict[str, int]:
    """Write the tables as a pull writes them, answers in the order of units.

    They are made beside the old ones, and take their place only when all are whole.
    """
    made = replace(into, name=f".{into.name}.partial")
    rmtree(made.folder, ignore_errors=True)
    try:
        counts = _tables(made, given, Pseudonyms(into.workspace.state), name)
        write_json(made.folder / RECORD, told.model_dump())
        for file in (*TABLES, RECORD):
            with replacing(into.folder / file) as beside:
                (made.folder / file).replace(beside)
    finally:
        rmtree(made.folder, ignore_errors=True)
    return counts


def _tables(into: Campaign, given: Ratings, known: Pseudonyms, name: str) -> dict[str, int]:
    def rows() -> Iterator[Annotation]:
        return (_named(one, known) for _, one in given.grouped())

    save(into.folder / "tasks.parquet", given.tasks)
    kept = features(Annotation, values=value_features(into.scheme))
    annotations = write(into.folder / "annotations.parquet", rows(), kept, group_bytes=GROUP_BYTES)
    lost = (_quarantined(one, name) for one in given.rejects)
    quarantined = write(into.folder / "quarantine.parquet", lost, features(Quarantined))
    labelled = labels.save(into, given.tasks, rows)
    counts = {"units": len(given.tasks), "answers": annotations, "labels": labelled}
    return counts | {"rejected": quarantined, "raters": len({one.annotator for one in given.annotations})}


def _named(one: Annotation, known: Pseudonyms) -> Annotation:
    """Return an answer under the pseudonym of its rater; names that are no mails belong to one campaign."""
    account = one.annotator if "@" in one.annotator else f"{one.campaign}:{one.annotator}"
    who = known.of(account)
    return one.model_copy(update={"annotator": who, "annotation_id": digest(who, one.annotation_id)})


def _quarantined(one: Issue, name: str) -> Quarantined:
    # The line itself stays in the file: it may name its rater.
    return Quarantined(
        annotation_id=f"{name}:{one.line}",
        task_id=one.line,
        key="",
        annotator="",
        origin=Origin.HUMAN,
        reason=one.flaw or "bad-value",
        detail=f"{name}:{one.line}: {one.cause}".encode(errors="backslashreplace").decode(),
        raw="",
    )


def _kept(campaign: Campaign) -> Ratings:
    """Return the rows of a campaign."""
    hint = columns.fill(campaign)
    if not (campaign.folder / "annotations.parquet").is_file():
        raise WirecopyError(f"campaign '{campaign.name}' has no annotations yet", hint=hint)
    tasks = list(read_tasks(campaign.folder / "tasks.parquet", campaign.scheme.sides, hint=hint))
    known = {task.key for task in tasks}
    answers = list(read(campaign.folder / "annotations.parquet", Annotation, hint=hint))
    return Ratings(campaign.scheme, tasks, [one for one in answers if one.key in known])


def _by_suffix(target: Path, given: Ratings) -> str:
    found = [
        one.name for one in interchange.FORMATS.values() if one.suffix == target.suffix and not one.misfit(given.scheme)
    ]
    if len(found) != 1:
        told = f"it could be {', '.join(found)}" if found else "no format that fits ends so"
        raise WirecopyError(f"{target}: unknown format: {told}", hint=f"--to {found[0] if found else 'FORMAT'}")
    return found[0]


def _show_issues(issues: Sequence[Issue], source: Path, out: Output) -> None:
    for kind, found in (("rejected", [one for one in issues if one.flaw]), ("note", _notes(issues))):
        for one in found[:MOST_SHOWN]:
            out.note(f"{source}:{one.line}: {kind}: {one.cause}")
        if len(found) > MOST_SHOWN:
            out.note(f"{source}: and {len(found) - MOST_SHOWN} more of this kind: {kind}")


def _notes(issues: Sequence[Issue]) -> list[Issue]:
    return [one for one in issues if not one.flaw]


def _noted(issues: Sequence[Issue]) -> dict[str, int]:
    return dict(Counter(one.cause for one in _notes(issues)))
