"""Works out with PyTorch, in double precision, what the tests compare gradcalc with.

Run once, with PyTorch 2.13 installed, to write torch_numbers.json beside this file:

    python tests/reference/make_torch_numbers.py

A case is a formula of gradcalc's, the values of its variables, and PyTorch's value and
gradient of the same function.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional

torch.set_default_dtype(torch.float64)


Case = dict[str, Any]


def case(formula: str, function: Callable[..., Any], **variables: Any) -> Case:
    """The formula with PyTorch's value and gradient of the function.

    The function takes the variables in their order; what it detaches has no gradient.
    """
    tensors = {
        name: torch.tensor(value, dtype=torch.float64, requires_grad=True)
        for name, value in variables.items()
    }
    value = function(*tensors.values())
    value.backward()
    return {
        "formula": formula,
        "variables": variables,
        "value": value.item(),
        "gradient": {
            name: tensor.grad.tolist()
            for name, tensor in tensors.items()
            if tensor.grad is not None
        },
    }


def perceptron(x: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:  # noqa: N803
    return functional.linear(torch.tanh(functional.linear(x, W1, b1)), W2, b2)


def cases() -> list[Case]:
    generator = torch.Generator().manual_seed(20)

    def matrix(*shape: int) -> Any:
        return torch.randn(*shape, generator=generator).tolist()

    layers = {
        "x": matrix(3), "W1": matrix(4, 3), "b1": matrix(4),
    }  # fmt: skip
    prediction, target = [0.9, 0.2, 0.6], [1.0, 0.0, 1.0]
    logits, one_hot = [1.5, -2.25, 0.5], [0.0, 0.0, 1.0]
    return [
        case(
            "linear(tanh(linear(x, W1, b1)), W2, b2)",
            perceptron, **layers, W2=matrix(4), b2=0.25,
        ),
        case(
            "sum(linear(tanh(linear(x, W1, b1)), W2, b2)^2)",
            lambda *v: (perceptron(*v) ** 2).sum(),
            **layers, W2=matrix(2, 4), b2=matrix(2),
        ),
        case(
            "cross_entropy_logits(linear(relu(linear(x, W1, b1)), W2, b2), [1, 0, 0])",
            lambda x, W1, b1, W2, b2: functional.cross_entropy(  # noqa: N803
                functional.linear(torch.relu(functional.linear(x, W1, b1)), W2, b2),
                torch.tensor(0),
            ),
            **layers, W2=matrix(3, 4), b2=matrix(3),
        ),
        case("mse(p, t)", functional.mse_loss, p=prediction, t=target),
        case("mae(p, t)", functional.l1_loss, p=prediction, t=target),
        case(
            "huber(p, t)", functional.huber_loss,
            p=[0.9, 3.2, -4.0], t=target,
        ),
        case(
            "huber(p, t, 0.05)",
            lambda p, t: functional.huber_loss(p, t, delta=0.05),
            p=prediction, t=target,
        ),
        case(
            "bce(p, t)", lambda p, t: functional.binary_cross_entropy(p, t.detach()),
            p=prediction, t=target,
        ),
        case(
            "mean(bce_logits(z, t))",
            lambda z, t: functional.binary_cross_entropy_with_logits(z, t.detach()),
            z=logits, t=one_hot,
        ),
        case(
            "cross_entropy(softmax(z), t)",
            lambda z, t: functional.cross_entropy(z, t.detach()), z=logits, t=one_hot,
        ),
        case(
            "cross_entropy_logits(z, t)",
            lambda z, t: functional.cross_entropy(z, t.detach()), z=logits, t=one_hot,
        ),
        case(
            "kl_divergence(p, q)",
            lambda p, q: functional.kl_div(
                torch.log(q), p.detach(), reduction="sum"
            ),
            p=[0.7, 0.2, 0.1], q=[0.3, 0.3, 0.4],
        ),
        case("sum(softmax(z)*[1, 2, 3])", softmax_sum, z=logits),
        case("sum(log_softmax(z)*[1, 2, 3])", log_softmax_sum, z=logits),
        case("logsumexp(z)", lambda z: torch.logsumexp(z, 0), z=logits),
        case("variance(v)", lambda v: torch.var(v, correction=0), v=logits),
        case("std(v)", lambda v: torch.std(v, correction=0), v=logits),
        case("norm(v)", torch.linalg.vector_norm, v=logits),
        case("prod(v)", torch.prod, v=logits),
        *(
            case(f"{name}(x)", function, x=x)
            for name, function in ACTIVATIONS.items()
            for x in (-2.5, -0.3, 0.7, 4.5)
        ),
    ]  # fmt: skip


def softmax_sum(z: Any) -> Any:
    return (functional.softmax(z, 0) * torch.tensor([1.0, 2.0, 3.0])).sum()


def log_softmax_sum(z: Any) -> Any:
    return (functional.log_softmax(z, 0) * torch.tensor([1.0, 2.0, 3.0])).sum()


ACTIVATIONS: dict[str, Callable[..., Any]] = {
    "leaky_relu": functional.leaky_relu,
    "elu": functional.elu,
    "selu": functional.selu,
    "gelu": functional.gelu,
    "silu": functional.silu,
    "swish": functional.silu,
    "mish": functional.mish,
    "softsign": functional.softsign,
    # PyTorch's own hardsigmoid holds 1/6 in single precision only.
    "hard_sigmoid": lambda x: torch.clamp(x / 6 + 0.5, 0, 1),
    "relu6": functional.relu6,
    "relu": functional.relu,
    "sigmoid": functional.sigmoid,
    "softplus": functional.softplus,
    "logsigmoid": functional.logsigmoid,
}

if __name__ == "__main__":
    text = json.dumps(cases(), indent=1)
    Path(__file__).with_name("torch_numbers.json").write_text(text + "\n")
