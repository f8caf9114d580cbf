"""`wirecopy export`: labels in, a verified release out, and on to the Hub."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from corpus.options import HERE, Json, WorkspaceFolder, group

app = group("Make, prove, compare and publish releases of the labelled dataset.")
Workers = Annotated[int | None, typer.Option(min=1, help="Processes.", show_default="by size, up to one a CPU")]


@app.callback()
def _export() -> None: ...


@app.command()
def build(
    workers: Workers = None,
    include_comments: Annotated[
        bool, typer.Option("--include-comments", help="Ship what annotators wrote in their own words.")
    ] = False,
    workspace: WorkspaceFolder = HERE,
    json: Json = False,
) -> None:
    """Build the release: splits without leaks, Parquet, card and manifest."""
    from corpus.output import Output
    from export.release import build_workspace

    build_workspace(workspace=workspace, workers=workers, comments=include_comments, out=Output(json=json))


@app.command()
def verify(
    place: Annotated[
        str | None,
        typer.Argument(help="A folder or org/name@revision.", show_default="the release of the workspace"),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Do not load it with load_dataset.")] = False,
    workspace: WorkspaceFolder = HERE,
    json: Json = False,
) -> None:
    """Prove a release: every hash, offset, vote, split and figure."""
    from corpus.output import Output
    from export.verify import verify_release

    verify_release(place=place, workspace=workspace, quick=quick, out=Output(json=json))


@app.command()
def diff(
    old: Annotated[str, typer.Argument(help="A folder or org/name@revision.")],
    new: Annotated[str, typer.Argument(help="Another one, newer.")],
    json: Json = False,
) -> None:
    """Show what changed between two releases, row by row."""
    from corpus.output import Output
    from export.diff import diff_releases

    if code := diff_releases(old=old, new=new, out=Output(json=json)):
        raise typer.Exit(code)


@app.command()
def publish(
    target: Annotated[str, typer.Argument(help="org/name on the Hub, a folder (./name) or an address (s3://...).")],
    folder: Annotated[
        Path | None, typer.Option(help="The release.", show_default="the release of the workspace")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, only the plan is shown.")] = False,
    public: Annotated[bool, typer.Option("--public", help="Let everybody see the repository.")] = False,
    gated: Annotated[
        Literal["auto", "manual"] | None,
        typer.Option(help="Readers have to ask: auto lets all in."),
    ] = None,
    pull_request: Annotated[
        bool,
        typer.Option("--pull-request", help="Try it as a pull request, load that back, then publish."),
    ] = False,
    workspace: WorkspaceFolder = HERE,
    json: Json = False,
) -> None:
    """Show what publishing would change; with --yes do it, as one commit."""
    from corpus.output import Output
    from export.publish import publish

    publish(
        target=target,
        folder=folder,
        workspace=workspace,
        yes=yes,
        public=public,
        gated=gated,
        pull_request=pull_request,
        out=Output(json=json),
    )


@app.command()
def standoff(workspace: WorkspaceFolder = HERE, json: Json = False) -> None:
    """Write the twin of a release that has no text: ids, addresses, hashes, offsets, labels."""
    from corpus.output import Output
    from export.standoff import standoff_workspace

    standoff_workspace(workspace=workspace, out=Output(json=json))


@app.command()
def rehydrate(
    folder: Annotated[Path, typer.Argument(help="The release without text.")],
    sources: Annotated[list[str], typer.Argument(help="Your own copies of the articles.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Folder to write.", show_default="beside it")
    ] = None,
    workers: Workers = None,
    json: Json = False,
) -> None:
    """Put the text back from your own copies; say what moved and what is missing."""
    from corpus.output import Output
    from export.rehydrate import rehydrate_folder

    if code := rehydrate_folder(folder=folder, sources=sources, output=output, workers=workers, out=Output(json=json)):
        raise typer.Exit(code)


@app.command()
def takedown(
    source: Annotated[str, typer.Argument(help="An outlet, a document's id, or where its path or address begins.")],
    workspace: WorkspaceFolder = HERE,
    json: Json = False,
) -> None:
    """Remove one source from every release here, and keep it out."""
    from corpus.output import Output
    from export.takedown import takedown_workspace

    takedown_workspace(workspace=workspace, source=source, out=Output(json=json))
