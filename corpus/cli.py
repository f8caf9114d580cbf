"""`wirecopy corpus`: articles in, dataset out."""

from pathlib import Path
from typing import Annotated

import typer

from corpus.options import HERE, Json, WorkspaceFolder, group

app = group("Turn article files into a dataset.")
CorpusFolder = Annotated[
    Path | None, typer.Option("--corpus", "-c", help="Folder of a dataset.", show_default="that of the workspace")
]


@app.callback()
def _corpus() -> None: ...


@app.command()
def build(
    sources: Annotated[
        list[Path] | None, typer.Argument(help="Folders, files or globs; without any, those of wirecopy.toml.")
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Folder of the dataset.")] = None,
    engine: Annotated[
        str, typer.Option(help="Who does the work: local, ray, or the address of a cluster, ray://HOST:PORT.")
    ] = "local",
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes, or CPUs of a local Ray.", show_default="all CPUs")
    ] = None,
    workspace: WorkspaceFolder = HERE,
    json: Json = False,
) -> None:
    """Build documents, segments, relations, pairs and rejects as Parquet."""
    from corpus.build import build_workspace
    from corpus.output import EXIT_PARTIAL, Output

    out = Output(json=json)
    report = build_workspace(
        sources=sources or [], output=output, workspace=workspace, engine=engine, workers=workers, out=out
    )
    if report.show(out).rejects:
        raise typer.Exit(EXIT_PARTIAL)


@app.command()
def show(
    document: Annotated[str, typer.Argument(help="Id of the document.")],
    corpus: CorpusFolder = None,
    workspace: WorkspaceFolder = HERE,
    json: Json = False,
) -> None:
    """Show one document: roles, edits, and its pairs beside each other."""
    from corpus.output import Output
    from corpus.show import show

    show(doc_id=document, workspace=workspace, corpus=corpus, out=Output(json=json))


@app.command()
def check(corpus: CorpusFolder = None, workspace: WorkspaceFolder = HERE, json: Json = False) -> None:
    """Check every invariant of a built dataset, whoever edited it since."""
    from corpus.check import check_workspace
    from corpus.output import Output

    out = Output(json=json)
    check_workspace(workspace=workspace, corpus=corpus, out=out).show(out).settle()


@app.command()
def stats(corpus: CorpusFolder = None, workspace: WorkspaceFolder = HERE, json: Json = False) -> None:
    """Count documents, roles, families, events and pairs, by outlet and language."""
    from corpus.output import Output
    from corpus.stats import stats

    stats(workspace=workspace, corpus=corpus, out=Output(json=json))
