"""Diagrams as DOT, Mermaid and trees: every operation, and text that nobody expects."""

import math
import re
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from reference.graphs import graphs

from gradcalc.analysis.known_nodes import known_nodes
from gradcalc.graph import Graph
from gradcalc.language.bindings import bind
from gradcalc.operations import OPERATIONS
from gradcalc.reports.drawing import drawing
from gradcalc.writers.diagram import Box, graph_diagram, one_line
from gradcalc.writers.dot import dot_text
from gradcalc.writers.mermaid import mermaid_text
from gradcalc.writers.node_text import program_line
from gradcalc.writers.tree import tree_text


def diagram(text, *, expand=False, output=None, **values):
    bound = bind(text, values, output=output, complete=False)
    return drawing(known_nodes(bound), expand=expand)


def steps(text, **options):
    """Each step as `symbol: inputs -> outputs`, by their labels or expressions."""
    drawn = diagram(text, **options)

    def names(nodes):
        return ", ".join(drawn.box(n).name for n in nodes)

    unique = dict.fromkeys(drawn.steps.values())
    return [f"{s.symbol}: {names(s.inputs)} -> {names(s.outputs)}" for s in unique]


def boxes(graph):
    """A diagram of a graph without a source."""

    def box(nodes, _digits):
        (node,) = nodes
        return Box(
            node=node,
            kind="operation",
            label=None,
            expression=f"n{node}",
            output=node == len(graph) - 1,
        )

    return graph_diagram(graph, len(graph) - 1, box)


def graphviz(text):
    """Graphviz's own reading of the text, through pygraphviz."""
    pygraphviz = pytest.importorskip("pygraphviz")
    return pygraphviz.AGraph(string=text)


STEPS = [
    ("x*w + b", {}, ["*: x, w -> x*w", "+: x*w, b -> x*w + b"]),
    ("n = x*w; n*n", {}, ["*: x, w -> n", "*: n, n -> n*n"]),
    ("-x", {}, ["-: x -> -x"]),
    ("ln(x)", {}, ["log: x -> ln(x)"]),
    ("double(t) = t + t; double(x)", {}, ["double: x -> double(x)"]),
    ("f(t) = t + 1; f(x)*f(y)", {}, [
        "f: x -> f(x)", "f: y -> f(y)", "*: f(x), f(y) -> f(x)*f(y)",
    ]),
    ("f(t) = t + 1; f(x)*f(y)", {"expand": True}, [
        "+: x, 1 -> f(x)", "+: y, 1 -> f(y)", "*: f(x), f(y) -> f(x)*f(y)",
    ]),
    ("mean([x, y])", {}, ["mean: x, y -> mean([x, y])"]),
    ("[a, b] @ [c, d]", {}, ["@: a, c, b, d -> [a, b] @ [c, d]"]),
    ("y = softmax([a, b]); y[0]", {}, ["softmax: a, b -> y[0]"]),
    ("softmax([a, b])", {}, [
        "softmax: a, b -> softmax([a, b])[0], softmax([a, b])[1]",
    ]),
    ("twice(t) = [t, t*2]; twice(x + 1)", {}, [
        "+: x, 1 -> x + 1", "twice: x + 1 -> twice(x + 1)[1]",
    ]),
    ("a + unused*0; b", {}, []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "options", "expected"), STEPS)
def test_steps(text, options, expected):
    assert steps(text, **options) == expected


# Formulas whose elements depend on different inputs, or on all of them.
ELEMENTS = [
    ("W @ x", {"W": [[1.0, 2.0], [3.0, 4.0]], "x": [1.0, 2.0]}),
    ("A @ B", {"A": [[1.0, 2.0], [3.0, 4.0]], "B": [[1.0, 2.0], [3.0, 4.0]]}),
    ("linear(x, W, b)", {"W": [[1.0], [3.0]], "x": [1.0], "b": [1.0, 2.0]}),
    ("softmax(v)", {"v": [1.0, 2.0, 3.0]}),
    ("v*s + [a, 2, a]", {"v": [1.0, 2.0, 3.0]}),
    ("f(t) = [t[0] + 1, t[1]^2, t[0]*t[1]]; f(v)", {"v": [1.0, 2.0]}),
    ("f(t) = [t + 1, (t + 1)^2]; f(x)", {}),
    ("h = tanh(W @ x); h[0]*h[1]", {"W": [[1.0, 2.0], [3.0, 4.0]], "x": [1.0, 2.0]}),
]


@pytest.mark.parametrize("expand", [False, True])
@pytest.mark.parametrize(("text", "values"), ELEMENTS, ids=[row[0] for row in ELEMENTS])
def test_a_node_is_drawn_with_what_it_depends_on_and_nothing_else(text, values, expand):
    bound = bind(text, values, complete=False)
    graph = bound.program.graph
    drawn = drawing(known_nodes(bound), expand=expand)
    for node, step in drawn.steps.items():
        needed = graph.ancestors([node])
        assert all(needed[operand] for operand in step.inputs)
        # Every variable is reached through what is drawn.
        reached, pending = set(), [node]
        while pending:
            reached.add(found := pending.pop())
            if found in drawn.steps:
                pending += drawn.steps[found].inputs
        variables = {n for n, name in graph.variable_names().items() if needed[n]}
        assert variables <= reached


def weights(rows, columns):
    return [[(3 * j + k) % 7 / 7 - 0.4 for k in range(columns)] for j in range(rows)]


NETWORK = "h1 = tanh(W1 @ x + b1); h2 = tanh(W2 @ h1 + b2); W3 @ h2 + b3"
WEIGHTS = {
    "W1": weights(8, 2), "b1": weights(1, 8)[0], "W2": weights(8, 8),
    "b2": weights(1, 8)[0], "W3": weights(1, 8), "b3": [0.5], "x": [1.0, -2.0],
}  # fmt: skip


def test_a_list_is_one_box_where_there_would_be_many():
    drawn = diagram(NETWORK, **WEIGHTS)
    boxes = {box.name: box for box in map(drawn.box, drawn.nodes)}
    assert len(boxes) == 15
    hidden = boxes["h1"]
    assert (hidden.kind, hidden.shape) == ("operation", "list of 8")
    sums = [row[0] - 2 * row[1] for row in WEIGHTS["W1"]]
    values = [math.tanh(a + b) for a, b in zip(sums, WEIGHTS["b1"], strict=True)]
    assert hidden.value == f"{min(values):.4g} to {max(values):.4g}"
    assert (boxes["W2"].kind, boxes["W2"].shape) == ("variable", "8x8 matrix")
    assert boxes["x"].value == "[1, -2]"
    assert steps(NETWORK, **WEIGHTS)[:3] == [
        "@: W1, x -> W1 @ x", "+: W1 @ x, b1 -> W1 @ x + b1", "tanh: W1 @ x + b1 -> h1",
    ]  # fmt: skip
    everything = diagram(NETWORK, expand=True, **WEIGHTS)
    assert len(everything.nodes) > 200
    assert not everything.lists


def test_a_list_among_few_boxes_stays_elements():
    assert len(diagram("W @ x", W=weights(4, 4), x=[1.0, 2.0, 3.0, 4.0]).nodes) == 24
    assert len(diagram("W @ x", W=weights(5, 5), x=weights(1, 5)[0]).nodes) == 3


FOLDED = [
    ("v*v + max(v)", [
        "*: v, v -> v*v", "max: v -> max(v)", "+: v*v, max(v) -> v*v + max(v)",
    ]),
    ("softmax(v)[0] + v[1]*v[2]", [
        "softmax: v -> softmax(v)[0]", "*: v, v -> v[1]*v[2]",
        "+: softmax(v)[0], v[1]*v[2] -> softmax(v)[0] + v[1]*v[2]",
    ]),
    ("dot(v, w) + s", ["dot: v, w -> dot(v, w)", "+: dot(v, w), s -> dot(v, w) + s"]),
    ("p = softmax(v); cross_entropy(p, w)", [
        "softmax: v -> p", "cross_entropy: w, p -> cross_entropy(p, w)",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), FOLDED, ids=[text for text, _ in FOLDED])
def test_steps_between_folded_lists(text, expected):
    v, w = ([k / 40 for k in range(start, start + 40)] for start in (1, 2))
    given = {"v": v, "w": w} if "w" in text else {"v": v}
    found = steps(text, **given)
    assert [set(re.split(r"[:,>] ", step)) for step in found] == [
        set(re.split(r"[:,>] ", step)) for step in expected
    ]


TREES = [
    ("n = x1*w1 + x2*w2 + b; tanh(n)", {"x1": 2, "w1": -3, "x2": 0.1, "w2": 1, "b": 7}),
    (NETWORK, WEIGHTS),
    ("softmax(v)", {"v": [0.1, 0.2, 1 / 3]}),
    ("sin(" * 40 + "a_name_of_some_length" + ")" * 40, {"a_name_of_some_length": 1}),
    ("+".join(f"x{k}" for k in range(40)), {f"x{k}": 1 / (k + 3) for k in range(40)}),
]  # fmt: skip


@pytest.mark.parametrize("expand", [False, True])
@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@pytest.mark.parametrize(("text", "values"), TREES, ids=range(len(TREES)))
def test_a_tree_fits_the_terminal(text, values, width, expand):
    drawn = diagram(text, expand=expand, **values)
    assert max(map(len, tree_text(drawn, most=300, width=width).split("\n"))) <= width


def test_a_tree_rounds_numbers_before_it_cuts_formulas():
    drawn = diagram("first_name*second_name", first_name=1 / 3, second_name=7)
    narrow = tree_text(drawn, most=9, width=70).split("\n")
    assert narrow == [
        "(*) first_name*second_name | value 2.33333333333 | gradient 1 | output",
        "├── first_name | value 0.333333333333 | gradient 7",
        "└── second_name | value 7 | gradient 0.333333333333",
        "Numbers are rounded to 12 digits to fit in here; --json has them in",
        "full.",
    ]


# What must not end a label, a string or a line, begin a tag or stand for a letter.
NASTY = (
    'x + (y # "{<b>&lt;}|\\n\\" ]] )) ``` end; *z*_1_ 1. -->\n * θ)*length([x,\n'
    " \ty]) - where(x<y, x>=y, 2)^3"
)


def test_dot_keeps_every_character():
    graph = graphviz(dot_text(diagram(NASTY), longest=1000))
    labels = {node.attr["label"] for node in graph.nodes()}
    assert any(r'"\{\<b\>&amp;lt;\}\|\\n\\"' in label for label in labels)
    assert any("θ" in label for label in labels)


def test_a_picture_shows_every_character():
    pytest.importorskip("pygraphviz")
    from xml.etree import ElementTree

    from gradcalc.reports.drawing import graph_picture

    svg = ElementTree.fromstring(graph_picture(diagram(NASTY), kind="svg", most=50))
    texts = {e.text for e in svg.iter("{http://www.w3.org/2000/svg}text")}
    expected = one_line(diagram(NASTY).title, 100)
    assert expected in {text.replace("\xa0", " ") for text in texts if text}
    assert any(text and '"{<b>&lt;}' in text.replace("\xa0", " ") for text in texts)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda row: row.name)
def test_every_operation_is_drawn(operation):
    graph = Graph()
    count = len(operation.parameters) * (2 if operation.lists else 1)
    operands = tuple(graph.add_variable(f"x{k}") for k in range(count))
    node = graph.add(operation, operands)
    read = graphviz(dot_text(boxes(graph)))
    symbol = "-" if operation.name == "neg" else operation.name
    assert read.get_node(f"s{node}").attr["label"] == symbol
    assert len(read.predecessors(f"s{node}")) == count
    escaped = "".join(
        f"#{ord(c)};" if c in '"#&<>*_~`' or (c in "+-=" and k == 0) else c
        for k, c in enumerate(symbol)
    )
    assert f's{node}(("{escaped}"))' in mermaid_text(boxes(graph))
    first, *rest = tree_text(boxes(graph), most=50).split("\n")
    assert first == f"({symbol}) n{node} | output"
    assert len(rest) == count


@settings(max_examples=50, deadline=None)
@given(graphs())
def test_random_graphs_are_dot(graph):
    drawn = boxes(graph)
    read = graphviz(dot_text(drawn))
    made = set(drawn.steps.values())
    assert len(read.nodes()) == len(drawn.nodes) + len(made)


@pytest.mark.skipif(
    shutil.which("node") is None
    or subprocess.run(
        ["node", "-e", "require.resolve('mermaid'); require.resolve('jsdom')"],
        capture_output=True,
        check=False,
    ).returncode,
    reason="mermaid and jsdom are not installed where node finds them",
)
@pytest.mark.parametrize("text", ["x*w + b", NASTY, "y = softmax([a, b]); -y[0]"])
def test_mermaid_reads_it(text, tmp_path):
    path = tmp_path / "graph.mmd"
    path.write_text(mermaid_text(diagram(text)), encoding="utf-8")
    script = """
        const { JSDOM } = require('jsdom');
        const page = new JSDOM('').window;
        globalThis.window = page; globalThis.document = page.document;
        const text = require('fs').readFileSync(process.argv[1], 'utf8');
        import(require.resolve('mermaid')).then(m => m.default.parse(text))
          .then(() => process.exit(0), e => { console.error(e); process.exit(1) });
    """
    run = subprocess.run(
        ["node", "-e", script, str(path)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr


def test_mermaid_escapes():
    text = mermaid_text(diagram("-x_1*y"))
    assert 'n0(["x#95;1"]):::variable' in text
    assert '["#45;x#95;1"]:::operation' in text
    assert '[["#45;x#95;1#42;y"]]:::output' in text


def test_a_shared_node_is_drawn_once():
    lines = tree_text(diagram("s = x*x; s + s*2"), most=50, ascii_only=True).split("\n")
    assert lines == [
        "(+) s + s*2 | output",
        "|-- (*) s = x*x",
        "|   |-- x",
        "|   `-- x (drawn above)",
        "`-- (*) s*2",
        "    |-- s (drawn above)",
        "    `-- 2",
    ]


def test_the_inputs_of_a_call_are_drawn_once():
    lines = tree_text(diagram("softmax([x, y])"), most=50, ascii_only=True).split("\n")
    assert lines == [
        "(softmax) softmax([x, y])[0] | output",
        "|-- x",
        "`-- y",
        "(softmax) softmax([x, y])[1] | output",
        "`-- the same inputs as softmax([x, y])[0]",
    ]


def test_a_deep_tree_goes_on_at_the_margin():
    depth = 10_000
    deep = diagram("sin(" * depth + "x" + ")" * depth)
    lines = tree_text(deep, most=100_000).split("\n")
    assert max(map(len, lines)) < 150
    assert sum(line.count("(sin)") for line in lines) == depth
    assert lines[-1].endswith(" x")
    short = tree_text(deep, most=100).split("\n")
    assert len(short) == 101
    assert short[-1] == "... only the first 100 lines are shown; --limit shows more"


def test_a_shortened_text_is_one_line():
    assert one_line("a\n\t+  b", 20) == "a + b"
    assert one_line("abcdefghijklmnopqrstuvwxyz", 13) == "abcdefg...xyz"
    assert one_line("a\x1b[31mb\u202e", 20) == "a\ufffd[31mb\ufffd"


TITLES = [
    ("x + 1 # one", "x + 1"),
    ("# two lines\nn = x*w\n\n(n + # first\n  1);", "n = x*w; (n + 1)"),
    ("f(x) = [x,\n  2]\nf(y)", "f(x) = [x, 2]; f(y)"),
]


@pytest.mark.parametrize(("text", "expected"), TITLES)
def test_a_program_on_one_line(text, expected):
    assert program_line(text) == expected


def test_a_picture_is_titled_with_its_formula_or_its_file():
    known = known_nodes(bind('x + 1 # "a" \\', {}, complete=False))
    for title, expected in ((None, "x + 1"), ('net "a" \\.grad', 'net "a" \\.grad')):
        graph = graphviz(dot_text(drawing(known, title=title)))
        assert graph.graph_attr["label"].replace("\\\\", "\\") == expected
        assert graph.name.replace("\\\\", "\\") == expected
