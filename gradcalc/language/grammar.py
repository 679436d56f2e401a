"""Finding the grammar and making the parser from it, once."""

from functools import cache
from pathlib import Path

from lark import Lark

from gradcalc.language.lexer import FormulaLexer
from gradcalc.language.syntax import SyntaxTree


def grammar_folder() -> Path:
    """The folder of grammars: in the package when installed, beside it in a checkout.

    By path: importlib.resources does not find it in an editable install.
    """
    package = Path(__file__).resolve().parent.parent
    inside = package / "grammars"
    return inside if inside.is_dir() else package.parent / "grammars"


@cache
def formula_parser() -> Lark:
    """The parser of programs, whose results are lists of syntax tuples."""
    return Lark.open(
        str(grammar_folder() / "expression.lark"),
        start="program",
        parser="lalr",
        lexer=FormulaLexer,
        transformer=SyntaxTree(),
        keep_all_tokens=True,
        maybe_placeholders=False,
    )
