"""The syntax: statements, and the trees of their formulas.

The trees are plain tuples, because a formula may have a million of them. Every node is
(kind, start, end, detail, *children): its kind, the range of characters that it spans,
a detail, and the nodes below it. Leaves are lexemes of the same layout.

    kind              detail               children
    NAME, NUMBER      the text             -
    operation         name in the table    the operands
    call              function's name      the arguments
    primed            function's name      the arguments, the primes
    index             -                    the list, the index
    list              -                    the items
    group             -                    what stands in the parentheses
    default           parameter's name     its value
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

from gradcalc.errors import Span

Syntax = tuple[Any, ...]
Children = list[Any]

NAME = "NAME"
NUMBER = "NUMBER"
OPERATION = "operation"
CALL = "call"
PRIMED = "primed"
INDEX = "index"
LIST = "list"
GROUP = "group"
DEFAULT = "default"
# Not typed by anybody: stands before an index, where its constant begins.
MARK = "mark"
# Likewise: stands behind the default of the parameter that takes it.
BIND = "bind"
# Likewise: stands for the call of a function, once its parameters have their values.
APPLY = "apply"
# Likewise: stands before the arguments of `diff`, and behind a call with primes, whose
# result is to be differentiated.
OPEN = "open"
DERIVE = "derive"

# The function that differentiates its first argument by the names in its second.
DIFF = "diff"

_LEAVES = (NAME, NUMBER)
CALLS = (CALL, PRIMED)

# How often each prime differentiates.
PRIMES = {
    **dict.fromkeys(("'", "\N{PRIME}", "\N{RIGHT SINGLE QUOTATION MARK}"), 1),
    "\N{DOUBLE PRIME}": 2,
    "\N{TRIPLE PRIME}": 3,
    "\N{QUADRUPLE PRIME}": 4,
}


def postorder(root: Syntax) -> list[Syntax]:
    """The nodes below and including `root`, operands before operations, no groups."""
    order: list[Syntax] = []
    stack = [root]
    pop, push, visit = stack.pop, stack.extend, order.append
    while stack:
        node = pop()
        kind = node[0]
        if kind in _LEAVES:
            visit(node)
        elif kind == GROUP:
            stack.append(node[4])
        elif kind == INDEX:
            visit(node)
            push((node[4], (MARK, node[1], node[2], None), node[5]))
        elif kind == CALL and node[3] == DIFF:
            visit(node)
            push(((OPEN, node[1], node[2], node), *node[4:]))
        elif kind == PRIMED:
            visit((DERIVE, node[1], node[2], node))
            visit(node)
            push(arguments(node))
        else:
            visit(node)
            push(node[4:])
    order.reverse()
    return order


def arguments(call: Syntax) -> Syntax:
    """The arguments of a call, with or without primes."""
    return call[4:-1] if call[0] == PRIMED else call[4:]


def primes(call: Syntax) -> tuple[str, int]:
    """The primes of a call as they were typed, and how often they differentiate."""
    typed: str = call[-1][3]
    return typed, sum(PRIMES[prime] for prime in typed)


def span_of(node: Syntax) -> Span:
    """Where the node stands in the text."""
    return node[1], node[2]


def name_span(node: Syntax) -> Span:
    """Where the name stands that the node is, or begins with."""
    return node[1], node[1] + len(node[3])


# An operator between two operands, after blanks and comments.
_OPERATOR = r"(?:\s|#[^\n]*)*([-+/@^]|\*\*?|[<>=!]=?)"


def operator_span(text: str, node: Syntax) -> Span:
    """Where the node's operator stands, or the whole node if it has none."""
    if node[0] != OPERATION or len(node) < 6:
        return span_of(node)
    match = re.match(_OPERATOR, text[node[4][2] : node[5][1]])
    if match is None:
        return span_of(node)
    start, end = match.span(1)
    return node[4][2] + start, node[4][2] + end


@dataclass(eq=False, repr=False)
class Statement:
    """A formula, a formula with a label, or the definition of a function."""

    start: int
    end: int
    # What stands before "=": a name, or a call on names; None for a formula alone.
    left: Any
    expression: Syntax
    # The derivative rule of a function that has its own.
    partials: tuple[Syntax, ...] = ()

    @property
    def label(self) -> str | None:
        """The name that stands for the formula, if any."""
        return self.left[3] if self.left and self.left[0] == NAME else None

    @property
    def is_definition(self) -> bool:
        """Whether it defines a function."""
        return self.left is not None and self.left[0] == CALL

    @cached_property
    def code(self) -> list[Syntax]:
        """The formula, or the function's body, in the order of evaluation."""
        return postorder(self.expression)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The names of a function's parameters."""
        return tuple(parameter[3] for parameter in self.left[4:])

    @cached_property
    def defaults(self) -> dict[str, list[Syntax]]:
        """The code of each default of a parameter."""
        return {
            parameter[3]: postorder(parameter[4])
            for parameter in self.left[4:]
            if parameter[0] == DEFAULT
        }

    @cached_property
    def rule(self) -> list[list[Syntax]]:
        """The code of each partial of a function's derivative rule."""
        return [postorder(partial) for partial in self.partials]

    @property
    def calls(self) -> list[Syntax]:
        """The calls in a function's body and in the defaults."""
        return calls(chain(self.code, *self.defaults.values()))

    @property
    def rule_calls(self) -> list[Syntax]:
        """The calls in a function's derivative rule."""
        return calls(chain(*self.rule))

    def free_names(self) -> list[Syntax]:
        """The names in a function's body and in the defaults that are no parameters."""
        return _names(chain(self.code, *self.defaults.values()), self.parameters)

    def rule_names(self) -> list[Syntax]:
        """The names in a function's derivative rule that are no parameters nor out."""
        return _names(chain(*self.rule), (*self.parameters, "out"))


def calls(code: Iterable[Syntax]) -> list[Syntax]:
    """The calls in the code, with or without primes."""
    return [node for node in code if node[0] in CALLS]


def differentiated_by(code: Iterable[Syntax]) -> list[Syntax]:
    """The names that calls of `diff` in the code differentiate by."""
    found = []
    pending = [
        node[5]
        for node in code
        if node[0] == CALL and node[3] == DIFF and len(node) > 5
    ]
    while pending:
        node = pending.pop()
        if node[0] == NAME:
            found.append(node)
        elif node[0] == INDEX:
            pending.append(node[4])
        elif node[0] in (LIST, GROUP):
            pending += node[4:]
    return found


def _names(code: Iterable[Syntax], known: Collection[str]) -> list[Syntax]:
    """The names in the code that are not known."""
    return [node for node in code if node[0] == NAME and node[3] not in known]


def _statements(children: Children) -> list[Statement]:
    return [
        child
        if isinstance(child, Statement)
        else Statement(child[1], child[2], None, child)
        for child in children
        if isinstance(child, Statement) or child[0] != "SEPARATOR"
    ]


def _assignment(children: Children) -> Statement:
    left, expression, *partials = children[::2]
    return Statement(left[1], children[-1][2], left, expression, tuple(partials))


def _operation(children: Children) -> Syntax:
    left, operator, right = children
    return (OPERATION, left[1], right[2], operator[3], left, right)


def _signed(children: Children) -> Syntax:
    sign, operand = children
    if sign[3] == "+":
        # A plus sign makes no node: the operand, spanning its sign.
        return (GROUP, sign[1], operand[2], None, operand)
    return (OPERATION, sign[1], operand[2], "neg", operand)


# By the rule of the grammar, what makes its value of all that it consists of, brackets
# and commas included.
MAKERS: dict[str, Callable[[Children], Any]] = {
    "program": _statements,
    "assignment": _assignment,
    **dict.fromkeys(("comparison", "sum", "product", "power"), _operation),
    "signed": _signed,
    "group": lambda parts: (GROUP, parts[0][1], parts[2][2], None, parts[1]),
    "call": lambda parts: (
        CALL,
        parts[0][1],
        parts[-1][2],
        parts[0][3],
        *parts[2:-1:2],
    ),
    "primed": lambda parts: (
        PRIMED,
        parts[0][1],
        parts[-1][2],
        parts[0][3],
        *parts[3:-1:2],
        parts[1],
    ),
    "index": lambda parts: (INDEX, parts[0][1], parts[3][2], None, parts[0], parts[2]),
    "list": lambda parts: (LIST, parts[0][1], parts[-1][2], None, *parts[1:-1:2]),
    "default": lambda parts: (DEFAULT, parts[0][1], parts[2][2], parts[0][3], parts[2]),
}
