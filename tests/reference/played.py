"""Formulas as a page computes them, beside the engine's evaluation of the same."""

import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from reference.exported import ulps
from reference.scripts import arithmetic, in_node

from gradcalc.analysis.known_nodes import known_nodes
from gradcalc.backward import arrived
from gradcalc.engine import high_precision
from gradcalc.engine.evaluation import Evaluation, evaluate_bound
from gradcalc.language.bindings import bind
from gradcalc.webpage.graph_data import graph_data

Point = Mapping[str, Any]

# A page's answers for data and a list of given values by node.
_PLAY = """
for (const [data, points] of input) {
  const evaluate = makeEvaluator(data);
  for (const given of points) {
    const evaluation = evaluate(given);
    answer({
      values: evaluation.values,
      gradients: data.nodes.map((_, node) => evaluation.gradient(node)),
      notes: notesOn(data, evaluation),
    });
  }
}
"""


class Played(NamedTuple):
    """What the engine and a page say of a formula at a point."""

    formula: str
    point: Point
    evaluation: Evaluation
    values: list[float]
    # By node as in gradcalc's JSON.
    gradients: list[Any]
    notes: list[dict[str, Any]]


def played(
    cases: Sequence[tuple[str, Sequence[Point]]], folder: Path
) -> Iterator[Played]:
    """The formulas at their points; each page is made at the first of these."""
    evaluations = [
        [evaluate_bound(bind(formula, point)) for point in points]
        for formula, points in cases
    ]
    given = []
    for formula, points in cases:
        bounds = [bind(formula, point) for point in points]
        data = graph_data(known_nodes(bounds[0]))
        given.append([data, [bound.given for bound in bounds]])
    answers = iter(in_node(arithmetic(), _PLAY, given, folder))
    for (formula, points), row in zip(cases, evaluations, strict=True):
        for point, evaluation in zip(points, row, strict=True):
            yield Played(formula, point, evaluation, **next(answers))


def assert_same(each: Played, units: int = 4) -> None:
    """The page's values and gradients are the engine's to so many units.

    What is left of numbers that cancel may be off by the rounding of their size.
    """
    evaluation = each.evaluation
    where = each.formula, each.point
    pairs = list(zip(each.values, evaluation.values, strict=True))
    if not all(_is_close(*pair, 0.0, units) for pair in pairs):
        noise = _value_noise(evaluation, units)
        for pair, most in zip(pairs, noise, strict=True):
            assert _is_close(*pair, most, units), (*where, *pair)
    nodes = range(len(each.values))
    pairs = [(each.gradients[node], evaluation.node_gradient(node)) for node in nodes]
    if not all(_is_close(*pair, 0.0, units) for pair in pairs):
        for pair, size in zip(pairs, _term_sizes(evaluation), strict=True):
            assert _is_close(*pair, units * 2**-52 * size, units), (*where, *pair)


def _is_close(found: Any, wanted: Any, noise: float, units: int) -> bool:
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(
            _is_close(*pair, noise, units) for pair in zip(found, wanted, strict=True)
        )
    if found is None or wanted is None:
        return found is wanted
    return ulps(found, wanted) <= units or abs(found - wanted) <= noise


def _value_noise(evaluation: Evaluation, units: int) -> list[float]:
    """How far each value may be off where every node is off by some units."""
    noise: list[float] = []
    for node, inputs in enumerate(evaluation.graph.inputs):
        own = units * math.ulp(evaluation.values[node]) if inputs else 0.0
        if any(noise[operand] for operand in inputs):
            passed = evaluation.contributions(node, 1.0)
            for operand, each in zip(inputs, passed, strict=True):
                if each is not None and noise[operand]:
                    own += abs(each) * noise[operand]
        noise.append(own if math.isfinite(own) else 0.0)
    return noise


def _term_sizes(evaluation: Evaluation) -> list[float]:
    """For each node how large the terms are that its gradients are made of."""
    graph, values = evaluation.graph, list(map(Decimal, evaluation.values))
    sizes = [0.0] * len(graph)
    for output in evaluation.gradients.outputs:
        found = high_precision.gradients(
            graph, values, output, evaluation.active, sizes=True
        )
        for node, size in arrived(found):
            if size.is_finite():
                sizes[node] = max(sizes[node], float(size))
    return sizes
