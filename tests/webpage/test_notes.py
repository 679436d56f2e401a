"""A page's notes are the engine's, message for message, wherever its sliders are."""

from pathlib import Path

from reference.entries import entries
from reference.played import played
from reference.scripts import needs_node

SPECIAL_VALUES = Path(__file__).parents[1] / "engine" / "special_values"

pytestmark = needs_node

INF = float("inf")

# Where the page is made, and where it is moved to: with other notes, or none.
FORMULAS = [
    ("relu(x) + abs(y)", [{"x": 1, "y": 1}, {"x": 0, "y": 0}, {"x": 0, "y": 1}]),
    ("max(x, y, z)", [{"x": 1, "y": 1, "z": 0}, {"x": 1, "y": 2, "z": 3}]),
    (
        "tanh(x)*y + sigmoid(x)",
        [{"x": 1, "y": 2}, {"x": 40, "y": 2}, {"x": 800, "y": 1}],
    ),
    ("log(x - y)/(x - y)^2", [{"x": 2, "y": 1}, {"x": 1, "y": 1}, {"x": 0, "y": 1}]),
    ("sqrt(x*y)^2", [{"x": 2, "y": 1}, {"x": 0, "y": 1}, {"x": -1, "y": 1}]),
    (
        "(a + b)^(c*d)",
        [{"a": 0, "b": 0, "c": -1, "d": 0.5}, {"a": 1, "b": -3, "c": 1, "d": 3}],
    ),
    ("bce(p, t)", [{"p": 1.5, "t": 1}, {"p": 0.5, "t": 1}, {"p": 1, "t": 1}]),
    (
        "cross_entropy(p, [1, 0])",
        [{"p": [0.5, 1.2]}, {"p": [0.5, 0.5]}, {"p": [-1, 2]}],
    ),
    ("[x/y, log(y), x]", [{"x": 1, "y": 2}, {"x": 1, "y": 0}, {"x": INF, "y": 1}]),
    ("f(u) = relu(u)^2; f'(x - 1)", [{"x": 1}, {"x": 2}]),
    ("f(a) = a^2 | 2/a; f(x - 1)", [{"x": 3}, {"x": 1}]),
    ("g(x) = x*k | k/x; g(y - 1)", [{"y": 1, "k": 2}, {"y": 2, "k": 0}]),
    ("1/exp(x)", [{"x": 1}, {"x": 400}, {"x": 800}]),
    ("sum([x, y, z, w]*1e308)", [{"x": 1, "y": 1, "z": 1, "w": 1}]),
    ("x*1e200*y*1e200", [{"x": 1, "y": 1}, {"x": 1e-300, "y": 1}]),
    ("u = x*y; u*1e308 + u*1e308", [{"x": 1, "y": 0.5}, {"x": 0, "y": 3}]),
    ("where(x > 0, log(x), x == 0)", [{"x": 1}, {"x": 0}, {"x": -1}]),
    ("floor(x) + round(y) + mod(x, y)", [{"x": 2, "y": 0.5}, {"x": 1.5, "y": 1}]),
    ("huber(x, y) + xlogx(x)", [{"x": 1, "y": 0}, {"x": 0, "y": 0}, {"x": 2, "y": 2}]),
    ("(-8)^(1/3)*x + 1e999", [{"x": 1}]),
    ("inf*x", [{"x": 1}, {"x": 0}]),
    ("gamma(x) + lgamma(y)", [{"x": -1, "y": 1}, {"x": 0, "y": -2}, {"x": 1, "y": 1}]),
    ("min(v) + hypot(v)", [{"v": [0, 0]}, {"v": [1, 2]}, {"v": [INF, 1]}]),
    ("prod([a, b, c, d, e])", [{"a": INF, "b": 0, "c": 1, "d": 1, "e": 2}]),
]


def test_notes_are_the_engines(tmp_path):
    special = [(each.formula, [each.values]) for each in entries(SPECIAL_VALUES)]
    for each in played([*FORMULAS, *special], tmp_path):
        found = [(*note.values(),) for note in each.notes]
        assert found == list(each.evaluation.notes), (each.formula, each.point)
