"""Straight-line Python that computes with floats exactly as the table does.

Of the expressions collected those that are needed are written, each that is used more
than once as a line of its own. No line raises for any floats: an operation is written
as Python's own where that cannot raise, and else as a call of the table's function.
"""

import math
from collections.abc import Callable, Sequence

from gradcalc.algebra.exact_terms import Expressions
from gradcalc.engine.code_spelling import (
    ATOM,
    CONDITIONAL,
    SIGN,
    SUM,
    Spelling,
    spelling,
)
from gradcalc.operations import COMPARISONS, LITERAL, OPERATIONS, VARIABLE, Operation

_PLUS, _TIMES = OPERATIONS["+"], OPERATIONS["*"]

STATEMENT = Operation("statement", (), lambda: math.nan, (), "lines of their own")

# The lines that compute what goes by the given name.
Statement = Callable[[str], list[str]]

# Expressions nested deeper than this get a line of their own; Python's parser gives up
# at 100 levels.
_DEEPEST = 20


class PythonCode(Expressions):
    """Expressions and the lines of Python that compute them.

    namespace  the functions and constants that the lines refer to
    lines      the assignments, in order, once `write` was called

    `prefix` starts every name that the code makes up.
    """

    def __init__(self, prefix: str = "t") -> None:
        super().__init__()
        self.prefix = prefix
        self.namespace: dict[str, object] = {}
        self.lines: list[str] = []
        self._names: dict[int, str] = {}
        self._statements: dict[int, Statement] = {}
        self._functions: dict[Callable[..., object], str] = {}
        # What an expression looks like where it is used: its text and how tightly
        # that binds; and the text of its being other than 0, if that is simpler.
        self._texts: dict[int, tuple[str, int]] = {}
        self._truths: dict[int, str] = {}
        self._depths: dict[int, int] = {}

    def name(self, name: str) -> int:
        """The expression of a name that is defined elsewhere."""
        expression = self.new(VARIABLE, ())
        self._names[expression] = name
        return expression

    def statement(self, inputs: tuple[int, ...], write: "Statement") -> int:
        """The expression of a name that takes lines of its own to compute.

        `write` gives those lines when it is told the name. An input stands in `inputs`
        as often as it is written.
        """
        expression = self.new(STATEMENT, inputs)
        self._statements[expression] = write
        return expression

    def write(self, roots: Sequence[int]) -> None:
        """Write the lines that compute the roots; `text` then has how to name them."""
        uses = self._uses(roots)
        for expression, count in enumerate(uses):
            if not count:
                continue
            operation = self.operations[expression]
            depth = 0
            text: tuple[str, int]
            if operation is LITERAL:
                text = self._number(self.numbers[expression])
            elif operation is VARIABLE:
                text = (self._names[expression], ATOM)
            elif operation is STATEMENT:
                text = (f"{self.prefix}{expression}", ATOM)
                self.lines += self._statements[expression](text[0])
            else:
                written = self._spelling(expression)
                text = self._operation(expression, written)
                depth = 1 + max(
                    [self._depths.get(i, 0) for i in self.inputs[expression]]
                )
                if count > 1 or depth >= _DEEPEST:
                    name = f"{self.prefix}{expression}"
                    self.lines.append(f"{name} = {text[0]}")
                    text, depth = (name, ATOM), 0
                    self._truths.pop(expression, None)
            self._texts[expression] = text
            self._depths[expression] = depth

    def text(self, expression: int, binding: int = CONDITIONAL) -> str:
        """The expression, in parentheses if it binds less tightly than asked for."""
        text, own = self._texts[expression]
        return text if own >= binding else f"({text})"

    def truth(self, expression: int) -> str:
        """The condition that the expression is not 0, as an operand of and and or."""
        if expression in self._truths:
            return self._truths[expression]
        return self.text(expression, SUM)

    def function(self, function: Callable[..., object], name: str) -> str:
        """What the function is called in the code."""
        if function not in self._functions:
            name = f"{self.prefix}_{name if name.isidentifier() else 'function'}"
            while name in self.namespace:
                name += "_"
            self._functions[function] = name
            self.namespace[name] = function
        return self._functions[function]

    def _uses(self, roots: Sequence[int]) -> list[int]:
        """How often each expression is written; 0 for what the roots do not need."""
        uses = [0] * len(self.inputs)
        for root in roots:
            uses[root] += 1
        for expression in range(len(uses) - 1, -1, -1):
            inputs = self.inputs[expression]
            if not uses[expression] or not inputs:
                continue
            if self.operations[expression] is STATEMENT:
                times = [1] * len(inputs)
            else:
                times = self._spelling(expression).uses(len(inputs))
            for operand, number in zip(inputs, times, strict=True):
                uses[operand] += number
        return uses

    def _spelling(self, expression: int) -> Spelling:
        numbers = self.numbers
        return spelling(
            self.operations[expression],
            tuple([numbers.get(operand) for operand in self.inputs[expression]]),
        )

    def _operation(self, expression: int, written: Spelling) -> tuple[str, int]:
        operation, inputs = self.operations[expression], self.inputs[expression]
        if written.template is None:
            name = self.function(operation.evaluate, operation.name)
            listed = ", ".join([self.text(operand) for operand in inputs])
            return f"{name}({listed})", ATOM
        names = {
            name: self.function(function, name)
            for name, function in written.functions.items()
        }
        names["exponential"] = f"{self.prefix}_"
        operands = [
            ""  # such as the exponent of x*x
            if operand not in self._texts
            else self.truth(operand)
            if position in written.truths
            else self.text(operand, binding)
            for position, (operand, binding) in enumerate(
                zip(inputs, written.slots, strict=True)
            )
        ]
        text = written.template.format(*operands, **names)
        if operation in COMPARISONS:
            self._truths[expression] = f"{operands[0]} {operation.name} {operands[1]}"
        elif operation is _PLUS or operation is _TIMES:
            # Of conditions, which are 0 or 1, the product is "and", the sum "or".
            truths = [self._truths.get(operand) for operand in inputs]
            if None not in truths:
                word = "or" if operation is _PLUS else "and"
                self._truths[expression] = f"({truths[0]} {word} {truths[1]})"
        return text, written.binding

    def constant(self, name: str, value: float) -> str:
        """What a number that Python has no notation for is called in the code."""
        name = f"{self.prefix}_{name}"
        self.namespace[name] = value
        return name

    def _number(self, value: float) -> tuple[str, int]:
        if math.isfinite(value):
            text = repr(value)
            return text, SIGN if text.startswith("-") else ATOM
        name = "nan" if value != value else "inf" if value > 0 else "minus_inf"
        return self.constant(name, value), ATOM
