"""Text to syntax."""

from functools import cache

from gradcalc.errors import UsageError
from gradcalc.language.lexer import Lexer
from gradcalc.language.shift_reduce import ShiftReduceParser, UnexpectedLexemeError
from gradcalc.language.syntax import Syntax


@cache
def _parser() -> tuple[Lexer, ShiftReduceParser]:
    from gradcalc.language.tables import tables

    found = tables()
    return Lexer(found["blank"], found["lexeme"]), ShiftReduceParser(found)


def parse(text: str) -> list[Syntax]:
    """The statements of the program, in order; there is at least one.

    Raises FormulaSyntaxError where the text is not a program.
    """
    if not isinstance(text, str):
        raise UsageError(f"a formula is text, not {type(text).__name__}")
    # The messages are imported only where there is a mistake to describe.
    if text.count("(") != text.count(")") or text.count("[") != text.count("]"):
        from gradcalc.language.messages import unclosed_bracket

        error = unclosed_bracket(text)
        if error is not None:
            raise error
    lexer, parser = _parser()
    try:
        statements = parser.parse(lexer.lexemes(text))
    except UnexpectedLexemeError as problem:
        from gradcalc.language.unexpected import unexpected_lexeme

        raise unexpected_lexeme(text, problem) from None
    if not statements:
        from gradcalc.language.messages import empty_formula

        raise empty_formula(text)
    if "=" in text:
        from gradcalc.language.messages import misplaced_default

        error = misplaced_default(text, statements)
        if error is not None:
            raise error
    return statements
