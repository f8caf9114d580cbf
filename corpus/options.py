"""The options that many commands share."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
WorkspaceFolder = Annotated[
    Path, typer.Option("--workspace", "-w", help="Workspace folder, or one below it.", show_default="here")
]
HERE = Path()


def group(help_text: str) -> typer.Typer:
    """Return a group of commands; plain help keeps the start quick."""
    return typer.Typer(help=help_text, no_args_is_help=True, rich_markup_mode=None, add_completion=False)
