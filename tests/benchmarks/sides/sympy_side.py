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
        (formula.replace("^", "**"), [sympy.Symbol(name) for name in names])
        for formula, names in works.textbook(count)
    ]

    def run():
        # It keeps what it simplified before.
        clear_cache()
        return [
            str(sympy.simplify(sympy.diff(_expression(formula), *names)))
            for formula, names in rows
        ]

    def made(texts):
        from reference.lengths import operations

        lengths = [operations(in_own_notation(text)) for text in texts]
        return [_value(_expression(text)) for text in texts], lengths

    run.made = made
    return run


def _expression(text):
    words = set(re.findall(r"[A-Za-z_]\w*\b(?!\()", text)) - {"pi", "E"}
    symbols = {word: sympy.Symbol(word) for word in words}
    return sympy.sympify(text, locals=symbols)


def _value(expression):
    point = works.textbook_point({symbol.name for symbol in expression.free_symbols})
    return float(expression.evalf(30, subs=point))


def in_own_notation(text):
    """The text of an expression as gradcalc reads it."""
    text = text.replace("**", "^").replace("Abs(", "abs(")
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
