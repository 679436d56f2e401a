"""micrograd, with a tanh as its author writes it, over Python's own parser."""

import math
import sys

import works
from micrograd.engine import Value


def tanh(operand):
    t = math.tanh(operand.data)
    out = Value(t, (operand,), "tanh")

    def _backward():
        operand.grad += (1 - t * t) * out.grad

    out._backward = _backward
    return out


def sin(operand):
    out = Value(math.sin(operand.data), (operand,), "sin")

    def _backward():
        operand.grad += math.cos(operand.data) * out.grad

    out._backward = _backward
    return out


def _evaluated(code, point):
    variables = {name: Value(number) for name, number in point.items()}
    out = eval(code, {"tanh": tanh, "sin": sin}, variables)
    out.backward()
    return works.answer(out.data, [v.grad for v in variables.values()])


def text_to_gradients(terms):
    text, point = works.balanced(terms), works.balanced_point(terms)
    return lambda: _evaluated(compile(text, "formula", "eval"), point)


def again(terms):
    # Its graph is made anew with every value, by Python code that is compiled once.
    code = compile(works.balanced(terms), "formula", "eval")
    point = works.balanced_point(terms)
    return lambda: _evaluated(code, point)


def neuron(calls):
    code = compile(works.NEURON, "formula", "eval")

    def run():
        for _ in range(calls):
            found = _evaluated(code, works.NEURON_POINT)
        return found

    return run


def training(epochs):
    rows = works.training_rows()

    def run():
        w, b = Value(works.START["w"]), Value(works.START["b"])
        for _ in range(epochs):
            for x, y in rows:
                loss = (w * x + b - y) ** 2
                w.grad = b.grad = 0
                loss.backward()
                w.data -= works.RATE * w.grad
                b.data -= works.RATE * b.grad
        return [w.data, b.data]

    return run


def chained(depth):
    return lambda: _at_half(works.chained(depth))


def nested(depth):
    return lambda: _at_half(works.nested(depth))


def _at_half(text):
    x = Value(0.5)
    out = eval(compile(text, "formula", "eval"), {"sin": sin}, {"x": x})
    out.backward()
    return [out.data, x.grad]


assert sys.getrecursionlimit() == 1000, "Python as it comes"
