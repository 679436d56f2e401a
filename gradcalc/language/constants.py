"""Values given by a formula without variables: pi/4, [1, 2, 3], "1,2;3,4"."""

from typing import Any

from gradcalc.errors import BindingError, GradcalcError
from gradcalc.language.names import read_program
from gradcalc.language.program import build
from gradcalc.shapes import flatten, unflatten


def constant_value(text: str) -> Any:
    """The value of a constant formula: a float, a list or a list of lists.

    A list may be written without brackets, "1,2,3", and a matrix with its rows
    separated by semicolons, "1,2;3,4". Raises GradcalcError, with a span in the text.
    """
    try:
        # A plain number needs no parser.
        return float(text) if text.isascii() and "_" not in text else _formula(text)
    except ValueError:
        return _formula(text)


def _formula(text: str) -> Any:
    formula, offset = text, 0
    if "[" not in text and ";" in text:
        # Brackets replace the separators one for two, so that spans stay close.
        formula, offset = "[[" + text.replace(";", "],[") + "]]", 2
    elif "[" not in text and "," in _outside_parentheses(text):
        formula, offset = f"[{text}]", 1
    try:
        parsed = read_program(formula)
        names = parsed.variables()
        if names:
            name, span = next(iter(names.items()))
            hint = "a value is a number or a formula of numbers, such as pi/4"
            message = f"{name} is not a constant"
            raise BindingError(message, source=formula, span=span, hint=hint)
        program = build(parsed)
        values = program.graph.forward({})
    except GradcalcError as error:
        if not offset or error.span is None:
            raise
        start, end = (
            max(0, position - offset - 2 * formula.count("],[", 0, position))
            for position in error.span
        )
        raise error.but(source=text, span=(start, end)) from None
    leaves = (values[node] for node in flatten(program.result))
    return unflatten(program.result, leaves)


def _outside_parentheses(text: str) -> str:
    """The characters of the text that no parenthesis encloses."""
    depth = 0
    outside = []
    for character in text:
        depth += (character == "(") - (character == ")")
        if depth == 0:
            outside.append(character)
    return "".join(outside)
