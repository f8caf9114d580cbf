"""The front door: mounts the three stages and turns errors into exit codes, nothing else."""

import io
import os
import sys
from errno import ENOSPC
from pathlib import Path
from typing import Annotated, Literal

import typer

from annotation.cli import app as annotation
from corpus.cli import app as corpus
from corpus.errors import WirecopyError
from corpus.options import HERE, Json, WorkspaceFolder
from corpus.output import EXIT_ERROR, EXIT_INTERRUPTED, EXIT_PARTIAL, Output
from export.cli import app as export

__version__ = "0.1.0"

app = typer.Typer(
    name="wirecopy",
    help="News articles in, a published, labelled dataset out.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(corpus, name="corpus")
app.add_typer(annotation, name="annotation")
app.add_typer(export, name="export")
_told: dict[str, bool] = {"debug": False}


def _version(wanted: bool) -> None:
    if wanted:
        print(f"wirecopy {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    _told["debug"] = debug


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(help="Folder of the new workspace.")],
    articles: Annotated[Path | None, typer.Option(help="Folder, file or glob with your articles.")] = None,
    json: Json = False,
) -> None:
    """Make a workspace: a commented wirecopy.toml and a .gitignore."""
    from corpus.workspace import init

    init(folder=folder, articles=articles, out=Output(json=json))


@app.command()
def run(
    until: Annotated[Literal["corpus", "push", "pull", "release"], typer.Option(help="Last stage.")] = "release",
    workspace: WorkspaceFolder = HERE,
    json: Json = False,
) -> None:
    """Do every stage that is out of date, in order."""
    from export.journey import run

    if run(until=until, workspace=workspace, out=Output(json=json)).partial:
        raise typer.Exit(EXIT_PARTIAL)


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="New folder for the demo.")] = Path("wirecopy-demo"),
    json: Json = False,
) -> None:
    """Run the whole journey on the built-in sample."""
    from export.demo import demo

    demo(folder=folder, out=Output(json=json))


def main() -> None:
    """Run the command line; every error becomes one line, a hint and an exit code."""
    for stream in ("stdout", "stderr"):
        if getattr(sys, stream) is None:  # who started us has closed it
            setattr(sys, stream, io.StringIO())
    try:
        code = app(standalone_mode=False) or 0
    except WirecopyError as error:
        code = _failed(error)
    except (KeyboardInterrupt, typer.Abort):
        code = EXIT_INTERRUPTED
    except BrokenPipeError:
        # Who reads our output has gone: no complaint, and none from the interpreter's last flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = EXIT_ERROR
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        what = "make room on the disk" if error.errno == ENOSPC else "check that path"
        code = _failed(WirecopyError(f"{place}{error.strerror or error}", hint=f"{what}, then run it again"))
    except Exception as error:
        # Typer's own usage errors print themselves and know their exit code.
        if hasattr(error, "show") and hasattr(error, "exit_code"):
            error.show()
            code = error.exit_code
        else:
            cause = str(error).strip().splitlines() or ["no message"]
            hint = "this is a bug; `wirecopy --debug ...` shows where"
            code = _failed(WirecopyError(f"unexpected {type(error).__name__}: {cause[0]}", hint=hint))
    if code == EXIT_INTERRUPTED:
        print("interrupted: run it again, it goes on where it was", file=sys.stderr)
    sys.exit(code)


def _failed(error: WirecopyError) -> int:
    if _told["debug"]:
        import traceback

        traceback.print_exc()
    Output().error(error)
    return EXIT_ERROR


if __name__ == "__main__":
    main()
