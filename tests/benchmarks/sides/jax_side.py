"""JAX, compiled by XLA in doubles, over Python's own parser."""

import jax
import jax.numpy as jnp
import works

jax.config.update("jax_enable_x64", True)
FUNCTIONS = {"tanh": jnp.tanh, "sin": jnp.sin}


def _function(text, names):
    function = eval(
        compile(f"lambda {', '.join(names)}: {text}", "formula", "eval"), FUNCTIONS
    )
    return jax.jit(jax.value_and_grad(function, tuple(range(len(names)))))


def again(terms):
    point = works.balanced_point(terms)
    f = _function(works.balanced(terms), list(point))
    numbers = list(point.values())
    f(*numbers)
    return lambda: works.answer(*f(*numbers))


def text_to_gradients(terms):
    text, point = works.balanced(terms), works.balanced_point(terms)
    return lambda: works.answer(*_function(text, list(point))(*point.values()))


def neuron(calls):
    f = _function(works.NEURON, list(works.NEURON_POINT))
    point = tuple(works.NEURON_POINT.values())
    f(*point)

    def run():
        for _ in range(calls):
            value, gradient = f(*point)
        return works.answer(value, gradient)

    return run


def arrays(rows):
    names = list(works.NEURON_POINT)
    function = eval(f"lambda {', '.join(names)}: {works.NEURON}", FUNCTIONS)
    columns = [jnp.asarray(column) for column in works.columns(rows)]

    def of_rows(*columns):
        value, back = jax.vjp(function, *columns)
        return value, back(jnp.ones_like(value))

    f = jax.jit(of_rows)
    jax.block_until_ready(f(*columns))
    return lambda: works.array_answer(*jax.block_until_ready(f(*columns)))


def chained(depth):
    return _evaluated(works.chained(depth))


def nested(depth):
    return _evaluated(works.nested(depth))


def _evaluated(text):
    def run():
        value, (gradient,) = _function(text, ["x"])(0.5)
        return [float(value), float(gradient)]

    return run
