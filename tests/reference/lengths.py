"""How long a formula is: the operations that it takes to write it."""

from gradcalc.language.bindings import bind
from gradcalc.shapes import flatten


def operations(text: str) -> int:
    """How many operators and calls the text has; a label's line counts once.

    A power, a root, a call and a sign before something are one operation each; numbers
    and names are none. `2/3` is one.
    """
    bound = bind(text, {}, complete=False)
    graph = bound.program.graph
    needed = graph.ancestors(flatten(bound.output))
    return sum(1 for node, inputs in enumerate(graph.inputs) if needed[node] and inputs)
