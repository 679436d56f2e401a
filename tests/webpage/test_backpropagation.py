"""What a page computes of a formula is what the engine does."""

import math
from decimal import Decimal

from reference.scripts import arithmetic, in_node, needs_node

from gradcalc.analysis.known_nodes import known_nodes
from gradcalc.backward import arrived
from gradcalc.engine import high_precision
from gradcalc.language.bindings import bind
from gradcalc.webpage.graph_data import graph_data

FORMULAS = [
    ("tanh(x1*w1 + x2*w2 + b)", {"x1": 2, "x2": 0, "w1": -3, "w2": 1, "b": 6.88}),
    ("softmax([x, y, z])", {"x": 1, "y": 2, "z": 3}),
    ("where(x > 0, sqrt(x), 0)", {"x": -1}),
    ("f(x) = log(1 + exp(x)) | sigmoid(x); f(x)*f(y)", {"x": -1, "y": 3}),
    (
        "f(a, b) = a*b | b, 7*a; g(x) = f(x, k)^2 | 2*x*k; g(x) + f(x, k)",
        {"x": -1, "k": 3},
    ),
    ("prod(v)*max(v)*sum(v)", {"v": [1, 2, 2]}),
    ("cross_entropy(softmax(m @ v), [1, 0])", {"m": [[1, 2], [3, 4]], "v": [0.5, 0.1]}),
]

EVALUATE = """
for (const [data, points] of input) {
  const evaluate = makeEvaluator(data);
  for (const given of points) {
    const evaluation = evaluate(given);
    answer({
      values: evaluation.values,
      gradients: data.nodes.map((_, node) => evaluation.gradient(node)),
    });
  }
}
"""


def ulps(found, wanted):
    """How many units in the last place the numbers are apart."""
    if found == wanted or (found != found and wanted != wanted):
        return 0
    if not (math.isfinite(found) and math.isfinite(wanted)):
        return math.inf
    return abs(found - wanted) / max(math.ulp(wanted), math.ulp(found))


def term_sizes(evaluation):
    """For each node how large the terms are that its gradients are made of."""
    graph, values = evaluation.graph, list(map(Decimal, evaluation.values))
    sizes = [0.0] * len(graph)
    for output in evaluation.gradients.outputs:
        found = high_precision.gradients(
            graph, values, output, evaluation.active, sizes=True
        )
        for node, size in arrived(found):
            sizes[node] = max(sizes[node], float(size))
    return sizes


def assert_close(found, wanted, noise=0.0, units=4):
    """The numbers, or lists of them, are the same to some units in the last place."""
    if isinstance(wanted, list | tuple):
        assert len(found) == len(wanted)
        for each, other in zip(found, wanted, strict=True):
            assert_close(each, other, noise, units)
    elif wanted is None or found is None:
        assert found is wanted
    else:
        is_noise = abs(found - wanted) <= noise
        assert is_noise or ulps(found, wanted) <= units, (found, wanted)


@needs_node
def test_values_and_gradients_are_the_engines(tmp_path):
    known = [known_nodes(bind(text, given)) for text, given in FORMULAS]
    given = [[graph_data(each), [each.bound.given]] for each in known]
    answers = in_node(arithmetic(), EVALUATE, given, tmp_path)
    for each, answer in zip(known, answers, strict=True):
        evaluation = each.evaluation
        nodes = range(len(evaluation.graph))
        assert_close(answer["values"], evaluation.values)
        gradients = [evaluation.node_gradient(node) for node in nodes]
        for node, found, wanted in zip(
            nodes, answer["gradients"], gradients, strict=True
        ):
            # What is left of contributions that cancel has the rounding of their size.
            assert_close(found, wanted, noise=2**-50 * term_sizes(evaluation)[node])
