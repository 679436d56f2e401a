"""What a name stands for: a variable, a label or an element."""

import pytest

from gradcalc.errors import BindingError, FormulaNameError, UsageError
from gradcalc.language.bindings import bind
from gradcalc.language.references import check_independent, labelled, wanted_nodes

PROGRAM = bind(
    "k = 2; f(t) = t*k; h = [x, x^2, 3]; m = [h, 2*h]; n = sum(h); f(n)",
    {"x": 1},
).program


@pytest.mark.parametrize(
    ("name", "canonical", "structure"),
    [
        ("x", "x", PROGRAM.graph.variables["x"]),
        ("k", "k", PROGRAM.graph.variables["k"]),
        ("n", "n", PROGRAM.scope["n"]),
        ("h", "h", PROGRAM.scope["h"]),
        ("h[1]", "h[1]", PROGRAM.scope["h"][1]),
        ("h[-1]", "h[2]", PROGRAM.scope["h"][2]),
        ("m[1]", "m[1]", PROGRAM.scope["m"][1]),
        ("m[-1][0]", "m[1][0]", PROGRAM.scope["m"][1][0]),
    ],
)
def test_name_stands_for_nodes(name, canonical, structure):
    assert wanted_nodes(PROGRAM, [name]) == {canonical: structure}


def test_without_names_all_variables_are_wanted():
    assert wanted_nodes(PROGRAM) == PROGRAM.graph.variables


@pytest.mark.parametrize(
    ("names", "message", "hint"),
    [
        (["t"], "t is neither a variable nor a label of the formula",
         "its variables are k, x; its labels are h, m, n"),
        (["hh"], "hh is neither a variable nor a label of the formula",
         "did you mean h?"),
        (["x", "N", "K"], "N, K are neither variables nor labels of the formula",
         "did you mean n?"),
        (["h[3]"], "h[3] is neither a variable nor a label of the formula",
         "h is a list of 3"),
        (["m[0][0][0]"], "m[0][0][0] is neither a variable nor a label of the formula",
         "m is a 2x3 matrix"),
        (["x[0]"], "x[0] is neither a variable nor a label of the formula",
         "x is a number"),
        (["h[x]"], "h[x] is neither a variable nor a label of the formula",
         "h is a list of 3"),
        (["f"], "f is neither a variable nor a label of the formula",
         "its variables are k, x; its labels are h, m, n"),
        ([""], " is neither a variable nor a label of the formula",
         "its variables are k, x; its labels are h, m, n"),
    ],
)  # fmt: skip
def test_name_that_stands_for_nothing(names, message, hint):
    with pytest.raises(BindingError) as caught:
        wanted_nodes(PROGRAM, names)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_output_is_a_label_or_an_element():
    assert labelled(PROGRAM, "m[1][0]") == PROGRAM.scope["m"][1][0]
    assert labelled(PROGRAM, "") == PROGRAM.result
    with pytest.raises(FormulaNameError, match="the formula has no label x"):
        labelled(PROGRAM, "x")


@pytest.mark.parametrize(
    ("names", "pair"),
    [
        (["n", "x"], "n depends on x"),
        (["m", "x"], "x depends on m"),
        (["n", "h[1]"], "n depends on h[1]"),
        (["h", "h[1]"], "h[1] depends on h"),
    ],
)
def test_names_that_depend_on_each_other(names, pair):
    with pytest.raises(UsageError) as caught:
        check_independent(PROGRAM, wanted_nodes(PROGRAM, names), "they differ")
    assert caught.value.message == f"{pair}, so they differ"
    check_independent(PROGRAM, wanted_nodes(PROGRAM, ["n", "k"]), "they differ")
