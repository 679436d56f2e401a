"""Where notes are due, and which text nodes and notes refer to."""

import math

import pytest

from gradcalc.engine.evaluation import evaluate
from gradcalc.language.functions import library
from gradcalc.language.library import (
    OF_PROBABILITIES,
    known_functions,
    library_documentation,
    library_text,
)
from gradcalc.operations import OPERATIONS


@pytest.mark.parametrize("name", library_documentation())
def test_spans_say_which_text_they_refer_to(name):
    result = evaluate(f"2*{library_documentation()[name].example}", {})
    assert any(node.function is None for node in result.nodes)
    for node in result.nodes:
        text, within = result.source, (0, len(result.source))
        if node.function is not None:
            statement = library()[node.function].statement
            text, within = library_text(), (statement.start, statement.end)
        start, end = node.span
        assert within[0] <= start < end <= within[1]
        # What @ and others are made of has no text of its own.
        typed = text[start:end]
        assert typed in node.expression or "@" in typed or "others" in typed


ONE_HOT = {"p": [0.7, 0.2, 0.1], "t": [1, 0, 0]}


@pytest.mark.parametrize(
    ("formula", "values", "functions"),
    [
        ("cross_entropy(p, t)", ONE_HOT, []),
        ("kl_divergence(t, p)", {"p": [0.5, 0.5], "t": [1.0, 0.0]}, []),
        ("leaky_relu(x)", {"x": 0}, ["leaky_relu"]),
        ("where(t == 0, 0, t)", {"t": 0}, [None]),
        ("f(t) = where(t == 0, 0, t); f(t)", {"t": 0}, [None]),
    ],
)
def test_an_equality_inside_the_library_is_silent(formula, values, functions):
    notes = evaluate(formula, values).notes
    assert [note.function for note in notes] == functions
    assert all("about to switch" in note.message for note in notes)


def test_a_note_names_the_function_that_nobody_typed():
    (note,) = evaluate("leaky_relu(x)", {"x": 0}).notes
    assert note.sentence == f"in leaky_relu: {note.message}"
    (note,) = evaluate("relu(x)", {"x": 0}).notes
    assert note.sentence == note.message


OUTSIDE = {
    "bce": "bce(p, 1)",
    "bce of a list": "bce([0.5, p, p], [1, 0, 1])",
    "cross_entropy": "cross_entropy([p, 0.2], [1, 0])",
    "inside another function": "f(q) = 2*bce(q, 0); f(p)",
}


@pytest.mark.parametrize("formula", OUTSIDE.values(), ids=OUTSIDE)
@pytest.mark.parametrize(("p", "shown"), [(1.5, "1.5"), (-2, "-2"), (1e300, "1e+300")])
def test_what_is_no_probability_is_said_once(formula, p, shown):
    notes = [n for n in evaluate(formula, {"p": p}).notes if n.kind == "outside"]
    (note,) = notes
    function = "cross_entropy" if "cross" in formula else "bce"
    assert note.sentence.endswith(
        f" is {shown}, which is no probability; {function}_logits takes any number"
    )
    assert note.sentence.startswith(f"in {function}: ")


@pytest.mark.parametrize("formula", OUTSIDE.values(), ids=OUTSIDE)
@pytest.mark.parametrize("p", [0, 1e-300, 0.5, 1, 1 + 1e-15, -1e-15, math.nan])
def test_nothing_is_said_of_probabilities(formula, p):
    notes = evaluate(formula, {"p": p}).notes
    assert "outside" not in [note.kind for note in notes]


def test_every_function_of_probabilities_is_in_the_library():
    assert set(OF_PROBABILITIES) <= set(library_documentation())
    for _, instead in OF_PROBABILITIES.values():
        assert instead in known_functions()


# --- derivatives that the formula asks for


def one_argument(operation, *others):
    """A call of the operation on x, with numbers in the places of other operands."""
    if operation.written != "call":
        return f"x {operation.name} {others[0]}"
    return f"{operation.name}({', '.join(['x', *others])})"


SINGULAR = [
    (one_argument(OPERATIONS[name], *others), x)
    for name, others, x in [
        ("relu", [], 0), ("abs", [], 0), ("sign", [], 0), ("floor", [], 2),
        ("ceil", [], -1), ("round", [], 2.5), ("mod", ["3"], 6), ("max", ["2"], 2),
        ("min", ["2", "y"], 2), ("clip", ["1", "2"], 1), ("hypot", ["0"], 0),
        ("tanh", [], 40), ("sigmoid", [], -800), ("erf", [], 40), ("<", ["1"], 1),
        (">=", ["y"], 7), ("==", ["1"], 1),
    ]
]  # fmt: skip


@pytest.mark.parametrize(("formula", "x"), SINGULAR)
@pytest.mark.parametrize(
    "program",
    ["diff({0}, x)", "u = {0}; diff(u, x)", "f(x) = ({0})^3; f'(x) - f'(x)", "{0}"],
)
def test_a_derivative_speaks_of_what_it_went_through(program, formula, x):
    text = program.format(formula)
    notes = evaluate(text, {}, defaults={"x": x, "y": 7}).notes
    expected = evaluate(formula, {}, defaults={"x": x, "y": 7}).notes
    assert expected
    assert {note.message.partition(":")[2] for note in expected} <= {
        note.message.partition(":")[2] for note in notes
    }


def test_what_is_kept_for_the_notes_alone_is_out_of_sight():
    nodes = evaluate("diff(mod(x, 3)*2, x)", {"x": 6}).nodes
    seen = [node.expression for node in nodes if not node.inner]
    assert seen == ["x", "diff(mod(x, 3)*2, x)"]


def test_every_singular_operation_is_looked_at():
    formulas = " ".join(formula for formula, _ in SINGULAR)
    for name, operation in OPERATIONS.items():
        # Of the six comparisons three, and only an exponent makes a power jump.
        if operation.singular and name not in ("<=", ">", "!=", "^"):
            assert name in formulas


@pytest.mark.parametrize(
    ("text", "x"),
    [
        ("diff(where(x > 5, abs(x - 2), x), x)", 2),
        ("diff(where(x > 5, max(x, 2), x), x)", 2),
        ("diff(x^3, x)", 0),
        ("diff(abs(x), x)", 1),
        ("y = abs(x - 1); diff(stop_gradient(y)*x, x)", 1),
        ("z = 0; [x, 2][diff(relu(z), z)]", 3),
    ],
)
def test_a_derivative_is_silent_of_what_it_does_not_depend_on(text, x):
    notes = evaluate(text, {}, defaults={"x": x}).notes
    assert not [note for note in notes if "is taken" in note.message]


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda o: o.name)
def test_a_derivative_has_no_nan_or_infinity_of_its_own(operation):
    for point in operation.samples:
        names = [f"x{place}" for place in range(len(point))]
        values = dict(zip(names, point, strict=True))
        arguments = ", ".join(names)
        if operation.lists and len(operation.parameters) > 1:
            half = len(names) // 2
            arguments = f"[{', '.join(names[:half])}], [{', '.join(names[half:])}]"
        formula = f"{operation.name}({arguments})"
        if operation.written == "infix":
            formula = f" {operation.name} ".join(names)
        elif operation.written == "prefix":
            formula = f"-{arguments}"
        plain = evaluate(formula, values)
        found = evaluate(f"diff({formula}, [{', '.join(names)}])", values)
        # At 0^b stands log(0), which is not selected.
        if plain.finite and 0 not in point:
            assert not any(map(math.isnan, found.values))
            literals = (n.value for n in found.nodes if n.operation == "literal")
            assert all(map(math.isfinite, literals))
