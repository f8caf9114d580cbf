"""The report: one HTML page for each campaign."""

from dataclasses import asdict, dataclass
from pathlib import Path

from annotation.campaign import Campaign, load_all
from corpus.config import load
from corpus.errors import WirecopyError
from corpus.output import Output


@dataclass(frozen=True)
class Written:
    """A page, and how large it is."""

    campaign: str
    report: str
    bytes: int


def report(*, campaign: str | None, output: Path | None, workspace: Path, out: Output) -> None:
    """Write the report of each campaign, or of the one that is named to `output`."""
    campaigns = load_all(load(workspace), campaign)
    if output is not None and len(campaigns) > 1:
        names = ", ".join(one.name for one in campaigns)
        raise WirecopyError(f"-o takes one campaign, and there are {len(campaigns)}: {names}", hint="add -c CAMPAIGN")
    written = []
    for one in campaigns:
        with out.waiting(f"{one.name}: making the report"):
            path = _save(one, output)
        written.append(Written(one.name, str(path), path.stat().st_size))
    if out.json:
        out.data([asdict(one) for one in written])
    else:
        out.table([asdict(one) for one in written])


def _save(campaign: Campaign, output: Path | None) -> Path:
    from annotation.report import save

    if output is not None and output.is_dir():
        raise WirecopyError(f"{output} is a folder", hint=f"name a file: -o {output / 'report.html'}")
    try:
        return save(campaign, output)
    except OSError as error:
        where = output or campaign.folder
        raise WirecopyError(f"{where} can't be written: {error.strerror}", hint="name another file: -o FILE") from None
