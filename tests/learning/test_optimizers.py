"""Update rules against PyTorch's, on the same rows in the same order."""

import json
from pathlib import Path

import pytest

from gradcalc.learning.epochs import StepSetup, careful_epoch, written_epoch
from gradcalc.learning.objective import compose
from gradcalc.learning.optimizers import UPDATE_RULES, initial_state
from gradcalc.shapes import leaves_of

FIXTURE = json.loads(Path(__file__).with_name("torch_steps.json").read_text())
CASES = {
    f"{case['optimizer']}, batches of {case['batch']}, l2 {case['l2']}": case
    for case in FIXTURE["cases"]
}


@pytest.mark.parametrize("make", [written_epoch, careful_epoch])
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_parameters_are_those_of_pytorch(case, make):
    objective = compose(FIXTURE["model"], "mse", {}, None)
    names = list(FIXTURE["start"])
    setup = StepSetup(
        objective,
        [*leaves_of(objective.graph.variables, ["x"]), objective.target],
        leaves_of(objective.graph.variables, names),
        {},
        UPDATE_RULES[case["optimizer"]],
        {"rate": FIXTURE["rate"]},
        batch=case["batch"],
        decay=case["l2"],
    )
    state = initial_state(setup.optimizer, list(FIXTURE["start"].values()))
    epoch = make(setup)
    for expected in case["epochs"]:
        epoch(FIXTURE["rows"], state)
        found = dict(zip(names, state.parameters, strict=True))
        assert found == pytest.approx(expected, rel=1e-12)


def test_every_optimizer_is_compared():
    assert {case["optimizer"] for case in FIXTURE["cases"]} == set(UPDATE_RULES)
