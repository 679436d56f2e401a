"""LaTeX for every operation, and names that stay apart."""

import math
import re

import pytest
from hypothesis import given, settings
from reference.graphs import LETTERS, graphs, nested
from reference.latex_reader import latex_value

from gradcalc.algebra.written_out import formula_text
from gradcalc.graph import Graph
from gradcalc.language.bindings import bind
from gradcalc.operations import OPERATIONS
from gradcalc.writers.latex import LatexWriter, latex_name, latex_text


def written(text, **values):
    return formula_text(bind(text, values, complete=False), notation="latex")


def check_balance(text):
    """Assert that braces, delimiters and environments close what they open."""
    bare = re.sub(r"\\[{}]", "", text)
    depth = 0
    for character in bare:
        depth += (character == "{") - (character == "}")
        assert depth >= 0
    assert depth == 0
    assert len(re.findall(r"\\left[^a-z]|\\left\\", text)) == text.count(r"\right")
    assert text.count(r"\begin") == text.count(r"\end")


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda row: row.name)
def test_every_operation_is_spelt(operation):
    graph = Graph()
    count = len(operation.parameters) * (2 if operation.lists else 1)
    operands = tuple(graph.add_variable(f"x_{k}") for k in range(count))
    text = LatexWriter(graph).text(graph.add(operation, operands))
    check_balance(text)
    for operand in range(count):
        assert f"x_{{{operand}}}" in text


@settings(max_examples=200, deadline=None)
@given(graphs())
def test_random_graphs_are_balanced(graph):
    check_balance(latex_text(graph, {None: len(graph) - 1}))


@pytest.mark.parametrize("outer", OPERATIONS.values(), ids=lambda row: row.name)
def test_an_operation_in_an_operation_reads_as_it_is_meant(outer):
    for graph, value in nested(outer):
        text = LatexWriter(graph).text(len(graph) - 1)
        found = latex_value(text, LETTERS)
        if outer.name == "xlogx" and value == 0:
            # That 0*ln(0) is meant as 0 cannot be written.
            found = 0.0 if math.isnan(found) else found
        assert found == pytest.approx(value, rel=1e-9, nan_ok=True), text


SPELT = [
    ("mod(a, b) + c", r"\left(a \bmod b\right) + c"),
    ("a + mod(b, 2e20)", r"a + \left(b \bmod \left(2 \times 10^{20}\right)\right)"),
    ("-mod(a*b, c)", r"-\left(\left(a \cdot b\right) \bmod c\right)"),
    ("2^mod(a, b) < sin(mod(c, d))", r"2^{a \bmod b} < \sin\left(c \bmod d\right)"),
    ("w*x + b", r"w \cdot x + b"),
    ("a/(b + c)", r"\frac{a}{b + c}"),
    ("(a/b)^2", r"\left(\frac{a}{b}\right)^{2}"),
    ("a^b^c", "a^{b^{c}}"),
    ("(a^b)^c", r"\left(a^{b}\right)^{c}"),
    ("-(a + b)", r"-\left(a + b\right)"),
    ("x - (-y)", r"x - \left(-y\right)"),
    ("-(-x)", r"-\left(-x\right)"),
    ("-(a*b)", r"-a \cdot b"),
    ("(-a)^2", r"\left(-a\right)^{2}"),
    ("a*-b", r"a \cdot \left(-b\right)"),
    ("exp(x)^2", r"\left(\mathrm{e}^{x}\right)^{2}"),
    ("sqrt(x + 1)", r"\sqrt{x + 1}"),
    ("2*(a < b)", r"2 \cdot \left[a < b\right]"),
    (
        "where(x > 0, x, 0)",
        r"\begin{cases}x & \text{if } x > 0 \\ 0 & \text{otherwise}\end{cases}",
    ),
    ("1e-9*x", r"1 \times 10^{-9} \cdot x"),
    ("(1e99)^x", r"\left(1 \times 10^{99}\right)^{x}"),
    ("[a, b]", r"\begin{pmatrix}a \\ b\end{pmatrix}"),
    ("[[a, b], [c, d]]", r"\begin{pmatrix}a & b \\ c & d\end{pmatrix}"),
    ("[a, b] @ [c, d]", r"a \cdot c + b \cdot d"),
    (
        "n = a*b; n^2",
        "\\begin{aligned}\n  n &= a \\cdot b \\\\\n  & n^{2}\n\\end{aligned}",
    ),
    ("y = a*b", r"y = a \cdot b"),
    ("x1 + x_1", r"x_{1} + \mathtt{x\_1}"),
    ("e^x", r"\mathrm{e}^{x}"),
    ("pi*π", r"\pi \cdot \pi"),
]


@pytest.mark.parametrize(("text", "expected"), SPELT)
def test_formulas(text, expected):
    assert written(text) == expected


NAMES = [
    ("x", "x"),
    ("x1", "x_{1}"),
    ("x_1", "x_{1}"),
    ("theta", r"\theta"),
    ("θ", r"\theta"),
    ("λ", r"\lambda"),
    ("Δ", r"\Delta"),
    ("Λ", r"\Lambda"),
    ("𐎍", r"\text{𐎍}"),
    ("Δx", r"\text{Δx}"),
    ("theta_max", r"\theta_{\mathrm{max}}"),
    ("learning_rate", r"\mathit{learning}_{\mathrm{rate}}"),
    ("a_b_c", r"a_{\mathrm{b\_c}}"),
    ("_", r"\mathtt{\_}"),
    ("__x", r"\mathtt{\_\_x}"),
    ("x_", r"\mathit{x\_}"),
    ("v[0]", "v_{0}"),
    ("m[1][2]", "m_{1, 2}"),
    ("x_1[0]", "x_{1, 0}"),
]


@pytest.mark.parametrize(("name", "expected"), NAMES)
def test_names(name, expected):
    assert latex_name(name) == expected
