"""`wirecopy annotation`: tasks out to Label Studio, labels back."""

from pathlib import Path
from typing import Annotated

import typer

from corpus.options import HERE, Json, WorkspaceFolder, group

app = group("Run annotation campaigns on Label Studio.")
Only = Annotated[str | None, typer.Option("--campaign", "-c", help="One campaign; without it, all.")]


@app.callback()
def _annotation() -> None: ...


@app.command()
def serve(
    reset_password: Annotated[bool, typer.Option("--reset-password", help="Give the owner a new password.")] = False,
    workspace: WorkspaceFolder = HERE,
    json: Json = False,
) -> None:
    """Start a local Label Studio in an environment of its own."""
    from annotation import commands
    from corpus.output import Output

    commands.serve(reset_password=reset_password, workspace=workspace, out=Output(json=json))


@app.command()
def stop(workspace: WorkspaceFolder = HERE, json: Json = False) -> None:
    """Stop the local Label Studio."""
    from annotation import commands
    from corpus.output import Output

    commands.stop(workspace=workspace, out=Output(json=json))


@app.command()
def plan(campaign: Only = None, workspace: WorkspaceFolder = HERE, json: Json = False) -> None:
    """Show what a push would change on the server."""
    from annotation import commands
    from corpus.output import Output

    commands.plan(campaign=campaign, workspace=workspace, out=Output(json=json))


@app.command()
def push(
    campaign: Only = None,
    to: Annotated[Path | None, typer.Option(help="Write Label Studio's import file instead.")] = None,
    prune: Annotated[bool, typer.Option("--prune", help="Delete old tasks that nobody has answered.")] = False,
    recreate: Annotated[bool, typer.Option("--recreate", help="Make a deleted project anew.")] = False,
    workspace: WorkspaceFolder = HERE,
    json: Json = False,
) -> None:
    """Bring the server in step with the corpus."""
    from annotation import commands
    from corpus.output import Output

    out = Output(json=json)
    if to:
        commands.push_to_file(campaign=campaign, path=to, workspace=workspace, out=out)
    else:
        commands.push(campaign=campaign, prune=prune, recreate=recreate, workspace=workspace, out=out)


@app.command()
def status(campaign: Only = None, workspace: WorkspaceFolder = HERE, json: Json = False) -> None:
    """Show how far each campaign is, and the labelling links."""
    from annotation import commands
    from corpus.output import Output

    commands.status(campaign=campaign, workspace=workspace, out=Output(json=json))


@app.command()
def pull(
    campaign: Only = None,
    source: Annotated[Path | None, typer.Option("--from", help="Read Label Studio's JSON export instead.")] = None,
    workspace: WorkspaceFolder = HERE,
    json: Json = False,
) -> None:
    """Bring annotations home, checked, as Parquet."""
    from annotation import commands
    from corpus.output import EXIT_PARTIAL, Output

    if commands.pull(campaign=campaign, source=source, workspace=workspace, out=Output(json=json)):
        raise typer.Exit(EXIT_PARTIAL)
