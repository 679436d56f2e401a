"""JAX: a function of numbers or arrays of doubles, which can be compiled by jax.jit."""

from gradcalc.writers.code_spelling import in_table
from gradcalc.writers.languages.arrays import (
    ArrayDefinitions,
    array_language,
    array_table,
)

_YES = "jnp.where({0}, 1.0, 0.0)"

_DEFINED = ArrayDefinitions("jnp", "arrays.txt", "jax.txt")

JAX = array_language(
    "jnp",
    in_table(array_table("jnp", _YES), _DEFINED.called),
    _DEFINED,
    before=[
        "import jax",
        "import jax.numpy as jnp",
        "",
        "# Without this JAX computes with numbers of 32 bits.",
        'jax.config.update("jax_enable_x64", True)',
    ],
    yes=_YES,
    argument="jnp.asarray({0}, dtype=jnp.float64)",
)
