"""The engines of `gradcalc map`: which one reads the rows, and how it is opened."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from gradcalc.cli import consoles, data_options
from gradcalc.cli.files import STANDARD_INPUT, called, size_of_files
from gradcalc.data.formats import LINE_FORMATS, open_rows
from gradcalc.data.grids import Sweep, grid_stream
from gradcalc.data.rows import Reading, Rows
from gradcalc.errors import UsageError
from gradcalc.mapping.engines import ENGINES, POLARS, ROWS, SPARK, Engine
from gradcalc.mapping.row_engine import RowEngine

_GRID = "the grid"

# Bytes of files from which Polars is worth its start, a fifth of a second.
LARGE = 4_000_000


@dataclass(frozen=True)
class Source:
    """Where rows come from, and what becomes of them."""

    # The file or pattern, `-` for standard input; None for the grid of the sweeps.
    data: str | None
    sweeps: Mapping[str, Sweep]
    reading: Reading
    # The file to write, None for standard output, and its format; None for that of the
    # rows.
    out: str | None
    kind: str | None
    skip_bad: bool
    # The master of Spark, None for that which it is set up for.
    master: str | None = None

    @property
    def files(self) -> list[str]:
        """The files that are read, or `-`."""
        return [] if self.data is None else data_options.data_files(self.data)

    @property
    def columnar(self) -> str | None:
        """A format that is not made of lines, of what is read or of what is written."""
        kinds = (self.reading.kind, self.kind)
        return next((each for each in kinds if each and each not in LINE_FORMATS), None)

    @property
    def is_shown(self) -> bool:
        """Whether the rows are written on a terminal."""
        return self.out is None and sys.stdout.isatty()


@contextmanager
def opened_engine(source: Source, name: str | None) -> Iterator[Engine]:
    """The engine of that name for the source; None for the one that suits it."""
    if name is None:
        name = POLARS if source.columnar or _pays(source) else ROWS
    else:
        ENGINES[name].require(name)
    with _OPENERS[name](source) as engine:
        yield engine


def _pays(source: Source) -> bool:
    """Whether the files are so large that Polars, if it is there, is the faster."""
    stays = source.kind in (None, source.reading.kind)
    is_large = (size_of_files(source.files) or 0) >= LARGE
    if not (stays and is_large) or source.is_shown:
        return False
    from gradcalc.mapping.frame_engine import is_installed

    return is_installed()


@contextmanager
def _row_engine(source: Source) -> Iterator[Engine]:
    """The engine that needs no extra."""
    if source.columnar:
        raise UsageError(
            f"the engine rows reads and writes lines of text, no {source.columnar}",
            hint="leave out --engine",
        )
    with _opened(source) as rows, _progress(source, rows) as progress:
        yield RowEngine(rows, skip_bad=source.skip_bad, progress=progress)


@contextmanager
def _frame_engine(source: Source) -> Iterator[Engine]:
    """The engine that is Polars."""
    from gradcalc.mapping.columnar_engine import ColumnarEngine
    from gradcalc.mapping.frame_engine import of_columns
    from gradcalc.mapping.table_engine import TableEngine

    reading, kind = source.reading, source.kind
    if reading.kind and reading.kind not in LINE_FORMATS:
        assert source.data is not None
        with _progress(source, None) as progress:
            yield of_columns(
                data_options.scanned(source.files),
                called(source.data),
                reading,
                kind,
                progress,
            )
        return
    with _opened(source) as rows, _progress(source, rows) as progress:
        engine = TableEngine(rows, skip_bad=source.skip_bad, progress=progress)
        yield ColumnarEngine(engine, source.columnar) if source.columnar else engine


@contextmanager
def _spark_engine(source: Source) -> Iterator[Engine]:
    """The engine that is Spark."""
    if source.data is None or source.data == STANDARD_INPUT:
        what = "a range" if source.data is None else called(STANDARD_INPUT)
        raise UsageError(
            f"the engine spark reads files, not {what}",
            hint="give --data a path that Spark knows, or leave out --engine",
        )
    from gradcalc.mapping.spark_engine import of_path
    from gradcalc.mapping.spark_session import session

    with session(source.master) as spark:
        reading, kind = source.reading, source.kind
        yield of_path(spark, source.data, reading, kind, skip_bad=source.skip_bad)


_OPENERS: Mapping[str, Callable[[Source], AbstractContextManager[Engine]]] = {
    ROWS: _row_engine,
    POLARS: _frame_engine,
    SPARK: _spark_engine,
}


@contextmanager
def _opened(source: Source) -> Iterator[Rows]:
    """The rows of the data, or of the grid of the sweeps."""
    if source.data is not None:
        with data_options.opened_rows(source.data, source.reading) as rows:
            yield rows
        return
    stream: Any = grid_stream(source.sweeps, source.reading.delimiter or ",")
    yield open_rows(stream, _GRID, replace(source.reading, kind="csv"))


@contextmanager
def _progress(source: Source, rows: Rows | None) -> Iterator[Callable[[int], None]]:
    """What shows how many rows are done, if standard error is a terminal.

    Not if the rows themselves are shown there.
    """
    if not sys.stderr.isatty() or source.is_shown:
        yield lambda _rows: None
        return
    from gradcalc.reports.row_progress import row_progress

    size = size_of_files(source.files) if source.files else None
    colour = consoles.takes_colour(sys.stderr)
    with row_progress(sys.stderr, size, colour=colour) as show:
        yield lambda count: show(count, rows.lines.size if rows else 0)
