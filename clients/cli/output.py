"""What people and programs see: results on standard output, everything else on standard error."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import typer
from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

_WIDTH_WITHOUT_TERMINAL = 140


def note(text: str) -> None:
    """A remark for people, on standard error."""
    typer.echo(f"note: {text}", err=True)


def say(text: str = "") -> None:
    """A line of the result."""
    typer.echo(text)


def print_json(value: object) -> None:
    """The result as one JSON value."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


def print_line(value: object) -> None:
    """One of many results, as a line of JSON Lines."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def table(title: str, header: Sequence[str], rows: Iterable[Sequence[RenderableType]]) -> Table:
    """A table for people; numbers are given as text, right-aligned where a header starts with `>`."""
    drawn = Table(title=title or None, title_justify="left", title_style="bold", header_style="bold")
    for name in header:
        drawn.add_column(name.removeprefix(">"), justify="right" if name.startswith(">") else "left")
    for row in rows:
        # What records hold is text, never markup.
        drawn.add_row(*(Text(cell) if isinstance(cell, str) else cell for cell in row))
    return drawn


def print_table(title: str, header: Sequence[str], rows: Iterable[Sequence[RenderableType]]) -> None:
    """Prints a `table`."""
    show(table(title, header, rows))


def show(drawn: Table) -> None:
    """Prints what `table` made."""
    _console(stderr=False).print(drawn)


class Bar:
    """A progress bar on standard error; invisible when that is no terminal."""

    def __init__(self, progress: Progress, text: str) -> None:
        self._progress = progress
        self._task = progress.add_task(text, total=1.0)

    def update(self, done: float, text: str | None = None) -> None:
        """Moves the bar to `done`, 0 to 1, and changes its text if one is given."""
        if text is None:
            self._progress.update(self._task, completed=done)
        else:
            self._progress.update(self._task, completed=done, description=text)


@contextmanager
def progress_bar(text: str) -> Iterator[Bar]:
    """A bar while long work lasts."""
    console = _console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield Bar(progress, text)


def _console(*, stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False)
    if not console.is_terminal:
        console.width = _WIDTH_WITHOUT_TERMINAL
    return console
