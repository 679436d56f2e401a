"""SymPy: symbolic derivatives, turned into Python by lambdify."""

import re

import sympy
import works
from sympy.core.cache import clear_cache


def _function(text, names):
    symbols = {name: sympy.Symbol(name) for name in names}
    expression = sympy.sympify(text, locals=symbols)
    gradient = [sympy.diff(expression, symbol) for symbol in symbols.values()]
    return sympy.lambdify(
        list(symbols.values()), [expression, gradient], modules="math", cse=True
    )


def text_to_gradients(terms):
    text, point = works.balanced(terms), works.balanced_point(terms)
    return lambda: works.answer(*_function(text, list(point))(*point.values()))


def again(terms):
    point = works.balanced_point(terms)
    f = _function(works.balanced(terms), list(point))
    return lambda: works.answer(*f(*point.values()))


def neuron(calls):
    f = _function(works.NEURON, list(works.NEURON_POINT))
    point = tuple(works.NEURON_POINT.values())

    def run():
        for _ in range(calls):
            value, gradient = f(*point)
        return works.answer(value, gradient)

    return run


def derivatives(count):
    rows = [
        (_expression(formula), [sympy.Symbol(name) for name in names])
        for formula, names in works.textbook(count)
    ]

    def run():
        # It keeps what it simplified before.
        clear_cache()
        return [
            sympy.simplify(sympy.diff(expression, *names)) for expression, names in rows
        ]

    def made(expressions):
        from reference.lengths import operations

        lengths = [operations(in_own_notation(each)) for each in expressions]
        return [_value(each) for each in expressions], lengths

    run.made = made
    return run


def _expression(formula):
    words = set(re.findall(r"[A-Za-z_]\w*\b(?!\()", formula)) - {"pi"}
    symbols = {word: sympy.Symbol(word) for word in words}
    return sympy.sympify(formula.replace("^", "**"), locals=symbols)


def _value(expression):
    point = works.textbook_point({symbol.name for symbol in expression.free_symbols})
    return float(expression.evalf(30, subs=point))


def in_own_notation(expression):
    """The text of an expression as gradcalc reads it."""
    text = str(expression).replace("**", "^").replace("Abs(", "abs(")
    return re.sub(r"\bE\b", "e", text)


def chained(depth):
    return _evaluated(works.chained(depth))


def nested(depth):
    return _evaluated(works.nested(depth))


def _evaluated(text):
    def run():
        value, (gradient,) = _function(text, ["x"])(0.5)
        return [value, gradient]

    return run
