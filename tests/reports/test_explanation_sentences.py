"""The page of an explanation: its sentences, its formats, its formulas."""

import json
import re
import shutil
import subprocess

import pytest

from gradcalc.analysis.explanation import Explanation
from gradcalc.language.bindings import bind
from gradcalc.operations import OPERATIONS
from gradcalc.reports.explanation_mathematics import Mathematics
from gradcalc.reports.explanation_objects import explanation_to_dict
from gradcalc.reports.explanation_page import Terminal, explanation_page
from gradcalc.reports.explanation_sentences import Writer
from gradcalc.writers.infix import written_operation


def explained(text, wanted=None, **values):
    return Explanation(bind(text, values), wanted)


def lines(text, precision=4, **values):
    page = explanation_page(explained(text, **values), precision=precision)
    return [line.strip() for line in page.splitlines()]


def equations(text, **values):
    return [line for line in lines(text, **values) if line.startswith("∂")]


LOCAL = [
    ("o = tanh(n); o", {"n": 0.8813735870195432},
     "∂o/∂n = 1 - o^2 = 1 - 0.7071^2 = 0.5   n receives 1*0.5 = 0.5"),
    ("y = x^2; y", {"x": -3}, "∂y/∂x = 2*x = 2*(-3) = -6   x receives 1*(-6) = -6"),
    ("y = x^1; y", {"x": 5}, "∂y/∂x = 1   x receives 1*1 = 1"),
    ("y = a/b; y", {"a": 1, "b": 4},
     "∂y/∂b = -y/b = -0.25/4 = -0.0625   b receives 1*(-0.0625) = -0.0625"),
    ("y = abs(x); y", {"x": -2},
     "∂y/∂x = sign(x) = sign(-2) = -1   x receives 1*(-1) = -1"),
    ("y = max(a, b); y", {"a": 2, "b": 2}, "∂y/∂a = 0.5   a receives 1*0.5 = 0.5"),
    ("y = exp(x); y", {"x": 0}, "∂y/∂x = y = 1   x receives 1*1 = 1"),
    ("y = log(x); y", {"x": 4}, "∂y/∂x = 1/x = 1/4 = 0.25   x receives 1*0.25 = 0.25"),
    ("y = log(x); y", {"x": -4}, "∂y/∂x = NaN   x receives 1*NaN = NaN"),
    ("y = x*pi; y", {"x": 1}, "∂y/∂x = pi = 3.142   x receives 1*3.142 = 3.142"),
    ("y = 12345*x; y", {"x": 1}, "∂y/∂x = 12345   x receives 1*12345 = 12345"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "values", "expected"), LOCAL, ids=[f"{row[0]} {row[1]}" for row in LOCAL]
)
def test_local_derivatives_with_names_and_with_numbers(text, values, expected):
    assert expected in equations(text, **{k: float(v) for k, v in values.items()})


def test_the_sum_where_paths_meet():
    found = equations("a = 2*x; b = x^2; a + b", x=3.0)
    assert (
        "∂f/∂x = 6 + 2 = 8   raise x by a little and f rises 8 times as much" in found
    )


MEANINGS = [
    ("x1*2", 1.0, "raise x1 by a little and f rises 2 times as much"),
    ("-1.5*x1", 1.0, "raise x1 by a little and f falls 1.5 times as much"),
    ("x1 + 3", 1.0, "raise x1 by a little and f rises just as much"),
    ("0.1*x1*10", 1.0, "raise x1 by a little and f rises just as much"),
    ("sqrt(x1)", 0.0, "raise x1 by a little and sqrt(x1) rises infinitely as much"),
    ("sqrt(x1)", -1.0, "there is no answer for x1: its gradient is NaN"),
    ("x1", 1.0, "x1 is x1 itself"),
    ("floor(x1)", 1.5, "x1 does not matter here: floor(x1) passes no gradient to x1"),
    ("relu(x1)", -1.5, "x1 does not matter here:"
     " relu(x1) passes nothing on where x1 is -1.5"),
    ("y = x1^2; 3", 2.0, "x1 does not matter here: 3 does not depend on it"),
    ("x1 - x1", 2.0, "x1 does not matter here: what arrives cancels, 1 - 1 = 0"),
    ("tanh(x1)", 999.0, "x1 does not matter here:"
     " ∂tanh(x1)/∂x1 = 1 - tanh(x1)^2 is 0"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "x", "sentence"), MEANINGS, ids=[f"{row[0]} {row[1]}" for row in MEANINGS]
)
def test_what_it_means(text, x, sentence):
    explanation = explained(text, x1=x)
    notation = Mathematics(explanation, precision=4)
    (meaning,) = explanation.meanings
    assert Writer(explanation, notation).meaning(meaning) == sentence


def test_ascii():
    explanation = explained("y = x*x; y", x=2.0)
    terminal = Terminal(ascii_only=True)
    page = explanation_page(explanation, precision=4, terminal=terminal)
    assert page.isascii()
    assert "dy/dx" in page


PROGRAMS = [
    ("tanh(1000*a_long_name)", "a_long_name"),
    ("(x + sin(abc*def_ + cos(ghi*b)))*exp(x)", "x abc def_ ghi b"),
    ("n = x*w + b*c*d + e1; tanh(n)*2", "x w b c d e1"),
    ("q = sqrt(y*v + exp(y) + v^3); r = sin(q)*cos(q)*v; x*r + q", "x y v"),
    ("softmax([z1, z2, z3])[0]*x + logsumexp([z1, z2, z3])", "x z1 z2 z3"),
]
PROGRAMS = [
    (text, {name: 0.25 * k for k, name in enumerate(names.split(), 1)})
    for text, names in PROGRAMS
]


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
@pytest.mark.parametrize(("text", "values"), PROGRAMS, ids=range(len(PROGRAMS)))
def test_a_page_fits_the_terminal_and_breaks_between_words(text, values, width):
    for wanted in (None, [next(iter(values))]):
        explanation = explained(text, wanted, **values)
        wide = explanation_page(explanation, precision=4)
        page = explanation_page(
            explanation, precision=4, terminal=Terminal(width=width)
        )
        assert max(map(len, page.splitlines())) <= width
        assert page.split() == wide.split()


@pytest.mark.parametrize(("text", "values"), PROGRAMS, ids=range(len(PROGRAMS)))
def test_every_name_is_defined(text, values):
    for wanted in values:
        page = explanation_page(explained(text, [wanted], **values), precision=4)
        forward = page[page.index("Forward") : page.index("Backward")].splitlines()
        defined = {row.partition(" = ")[0].strip() for row in forward if " = " in row}
        defined |= {name.partition("[")[0] for name in defined}
        if " names the result" in page:
            defined.add("f")
        steps, _, _ = page.partition("What it means")
        rows = [row for row in steps.splitlines() if " = " in row]
        formulas = [
            re.split(r" {2,}(?=\w.* receives|raise|from)", row)[0] for row in rows
        ]
        used = {
            name
            for row in formulas
            for name in re.findall(
                r"(?<![\d.])\b[a-z_]\w*(?![\w(])", row.replace("∂", " ")
            )
        }
        assert used <= defined


LEFT_OUT = [
    ("x*w + b*c*d", ["x"], [
        "Left out: b*c, which does not depend on x.",
        "Left out: what b*c*d and w receive, for they are on no path to x.",
    ]),
    ("x*w + 2*3", ["x", "w"], []),
    ("x*w + b", ["x", "w"], [
        "Left out: what b receives, for it is on no path to x or w.",
    ]),
    ("q = y*v; x + q", ["x"], [
        "Left out: y and v, which do not depend on x.",
        "Left out: what q receives, for it is on no path to x.",
    ]),
    ("s = y + v + y*v + y^2 + v^2 + y^3 + v^3; x + s", ["x"], [
        "Left out: y, v, y + v, y*v, y + v + y*v, y^2, v^2, y^3 and 4 more,"
        " which do not depend on x.",
        "Left out: what s receives, for it is on no path to x.",
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted", "expected"), LEFT_OUT)
def test_steps_that_are_left_out_are_named(text, wanted, expected):
    names = [name for name in "xwbcdyv" if name in text]
    explanation = explained(text, wanted, **dict.fromkeys(names, 0.5))
    page = explanation_page(explanation, precision=4).splitlines()
    assert [row.strip() for row in page if "Left out" in row] == expected
    whole = explanation_page(explained(text, **dict.fromkeys(names, 0.5)), precision=4)
    assert "Left out" not in whole


def test_markdown_shows_what_the_user_typed_as_it_is():
    explanation = explained("_a_*_b_ + relu(_a_)", _a_=0.0, _b_=2.0)
    page = explanation_page(explanation, "markdown", precision=4)
    # Outside of code a name must not turn into emphasis.
    outside = re.sub("`[^`]*`", "", page)
    assert "_a_" not in outside


def test_json_is_unrounded_and_strict():
    explanation = explained("sqrt(x)*y", x=0.0, y=1 / 3)
    content = explanation_to_dict(explanation)
    json.dumps(content, allow_nan=False)
    assert content["gradient"] == {"x": "Infinity", "y": 0.0}
    assert content["backward"][0]["operands"][0] == {
        "node": 1, "name": "sqrt(x)", "derivative": "y", "numbers": f"{1 / 3}",
        "local": 1 / 3, "product": 1 / 3, "selected": True,
    }  # fmt: skip
    assert content["meaning"][1]["because"] == ["sqrt(x) is 0"]


def everything():
    """An explanation for every operation, at its first sample."""
    for operation in OPERATIONS.values():
        point = operation.samples[0]
        names = [f"a_{number}" for number in range(len(point))]
        text = written_operation(operation, names)
        yield explained(text, **dict(zip(names, point, strict=True)))
    yield explained("θ*x_long^2 + f_1(θ)*swish(θ)".replace("f_1", "tanh"), θ=1.0,
                    x_long=1e-9)  # fmt: skip
    yield explained("g(u) = u^2 # not 100% {safe}\n g(x^10)*g(θ)", x=1.0, θ=-1.0)
    yield explained("softmax(v)", v=[1.0, 2.0])


def test_latex_has_an_end_for_every_beginning():
    for explanation in everything():
        page = explanation_page(explanation, "latex", precision=4)
        assert page.count(r"\begin{") == page.count(r"\end{")
        assert page.replace(r"\{", "").count("{") == page.replace(r"\}", "").count("}")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="needs pdflatex")
def test_latex_compiles(tmp_path):
    pages = [
        explanation_page(explanation, "latex", precision=4)
        for explanation in everything()
    ]
    head = pages[0].partition(r"\begin{document}")[0]
    bodies = [
        re.search(r"\\begin{document}(.*)\\end{document}", page, re.DOTALL)[1]
        for page in pages
    ]
    document = "\n".join([head, r"\begin{document}", *bodies, r"\end{document}"])
    (tmp_path / "page.tex").write_text(document, encoding="utf-8")
    ran = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout.decode(errors="replace")[-2000:]
