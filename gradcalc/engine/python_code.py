"""Functions of floats in Python, compiled from the code of a graph.

No line of theirs raises for any floats: an operation is written as Python's own where
that cannot raise, and else as a call of the table's function.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gradcalc.graph import Graph
from gradcalc.writers.code import Code
from gradcalc.writers.languages.fast_python import FAST_PYTHON


def defined(name: str, source: str, namespace: Mapping[str, object]) -> Any:
    """What a Python program defines under a name; the namespace stays as it is.

    An interruption in a program that `exec` is given as text lets Python, started as
    `python -m`, end by the signal although it was caught; one that is compiled first
    does not.
    """
    known = dict(namespace)
    exec(compile(source, "<compiled>", "exec"), known)
    return known[name]


class PythonCode(Code):
    """Nodes of a graph as lines of Python, and the texts that refer to them."""

    def __init__(
        self,
        graph: Graph,
        roots: Sequence[int],
        given: Mapping[int, str | float] | None = None,
        *,
        beside: Sequence[int] = (),
    ) -> None:
        # The functions and constants that the lines refer to.
        self.namespace: dict[str, object] = {"inf": math.inf, "nan": math.nan}
        self._functions: dict[Callable[..., object], str] = {}
        super().__init__(graph, roots, given, language=FAST_PYTHON, beside=beside)

    def row(self, nodes: Sequence[int]) -> str:
        """The tuple of the roots."""
        return "(" + "".join([f"{self.text(node)}, " for node in nodes]) + ")"

    def function(self, parameters: Sequence[str], returned: str) -> Any:
        """The Python function of the lines that returns what the text says."""
        source = [
            f"def compiled({', '.join(parameters)}):",
            *(f"    {line}" for line in self.lines),
            f"    return {returned}",
        ]
        return defined("compiled", "\n".join(source), self.namespace)

    def name(self, function: Callable[..., object], name: str) -> str:
        if function not in self._functions:
            name = f"t_{name if name.isidentifier() else 'function'}"
            while name in self.namespace:
                name += "_"
            self._functions[function] = name
            self.namespace[name] = function
        return self._functions[function]
