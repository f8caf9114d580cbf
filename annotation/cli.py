"""`wirecopy annotation`: tasks out to Label Studio, labels back."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from corpus.options import HERE, Json, WorkspaceFolder, group

app = group("Run annotation campaigns on Label Studio.")
Only = Annotated[str | None, typer.Option("--campaign", "-c", help="One campaign; without it, all.")]


Level = Annotated[
    Literal["segment", "document", "outlet"], typer.Option(help="What gets a score; systems count as outlets.")
]


@app.callback()
def _annotation() -> None: ...


@app.command()
def serve(
    database: Annotated[
        str | None, typer.Option(help="postgresql://user@host/name; else SQLite.", envvar="WIRECOPY_DATABASE_URL")
    ] = None,
    reset_password: Annotated[bool, typer.Option("--reset-password", help="Give the owner a new password.")] = False,
    workspace: WorkspaceFolder = HERE,
    json: Json = False,
) -> None:
    """Start a local Label Studio in an environment of its own."""
    from annotation.commands import server
    from corpus.output import Output

    server.serve(database=database, reset_password=reset_password, workspace=workspace, out=Output(json=json))


@app.command()
def stop(workspace: WorkspaceFolder = HERE, json: Json = False) -> None:
    """Stop the local Label Studio."""
    from annotation.commands import server
    from corpus.output import Output

    server.stop(workspace=workspace, out=Output(json=json))


@app.command()
def invite(
    names: Annotated[list[str] | None, typer.Argument(help="Annotators of wirecopy.toml; without, all.")] = None,
    reset: Annotated[bool, typer.Option("--reset", help="Give a new password, on the local server.")] = False,
    workspace: WorkspaceFolder = HERE,
    json: Json = False,
) -> None:
    """Make the accounts of annotators and show each password once."""
    from annotation.commands import server
    from corpus.output import Output

    server.invite(names=names or [], reset=reset, workspace=workspace, out=Output(json=json))


@app.command()
def plan(campaign: Only = None, workspace: WorkspaceFolder = HERE, json: Json = False) -> None:
    """Show what a push would change on the server."""
    from annotation.commands.campaign import plan
    from corpus.output import Output

    plan(campaign=campaign, workspace=workspace, out=Output(json=json))


@app.command()
def push(
    campaign: Only = None,
    to: Annotated[Path | None, typer.Option(help="Write Label Studio's import file instead.")] = None,
    prune: Annotated[bool, typer.Option("--prune", help="Delete old tasks that nobody has answered.")] = False,
    prune_answered: Annotated[
        bool, typer.Option("--prune-answered", help="Delete all old tasks; answers are pulled first.")
    ] = False,
    recreate: Annotated[bool, typer.Option("--recreate", help="Make a deleted project anew.")] = False,
    workspace: WorkspaceFolder = HERE,
    json: Json = False,
) -> None:
    """Bring the server in step with the corpus."""
    from annotation.commands.campaign import push, push_to_file
    from corpus.output import Output

    out = Output(json=json)
    if to:
        push_to_file(campaign=campaign, path=to, workspace=workspace, out=out)
    else:
        push(
            campaign=campaign,
            prune=prune,
            prune_answered=prune_answered,
            recreate=recreate,
            workspace=workspace,
            out=out,
        )


@app.command()
def status(
    campaign: Only = None,
    watch: Annotated[bool, typer.Option("--watch", help="Show it anew every ten seconds.")] = False,
    workspace: WorkspaceFolder = HERE,
    json: Json = False,
) -> None:
    """Show how far campaigns and annotators are, and the links."""
    from annotation.commands.quality import status
    from corpus.output import Output

    status(campaign=campaign, watch=watch, workspace=workspace, out=Output(json=json))


@app.command()
def pull(
    campaign: Only = None,
    source: Annotated[Path | None, typer.Option("--from", help="Read Label Studio's JSON export instead.")] = None,
    full: Annotated[bool, typer.Option("--full", help="Also look for tasks deleted on the server.")] = False,
    workspace: WorkspaceFolder = HERE,
    json: Json = False,
) -> None:
    """Bring annotations home, checked, as Parquet."""
    from annotation.commands.campaign import pull
    from corpus.output import EXIT_PARTIAL, Output

    if pull(campaign=campaign, source=source, full=full, workspace=workspace, out=Output(json=json)):
        raise typer.Exit(EXIT_PARTIAL)


@app.command()
def repairs(campaign: Only = None, workspace: WorkspaceFolder = HERE, json: Json = False) -> None:
    """List pulled answers that contradict themselves."""
    from annotation.commands.quality import repairs
    from corpus.output import Output

    repairs(campaign=campaign, workspace=workspace, out=Output(json=json))


@app.command()
def audit(campaign: Only = None, workspace: WorkspaceFolder = HERE, json: Json = False) -> None:
    """Judge annotators by control items, and tell of predictions."""
    from annotation.commands.quality import audit
    from corpus.output import Output

    audit(campaign=campaign, workspace=workspace, out=Output(json=json))


@app.command()
def adjudicate(campaign: Only = None, workspace: WorkspaceFolder = HERE, json: Json = False) -> None:
    """Send units that disagree to a project where they are settled."""
    from annotation.commands.quality import adjudicate
    from corpus.output import Output

    adjudicate(campaign=campaign, workspace=workspace, out=Output(json=json))


@app.command()
def agreement(
    campaign: Only = None,
    by: Annotated[
        Literal["language", "outlet", "target", "stratum", "pair"] | None,
        typer.Option(help="Also for each language, outlet, target, stratum or pair of annotators."),
    ] = None,
    question: Annotated[str | None, typer.Option(help="One question of the scheme, with more figures.")] = None,
    rounds: Annotated[int, typer.Option(min=0, help="Bootstrap rounds of the intervals; 0 for none.")] = 1000,
    workspace: WorkspaceFolder = HERE,
    json: Json = False,
) -> None:
    """Show how far annotators agree, on all units and on kept ones."""
    from annotation.commands.agreement import agreement
    from corpus.output import Output

    agreement(campaign=campaign, by=by, question=question, rounds=rounds, workspace=workspace, out=Output(json=json))


@app.command()
def aggregate(campaign: Only = None, workspace: WorkspaceFolder = HERE, json: Json = False) -> None:
    """Compare majority, Dawid-Skene and MACE on your own answers."""
    from annotation.commands.aggregate import aggregate
    from corpus.output import Output

    aggregate(campaign=campaign, workspace=workspace, out=Output(json=json))


@app.command()
def score(
    campaign: Only = None,
    preset: Annotated[str | None, typer.Option(help="How to score, such as wmt24; else the campaign's own.")] = None,
    level: Level = "outlet",
    z: Annotated[bool, typer.Option("--z", help="z-scores: each annotator on their own scale.")] = False,
    test: Annotated[
        Literal["mann-whitney", "wilcoxon-domains", "wilcoxon", "randomisation"] | None,
        typer.Option(help="Compare outlets by this test, and put them into clusters."),
    ] = None,
    workspace: WorkspaceFolder = HERE,
    json: Json = False,
) -> None:
    """Score translations by segment, document or outlet."""
    from annotation.commands.score import score
    from corpus.output import Output

    score(campaign=campaign, preset=preset, level=level, z=z, test=test, workspace=workspace, out=Output(json=json))


@app.command()
def rescore(
    file: Annotated[Path, typer.Argument(help="A file of ratings, such as a Google MQM table.")],
    format: Annotated[str | None, typer.Option(help="Its format, where its content does not tell.")] = None,
    preset: Annotated[list[str] | None, typer.Option(help="A preset, once or more; without it, all that fit.")] = None,
    level: Level = "outlet",
    workspace: WorkspaceFolder = HERE,
    json: Json = False,
) -> None:
    """Score a file of ratings under several presets side by side."""
    from annotation.commands.score import rescore
    from corpus.output import Output

    rescore(file=file, format=format, presets=preset or [], level=level, workspace=workspace, out=Output(json=json))


@app.command()
def report(
    campaign: Only = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="One file, of one campaign.")] = None,
    workspace: WorkspaceFolder = HERE,
    json: Json = False,
) -> None:
    """Write a page with all figures of each campaign."""
    from annotation.commands.report import report
    from corpus.output import Output

    report(campaign=campaign, output=output, workspace=workspace, out=Output(json=json))


@app.command(name="import")
def import_(
    source: Annotated[Path, typer.Argument(help="A file of ratings.")],
    campaign: Annotated[str, typer.Option("--campaign", "-c", help="A campaign with imported = true.")],
    format: Annotated[str | None, typer.Option(help="Its format, where its content does not tell.")] = None,
    languages: Annotated[str | None, typer.Option(help="Of source and translation, as in en-de.")] = None,
    workspace: WorkspaceFolder = HERE,
    json: Json = False,
) -> None:
    """Make other people's ratings a campaign of yours."""
    from annotation.commands.interchange import import_
    from corpus.output import EXIT_PARTIAL, Output

    out = Output(json=json)
    if import_(source=source, campaign=campaign, format=format, languages=languages, workspace=workspace, out=out):
        raise typer.Exit(EXIT_PARTIAL)


@app.command()
def convert(
    paths: Annotated[list[Path], typer.Argument(metavar="[SOURCE] TARGET", help="Files; no source with --campaign.")],
    campaign: Only = None,
    from_: Annotated[str | None, typer.Option("--from", help="The format of the source.")] = None,
    to: Annotated[str | None, typer.Option(help="The format of the target; else by its suffix.")] = None,
    scheme: Annotated[str | None, typer.Option(help="The scheme of the source's labels.")] = None,
    languages: Annotated[str | None, typer.Option(help="Of source and translation, as in en-de.")] = None,
    lossy: Annotated[bool, typer.Option("--lossy", help="Leave out what the target can't carry.")] = False,
    workspace: WorkspaceFolder = HERE,
    json: Json = False,
) -> None:
    """Write ratings, of a file or a campaign, in another format."""
    from annotation.commands.interchange import convert
    from corpus.output import EXIT_PARTIAL, Output

    if len(paths) > 2:
        raise typer.BadParameter("one source and one target", param_hint="SOURCE TARGET")
    if convert(
        source=paths[0] if len(paths) == 2 else None,
        target=paths[-1],
        campaign=campaign,
        from_=from_,
        to=to,
        scheme=scheme,
        languages=languages,
        lossy=lossy,
        workspace=workspace,
        out=Output(json=json),
    ):
        raise typer.Exit(EXIT_PARTIAL)
