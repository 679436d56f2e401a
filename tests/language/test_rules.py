"""Functions with derivative rules of their own mean what they mean without them."""

import math

from hypothesis import assume, given
from reference.ruled import modestly, points, ruled_programs

from gradcalc.algebra.derivative import derivative
from gradcalc.algebra.gradients import gradient_formulas
from gradcalc.engine.compiled import compile_gradient, walked_gradient
from gradcalc.engine.evaluation import evaluate
from gradcalc.language.bindings import bind
from gradcalc.language.names import read_program
from gradcalc.shapes import flatten


def _used(text, point):
    """The point without the names that the program does not use."""
    names = read_program(text).variables(point)
    return {name: value for name, value in point.items() if name in names}


def _close(first, second, scale=1.0):
    return math.isclose(first, second, rel_tol=1e-8, abs_tol=1e-9 * (1 + abs(scale)))


def _largest(evaluation):
    """The largest number on the way, which bounds what rounding may do."""
    found = [abs(value) for value in evaluation.values]
    found += [abs(g) for row in evaluation.gradients for g in row if g is not None]
    assume(all(map(math.isfinite, found)))
    return max(found)


@modestly
@given(ruled_programs(), points)
def test_a_true_rule_changes_nothing_and_a_false_one_no_value(programs, point):
    point = _used(programs.without, point)
    ruled, plain = (evaluate(text, point) for text in (programs.true, programs.without))
    assert repr(ruled.value) == repr(plain.value)
    assert ruled.variables.keys() == plain.variables.keys()
    scale = max(_largest(plain), _largest(ruled))
    for name in plain.gradient.keys() & point:
        assert _close(ruled.gradient[name], plain.gradient[name], scale), name
    assert repr(evaluate(programs.false, point).value) == repr(plain.value)


@modestly
@given(ruled_programs(), points)
def test_second_derivatives_by_rules(programs, point):
    point = _used(programs.without, point)
    bounds = [bind(text, point) for text in (programs.true, programs.without)]
    hessians = []
    for bound in bounds:
        names = [name for name in bound.variables if name in point]
        found = gradient_formulas(bound, names, order=2)
        graph = found.graph
        nodes = graph.variable_names()
        values = graph.forward({node: point[name] for node, name in nodes.items()})
        hessians.append(
            [values[n] for p in found.formulas for n in flatten(p.structure)]
        )
        assume(all(map(math.isfinite, values)))
        scale = max(map(abs, values))
    for ruled, plain in zip(*hessians, strict=True):
        assert _close(ruled, plain, scale)


@modestly
@given(ruled_programs(), points)
def test_a_derivative_by_rules_is_a_formula(programs, point):
    point = _used(programs.without, point)
    plain = evaluate(programs.without, point)
    for name in plain.gradient.keys() & point:
        # A variable with a constant's name is none where it has no value yet.
        if name != "e" and "e" not in point:
            found = evaluate(derivative(programs.true, name), {}, defaults=point)
            assert _close(found.value, plain.gradient[name], _largest(plain))


@modestly
@given(ruled_programs(), points)
def test_walked_and_compiled_are_equal_to_the_bit(programs, point):
    for text in (programs.true, programs.false):
        bound = bind(text, _used(text, point))
        graph, nodes = bound.program.graph, list(bound.given)
        arguments = graph, [bound.output], nodes, nodes
        both = [
            make(*arguments)(*bound.given.values())
            for make in (compile_gradient, walked_gradient)
        ]
        assert repr(both[0]) == repr(both[1])
