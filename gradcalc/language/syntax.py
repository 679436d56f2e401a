"""The syntax tree: plain tuples, because a formula may have a million of them.

Every node is (kind, start, end, detail, *children): its kind, the range of characters
that it spans, a detail, and the nodes below it. Leaves are lexemes of the same layout.

    kind              detail               children
    NAME, NUMBER      the text             -
    operation         name in the table    the operands
    call              function's name      the arguments
    index             -                    the list, the index
    list              -                    the items
    group             -                    what stands in the parentheses
    default           parameter's name     its value
    assignment        -                    left side, right side, *partials
"""

from typing import Any

Syntax = tuple[Any, ...]
Children = list[Any]

NAME = "NAME"
NUMBER = "NUMBER"
OPERATION = "operation"
CALL = "call"
INDEX = "index"
LIST = "list"
GROUP = "group"
DEFAULT = "default"
ASSIGNMENT = "assignment"
# Not typed by anybody: stands before an index, where its constant begins.
MARK = "mark"
# Likewise: stands behind the default of the parameter that takes it.
BIND = "bind"

_LEAVES = (NAME, NUMBER)


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
        else:
            visit(node)
            push(node[4:])
    order.reverse()
    return order


class SyntaxTree:
    """Makes the tuples: one method per rule of the grammar, called as it is reduced."""

    __slots__ = ()

    @staticmethod
    def program(children: Children) -> Children:
        return [child for child in children if child[0] != "SEPARATOR"]

    @staticmethod
    def _operation(children: Children) -> Syntax:
        left, operator, right = children
        return (OPERATION, left[1], right[2], operator[3], left, right)

    comparison = sum = product = power = _operation

    @staticmethod
    def signed(children: Children) -> Syntax:
        sign, operand = children
        if sign[3] == "+":
            # A plus sign makes no node: the operand, spanning its sign.
            return (GROUP, sign[1], operand[2], None, operand)
        return (OPERATION, sign[1], operand[2], "neg", operand)

    @staticmethod
    def group(children: Children) -> Syntax:
        opener, inner, closer = children
        return (GROUP, opener[1], closer[2], None, inner)

    @staticmethod
    def call(children: Children) -> Syntax:
        name = children[0]
        return (CALL, name[1], children[-1][2], name[3], *children[2:-1:2])

    @staticmethod
    def index(children: Children) -> Syntax:
        base, _, index, closer = children
        return (INDEX, base[1], closer[2], None, base, index)

    @staticmethod
    def list(children: Children) -> Syntax:
        return (LIST, children[0][1], children[-1][2], None, *children[1:-1:2])

    @staticmethod
    def default(children: Children) -> Syntax:
        name, _, value = children
        return (DEFAULT, name[1], value[2], name[3], value)

    @staticmethod
    def assignment(children: Children) -> Syntax:
        return (ASSIGNMENT, children[0][1], children[-1][2], None, *children[::2])
