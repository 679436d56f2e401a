"""What the notations share: rows for what the table has, and arguments in brackets."""

import pytest

from gradcalc.language.bindings import bind
from gradcalc.operations import OPERATIONS
from gradcalc.writers import latex
from gradcalc.writers.infix import InfixWriter
from gradcalc.writers.languages import fast_python
from gradcalc.writers.latex import LatexWriter

TABLES = {
    "text": InfixWriter.spellings,
    "latex": LatexWriter.spellings,
    "latex functions": latex.FUNCTIONS,
    "compiled": fast_python.SPELLINGS,
    "compiled functions": fast_python.SAFE,
}


@pytest.mark.parametrize("name", TABLES)
def test_spelling_tables_have_rows_for_operations_only(name):
    assert set(TABLES[name]) <= set(OPERATIONS)


@pytest.mark.parametrize(
    ("text", "written", "in_latex"),
    [
        (
            "f(v, x) = sum(v)*x | x, sum(v); f([1, 2, a], b)",
            "f([1, 2, a], b)",
            r"\operatorname{f}\left(\left[1, 2, a\right], b\right)",
        ),
        (
            "g(m) = sum(m[0]) | m; g([[a, b], [c, d]])",
            "g([[a, b], [c, d]])",
            r"\operatorname{g}\left("
            r"\left[\left[a, b\right], \left[c, d\right]\right]\right)",
        ),
        (
            "cross_entropy_logits([a, b], [0, 1])",
            "cross_entropy_logits([a, b], [0, 1])",
            r"\operatorname{cross\_entropy\_logits}"
            r"\left(\left[a, b\right], \left[0, 1\right]\right)",
        ),
        ("max([x])", "max([x])", "x"),
        ("max(x, y)", "max(x, y)", r"\max\left(x, y\right)"),
    ],
    ids=["list and number", "matrix", "two lists", "list of one", "row"],
)
def test_arguments_are_in_the_brackets_of_their_shapes(text, written, in_latex):
    bound = bind(text, {}, complete=False)
    assert InfixWriter(bound.program.graph).text(bound.output) == written
    assert LatexWriter(bound.program.graph).text(bound.output) == in_latex
