"""NumPy by hand, array by array."""

import numpy as np
import works


def arrays(rows):
    x1, x2, w1, w2, b = works.columns(rows)

    def run():
        value = np.tanh(x1 * w1 + x2 * w2 + b)
        slope = 1 - value * value
        gradient = slope * w1, slope * w2, slope * x1, slope * x2, slope
        return works.array_answer(value, gradient)

    return run
