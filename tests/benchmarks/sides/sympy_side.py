"""SymPy: symbolic derivatives, turned into Python by lambdify."""

import sympy
import works


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


def chained(depth):
    return _evaluated(works.chained(depth))


def nested(depth):
    return _evaluated(works.nested(depth))


def _evaluated(text):
    def run():
        value, (gradient,) = _function(text, ["x"])(0.5)
        return [value, gradient]

    return run
