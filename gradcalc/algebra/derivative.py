"""The symbolic derivative: the gradient of a formula, simplified, as a formula."""

from collections.abc import Sequence

from gradcalc.algebra.contributions import append_gradient
from gradcalc.algebra.laws import IN_RANGE, READABLE
from gradcalc.algebra.simplify import simplified
from gradcalc.errors import ShapeError, entry_point
from gradcalc.graph import Graph
from gradcalc.language.bindings import bind, checked_names, wanted_nodes
from gradcalc.writers.program_text import program_text


def simplified_gradient(
    graph: Graph, output: int, wanted: Sequence[int], *, exact: bool = False
) -> tuple[Graph, list[int]]:
    """The gradient of `output` for each wanted node, in a graph of its own, simplified.

    The graph holds nothing but what the gradient needs. If `exact`, it has the rules
    that are computed and the laws that hold in all the range of doubles.
    """
    extended = graph.copy()
    active = graph.dependents(wanted)
    nodes = append_gradient(extended, output, wanted, active, exact=exact)
    return simplified(extended, nodes, IN_RANGE if exact else READABLE)


@entry_point
def derivative(text: str, name: str, *, exact: bool = False) -> str:
    """The partial derivative of a formula for one of its variables, as a formula.

    The text is in the same language, so that it can be evaluated and differentiated
    again; parts that it uses several times stand before it as labels, on lines of their
    own. It is written for reading: it holds inside the domain of the formula's
    operations and for numbers from 1e-75 to 1e75, and has the rules of a book. If
    `exact`, it is written for computing: it holds wherever the gradient does and is as
    accurate, and is beyond the range of doubles no sooner than what it is made of.

    A formula that does not contain the variable has the derivative 0. A constant that
    is asked for, such as e, is a variable.

    Raises GradcalcError where the text is no formula or its result is a list.
    """
    (name,) = checked_names([name])
    bound = bind(text, {}, wrt=[name], complete=False)
    if isinstance(bound.output, list):
        raise ShapeError(
            "the result is a list, which has a Jacobian and not one derivative",
            source=text,
            hint="take an element of it, such as y[0]",
        )
    if name not in bound.program.graph.variables:
        return "0"
    _, wanted = wanted_nodes(bound.program, [name])
    graph, (root,) = simplified_gradient(
        bound.program.graph, bound.output, wanted, exact=exact
    )
    return program_text(graph, {None: root}, short=True)
