"""Gradients that leave the range of doubles on their way.

A gradient may be an ordinary number although one that it is made of is not: that of
1/exp(x) at 400 is -3.6e-348 before the derivative of exp, 5e173, lifts it. Such a pass
is done again with the same formulas over Decimals, whose exponents do not end, from the
same values. This is for what is finite: an infinite derivative stays what it is.
"""

import math
from collections.abc import Iterator, Sequence

from gradcalc.backward import Gradients, Sparse, arrived, of_nodes
from gradcalc.engine.pullbacks import pullback
from gradcalc.graph import Graph
from gradcalc.language.rules import rule_of

# A gradient of a size between these, times a partial derivative, is no number that a
# double would not hold, unless that is seen in the product.
LEAST, LARGEST = 1e-150, 1e150
# Below and above these a double loses digits.
_SMALL, _LARGE = 2.3e-308, 1.7e308


class Extended(Sparse[float]):
    """The gradients of a pass that was done again, rounded.

    beyond  for each node of which the gradient is rounded to 0 or an infinity, what it
            is, to four digits: "-3.668e-348"
    """

    beyond: dict[int, str]


def mended(
    graph: Graph,
    values: Sequence[float],
    output: int,
    active: Sequence[int],
    gradients: Gradients[float],
) -> Gradients[float]:
    """The gradients of a backward pass, done again if it has lost a finite number."""
    doubtful = {
        node
        # All of them are looked at, so in one loop: two would take twice the time.
        for node, found in of_nodes(gradients)
        if found is not None
        and not (LEAST < found < LARGEST or -LARGEST < found < -LEAST)
    }
    if not doubtful or not any(_lost(graph, values, active, gradients, doubtful)):
        return gradients
    # Imported here and below: hardly any gradient needs it.
    from decimal import Decimal

    from gradcalc.engine import high_precision

    exact = high_precision.gradients(graph, list(map(Decimal, values)), output, active)
    rounded = Extended()
    for node, gradient in reversed(list(arrived(exact))):
        rounded[node] = float(gradient)
    if all(gradient == gradients[node] for node, gradient in rounded.items()):
        return gradients
    rounded.beyond = {
        node: f"{gradient:.3e}"
        for node, gradient in arrived(exact)
        if gradient
        and gradient.is_finite()
        and graph.inputs[node]
        and rounded[node] in (0.0, math.inf, -math.inf)
    }
    return rounded


def _lost(
    graph: Graph,
    values: Sequence[float],
    active: Sequence[int],
    gradients: Gradients[float],
    doubtful: set[int],
) -> Iterator[bool]:
    """For each contribution to a doubtful node whether it lost a finite number."""
    for node, gradient in arrived(gradients):
        inputs = graph.inputs[node]
        if math.isfinite(gradient) and active[node] and not doubtful.isdisjoint(inputs):
            places = [k for k, i in enumerate(inputs) if i in doubtful and active[i]]
            yield _loses(graph, values, node, gradient, places)


def _loses(
    graph: Graph,
    values: Sequence[float],
    node: int,
    gradient: float,
    places: Sequence[int],
) -> bool:
    """Whether a contribution of the node to the operands at these places is lost."""
    operation, inputs = graph.operations[node], graph.inputs[node]
    if operation.is_sum:
        return False
    operands = [values[operand] for operand in inputs]
    rule = rule_of(operation, len(inputs))
    known = [*operands, values[node]]
    computed = []
    for place in places:
        partial = rule.partials[place]
        if partial is None:
            # What a function captured has no partial, but may be passed something.
            computed.append(place)
        elif partial >= len(known):
            # A number, such as -1, is exact.
            parts = (partial, *rule.graph.inputs[partial])[-1:]
            if rule.graph.literals.keys().isdisjoint(parts):
                computed.append(place)
        # What a variable receives is rounded once, and passed on no more.
        elif graph.inputs[inputs[place]] and gradient and known[partial]:
            product = gradient * known[partial]
            if math.isfinite(known[partial]) and not _SMALL < abs(product) < _LARGE:
                return True
    if not computed:
        return False
    passed = pullback(operation, len(inputs))(gradient, values[node], *operands)
    # What is 0 because the gradient is has lost nothing.
    computed = [
        place
        for place in computed
        if passed[place] is not None and (gradient or passed[place])
    ]
    return bool(computed) and _differs(graph, values, node, gradient, passed, computed)


def _differs(
    graph: Graph,
    values: Sequence[float],
    node: int,
    gradient: float,
    passed: Sequence[float | None],
    places: Sequence[int],
) -> bool:
    """Whether what the node passed on to these places is not what it should be."""
    from decimal import Decimal, localcontext

    from gradcalc.engine import high_precision
    from gradcalc.engine.decimal_arithmetic import arithmetic

    inputs = graph.inputs[node]
    operands = [Decimal(values[operand]) for operand in inputs]
    out, incoming = Decimal(values[node]), Decimal(gradient)
    with localcontext(arithmetic()):
        exact = high_precision.contributed(
            graph.operations[node], operands, out, incoming
        )
    for place in places:
        want, got = exact[place], passed[place]
        if want is None or got is None or not want.is_finite():
            continue
        size = want.copy_abs()
        if size and graph.inputs[inputs[place]] and not _SMALL < size < _LARGE:
            return True
        # A number below 1e-308 has fewer digits anyway.
        if not math.isclose(got, float(want), rel_tol=1e-9, abs_tol=1e-308):
            return True
    return False
