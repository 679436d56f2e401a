"""What every way of mapping a formula over rows has in common.

An engine stands between a source of rows and a sink. It tells which columns the source
has, and takes a `RowFormula` over them: which columns that takes, what it adds, and how
this is called, is settled there, once for all engines.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import BinaryIO, Protocol

from gradcalc.data.additions import Written
from gradcalc.data.rows import Skipped
from gradcalc.errors import MissingExtraError
from gradcalc.mapping.row_formula import RowFormula
from gradcalc.mapping.totals import Totals
from gradcalc.shapes import Shape


@dataclass
class Outcome:
    """How a mapping went."""

    # The rows that were answered, and those of them with a missing value.
    rows: int = 0
    missing: int = 0
    # Those that were left out.
    skipped: Skipped = field(default_factory=Skipped)
    # Those with a number that is not finite; where the first of them stands, and the
    # numbers of its columns.
    odd: int = 0
    first_odd: tuple[str, Sequence[float]] | None = None

    def add(self, rows: int, missing: int, odd: int) -> None:
        """Count the rows of a block."""
        self.rows += rows
        self.missing += missing
        self.odd += odd

    def add_odd(self, where: str, numbers: Sequence[float]) -> None:
        """Count a row in which a number is not finite."""
        self.odd += 1
        self.first_odd = self.first_odd or (where, numbers)


class Sink(Protocol):
    """What rows are written to."""

    @property
    def kind(self) -> str | None:
        """The format to write, of `data.formats.FORMATS`; None for the source's own."""

    @property
    def path(self) -> str | None:
        """What to write, for who opens it himself; None for the stream."""

    @property
    def stream(self) -> BinaryIO:
        """Where the bytes go, for who writes them himself."""

    def write_rows(self, header: str, blocks: Iterable[Written]) -> None:
        """Write a text, then rows in blocks, each as soon as it comes."""


class Engine(ABC):
    """A source of rows, and how a formula is mapped over them.

    name     what errors call the source
    columns  the columns' names and shapes, in order
    """

    name: str
    columns: Mapping[str, Shape]

    @abstractmethod
    def write(self, formula: RowFormula, sink: Sink) -> Outcome:
        """Write the rows with what they get, or the columns asked for, to the sink.

        Raises DataError for a row that cannot be used.
        """

    @abstractmethod
    def total(self, formula: RowFormula) -> tuple[Totals, Outcome]:
        """The sums of what the rows get, without those where a value is missing."""

    @abstractmethod
    def write_total(
        self, formula: RowFormula, values: Sequence[float], sink: Sink
    ) -> None:
        """Write one row of these values, as `write` would, but none of its columns."""


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """One row of the table of engines."""

    # The library that it needs, and the extra that has it; None for one without.
    library: str | None = None
    extra: str = ""
    # Whether it finds, reads and writes files by itself, wherever they are.
    has_files: bool = False

    @property
    def is_installed(self) -> bool:
        """Whether its library can be imported."""
        return self.library is None or find_spec(self.library) is not None

    def require(self, name: str) -> None:
        """Raise MissingExtraError unless it is installed; `name` is the engine's."""
        if not self.is_installed:
            raise MissingExtraError(
                f"the engine {name} needs {self.library}:"
                f" pip install 'gradcalc[{self.extra}]'"
            )


ROWS, POLARS, SPARK = "rows", "polars", "spark"
# THE TABLE of the engines that can be asked for by name.
ENGINES = {
    ROWS: EngineChoice(),
    POLARS: EngineChoice(POLARS, "data"),
    SPARK: EngineChoice("pyspark", SPARK, has_files=True),
}
