"""The one sink: results to stdout, everything else to stderr."""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

from corpus.errors import WirecopyError

EXIT_DONE, EXIT_ERROR, EXIT_USAGE, EXIT_PARTIAL, EXIT_INTERRUPTED = 0, 1, 2, 3, 130


class Output:
    """Write results for people, or with `json=True` for programs.

    Text that comes from articles or servers is written through `plain`, so that it can't
    drive the terminal.
    """

    def __init__(self, *, json: bool = False) -> None:
        self.json = json

    def table(self, rows: Sequence[Mapping[str, Any]], *, title: str = "") -> None:
        """Print rows (all with the same keys) as a table."""
        if not rows:
            return
        from rich.table import Table
        from rich.text import Text

        view = Table(title=plain(title) or None, title_justify="left", box=None, pad_edge=False)
        for name, value in rows[0].items():
            view.add_column(name, justify="right" if isinstance(value, int | float) else "left")
        for row in rows:
            view.add_row(*(Text(plain(value)) for value in row.values()))
        _console(sys.stdout).print(view)

    def line(self, text: object) -> None:
        """Print one line of a result."""
        _print(plain(text), sys.stdout)

    def data(self, value: object) -> None:
        """Print one JSON document."""
        # An unpaired surrogate (a file name of other bytes) is no Unicode, but its escape is JSON.
        text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
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
    def progress(self, text: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
        """Show a bar on stderr while the block runs; yield the function that advances it."""
        if self.json or not sys.stderr.isatty():
            yield lambda _step: None
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
        from rich.progress import TimeRemainingColumn as TimeLeft

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeLeft())
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


def _console(file: Any) -> Any:  # rich is loaded only when something is drawn
    from rich.console import Console

    # Away from a terminal nothing is wrapped or cut: what reads it is a program or a log.
    width = None if file.isatty() else 10_000
    return Console(file=file, width=width, markup=False, highlight=False, emoji=False, soft_wrap=False)
