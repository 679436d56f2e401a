"""Python by hand: what somebody would write who does the calculus on paper."""

from math import tanh

import works


def neuron(calls):
    point = works.NEURON_POINT.values()

    def value_and_gradient(x1, x2, w1, w2, b):
        out = tanh(x1 * w1 + x2 * w2 + b)
        slope = 1 - out * out
        return out, (slope * w1, slope * w2, slope * x1, slope * x2, slope)

    x1, x2, w1, w2, b = point

    def run():
        for _ in range(calls):
            value, (dx1, dx2, dw1, dw2, db) = value_and_gradient(x1, x2, w1, w2, b)
        return works.answer(value, (dx1, dx2, dw1, dw2, db))

    return run


def training(epochs):
    rows = works.training_rows()

    def run():
        w, b = works.START["w"], works.START["b"]
        rate = works.RATE
        for _ in range(epochs):
            for x, y in rows:
                slope = 2 * (w * x + b - y)
                w -= rate * (slope * x)
                b -= rate * slope
        return [w, b]

    return run
