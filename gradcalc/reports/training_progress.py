"""A bar that shows how far a training is, on standard error while it runs."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from gradcalc.reports.numbers import format_number

# Telling Rich of every epoch would cost more than a short epoch itself.
_SECONDS = 0.1


@contextmanager
def training_progress(
    stream: IO[str], epochs: int, *, colour: bool
) -> Iterator[Callable[[int, float], None]]:
    """A context with the function that shows an epoch as done, with its loss.

    The bar is gone afterwards.
    """
    bar = Progress(
        TextColumn("epoch"),
        MofNCompleteColumn(),
        BarColumn(),
        TextColumn("loss {task.fields[loss]}"),
        TimeRemainingColumn(),
        console=Console(file=stream, color_system="auto" if colour else None),
        transient=True,
    )
    task = bar.add_task("epoch", total=epochs, loss="-")
    due = 0.0

    def show(epoch: int, loss: float) -> None:
        nonlocal due
        now = time.monotonic()
        if now >= due:
            due = now + _SECONDS
            bar.update(task, completed=epoch, loss=format_number(loss, 4))

    with bar:
        yield show
