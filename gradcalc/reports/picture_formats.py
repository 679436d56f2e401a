"""The formats of pictures: how their files end, and which function makes them.

A new format of graphs is a row here and a function in a file of its own, which is
imported when the format is asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pkgutil import resolve_name
from typing import Any

from gradcalc.writers.diagram import Diagram

_PICTURE = "gradcalc.reports.drawing:graph_picture"


@dataclass(frozen=True)
class PictureFormat:
    endings: tuple[str, ...]


@dataclass(frozen=True)
class GraphFormat(PictureFormat):
    """A format of `graph`: the function that makes the content from a `Drawing`."""

    # "module:function".
    function: str
    # What the function takes besides the diagram: "kind", the name of the format;
    # "most", lines or boxes; "ascii_only"; "width", the terminal's or None.
    takes: tuple[str, ...] = ()
    # Whether a terminal can show it.
    is_text: bool = True
    # Whether it says itself that it is UTF-8, whatever the locale is.
    is_utf8: bool = False
    # Boxes grow with their numbers: these are rounded unless told otherwise.
    digits: int | None = 6

    def content(self, diagram: Diagram, **options: Any) -> bytes:
        """What a file of the picture holds; `options` are those that `takes` names.

        Raises MissingExtraError where the library that draws it is not installed.
        """
        taken = {name: options[name] for name in self.takes if name in options}
        content: str | bytes = resolve_name(self.function)(diagram, **taken)
        return content if isinstance(content, bytes) else f"{content}\n".encode()


@dataclass(frozen=True)
class PlotFormat(PictureFormat):
    """A format of `plot`, drawn by matplotlib."""

    # What it writes into the file besides: no date, so that the same input gives the
    # same file.
    metadata: Mapping[str, None] = field(default_factory=dict)


GRAPH_FORMATS: dict[str, GraphFormat] = {
    "tree": GraphFormat(
        (".txt",),
        "gradcalc.writers.tree:tree_text",
        takes=("most", "ascii_only", "width"),
        digits=None,
    ),
    "dot": GraphFormat((".dot", ".gv"), "gradcalc.writers.dot:dot_text"),
    "mermaid": GraphFormat(
        (".mmd", ".mermaid"), "gradcalc.writers.mermaid:mermaid_text"
    ),
    "svg": GraphFormat((".svg",), _PICTURE, takes=("kind", "most"), is_utf8=True),
    "png": GraphFormat((".png",), _PICTURE, takes=("kind", "most"), is_text=False),
    "html": GraphFormat(
        (".html", ".htm"),
        "gradcalc.webpage.graph_page:graph_page",
        is_utf8=True,
        digits=None,
    ),
}

PLOT_FORMATS: dict[str, PlotFormat] = {
    "png": PlotFormat((".png",)),
    "svg": PlotFormat((".svg",), {"Date": None}),
    "pdf": PlotFormat((".pdf",), {"CreationDate": None}),
}

# Of the pages of a descent and of a training.
PAGE_FORMATS = {"html": PictureFormat(GRAPH_FORMATS["html"].endings)}
