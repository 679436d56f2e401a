"""A bar that shows how far a training is, on standard error while it runs."""

import time
from types import TracebackType
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


class TrainingProgress:
    """A context in which `report` moves the bar; it is gone afterwards."""

    def __init__(self, stream: IO[str], epochs: int, *, colour: bool) -> None:
        console = Console(file=stream, color_system="auto" if colour else None)
        self._progress = Progress(
            TextColumn("epoch"),
            MofNCompleteColumn(),
            BarColumn(),
            TextColumn("loss {task.fields[loss]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("epoch", total=epochs, loss="-")
        self._next = 0.0

    def __enter__(self) -> "TrainingProgress":
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def report(self, epoch: int, loss: float) -> None:
        """Show that this epoch is done, with its loss."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _SECONDS
            self._progress.update(
                self._task, completed=epoch, loss=format_number(loss, 4)
            )
