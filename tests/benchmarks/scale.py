"""Time and memory of a node: `python scale.py KIND NODES` prints a JSON object.

A process of its own for each size, so that its peak of memory is that of one graph.
"""

import json
import resource
import sys
from time import perf_counter

import works

import gradcalc


def formula(kind, nodes):
    """A formula of about so many nodes, and values of its variables."""
    if kind == "balanced":
        terms = nodes // works.NODES_PER_TERM
        return works.balanced(terms), works.balanced_point(terms)
    if kind == "sum":
        return "sum(v)", {"v": [0.5] * nodes}
    return {"chained": works.chained, "nested": works.nested}[kind](nodes), {"x": 0.5}


def peak():
    """The most memory that the process has had, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def main():
    kind, nodes = sys.argv[1], int(sys.argv[2])
    # What is imported and made once is not the graph's.
    gradcalc.evaluate("tanh(sin(x)*x + x)", {"x": 0.5}).gradient  # noqa: B018
    text, point = formula(kind, nodes)
    before = peak()
    start = perf_counter()
    evaluation = gradcalc.evaluate(text, point)
    gradient = evaluation.gradient
    seconds = perf_counter() - start
    assert gradient is not None
    size = len(evaluation.graph)
    print(json.dumps({
        "nodes": size, "seconds": seconds, "bytes": (peak() - before) / size,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
