"""The formulas of local derivatives wherever the operands may be moved."""

import pytest

from gradcalc.analysis.explanation import Explanation
from gradcalc.analysis.formula_variants import formula_variants
from gradcalc.analysis.local_formulas import shown_rules
from gradcalc.language.bindings import bind
from gradcalc.operations import OPERATIONS
from gradcalc.reports.explanation_mathematics import Mathematics
from gradcalc.writers.infix import written_operation

MOVED = [row for row in OPERATIONS.values() if row.samples and not row.is_flat]


def explained(operation, point):
    names = [f"x{k}" for k in range(len(point))]
    text = f"y = {written_operation(operation, names)}"
    values = dict(zip(names, map(float, point), strict=True))
    return Explanation(bind(text, values))


def same(one, other):
    return one == other or (one != one and other != other)


@pytest.mark.parametrize("operation", MOVED, ids=[row.name for row in MOVED])
def test_the_formula_of_every_other_point_is_among_them(operation):
    first = explained(operation, operation.samples[0])
    node, count = first.output, len(operation.samples[0])
    found = formula_variants(
        first.graph, node, range(count), first.values, first.naming
    )
    written = Mathematics(first)
    rules = shown_rules(operation, count)
    for point in operation.samples:
        if len(point) != count:
            continue
        here = explained(operation, point)
        values = [
            rule.graph.forward([here.values[k] for k in (*range(count), node)])
            for rule in rules
        ]
        for each in here.steps[0].contributions:
            if each.formula is None:
                continue
            expected = Mathematics(here).formula(each.formula)
            texts = [
                written.formula(variant.formula)
                for variant in found[each.position]
                if all(
                    same(values[variant.rule][place], value)
                    for place, value in variant.when.items()
                )
            ]
            assert expected in texts, f"for x{each.position} at {point}"


def variants(text, **values):
    """Of the result's first operand: the texts with what must hold."""
    explanation = Explanation(bind(text, values))
    node = explanation.output
    found = formula_variants(
        explanation.graph, node, [0], explanation.values, explanation.naming
    )
    written = Mathematics(explanation)
    return [
        (list(variant.when.values()), written.formula(variant.formula))
        for variant in found[0]
    ]


def test_each_way_in_which_conditions_come_out_has_a_formula():
    text = "f(x) = x | where(x > 1, 2, where(x < -1, x, 0)); f(a)"
    assert variants(text, a=3.0) == [
        ([1.0, 0.0], "2"),
        ([1.0, 1.0], "2"),
        ([0.0, 1.0], "a"),
        ([0.0, 0.0], "0"),
    ]


def test_what_is_decided_for_all_points_is_no_condition():
    assert variants("y = x^2", x=1.0) == variants("y = x^2", x=-5.0)
    assert ([], "2*x") in variants("y = x^2", x=1.0)


def test_of_many_conditions_a_few_ways_have_formulas():
    many = ", ".join(f"x{k}" for k in range(40))
    values = {f"x{k}": float(k) for k in range(40)}
    found = variants(f"max({many})", **values)
    shares = [share for ((share,), _) in found]
    assert shares == [1.0, 2.0, 0.0, 3.0, 4.0]
    assert {share: text for ((share,), text) in found}[4.0] == "0.25"
