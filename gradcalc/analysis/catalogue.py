"""Every function of the language, as data: the table's rows and the library's.

Nothing is restated here: what an entry says it reads from the row, from the text of the
library, or from an evaluation at a sample point.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any

from gradcalc.engine.evaluation import Evaluation, evaluate
from gradcalc.errors import FormulaNameError, GradcalcError
from gradcalc.language.constants import constant_value
from gradcalc.language.functions import Function
from gradcalc.language.library import (
    Documentation,
    library,
    library_documentation,
)
from gradcalc.language.lists import STRUCTURAL
from gradcalc.language.parser import parse
from gradcalc.language.syntax import NAME, OPERATION
from gradcalc.operations import GROUPS, Operation, Singularity
from gradcalc.shapes import shape_of, unflatten
from gradcalc.wording import near_miss
from gradcalc.writers.infix import written_operation

_LIST_GROUP = "lists and matrices"
_MATRIX = [[1.0, 2.0], [3.0, 4.0]]

# The row's samples also test its extremes: this many of the readable ones are shown.
_MOST_SAMPLES = 4

# The value of each parameter, by name.
Arguments = dict[str, Any]


class Entry:
    """One function as the reader looks it up.

    name        what it is called by
    kind        "operation", "library" or "list"
    group       the heading that it stands under
    signature   how it is written, with its parameters: "a/b", "huber(d, delta = 1)"
    call        the same as a formula in its parameters
    parameters  their names
    meaning     one line
    partials    the derivative rule: by parameter a formula, "" for the library's
    gates       by parameter the formula that is 0 where the operand was not selected
    domain      a formula that is 0 where it has no value, or ""
    definition  its text, for a function written in the language
    passes      what it does to a gradient on its way back
    convention  what is taken where no unique derivative exists
    singular    the places where an evaluation carries a note
    aliases     other names
    window      the range of the first parameter to look at, or "" for lists
    samples     points to try
    """

    def __init__(self, name: str, kind: str, group: str, meaning: str) -> None:
        self.name = name
        self.kind = kind
        self.group = group
        self.meaning = meaning
        self.signature = self.call = f"{name}(v)"
        self.parameters: tuple[str, ...] = ("v",)
        self.partials: dict[str, str] = {}
        self.gates: dict[str, str] = {}
        self.domain = ""
        self.definition = ""
        self.passes = ""
        self.convention = ""
        self.singular: tuple[Singularity, ...] = ()
        self.aliases: tuple[str, ...] = ()
        self.window = ""
        self.samples: list[Arguments] = [{"v": _MATRIX}]

    def evaluations(self) -> Iterator[Evaluation]:
        """The function evaluated at each of its sample points."""
        for sample in self.samples:
            yield evaluate(self.call, sample)


def _of_operation(operation: Operation, group: str) -> Entry:
    entry = Entry(operation.name, "operation", group, operation.meaning)
    parameters = entry.parameters = operation.parameters
    entry.call = (
        f"{operation.name}({', '.join(parameters)})"
        if operation.lists
        else written_operation(operation, parameters)
    )
    entry.signature = entry.call
    entry.partials = dict(zip(parameters, operation.partials, strict=True))
    if operation.selected is not None:
        gates = zip(parameters, operation.selected, strict=True)
        entry.gates = {name: gate for name, gate in gates if gate is not None}
    entry.domain = operation.domain or ""
    entry.passes = operation.passes
    entry.convention = operation.convention
    entry.singular = operation.singular
    entry.aliases = operation.aliases
    entry.window = "" if operation.lists else operation.window
    readable = [
        point
        for point in operation.samples
        if all(x == 0 or 0.01 <= abs(x) <= 100 for x in point)
    ]
    entry.samples = []
    for point in readable[:_MOST_SAMPLES]:
        size = len(point) // len(parameters)
        shape: Any = [0] * size if operation.lists else 0
        leaves = iter(point)
        entry.samples.append({name: unflatten(shape, leaves) for name in parameters})
    if entry.window and len(parameters) == 1:
        entry.samples = _across(entry.window, entry.samples[0])
    return entry


def _of_library(function: Function, documentation: Documentation) -> Entry:
    entry = Entry(function.name, "library", documentation.group, documentation.meaning)
    required = function.parameters[: function.arity()[0]]
    entry.parameters = function.parameters
    entry.signature = function.signature()
    entry.call = f"{function.name}({', '.join(required)})"
    start, end = function.span
    entry.definition = function.text[start:end]
    (example,) = parse(documentation.example)
    values = [
        constant_value(documentation.example[argument[1] : argument[2]])
        for argument in example[4:]
    ]
    sample = dict(zip(required, values, strict=True))
    entry.samples = [sample]
    if all(shape_of(value) == () for value in values):
        entry.window = "-5:5"
        entry.samples = _across(entry.window, sample)
    return entry


def _across(window: str, sample: Arguments) -> list[Arguments]:
    """The sample with its first parameter at five points of the window."""
    low, high = map(constant_value, window.split(":"))
    first = next(iter(sample))
    return [{**sample, first: low + (high - low) * k / 4} for k in range(5)]


@cache
def catalogue() -> dict[str, Entry]:
    """Every function by name, in the order of the table and of the library."""
    documentation = library_documentation()
    entries = [
        _of_operation(operation, group)
        for group, operations in GROUPS.items()
        for operation in operations
    ]
    entries += [
        _of_library(function, documentation[function.name])
        for function in library().values()
    ]
    entries += [
        Entry(name, "list", _LIST_GROUP, meaning)
        for name, (_, meaning) in STRUCTURAL.items()
    ]
    return {entry.name: entry for entry in (*entries, _matrix_product())}


def _matrix_product() -> Entry:
    entry = Entry("@", "list", _LIST_GROUP, "product of matrices and lists")
    entry.signature = entry.call = "a @ b"
    entry.parameters = ("a", "b")
    entry.samples = [{"a": _MATRIX, "b": [5.0, 6.0]}]
    return entry


def look_up(name: str) -> Entry:
    """The function of that name, alias or operator.

    Raises FormulaNameError, with a hint, if there is none.
    """
    entries = catalogue()
    by_alias = {alias: e for e in entries.values() for alias in e.aliases}
    entry = entries.get(name) or by_alias.get(name) or entries.get(_operator(name))
    if entry is None:
        near = near_miss(name, [*entries, *by_alias])
        raise FormulaNameError(
            f"there is no function {name}",
            hint=f"did you mean {near}?" if near else "list them: gradcalc functions",
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
    kind, _, _, detail, *operands = statement
    plain = kind == OPERATION and all(operand[0] == NAME for operand in operands)
    return detail if plain else ""
