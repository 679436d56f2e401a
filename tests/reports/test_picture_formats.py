"""Every row of the tables of picture formats has endings of its own and makes bytes."""

import pytest

from gradcalc.analysis.known_nodes import known_nodes
from gradcalc.language.bindings import bind
from gradcalc.reports.drawing import drawing
from gradcalc.reports.picture_formats import GRAPH_FORMATS, PLOT_FORMATS


@pytest.mark.parametrize("formats", [GRAPH_FORMATS, PLOT_FORMATS])
def test_no_ending_stands_for_two_formats(formats):
    endings = [ending for row in formats.values() for ending in row.endings]
    assert len(set(endings)) == len(endings)
    assert all(ending.startswith(".") for ending in endings)


@pytest.mark.parametrize("kind", GRAPH_FORMATS)
def test_every_format_draws_a_graph(kind):
    if kind in ("svg", "png"):
        pytest.importorskip("pygraphviz")
    diagram = drawing(known_nodes(bind("x*θ", {"x": 2, "θ": 3})))
    row = GRAPH_FORMATS[kind]
    content = row.content(diagram, kind=kind, most=50, ascii_only=False)
    assert ("θ" in content.decode(errors="ignore")) == row.is_text
