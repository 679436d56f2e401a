"""The catalogue of functions as pages: all of them in a table, or one in full."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, zip_longest
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from gradcalc.reports.numbers import format_value
from gradcalc.reports.pages import Line, Page, Part, Rule, line, paragraphs
from gradcalc.reports.tables import Column, layout

if TYPE_CHECKING:
    from gradcalc.analysis.catalogue import Entry

# From this width on all columns stand side by side; in less, all but the first are one;
# in still less, all stand below each other.
_WIDE, _NARROW = 150, 60
_NARROW_SIGNATURE = 24
_INDENT = 4
# Between columns.
_GAP = 3
# The digits of the samples' numbers.
_DIGITS = 6

# The facts that are commands, and the least room for the others.
_COMMANDS = ("example", "plot")
_NARROWEST = 20

_HEADERS = ("function", "meaning", "derivative rule", "convention")
_STYLES = ("cyan", "", "green", "dim")
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
    widths = _widths(everything, width)
    parts: list[Part] = []
    if wide:
        parts += _row(_HEADERS, widths, ["bold"] * len(widths))
        parts.append(Rule(sum(widths) + (len(widths) - 1) * _GAP))
    for group, rows in groupby(everything, key=lambda entry: entry.group):
        parts += [line(), line(group, "bold")]
        for entry in rows:
            texts = _texts(entry)
            if wide:
                parts += _row([entry.signature, *texts], widths, _STYLES)
            else:
                parts += _entry(entry.signature, filter(None, texts), widths)
    return Page([*parts, line(), *paragraphs([_FOOT], width)])


def _row(
    cells: Sequence[str], widths: Sequence[int], styles: Sequence[str]
) -> Iterator[Line]:
    """A row of a table, its cells broken into lines that fit their columns."""
    columns = [wrap(cell, width) for cell, width in zip(cells, widths, strict=True)]
    for texts in zip_longest(*columns, fillvalue=""):
        pieces: list[tuple[str, str]] = []
        for text, width, style in zip(texts, widths, styles, strict=True):
            pieces += [(text.ljust(width + _GAP), style)]
        yield Line(pieces)


def _entry(
    signature: str, texts: Iterable[str], widths: Sequence[int]
) -> Iterator[Line]:
    """A signature, which is never cut, and the texts beside it or below it."""
    first, second = widths
    before = signature.ljust(first)
    for text in texts:
        for piece in wrap(text, second):
            if len(before.rstrip()) > first - _GAP:
                yield line(before, "cyan")
                before = ""
            yield Line([(before.ljust(first), "cyan"), (piece, "")])
            before = ""


def _texts(entry: "Entry") -> tuple[str, str, str]:
    return entry.meaning, rule_text(entry), entry.convention


def _widths(entries: Sequence["Entry"], width: int | None) -> list[int]:
    """The widths of the columns; of two where the texts stand below each other."""
    rows = [(entry.signature, *_texts(entry)) for entry in entries]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    if width is None:
        return widths
    if width < _WIDE:
        first = _INDENT
        if width >= _NARROW:
            first = min(widths[0], _NARROW_SIGNATURE) + _GAP
        return [first, width - first]
    rest = width - widths[0] - 3 * _GAP
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
    """One function in full, with sample values and commands to try.

    Its signature and the commands are never broken: they are there to be copied.
    """
    title = Line([(entry.signature, "bold cyan"), ("   ", ""), (entry.meaning, "")])
    parts: list[Part] = [title]
    if width is not None and len(title.text) > width:
        meaning = wrap(entry.meaning, width - 2)
        parts = [line(entry.signature, "bold cyan"), *(line(f"  {m}") for m in meaning)]
    parts.append(line())
    facts = [(head, text) for head, text in _facts(entry) if text]
    heads = max(len(head) for head, _ in facts)
    for head, text in facts:
        texts = [text]
        if width is not None and head not in _COMMANDS:
            texts = wrap(text, max(_NARROWEST, width - heads - 4))
        for number, piece in enumerate(texts):
            shown = "" if number else head
            parts.append(Line([(f"  {shown:{heads}}", "bold"), (f"  {piece}", "")]))
    return Page([*parts, line(), *_samples(entry, width)])


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


def _samples(entry: "Entry", width: int | None) -> list[Part]:
    """Values and derivatives at the samples: a table, or sentences for want of room."""
    evaluations = list(entry.evaluations())
    slopes = [each.jacobian or each.gradient or {} for each in evaluations]
    names = list(entry.samples[0])
    columns = [
        *(Column(name, [sample[name] for sample in entry.samples]) for name in names),
        Column(entry.call, [each.value for each in evaluations]),
        *(Column(f"d/d{name}", [each[name] for each in slopes]) for name in names),
    ]
    parts, _ = layout(columns, precision=_DIGITS, indent=2)
    widest = max(len(each.text) for part in parts for each in part.lines(False))
    if width is None or widest <= width:
        return parts
    parts = []
    for number in range(len(entry.samples)):
        facts = [
            f"{column.header} = {format_value(column.cells[number], _DIGITS)}"
            for column in columns
        ]
        given, found = facts[: len(names)], facts[len(names) :]
        parts += paragraphs([f"  {', '.join(given)}: {', '.join(found)}"], width)
    return parts
