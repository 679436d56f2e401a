"""Tables that fit a terminal.

Digits are never cut and rows never wrapped. Where there is too little room, headers
stand on several lines, then numbers are rounded, then texts are cut, then columns are
left out, or stand in further tables below; a note says what was done.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from gradcalc.reports.numbers import align_numbers, format_value
from gradcalc.reports.pages import Line, Part, line
from gradcalc.wording import listing, plural, printable

# Rounding to fewer digits than this says less than leaving a column out.
FEWEST_DIGITS = 5
# A double has no more digits than 17, and with 17 it may as well be shown as it is.
_MOST_DIGITS = 16
_GAP = 3
_NAMED = 6
# What stands for rows that are left out.
_DOTS = "..."
# What stands between columns, the line below the header, and what crosses it there, by
# whether nothing but ASCII may be drawn.
_BORDERS = {False: ("   ", "─", "───"), True: (" | ", "-", "-+-")}


@dataclass(frozen=True)
class Column:
    """A column, and how it gives way where a terminal is too narrow."""

    header: str
    # Numbers, rounded if need be (None is a dash), or texts that stay as they are.
    cells: Sequence[Any]
    # The columns with the highest number are left out first, those with 0 never.
    spare: int = 0
    # Its texts may be cut, but not to fewer columns of the terminal than this.
    least: int | None = None
    # Whether it may stand in another table below.
    splits: bool = False
    # The style of the column, or of the text in each cell.
    style: str | Sequence[str] = ""

    def shown(self, precision: int | None, *, stacked: bool = False) -> "Column":
        """The column with its cells as texts: numbers aligned, lists as they are.

        `stacked` puts the words of the header below each other.
        """
        kinds = {type(cell) for cell in self.cells}
        if str in kinds:
            texts = [printable(str(cell)) for cell in self.cells]
        else:
            texts = [
                "-" if cell is None else format_value(cell, precision)
                for cell in self.cells
            ]
            if list not in kinds:
                texts = align_numbers(texts)
        header = printable(self.header, keep="\n")
        if stacked:
            header = header.replace(" ", "\n")
        return replace(self, header=header, cells=texts)

    def style_of(self, row: int) -> str:
        """The style of one cell."""
        return self.style if isinstance(self.style, str) else self.style[row]

    @cached_property
    def width(self) -> int:
        """The columns of the terminal that its header and texts take."""
        return max(map(_cells, (*self.header.split("\n"), *self.cells)))

    @property
    def narrowest(self) -> int:
        """The columns of the terminal that it takes if its texts are cut."""
        if self.least is None:
            return self.width
        headers = map(_cells, self.header.split("\n"))
        return min(self.width, max(self.least, *headers))


@dataclass(frozen=True)
class Table(Part):
    """Columns of texts, laid out."""

    columns: Sequence[Column]
    # The row that is bold, the one before which stands a row of dots, and the one after
    # which the table is divided.
    bold: int | None = None
    gap: int | None = None
    division: int | None = None
    # How many blanks stand before each line, and between columns.
    indent: int = 0
    spacing: int = _GAP

    def lines(self, ascii_only: bool) -> Iterator[Line]:
        blank, rule, crossing = _BORDERS[ascii_only]
        blank, crossing = blank[-self.spacing :], crossing[-self.spacing :]
        least = 0 if self.gap is None else len(_DOTS)
        widths = [max(column.width, least) for column in self.columns]

        def row(texts: Sequence[str], styles: Sequence[str]) -> Line:
            pieces: list[tuple[str, str]] = []
            for text, style, width in zip(texts, styles, widths, strict=True):
                pieces += [(blank, ""), (_resized(text, width), style)]
            return Line([(" " * self.indent, ""), *pieces[1:]])

        headers = [column.header.split("\n") for column in self.columns]
        height = max(map(len, headers))
        # Short headers stand at the bottom.
        filled = [[""] * (height - len(header)) + header for header in headers]
        for texts in zip(*filled, strict=True):
            yield row(texts, ["bold"] * len(widths))
        below = line(" " * self.indent + crossing.join(rule * w for w in widths))
        yield below
        count = len(self.columns[0].cells)
        for number in range(count):
            if number == self.gap:
                yield row([_DOTS] * len(widths), [""] * len(widths))
            bold = "bold " if number == self.bold else ""
            yield row(
                [column.cells[number] for column in self.columns],
                [bold + column.style_of(number) for column in self.columns],
            )
            if number == self.division and number < count - 1:
                yield below if ascii_only else line()


def layout(
    columns: Sequence[Column],
    width: int | None = None,
    precision: int | None = None,
    **marks: Any,
) -> tuple[list[Part], list[str]]:
    """The table, or several one below the other, and notes on what was left out.

    Numbers have at most `precision` digits. `width` is the terminal's; without one, all
    fits. `marks` are the fields of Table that mark rows and indent lines.
    """
    shown = [column.shown(precision) for column in columns]
    groups, notes, spacing = [shown], list[str](), _GAP
    if width is not None and _total(shown) > width:
        groups, notes, spacing = _fitted(columns, width, precision)
    parts: list[Part] = []
    for group in groups:
        parts += [line(), Table(group, spacing=spacing, **marks)]
    return parts[1:], notes


def _cells(text: str) -> int:
    """The columns of the terminal that the text takes."""
    if text.isascii():
        return len(text)
    # Imported here: most texts need no tables of Unicode.
    from rich.cells import cell_len

    return cell_len(text)


def _resized(text: str, columns: int) -> str:
    """The text cut or padded to so many columns of the terminal."""
    if text.isascii():
        return text[:columns].ljust(columns)
    from rich.cells import set_cell_size

    return set_cell_size(text, columns)


def _total(columns: Sequence[Column]) -> int:
    return sum(column.width + _GAP for column in columns) - _GAP


def _cut(text: str, columns: int) -> str:
    """The text, its end replaced by an ellipsis if it needs more columns."""
    if _cells(text) <= columns:
        return text
    return _resized(text, columns - 3).rstrip() + "..."


def _split(columns: Sequence[Column], width: int) -> Iterator[list[Column]]:
    """The columns in groups that fit the width, each with those that do not split."""
    head = [column for column in columns if not column.splits]
    group = list(head)
    for column in columns:
        if not column.splits:
            continue
        if len(group) > len(head) and _total([*group, column]) > width:
            yield group
            group = list(head)
        group.append(column)
    yield group


def _fitted(
    columns: Sequence[Column], width: int, precision: int | None
) -> tuple[list[list[Column]], list[str], int]:
    """The columns of a table that fits, or of several, what was done, and the spacing.

    A table that would be several moves its columns together first.
    """
    least = precision or FEWEST_DIGITS
    fitting, rounded = list(columns), list(columns)
    splits = [column for column in columns if column.splits]
    excess = _total(_stacked(columns, least)) - width if splits else 0
    spacing = next(
        (each for each in (_GAP, 2, 1) if excess <= (len(columns) - 1) * (_GAP - each)),
        None,
    )
    several = spacing is None
    spacing = spacing or _GAP
    width += (len(columns) - 1) * (_GAP - spacing)
    if several:
        # Rounding them all would not make one table: each column has one to itself.
        widest = max(splits, key=lambda column: column.shown(precision).width)
        rounded = [*(column for column in columns if not column.splits), widest]
    elif not splits:
        fitting = rounded = _most_columns(columns, width, least)
    digits = _most_digits(rounded, width) if precision is None else precision
    stacked, as_asked = _stacked(fitting, digits), _stacked(fitting, precision)
    notes = []
    if [c.cells for c in stacked] != [c.cells for c in as_asked]:
        notes.append(
            f"Numbers are rounded to {digits} digits to fit in here;"
            " --json has them in full."
        )
    if several:
        return list(_split(stacked, width)), notes, spacing
    left_out = [c.header for c in columns if c not in fitting and c.header]
    if left_out:
        named = left_out[:_NAMED]
        if len(left_out) > _NAMED:
            named.append(f"{len(left_out) - _NAMED} more")
        verb, them = plural(left_out, "does", "do"), plural(left_out, "it", "them")
        notes.append(f"{listing(named)} {verb} not fit in here; --json has {them}.")
    return [_cut_to(stacked, width)], notes, spacing


def _stacked(columns: Sequence[Column], digits: int | None) -> list[Column]:
    return [column.shown(digits, stacked=True) for column in columns]


def _most_columns(columns: Sequence[Column], width: int, digits: int) -> list[Column]:
    """The columns that fit if they are rounded to so many digits and texts are cut."""
    widths = [column.narrowest + _GAP for column in _stacked(columns, digits)]
    excess = sum(widths) - _GAP - width
    hidden = set[int]()
    for place in sorted(range(len(columns)), key=lambda k: -columns[k].spare):
        if excess <= 0 or not columns[place].spare:
            break
        hidden.add(place)
        excess -= widths[place]
    return [column for place, column in enumerate(columns) if place not in hidden]


def _most_digits(columns: Sequence[Column], width: int) -> int | None:
    """To how many digits the columns must be rounded to fit, None if not at all.

    Less than FEWEST_DIGITS are taken only where cutting texts is not enough either.
    """
    tried: list[int | None] = [None, *range(_MOST_DIGITS, FEWEST_DIGITS - 1, -1)]
    fitting = (d for d in tried if _total(_stacked(columns, d)) <= width)
    cut = (
        d
        for d in range(FEWEST_DIGITS, 1, -1)
        if _total(_cut_to(_stacked(columns, d), width)) <= width
    )
    return next(fitting, next(cut, 1))


def _cut_to(columns: Sequence[Column], width: int) -> list[Column]:
    """The columns, the texts that may be cut no longer than there is room for."""
    excess = max(0, _total(columns) - width)
    found = []
    for column in columns:
        room = max(column.narrowest, column.width - excess)
        if room < column.width:
            excess -= column.width - room
            texts = [_cut(text, room) for text in column.cells]
            column = replace(column, cells=texts)
        found.append(column)
    return found
