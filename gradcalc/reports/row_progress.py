"""How many rows are done, and how many a second, on a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

# Of rows and of the bytes of their text.
Show = Callable[[int, int], None]


@contextmanager
def row_progress(stream: TextIO, size: int | None, *, colour: bool) -> Iterator[Show]:
    """A bar of how many of so many bytes are read; None if that is not known.

    It is gone from the terminal when the rows are done.
    """
    # Imported here: most results are not watched.
    from rich import progress
    from rich.console import Console

    columns: list[progress.ProgressColumn] = [
        progress.TextColumn("{task.fields[rows]:,} rows"),
        progress.TextColumn("{task.fields[rate]:,.0f} a second"),
    ]
    if size is not None:
        columns[1:1] = [progress.BarColumn()]
        columns.append(progress.TimeRemainingColumn())
    console = Console(file=stream, color_system="auto" if colour else None)
    bar = progress.Progress(*columns, console=console, transient=True)
    with bar:
        task = bar.add_task("", total=size, rows=0, rate=0.0)

        def show(rows: int, read: int) -> None:
            elapsed = bar.tasks[0].elapsed or 0.0
            rate = rows / elapsed if elapsed else 0.0
            bar.update(task, completed=read, rows=rows, rate=rate)

        yield show
