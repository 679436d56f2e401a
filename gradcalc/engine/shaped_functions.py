"""The compiled functions of one formula, one for each combination of shapes.

A variable may be a number in one call and a list in the next; each combination is
compiled when it first comes.
"""

from collections.abc import Callable, Iterator, Sequence

from gradcalc.engine.code import PythonCode
from gradcalc.engine.compiled import (
    MOST_NODES,
    argument_name,
    compile_gradient,
    function,
)
from gradcalc.engine.unrolled import differentiate
from gradcalc.errors import UsageError
from gradcalc.graph import Graph
from gradcalc.language.bindings import Value, checked_value
from gradcalc.language.program import build
from gradcalc.language.syntax import Syntax
from gradcalc.shapes import Shape, Structure, flatten, shape_of, unflatten

ValueAndGrad = Callable[..., tuple[Value, tuple[Value, ...]]]

_FLOATS = {float}


class ShapedFunctions:
    """Called with numbers and lists: the value of the formula and its gradients."""

    __slots__ = ("_by_lengths", "_by_shapes", "_names", "_statements", "_text")

    def __init__(
        self, text: str, statements: Sequence[Syntax], names: list[str]
    ) -> None:
        self._text = text
        self._statements = list(statements)
        self._names = names
        self._by_shapes: dict[tuple[Shape, ...], ValueAndGrad] = {}
        # The same functions where there is no matrix, by the lengths of the lists.
        self._by_lengths: dict[tuple[int | None, ...], ValueAndGrad] = {}

    def __call__(self, *values: Value) -> tuple[Value, tuple[Value, ...]]:
        lengths = tuple([len(v) if v.__class__ is list else None for v in values])
        compiled = self._by_lengths.get(lengths)
        if compiled is not None:
            leaves: list[float] = []
            for value in values:
                if value.__class__ is list:
                    leaves += value
                else:
                    leaves.append(value)
            if set(map(type, leaves)) == _FLOATS:
                return compiled(*leaves)
        return self._checked(values)

    def _checked(self, values: Sequence[Value]) -> tuple[Value, tuple[Value, ...]]:
        """The same for whatever the caller gave."""
        names = self._names
        # What the fast function did not get stands as None.
        given = [value for value in values if value is not None]
        if len(given) != len(names):
            verb = "is" if len(given) == 1 else "are"
            raise UsageError(
                f"the function takes {len(names)}"
                f" argument{'' if len(names) == 1 else 's'} ({', '.join(names)}),"
                f" but {len(given)} {verb} given"
            )
        checked = [
            checked_value(name, value) for name, value in zip(names, given, strict=True)
        ]
        shapes = tuple([shape_of(value) for value in checked])
        compiled = self._by_shapes.get(shapes)
        if compiled is None:
            compiled = self._compiled(shapes)
            self._by_shapes[shapes] = compiled
            if all(len(shape) < 2 for shape in shapes):
                lengths = tuple([shape[0] if shape else None for shape in shapes])
                self._by_lengths[lengths] = compiled
        return compiled(*[leaf for value in checked for leaf in flatten(value)])

    def _compiled(self, shapes: Sequence[Shape]) -> ValueAndGrad:
        """The function of all leaves of the arguments, of these shapes, in a row."""
        shaped = dict(zip(self._names, shapes, strict=True))
        program = build(self._text, self._statements, shaped)
        variables = [program.graph.variables[name] for name in self._names]
        outputs = flatten(program.result)
        if len(program.graph) * len(outputs) > MOST_NODES:
            return _walked(program.graph, program.result, variables)
        nodes = [node for structure in variables for node in flatten(structure)]
        code = PythonCode()
        parameters = [argument_name(position) for position in range(len(nodes))]
        given = {
            node: code.name(parameter)
            for node, parameter in zip(nodes, parameters, strict=True)
        }
        values, rows = differentiate(code, program.graph, outputs, given, nodes)
        code.write([*values, *(gradient for row in rows for gradient in row)])
        value, gradients = _arranged(
            program.result,
            variables,
            [code.text(expression) for expression in values],
            [[code.text(expression) for expression in row] for row in rows],
        )
        written = "".join([f"{_displayed(gradient)}, " for gradient in gradients])
        compiled: ValueAndGrad = function(
            code, parameters, f"{_displayed(value)}, ({written})"
        )
        return compiled


def _arranged(
    result: Structure,
    variables: Sequence[Structure],
    values: Sequence[object],
    rows: Sequence[Sequence[object]],
) -> tuple[Structure, tuple[Structure, ...]]:
    """The values shaped like the result, and for each variable its gradients.

    A gradient is shaped like the variable; the result has one for each element.
    """
    remaining: list[Iterator[object]] = [iter(row) for row in rows]
    gradients = tuple(
        [
            unflatten(result, iter([unflatten(variable, row) for row in remaining]))
            for variable in variables
        ]
    )
    return unflatten(result, iter(values)), gradients


def _displayed(structure: Structure) -> str:
    """The texts of a structure as a list in Python."""
    if not isinstance(structure, list):
        return f"({structure})"
    return f"[{', '.join([_displayed(item) for item in structure])}]"


def _walked(
    graph: Graph, result: Structure, variables: Sequence[Structure]
) -> ValueAndGrad:
    """The function for a graph that is too large to be written out."""
    nodes = [node for structure in variables for node in flatten(structure)]
    compiled = compile_gradient(graph, flatten(result), nodes, nodes)

    def walked(*leaves: float) -> tuple[Value, tuple[Value, ...]]:
        values, rows = compiled(*leaves)
        return _arranged(result, variables, values, rows)

    return walked
