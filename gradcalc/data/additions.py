"""What is added to rows, and how rows are written again: as they stood, or anew."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gradcalc.data.cells import cells_of

# Rows as they are written: lines, or the bytes of lines, which stand there only until
# the next ones are asked for.
Written = Sequence[str] | memoryview


@dataclass(frozen=True)
class Addition:
    """What every row gets under one name: a number, a text, or a list of these."""

    name: str
    # What its cells are called in a table: a text, or lists or an object of texts,
    # arranged as JSON has the values.
    cells: Any


@dataclass(frozen=True)
class Additions:
    """What every row gets, and the hints where a name is taken already."""

    added: Sequence[Addition]
    hint: str
    # The hint at the command line, where the words differ there.
    shell_hint: str | None = None

    @property
    def columns(self) -> list[str]:
        """The names of all cells in a table: a row gets a value for each."""
        return [name for each in self.added for name in cells_of(each.cells)]

    @property
    def places(self) -> dict[str, list[int]]:
        """The places of what each name stands for, of an addition or a cell of one."""
        found = {name: [place] for place, name in enumerate(self.columns)}
        start = 0
        for each in self.added:
            count = len(cells_of(each.cells))
            found[each.name] = list(range(start, start + count))
            start += count
        return found

    def of_cells(self, names: Sequence[str]) -> "Additions":
        """What these columns of a table are in JSON: a list if all its cells follow."""
        lists = {cells_of(each.cells)[0]: each for each in self.added}
        found: list[Addition] = []
        place = 0
        while place < len(names):
            each = lists.get(names[place])
            cells = [] if each is None else cells_of(each.cells)
            if each is None or list(names[place : place + len(cells)]) != cells:
                each, cells = Addition(names[place], names[place]), [names[place]]
            found.append(each)
            place += len(cells)
        return Additions(found, self.hint, self.shell_hint)

    def entries(self, values: Sequence[Any] | None) -> dict[str, Any]:
        """The values as entries of a JSON object; null for each if they are missing."""
        if values is None:
            return dict.fromkeys(each.name for each in self.added)
        leaves = iter(values)
        return {each.name: _filled(each.cells, leaves) for each in self.added}


def _filled(cells: Any, leaves: Iterator[Any]) -> Any:
    """The leaves arranged like the cells."""
    if isinstance(cells, dict):
        return {name: _filled(part, leaves) for name, part in cells.items()}
    if isinstance(cells, list):
        return [_filled(part, leaves) for part in cells]
    return next(leaves)


class RowWriter(ABC):
    """Writes rows with additions; `header` is the text above them."""

    header = ""

    @abstractmethod
    def written(self, row: Any, values: Sequence[Any] | None) -> str:
        """The last row that was read, with values for the additions.

        These are missing if `values` is None. Raises DataError for a row that cannot be
        written.
        """
