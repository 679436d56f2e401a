"""Slopes by differences have more digits than a double, and sides are told apart."""

import pytest
from mpmath import mp, mpf
from reference.arithmetic import REFERENCE

from gradcalc.analysis.slopes import quick_slope, side, true_gradients
from gradcalc.engine.decimal_arithmetic import INFINITY, ONE
from gradcalc.engine.surroundings import Surroundings, Variation
from gradcalc.graph import Graph
from gradcalc.language.bindings import bind
from gradcalc.operations import OPERATIONS

SMOOTH = """
* / ^ exp log sqrt cbrt hypot sin cos tan asin atan atan2 sinh cosh tanh asinh acosh
atanh sigmoid softplus erf erfc logsumexp bce_logits xlogx
"""


@pytest.mark.parametrize("name", SMOOTH.split())
def test_a_slope_has_20_digits(name):
    operation = OPERATIONS[name]
    for point in operation.samples:
        if not all(1e-3 < abs(x) < 30 and abs(abs(x) - 1) > 1e-3 for x in point):
            continue
        graph = Graph()
        nodes = tuple(graph.add_variable(f"x{place}") for place in range(len(point)))
        output = graph.add(operation, nodes)
        surroundings = Surroundings(graph, dict(enumerate(point)), [output])
        with mp.workdps(80):
            partials = REFERENCE[name][1](*map(mpf, point))
            for node, partial in zip(nodes, partials, strict=True):
                if not mp.isfinite(partial):
                    continue
                slope = quick_slope(Variation(surroundings, {node: ONE}), output)
                # The change of erf(25) has no place among sixty digits.
                if name == "erf" and slope is None:
                    continue
                distance = abs(mpf(str(slope)) - partial)
                assert distance <= abs(partial) * mpf(10) ** -20, (point, node)


def variation(text, x):
    bound = bind(text, {"x": x})
    surroundings = Surroundings(bound.program.graph, bound.given, [bound.output])
    (node,) = bound.given
    return Variation(surroundings, {node: ONE}), bound.output


SIDES = [
    ("abs(x)", 0.0, -1, -1, {}),
    ("abs(x)", 0.0, 1, 1, {}),
    ("floor(x)", 2.0, -1, 0, {"jumps": True}),
    ("floor(x)", 2.0, 1, 0, {}),
    ("floor(x)", 1e300, -1, 0, {"jumps": True}),
    ("where(x > 2, 3*x, x)", 2.0, 1, 3, {"jumps": True}),
    ("x^1.1", 0.0, 1, 0, {}),
    ("sqrt(x)", 0.0, 1, INFINITY, {}),
    ("xlogx(x)", 0.0, 1, -INFINITY, {}),
    ("sin(1e200*x)", 0.0, 1, 1e200, {}),
    ("1 + x^4", 0.0, 1, 0, {}),
    ("sin(1e250*x)", 0.0, 1, 1e250, {}),
    ("sin(exp(400*x))", 1.0, -1, -2.05290601314451346e176, {}),
    ("sin(x)^2 + cos(x)^2", 0.7, 1, 0, {}),
    ("1e-90*floor(x)", 1.0, -1, 0, {"jumps": True}),
]


@pytest.mark.parametrize(
    ("text", "x", "direction", "slope", "more"),
    SIDES,
    ids=[f"{row[0]} at {row[1]}, {row[2]}" for row in SIDES],
)
def test_sides(text, x, direction, slope, more):
    found = side(*variation(text, x), direction)
    assert float(found.slope) == pytest.approx(float(slope), rel=1e-12, abs=0)
    assert (found.exists, found.jumps) == (True, more.get("jumps", False))


def test_beyond_the_end_of_the_domain_there_is_nothing():
    assert not side(*variation("sqrt(x)", 0.0), -1).exists


def test_gradients_that_are_slopes_are_found_together():
    bound = bind(
        "f(t) = t^3 | 2*t^2; v @ v + f(v[7])", {"v": [i / 8 for i in range(32)]}
    )
    surroundings = Surroundings(bound.program.graph, bound.given, [bound.output])
    found = true_gradients(surroundings, list(bound.given), [bound.output])
    wrong = bound.program.graph.variables["v"][7]
    assert (wrong, bound.output) not in found
    assert len(found) >= 24
    for (node, _), slope in found.items():
        assert float(slope) == 2 * bound.given[node]
