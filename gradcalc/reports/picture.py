"""A diagram as a picture, drawn by Graphviz through pygraphviz."""

from gradcalc.reports.extras import extra_module
from gradcalc.writers.diagram import Diagram
from gradcalc.writers.dot import dot_text


def picture(diagram: Diagram, kind: str) -> bytes:
    """The diagram as the content of an "svg" or "png" file.

    Raises MissingExtraError where pygraphviz is not installed.
    """
    pygraphviz = extra_module("pygraphviz", "draw", "svg and png pictures")
    graph = pygraphviz.AGraph(string=dot_text(diagram))
    # Enough for a screen of twice the usual density.
    arguments = "-Gdpi=144" if kind == "png" else ""
    content: bytes = graph.draw(path=None, format=kind, prog="dot", args=arguments)
    return content
