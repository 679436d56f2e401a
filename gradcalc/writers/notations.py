"""The notations that a formula can be written in.

A new notation is a row here and a function in a file of its own, which is imported when
the notation is asked for; a programming language is a row and its record.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pkgutil import resolve_name

from gradcalc.graph import Graph
from gradcalc.shapes import Structure


@dataclass(frozen=True, kw_only=True)
class Notation:
    """How the roots of a graph are written down."""

    # "module:function".
    function: str = ""
    # Of a programming language, in which the formula is a function: "module:record".
    language: str = ""
    # Whether it has definitions of functions with a derivative rule of their own; else
    # what they compute is written.
    defines: bool = False

    def text(
        self,
        graph: Graph,
        roots: Mapping[str | None, Structure],
        *,
        precision: int | None = None,
    ) -> str:
        """The roots, by label (None: without one), those that others depend on first.

        Numbers are written so that they are read as the same doubles, unless
        `precision` rounds them.
        """
        return str(resolve_name(self.function)(graph, roots, precision=precision))


NOTATIONS: dict[str, Notation] = {
    "text": Notation(
        function="gradcalc.writers.program_text:program_text", defines=True
    ),
    "latex": Notation(function="gradcalc.writers.latex:latex_text"),
    # Each has the name of its record.
    **{
        record.rpartition(":")[2].lower(): Notation(language=record)
        for record in (
            "gradcalc.writers.languages.python:PYTHON",
            "gradcalc.writers.languages.numpy:NUMPY",
            "gradcalc.writers.languages.jax:JAX",
            "gradcalc.writers.languages.torch:TORCH",
            "gradcalc.writers.languages.c:C",
            "gradcalc.writers.languages.javascript:JAVASCRIPT",
        )
    },
}
