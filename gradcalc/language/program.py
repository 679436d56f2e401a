"""Programs: statements built into one graph."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from gradcalc.errors import FormulaSyntaxError, Span
from gradcalc.graph import Graph
from gradcalc.language.builder import Builder
from gradcalc.language.functions import Calculus, Definitions, Function
from gradcalc.language.names import ParsedProgram
from gradcalc.language.rules import FunctionOperation
from gradcalc.language.syntax import span_of
from gradcalc.shapes import Shape, Structure, flatten, unflatten


def _differentiate(
    graph: Graph,
    structure: Structure,
    by: Structure,
    order: int,
    of_function: bool,
    span: Span,
) -> Structure:
    # Imported here: most programs ask for no derivative.
    from gradcalc.language.differentiation import differentiate

    return differentiate(graph, structure, by, order, of_function, span)


_CALCULUS = Calculus(FunctionOperation, _differentiate)


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
    # The variables whose values are indices in it: these it was built for.
    indices: set[str]


def build(
    parsed: ParsedProgram,
    shapes: Mapping[str, Shape] | None = None,
    *,
    values: Mapping[str, Structure] | None = None,
    graph: Graph | None = None,
    scope: Mapping[str, Structure] | None = None,
) -> Program:
    """The program with its graph. Raises GradcalcError, with a span in the text.

    `shapes` gives the shape of each variable that has a value. A label with a constant
    formula is a variable if it is among them, else that formula; the variable may be an
    index if `values` has its value. With `graph` the nodes are added to that one, and
    `scope` says what the known names stand for in it.
    """
    text = parsed.text
    shapes = shapes or {}
    definitions = Definitions(text, _CALCULUS, later=set(parsed.functions))
    graph = Graph(text) if graph is None else graph
    builder = Builder(text, definitions, graph, shapes, dict(scope or {}))
    carried = parsed.carried(shapes)
    result = None
    for number, statement in enumerate(parsed.statements):
        if number in parsed.errors:
            raise parsed.errors[number]
        label = statement.label
        if label in shapes:
            if label in carried:
                result = builder.carry(statement, (values or {}).get(label))
                continue
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
    return Program(graph, builder.scope, result, definitions.functions, builder.indices)


def carried_values(
    parsed: ParsedProgram, given: Collection[str] = ()
) -> dict[str, Structure]:
    """The value of each label with a constant formula: what the program carries.

    `given` are the names that have values, as in `ParsedProgram.carried`.

    Raises GradcalcError, with a span in the text, for what is wrong with the formulas.
    """
    names = parsed.carried(given)
    if not names:
        return {}
    text = parsed.text
    definitions = Definitions(text, _CALCULUS, later=set(parsed.functions))
    builder = Builder(text, definitions, Graph(text))
    for statement in parsed.statements:
        if statement.is_definition or statement.label in names:
            builder.statement(statement)
    values = builder.graph.forward({})
    found = {}
    for name in names:
        structure = builder.scope[name]
        leaves = (values[node] for node in flatten(structure))
        found[name] = unflatten(structure, leaves)
    return found
