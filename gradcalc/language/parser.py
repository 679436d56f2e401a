"""Text to syntax."""

from lark.exceptions import UnexpectedToken

from gradcalc.language.grammar import formula_parser
from gradcalc.language.messages import (
    empty_formula,
    misplaced_default,
    unclosed_bracket,
    unexpected_token,
)
from gradcalc.language.syntax import Syntax


def parse(text: str) -> list[Syntax]:
    """The statements of the program, in order; there is at least one.

    Raises FormulaSyntaxError where the text is not a program.
    """
    if text.count("(") != text.count(")") or text.count("[") != text.count("]"):
        error = unclosed_bracket(text)
        if error is not None:
            raise error
    try:
        statements: list[Syntax] = formula_parser().parse(text)  # type: ignore[assignment]
    except UnexpectedToken as problem:
        raise unexpected_token(text, problem) from None
    if not statements:
        raise empty_formula(text)
    if "=" in text:
        error = misplaced_default(text, statements)
        if error is not None:
            raise error
    return statements
