"""`wirecopy corpus`: articles in, dataset out."""

from pathlib import Path
from typing import Annotated

import typer

from corpus.options import HERE, Json, WorkspaceFolder, group

app = group("Turn article files into a dataset.")


@app.callback()
def _corpus() -> None: ...


@app.command()
def build(
    sources: Annotated[
        list[Path] | None, typer.Argument(help="Folders, files or globs; without any, those of wirecopy.toml.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Folder of the dataset.")] = None,
    workspace: WorkspaceFolder = HERE,
    json: Json = False,
) -> None:
    """Build documents, segments, pairs and rejects as Parquet."""
    from corpus.build import build_workspace
    from corpus.output import EXIT_PARTIAL, Output

    out = Output(json=json)
    report = build_workspace(sources=sources or [], output=output, workspace=workspace, out=out)
    if report.show(out).rejects:
        raise typer.Exit(EXIT_PARTIAL)
