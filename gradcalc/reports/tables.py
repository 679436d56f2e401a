"""A table of numbers made to fit a terminal.

Digits are never cut and rows never wrapped: where there is too little room, headers
stand on two lines, then numbers are rounded, then columns are left out, and a note says
what was done to the numbers and columns.
"""

from collections.abc import Iterable, Sequence

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from gradcalc.reports.numbers import align_numbers, format_number
from gradcalc.wording import listing

# Rounding to fewer digits than this says less than leaving a column out.
FEWEST_DIGITS = 5
# A double has no more digits than 17, and with 17 it may as well be shown as it is.
_MOST_DIGITS = 16
_GAP = 3
_NAMED = 6


class Column:
    """A column: its header, and its numbers, or texts that stay as they are.

    `spare` is how readily it is left out: of several the one with the most, and never
    one with 0.
    """

    def __init__(
        self, header: str, cells: Sequence[str | float | None], spare: int = 0
    ) -> None:
        self.header = header
        self.cells = cells
        self.spare = spare

    def texts(self, precision: int | None) -> list[str]:
        """The cells as they are shown: numbers aligned, a dash where there is none."""
        if any(isinstance(cell, str) for cell in self.cells):
            return [str(cell) for cell in self.cells]
        return align_numbers(
            [
                "-" if cell is None else format_number(float(cell), precision)
                for cell in self.cells
            ]
        )

    def width(self, precision: int | None) -> int:
        """How many columns of a terminal it takes, its header on several lines."""
        texts = [*self.header.split(), *self.texts(precision)]
        return max(map(cell_len, texts), default=0)


class FittedTable:
    """What is shown of a table.

    headers    the header of each column shown
    columns    the texts of each
    notes      what was rounded or left out, a sentence each
    """

    def __init__(
        self,
        columns: Sequence[Column],
        width: int | None = None,
        precision: int | None = None,
    ) -> None:
        """The columns with at most `precision` digits; without a width, all fits."""
        self.headers = [column.header for column in columns]
        self.columns = [column.texts(precision) for column in columns]
        self.notes: list[str] = []
        if width is None or width >= self._width():
            return
        fewest = precision or FEWEST_DIGITS
        shown = _most_columns(columns, width, fewest)
        digits = precision
        if precision is None:
            digits = _most_digits(shown, width)
        self.headers = [column.header.replace(" ", "\n") for column in shown]
        self.columns = [column.texts(digits) for column in shown]
        if digits != precision:
            self.notes.append(
                f"Numbers are rounded to {digits} digits to fit in here;"
                " --json has them in full."
            )
        left_out = [column.header for column in columns if column not in shown]
        if left_out:
            self.notes.append(_left_out(left_out))

    def _width(self) -> int:
        widths = [
            max(map(cell_len, (header, *texts)))
            for header, texts in zip(self.headers, self.columns, strict=True)
        ]
        return sum(widths) + _GAP * (len(widths) - 1)

    def table(self) -> Table:
        """The table with its headers, without rows."""
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
        for header in self.headers:
            table.add_column(Text(header), no_wrap=True, vertical="bottom")
        return table

    def row(self, number: int) -> list[Text]:
        """The cells of a row."""
        return [Text(texts[number]) for texts in self.columns]


def _most_columns(columns: Sequence[Column], width: int, digits: int) -> list[Column]:
    """The columns that fit if they are rounded to so many digits."""
    widths = [column.width(digits) + _GAP for column in columns]
    excess = sum(widths) - _GAP - width
    hidden = set[int]()
    for place in sorted(range(len(columns)), key=lambda k: -columns[k].spare):
        if excess <= 0 or not columns[place].spare:
            break
        hidden.add(place)
        excess -= widths[place]
    return [column for place, column in enumerate(columns) if place not in hidden]


def _most_digits(columns: Sequence[Column], width: int) -> int | None:
    """To how many digits the columns must be rounded to fit, None if not at all."""
    tried: tuple[int | None, ...] = (None, *range(_MOST_DIGITS, FEWEST_DIGITS, -1))
    for digits in tried:
        taken = sum(column.width(digits) + _GAP for column in columns) - _GAP
        if taken <= width:
            return digits
    return FEWEST_DIGITS


def _left_out(headers: Sequence[str]) -> str:
    named = [*headers[:_NAMED]]
    if len(headers) > _NAMED:
        named.append(f"{len(headers) - _NAMED} more")
    verb, them = ("does", "it") if len(headers) == 1 else ("do", "them")
    return f"{listing(named)} {verb} not fit in here; --json has {them}."


def paragraphs(sentences: Iterable[str], width: int | None) -> list[Text]:
    """The sentences, each broken between words into lines that fit."""
    if width is None:
        return [Text(sentence) for sentence in sentences]
    from textwrap import wrap

    return [
        Text(line)
        for sentence in sentences
        for line in wrap(sentence, width, subsequent_indent="  ")
    ]
