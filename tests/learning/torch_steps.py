"""Makes torch_steps.json: parameters after steps of PyTorch's optimizers.

    python -m venv torch && torch/bin/pip install torch==2.13.0 numpy
    torch/bin/python tests/learning/torch_steps.py

Model and loss are written out in double precision; the rows keep their order.
"""

import json
import math
from pathlib import Path

import torch

ROWS = [
    (round(math.sin(3 * k + 1), 3), round(math.cos(5 * k) / 2 + 0.1 * k, 3))
    for k in range(12)
]
START = {"b1": 0.25, "b2": -0.5, "w1": 0.75, "w2": -1.25}
RATE = 0.05
EPOCHS = 4

OPTIMIZERS = {
    "sgd": lambda parameters, decay: torch.optim.SGD(
        parameters, lr=RATE, weight_decay=decay
    ),
    "momentum": lambda parameters, decay: torch.optim.SGD(
        parameters, lr=RATE, momentum=0.9, weight_decay=decay
    ),
    "adam": lambda parameters, decay: torch.optim.Adam(
        parameters, lr=RATE, weight_decay=decay
    ),
}


def parameters_after(optimizer, batch, decay):
    """The parameters after each epoch."""
    values = {
        name: torch.tensor(value, dtype=torch.float64, requires_grad=True)
        for name, value in START.items()
    }
    stepper = OPTIMIZERS[optimizer](list(values.values()), decay)
    epochs = []
    for _ in range(EPOCHS):
        for start in range(0, len(ROWS), batch):
            rows = torch.tensor(ROWS[start : start + batch], dtype=torch.float64)
            x, y = rows[:, 0], rows[:, 1]
            hidden = torch.tanh(values["w1"] * x + values["b1"])
            prediction = values["w2"] * hidden + values["b2"]
            stepper.zero_grad()
            ((prediction - y) ** 2).mean().backward()
            stepper.step()
        epochs.append({name: value.item() for name, value in values.items()})
    return epochs


def main():
    cases = [
        {
            "optimizer": optimizer,
            "batch": batch,
            "l2": decay,
            "epochs": parameters_after(optimizer, batch, decay),
        }
        for optimizer in OPTIMIZERS
        for batch in (1, 5, 12)
        for decay in (0.0, 0.1)
    ]
    fixture = {
        "torch": torch.__version__,
        "model": "w2*tanh(w1*x + b1) + b2",
        "rate": RATE,
        "rows": ROWS,
        "start": START,
        "cases": cases,
    }
    path = Path(__file__).with_name("torch_steps.json")
    path.write_text(json.dumps(fixture, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
