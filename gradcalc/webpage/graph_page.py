"""A formula's graph as a page for a browser."""

from gradcalc.reports.drawing import Drawing
from gradcalc.webpage.document import document, escaped
from gradcalc.webpage.graph_data import ARITHMETIC, functions_of, graph_data
from gradcalc.webpage.step_sentences import step_sentences


def graph_page(drawing: Drawing) -> str:
    """The page of a formula: one file, which shows it and plays its backpropagation."""
    sentences = step_sentences(drawing.known.bound)
    data = {**graph_data(drawing.known, graphs=sentences.graphs), **sentences.data}
    return document(
        drawing.title,
        f"<h1>{escaped(drawing.title)}</h1>",
        styles=["page.css"],
        scripts=[*ARITHMETIC, "sentences.js", "widgets.js"],
        data=data,
        definitions=functions_of(data),
    )
