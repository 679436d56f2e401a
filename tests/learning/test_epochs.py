"""An epoch written out as Python comes to the same bits as the one over lists."""

import math
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference.programs import PROGRAMS

from gradcalc.engine.passes import gradients
from gradcalc.language.bindings import bind
from gradcalc.learning.epochs import (
    MOST_WRITTEN,
    NotFiniteError,
    StepSetup,
    careful_epoch,
    epoch_function,
    written_epoch,
)
from gradcalc.learning.objective import LOSSES, compose
from gradcalc.learning.optimizers import UPDATE_RULES, initial_state
from gradcalc.shapes import leaves_of


def setup_of(model, loss, parameters, *, outputs=None, shapes=None, **settings):
    """A setup in which every other name of the model is an input."""
    objective = compose(model, loss, shapes or {}, outputs)
    inputs = [name for name in objective.graph.variables if name not in parameters]
    target = objective.target
    optimizer = UPDATE_RULES[settings.pop("optimizer", "sgd")]
    fixed = settings.pop("fixed", {})
    held = leaves_of(objective.graph.variables, list(fixed))
    return StepSetup(
        objective,
        leaves_of(
            objective.graph.variables, [name for name in inputs if name not in fixed]
        )
        + (target if isinstance(target, list) else [target]),
        leaves_of(
            objective.graph.variables,
            [name for name in parameters if name not in fixed],
        ),
        dict(zip(held, fixed.values(), strict=True)),
        optimizer,
        {"rate": 0.1},
        **settings,
    )


def both(setup, rows, start):
    """What each epoch comes to: the sum of the losses and the state."""
    found = []
    for make in (written_epoch, careful_epoch):
        state = initial_state(setup.optimizer, start)
        total = make(setup)(rows, state)
        found.append((total, state.parameters, state.memory, state.count))
    return found


def same(one, other):
    """Whether the results agree to the bit but for the sign of a zero."""
    plain, other_plain = [re.sub(r"-0\.0\b", "0.0", repr(it)) for it in (one, other)]
    return plain == other_plain


# Formulas whose special cases the rows meet: kinks, ties, selection, poles.
MODELS = {
    "line": "w*x + b",
    "relu at 0": "relu(w*x) + b*x",
    "abs at 0": "abs(w*x + b)",
    "where": "where(x > w, w*x, b)",
    "selected pole": "where(x > 0, w*log(x), b)",
    "ties": "max(w*x, b*x, x)",
    "clip": "clip(w*x, 0, b)",
    "power": "w*x^b",
    "pole": "w/x + b",
    "sqrt": "sqrt(w*x) + b",
    "domain": "x*log(w) + atanh(b)",
    "saturated": "tanh(1000*w*x + b)",
    "label": "h = tanh(w*x + b); h*h + w",
    "function": "f(z) = z*sigmoid(z); f(w*x) + f(b)",
}
ROWS = [(0.0, 1.0), (1.0, 0.0), (-1.0, 2.0), (0.5, 0.5), (2.0, -1.0), (-0.0, 0.0)]


@pytest.mark.parametrize("batch", [1, 4, None])
@pytest.mark.parametrize("optimizer", UPDATE_RULES)
@pytest.mark.parametrize("decay", [0.0, 0.5])
@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_written_equals_careful(model, decay, optimizer, batch):
    setup = setup_of(
        model, "mse", ["w", "b"], optimizer=optimizer, batch=batch, decay=decay
    )
    for start in ([0.5, -0.25], [0.0, 0.0], [1.0, 1.0]):
        assert same(*both(setup, ROWS, start))


@pytest.mark.parametrize("loss", LOSSES)
def test_written_equals_careful_for_every_loss(loss):
    model, outputs, target = "sigmoid(w*x + b)", None, (1.0,)
    if LOSSES[loss].single:
        model, outputs, target = "softmax([w*x, b, x])", 3, (0.0, 1.0, 0.0)
    setup = setup_of(model, loss, ["w", "b"], outputs=outputs, decay=0.01)
    rows = [(x, *target) for x, _ in ROWS]
    assert same(*both(setup, rows, [0.5, -0.25]))


@pytest.mark.parametrize("batch", [1, 4])
@pytest.mark.parametrize(
    "program", [program for program in PROGRAMS if "y" in program or "z" in program]
)
def test_written_equals_careful_for_every_program(program, batch):
    # With decay, which is added to the text of a gradient, whatever that looks like.
    result = bind(program, {}, complete=False)
    outputs = len(result.output) if isinstance(result.output, list) else None
    setup = setup_of(
        program,
        "sum((prediction - target)^2)",
        [name for name in result.program.graph.variables if name in ("y", "z")],
        outputs=outputs,
        batch=batch,
        decay=0.5,
    )
    rows = [(x, *[target] * (outputs or 1)) for x, target in ROWS]
    for start in ([0.5, -0.25], [2.0, 0.5], [-1.0, 1.0]):
        assert same(*both(setup, rows, start[: len(setup.free)]))


@given(
    st.lists(st.tuples(*[st.floats(-3, 3)] * 2), min_size=1, max_size=6),
    st.lists(st.floats(-2, 2), min_size=2, max_size=2),
    st.sampled_from(list(MODELS.values())),
)
def test_a_step_is_the_walked_gradient(rows, start, model):
    setup = setup_of(model, "mse", ["w", "b"], batch=None)
    graph, loss = setup.objective.graph, setup.objective.loss
    active = graph.dependents(setup.free)
    sums = [0.0, 0.0]
    for row in rows:
        given_ = dict(zip(setup.arguments + setup.free, (*row, *start), strict=True))
        found = gradients(graph, graph.forward(given_), loss, active)
        sums = [a + (found[n] or 0.0) for a, n in zip(sums, setup.free, strict=True)]
    expected = [p - 0.1 * (a / len(rows)) for p, a in zip(start, sums, strict=True)]
    state = initial_state(setup.optimizer, start)
    written_epoch(setup)(rows, state)
    assert state.parameters == pytest.approx(expected, rel=1e-14, nan_ok=True)


@pytest.mark.parametrize("batch", [1, 3])
def test_a_gradient_is_right_though_one_on_the_way_is_no_double(batch):
    setup = setup_of("w/exp(x + b)*1e170", "sum(prediction)", ["w", "b"], batch=batch)
    rows = [(400.0, 0.0), (395.0, 0.0), (390.0, 0.0)]
    found = both(setup, rows, [0.5, -0.25])
    assert same(*found)
    assert all(map(math.isfinite, found[0][1]))


def test_what_is_fixed_stays():
    setup = setup_of("w*x + b", "mse", ["w", "b"], fixed={"b": 2.0})
    assert same(*both(setup, ROWS, [0.5]))
    assert len(both(setup, ROWS, [0.5])[0][1]) == 1


def test_lists_are_learned_element_by_element():
    setup = setup_of("W @ [x, 1] + b", "mse", ["W", "b"], outputs=2,
                       shapes={"W": (2, 2), "b": (2,)})  # fmt: skip
    rows = [(x, y, -y) for x, y in ROWS]
    assert same(*both(setup, rows, [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]))


def test_a_large_graph_is_not_written_out():
    terms = " + ".join(f"sin({k}*w*x)" for k in range(MOST_WRITTEN // 4 + 1))
    epoch = epoch_function(setup_of(terms, "mse", ["w"]))
    assert epoch.__qualname__.startswith("careful_epoch")


def test_an_interruption_keeps_what_was_learned():
    setup = setup_of("w*x + b", "mse", ["w", "b"])
    state = initial_state(setup.optimizer, [0.5, 0.5])

    def rows():
        yield from ROWS[:3]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        written_epoch(setup)(rows(), state)
    expected = initial_state(setup.optimizer, [0.5, 0.5])
    careful_epoch(setup)(ROWS[:3], expected)
    assert state.parameters == expected.parameters


@pytest.mark.parametrize(
    ("model", "row", "start"),
    [
        ("w*log(x) + b", (0.0, 1.0), [1.0, 1.0]),
        ("w*x + b", (1e200, 1.0), [1e200, 1.0]),
        ("sqrt(w) + b*x", (1.0, 1.0), [0.0, 1.0]),
    ],
    ids=["infinite loss", "overflow", "infinite gradient"],
)
def test_the_careful_epoch_stops_before_what_is_not_finite(model, row, start):
    setup = setup_of(model, "mse", ["w", "b"])
    state = initial_state(setup.optimizer, start)
    with pytest.raises(NotFiniteError) as caught:
        careful_epoch(setup, check=True)([row, row], state)
    assert caught.value.row == row
    assert state.parameters == start


def test_the_careful_epoch_knows_the_row_of_a_batch():
    setup = setup_of("w*sqrt(x - b)", "mse", ["w", "b"], batch=None)
    rows = [(2.0, 1.0), (1.0, 1.0), (3.0, 1.0)]
    state = initial_state(setup.optimizer, [1.0, 1.0])
    with pytest.raises(NotFiniteError) as caught:
        careful_epoch(setup, check=True)(rows, state)
    assert caught.value.row == (1.0, 1.0)
    assert math.isfinite(caught.value.loss)


def test_the_order_of_rows_matters_to_single_steps():
    setup = setup_of("w*x + b", "mse", ["w", "b"])
    rows = list(ROWS)
    one = both(setup, rows, [0.5, 0.5])[0]
    random.Random(0).shuffle(rows)
    assert both(setup, rows, [0.5, 0.5])[0] != one
