"""The one sink: results to stdout, everything else to stderr."""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

from corpus.errors import WirecopyError

Cell = Sequence[tuple[object, str]]  # pieces of text and their styles
EXIT_DONE, EXIT_ERROR, EXIT_USAGE, EXIT_PARTIAL, EXIT_INTERRUPTED = 0, 1, 2, 3, 130


class Output:
    """Write results for people, or with `json=True` for programs.

    Text that comes from articles or servers is written through `plain`, so that it can't
    drive the terminal.
    """

    def __init__(self, *, json: bool = False) -> None:
        self.json = json

    def table(self, rows: Sequence[Mapping[str, Any]], *, title: str = "") -> None:
        """Print rows (all with the same keys) as a table, each on a line."""
        if not rows:
            return
        from rich.table import Table
        from rich.text import Text

        view = Table(title=plain(title) or None, title_justify="left", box=None, pad_edge=False)
        for name, value in rows[0].items():
            view.add_column(
                Text(one_line(name)), justify="right" if isinstance(value, int | float) else "left", overflow="fold"
            )
        for row in rows:
            view.add_row(*(Text(one_line(value)) for value in row.values()))
        _console(sys.stdout).print(view)

    def page(self, rows: Sequence[Sequence[Cell]], widths: Sequence[int | None]) -> None:
        """Print rows of cells beside each other, in colour on a terminal (or with FORCE_COLOR).

        A cell is made of pieces, each with a style of rich. A column is as wide as `widths` says;
        those that are None share what is left of the page.
        """
        from rich.table import Table
        from rich.text import Text

        view = Table.grid(padding=(0, 2, 0, 0), expand=any(width is None for width in widths))
        for width in widths:
            view.add_column(width=width, ratio=None if width else 1, overflow="fold")
        for row in rows:
            view.add_row(*(Text.assemble(*((plain(text), style) for text, style in cell)) for cell in row))
        console = _console(sys.stdout, wide=False)
        with console.capture() as drawn:
            console.print(view)
        _print("\n".join(line.rstrip() for line in drawn.get().splitlines()), sys.stdout)

    def clear(self) -> None:
        """Clear the terminal, where stdout is one."""
        if not self.json and sys.stdout.isatty():
            _console(sys.stdout).clear()

    def line(self, text: object) -> None:
        """Print one line of a result."""
        _print(plain(text), sys.stdout)

    def data(self, value: object) -> None:
        """Print one JSON document; ValueError for a number that JSON has no word for, such as NaN."""
        # An unpaired surrogate (a file name of other bytes) is no Unicode, but its escape is JSON.
        text = json.dumps(value, ensure_ascii=False, indent=2, default=str, allow_nan=False)
        _print(re.sub("[\ud800-\udfff]", lambda one: f"\\u{ord(one[0]):04x}", text), sys.stdout)

    def note(self, text: object) -> None:
        """Tell what is going on, on stderr; nothing with `--json`."""
        if not self.json:
            _print(plain(text), sys.stderr)

    def error(self, error: WirecopyError) -> None:
        """Print an error and the next command, on stderr."""
        _print(f"error: {plain(error.message)}", sys.stderr)
        if error.hint:
            _print(f"hint: {plain(error.hint)}", sys.stderr)

    @contextmanager
    def progress(self, text: str, total: int | None = None, *, unit: str = "") -> Iterator[Callable[[int], None]]:
        """Show a bar with rate and time left on stderr while the block runs; yield what advances it.

        `unit` names what is counted; with `bytes`, sizes are shown.
        """
        if self.json or not sys.stderr.isatty():
            yield lambda _step: None
            return
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TransferSpeedColumn,
        )
        from rich.progress import TimeRemainingColumn as TimeLeft

        counted = (DownloadColumn(), TransferSpeedColumn()) if unit == "bytes" else (MofNCompleteColumn(), _rate(unit))
        columns = (TextColumn("{task.description}"), BarColumn(), *counted, TimeLeft())
        with Progress(*columns, console=_console(sys.stderr), transient=True) as bar:
            task = bar.add_task(plain(text), total=total)
            yield lambda step: bar.advance(task, step)

    @contextmanager
    def waiting(self, text: str) -> Iterator[None]:
        """Tell on stderr what is waited for; on a terminal, with the seconds that have passed."""
        if self.json or not sys.stderr.isatty():
            self.note(f"{text} ...")
            yield
            return
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=_console(sys.stderr), transient=True) as bar:
            bar.add_task(plain(text))
            yield


def _rate(unit: str) -> Any:
    from rich.progress import ProgressColumn, Task
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f} {unit}/s" if unit and task.speed else "")

    return Rate()


def plain(value: object) -> str:
    """Make text safe for a terminal: control, bidi and unpaired characters become visible."""
    text = "" if value is None else str(value)
    return "".join(char if _harmless(char) else char.encode("unicode_escape").decode() for char in text)


def one_line(value: object) -> str:
    """Make text safe for a terminal, with line ends visible too."""
    return plain(value).replace("\n", "\\n")


def listing(names: Iterable[object], *, most: int = 5) -> str:
    """Join names for a message; the tail beyond `most` becomes a count."""
    known = [str(name) for name in names]
    more = f" and {len(known) - most} more" if len(known) > most else ""
    return ", ".join(known[:most]) + more


def _print(text: str, file: TextIO) -> None:
    # A terminal without Unicode shows escapes rather than nothing.
    known = file.encoding or "utf-8"
    print(text.encode(known, "backslashreplace").decode(known), file=file)


def _harmless(char: str) -> bool:
    # Joiners and marks stay, they belong to words; bidi overrides and surrogates do not.
    return char == "\n" or char.isprintable() or char in "\u200c\u200d\u00a0\u202f\u3000\u2009"


def _console(file: Any, *, wide: bool = True) -> Any:  # rich is loaded only when something is drawn
    from rich.console import Console

    # Away from a terminal nothing is wrapped or cut: what reads it is a program or a log.
    width = 10_000 if wide and not file.isatty() else None
    return Console(file=file, width=width, markup=False, highlight=False, emoji=False, soft_wrap=False)
