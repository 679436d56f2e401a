"""Text to syntax."""

from lark.exceptions import UnexpectedToken

from gradcalc.language.grammar import formula_parser
from gradcalc.language.messages import (
    empty_formula,
    misplaced_default,
    unclosed_bracket,
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
        # Only now: a formula without a mistake does not wait for its messages.
        from gradcalc.language.unexpected import unexpected_token

        raise unexpected_token(text, problem) from None
    if not statements:
        raise empty_formula(text)
    if "=" in text:
        error = misplaced_default(text, statements)
        if error is not None:
            raise error
    return statements
