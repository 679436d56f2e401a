"""The derivative of a formula's text, as text."""

from gradcalc.algebra.gradients import gradient_formulas
from gradcalc.errors import ShapeError, entry_point
from gradcalc.language.bindings import bind
from gradcalc.language.identifiers import checked_names
from gradcalc.shapes import flatten
from gradcalc.writers.program_text import program_text

# The numbers for which what is written for reading holds: their fourth powers are
# doubles.
RANGE = 1e-75, 1e75


@entry_point
def derivative(text: str, name: str, *, exact: bool = False) -> str:
    """The partial derivative of a formula for a variable or label, as a formula.

    The text is in the same language, so that it can be evaluated and differentiated
    again; parts that it uses several times stand before it as labels, on lines of their
    own, and so do lists of the formula that are asked for. The values that the formula
    carries for other variables are filled in; a label that is asked for is a name.

    It is written for reading: it holds inside the domain of the formula's operations
    and for numbers in RANGE, and has the rules of a book. If `exact`, it is
    written for computing: it holds wherever the gradient does and is as accurate, and
    is beyond the range of doubles no sooner than what it is made of.

    A formula that does not contain the name has the derivative 0. A constant that is
    asked for, such as e, is a variable.

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
    program = bound.program
    if name.partition("[")[0] not in {*program.graph.variables, *program.scope}:
        return "0"
    gradient = gradient_formulas(bound, [name], exact=exact)
    (partial,) = gradient.formulas
    structure = partial.structure
    formula = program_text(gradient.graph, {None: structure}, short=True)
    return "\n".join([*gradient.list_lines(flatten(structure)), formula])
