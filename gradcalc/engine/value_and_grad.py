"""A formula as a Python function that gives its value and its gradient.

It is compiled once for numbers, and once more for each combination of shapes when lists
of these are first given.
"""

from collections.abc import Callable, Sequence
from functools import reduce
from operator import or_

from gradcalc.engine.call_arguments import check_arguments, gradients, in_order
from gradcalc.engine.compiled import GradientCode, compile_gradient
from gradcalc.errors import ShapeError, entry_point
from gradcalc.graph import Graph
from gradcalc.language.bindings import Value, checked_value
from gradcalc.language.identifiers import checked_names
from gradcalc.language.names import ParsedProgram, read_program
from gradcalc.language.program import Program, build
from gradcalc.operations import (
    COMPARISONS,
    LITERAL,
    OPERATIONS,
    OVER,
    VARIABLE,
    Operation,
)
from gradcalc.shapes import Shape, all_leaves, flatten, shape_of, unflatten
from gradcalc.wording import represented
from gradcalc.writers.languages.fast_python import SAFE

ValueAndGrad = Callable[..., tuple[Value, tuple[Value, ...]]]

# Above this size, checking arguments costs nothing in comparison.
_MOST_NODES = 5_000

_ARITHMETIC = frozenset(OPERATIONS[name] for name in ("+", "-", "*", "neg"))


@entry_point
def value_and_grad(text: str, names: Sequence[str]) -> ValueAndGrad:
    """A function f with f(2.0, 0.5) -> (value, (dx, dw)) for the names ["x", "w"].

    It takes the variables in the order of the names, each a number, a list of numbers
    or a list of equally long lists; those that the formula carries values for keep them
    unless they are named. It returns the value of the formula and its partial
    derivatives, shaped like the variables; where the formula is a list, there is one
    derivative for each of its elements, as in `Evaluation.jacobian`. All are
    dimensionless.

    Raises GradcalcError for what is wrong with the text, and if the names are not
    those of the formula's variables; f raises it for what is wrong with its arguments.
    """
    names = checked_names(names)
    parsed = read_program(text)
    check_arguments(parsed, names)
    general = _ShapedFunctions(parsed, names)
    try:
        program = build(parsed, dict.fromkeys(names, ()))
    except ShapeError:
        # It needs lists: what is wrong, if anything, shows when they are given.
        return general
    if isinstance(program.result, list) or len(program.graph) > _MOST_NODES:
        return general
    return _for_numbers(program, names, general)


def _for_numbers(
    program: Program, names: list[str], general: ValueAndGrad
) -> ValueAndGrad:
    """The function for floats, which calls the general one for everything else."""
    # Not the names themselves: these may be Python's, such as lambda and Exception.
    parameters = [f"x{position}" for position in range(len(names))]
    taken = [f"{parameter}=None" for parameter in parameters]
    nodes = [program.graph.variables[name] for name in names]
    given = dict(zip(nodes, parameters, strict=True))
    code = _CheckedCode(program.graph, [program.result], nodes, given)
    otherwise = code.name(general, "general")
    floats = [f"{text}.__class__ is float" for text in code.shown]
    floats.append("not (rest or named)")
    if code.guard:
        floats.append(code.guard)
    code.lines = [
        "try:",
        *(f"    {line}" for line in code.lines),
        f"    if {' and '.join(floats)}:",
        f"        return {code.text(program.result)}, {code.row(code.rows[0])}",
        "except Exception:",
        "    pass  # the general function says what is wrong",
    ]
    compiled: ValueAndGrad = code.function(
        [*taken, *(["/"] if taken else []), "*rest", "**named"],
        f"{otherwise}({', '.join([*parameters, '*rest', '**named'])})",
    )
    # What its repr shows.
    compiled.__qualname__ = repr(general)
    return compiled


class _CheckedCode(GradientCode):
    """The code of a gradient, and the texts that are floats only if all results are.

    A look at each argument would take a sixth of the time of a small formula. A sum or
    product of arguments is a float only if all of them are numbers and one is a float,
    so a look at a few of those that are computed anyway is enough where no argument can
    come out again as it is.
    """

    def _write(self, roots: Sequence[int]) -> None:
        shown = _showing_floats(self._graph, roots)
        # Twice, so that each gets a name and is not computed again.
        super()._write([*roots, *shown, *shown])
        self.shown = [self._text(node) for node in shown]


def _showing_floats(graph: Graph, roots: Sequence[int]) -> list[int]:
    """The nodes to look at: if they are floats, then the roots are as well.

    At worst these are the arguments themselves.
    """
    arguments = [
        n for n, operation in enumerate(graph.operations) if operation is VARIABLE
    ]
    needed = graph.ancestors(roots)
    # For each sum or product of arguments, a bit for each that is in it.
    contained = {argument: 1 << bit for bit, argument in enumerate(arguments)}
    for node, operation in enumerate(graph.operations):
        operands = graph.inputs[node]
        if (
            operation in _ARITHMETIC
            and needed[node]
            and all(i in contained or i in graph.literals for i in operands)
        ):
            contained[node] = reduce(or_, [contained.get(i, 0) for i in operands])
    missing = (1 << len(arguments)) - 1
    chosen: list[int] = []
    for node in sorted(contained, key=lambda n: (-contained[n].bit_count(), n)):
        if contained[node] & missing:
            chosen.append(node)
            missing &= ~contained[node]
    return chosen if _are_floats(graph, chosen, roots) else arguments


def _are_floats(graph: Graph, chosen: Sequence[int], roots: Sequence[int]) -> bool:
    """Whether the roots are floats if the chosen nodes are."""
    looked_at = set(chosen)
    surely = bytearray(len(graph))
    for node, operation in enumerate(graph.operations):
        operands = [surely[operand] for operand in graph.inputs[node]]
        if operation is LITERAL or node in looked_at:
            surely[node] = 1
        elif operation in _ARITHMETIC:
            surely[node] = any(operands)
        elif operands:
            # What is not known to make floats may give an operand back as it is.
            surely[node] = _makes_floats(operation) or all(operands)
    return all(surely[root] for root in roots)


def _makes_floats(operation: Operation) -> bool:
    """Whether the operation is known to make a float of whatever numbers."""
    if OPERATIONS.get(operation.name) is not operation:
        return False
    return (
        operation in COMPARISONS
        or operation is OVER
        or operation.name in SAFE
        or getattr(operation.evaluate, "__module__", "") == "math"
    )


class _ShapedFunctions:
    """The formula for arguments of any shapes, compiled for each combination."""

    def __init__(self, parsed: ParsedProgram, names: list[str]) -> None:
        self._parsed = parsed
        self._names = names
        self._compiled: dict[tuple[Shape, ...], ValueAndGrad] = {}

    def __repr__(self) -> str:
        return f"value_and_grad({represented(self._parsed.text)}, {self._names})"

    def __call__(
        self, /, *values: Value, **named: Value
    ) -> tuple[Value, tuple[Value, ...]]:
        names = self._names
        checked = list(map(checked_value, names, in_order(names, values, named)))
        shapes = tuple(map(shape_of, checked))
        compiled = self._compiled.get(shapes)
        if compiled is None:
            compiled = self._compiled[shapes] = self._function(shapes)
        return compiled(*all_leaves(checked))

    def _function(self, shapes: Sequence[Shape]) -> ValueAndGrad:
        """The function of all leaves of arguments of these shapes, in a row."""
        shaped = dict(zip(self._names, shapes, strict=True))
        program = build(self._parsed, shaped)
        result = program.result
        variables = [program.graph.variables[name] for name in self._names]
        leaves = all_leaves(variables)
        compiled = compile_gradient(program.graph, flatten(result), leaves, leaves)

        def arranged(*numbers: float) -> tuple[Value, tuple[Value, ...]]:
            values, rows = compiled(*numbers)
            return unflatten(result, iter(values)), gradients(result, variables, rows)

        return arranged
