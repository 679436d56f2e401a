"""PyTorch, in doubles, over Python's own parser."""

import torch
import works

FUNCTIONS = {"tanh": torch.tanh, "sin": torch.sin}
torch.set_num_threads(1)


def _evaluated(code, point):
    variables = {
        name: torch.tensor(number, dtype=torch.float64, requires_grad=True)
        for name, number in point.items()
    }
    out = eval(code, FUNCTIONS, variables)
    out.backward()
    return works.answer(out.item(), [v.grad.item() for v in variables.values()])


def text_to_gradients(terms):
    text, point = works.balanced(terms), works.balanced_point(terms)
    return lambda: _evaluated(compile(text, "formula", "eval"), point)


def again(terms):
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


def chained(depth):
    code = works.chained(depth)
    return lambda: _evaluated(compile(code, "formula", "eval"), {"x": 0.5})[:2]


def nested(depth):
    code = works.nested(depth)
    return lambda: _evaluated(compile(code, "formula", "eval"), {"x": 0.5})[:2]
