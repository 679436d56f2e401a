"""The catalogue of functions as pages: all of them in a table, or one in full."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gradcalc.reports.numbers import format_value
from gradcalc.reports.pages import Drawn, Line, Page, Part, line
from gradcalc.reports.tables import Column, layout

if TYPE_CHECKING:
    from gradcalc.analysis.catalogue import Entry

# From this width on all columns stand side by side; in less, all but the first are one.
_WIDE = 150
_NARROW_SIGNATURE = 24
# The digits of the samples' numbers.
_DIGITS = 6

_HEADERS = ("meaning", "derivative rule", "convention")
_FOOT = (
    "out is the operation's own value. Where a rule says `if`, it passes nothing at"
    " all otherwise. `gradcalc functions NAME` shows one in full."
)


def catalogue_page(entries: Iterable["Entry"], *, width: int | None = None) -> Page:
    """All the functions under the headings of their groups.

    `width` is the terminal's; without one, all fits.
    """
    everything = list(entries)
    wide = width is None or width >= _WIDE
    table = Table(
        box=box.SIMPLE_HEAD if wide else None,
        show_edge=False,
        pad_edge=False,
        show_header=wide,
        padding=(0, 1) if wide else (0, 3, 0, 0),
    )
    first, *others = _widths(everything, width)
    table.add_column("function", width=first, no_wrap=wide, style="cyan")
    for header, size in zip(_HEADERS, others, strict=False):
        table.add_column(header, width=size)
    styles = ("", "green", "dim")
    for group, rows in groupby(everything, key=lambda entry: entry.group):
        table.add_row(Text(f"\n{group}", style="bold not dim default"))
        for entry in rows:
            cells = list(map(Text, _texts(entry), styles))
            if not wide:
                cells = [Text("\n").join(cell for cell in cells if cell)]
            table.add_row(Text(entry.signature), *cells)
    return Page([Drawn(table), line(), Drawn(Text(_FOOT))])


def _texts(entry: "Entry") -> tuple[str, str, str]:
    return entry.meaning, rule_text(entry), entry.convention


def _widths(entries: Sequence["Entry"], width: int | None) -> list[int]:
    """The widths of the columns; of two where the texts stand below each other."""
    rows = [(entry.signature, *_texts(entry)) for entry in entries]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if width is None:
        return widths
    if width < _WIDE:
        first = min(widths[0], _NARROW_SIGNATURE)
        return [first, max(30, width - first - 3)]
    # Three blanks stand between columns.
    rest = width - widths[0] - 9
    return [widths[0], rest * 30 // 100, rest * 35 // 100, rest * 35 // 100]


def rule_text(entry: "Entry") -> str:
    """The derivative rule on one line, or the definition of a library function."""
    if entry.definition:
        # What follows the signature and the equals sign.
        return entry.definition[entry.definition.index(") = ") + 2 :]
    rules = [
        (f"{name}: ", partial, f" if {gate}" if (gate := entry.gates.get(name)) else "")
        for name, partial in entry.partials.items()
    ]
    if len(rules) == 1:
        return "".join(rules[0][1:])
    return ", ".join(map("".join, rules))


def function_page(entry: "Entry", *, width: int | None = None) -> Page:
    """One function in full, with sample values and commands to try."""
    facts = Table(box=None, show_header=False, show_edge=False, pad_edge=False)
    facts.add_column(style="bold", no_wrap=True)
    facts.add_column(width=None if width is None else max(40, width - 20))
    for head, text in _facts(entry):
        if text:
            facts.add_row(Text(head), Text(text))
    title = Line([(entry.signature, "bold cyan"), ("   ", ""), (entry.meaning, "")])
    indented = Padding(facts, (0, 0, 0, 2), expand=False)
    return Page([title, line(), Drawn(indented), line(), *_samples(entry)])


def _facts(entry: "Entry") -> Iterator[tuple[str, str]]:
    if entry.definition:
        yield "definition", entry.definition
    for name, partial in entry.partials.items():
        gate = f"   if {entry.gates[name]}, else nothing" if name in entry.gates else ""
        yield f"d/d{name}", partial + gate
    if "out" in " ".join(entry.partials.values()):
        yield "", f"where out is {entry.signature} itself"
    yield "backward", entry.passes
    if not any(place.message in entry.convention for place in entry.singular):
        yield "convention", entry.convention
    left, _, right = entry.domain.partition(" == ")
    # A domain such as `x == x` says no more than that NaN gives NaN.
    if left != right:
        yield "defined", f"where {entry.domain}; elsewhere its derivatives are NaN"
    for place in entry.singular:
        yield place.kind, f"where {place.condition}: {place.message}"
    if entry.aliases:
        yield "also called", ", ".join(entry.aliases)
    yield "group", entry.group
    yield "example", example_command(entry)
    if entry.window:
        yield "plot", plot_command(entry)


def example_command(entry: "Entry") -> str:
    """A command that evaluates the function at a sample point."""
    # The first samples of a function of one number are far out, where it is flat.
    sample = entry.samples[3 * (len(entry.samples) - 1) // 4]
    return f'gradcalc eval "{entry.call}" {_options(sample)}'


def plot_command(entry: "Entry") -> str:
    """A command that plots it over its range, its other operands fixed."""
    first, *_ = entry.parameters
    values = {**entry.samples[0], first: entry.window}
    return f'gradcalc plot "{entry.call}" {_options(values)}'


def _options(values: dict[str, Any]) -> str:
    return " ".join(f"--{name}={_argument(value)}" for name, value in values.items())


def _argument(value: Any) -> str:
    """The value as the command line takes it: `2`, `1,2`, `"1,2;3,4"`."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and isinstance(value[0], list):
        return f'"{";".join(map(_argument, value))}"'
    return format_value(value).strip("[]").replace(" ", "")


def _samples(entry: "Entry") -> list[Part]:
    evaluations = list(entry.evaluations())
    slopes = [each.jacobian or each.gradient or {} for each in evaluations]
    names = list(entry.samples[0])
    columns = [
        *(Column(name, [sample[name] for sample in entry.samples]) for name in names),
        Column(entry.call, [each.value for each in evaluations]),
        *(Column(f"d/d{name}", [each[name] for each in slopes]) for name in names),
    ]
    return layout(columns, precision=_DIGITS, indent=2)[0]
