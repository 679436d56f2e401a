"""Which expressions of compiled code show that all its arguments are floats.

A look at each argument would take a quarter of the time of a small formula. A sum or
product of arguments is a float only if all of them are numbers and one is a float, so
a look at a few of those that are computed anyway is enough, as long as no int among
the arguments can come out again.
"""

from collections.abc import Sequence

from gradcalc.operations import LITERAL, OPERATIONS, VARIABLE
from gradcalc.writers.python_code import STATEMENT, PythonCode

_ARITHMETIC = frozenset(OPERATIONS[name] for name in ("+", "-", "*", "neg"))
# Each may give back one of its operands as it is, or compute with ints alone.
_PASSING = frozenset(
    OPERATIONS[name] for name in ("where", "max", "min", "clip", "relu", "abs", "mod")
) | {OPERATIONS["^"], STATEMENT}


def showing_floats(
    code: PythonCode, arguments: Sequence[int], roots: Sequence[int]
) -> list[int]:
    """The expressions to look at: if they are floats, then all roots are as well.

    At worst these are the arguments themselves.
    """
    needed = _needed(code, roots)
    # For each sum or product, a bit for each argument in it.
    contained = {argument: 1 << bit for bit, argument in enumerate(arguments)}
    for expression, operation in enumerate(code.operations):
        if operation in _ARITHMETIC and needed[expression]:
            operands = code.inputs[expression]
            if all(i in contained or i in code.numbers for i in operands):
                contained[expression] = 0
                for operand in operands:
                    contained[expression] |= contained.get(operand, 0)
    missing = (1 << len(arguments)) - 1
    chosen: list[int] = []
    for expression in sorted(contained, key=lambda e: (-contained[e].bit_count(), e)):
        if contained[expression] & missing:
            chosen.append(expression)
            missing &= ~contained[expression]
        if not missing:
            break
    return chosen if _floats(code, chosen, roots) else list(arguments)


def _needed(code: PythonCode, roots: Sequence[int]) -> bytearray:
    needed = bytearray(len(code.inputs))
    for root in roots:
        needed[root] = 1
    for expression in range(len(needed) - 1, -1, -1):
        if needed[expression]:
            for operand in code.inputs[expression]:
                needed[operand] = 1
    return needed


def _floats(code: PythonCode, chosen: Sequence[int], roots: Sequence[int]) -> bool:
    """Whether the roots are floats if the chosen expressions are."""
    surely = bytearray(len(code.inputs))
    for expression, operation in enumerate(code.operations):
        operands = [surely[operand] for operand in code.inputs[expression]]
        if operation is LITERAL or expression in chosen:
            surely[expression] = 1
        elif operation is VARIABLE:
            surely[expression] = 0
        elif operation in _ARITHMETIC:
            surely[expression] = any(operands)
        elif operation in _PASSING:
            surely[expression] = all(operands)
        else:
            surely[expression] = 1
    return all(surely[root] for root in roots)
