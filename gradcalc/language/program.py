"""Programs: statements built into one graph."""

from collections.abc import Mapping
from dataclasses import dataclass

from gradcalc.errors import FormulaSyntaxError
from gradcalc.graph import Graph
from gradcalc.language.builder import Builder
from gradcalc.language.functions import Definitions, Function
from gradcalc.language.names import ParsedProgram
from gradcalc.language.rules import FunctionOperation
from gradcalc.language.syntax import span_of
from gradcalc.shapes import Shape, Structure


@dataclass(eq=False, repr=False, slots=True)
class Program:
    """A built program."""

    graph: Graph
    # The structure of each label.
    scope: dict[str, Structure]
    # The structure of the last statement.
    result: Structure
    # The functions that it defines, by name.
    functions: dict[str, Function]


def build(
    parsed: ParsedProgram,
    shapes: Mapping[str, Shape] | None = None,
    *,
    graph: Graph | None = None,
    scope: Mapping[str, Structure] | None = None,
) -> Program:
    """The program with its graph. Raises GradcalcError, with a span in the text.

    `shapes` gives the shape of each variable that has a value. With `graph` the nodes
    are added to that one, and `scope` says what the known names stand for in it.
    """
    text = parsed.text
    definitions = Definitions(text, FunctionOperation, later=set(parsed.functions))
    graph = Graph(text) if graph is None else graph
    builder = Builder(text, definitions, graph, shapes or {}, dict(scope or {}))
    result = None
    for number, statement in enumerate(parsed.statements):
        if number in parsed.errors:
            raise parsed.errors[number]
        label = statement.label
        if shapes and label in shapes:
            message = f"{label} is given a value, but the formula computes it"
            hint = f"leave out the value of {label}"
            raise definitions.error(message, span_of(statement.left), hint)
        result = builder.statement(statement)
        if number in parsed.circular:
            raise parsed.circular[number]
    if result is None:
        end = len(text.rstrip())
        message = "the program ends with a definition and has no result"
        hint = "add a last line that calls the function"
        raise definitions.error(message, (end, end), hint, FormulaSyntaxError)
    return Program(graph, builder.scope, result, definitions.functions)
