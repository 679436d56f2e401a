"""The errors for where the parser cannot go on: the mistake behind each."""

import re
from itertools import pairwise
from typing import Any

from gradcalc.errors import FormulaSyntaxError, Span
from gradcalc.language.foreign import ANGLES, PREFIXES
from gradcalc.language.grammar import END
from gradcalc.language.library import known_functions
from gradcalc.language.mistakes import CLOSER, mistake, unexpected_character
from gradcalc.language.syntax import (
    CALLS,
    DIFF,
    GROUP,
    NAME,
    NUMBER,
    Syntax,
    span_of,
)
from gradcalc.operations import CALLABLE

# Words and pairs of operators of other languages, and what to write here.
_BOTH = "for both conditions at once, multiply them: (a)*(b)"
_EITHER = "for one condition or the other, write max(a, b)"
_CHOICE = "to choose between two values, write where(condition, a, b)"
_FUNCTION = "a function is defined by a line such as f(x) = x^2"
WORDS = {
    "and": _BOTH,
    "or": _EITHER,
    "not": "for the opposite of a condition c, write 1 - c",
    "if": _CHOICE,
    "then": _CHOICE,
    "else": _CHOICE,
    "lambda": _FUNCTION,
    "def": _FUNCTION,
    "let": "a label is defined by a line such as y = x^2",
}
PAIRS = {
    "<>": "write !=",
    "=>": "write >=",
    "=<": "write <=",
    "==": "write ==",
    "//": "for the whole part of a/b, write floor(a/b)",
    "**": "write **",
    "^^": "write ^",
}

# The message and the hint for a lexeme behind a complete operand.
_MISPLACED: dict[str, tuple[str, str | None]] = {
    "COMPARISON": (
        "comparisons cannot be chained",
        "for both at once, multiply them: (a < b)*(b < c)",
    ),
    "EQUAL": (
        "'=' cannot stand here",
        "to compare two values, write ==; a label stands alone before '='",
    ),
    "SEPARATOR": (
        "'{}' cannot stand inside brackets",
        "separate items by commas, or close the bracket before it",
    ),
    "VBAR": (
        "'|' cannot stand here",
        "it follows the body of a function: f(x) = body | partial; " + _EITHER,
    ),
}

_OPENER = {closer: opener for opener, closer in CLOSER.items()}
# By the kind of a closing bracket, that of its opener.
_OPENER_KIND = {"RPAR": "LPAR", "RSQB": "LSQB"}

# In the place of what is no syntax on the parser's stack, and below it.
_NOTHING: Syntax = ("NOTHING", -1, -1, "")

# A number as somebody may have meant it, of which the grammar reads a part.
_NUMBERLIKE = re.compile(r"[\w.]*(?:(?<=[eE])[+-]\w*)?")
_GROUPED = re.compile(r"(?<![\d.])\d{1,3}(,\d{3})+(?![\d.])")
_ASSIGNS = re.compile(r"\s*=(?!=)")
_OPENS = re.compile(r"\s*\(")

# The longest operand that a hint repeats in full.
_LONGEST_OPERAND = 24


def unexpected_lexeme(
    text: str, lexeme: Syntax, stack: list[Any]
) -> FormulaSyntaxError:
    """The error for a lexeme that may not follow the values on the parser's stack."""
    return _Stop(text, lexeme, stack).error()


def _operand(stack: list[Syntax]) -> Syntax | None:
    """The complete operand at the end of the stack, if there is one.

    After a closing bracket it is still in pieces: it starts at the bracket's opener,
    or at the name of the function that is called.
    """
    last = stack[-1]
    if last[0] in _OPENER_KIND:
        for ahead, piece in reversed(list(pairwise(stack))):
            if piece[0] == _OPENER_KIND[last[0]]:
                called = ahead[0] == "NAME" or not ahead[0].isupper()
                begins = ahead if called and ahead[2] == piece[1] else piece
                return (GROUP, begins[1], last[2], None)
    return None if last[0].isupper() and last[0] not in (NAME, NUMBER) else last


class _Stop:
    """Where the parser cannot go on: at a lexeme that may not follow its stack."""

    def __init__(self, text: str, lexeme: Syntax, stack: list[Any]) -> None:
        self.text = text
        self.kind = lexeme[0]
        self.span = span_of(lexeme)
        self.written = text[slice(*self.span)]
        pieces = [piece if isinstance(piece, tuple) else _NOTHING for piece in stack]
        self.stack = [_NOTHING, _NOTHING, *pieces]
        # The piece before the lexeme, and its text.
        self.before = self.stack[-1]
        self.left = text[slice(*span_of(self.before))]
        self.operand = _operand(self.stack)

    def error(self) -> FormulaSyntaxError:
        """The error for the mistake that was probably made."""
        if self.before[0] == "PRIMES":
            return self._no_function()
        if self.kind == "PRIMES":
            return self._misplaced_prime()
        if self.kind == END:
            return self._early_end()
        if self.operand is not None:
            return self._after_operand(self.operand)
        return self._early_end() if self.written == "\n" else self._operand_missing()

    def _mistake(
        self, message: str, hint: str | None = None, span: Span | None = None
    ) -> FormulaSyntaxError:
        return mistake(self.text, span or self.span, message, hint)

    def _early_end(self) -> FormulaSyntaxError:
        """The error for a formula that ends before it is complete."""
        hint = "a formula goes over several lines inside brackets"
        message = "the formula ends too early"
        stop = len(self.text[: self.span[0]].rstrip())
        if self.before is not _NOTHING:
            message = f"the formula ends after '{self.left}', where a value is missing"
            stop = self.before[2]
        return self._mistake(message, hint if self.written else None, (stop, stop))

    def _no_function(self) -> FormulaSyntaxError:
        """The error for a name with primes that is not called."""
        name = self.stack[-2]
        typed = self.text[name[1] : self.before[2]]
        return self._mistake(
            f"{typed} is not called; a prime is between a function and its argument",
            f"if {name[3]} is a function, write {typed}(...);"
            " the derivative of an expression u by x is diff(u, x)",
            (name[1], self.before[2]),
        )

    def _misplaced_prime(self) -> FormulaSyntaxError:
        """The error for a prime behind no name, which may be a quotation mark."""
        if self.operand is None:
            return unexpected_character(self.text, self.span[0])
        typed = self.text[slice(*span_of(self.operand))]
        called, bracket, rest = typed.partition("(")
        hint = "the derivative of an expression u by x is diff(u, x)"
        short = bracket and len(typed) <= _LONGEST_OPERAND
        if called.isidentifier() and called != DIFF and short:
            hint = f"write {called}{self.written}({rest}"
        return self._mistake("a prime follows the name of a function", hint)

    def _operand_missing(self) -> FormulaSyntaxError:
        written = self.written
        if self.before[0] in ("NOTHING", "SEPARATOR"):
            if self.kind in _OPENER_KIND:
                return self._closer()
            hint = "the absolute value is abs(x)" if written == "|" else None
            return self._mistake(f"a value is missing before '{written}'", hint)
        if self.before[0] == "LPAR" and self.kind == "RPAR":
            span = self.before[1], self.span[1]
            return self._mistake("there is nothing between the parentheses", span=span)
        shown = "\\n" if written == "\n" else written
        message = f"a value is missing between '{self.left}' and '{shown}'"
        return self._mistake(message, PAIRS.get(self.left + written))

    def _after_operand(self, operand: Syntax) -> FormulaSyntaxError:
        if self.kind in (NAME, NUMBER, "LPAR"):
            return self._adjacent(operand)
        if self.kind in _OPENER_KIND:
            return self._closer()
        if self.kind == "COMMA":
            return self._mistake("a comma cannot stand here", self._comma_hint(operand))
        message, hint = _MISPLACED.get(self.kind, ("'{}' cannot stand here", None))
        return self._mistake(message.format(self.written), hint)

    def _bracket(self) -> tuple[Syntax, Syntax]:
        """The innermost open bracket of the stack, and what stands before it."""
        closed = 0
        for owner, piece in reversed(list(pairwise(self.stack))):
            closed += piece[0] in _OPENER_KIND
            if piece[0] in _OPENER_KIND.values():
                if closed == 0:
                    return piece, owner
                closed -= 1
        return _NOTHING, _NOTHING

    def _closer(self) -> FormulaSyntaxError:
        """The error for a closing bracket that closes nothing, or another bracket."""
        opener = self._bracket()[0][3]
        if opener:
            message = f"'{self.written}' does not close '{opener}'"
            return self._mistake(message, f"write '{CLOSER[opener]}'")
        return self._mistake(
            f"'{self.written}' closes nothing",
            f"remove it, or add the '{_OPENER[self.written]}' that belongs to it",
        )

    def _comma_hint(self, operand: Syntax) -> str:
        bracket, owner = self._bracket()
        if bracket[0] == "LSQB" and _operand([owner]):
            return "an element of a matrix is written m[0][1]"
        grouped = _GROUPED.match(self.text, operand[1])
        if bracket is _NOTHING and grouped:
            return f"digits are grouped by _: {grouped[0].replace(',', '_')}"
        item = self.text[slice(*span_of(operand))]
        item = item if len(item) <= _LONGEST_OPERAND else "a"
        return f"a list is written in brackets: [{item}, ...]"

    def _adjacent(self, operand: Syntax) -> FormulaSyntaxError:
        """The error for two operands side by side."""
        left = operand
        while left[0] not in (NAME, NUMBER, GROUP, *CALLS) and len(left) > 4:
            left = left[-1]
        right = "(...)" if self.kind == "LPAR" else self.written
        if self.kind == NAME and (
            _OPENS.match(self.text, self.span[1]) or right in known_functions()
        ):
            right += "(...)"
        return (
            self._with_unit(left)
            or self._misspelt_number(left)
            or self._foreign_word(left)
            or self._second_statement()
            or self._bare_argument(left, right)
            or self._late_argument(left, right)
            or self._function_between(left)
            or self._no_operator(left, right)
        )

    def _with_unit(self, left: Syntax) -> FormulaSyntaxError | None:
        """A number with a unit of angles, or with a prefix such as k, behind it."""
        if left[0] != NUMBER or self.kind != NAME or self.written in known_functions():
            return None
        number, unit = left[3], self.written
        message = f"there is no operator between '{number}' and '{unit}'"
        if unit in ANGLES:
            hint = f"write {number}{ANGLES[unit]}"
        elif unit in PREFIXES and left[2] == self.span[0]:
            exponent, meaning = PREFIXES[unit]
            times = "*1" if "e" in number.casefold() else ""
            scaled = f"{number}{times}{exponent}"
            hint = f"{scaled} for {unit}, a {meaning}; {number}*{unit} for a variable"
        else:
            return None
        return self._mistake(message, hint, (left[1], self.span[1]))

    def _misspelt_number(self, left: Syntax) -> FormulaSyntaxError | None:
        """A number that the grammar read only in part, unless it is one by a name."""
        start, end = span_of(left)
        if left[0] != NUMBER or end != self.span[0] or self.kind == "LPAR":
            return None
        match = _NUMBERLIKE.match(self.text, start)
        whole = match[0] if match else ""
        rest = whole[end - start :]
        exponent = re.fullmatch(r"[eE]\d*[+-]?", rest)
        based = re.fullmatch(r"(?i)0[xob]\w*", whole) and end == start + 1
        simple = self.kind == NAME and self.written.isidentifier()
        if simple and not exponent and not based and rest[0] != "_":
            return None
        return self._mistake(
            f"'{whole}' is not a number",
            "numbers look like 2, 2.5, .5, 1e-3, 1_000",
            (start, start + len(whole)),
        )

    def _foreign_word(self, left: Syntax) -> FormulaSyntaxError | None:
        """A word of another language, on either side of the gap."""
        for span in (self.span, span_of(left)):
            word = self.text[slice(*span)]
            if self.kind == NAME and word in WORDS:
                message = f"'{word}' is not part of the language"
                return self._mistake(message, WORDS[word], span)
        return None

    def _second_statement(self) -> FormulaSyntaxError | None:
        """A statement that begins on the line of another."""
        if self.kind != NAME or not _ASSIGNS.match(self.text, self.span[1]):
            return None
        message = f"a new statement cannot begin at '{self.written}'"
        return self._mistake(message, "separate statements by ; or a new line")

    def _bare_argument(self, left: Syntax, right: str) -> FormulaSyntaxError | None:
        """An argument without parentheses, as in sin x."""
        name = self.text[slice(*span_of(left))]
        if self.kind == "LPAR" or left[0] != NAME or name not in known_functions():
            return None
        message = f"the argument of {name} needs parentheses"
        return self._mistake(message, f"{name}({right})", (left[1], self.span[1]))

    def _late_argument(self, left: Syntax, right: str) -> FormulaSyntaxError | None:
        """A power between a function and its argument, as in sin^2(x)."""
        base, operator, _ = self.stack[-3:]
        name = base[3]
        if (operator[0], base[0]) != ("POWER", NAME) or name not in known_functions():
            return None
        message = f"the argument of {name} must follow it at once"
        power = self.text[base[2] : left[2]]
        argument = "..." if self.kind == "LPAR" else right
        return self._mistake(message, f"{name}({argument}){power}", (base[1], left[2]))

    def _function_between(self, left: Syntax) -> FormulaSyntaxError | None:
        """A function of two arguments that stands between them, as in 5 mod 3."""
        operation = CALLABLE.get(self.written)
        if (
            self.kind != NAME
            or operation is None
            or len(operation.parameters) != 2
            or _OPENS.match(self.text, self.span[1])
        ):
            return None
        name, operand = self.written, self.text[left[1] : left[2]]
        if len(operand) > _LONGEST_OPERAND:
            operand = "..."
        message = f"the arguments of {name} stand in parentheses"
        return self._mistake(message, f"{name}({operand}, ...)")

    def _no_operator(self, left: Syntax, right: str) -> FormulaSyntaxError:
        start, end = self.span
        operand = self.text[left[1] : left[2]]
        if len(operand) > _LONGEST_OPERAND:
            operand = "..." + operand[-20:]
        else:
            start = left[1]
        bracket, _ = self._bracket()
        in_list = bracket is not _NOTHING and left[0] == self.kind == NUMBER
        return self._mistake(
            f"there is no operator between '{operand}' and '{self.written}'",
            f"{operand}{', ' if in_list else '*'}{right}",
            (start, end),
        )
