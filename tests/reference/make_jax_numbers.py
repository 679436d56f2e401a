"""Works out with JAX, in double precision, what the tests compare derivatives with.

Run once, with JAX 0.10 installed, to write jax_numbers.json beside this file:

    python tests/reference/make_jax_numbers.py

A case is a program of gradcalc's, the values of its variables, and JAX's value and
gradient of the same function, in which JAX takes the inner derivatives.
"""

import json
from collections.abc import Callable
from functools import reduce
from math import factorial
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)

Case = dict[str, Any]


def case(program: str, function: Callable[..., Any], **variables: Any) -> Case:
    """The program with JAX's value and gradient of the function of its variables."""
    arrays = [jnp.asarray(value, dtype=jnp.float64) for value in variables.values()]
    value, gradient = jax.value_and_grad(function, tuple(range(len(arrays))))(*arrays)
    return {
        "program": program,
        "variables": variables,
        "value": float(value),
        "gradient": dict(
            zip(variables, [part.tolist() for part in gradient], strict=True)
        ),
    }


def network(t: Any, a: Any, b: Any, c: Any) -> Any:
    """A network of one hidden layer, a function of one number."""
    return jnp.dot(c, jnp.tanh(a * t + b))


def critic(v: Any, m: Any, c: Any) -> Any:
    """A network of one hidden layer, a function of a list."""
    return jnp.dot(c, jnp.tanh(m @ v))


def order(count: int, function: Callable[..., Any]) -> Callable[..., Any]:
    """The derivative of that order by the first argument."""
    return reduce(lambda found, _: jax.grad(found), range(count), function)


def newton(f: Callable[..., Any], start: Any, steps: int, *more: Any) -> Any:
    for _ in range(steps):
        start = start - f(start, *more) / jax.grad(f)(start, *more)
    return start


def lagrangian(q: Any, v: Any, m: Any, g: Any) -> Any:
    """Of a double pendulum whose rods have the length 1, by its angles and speeds."""
    both = v[0] ** 2 + v[1] ** 2 / 2 + v[0] * v[1] * jnp.cos(q[0] - q[1])
    return m * both + m * g * (2 * jnp.cos(q[0]) + jnp.cos(q[1]))


def residual(q: Any, v: Any, w: Any, m: Any, g: Any) -> Any:
    """The Euler-Lagrange equations' left sides for angles, speeds, accelerations."""
    momentum = jax.grad(lagrangian, 1)
    changed = jax.jacobian(momentum, 0)(q, v, m, g) @ v
    changed += jax.jacobian(momentum, 1)(q, v, m, g) @ w
    return changed - jax.grad(lagrangian)(q, v, m, g)


def rosenbrock(v: Any) -> Any:
    return sum(
        100 * (v[k + 1] - v[k] ** 2) ** 2 + (1 - v[k]) ** 2 for k in range(len(v) - 1)
    )


def smooth(t: Any) -> Any:
    return jnp.exp(jnp.sin(t)) / (1 + t**2)


NETWORK = "net(t) = dot(c, tanh(a*t + b));"
CRITIC = "net(v) = dot(c, tanh(m @ v));"
WEIGHTS = {
    "a": [0.7, -1.3, 0.4], "b": [0.1, 0.6, -0.8], "c": [1.2, -0.5, 0.9],
}  # fmt: skip
LAYER = {"m": [[0.3, -1.1], [0.8, 0.2], [-0.6, 0.5]], "c": [0.9, -0.4, 1.3]}


def cases() -> list[Case]:
    steps = [f"x{k + 1} = x{k} - f(x{k})/f'(x{k})" for k in range(6)]
    terms = " + ".join(f"f{chr(39) * n}(x)/{factorial(n)}*h^{n}" for n in range(7))
    return [
        case(
            f"f(u) = u^2 - s; x0 = s + 0; {'; '.join(steps)}; x6",
            lambda s: newton(lambda u, s: u**2 - s, s, 6, s),
            s=3.0,
        ),
        case(
            f"f(u) = u - ecc*sin(u) - m; x0 = m + ecc*sin(m); {'; '.join(steps)}; x6",
            lambda m, ecc: newton(
                lambda u, m, ecc: u - ecc * jnp.sin(u) - m,
                m + ecc * jnp.sin(m), 6, m, ecc,
            ),
            m=1.2, ecc=0.6,
        ),
        case(
            f"f(t) = exp(sin(t))/(1 + t^2); {terms}",
            lambda x, h: sum(
                order(n, smooth)(x) / factorial(n) * h**n for n in range(7)
            ),
            x=0.4, h=0.3,
        ),
        case(
            "u = exp(-(x^2 + y^2))*sin(x*y); diff(u, x, 2) + diff(u, y, 2)",
            lambda x, y: jnp.trace(
                jax.hessian(lambda p: jnp.exp(-(p @ p)) * jnp.sin(p[0] * p[1]))(
                    jnp.stack([x, y])
                )
            ),
            x=0.3, y=-0.8,
        ),
        case(
            f"{CRITIC} net(v) + 10*(norm(net'(v)) - 1)^2",
            lambda v, m, c: critic(v, m, c)
            + 10 * (jnp.linalg.norm(jax.grad(critic)(v, m, c)) - 1) ** 2,
            v=[0.5, -1.5], **LAYER,
        ),
        case(
            f"{CRITIC} s = v + 0; 0.3*norm(diff(net(s), s))^2",
            lambda v, m, c: 0.3 * jnp.sum(jax.grad(critic)(v, m, c) ** 2),
            v=[0.2, 0.9], **LAYER,
        ),
        case(
            f"{NETWORK} (net''(x) + k*net(x))^2 + (net(0) - 1)^2 + net'(0)^2",
            lambda x, k, a, b, c: (
                order(2, network)(x, a, b, c) + k * network(x, a, b, c)
            ) ** 2
            + (network(0.0, a, b, c) - 1) ** 2
            + order(1, network)(0.0, a, b, c) ** 2,
            x=0.7, k=2.5, **WEIGHTS,
        ),
        case(
            "l(q, v) = m*(v[0]^2 + v[1]^2/2 + v[0]*v[1]*cos(q[0] - q[1]))"
            " + m*g*(2*cos(q[0]) + cos(q[1]));"
            " p(q, v) = diff(l(q, v), v); jq(q, v) = diff(p(q, v), q);"
            " jv(q, v) = diff(p(q, v), v); force(q, v) = diff(l(q, v), q);"
            " dot([1, 2], jq(q, v) @ v + jv(q, v) @ w - force(q, v))",
            lambda q, v, w, m, g: jnp.dot(
                jnp.asarray([1.0, 2.0]), residual(q, v, w, m, g)
            ),
            q=[0.4, -0.9], v=[1.1, 0.3], w=[-0.2, 0.6], m=1.5, g=9.81,
        ),
        case(
            "f(v) = sum(100*(v[1] - v[0]^2)^2 + (1 - v[0])^2)"
            " + 100*(v[2] - v[1]^2)^2 + (1 - v[1])^2;"
            " dot([1, -2, 3], diff(dot(diff(f(v), v), d), v))",
            lambda v, d: jnp.dot(
                jnp.asarray([1.0, -2.0, 3.0]),
                jax.jvp(jax.grad(rosenbrock), (v,), (d,))[1],
            ),
            v=[-1.2, 1.0, 0.7], d=[0.3, -0.5, 2.0],
        ),
        case(
            "f(v) = [v[0]*exp(v[1]), sin(v[0]*v[1]), v[1]^3];"
            " j = diff(f(v), v); sum((transpose(j) @ j)^2)",
            lambda v: jnp.sum(
                (lambda j: (j.T @ j) ** 2)(
                    jax.jacobian(
                        lambda v: jnp.stack(
                            [v[0] * jnp.exp(v[1]), jnp.sin(v[0] * v[1]), v[1] ** 3]
                        )
                    )(v)
                )
            ),
            v=[0.8, -0.3],
        ),
    ]  # fmt: skip


if __name__ == "__main__":
    text = json.dumps(cases(), indent=1)
    Path(__file__).with_name("jax_numbers.json").write_text(text + "\n")
