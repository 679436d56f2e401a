"""What is written in other languages runs there, and gives what gradcalc gives."""

import ast
import json
import keyword
import math
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from pkgutil import resolve_name

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.exported import (
    LANGUAGES,
    Case,
    flat,
    missing,
    of_operations,
    of_programs,
    run,
    ulps,
)
from reference.formulas import formulas

from gradcalc.algebra.written_out import formula_text
from gradcalc.language.bindings import bind
from gradcalc.operations import OPERATIONS, Operation
from gradcalc.writers.code_spelling import words_of
from gradcalc.writers.function_text import wrapped
from gradcalc.writers.languages.c import C
from gradcalc.writers.languages.javascript import JAVASCRIPT
from gradcalc.writers.languages.numpy import NUMPY
from gradcalc.writers.languages.python import PYTHON
from gradcalc.writers.notations import NOTATIONS

RUN = [
    pytest.param(
        language,
        marks=pytest.mark.skipif(
            bool(missing(language)), reason=str(missing(language))
        ),
    )
    for language in LANGUAGES
]

# What JAX and PyTorch gave, of which a machine may have neither.
RECORDED = json.loads(
    (Path(__file__).parents[1] / "reference" / "exported_numbers.json").read_text()
)


def assert_rows(case, rows, units):
    for point, row, (exact, plain) in zip(
        case.points, rows, case.expected, strict=True
    ):
        # What is left of numbers that cancel has the rounding of their size.
        flat = [x for x in point.values() if not isinstance(x, list) and abs(x) < 100]
        scale = max(map(abs, flat), default=1.0)
        for found, *values in zip(row, exact, plain, strict=True):
            assert any(
                ulps(found, value) <= units
                or abs(found - value) <= units * math.ulp(scale)
                for value in values
            ), (case.program, point, found, values)


def assert_right(language, cases, folder, units=4):
    for case, rows in zip(cases, run(language, cases, folder), strict=True):
        assert_rows(case, rows, units)


@pytest.mark.parametrize("language", RUN)
def test_every_operation_has_its_value_and_gradient(language, tmp_path):
    assert_right(language, of_operations(), tmp_path)


@pytest.mark.parametrize("language", RUN)
def test_programs_at_special_points(language, tmp_path):
    assert_right(language, of_programs(), tmp_path, units=16)


@pytest.mark.parametrize("language", RECORDED)
def test_recorded_numbers_are_gradcalcs(language):
    for recorded in RECORDED[language]:
        case = Case(recorded["program"], recorded["points"])
        assert_rows(case, recorded["rows"], units=16)


_IN_MATH_H = """
    acos acosh asin asinh atan atan2 atanh cbrt ceil const cos cosh double erf erfc exp
    expm1 fabs floor fmod hypot lgamma log log10 log1p log2 pow rint sin sinh sqrt tan
    tanh tgamma
"""

# The words of each language that need no definition.
KNOWN = {
    "python": {"math", "abs"},
    "numpy": {"np"},
    "jax": {"jnp"},
    "torch": {"torch", "map"},
    "javascript": {"Math"},
    "c": set(_IN_MATH_H.split()),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda row: row.name)
def test_every_operation_is_spelt(language, operation):
    record = resolve_name(NOTATIONS[language].language)
    known = {*KNOWN[language], record.array}
    for times in (1, 2, 3) if operation.lists else (1,):
        count = len(operation.parameters) * times
        for numbers in ([None] * count, [None] * (count - 1) + [0.5]):
            words = record.spelling(operation, numbers).words
            for word in words - record.reserved - known:
                assert word in words_of("\n".join(record.definitions([word])))


# Beyond such a size rounding is amplified, and in JAX what is as small as that is 0.
_ORDINARY = st.floats(0.1, 3) | st.floats(-3, -0.1) | st.sampled_from([0.0, 1.0, -1.0])


@pytest.mark.parametrize("language", RUN)
@settings(max_examples=4, deadline=None)
@given(data=st.data())
def test_random_formulas(language, data, tmp_path_factory):
    cases = []
    for formula in data.draw(st.lists(formulas(), min_size=15, max_size=15)):
        names = bind(formula.text, {}, complete=False).program.graph.variables
        if not names:
            continue
        point = {name: data.draw(_ORDINARY) for name in names}
        cases.append(Case(formula.text, [point]))
    if not cases:
        return
    folder = tmp_path_factory.mktemp("random")
    for case, rows in zip(cases, run(language, cases, folder), strict=True):
        for row, (exact, plain) in zip(rows, case.expected, strict=True):
            for found, *values in zip(row, exact, plain, strict=True):
                assert any(
                    found == pytest.approx(value, rel=1e-9, abs=1e-9, nan_ok=True)
                    for value in values
                ), (case, found, values)


PROGRAMS = {
    "names that the code makes up": (
        "t1*value + d_x*formula + out",
        dict.fromkeys(["t1", "value", "d_x", "formula", "out"], 2.0),
    ),
    "a label like a derivative": ("d_x = x*2; d_x*x", {"x": 2.0}),
    "an output like another": (
        "[d_x*2, out*d_x, x]",
        {"d_x": 2.0, "out": 3.0, "x": 1.0},
    ),
    "names of modules and functions": (
        "np*math + torch*jnp*Math*largest"
        " + max(np, math, sigmoid)*NAN*INFINITY*stacked",
        dict.fromkeys(
            [
                "np",
                "math",
                "torch",
                "jnp",
                "Math",
                "largest",
                "sigmoid",
                "NAN",
                "INFINITY",
                "stacked",
            ],
            1.5,
        ),
    ),
    "keywords": (
        "lambda*int*float*new*void*var + double^2 + exp(exp)*abs(abs)",
        dict.fromkeys(
            ["lambda", "int", "float", "new", "void", "var", "double", "exp", "abs"],
            0.5,
        ),
    ),
    "letters": (
        "θ*é + 中*θ_ + Ω*ω*theta + ñ",
        {
            "θ": 1.0,
            "é": 2.0,
            "中": 3.0,
            "θ_": 4.0,
            "Ω": 5.0,
            "ω": 6.0,
            "theta": 7.0,
            "ñ": 8.0,
        },
    ),
    "a matrix": ("m @ v", {"m": [[1.0, 2.0], [3.0, 4.0]], "v": [5.0, 6.0]}),
    "rows": (
        "sum(softmax(m[0] + v))*norm(m[1])",
        {"m": [[1.0, 2.0], [3.0, 4.0]], "v": [5.0, 6.0]},
    ),
    "a matrix as it is": ("m", {"m": [[1.0, 2.0], [3.0, 4.0]]}),
    "a variable as it is": ("x", {"x": 2.0}),
    "a number": ("x*0 + 3", {"x": 2.0}),
    "what is not needed": ("where(1, 2, x)", {"x": 2.0}),
    "a labelled list": ("y = [x, 2*x]; y", {"x": 2.0}),
    "conditions": (
        "c = x > 0; c*x + (c == 0)*2 + where(c, 3, x) + ((x > 0) + (x > 1))*x"
        " + where((x > 0) + (x > 1), x, 1) + where((x > 3) == 0, 1, 2) + ((x>0) != 0)",
        {"x": -1.5},
    ),
    "lists of one": (
        "max([x]) + sum([x]) + prod([x]) + hypot([x]) + logsumexp([x])",
        {"x": -1.5},
    ),
    "numbers as operands": (
        "max(1, 2, x)*hypot(3, x, 4)*atan2(2, x)*mod(7, x)*2^x*clip(3, x, 5)*prod(2, x)"
        "*logsumexp(1, x)*bce_logits(x, 1)*bce_logits(1, x)*hypot(2, x)*max(1, x)"
        "*cross_entropy_logits([x, 1], [0, 1])",
        {"x": 2.5},
    ),
    "signs and powers": (
        "x^0.5 + x^-1 + x^3 + x^-2 + (-x)^3 - x^2 + -x^2 - -x + x - -1 + 2^-x",
        {"x": 2.5},
    ),
    "rules of its own": (
        "f(a, b) = a*b | b, 7*a; g(x) = f(x, k)^2 | 2*x*k; g(x) + f(x, k)",
        {"x": 1.5, "k": 2.0},
    ),
}


HELD = [Case(program, [point]) for program, point in PROGRAMS.values()]


@pytest.mark.parametrize("language", RUN)
def test_whatever_a_program_holds(language, tmp_path):
    assert_right(language, HELD, tmp_path, units=8)


VALUES = [replace(case, gradient=False) for case in HELD]


@pytest.mark.parametrize("language", RUN)
def test_values_alone(language, tmp_path):
    assert_right(language, VALUES, tmp_path, units=8)


# Keywords of any standard, macros and types of headers, what is called in the code, and
# what the code makes up; letters of other scripts, and names that are not the user's.
NAMES = """
    auto break case char const continue default do double else enum extern float for
    goto if inline int long register restrict return short signed sizeof static struct
    switch typedef union unsigned void volatile while bool true false nullptr typeof asm
    alignas alignof constexpr static_assert thread_local typeof_unqual linux unix i386
    FP_ILOGB0 FP_ILOGBNAN FP_FAST_FMA FP_FAST_FMAF FP_NAN NAN INFINITY HUGE_VAL HUGE
    HUGE_VALF M_PI M_E M_1_PI M_PIl M_SQRT1_2f32x SNAN MATH_ERRNO math_errhandling errno
    isnan isinf signbit float_t double_t _Bool _Complex _Generic __x __ _ _X __func__
    __LINE__ __debug__ __class__ main exp sin gamma lgamma y0 y1 j0 yn fmax fma frexp
    product larger largest sign mod clip relu length out value formula v i count abs div
    arguments async await catch class debugger delete eval export extends finally
    function implements import in instanceof interface let new null package private
    protected public super this throw try undefined var with yield NaN Infinity Math
    Number Object Array globalThis of get set constructor __proto__ prototype power
    ldexp smallest sigmoid round None True False and as assert def del elif except from
    global is lambda nonlocal not or pass raise match type print list tuple zip map
    math np jnp jax torch numpy tensor each stacked arrays self t1 t2 d_x d_auto divide
    INF math_ θ Θ é 中 ñ ß μ x١ x̂ ẋ
"""


def _with_names(names, label):
    first, last = names[0], names[-1]
    total = " + ".join(f"{name}*{k}" for k, name in enumerate(names, 1))
    return Case(
        f"{label} = {total}; max({label}, {first}, 0.1)*sigmoid({last})"
        f" + where({first} > 0, exp({first})*sin({last}), gamma({first}))"
        f" + {label}^{first} + mod({last}, {first}) + round({label}) + sign({first})"
        f" + min({last}, 1e999) + lgamma({last}) + abs({first})"
        f" + prod([{first}, {last}]) + hypot({first}, {last}, 1)",
        [{name: 0.3 + 0.1 * k for k, name in enumerate(names)}],
    )


@cache
def cases_of_names():
    names = NAMES.split()
    groups = [names[k : k + 7] for k in range(0, len(names), 7)]
    labels = [group[0] for group in [*groups[5:], *groups[:5]]]
    cases = list(map(_with_names, groups, labels))
    return cases + [Case(f"{name} = x*2; [{name}, x]", [{"x": 1.5}]) for name in labels]


@pytest.mark.parametrize("language", RUN)
def test_names_may_be_any(language, tmp_path):
    assert_right(language, cases_of_names(), tmp_path, units=16)


LARGE_TEXTS = {
    "a sum": "+".join(f"x*{k}.5" for k in range(5000)),
    "nested": "sin(" * 2000 + "x" + ")" * 2000,
    "a list": f"max([{', '.join(f'x*{k}' for k in range(500))}])",
    "a product": f"prod([{', '.join(['x'] * 500)}])",
    "choices": "where(x > 0, sqrt(" * 300 + "x" + "), 0)" * 300,
}
LARGE = {name: Case(text, [{"x": 0.75}]) for name, text in LARGE_TEXTS.items()}


@pytest.mark.parametrize("language", RUN)
@pytest.mark.parametrize("case", LARGE.values(), ids=LARGE)
def test_large_formulas_run(language, case, tmp_path):
    text = case.text(language)
    assert max(map(len, text.splitlines())) < 200
    assert len(text) < 150 * len(case.program)
    ((row,),) = run(language, [case], tmp_path)
    ((exact, plain),) = case.expected
    for found, *values in zip(row, exact, plain, strict=True):
        assert any(found == pytest.approx(value, rel=1e-9) for value in values)


def written(program, language, *, gradient=False, wrt=None, **values):
    bound = bind(program, values, complete=False)
    return formula_text(bound, notation=language, gradient=gradient, wrt=wrt)


@pytest.mark.parametrize("name", [*keyword.kwlist[3:], "math", "float"])
def test_python_keeps_its_own_names(name):
    text = written(f"{name}*tanh({name}) + (x > 1)", "python")
    assert f"def formula({name}_, x):" in text
    ast.parse(text)


def test_a_name_that_means_nothing_there_stays():
    assert "def formula(largest):" in written("2*largest", "python")
    assert "def formula(largest_, x):" in written("max(largest, x)", "python")


def test_c_writes_letters_in_ascii():
    text = written("θ*é + 中", "c")
    assert "double formula(double theta, double e, double u4e2d)" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_keep_their_names(language):
    text = written("n = x*w + b; o = tanh(n); o^3*n", language, gradient=True)
    for name in ("n", "o", "d_n", "d_o"):
        assert f"{name} = " in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_values_are_filled_in_unless_asked_for(language):
    filled = written("w*x", language, w=2.0)
    assert "formula(x)" in filled or "formula(double x)" in filled
    assert "w*x with w = 2" in filled
    kept = written("w*x", language, w=2.0, wrt=["w"])
    assert "formula(w, x)" in kept or "formula(double w, double x)" in kept


@pytest.mark.parametrize(
    ("wrt", "values", "derivatives"),
    [
        (None, {"w": 2.0}, "(d_x,)"),
        (["w"], {}, "(d_w,)"),
        (["w"], {"w": 2.0, "x": 1.0}, "(d_w,)"),
        (None, {"w": 2.0, "x": 1.0}, "(d_w, d_x)"),
        (["n", "x"], {}, "(d_n, d_x)"),
    ],
)
def test_gradients_are_of_what_is_asked_for_or_has_no_value(wrt, values, derivatives):
    text = written("n = w*x; n^2", "python", gradient=True, wrt=wrt, **values)
    assert f"Returns the value and {derivatives}." in text


def test_an_operation_that_is_new_is_defined_by_its_function(monkeypatch):
    own = Operation("own", "x", lambda x: x * x + 1, ("2*x",), "its own")
    monkeypatch.setitem(OPERATIONS, "own", own)
    assert PYTHON.spelling(own, [None]).template == "own({operands})"


@pytest.mark.parametrize("language", [PYTHON, NUMPY, C, JAVASCRIPT])
def test_only_what_is_needed_is_defined(language):
    assert list(language.definitions(["x", "n"])) == []


def test_a_list_of_which_an_element_is_kept_is_a_parameter():
    text = written("m*k", "python", gradient=True, wrt=["m[1]"], m=[3.0, 4.0], k=2.0)
    assert "def formula_and_gradient(m):" in text
    assert "m*k with k = 2" in text
    namespace = {}
    exec(text, namespace)
    result = namespace["formula_and_gradient"]([5.0, 6.0])
    assert result == ([10.0, 12.0], ([0.0, 2.0],))


def test_c_keeps_the_names_of_later_standards_and_of_compilers():
    text = written("bool*true*linux*M_PI", "c")
    assert "double bool_, double true_, double linux_, double M_PI_" in text


def test_lines_that_go_on_begin_with_the_operator():
    assert wrapped("    y = " + " + ".join(["f(a, b)"] * 12), "(", ")") == [
        "    y = (",
        "        " + " + ".join(["f(a, b)"] * 8),
        "        + " + " + ".join(["f(a, b)"] * 4),
        "    )",
    ]


def test_what_is_returned_has_no_name_of_its_own():
    text = written("+".join(f"sin(x*{k})" for k in range(2, 10)), "c")
    assert re.search(r"return t1\b.*\+", text, re.DOTALL)


@pytest.mark.parametrize(
    "text", ["x", "x" * 200, "f(" + "a, " * 99 + "a)", "a + b " * 99]
)
def test_broken_lines_hold_all_of_the_text(text):
    assert " ".join(line.strip() for line in wrapped(text)) == text.strip()


ARRAYS = {
    "x*2 + 1": {"x": 3},
    "w*x + b": {"w": 3, "x": 0, "b": 0},
    "7 + 0*x": {"x": 3},
    "max(x, 2) + mod(7, y)": {"x": 3, "y": 0},
    "[2*x, 3]": {"x": 3},
    "[2*x + w, w]": {"x": 3, "w": 0},
    "[[x, 1], [0, 2]]": {"x": 3},
}


@pytest.mark.parametrize("program", ARRAYS)
@pytest.mark.parametrize("language", ["numpy", "jax", "torch"])
def test_results_have_the_shape_to_which_the_arguments_broadcast(language, program):
    if missing(language):
        pytest.skip(str(missing(language)))
    sizes = ARRAYS[program]
    case = Case(program, [dict.fromkeys(sizes, 1.25)])
    namespace = {}
    exec(case.text(language), namespace)
    one = namespace["formula"](*([1.25] * len(sizes)))
    many = namespace["formula"](*([1.25] * size or 1.25 for size in sizes.values()))
    for single, array in zip([one[0], *one[1]], [many[0], *many[1]], strict=True):
        assert tuple(array.shape) == (*single.shape, 3)
        assert list(flat(array)) == [x for x in flat(single) for _ in range(3)]


@pytest.mark.parametrize(
    ("language", "returned"),
    [
        ("python", "Returns the value and ()"),
        ("numpy", "Returns the value and ()"),
        ("javascript", "Returns [value, []]"),
    ],
)
def test_a_gradient_by_nothing_is_spoken_of(language, returned):
    text = written("2 + 3", language, gradient=True)
    assert f"{returned}: the formula has no variable to differentiate by." in text


@pytest.mark.parametrize("language", ["python", "numpy", "javascript"])
def test_the_sizes_of_lists_are_named(language):
    text = written("m@v + x", language, wrt=["m", "v"], m=[[1.0, 2.0]], v=[3.0, 4.0])
    assert "m is 1 x 2, v has 2 elements." in text


def test_a_call_in_torch_makes_tensors_of_its_numbers():
    text = written("mod(7, x) + max(x, 2)", "torch")
    assert "torch.remainder(tensor(7), x) + torch.maximum(x, tensor(2))" in text


@pytest.mark.parametrize("language", ["c", "javascript", "python"])
def test_what_is_chosen_has_one_name(language):
    text = written("max(a, b)*clip(a, 0, 1) + a^b", language, gradient=True)
    assert re.search(r"^ +else|\} else", text, re.MULTILINE)
    assert not re.search(r"^ +\w+ = t\d+;?$", text, re.MULTILINE)


def test_c_says_where_lists_are_written():
    text = written("[x, 2*x]", "c", gradient=True)
    assert "Writes the elements to out and the derivatives to d_x." in text
