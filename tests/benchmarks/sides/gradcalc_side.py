"""gradcalc."""

import contextlib
import io
import json
import os
import sys
import tempfile

import works
from reference.lengths import operations

import gradcalc
from gradcalc.cli.main import main
from gradcalc.engine.passes import gradients
from gradcalc.language.bindings import bind
from gradcalc.language.names import read_program
from gradcalc.shapes import flatten


def text_to_gradients(terms):
    text, point = works.balanced(terms), works.balanced_point(terms)

    def run():
        evaluation = gradcalc.evaluate(text, point)
        return works.answer(evaluation.value, evaluation.gradient.values())

    gradcalc.evaluate("x", {"x": 1.0})
    return run


def again(terms):
    bound = bind(works.balanced(terms), works.balanced_point(terms))
    graph = bound.program.graph
    wanted = [node for s in graph.variables.values() for node in flatten(s)]

    def run():
        values = graph.forward(bound.given)
        active = graph.dependents(wanted)
        found = gradients(graph, values, bound.output, active)
        return works.answer(values[bound.output], [found[node] for node in wanted])

    return run


def neuron(calls):
    f = gradcalc.value_and_grad(works.NEURON, list(works.NEURON_POINT))
    x1, x2, w1, w2, b = works.NEURON_POINT.values()

    def run():
        for _ in range(calls):
            value, gradient = f(x1, x2, w1, w2, b)
        return works.answer(value, gradient)

    return run


def arrays(rows):
    f = gradcalc.vectorized(works.NEURON, list(works.NEURON_POINT))
    columns = works.columns(rows)
    return lambda: works.array_answer(*f(*columns))


def tables(rows):
    return works.mapped(rows, ".csv", _mapped)


def typed_tables(rows):
    return works.mapped(rows, ".parquet", _mapped)


def _mapped(source, target):
    main(["map", works.NEURON, "--data", str(source), "--out", str(target)])


def pipe(rows):
    return works.piped(rows, [sys.executable, "-m", "gradcalc", "map", works.NEURON])


def spark(rows):
    from sides.pyspark_side import on_spark

    return on_spark(rows, lambda frame: gradcalc.map_spark(frame, works.NEURON))


def derivatives(count):
    rows = works.textbook(count)

    def run():
        return [_derivative(formula, names) for formula, names in rows]

    def made(texts):
        return [_value(text) for text in texts], list(map(operations, texts))

    run.made = made
    gradcalc.derivative("x^2", "x")
    return run


def _derivative(text, names):
    for name in names:
        text = gradcalc.derivative(text, name)
    return text


def _value(text):
    names = read_program(text).variables({})
    return gradcalc.evaluate(text, works.textbook_point(names)).value


def training(epochs):
    file, path = tempfile.mkstemp(suffix=".csv")
    with open(file, "w", newline="", encoding="utf-8") as rows:
        rows.write(works.training_csv())
    words = [
        "train", "w*x + b", "--data", path, "--target", "y", "--loss", "mse",
        "--no-shuffle", f"--rate={works.RATE}", f"--epochs={epochs}", "--json",
        *(f"--{name}={value!r}" for name, value in works.START.items()),
    ]  # fmt: skip

    def run():
        page = io.StringIO()
        with contextlib.redirect_stdout(page):
            main(words)
        parameters = json.loads(page.getvalue())["parameters"]
        return [parameters["w"], parameters["b"]]

    run.clean = lambda: os.unlink(path)
    return run


def line(rows):
    return _fit(*works.LINE, works.line, rows)


def decay(rows):
    return _fit(*works.DECAY, works.decay, rows)


def _fit(formula, truth, model, rows):
    t, y = works.curve(rows, model, truth)

    def run():
        found = gradcalc.fit(formula, {"t": t, "y": y}, "y").values
        return works.fitted(found[name] for name in truth)

    return run


def certified(count):
    runs = works.certified(count)

    def run():
        return [
            gradcalc.fit(each.formula, each.rows, each.target, start=start).values
            for each, start in runs
        ]

    run.reached = works.reached(runs)
    return run


def chained(depth):
    return _evaluated(works.chained(depth))


def nested(depth):
    return _evaluated(works.nested(depth))


def _evaluated(text):
    def run():
        evaluation = gradcalc.evaluate(text, {"x": 0.5})
        return [evaluation.value, evaluation.gradient["x"]]

    return run
