"""The backward pass on expressions: each gradient as a piece of Python.

It goes as `gradcalc.backward` does, with the rules of the same table. What is
known only when numbers come, whether a gradient reaches a node at all, becomes a
condition in the code; where nothing is selected there are no conditions.
"""

import math
from collections.abc import Mapping, Sequence

from gradcalc.engine.code import PythonCode
from gradcalc.engine.code_spelling import ATOM, SIGN
from gradcalc.graph import Graph
from gradcalc.language.rules import Rule, rule_of
from gradcalc.operations import OPERATIONS

_PLUS, _TIMES, _WHERE = OPERATIONS["+"], OPERATIONS["*"], OPERATIONS["where"]


def differentiate(
    code: PythonCode,
    graph: Graph,
    outputs: Sequence[int],
    given: Mapping[int, int],
    wanted: Sequence[int],
) -> tuple[list[int], list[list[int]]]:
    """The expressions of the outputs and, for each, of its gradients.

    `given` has the expression of each variable node.
    """
    placed = code.place(graph, given, outputs)
    active = graph.dependents(wanted)
    rows = []
    for output in outputs:
        gradients = _backward(code, graph, placed, output, active)
        rows.append([_reached(code, gradients.get(node)) for node in wanted])
    return [placed[node] for node in outputs], rows


class _Part:
    """What one user of a node hands back to it, as expressions.

    factors  the contribution; or, where the user's own gradient may turn out to be
             None, that gradient and the partial derivative
    gate     0 where the node was not selected; None if it always is
    domain   0 outside the user's domain, where NaN is handed back; None without one
    """

    __slots__ = ("domain", "factors", "gate")

    def __init__(
        self, factors: tuple[int, ...], gate: int | None, domain: int | None
    ) -> None:
        self.factors = factors
        self.gate = gate
        self.domain = domain

    def certain(self) -> bool:
        """Whether there is a contribution whatever the values are."""
        return len(self.factors) == 1 and self.gate is None

    def plain(self, code: PythonCode) -> bool:
        """Whether it is the user's gradient, which may be None, and no more."""
        conditional = self.gate is not None or self.domain is not None
        return not conditional and code.numbers.get(self.factors[-1]) == 1

    def inputs(self) -> tuple[int, ...]:
        """The expressions that its text refers to, as often as it does."""
        conditions = [self.gate, self.domain]
        return (*self.factors, *(c for c in conditions if c is not None))

    def text(self, code: PythonCode, otherwise: str) -> str:
        """The contribution, or `otherwise` where there is none."""
        gradient, *partial = self.factors
        text = code.text(gradient, ATOM)
        if partial:
            factor = code.numbers.get(partial[0])
            if factor == -1:
                text = f"-{text}"
            elif factor != 1:
                text = f"{text} * {code.text(partial[0], SIGN)}"
        if self.gate is not None:
            text = f"({text} if {code.truth(self.gate)} else {otherwise})"
        if self.domain is not None:
            nan = code.constant("nan", math.nan)
            text = f"({text} if {code.truth(self.domain)} else {nan})"
        if partial:
            name = code.text(gradient)
            text = f"({text} if {name} is not None else {otherwise})"
        return text


class _Sum:
    """The gradient of a node as an expression, and whether it is certain to be there.

    Where it is not, its value is None if no contribution reached the node.
    """

    __slots__ = ("certain", "expression")

    def __init__(self, expression: int, *, certain: bool) -> None:
        self.expression = expression
        self.certain = certain


def _backward(
    code: PythonCode,
    graph: Graph,
    placed: Mapping[int, int],
    output: int,
    active: Sequence[int],
) -> dict[int, _Sum]:
    """The gradient of the output with respect to each active node that it reaches.

    Contributions are added in the order of `gradcalc.backward`, so that their
    rounding is the same.
    """
    sums: dict[int, _Sum] = {}
    if not active[output]:
        return sums
    parts: dict[int, list[_Part]] = {output: [_Part((code.number(1.0),), None, None)]}
    for node in range(output, -1, -1):
        if node not in parts:
            continue
        inputs = graph.inputs[node]
        total = sums[node] = _total(code, parts.pop(node), last=not inputs)
        if not inputs:
            continue
        rule = rule_of(graph.operations[node], len(inputs))
        handed = [
            position
            for position, operand in enumerate(inputs)
            if active[operand] and rule.partials[position] is not None
        ]
        if not handed:
            continue
        operands = [placed[operand] for operand in (*inputs, node)]
        local = _placed_rule(code, rule, handed, operands)
        for position in handed:
            part = _part(
                code,
                total,
                local[rule.partials[position]],
                local[rule.selected[position]],
                local[rule.domain],
            )
            if part is not None:
                parts.setdefault(inputs[position], []).append(part)
    return sums


def _placed_rule(
    code: PythonCode, rule: Rule, handed: Sequence[int], operands: Sequence[int]
) -> dict[int | None, int | None]:
    """The expressions of the rule's nodes; those of what it has not, None, is None."""
    roots = [rule.domain]
    for position in handed:
        roots += [rule.partials[position], rule.selected[position]]
    given = dict(enumerate(operands))
    local: dict[int | None, int | None] = {None: None}
    needed = [root for root in roots if root is not None]
    local.update(code.place(rule.graph, given, needed).items())
    return local


def _part(
    code: PythonCode,
    total: _Sum,
    partial: int | None,
    gate: int | None,
    domain: int | None,
) -> _Part | None:
    """What is handed back, or None if that is known to be nothing."""
    if partial is None:
        return None
    if domain is not None and code.numbers.get(domain, 0.0) != 0:
        domain = None
    if gate is not None and gate in code.numbers:
        if code.numbers[gate] != 0:
            gate = None
        elif domain is None:
            return None
    if not total.certain:
        return _Part((total.expression, partial), gate, domain)
    product = code.apply(_TIMES, (total.expression, partial))
    if gate is None and domain is not None:
        product = code.apply(_WHERE, (domain, product, code.number(math.nan)))
        domain = None
    return _Part((product,), gate, domain)


def _total(code: PythonCode, parts: list[_Part], *, last: bool) -> _Sum:
    """The sum of the contributions; `last` if nothing is handed on from there."""
    if all(part.certain() for part in parts):
        total = parts[0].factors[0]
        for part in parts[1:]:
            total = code.apply(_PLUS, (total, part.factors[0]))
        return _Sum(total, certain=True)
    certain = any(part.certain() for part in parts)
    if len(parts) == 1 and parts[0].plain(code):
        return _Sum(parts[0].factors[0], certain=False)
    inputs = tuple([operand for part in parts for operand in part.inputs()])
    # Of a gradient that is only looked at, no contribution and 0 are the same.
    plain = last and len(parts) == 1

    def write(name: str) -> list[str]:
        return _sum_lines(code, parts, name, "0.0" if plain else "None")

    return _Sum(code.statement(inputs, write), certain=certain or plain)


def _sum_lines(
    code: PythonCode, parts: list[_Part], name: str, otherwise: str
) -> list[str]:
    lines = [f"{name} = {parts[0].text(code, otherwise)}"]
    there = parts[0].certain()
    for part in parts[1:]:
        text = part.text(code, otherwise)
        if part.certain() and there:
            lines.append(f"{name} += {text}")
            continue
        if not part.certain():
            lines.append(f"{name}_ = {text}")
            text = f"{name}_"
        joined = (
            f"{name} + {text}"
            if there
            else f"{text} if {name} is None else {name} + {text}"
        )
        if part.certain():
            lines.append(f"{name} = {joined}")
            there = True
        else:
            lines.append(f"if {text} is not None: {name} = {joined}")
    return lines


def _reached(code: PythonCode, gradient: _Sum | None) -> int:
    """The gradient, which is 0 where nothing reached the node."""
    if gradient is None:
        return code.number(0.0)
    if gradient.certain:
        return gradient.expression

    def write(name: str) -> list[str]:
        text = code.text(gradient.expression)
        return [f"{name} = 0.0 if {text} is None else {text}"]

    return code.statement((gradient.expression,), write)
