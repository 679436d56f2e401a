"""Every function of the language, as data: the table's rows and the library's.

Nothing is restated here: an entry reads all it says from the row, from the text of the
library, or from an evaluation at a sample point.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Any

from gradcalc.engine.evaluation import Evaluation, evaluate
from gradcalc.errors import FormulaNameError, GradcalcError
from gradcalc.language.bindings import constant_value
from gradcalc.language.functions import Function, library
from gradcalc.language.identifiers import normal
from gradcalc.language.library import Documentation, library_documentation
from gradcalc.language.lists import STRUCTURAL
from gradcalc.language.parser import parse
from gradcalc.language.syntax import DIFF, NAME, OPERATION
from gradcalc.operations import GROUPS, Operation, Point, Singularity
from gradcalc.shapes import shape_of
from gradcalc.wording import did_you_mean
from gradcalc.writers.infix import written_operation

# The row's samples also test its extremes: this many of the readable ones are shown.
_MOST_SAMPLES = 4

# The value of each parameter, by name.
Arguments = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """One function as the reader looks it up."""

    name: str
    # "operation", "library", "list" or "derivative".
    kind: str
    # The heading that it stands under.
    group: str
    meaning: str
    # How it is written, with its parameters: "a/b", "huber(d, delta = 1)".
    signature: str
    # A formula that calls it with the parameters that must be given.
    call: str
    parameters: tuple[str, ...]
    # Points to try.
    samples: list[Arguments]
    # The range of the first parameter to look at, or "" for lists.
    window: str = ""
    # The text of a function written in the language.
    definition: str = ""
    # The rest is copied from an operation's row. By parameter: the derivative rule, and
    # the formula that is 0 where the operand was not selected.
    partials: dict[str, str] = field(default_factory=dict)
    gates: dict[str, str] = field(default_factory=dict)
    domain: str = ""
    passes: str = ""
    convention: str = ""
    singular: tuple[Singularity, ...] = ()
    aliases: tuple[str, ...] = ()

    def evaluations(self) -> Iterator[Evaluation]:
        """The function evaluated at each of its sample points."""
        for sample in self.samples:
            yield evaluate(self.call, sample)


def _of_operation(operation: Operation, group: str) -> Entry:
    parameters = tuple(operation.parameters)
    call = written_operation(operation, parameters)
    if operation.lists:
        call = f"{operation.name}({', '.join(parameters)})"
    window = "" if operation.lists else operation.window
    readable = (
        point
        for point in operation.samples
        if all(x == 0 or 0.01 <= abs(x) <= 100 for x in point)
    )
    samples = [
        dict(zip(parameters, _arguments(operation, point), strict=True))
        for point in islice(readable, _MOST_SAMPLES)
    ]
    if window and len(parameters) == 1:
        samples = _across(window, samples[0])
    gates = zip(parameters, operation.selected or (), strict=False)
    return Entry(
        operation.name,
        "operation",
        group,
        operation.meaning,
        signature=call,
        call=call,
        parameters=parameters,
        samples=samples,
        window=window,
        partials=dict(zip(parameters, operation.textbook, strict=True)),
        gates={name: gate for name, gate in gates if gate is not None},
        domain=operation.domain or "",
        passes=operation.passes,
        convention=operation.convention,
        singular=operation.singular,
        aliases=operation.aliases,
    )


def _arguments(operation: Operation, point: Point) -> Sequence[Any]:
    """The operands in a sample, which holds the numbers of all lists in one row."""
    one_list = operation.lists and len(operation.parameters) == 1
    return [list(point)] if one_list else operation.grouped(point)


def _of_library(function: Function, documentation: Documentation) -> Entry:
    (example,) = parse(documentation.example)
    values = [
        constant_value(documentation.example[argument[1] : argument[2]])
        for argument in example.expression[4:]
    ]
    sample = dict(zip(function.required, values, strict=True))
    window = "-5:5" if all(shape_of(value) == () for value in values) else ""
    return Entry(
        function.name,
        "library",
        documentation.group,
        documentation.meaning,
        signature=function.signature,
        call=f"{function.name}({', '.join(function.required)})",
        parameters=function.parameters,
        samples=_across(window, sample) if window else [sample],
        window=window,
        definition=function.definition,
        passes=documentation.passes,
    )


def _of_lists(name: str, meaning: str, call: str, sample: Arguments) -> Entry:
    group = "lists and matrices"
    return Entry(name, "list", group, meaning, call, call, tuple(sample), [sample])


def _across(window: str, sample: Arguments) -> list[Arguments]:
    """The sample with its first parameter at five points of the window."""
    low, high = map(constant_value, window.split(":"))
    first = next(iter(sample))
    return [{**sample, first: low + (high - low) * k / 4} for k in range(5)]


_DIFF = Entry(
    DIFF,
    "derivative",
    "derivatives",
    "derivative of u by x, or by each of a list; diff(u, x, 2) is the second",
    "diff(u, x)",
    "u = x^3*y; diff(u, x)",
    ("x", "y"),
    [{"x": 2.0, "y": 5.0}],
)


@cache
def catalogue() -> dict[str, Entry]:
    """Every function by name, in the order of the table and of the library."""
    documentation = library_documentation()
    matrix = [[1.0, 2.0], [3.0, 4.0]]
    entries = [
        _of_operation(operation, group)
        for group, operations in GROUPS.items()
        for operation in operations
    ]
    entries += [
        _of_library(each, documentation[each.name]) for each in library().values()
    ]
    entries += [
        _of_lists(name, meaning, f"{name}(v)", {"v": matrix})
        for name, (_, meaning) in STRUCTURAL.items()
    ]
    factors = {"a": matrix, "b": [5.0, 6.0]}
    entries.append(_of_lists("@", "product of matrices and lists", "a @ b", factors))
    entries.append(_DIFF)
    return {entry.name: entry for entry in entries}


def look_up(name: str) -> Entry:
    """The function of that name, alias or operator.

    Raises FormulaNameError, with a hint, if there is none.
    """
    entries = catalogue()
    named = entries | {alias: e for e in entries.values() for alias in e.aliases}
    entry = named.get(normal(name)) or named.get(_operator(name))
    if entry is None:
        raise FormulaNameError(
            f"there is no function {name}",
            hint=did_you_mean(name, named, "list them: gradcalc functions"),
        )
    return entry


def _operator(text: str) -> str:
    """The operation that an operator of the language stands for, ** for ^; or ""."""
    if any(character.isalnum() or character.isspace() for character in text):
        return ""
    try:
        (statement,) = parse(f"a{text}b")
    except (GradcalcError, ValueError):
        return ""
    kind, _, _, detail, *operands = statement.expression
    plain = kind == OPERATION and all(operand[0] == NAME for operand in operands)
    return detail if plain else ""
