"""Simplifying: the work and the text grow as the formula does, whatever its shape."""

import sys

import pytest

from gradcalc.algebra.derivative import derivative


def labels(first, step, count):
    """A program of so many labels, each made of the one before, {0}."""
    lines = [f"a0 = {first}"]
    lines += [f"a{i} = {step.format(f'a{i - 1}')}" for i in range(1, count)]
    return "\n".join(lines)


def nested(step, count):
    """A formula nested so often, from x on."""
    before, after = step.split("{0}")
    return before * count + "x" + after * count


def joined(operator, part, count):
    """The part so often, in which {0} is a number."""
    return operator.join(part.format(i + 2) for i in range(count))


SHAPES = {
    "a product of labels": lambda n: labels("sin(x)", "sin({0})*{0}", n),
    "a sum of labels": lambda n: labels("sin(x)", "{0}^2 + {0}", n),
    "the logistic map": lambda n: labels("x", "r*{0}*(1 - {0})", n),
    "Newton's method": lambda n: labels("x", "({0} + x/{0})/2", n),
    "a factor x among many": lambda n: "x*" + joined("*", "y{0}", n),
    "a power written out": lambda n: joined("*", "x", n),
    "a product of sums": lambda n: joined("*", "(x + {0})", n),
    "a product of calls": lambda n: joined("*", "sin({0}*x)", n),
    "a quotient of many": lambda n: "x/" + joined("/", "y{0}", n),
    "a quotient of sums": lambda n: joined("/", "(x + {0})", n),
    "a sum of products": lambda n: joined("+", "x*y{0}", n),
    "a sum of calls": lambda n: joined("+", "sin(x*y{0})", n),
    "a sum that shares": lambda n: "p = x*sin(x)\n" + joined("+", "p*y{0}*z{0}", n),
    "squares of errors": lambda n: joined("+", "(x*{0} + b - c{0})^2", n),
    "a list": lambda n: f"logsumexp({joined(', ', 'x*y{0}', n)})",
    "nested calls": lambda n: nested("sin({0})", n),
    "nested neurons": lambda n: nested("tanh(w*{0} + b)", n),
    "nested squares": lambda n: nested("({0}^2 + 1)", n),
    "nested roots": lambda n: nested("sqrt(1 + {0})", n),
    "a continued fraction": lambda n: nested("x/(1 + {0})", n),
    "nested conditions": lambda n: nested("where(x > 1, {0}, x)", n),
}


def work(text):
    """The calls that the derivative takes, and its text."""
    calls = 0

    def count(_frame, event, _argument):
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        written = derivative(text, "x")
    finally:
        sys.setprofile(before)
    return calls, written


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_twice_the_formula_is_twice_the_work(shape):
    derivative("sin(x)*x", "x")
    (few, short), (many, long) = (work(shape(n)) for n in (60, 120))
    assert many < 2.5 * few
    # Longer numbers in longer names, too.
    assert len(long) < 2.6 * len(short) + 50


def test_labels_are_names_where_the_formula_is_shorter_so():
    program = labels("sin(x)", "{0}^2 + {0}", 4)
    assert derivative(program, "x") == (
        "a0 = sin(x)\na1 = a0^2 + a0\ncos(x)*(2*a1*(a1 + 1) + 1)*(2*a1 + 1)*(2*a0 + 1)"
    )
    assert derivative("s = x^2; s*x", "x") == "3*x^2"
    fibonacci = "a0 = x\na1 = sin(x)\n" + "\n".join(
        f"a{i} = a{i - 1}*a{i - 2}" for i in range(2, 12)
    )
    assert derivative(fibonacci, "x").endswith("*(89*x*cos(x) + 55*a1)")
