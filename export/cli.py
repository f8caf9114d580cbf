"""`wirecopy export`: labels in, release out."""

from corpus.options import HERE, Json, WorkspaceFolder, group

app = group("Make a release of the labelled dataset.")


@app.callback()
def _export() -> None: ...


@app.command()
def build(workspace: WorkspaceFolder = HERE, json: Json = False) -> None:
    """Build the release: splits, Parquet, card and manifest."""
    from corpus.output import Output
    from export.release import build_workspace

    build_workspace(workspace=workspace, out=Output(json=json))
